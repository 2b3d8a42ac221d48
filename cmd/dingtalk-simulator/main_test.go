package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
)

func diff(t *testing.T, what string, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// The command says how to reach it, answers, and prints each call, until it is
// stopped.
func TestRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	printed, stdout := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := run(ctx, []string{"--port", "0"}, stdout)
		stdout.Close()
		done <- err
	}()
	lines := make(chan string, 100) // the command waits for nobody
	go func() {
		defer close(lines)
		for scanner := bufio.NewScanner(printed); scanner.Scan(); {
			lines <- scanner.Text()
		}
	}()

	var text strings.Builder
	for line := range lines {
		fmt.Fprintln(&text, line)
		if strings.HasPrefix(line, "steampipe query ") {
			break
		}
	}
	address := regexp.MustCompile(`http://127\.0\.0\.1:[1-9]\d*`).FindString(text.String())
	if address == "" {
		cancel()
		t.Fatalf("no address in %q, error %v", text.String(), <-done)
	}
	diff(t, "text", "The simulated DingTalk listens on "+address+". Ctrl-C stops it.\n\n"+
		"Put this into ~/.steampipe/config/dingtalk.spc:\n\n"+
		spc.Block("dingtalk", address, simulator.DemoApp.ClientID, simulator.DemoApp.ClientSecret)+
		"\nThen try:\n\n"+
		"steampipe query \"select title, status_name, start_time from dingtalk_schedule_conference where schedule_conference_id = '"+simulator.DemoAllHands+"'\"\n",
		text.String())

	for _, call := range []struct {
		method, path, body string
		status             int
	}{
		{http.MethodPost, "/v1.0/oauth2/accessToken", `{"appKey":"demo-client-id","appSecret":"demo-client-secret"}`, http.StatusOK},
		{http.MethodGet, "/a%20b?c=d", "", http.StatusNotFound},
		// The older API has its token in the query.
		{http.MethodPost, "/topapi/v2/department/listsub?access_token=hush&x=1", "{}", http.StatusOK},
	} {
		request, err := http.NewRequestWithContext(ctx, call.method, address+call.path, strings.NewReader(call.body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		diff(t, call.path, call.status, response.StatusCode)
	}
	cancel()
	diff(t, "error", error(nil), <-done)
	var calls []string
	for line := range lines {
		_, call, _ := strings.Cut(line, " ") // behind the time
		calls = append(calls, call)
	}
	diff(t, "calls", []string{"POST /v1.0/oauth2/accessToken", "GET /a%20b?c=d", "POST /topapi/v2/department/listsub?x=1"}, calls)
}

// A command that is stopped before it serves ends as one that is stopped later.
func TestRunStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := run(ctx, []string{"--port", "0"}, io.Discard); err != nil {
		t.Error(err)
	}
}

// The help names every fault.
func TestHelpNamesTheFaults(t *testing.T) {
	for _, r := range simulator.Rehearsals {
		if !strings.Contains(help(), "  "+r.Name+" ") || !strings.Contains(help(), r.About+"\n") {
			t.Errorf("%s is missing", r.Name)
		}
	}
}

func TestArguments(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, err := net.SplitHostPort(taken.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		args   []string
		stdout string
		err    string
	}{
		{"help", []string{"--help"}, help(), ""},
		{"a fault that isn't one", []string{"--fault", "x"}, "", `there is no fault "x"; there are address, cut, dead-token, down, month, permission, quota, slow, throttle`},
		{"a rate of nothing", []string{"--fault-rate", "0.1"}, "", "--fault-rate is the share of calls that fail: name the fault with --fault"},
		{"a rate above 1", []string{"--fault", "down", "--fault-rate", "2"}, "", "the share of calls is 2; it must be above 0 and not above 1"},
		{"a rate of 0", []string{"--fault", "down", "--fault-rate", "0"}, "", "the share of calls is 0; it must be above 0 and not above 1"},
		{"an option that isn't one", []string{"--nope"}, "", "flag provided but not defined: -nope"},
		{"a port that is no number", []string{"--port", "x"}, "", `invalid value "x" for flag -port: parse error`},
		{"an argument too many", []string{"--port", "0", "7071"}, "", `unexpected argument "7071"`},
		{"a port in use", []string{"--port", port}, "", "listen tcp 127.0.0.1:" + port + ": bind: address already in use; choose another port with --port"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel() // what serves all the same stops
			var out bytes.Buffer
			err := run(ctx, test.args, &out)
			if fmt.Sprint(err) != test.err && (err != nil || test.err != "") {
				t.Errorf("error %v, want %q", err, test.err)
			}
			diff(t, "stdout", test.stdout, out.String())
		})
	}
}
