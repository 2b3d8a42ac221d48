package client

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
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
	if least := 3 * UnderWay(DefaultCallsPerSecond); tr.MaxIdleConnsPerHost < least || tr.MaxIdleConns < 2*least {
		t.Errorf("%d idle connections to a host, %d to all: connections are closed while calls need them", tr.MaxIdleConnsPerHost, tr.MaxIdleConns)
	}
	if tr.TLSHandshakeTimeout == 0 || tr.ResponseHeaderTimeout == 0 || tr.ExpectContinueTimeout == 0 || tr.DialContext == nil {
		t.Error("a phase of a request has no time-out")
	}
}

// The calls under way follow the limit, up to a bound, and idle connections follow them.
func TestUnderWay(t *testing.T) {
	for limit, want := range map[int]int{1: 1, 20: 20, 100: 100, 101: 100, 1000: 100} {
		if got := UnderWay(limit); got != want {
			t.Errorf("%d calls under way with a limit of %d, want %d", got, limit, want)
		}
		c := New(Config{Endpoint: &url.URL{Scheme: "https", Host: "api.dingtalk.io"}, Credentials: AccessToken{}, CallsPerSecond: limit, Limits: &Limits{}})
		if tr := c.pool.current.(*http.Transport); c.UnderWay() != want || tr.MaxIdleConnsPerHost != 3*want {
			t.Errorf("a client with a limit of %d has %d calls under way and %d idle connections", limit, c.UnderWay(), tr.MaxIdleConnsPerHost)
		}
	}
}

// idler is a transport that is not net/http's.
type idler struct {
	http.RoundTripper
	closed int
}

func (i *idler) CloseIdleConnections() { i.closed++ }

// A transport that failed closes what it keeps, and is replaced once, whoever
// counts how often.
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

	first := newTransport(DefaultCallsPerSecond)
	p = &pool{current: first}
	p.fail(first)
	second := p.transport()
	p.fail(first)
	if second == http.RoundTripper(first) || p.transport() != second {
		t.Error("it must be replaced, and once")
	}
}

// A transport that was replaced keeps no connection, and a pool that was closed none either,
// however the last requests end: those that were running then, and one that began afterwards.
func TestPoolClosesConnections(t *testing.T) {
	for i := range 4 {
		http2, closed := i%2 == 1, i/2 == 1
		t.Run(fmt.Sprintf("HTTP/2 %t, closed %t", http2, closed), func(t *testing.T) {
			const n = 5
			arrived, release := make(chan struct{}, n), make(chan struct{})
			open := map[net.Conn]bool{}
			var mu sync.Mutex
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
				arrived <- struct{}{}
				<-release
			}))
			server.EnableHTTP2 = http2
			server.Config.ConnState = func(c net.Conn, state http.ConnState) {
				mu.Lock()
				defer mu.Unlock()
				if open[c] = true; state == http.StateClosed {
					delete(open, c)
				}
			}
			server.StartTLS()
			defer server.Close()
			first := newTransport(DefaultCallsPerSecond)
			first.TLSClientConfig = &tls.Config{RootCAs: server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
			p := &pool{current: first}
			call := func(by http.RoundTripper) {
				req, _ := http.NewRequest(http.MethodGet, server.URL, nil)
				resp, err := by.RoundTrip(req)
				if err != nil {
					t.Error(err)
					return
				}
				resp.Body.Close()
				if (resp.ProtoMajor == 2) != http2 {
					t.Error(resp.Proto)
				}
				p.done(by)
			}
			var wg sync.WaitGroup
			for range n {
				wg.Go(func() { call(first) })
			}
			for range n {
				<-arrived
			}
			if closed {
				p.close()
			} else {
				p.fail(first)
			}
			close(release)
			wg.Wait()
			call(first) // it had taken the transport before
			for range 300 {
				mu.Lock()
				left := len(open)
				mu.Unlock()
				if left == 0 {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
			t.Error("connections stay open")
		})
	}
}

func TestParseEndpoint(t *testing.T) {
	for in, want := range map[string]string{
		EndpointInternational:         "",
		EndpointChina + "/":           "",
		EndpointChina + "/v1.0":       "it must not contain the path /v1.0: it names the host alone, like https://api.dingtalk.com (China) or https://api.dingtalk.io (elsewhere)",
		"https://a.example/gateway/":  "it must not contain the path /gateway/: it names the host alone, like https://api.dingtalk.com (China) or https://api.dingtalk.io (elsewhere)",
		"http://localhost:80":         "",
		"http://127.3.2.1":            "",
		"http://[::1]:80":             "",
		"http://10.0.0.1":             "http is allowed only to a loopback address such as 127.0.0.1; use https",
		"ftp://127.0.0.1":             "the scheme must be https",
		"https://":                    "it has no host; write it like https://api.dingtalk.com (China) or https://api.dingtalk.io (elsewhere)",
		"https://:443":                "it has no host; write it like https://api.dingtalk.com (China) or https://api.dingtalk.io (elsewhere)",
		"https://a.example?":          "it must not contain a query or a fragment",
		"https://a.example?b":         "it must not contain a query or a fragment",
		"https://a.example#b":         "it must not contain a query or a fragment",
		"https://u@a.example":         "it must not contain a user name or password",
		"https://a.example:80port":    "it is not a URL; write it like https://api.dingtalk.com (China) or https://api.dingtalk.io (elsewhere)",
		"https://user:hush@a example": "it is not a URL; write it like https://api.dingtalk.com (China) or https://api.dingtalk.io (elsewhere)",
	} {
		u, err := ParseEndpoint(in)
		switch {
		case want == "" && (err != nil || u.String() != in):
			t.Errorf("%s: %v, %v", in, u, err)
		case want != "" && (err == nil || err.Error() != want):
			t.Errorf("%s: error %v, want %q", in, err, want)
		}
	}
	// net/http calls localhost without a proxy, and LOCALHOST by one.
	if u, err := ParseEndpoint("http://LOCALHOST:80"); err != nil || u.Host != "localhost:80" {
		t.Errorf("%v, %v", u, err)
	}
}
