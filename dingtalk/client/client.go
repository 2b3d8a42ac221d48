// Package client is the DingTalk Open API over HTTP: tokens, repeats, limits
// on time and size, typed errors, pages. It knows nothing of SQL or Steampipe.
//
// It has two subjects. The files api_*.go say what the calls are, one file for each
// API: the declaration of its endpoint, the structs of its answer, and a method of
// [Client]. The other files say how a call is made, and name nothing of an API:
//
//   - client.go: the settings of a client
//   - paging.go, pager.go: a list, page by page
//   - call.go, repeat.go: one request, with its token and all repeats
//   - credentials.go, token.go: the kinds of apps, and the token of a client
//   - limit.go: the calls that one app may make to one API in a second
//   - allowance.go: the calls that may be made of an organization's month
//   - tally.go, usage.go: what has become of the calls, and when they were
//   - attempt.go, endpoint.go, transport.go: one call over HTTP, and its answer
//   - fields.go, times.go, raw.go, nul.go: the types of an answer's fields
//   - refusal.go, codes.go, errors.go, errors_advice.go: from a refusal to an error's text
//   - secret.go, shown.go, trace.go: what is never shown, how much of a text is, and what
//     the caller can log of calls
package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"
)

// Base URLs of the DingTalk Open API. An app and its tokens belong to one of them,
// and are unknown to the other.
const (
	EndpointInternational = "https://api.dingtalk.io"
	EndpointChina         = "https://api.dingtalk.com"
)

const (
	requestTimeout = 15 * time.Second
	// maxBodyBytes is how many bytes of an answer are read at most. A page of
	// 500 meetings has about 200 KiB.
	maxBodyBytes = 8 << 20

	tokenHeader = "x-acs-dingtalk-access-token"
)

// Config says which API a Client talks to, as whom, and how.
type Config struct {
	// Endpoint is the base URL, from ParseEndpoint.
	Endpoint *url.URL
	// LegacyEndpoint is the base URL of the older API, which has users and
	// departments. If nil, it is that of DingTalk's own Endpoint, with the host oapi.
	// in place of api., or Endpoint itself if that is another.
	LegacyEndpoint *url.URL
	// Credentials is the kind of app and its secrets.
	Credentials Credentials
	// UserAgent is the header that names the program. "" is that of net/http.
	UserAgent string
	// Logger logs every call, at trace level. Nil logs nothing.
	Logger hclog.Logger
	// CallsPerSecond is how many calls to one API the app may make in any
	// second; 0 is DefaultCallsPerSecond. Token calls are counted separately. If
	// an app has several clients, the smallest limit of those that are not closed
	// applies to all.
	CallsPerSecond int
	// Organization is the organization against whose month the calls count; "" is one
	// of the app's own. The clients of an organization share its day, also if they are of
	// several apps.
	Organization string
	// CallsPerDay is the most calls that count against the month, in any 24 hours, by the
	// clients of the organization; 0 is any number.
	CallsPerDay int
	// Limits are shared by the clients whose calls are counted together. Nil is the
	// limits of the process.
	Limits *Limits
	// Transport sends the requests. If nil, the client makes one, which takes its
	// proxy from the environment as net/http does. When a connection fails, an
	// http.Transport is cloned, so that the clone opens new ones; a transport of
	// another type must be comparable.
	Transport http.RoundTripper
	// Sleep waits before a call is repeated, and returns an error only if the
	// context ends. Nil waits for the given time.
	Sleep func(context.Context, time.Duration) error
}

// Client calls the DingTalk Open API. It is safe for concurrent use; its calls
// share one token and one pool of connections.
type Client struct {
	base, legacyBase *url.URL
	pool             *pool
	tokens           *tokenSource
	agent            string
	secrets          []Secret
	log              hclog.Logger
	sleep            func(context.Context, time.Duration) error

	// app is the client's app in limits, and rate is CallsPerSecond.
	limits *Limits
	app    appKey
	rate   int

	counted atomic.Int64 // see CountedCalls

	// month is what the organization's clients have called, and allowance how many calls
	// they may make in a day.
	month     *purse
	allowance Allowance

	// requestTimeout bounds one HTTP exchange from dialling to the last byte of
	// the body.
	requestTimeout time.Duration
}

// New returns a Client. It makes no call.
func New(cfg Config) *Client {
	c := &Client{
		base:       cfg.Endpoint,
		legacyBase: cfg.LegacyEndpoint,
		pool:       &pool{current: cfg.Transport},
		agent:      cfg.UserAgent,
		secrets:    cfg.Credentials.secrets(),
		log:        cfg.Logger,
		sleep:      cfg.Sleep,

		limits: cmp.Or(cfg.Limits, &processLimits),
		app:    appOf(cfg.Endpoint, cfg.Credentials),
		rate:   cmp.Or(cfg.CallsPerSecond, DefaultCallsPerSecond),

		requestTimeout: requestTimeout,
	}
	if c.legacyBase == nil {
		c.legacyBase = legacyEndpoint(c.base)
	}
	if c.pool.current == nil {
		c.pool.current = newTransport(c.rate)
	}
	if c.sleep == nil {
		c.sleep = sleep
	}
	if c.log == nil {
		c.log = hclog.NewNullLogger()
	}
	c.month = c.limits.purseOf(organizationOf(cfg.Organization, c.app))
	c.allowance = Allowance{"calls_per_day", cfg.CallsPerDay, day}
	c.tokens = newTokenSource(c, cfg.Credentials)
	c.limits.add(c)
	return c
}

// appOf returns the app whose calls DingTalk counts together.
func appOf(base *url.URL, credentials Credentials) appKey {
	key := appKey{base: strings.ToLower(strings.TrimRight(base.String(), "/"))}
	switch cred := credentials.(type) {
	case AccessToken:
		key.token = cred.Token
	case app:
		key.id = cred.clientID()
	}
	return key
}

// Endpoint and LegacyEndpoint return the base URLs to which calls go.
func (c *Client) Endpoint() string       { return c.base.String() }
func (c *Client) LegacyEndpoint() string { return c.legacyBase.String() }

// ClientID returns the app's client id; "" if the client has an AccessToken.
func (c *Client) ClientID() string { return c.app.id }

// UnderWay returns how many calls to one API keep the client's limit per second full.
func (c *Client) UnderWay() int { return UnderWay(c.rate) }

// CountedCalls returns how many calls the client has sent, also as repeats, that count
// against the organization's month.
func (c *Client) CountedCalls() int64 { return c.counted.Load() }

// CallsOfTheDay returns how many calls that count against the month the clients of the
// organization have made in the last 24 hours. It leaves out those that DingTalk
// throttled, which do not count.
func (c *Client) CallsOfTheDay() int { return c.month.lastDay() }

// Close closes the connections: those of running calls, which go on, as they end. The
// client's limit no longer applies to the other clients of its app.
func (c *Client) Close() {
	c.limits.remove(c)
	c.pool.close()
}

// ParseEndpoint checks a base URL: absolute, https (http only to a loopback
// address, since the token travels in a header), without user name, query, fragment
// or path.
func ParseEndpoint(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		// The parser's error shows its input, which may have a password.
		return nil, fmt.Errorf("it is not a URL; write it like %s (China) or %s (elsewhere)", EndpointChina, EndpointInternational)
	case u.User != nil:
		return nil, errors.New("it must not contain a user name or password")
	case u.Hostname() == "":
		return nil, fmt.Errorf("it has no host; write it like %s (China) or %s (elsewhere)", EndpointChina, EndpointInternational)
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return nil, errors.New("http is allowed only to a loopback address such as 127.0.0.1; use https")
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("the scheme must be https")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("it must not contain a query or a fragment")
	case strings.Trim(u.Path, "/") != "":
		return nil, fmt.Errorf("it must not contain the path %s: it names the host alone, like %s (China) or %s (elsewhere)", u.EscapedPath(), EndpointChina, EndpointInternational)
	}
	u.Host = strings.ToLower(u.Host) // net/http would send calls to LOCALHOST by the proxy
	return u, nil
}

// legacyEndpoint returns the base URL of the older API for that of the newer one: for
// DingTalk's own, its host beginning with oapi. in place of api.; for any other, the same,
// since the token goes to no host that nobody named.
func legacyEndpoint(base *url.URL) *url.URL {
	legacy := *base
	for _, own := range []string{EndpointInternational, EndpointChina} {
		host := strings.TrimPrefix(own, "https://")
		if base.Hostname() == host && (base.Port() == "" || base.Port() == "443") {
			legacy.Host = "o" + base.Host
		}
	}
	return &legacy
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
