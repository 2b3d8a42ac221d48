package client

import (
	"context"
	"errors"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/sethvargo/go-retry"
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

// retrying calls attempt until it succeeds, fails for good, or has no attempts
// or time left; then it returns the last error. attempt must end within the
// timeout that it is given. leave is asked before each, and its time does not
// count.
func (c *Client) retrying(ctx context.Context, b *budget, r request, leave func(context.Context) error, attempt func(ctx context.Context, timeout time.Duration) error) error {
	var (
		last     *Error
		attempts int
		pauses   = retry.WithJitterPercent(25, retry.NewExponential(firstPause))
	)
	next := retry.BackoffFunc(func() (time.Duration, bool) {
		pause, _ := pauses.Next()
		pause = max(pause, last.pause())
		last.Attempts = attempts
		if attempts >= last.maxAttempts() || pause >= b.left() {
			return 0, true
		}
		b.spent += pause
		level := hclog.Debug
		if attempts == 1 {
			level = hclog.Warn // whoever waits should learn why, and not from each repeat
		}
		c.log.Log(level, "repeating a call", "method", r.method, "path", r.escapedPath(), "attempt", attempts+1, "after", pause, "error", last)
		traceOf(ctx).repeating(r, pause, last)
		return pause, false
	})
	return retry.Do(ctx, next, func(ctx context.Context) error {
		if err := leave(ctx); err != nil {
			return err
		}
		attempts++
		err := b.spend(func() error { return attempt(ctx, min(c.requestTimeout, b.left())) })
		if errors.As(err, &last) && last.Kind.temporary() {
			return retry.RetryableError(err)
		}
		return err
	})
}

// maxAttempts is how often a call that fails so is sent at most.
func (e *Error) maxAttempts() int {
	if e.Kind == UnknownHost {
		return 2
	}
	return maxAttempts
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
