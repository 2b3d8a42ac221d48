package client_test

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

var testApp = simulator.App{ClientID: "test-id", ClientSecret: "hush-secret", CorpID: "test-corp", SuiteTicket: "hush-ticket"}

var internalApp = client.InternalApp{ClientID: "test-id", ClientSecret: client.NewSecret("hush-secret")}

// world is a client and the API that it talks to, over a network in memory and
// under a clock of its own: a wait of minutes takes no time.
type world struct {
	api       *client.Client
	sim       *simulator.Simulator
	limits    *client.Limits
	transport *http.Transport
	dials     atomic.Int64
	// dialFault makes the next dials fail.
	dialFault error
	// arrive is called for each call on its way to the simulator; nil does nothing.
	arrive func(*http.Request) *http.Request
}

// inWorld runs a test in a world. Time passes only while everything waits.
func inWorld(t *testing.T, credentials client.Credentials, test func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{sim: simulator.New(testApp), limits: &client.Limits{}}
		listener := &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
		server := &http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if w.arrive != nil {
				r = w.arrive(r)
			}
			w.sim.ServeHTTP(rw, r)
		})}
		go func() { _ = server.Serve(listener) }()
		w.transport = &http.Transport{
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				w.dials.Add(1)
				if w.dialFault != nil {
					return nil, w.dialFault
				}
				return listener.dial(ctx)
			},
		}
		w.api = w.newClient(t, credentials, unlimited)
		defer func() {
			w.api.Close()
			server.Close()
			time.Sleep(time.Minute) // the handlers notice that their callers have gone
		}()
		test(t, w)
	})
}

// unlimited is a limit that no test reaches.
const unlimited = 1 << 30

func (w *world) endpoint() *url.URL { return &url.URL{Scheme: "http", Host: "127.0.0.1"} }

// newClient returns a client of the world.
func (w *world) newClient(t *testing.T, credentials client.Credentials, callsPerSecond int) *client.Client {
	return client.New(client.Config{
		Endpoint: w.endpoint(), Credentials: credentials, Transport: w.transport,
		CallsPerSecond: callsPerSecond, Limits: w.limits,
		Logger: hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: logGuard{t}}),
	})
}

// pipeListener is a network of one server.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (l *pipeListener) dial(ctx context.Context) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case l.conns <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	close(l.closed)
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// logGuard fails the test if a log line shows a secret.
type logGuard struct{ t *testing.T }

func (g logGuard) Write(p []byte) (int, error) {
	checkNoSecret(g.t, "a log line", string(p))
	return len(p), nil
}

// answer is all that a list yielded.
type answer struct {
	ids   []string
	pages int
	err   error
}

// list reads a schedule to the end.
func list(ctx context.Context, w *world, id string, opt client.PageOptions) answer {
	var a answer
	for page, err := range w.api.ScheduleConferences(ctx, id, opt) {
		if err != nil {
			a.err = err
			break
		}
		a.pages++
		for _, c := range page.Entries {
			id := ""
			if c.ConferenceID != nil {
				id = *c.ConferenceID
			}
			a.ids = append(a.ids, id)
		}
	}
	return a
}

// noSleep does not wait before a call is repeated.
func noSleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }
