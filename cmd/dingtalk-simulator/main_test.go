package main

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
)

// output is what the command has printed so far.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

func TestRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var out output
	done := make(chan error, 1)
	go func() { done <- run(ctx, []string{"--port", "0"}, &out) }()

	var address string
	for deadline := time.Now().Add(10 * time.Second); address == ""; {
		if m := regexp.MustCompile(`listens on (http://127\.0\.0\.1:\d+)`).FindStringSubmatch(out.String()); m != nil {
			address = m[1]
		} else if time.Now().After(deadline) {
			t.Fatal("it printed no address")
		}
	}
	if block := spc.Block("dingtalk", address, simulator.DemoApp.ClientID, simulator.DemoApp.ClientSecret); !strings.Contains(out.String(), block) {
		t.Errorf("no connection block in %s", out.String())
	}
	response, err := http.Post(address+"/v1.0/oauth2/accessToken", "application/json",
		strings.NewReader(`{"appKey":"demo-client-id","appSecret":"demo-client-secret"}`))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK || !strings.Contains(out.String(), "POST /v1.0/oauth2/accessToken") {
		t.Errorf("%s, printed %s", response.Status, out.String())
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestPortInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	var out output
	if err := run(t.Context(), []string{"--port", port}, &out); err == nil || !strings.Contains(err.Error(), "choose another port with --port") {
		t.Error(err)
	}
}
