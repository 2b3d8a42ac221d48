package client

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/hashicorp/go-hclog"
)

const (
	// maxAttempts bounds how often one request is sent.
	maxAttempts = 6
	// maxTotal bounds the time that one call may take with its token and all
	// repeats. Time spent waiting for the rate limiter does not count.
	maxTotal = 75 * time.Second
	// firstPause is the wait after the first failure; it doubles with each.
	firstPause = 500 * time.Millisecond
	// The least waits after throttling: for a limit per second, that second; for
	// a limit per minute, so long that two waits are longer than the minute.
	throttledPause       = time.Second
	throttledMinutePause = 31 * time.Second
)

// read calls an API with the client's token. If DingTalk no longer accepts the
// token, it fetches a new one and repeats the call, both once. wait, if not nil, is
// called before every attempt. For an id that cannot exist, read returns a NotFound
// error and makes no call.
func read[A any, PA answerTo[A]](ctx context.Context, c *Client, wait func(context.Context) error, r request) (*A, error) {
	if r.hasImpossibleID() {
		return nil, noCall()
	}
	b := &budget{}
	tok, err := c.token(ctx, b)
	if err != nil {
		return nil, err
	}
	a, err := send[A, PA](ctx, c, b, wait, r, tok.value)
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == Unauthenticated {
		if !c.tokens.renewable() {
			e.Kind = OwnTokenRefused
			return nil, err
		}
		c.log.Debug("the token is refused; fetching a new one", "error", err)
		c.tokens.invalidate(tok)
		if tok, err = c.token(ctx, b); err != nil {
			return nil, err
		}
		a, err = send[A, PA](ctx, c, b, wait, r, tok.value)
	}
	if IsKind(err, NoPermission) {
		c.tokens.replaceSoon(tok) // a permission that is granted now may need a new token
	}
	return a, err
}

// noCall returns the error for an id that cannot exist.
func noCall() *Error {
	return &Error{Kind: NotFound, Message: "no call was made, since this cannot be an id"}
}

// token returns the client's token. It waits for it as long as the call may take.
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

// budget is the time that a call may still take.
type budget struct{ spent time.Duration }

func (b *budget) left() time.Duration { return maxTotal - b.spent }

// spend calls f, and subtracts the time that it takes.
func (b *budget) spend(f func() error) error {
	start := time.Now()
	err := f()
	b.spent += time.Since(start)
	return err
}

// send sends a call until it has an answer, or a refusal that a repeat would not
// change, or no attempts or time left; then it returns the last error. wait is called
// before each attempt. The time in wait and in the queue of the limit does not count.
func send[A any, PA answerTo[A]](ctx context.Context, c *Client, b *budget, wait func(context.Context) error, r request, token Secret) (*A, error) {
	pause := firstPause
	for attempt := 1; ; attempt++ {
		if wait != nil {
			if err := wait(ctx); err != nil {
				return nil, err
			}
		}
		s, err := c.slot(ctx, r)
		if err != nil {
			return nil, err
		}
		a := new(A) // without the fields of a refused answer
		err = b.spend(func() error { return c.attempt(ctx, min(c.requestTimeout, b.left()), r, token, s, PA(a)) })
		if err == nil {
			return a, nil
		}
		e, ok := errors.AsType[*Error](err)
		if !ok || !e.Kind.temporary() {
			return nil, err
		}
		e.Attempts = attempt
		after := max(jitter(pause), e.pause())
		if attempt >= e.maxAttempts() || after >= b.left() {
			return nil, err
		}
		pause *= 2
		b.spent += after
		c.logRepeat(ctx, r, attempt+1, after, e)
		if err := c.sleep(ctx, after); err != nil {
			return nil, err
		}
	}
}

// logRepeat logs that a call will be sent again, and reports it to the trace.
func (c *Client) logRepeat(ctx context.Context, r request, attempt int, after time.Duration, why *Error) {
	level := hclog.Debug
	if attempt == 2 {
		level = hclog.Warn // the reason for waiting is shown once, not for each repeat
	}
	c.log.Log(level, "repeating a call", "method", r.method, "path", r.escapedPath(), "attempt", attempt, "after", after, "error", why)
	traceOf(ctx).repeating(r, after, why)
}

// jitter changes a wait by up to a quarter, so that calls which failed together are
// not repeated together.
func jitter(d time.Duration) time.Duration { return d*3/4 + rand.N(d/2) }

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// maxAttempts returns how often a call with this error is sent at most.
func (e *Error) maxAttempts() int {
	switch {
	case e.MostAttempts > 0:
		return e.MostAttempts
	case e.Kind == UnknownHost:
		return 2
	default:
		return maxAttempts
	}
}

// pause returns the least time to wait before the call is repeated.
func (e *Error) pause() time.Duration {
	switch e.Kind {
	case Throttled:
		return max(throttledPause, e.RetryAfter)
	case ThrottledMinute:
		return max(throttledMinutePause, e.RetryAfter)
	default:
		return e.RetryAfter
	}
}
