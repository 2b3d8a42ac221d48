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
	tr, ok := c.transport.(*http.Transport)
	if !ok || tr == http.DefaultTransport {
		t.Fatalf("the transport is %T, or everybody's", c.transport)
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
