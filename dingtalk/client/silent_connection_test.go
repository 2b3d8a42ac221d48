package client_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// relay is a gateway between a client and a server that can forget the
// connections it has: they stay open, and nothing comes through. New ones work.
type relay struct {
	net.Listener
	to string

	mu    sync.Mutex
	deaf  *atomic.Bool // of the connections accepted since it went deaf last
	conns int
}

func newRelay(t *testing.T, to string) *relay {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &relay{Listener: l, to: to, deaf: &atomic.Bool{}}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			here, err := l.Accept()
			if err != nil {
				return
			}
			there, err := net.Dial("tcp", to)
			if err != nil {
				here.Close()
				return
			}
			r.mu.Lock()
			deaf := r.deaf
			r.conns++
			r.mu.Unlock()
			t.Cleanup(func() { here.Close(); there.Close() })
			go pipe(here, there, deaf)
			go pipe(there, here, deaf)
		}
	}()
	return r
}

// pipe hands bytes on until it goes deaf; then it keeps them.
func pipe(to, from net.Conn, deaf *atomic.Bool) {
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		if deaf.Load() {
			_, _ = io.Copy(io.Discard, from)
			return
		}
		if n > 0 {
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			to.Close()
			return
		}
	}
}

// forget makes all connections deaf, and returns how many there have been.
func (r *relay) forget() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.deaf.Store(true)
	r.deaf = &atomic.Bool{}
	return r.conns
}

func (r *relay) connections() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.conns
}

// behindRelay is a client of a real server behind a relay. The server knows a
// schedule "a" of one meeting, and takes a moment for each call.
func behindRelay(t *testing.T, http2 bool, transport *http.Transport) (*client.Client, *relay) {
	sim := simulator.New(testApp)
	schedule(sim, "a", 1)
	sim.Script(simulator.Fault{On: simulator.OnFirstPage, Serve: simulator.Delay(50 * time.Millisecond)})
	server := httptest.NewUnstartedServer(sim)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.EnableHTTP2 = http2
	scheme := "http"
	if http2 {
		scheme = "https"
		server.StartTLS()
		transport.TLSClientConfig.RootCAs = x509.NewCertPool()
		transport.TLSClientConfig.RootCAs.AddCert(server.Certificate())
	} else {
		server.Start()
	}
	t.Cleanup(server.Close)
	gateway := newRelay(t, server.Listener.Addr().String())
	api := client.New(client.Config{Endpoint: &url.URL{Scheme: scheme, Host: gateway.Addr().String()}, Credentials: internalApp,
		Transport: transport, CallsPerSecond: 1000, Limits: &client.Limits{}})
	t.Cleanup(api.Close)
	return api, gateway
}

// attempts reads the schedule so many times at once, and returns the most
// attempts that one list took.
func attempts(t *testing.T, api *client.Client, lists int) int {
	t.Helper()
	took := make([]int, lists)
	var wg sync.WaitGroup
	for i := range lists {
		wg.Go(func() {
			got := list(context.Background(), &world{api: api}, "a", client.PageOptions{Wait: func(context.Context) error {
				took[i]++
				return nil
			}})
			equal(t, "error", error(nil), got.err)
			equal(t, "ids", []string{"c0"}, got.ids)
		})
	}
	wg.Wait()
	return slices.Max(took)
}

// Connections that fall silent cost a list one time-out: the next attempt has a
// new connection, however many old ones are left.
func TestConnectionsThatFellSilent(t *testing.T) {
	const lists = 8
	for _, http2 := range []bool{false, true} {
		t.Run(fmt.Sprintf("HTTP/2 %v", http2), func(t *testing.T) {
			t.Parallel()
			api, gateway := behindRelay(t, http2, client.NewTransport())
			api.SetRequestTimeout(time.Second)
			equal(t, "attempts", 1, attempts(t, api, lists))
			if http2 {
				equal(t, "connections", 1, gateway.connections())
			}
			before := gateway.forget()
			if n := attempts(t, api, lists); n > 2 {
				t.Errorf("a list took %d attempts", n)
			}
			if gateway.connections() == before {
				t.Error("no new connection")
			}
			// All is as it was.
			before = gateway.connections()
			equal(t, "attempts", 1, attempts(t, api, lists))
			if n := gateway.connections() - before; n > lists {
				t.Errorf("%d more connections", n)
			}
		})
	}
}

// HTTP/2's one connection is pinged while it is silent, so that a dead one is
// found before a call's time is up, or before there is a call.
func TestSilentHTTP2IsPinged(t *testing.T) {
	t.Parallel()
	transport := client.NewTransport()
	h2 := transport.HTTP2
	if h2 == nil || h2.SendPingTimeout == 0 || h2.PingTimeout == 0 || h2.WriteByteTimeout == 0 || h2.SendPingTimeout+h2.PingTimeout >= 15*time.Second {
		t.Fatalf("%+v", h2)
	}
	h2.SendPingTimeout, h2.PingTimeout = 500*time.Millisecond, 500*time.Millisecond
	api, gateway := behindRelay(t, true, transport)
	api.SetRequestTimeout(time.Hour)
	attempts(t, api, 1)
	before := gateway.forget()
	attempts(t, api, 1)
	if gateway.connections() == before {
		t.Error("no new connection")
	}
}
