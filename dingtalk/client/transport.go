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

func newTransport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{
		Timeout: 10 * time.Second,
		// A connection that nobody answers on is closed within half a minute.
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
	// So many calls are on their way at once, by default.
	t.MaxIdleConns = DefaultCallsPerSecond
	t.MaxIdleConnsPerHost = DefaultCallsPerSecond
	// HTTP/2 has one connection for all calls. One that falls silent is closed
	// before a call's time is up.
	t.HTTP2 = &http.HTTP2Config{SendPingTimeout: 10 * time.Second, PingTimeout: 4 * time.Second, WriteByteTimeout: 10 * time.Second}
	return t
}

// proxyError is a proxy that opens no connection to DingTalk.
type proxyError struct{ status int }

func (e *proxyError) Error() string {
	return fmt.Sprintf("the proxy answered HTTP %d %s", e.status, http.StatusText(e.status))
}

// meaning is what the proxy's answer stands for, and what to do about it.
func (e *proxyError) meaning() (Kind, string) {
	switch {
	case e.status == http.StatusProxyAuthRequired:
		return Unexpected, adviceProxyRefuses
	case e.status >= 500, e.status == http.StatusTooManyRequests, e.status == http.StatusRequestTimeout:
		return Transient, adviceNoAnswer
	default:
		return Unexpected, adviceProxyChanges
	}
}

// pool is the connections of a client. When one of them fails, the others may
// be as dead without anybody knowing: a gateway forgot them, or the machine
// slept. HTTP/2 would even go on using the one that failed. So all are given up
// together.
type pool struct {
	mu      sync.Mutex
	current http.RoundTripper
}

// transport is what to send the next request with.
func (p *pool) transport() http.RoundTripper {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.current
}

// fail tells that a transport failed to bring an answer. The next one has new
// connections. Requests under way on the old ones are not disturbed.
func (p *pool) fail(failed http.RoundTripper) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if failed != p.current {
		return // somebody else told it before
	}
	if t, ok := failed.(*http.Transport); ok {
		p.current = t.Clone()
	}
	closeIdle(failed)
}

// close releases the idle connections.
func (p *pool) close() { closeIdle(p.transport()) }

func closeIdle(t http.RoundTripper) {
	if t, ok := t.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}
