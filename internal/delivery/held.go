package delivery

import (
	"context"
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
		return surely(err)
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
const (
	settleTurn  = time.Millisecond
	settleTurns = 50
)

// settle waits for the SDK to listen.
func settle(ctx context.Context, started time.Time) {
	turn := time.NewTicker(settleTurn)
	defer turn.Stop()
	for range settleTurns - min(settleTurns, int(time.Since(started)/settleTurn)) {
		select {
		case <-turn.C:
		case <-ctx.Done():
			return
		}
	}
}

// surely returns an error that a linked engine gets for certain.
//
// When plugin.execute has the error of a list call, it looks whether it is
// context.Canceled. Then it sends a LocalPluginStream the end of the rows, and only
// behind it, by way of CallExecuteAsync, the error: an engine that reads in between
// takes the rows for all (plugin_grpc.go and grpc/pluginServer.go of 5.14.1 and of
// 6.0.0). CallExecuteAsync recovers, and hands the engine what was panicked with.
// So the error panics where execute looks at it, and no end is sent.
func surely(err error) error { return &sureError{err} }

type sureError struct{ error }

func (e *sureError) Unwrap() error { return e.error }

// Is panics with the error where plugin.execute asks within CallExecuteAsync, and
// is what errors.Is wants elsewhere.
func (e *sureError) Is(target error) bool {
	if target == context.Canceled && withinExecute() { //nolint:errorlint // the very value that execute asks for
		panic(e.error)
	}
	return false
}

// withinExecute reports whether its caller's caller was called by
// error_helpers.IsContextCancelledError from plugin.execute within
// CallExecuteAsync, and not from any list call.
func withinExecute() bool {
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	execute := false
	for {
		frame, more := frames.Next()
		switch name := frame.Function; {
		case strings.HasSuffix(name, "/plugin.(*Plugin).execute"):
			execute = true
		case strings.Contains(name, ".CallExecuteAsync"):
			return execute
		}
		if !more {
			return false
		}
	}
}
