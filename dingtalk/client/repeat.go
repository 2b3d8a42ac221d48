package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
)

const (
	// maxAttempts is how often one request is sent at most.
	maxAttempts = 6
	// maxTotal is the most time that one request may take, with its token and all
	// repeats. Time spent waiting for a slot does not count.
	maxTotal = 75 * time.Second
	// firstPause is the wait after the first failed call. After each further one, the
	// wait is twice as long.
	firstPause = 500 * time.Millisecond
	// The shortest waits after DingTalk has throttled a call. For a limit per second,
	// the wait is that second. For a limit per minute, two waits are longer than the
	// minute.
	throttledPause       = time.Second
	throttledMinutePause = 31 * time.Second
)

// send makes one call for a request, and repeats it after an error that may pass:
// Kind.temporary (errors.go) says which kinds of errors are repeated, and codes.go
// which code of DingTalk's is which kind. It returns the first answer. If no attempts
// or no time is left, or the error will not pass, it returns the last error. It calls
// wait before each attempt. The time in wait and the time until a slot is free do not
// count.
func send[A any, PA answerTo[A]](ctx context.Context, c *Client, b *budget, wait func(context.Context) error, r request, token Secret) (*A, error) {
	pause := firstPause
	var last *Error // why the call is repeated
	for attempt := 1; ; attempt++ {
		if wait != nil {
			if err := wait(ctx); err != nil {
				return nil, err
			}
		}
		s, err := c.slot(ctx, r, last != nil)
		if err != nil {
			if spent, ok := errors.AsType[*Error](err); ok && last != nil {
				spent.Message += ", which would have repeated one that failed: " + strings.TrimSuffix(last.Reason(), ".")
			}
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
		e.Attempts, last = attempt, e
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
	case Throttled, Busy:
		return max(throttledPause, e.RetryAfter)
	case ThrottledMinute:
		return max(throttledMinutePause, e.RetryAfter)
	default:
		return e.RetryAfter
	}
}
