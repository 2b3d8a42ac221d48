//go:build soak

package main_test

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// front is what stands between a plugin and the simulator: faults of the API and of the
// network. Each of them passes, except for ids that contain "garbage".
type front struct {
	*httptest.Server
	sim *simulator.Simulator

	mu     sync.Mutex
	quiet  bool // no more faults
	conns  map[*frontConn]bool
	served map[string]int // faults by their names
	inARow map[string]int // faults by the call
}

func newFront(sim *simulator.Simulator, http2 bool) *front {
	f := &front{sim: sim, conns: map[*frontConn]bool{}, served: map[string]int{}, inARow: map[string]int{}}
	f.Server = httptest.NewUnstartedServer(f)
	f.Server.Listener = frontListener{f.Server.Listener, f}
	f.Config.ErrorLog = log.New(io.Discard, "", 0)
	if f.EnableHTTP2 = http2; http2 {
		f.StartTLS()
	} else {
		f.Start()
	}
	return f
}

// inARowAtMost is how often the front makes a call fail before it answers: the plugin
// repeats a call five times, and connections that end fail it as well.
const inARowAtMost = 2

type serveFault = func(http.ResponseWriter, *http.Request, http.Handler)

// faults are what may happen to a call, and to how many of a thousand.
var faults = []struct {
	name  string
	share int
	serve serveFault
}{
	{"500", 10, simulator.Refuse(500, "systemError", "out of order")},
	{"502 of a gateway", 5, simulator.Answer(502, "<html>Bad Gateway</html>", "Content-Type", "text/html")},
	{"throttled", 5, simulator.Refuse(403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", "slow down")},
	{"dropped, or RST_STREAM", 10, simulator.Drop},
	{"cut body", 10, simulator.CutShort},
	{"cut JSON", 5, simulator.Answer(200, `{"conferenceList":[{"conf`)},
	{"last answer, or GOAWAY", 10, func(w http.ResponseWriter, r *http.Request, real http.Handler) {
		w.Header().Set("Connection", "close")
		real.ServeHTTP(w, r)
	}},
	{"slow", 30, simulator.Delay(100 * time.Millisecond)},
	{"stall", 1, simulator.Delay(20 * time.Second)},
}

// garbage are answers that repeating does not mend.
var garbage = []serveFault{
	simulator.Answer(200, "<!DOCTYPE html><html></html>", "Content-Type", "text/html"), simulator.Answer(200, ""),
	simulator.Answer(200, `[]`), simulator.Answer(200, `{"conferenceList":[null]}`), simulator.Answer(302, "", "Location", "http://127.0.0.1:1/"),
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || (r.ProtoMajor == 2) != f.EnableHTTP2 {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if strings.Contains(r.URL.Path, "garbage") {
		garbage[rand.N(len(garbage))](w, r, f.sim)
		return
	}
	if serve := f.fault(fmt.Sprint(r.URL, string(body))); serve != nil {
		serve(w, r, f.sim)
		return
	}
	f.sim.ServeHTTP(w, r)
}

// fault chooses what happens to a call; nil is nothing.
func (f *front) fault(call string) serveFault {
	f.mu.Lock()
	defer f.mu.Unlock()
	at := rand.N(1000)
	for _, fault := range faults {
		if at -= fault.share; at >= 0 {
			continue
		}
		if f.quiet || f.inARow[call] == inARowAtMost {
			break
		}
		f.inARow[call]++
		f.served[fault.name]++
		return fault.serve
	}
	delete(f.inARow, call)
	return nil
}

// disturb does something to all connections every three seconds, until an end.
func (f *front) disturb(end time.Time) {
	for i := 1; time.Now().Before(end); i++ {
		time.Sleep(min(3*time.Second, time.Until(end)))
		f.sim.ClearCalls()
		switch {
		case i%27 == 1: // a call takes up to 75 s, and is repeated once with a new token
			f.did("tokens revoked")
			f.sim.RevokeTokens()
		case i%10 == 0:
			f.did("all connections silent")
			f.each(func(c *frontConn) { c.deaf.Store(true) })
		case i%2 == 0:
			f.did("all connections reset")
			f.each(func(c *frontConn) {
				_ = c.Conn.(*net.TCPConn).SetLinger(0)
				c.Close()
			})
		default:
			f.did("all connections closed")
			f.each(func(c *frontConn) { c.Close() })
		}
	}
}

func (f *front) did(name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.served[name]++
}

// calm ends all faults.
func (f *front) calm() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.quiet = true
}

// each calls do with the connections that are open.
func (f *front) each(do func(*frontConn)) {
	f.mu.Lock()
	open := maps.Clone(f.conns)
	f.mu.Unlock()
	for c := range open {
		do(c)
	}
}

// open returns how many connections are open.
func (f *front) open() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.conns)
}

type frontListener struct {
	net.Listener
	front *front
}

func (l frontListener) Accept() (net.Conn, error) {
	accepted, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	c := &frontConn{Conn: accepted, front: l.front}
	l.front.mu.Lock()
	defer l.front.mu.Unlock()
	l.front.conns[c] = true
	return c, nil
}

// frontConn is a connection that may fall silent: it stays open, and nothing comes through.
type frontConn struct {
	net.Conn
	front *front
	deaf  atomic.Bool
}

func (c *frontConn) Read(b []byte) (n int, err error) {
	for {
		if n, err = c.Conn.Read(b); err != nil || !c.deaf.Load() {
			return n, err
		}
	}
}

func (c *frontConn) Write(b []byte) (int, error) {
	if c.deaf.Load() {
		return len(b), nil
	}
	return c.Conn.Write(b)
}

func (c *frontConn) Close() error {
	c.front.mu.Lock()
	delete(c.front.conns, c)
	c.front.mu.Unlock()
	return c.Conn.Close()
}
