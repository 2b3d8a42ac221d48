package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"time"
)

// answer is a decoded response body, which can check that it has the documented
// form.
type answer interface {
	// check returns what is missing or wrong, or nil. It returns an *Error if the answer
	// has an error of one part beside the others.
	check() error
	// errorFields returns the error fields of the body.
	errorFields() refusal
}

// answerTo is a pointer to an A that is an answer.
type answerTo[A any] interface {
	*A
	answer
}

// attempt sends r once, in a slot of the limit, and decodes the answer into out. A
// refusal is an *Error.
func (c *Client) attempt(ctx context.Context, timeout time.Duration, r request, token Secret, s *slot, out answer) error {
	attemptCtx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	req, err := c.newRequest(s.trace(attemptCtx), r, token)
	if err != nil {
		s.unsent()
		return fmt.Errorf("building the request: %w", err)
	}
	args := maps.Clone(r.args)
	if r.paging != nil {
		args.Del(r.paging.at) // DingTalk chooses it, and it may be a secret
	}
	call := []any{"method", r.method, "path", r.escapedPath(), "page", r.number, "args", args.Encode()}
	if r.api == openAPI && r.body != nil {
		call = append(call, "body", string(r.body))
	}

	start := time.Now()
	secrets := append([]Secret{token}, c.secrets...)
	status, header, body, err := c.roundTrip(ctx, req, s)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err() // the caller cancelled; the API did not fail
		}
		e := transportError(err, timeout)
		e.redact(r.endpoint, secrets)
		c.log.Trace("call failed", append(call, "after", time.Since(start), "error", e)...)
		return e
	}
	took := time.Since(start)
	c.log.Trace("call", append(call, "status", status, "bytes", len(body), "took", took)...)
	e := decode(r.endpoint, status, header, body, out)
	if e != nil {
		if r.api == tokenAPI {
			secrets = append(secrets, secretsIn(body)...)
		}
		e.redact(r.endpoint, secrets)
	}
	s.answered(took, e)
	if e != nil {
		c.log.Trace("call refused", "error", e)
		return e
	}
	return nil
}

// newRequest makes the HTTP request of a call.
func (c *Client) newRequest(ctx context.Context, r request, token Secret) (*http.Request, error) {
	base, args, body, contentType := c.base, r.args, r.body, "application/json"
	if r.api.legacy {
		base, args = c.legacyBase, maps.Clone(args)
		if args == nil {
			args = url.Values{}
		}
		args.Set("access_token", token.reveal())
		if r.method == http.MethodPost {
			body, args, contentType = []byte(args.Encode()), nil, "application/x-www-form-urlencoded"
		}
	}
	req, err := http.NewRequestWithContext(ctx, r.method, r.url(base), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.URL.RawQuery = args.Encode()
	req.Header.Set("Accept", "application/json")
	if c.agent != "" {
		req.Header.Set("User-Agent", c.agent)
	}
	if body != nil {
		req.Header.Set("Content-Type", contentType)
	}
	if r.api == openAPI {
		req.Header.Set(tokenHeader, token.reveal())
	}
	return req, nil
}

// roundTrip sends the request and reads the whole body, up to maxBodyBytes. ctx is
// the caller's.
func (c *Client) roundTrip(ctx context.Context, req *http.Request, s *slot) (status int, header http.Header, body []byte, err error) {
	transport := c.pool.transport()
	defer func() {
		if err != nil && ctx.Err() == nil && !s.neverSent() {
			c.pool.fail(transport)
		}
		c.pool.done(transport)
	}()
	// Not by http.Client: it would follow redirects, which carry the token to
	// wherever they point, and its errors show the URL.
	resp, err := transport.RoundTrip(req)
	if !s.traced {
		s.sending() // the transport reported nothing
	}
	switch {
	case err != nil && s.neverSent():
		s.unsent()
	case err != nil && ctx.Err() != nil:
		s.releaseLater(arrivalTime)
	case err != nil:
		s.releaseLater(0)
	default:
		s.releaseAnswered()
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
	return resp.StatusCode, resp.Header, withoutNUL(buf.Bytes()), nil
}

// decode decodes an answer into out, or returns the error that the answer means. If the
// answer does not have the documented form, decode returns an error: out would look like
// an answer without entries.
func decode(of *endpoint, status int, header http.Header, body []byte, out answer) *Error {
	if len(body) > maxBodyBytes {
		return unexpected(status, fmt.Sprintf("the answer is larger than %d MiB", maxBodyBytes>>20), adviceNotAPI)
	}
	if status != http.StatusOK {
		return refused(of, status, header, body)
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return unexpected(status, "the answer is empty", adviceNotAPI)
	}
	err := json.Unmarshal(body, out)
	if err == nil {
		err = out.check()
	}
	if err == nil && !out.errorFields().present() {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok && !out.errorFields().present() {
		return e
	}
	// A refusal with status 200: the older API's errcode, a blocked address, or an
	// HTML page. It must never become "no rows".
	e := refused(of, status, header, body)
	if e.Kind != Unexpected || e.Advice != (Advice{}) {
		return e
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) && syntax.Offset >= int64(len(body)) {
		e.Kind, e.Message = Transient, "the answer is cut short"
	} else if err != nil && e.Code == "" {
		e.Message = fmt.Sprintf("the answer does not have the documented form: %s", describe(err))
		if !errors.As(err, &syntax) {
			e.Advice = adviceOddForm
		}
	}
	return e
}
