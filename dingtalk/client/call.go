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
	// The least waits after throttling: the window of the limit per second,
	// and enough for two waits to outlast the limit per minute.
	throttledPause       = time.Second
	throttledMinutePause = 31 * time.Second
)

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
		c.tokens.doubt(tok) // what is granted from now on may need a new one
	}
	return a, err
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

// budget is the time that a call has left.
type budget struct{ spent time.Duration }

func (b *budget) left() time.Duration { return maxTotal - b.spent }

// spend counts the time that f takes.
func (b *budget) spend(f func() error) error {
	start := time.Now()
	err := f()
	b.spent += time.Since(start)
	return err
}

// send sends a call until it has an answer, a refusal for good, or no attempts or
// time left; then it returns the last error. wait is asked before each attempt.
// Neither its time nor that of the limit counts.
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
		a := new(A) // nothing of an answer that was refused may stay
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
		c.repeating(ctx, r, attempt+1, after, e)
		if err := c.sleep(ctx, after); err != nil {
			return nil, err
		}
	}
}

// repeating says that a call will be sent again.
func (c *Client) repeating(ctx context.Context, r request, attempt int, after time.Duration, why *Error) {
	level := hclog.Debug
	if attempt == 2 {
		level = hclog.Warn // whoever waits should learn why, and not from each repeat
	}
	c.log.Log(level, "repeating a call", "method", r.method, "path", r.escapedPath(), "attempt", attempt, "after", after, "error", why)
	traceOf(ctx).repeating(r, after, why)
}

// jitter is a wait that differs by a quarter at most, so that those who failed
// together don't come back together.
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

// maxAttempts is how often a call that fails so is sent at most.
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

// pause is the least time to wait before the call is repeated.
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
