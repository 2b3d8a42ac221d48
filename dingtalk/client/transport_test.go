package client

import (
	"net/http"
	"net/url"
	"testing"
)

// A client has one transport of its own, with a proxy from the environment, a
// bound on idle connections and a time-out on every phase that has one.
func TestTransport(t *testing.T) {
	c := New(Config{Endpoint: &url.URL{Scheme: "https", Host: "api.dingtalk.io"}, Credentials: AccessToken{}})
	tr, ok := c.pool.current.(*http.Transport)
	if !ok || tr == http.DefaultTransport {
		t.Fatalf("the transport is %T, or everybody's", c.pool.current)
	}
	if tr.Proxy == nil {
		t.Error("no proxy from the environment")
	}
	if tr.MaxIdleConns == 0 || tr.MaxIdleConnsPerHost == 0 || tr.IdleConnTimeout == 0 {
		t.Error("idle connections are not bounded")
	}
	if tr.TLSHandshakeTimeout == 0 || tr.ResponseHeaderTimeout == 0 || tr.ExpectContinueTimeout == 0 || tr.DialContext == nil {
		t.Error("a phase of a request has no time-out")
	}
}

// idler is a transport that is not net/http's.
type idler struct {
	http.RoundTripper
	closed int
}

func (i *idler) CloseIdleConnections() { i.closed++ }

// A transport that failed closes what it keeps, and is replaced once, whoever
// tells how often.
func TestPool(t *testing.T) {
	other := &idler{}
	p := &pool{current: other}
	p.fail(other)
	if other.closed != 1 || p.current != other {
		t.Errorf("%+v", other)
	}
	p.fail(&idler{})
	if p.close(); other.closed != 2 {
		t.Errorf("%+v", other)
	}

	first := newTransport()
	p = &pool{current: first}
	p.fail(first)
	second := p.transport()
	p.fail(first)
	if second == http.RoundTripper(first) || p.transport() != second {
		t.Error("it must be replaced, and once")
	}
}
