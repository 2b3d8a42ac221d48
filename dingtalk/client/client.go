// Package client is the DingTalk Open API over HTTP: tokens, retries, limits
// on time and size, typed errors, pages. It knows nothing of SQL or Steampipe.
package client

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
)

// Base URLs of the DingTalk Open API. Apps and tokens belong to one of them: an
// app of the one is unknown to the other.
const (
	EndpointInternational = "https://api.dingtalk.io"
	EndpointChina         = "https://api.dingtalk.com"
)

const (
	requestTimeout = 15 * time.Second
	// maxBodyBytes is the most that is read of an answer. A page of 500
	// meetings is about 200 KiB.
	maxBodyBytes = 8 << 20

	tokenHeader = "x-acs-dingtalk-access-token"
)

// Config says which API a Client talks to, as whom, and how.
type Config struct {
	// Endpoint is the base URL, from ParseEndpoint.
	Endpoint *url.URL
	// LegacyEndpoint is the base URL of the older API, which has users and
	// departments. Nil is the host oapi. in place of api. in Endpoint, or
	// Endpoint itself where it is another host.
	LegacyEndpoint *url.URL
	// Credentials is the kind of app and its secrets.
	Credentials Credentials
	// UserAgent names the program to DingTalk. "" is net/http's.
	UserAgent string
	// Logger hears of every call, at trace level. Nil logs nothing.
	Logger hclog.Logger
	// CallsPerSecond is how many calls to one API the app may make in any
	// second, with its token calls apart; 0 is DefaultCallsPerSecond. Of several
	// clients of one app, the smallest counts until that one is closed.
	CallsPerSecond int
	// Limits are shared by the clients whose calls count together. Nil are those
	// of the process.
	Limits *Limits
	// Transport sends the requests. Nil is a transport of the client's own,
	// which takes its proxy from the environment as net/http does. An
	// http.Transport is cloned when a connection fails, to have new ones; another
	// has to be comparable.
	Transport http.RoundTripper
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

	// limits has the windows, app finds the client's in it, and rate is the
	// limit that it asks for.
	limits *Limits
	app    appKey
	rate   int

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

		limits: cmp.Or(cfg.Limits, &processLimits),
		app:    appOf(cfg.Endpoint, cfg.Credentials),
		rate:   cmp.Or(cfg.CallsPerSecond, DefaultCallsPerSecond),

		requestTimeout: requestTimeout,
	}
	if c.legacyBase == nil {
		c.legacyBase = legacyEndpoint(c.base)
	}
	if c.pool.current == nil {
		c.pool.current = newTransport()
	}
	if c.log == nil {
		c.log = hclog.NewNullLogger()
	}
	c.tokens = newTokenSource(c, cfg.Credentials)
	c.limits.join(c, c.app, c.rate)
	return c
}

// appOf is whose calls DingTalk counts together.
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

// Close releases the idle connections, and the client's say in the limit. Calls
// under way are not disturbed.
func (c *Client) Close() {
	c.limits.quit(c, c.app)
	c.pool.close()
}

// ParseEndpoint checks a base URL: absolute, https (http only to a loopback
// address, since the token travels in a header), without user name, query or
// fragment.
func ParseEndpoint(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		// The parser's error repeats its input, which may hold a password.
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
	}
	return u, nil
}

// legacyEndpoint is the base URL of the older API beside that of the newer.
func legacyEndpoint(base *url.URL) *url.URL {
	legacy := *base
	if rest, ok := strings.CutPrefix(base.Host, "api."); ok {
		legacy.Host = "oapi." + rest
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

// answer is a decoded response body that knows whether it has the documented
// shape.
type answer interface {
	// check returns what is missing or wrong, or nil.
	check() error
	// errorFields returns the error fields that the body carries.
	errorFields() refusal
}

// read calls an API with the client's token. A token that DingTalk no longer
// accepts is replaced once and the call repeated once. wait is asked before
// every attempt; nil asks nobody. An id that cannot be one is not found at no
// call.
func read[A any, PA answerTo[A]](ctx context.Context, c *Client, wait func(context.Context) error, r request) (*A, error) {
	if r.impossible() {
		return nil, &Error{Kind: NotFound, Message: "no call was made, since this cannot be an id"}
	}
	b := &budget{}
	tok, err := c.token(ctx, b)
	if err != nil {
		return nil, err
	}
	a, err := exchange[A, PA](ctx, c, b, wait, r, tok.value)
	var e *Error
	if !errors.As(err, &e) || e.Kind != Unauthenticated {
		return a, err
	}
	if !c.tokens.renewable() {
		e.Kind = OwnTokenRefused
		return nil, err
	}
	c.log.Debug("the token is refused; fetching a new one", "error", err)
	c.tokens.invalidate(tok)
	if tok, err = c.token(ctx, b); err != nil {
		return nil, err
	}
	return exchange[A, PA](ctx, c, b, wait, r, tok.value)
}

// token waits for the client's token, for as long as the call may take.
func (c *Client) token(ctx context.Context, b *budget) (tok *token, err error) {
	limited, cancel := context.WithTimeout(ctx, b.left())
	defer cancel()
	err = b.spend(func() error {
		tok, err = c.tokens.token(limited)
		return err
	})
	if err != nil && ctx.Err() == nil && limited.Err() != nil {
		return nil, &Error{Kind: Transient, TokenCall: true, Message: fmt.Sprintf("no complete answer within %s", maxTotal)}
	}
	return tok, err
}

// exchange sends r until it has an answer, a permanent refusal, or no attempts
// or time left.
func exchange[A any, PA answerTo[A]](ctx context.Context, c *Client, b *budget, wait func(context.Context) error, r request, token Secret) (a *A, err error) {
	var l *leave
	err = c.retrying(ctx, b, r, func(ctx context.Context) error {
		if wait != nil {
			if err := wait(ctx); err != nil {
				return err
			}
		}
		l, err = c.leave(ctx, r)
		return err
	}, func(ctx context.Context, timeout time.Duration) error {
		a = new(A) // nothing of an answer that was refused may stay
		return c.attempt(ctx, timeout, r, token, l, PA(a))
	})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// answerTo is a pointer to an A that is an answer.
type answerTo[A any] interface {
	*A
	answer
}

// attempt sends r once, with leave to do so, and decodes the answer into out. A
// refusal is an *Error.
func (c *Client) attempt(ctx context.Context, timeout time.Duration, r request, token Secret, l *leave, out answer) error {
	attemptCtx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	args := r.args().Encode()
	req, err := c.newRequest(l.watch(attemptCtx), r, args)
	if err != nil {
		l.unused()
		return fmt.Errorf("building the request: %w", err)
	}
	call := []any{"method", r.method, "path", req.URL.EscapedPath(), "args", args}
	r.api.authorize(req, token) // from here on, the URL may show the token

	start := time.Now()
	secrets := append([]Secret{token}, c.secrets...)
	status, header, body, err := c.roundTrip(ctx, req, l)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err() // the caller gave up; this is no fault of the API
		}
		e := transportError(err, timeout)
		e.redact(r.endpoint, secrets)
		c.log.Trace("call failed", append(call, "after", time.Since(start), "error", e)...)
		return e
	}
	c.log.Trace("call", append(call, "status", status, "bytes", len(body), "took", time.Since(start))...)
	if e := decode(r.endpoint, status, header, body, out); e != nil {
		e.redact(r.endpoint, secrets)
		c.log.Trace("call refused", "error", e)
		return e
	}
	return nil
}

// newRequest makes the HTTP request of a call, without a token.
func (c *Client) newRequest(ctx context.Context, r request, args string) (*http.Request, error) {
	var (
		base        = c.base
		query       = args
		body        = r.body
		contentType = "application/json"
	)
	if r.api.legacy {
		base, query = c.legacyBase, ""
		body, contentType = []byte(args), "application/x-www-form-urlencoded"
	}
	req, err := http.NewRequestWithContext(ctx, r.method, r.url(base), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.URL.RawQuery = query
	req.Header.Set("Accept", "application/json")
	if c.agent != "" {
		req.Header.Set("User-Agent", c.agent)
	}
	if body != nil {
		req.Header.Set("Content-Type", contentType)
	}
	return req, nil
}

// roundTrip sends the request and reads the whole body, up to maxBodyBytes. ctx is
// the caller's.
func (c *Client) roundTrip(ctx context.Context, req *http.Request, l *leave) (status int, header http.Header, body []byte, err error) {
	transport := c.pool.transport()
	defer func() {
		if err != nil && ctx.Err() == nil && !l.neverSent() {
			c.pool.fail(transport)
		}
	}()
	// Not by http.Client: it would follow redirects, which carry the token to
	// wherever they point, and its errors show the URL.
	resp, err := transport.RoundTrip(req)
	if !l.told {
		l.sending() // only now does anybody know
	}
	switch {
	case err != nil && l.neverSent():
		l.unused()
	case err != nil && ctx.Err() != nil:
		l.used(doubtTime)
	default:
		l.used(0)
	}
	if err != nil {
		return 0, nil, nil, err
	}
	defer resp.Body.Close()
	var buf bytes.Buffer
	buf.Grow(int(min(max(resp.ContentLength, 0), maxBodyBytes)) + bytes.MinRead)
	if _, err = buf.ReadFrom(io.LimitReader(resp.Body, maxBodyBytes+1)); err != nil {
		return 0, nil, nil, fmt.Errorf("reading the answer: %w", err)
	}
	return resp.StatusCode, resp.Header, buf.Bytes(), nil
}

// decode turns a response into out, or into the error that it stands for.
// Nothing that lacks the documented shape becomes an empty answer.
func decode(of *endpoint, status int, header http.Header, body []byte, out answer) *Error {
	if len(body) > maxBodyBytes {
		return unexpected(status, fmt.Sprintf("the answer is larger than %d MiB", maxBodyBytes>>20))
	}
	if status != http.StatusOK {
		return refused(of, status, header, body)
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return unexpected(status, "the answer is empty")
	}
	err := json.Unmarshal(body, out)
	if err == nil {
		err = out.check()
	}
	if err == nil && !out.errorFields().present() {
		return nil
	}
	// A refusal with status 200: the older API's errcode, a blocked address,
	// an HTML page. Whatever it is, it is not "no rows".
	e := refused(of, status, header, body)
	if e.Kind != Unexpected {
		return e
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) && syntax.Offset >= int64(len(body)) {
		e.Kind, e.Message = Transient, "the answer is cut short"
	} else if err != nil && e.Code == "" {
		e.Message = fmt.Sprintf("the answer does not have the documented form: %s", describe(err))
	}
	return e
}
