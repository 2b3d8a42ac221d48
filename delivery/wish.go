package delivery

import (
	"context"
	"sync"
	"time"
)

// A LIMIT is a wish. Steampipe passes on those of a query, and others: beside
// "order by" an expression, count(*) over () or "offset (select ...)". So a scan
// brings as many rows, waits until the engine would have ended it, and goes on if
// the engine is still there. The SDK, which takes a LIMIT for the end of a scan,
// is told of none.

// moment is what an engine needs to end a scan of which it has enough rows.
const moment = 150 * time.Millisecond

// noLimit is the limit where there is none.
const noLimit = -1

// wish is how many rows a scan is to bring before it waits.
type wish struct {
	mu     sync.Mutex
	rows   int64         // noLimit is all
	raised chan struct{} // closed, and replaced, when there are more
}

func newWish(rows int64) *wish { return &wish{rows: rows, raised: make(chan struct{})} }

// raise makes it as many rows, if it was less.
func (w *wish) raise(rows int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.rows == noLimit || rows != noLimit && rows <= w.rows {
		return
	}
	w.rows = rows
	close(w.raised)
	w.raised = make(chan struct{})
}

// left is how many more rows are wished for; ok is false where it is all.
func (w *wish) left(brought int64) (n int64, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return max(0, w.rows-brought), w.rows != noLimit
}

// wait returns when more rows are wished for than were brought, or with the
// reason why ctx ended.
func (w *wish) wait(ctx context.Context, brought int64) error {
	for {
		w.mu.Lock()
		more, raised := w.rows == noLimit || brought < w.rows, w.raised
		w.mu.Unlock()
		if more {
			return nil
		}
		select {
		case <-raised:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// listCall is what a list function may ask of its list call.
type listCall interface {
	wanted() (n int64, ok bool)
	proceed(context.Context) error
}

type listCallKey struct{}

// Wanted is how many more rows the engine wants of the list call with this
// context before it may end it; ok is false where that is all. 0 is none: what
// the list function brings from then on, it brings because the engine reads on.
func Wanted(ctx context.Context) (n int64, ok bool) {
	if call, is := ctx.Value(listCallKey{}).(listCall); is {
		return call.wanted()
	}
	return 0, false
}

// Proceed is for a list function to ask before each call that it makes, with the
// context of its list call. It waits as long as the engine may have enough rows,
// and returns an error when the engine has left.
func Proceed(ctx context.Context) error {
	if call, is := ctx.Value(listCallKey{}).(listCall); is {
		return call.proceed(ctx)
	}
	return nil
}
