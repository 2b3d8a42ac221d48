package delivery

import (
	"context"
	"sync"
	"time"
)

// A LIMIT is not always the end. Steampipe passes on the LIMIT of a query, and also
// passes one on where it needs all rows: beside "order by" an expression,
// count(*) over () or "offset (select ...)". So a scan brings as many rows as the
// LIMIT, waits for limitWait, and goes on if the engine has not ended it. The SDK
// would end a scan at the LIMIT, and therefore gets none.

// limitWait is the time that an engine needs to end a scan of which it has as many
// rows as its LIMIT.
const limitWait = 150 * time.Millisecond

// noLimit is a limit that there is not: all rows are wanted.
const noLimit = -1

// rowsWanted is how many rows a scan brings before it waits.
type rowsWanted struct {
	mu     sync.Mutex
	rows   int64         // noLimit is all
	raised chan struct{} // closed, and replaced, when rows grows
}

func newRowsWanted(rows int64) *rowsWanted {
	return &rowsWanted{rows: rows, raised: make(chan struct{})}
}

// raise raises the number of rows, if it was smaller.
func (w *rowsWanted) raise(rows int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.rows == noLimit || rows != noLimit && rows <= w.rows {
		return
	}
	w.rows = rows
	close(w.raised)
	w.raised = make(chan struct{})
}

// remaining returns how many more rows are wanted; limited is false if all are.
func (w *rowsWanted) remaining(brought int64) (n int64, limited bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return max(0, w.rows-brought), w.rows != noLimit
}

// wait waits until more rows are wanted than were brought. If ctx ends before, it
// returns the reason.
func (w *rowsWanted) wait(ctx context.Context, brought int64) error {
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

// listCall is what Wanted and Proceed need of a list call.
type listCall interface {
	wanted() (n int64, limited bool)
	proceed(context.Context) error
}

type listCallKey struct{}

// Wanted returns how many more rows the engine wants of the list call with this
// context before it may end the call. limited is false if the engine wants all
// rows. n is 0 after as many rows as the LIMIT: all further rows are for an engine
// that reads on. Several goroutines may call it at a time, also while a row is emitted.
func Wanted(ctx context.Context) (n int64, limited bool) {
	if call, is := ctx.Value(listCallKey{}).(listCall); is {
		return call.wanted()
	}
	return 0, false
}

// Proceed waits while the engine may have enough rows, and returns an error if the
// engine has ended the query. A list function calls it before each of its API
// calls, with the context of its list call. Several goroutines may call it at a time.
func Proceed(ctx context.Context) error {
	if call, is := ctx.Value(listCallKey{}).(listCall); is {
		return call.proceed(ctx)
	}
	return nil
}
