package client

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// idlePerHost is how many idle connections to a host a client keeps: as many as it needs
// while three of the host's APIs are called, as for people with what only the call for
// one person returns. With fewer, connections would be closed, and new ones opened.
func idlePerHost(callsPerSecond int) int { return 3 * UnderWay(callsPerSecond) }

// newTransport returns a transport for so many calls per second to one API.
func newTransport(callsPerSecond int) *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{
		Timeout: 10 * time.Second,
		// A connection without answers is closed within half a minute.
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3},
	}).DialContext
	t.OnProxyConnectResponse = func(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
		if answer.StatusCode != http.StatusOK {
			return &proxyError{answer.StatusCode}
		}
		return nil
	}
	t.TLSHandshakeTimeout = 10 * time.Second
	t.ResponseHeaderTimeout = requestTimeout
	t.MaxIdleConnsPerHost = idlePerHost(callsPerSecond)
	t.MaxIdleConns = 2 * t.MaxIdleConnsPerHost // the older API has a host of its own
	// HTTP/2 has one connection for all calls. If it falls silent, it is closed
	// before a call's time is over.
	t.HTTP2 = &http.HTTP2Config{SendPingTimeout: 10 * time.Second, PingTimeout: 4 * time.Second, WriteByteTimeout: 10 * time.Second}
	return t
}

// proxyError is the error of a proxy that opens no connection to DingTalk.
type proxyError struct{ status int }

func (e *proxyError) Error() string {
	return fmt.Sprintf("the proxy answered HTTP %d %s", e.status, http.StatusText(e.status))
}

// meaning returns the kind of the proxy's refusal, and what to do about it.
func (e *proxyError) meaning() (Kind, Advice) {
	switch {
	case e.status == http.StatusProxyAuthRequired:
		return Unexpected, adviceProxyRefuses
	case e.status >= 500, e.status == http.StatusTooManyRequests, e.status == http.StatusRequestTimeout:
		return Transient, adviceNoAnswer
	default:
		return Unexpected, adviceProxyChanges
	}
}

// pool is the connections of a client. When one of them fails, the others may be dead
// as well, and nobody knows it yet: a gateway has removed them, or the machine slept.
// HTTP/2 would even go on with the one that failed. So all are replaced together.
type pool struct {
	mu      sync.Mutex
	current http.RoundTripper
	closed  bool
}

// transport returns the transport for the next request.
func (p *pool) transport() http.RoundTripper {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.current
}

// fail reports that a transport has brought no answer. Requests from now on use new
// connections; those that run on the old ones go on.
func (p *pool) fail(failed http.RoundTripper) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if t, ok := failed.(*http.Transport); ok {
		if p.current != http.RoundTripper(t) {
			return // it was reported before
		}
		p.current = t.Clone()
	}
	closeIdle(failed)
}

// timeToIdle is how long after its request a connection of HTTP/2 may still count as busy.
const timeToIdle = 100 * time.Millisecond

// done reports that a request has ended. One of a transport that was replaced, or of a pool
// that was closed, leaves an idle connection, which nobody would use again, and which would
// stay for 90 seconds: it is closed.
func (p *pool) done(used http.RoundTripper) {
	t, ok := used.(*http.Transport) // others are never replaced
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || ok && p.current != http.RoundTripper(t) {
		time.AfterFunc(timeToIdle, func() { closeIdle(used) })
	}
}

// close closes the connections, each as soon as it is idle.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	closeIdle(p.current)
}

func closeIdle(t http.RoundTripper) {
	if t, ok := t.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}
