package delivery

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin/quals"
	"golang.org/x/sync/errgroup"
)

// In an engine that links the plugin, the SDK carries out an in list as list
// calls of one scan, all at once, with an error channel that holds one error; and
// of two lists it makes of some one, and of others none. So the first of its list
// calls reads the rows of all that the scan needs, and hands on all of them, or
// the first error. The others do nothing.

// heldScans are the scans under way over one table.
type heldScans struct {
	keys  Keys
	mu    sync.Mutex
	under map[*plugin.QueryContext]int // the SDK's list calls that are to come; those of a scan share this pointer
}

// list reads the rows of a scan and hands them on, if this is the first of the
// scan's list calls.
func (h *heldScans) list(ctx context.Context, d *plugin.QueryData, read ListFunc) error {
	started := time.Now()
	first, made := h.enter(d)
	if !first {
		return nil
	}
	rows, err := h.read(ctx, d, made, read)
	if err != nil {
		settle(ctx, started)
		return &lateError{d.Connection.Name, err}
	}
	for _, row := range rows {
		// The SDK takes a row too many for the end of all.
		if d.RowsRemaining(ctx) == 0 {
			return ctx.Err()
		}
		d.StreamListItem(ctx, row)
	}
	return nil
}

// enter counts a list call of the SDK's. It reports whether it is the first of
// its scan, and how many there are.
func (h *heldScans) enter(d *plugin.QueryData) (first bool, made int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	left, under := h.under[d.QueryContext]
	if !under {
		made = callsOfScan(d)
		left = made
	}
	if left--; left > 0 {
		h.under[d.QueryContext] = left
	} else {
		delete(h.under, d.QueryContext)
	}
	return !under, made
}

// read returns the rows of all list calls that a scan needs. made is how many of
// them the SDK has asked its rate limiters for.
func (h *heldScans) read(ctx context.Context, d *plugin.QueryData, made int, read ListFunc) ([]any, error) {
	calls, err := h.keys.listCalls(d.Table, d.QueryContext.UnsafeQuals)
	if err != nil {
		return nil, err
	}
	held := make([]heldCall, len(calls))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	if d.QueryContext.Limit != nil {
		group.SetLimit(1) // the first may have enough rows
	}
	room := d.RowsRemaining(ctx)
	var wanted atomic.Int64
	wanted.Store(room)
	for i, call := range calls {
		group.Go(func() error {
			if wanted.Load() <= 0 {
				return nil
			}
			if i >= made {
				d.WaitForListRateLimit(ctx)
			}
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			one := &held[i]
			one.limited, one.room = d.QueryContext.Limit != nil, wanted.Load()
			defer func() { wanted.Add(-int64(len(one.rows))) }()
			return safely(context.WithValue(ctx, listCallKey{}, one), call.queryData(d), read, func(row any) bool {
				one.rows = append(one.rows, row)
				return int64(len(one.rows)) < one.room && ctx.Err() == nil
			})
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var rows []any
	for _, one := range held {
		rows = append(rows, one.rows...)
	}
	return rows, nil
}

// heldCall is one list call that a scan needs. The SDK takes no row beyond a
// LIMIT, so that it is no wish here.
type heldCall struct {
	limited bool
	room    int64 // for so many rows
	rows    []any
}

func (c *heldCall) wanted() (n int64, ok bool) { return max(0, c.room-int64(len(c.rows))), c.limited }

func (c *heldCall) proceed(context.Context) error { return nil }

// callsOfScan is how many list calls the SDK makes for a scan: one for each value
// of a list, if it finds one list (table_fetch.go, getListCallQualValueList).
func callsOfScan(d *plugin.QueryData) int {
	keys := d.Table.List.KeyColumns
	lists := plugin.NewKeyColumnQualValueMap(d.QueryContext.UnsafeQuals, keys).GetListQualValues()
	if len(lists) > 1 {
		lists = slices.DeleteFunc(lists, func(q *quals.Qual) bool { return keys.Find(q.Column).Require != plugin.Required })
	}
	if len(lists) != 1 {
		return 1
	}
	return len(lists[0].Value.GetListValue().GetValues())
}

// What the SDK needs until it listens for an error of a list call that has
// barely begun, in turns of a millisecond: it counts them, rather than watch
// the clock, so that on a machine with too much to do the SDK's goroutines get
// their turns as well.
//
// A list call that took long has waited already; but if it did so since the machine
// was busy, the SDK's goroutines had no turns either. So it waits for some.
const (
	settleTurn       = time.Millisecond
	settleTurns      = 50
	settleTurnsLeast = 10
)

// settle waits for the SDK to listen.
func settle(ctx context.Context, started time.Time) {
	turn := time.NewTicker(settleTurn)
	defer turn.Stop()
	for range max(settleTurnsLeast, settleTurns-int(time.Since(started)/settleTurn)) {
		select {
		case <-turn.C:
		case <-ctx.Done():
			return
		}
	}
}

// lateError is the failure of a linked engine's scan.
//
// The SDK sends a LocalPluginStream the end of the rows before the error, always
// (plugin_grpc.go, execute, of 5.14.1 and 6.0.0), and an engine that takes the end
// in between takes the answer for complete. But execute asks first whether the
// error is context.Canceled. A panic there ends execute before it has sent the
// end, and CallExecuteAsync, which recovers, hands the error on.
//
// An engine that asks several connections by one call still loses the error of
// one once another has sent rows: LocalPluginStream has no place for it.
type lateError struct {
	connection string
	err        error
}

func (e *lateError) Error() string { return e.err.Error() }
func (e *lateError) Unwrap() error { return e.err }

// Is panics with the error where execute asks on behalf of CallExecuteAsync, and
// says of itself nothing anywhere else.
func (e *lateError) Is(error) bool {
	if withinLinkedExecute() {
		panic(fmt.Errorf("%s: %w", e.connection, e.err)) // as the SDK words it
	}
	return false
}

// withinLinkedExecute reports whether the SDK's execute runs in this goroutine,
// called by CallExecuteAsync.
func withinLinkedExecute() bool {
	callers := make([]uintptr, 32)
	frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers)])
	execute := false
	for {
		frame, more := frames.Next()
		switch {
		case strings.HasSuffix(frame.Function, "/plugin.(*Plugin).execute"):
			execute = true
		case execute && strings.HasSuffix(frame.Function, "/grpc.PluginServer.CallExecuteAsync.func1"):
			return true
		}
		if !more {
			return false
		}
	}
}
