package client_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"net/url"
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

// Connections that fall silent cost a list one time-out: the next attempt has a
// new connection, however many old ones are left.
func TestConnectionsThatFellSilent(t *testing.T) {
	const lists, timeout = 8, time.Second
	for _, http2 := range []bool{false, true} {
		t.Run(fmt.Sprintf("HTTP/2 %v", http2), func(t *testing.T) {
			t.Parallel()
			sim := simulator.New(testApp)
			want := schedule(sim, "a", 1)
			sim.Script(simulator.Fault{On: simulator.OnFirstPage, Serve: simulator.Delay(50 * time.Millisecond)})
			server := httptest.NewUnstartedServer(sim)
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.EnableHTTP2 = http2
			if http2 {
				server.StartTLS()
			} else {
				server.Start()
			}
			defer server.Close()
			gateway := newRelay(t, server.Listener.Addr().String())

			transport := client.NewTransport()
			scheme := "http"
			if http2 {
				scheme = "https"
				transport.TLSClientConfig.RootCAs = x509.NewCertPool()
				transport.TLSClientConfig.RootCAs.AddCert(server.Certificate())
			}
			api := client.New(client.Config{Endpoint: &url.URL{Scheme: scheme, Host: gateway.Addr().String()}, Credentials: internalApp,
				Transport: transport, CallsPerSecond: 1000, Limits: &client.Limits{}})
			defer api.Close()
			api.SetRequestTimeout(timeout)

			// ask reads the list many times at once, and returns the most
			// attempts that one took.
			ask := func() int {
				var wg sync.WaitGroup
				var most atomic.Int64
				for range lists {
					wg.Go(func() {
						attempts := int64(0)
						got := list(context.Background(), &world{api: api}, "a", client.PageOptions{Wait: func(context.Context) error {
							attempts++
							return nil
						}})
						equal(t, "error", error(nil), got.err)
						equal(t, "ids", want, got.ids)
						for old := most.Load(); attempts > old && !most.CompareAndSwap(old, attempts); old = most.Load() {
						}
					})
				}
				wg.Wait()
				return int(most.Load())
			}
			equal(t, "attempts", 1, ask())
			if http2 {
				equal(t, "connections", 1, gateway.connections())
			}
			before := gateway.forget()
			if n := ask(); n > 2 {
				t.Errorf("a list took %d attempts", n)
			}
			if gateway.connections() == before {
				t.Error("no new connection")
			}
			// All is as it was.
			before = gateway.connections()
			equal(t, "attempts", 1, ask())
			if n := gateway.connections() - before; n > lists {
				t.Errorf("%d more connections", n)
			}
		})
	}
}

// HTTP/2's one connection is pinged while it is silent, so that a dead one is
// found before a call's time is up, or before there is a call.
func TestSilentHTTP2IsPinged(t *testing.T) {
	h2 := client.NewTransport().HTTP2
	if h2 == nil || h2.SendPingTimeout == 0 || h2.PingTimeout == 0 || h2.WriteByteTimeout == 0 || h2.SendPingTimeout+h2.PingTimeout >= 15*time.Second {
		t.Errorf("%+v", h2)
	}
}
