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

// In an engine that links the plugin, the SDK makes the list calls of an in list all
// at once, and its error channel has a buffer of one error: the other errors block
// their list calls for ever. If a query has two in lists, the SDK makes one list call
// for each value of one of them, or a single list call. So the first of its list calls
// runs the list function for all list calls that the scan needs, and streams all rows
// or returns the first error. The others do nothing.

// bufferedScans are the running scans of one table.
type bufferedScans struct {
	keys    Keys
	rows    atomic.Int64 // that were buffered or streamed
	mu      sync.Mutex
	running map[*plugin.QueryContext]int // how many list calls the SDK has yet to make; all of a scan have the same key
}

// list runs for each list call of the SDK's. In the first of a scan, it buffers the
// rows of the scan and then streams them.
func (s *bufferedScans) list(ctx context.Context, d *plugin.QueryData, read ListFunc) error {
	started := time.Now()
	first, calls := s.countCall(d)
	if !first {
		return nil
	}
	rows, err := s.read(ctx, d, calls, read)
	if err != nil {
		settle(ctx, started)
		return &linkedError{d.Connection.Name, err}
	}
	for i, row := range rows {
		// To the SDK, a row beyond the LIMIT is the end of the scan.
		if d.RowsRemaining(ctx) == 0 {
			return ctx.Err()
		}
		rows[i] = nil
		d.StreamListItem(ctx, row)
		s.collect()
	}
	return nil
}

// collectEvery is after how many rows, buffered or streamed, the garbage collector runs.
// By itself it runs when the heap has doubled, and the SDK's query cache reserves 300 MB
// of that.
const collectEvery = 2000

func (s *bufferedScans) collect() {
	if s.rows.Add(1)%collectEvery == 0 {
		runtime.GC()
	}
}

// countCall counts a list call of the SDK's. It reports whether the call is the first
// of its scan, and how many the SDK makes.
func (s *bufferedScans) countCall(d *plugin.QueryData) (first bool, calls int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	remaining, running := s.running[d.QueryContext]
	if !running {
		calls = callsOfScan(d)
		remaining = calls
	}
	if remaining--; remaining > 0 {
		s.running[d.QueryContext] = remaining
	} else {
		delete(s.running, d.QueryContext)
	}
	return !running, calls
}

// read returns the rows of all list calls that a scan needs. waited is how many list
// calls the SDK makes: before each, it waits for the user's rate limiters. If the scan
// needs more list calls, read waits for the limiters before each of the others.
func (s *bufferedScans) read(ctx context.Context, d *plugin.QueryData, waited int, read ListFunc) ([]any, error) {
	calls, err := s.keys.listCalls(d.Table, d.QueryContext.UnsafeQuals)
	if err != nil {
		return nil, s.keys.explain(d.Connection, err)
	}
	buffered := make([]bufferedCall, len(calls))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(maxScans)
	if d.QueryContext.Limit != nil {
		group.SetLimit(1) // the first may have enough rows
	}
	var wanted atomic.Int64
	wanted.Store(d.RowsRemaining(ctx))
	for i, call := range calls {
		group.Go(func() error {
			if wanted.Load() <= 0 {
				return nil
			}
			if i >= waited {
				d.WaitForListRateLimit(ctx)
			}
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			one := &buffered[i]
			one.limited, one.want = d.QueryContext.Limit != nil, wanted.Load()
			defer func() { wanted.Add(-int64(len(one.rows))) }()
			return safely(context.WithValue(ctx, listCallKey{}, one), call.queryData(d), read, func(row any) bool {
				s.collect()
				return one.add(row) && ctx.Err() == nil
			})
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var rows []any
	for i := range buffered {
		rows = append(rows, buffered[i].rows...)
	}
	return rows, nil
}

// bufferedCall is one list call that a scan needs. Here it ends at the LIMIT, since the
// SDK takes no rows beyond it.
type bufferedCall struct {
	limited bool
	want    int64 // how many rows the scan still wants

	mu   sync.Mutex // for Wanted, which a list function may call while it emits
	rows []any
}

// add appends a row, and reports whether more are wanted.
func (c *bufferedCall) add(row any) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rows = append(c.rows, row)
	return int64(len(c.rows)) < c.want
}

func (c *bufferedCall) wanted() (n int64, limited bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return max(0, c.want-int64(len(c.rows))), c.limited
}

func (c *bufferedCall) proceed(context.Context) error { return nil }

// callsOfScan returns how many list calls the SDK makes for a scan: one for each
// value of a list, if it finds one list (table_fetch.go, getListCallQualValueList).
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

// How long the SDK needs until it receives from the error channel of a new list call,
// in turns of a millisecond. settle counts turns instead of looking at the clock: on a
// busy machine, the SDK's goroutines run between the turns as well.
//
// A list call that took long needs fewer turns. It needs some, since it may have taken
// long because the machine was busy, when the SDK's goroutines did not run either.
const (
	settleTurn       = time.Millisecond
	settleTurns      = 50
	settleTurnsLeast = 10
)

// turnsToSettle returns how many turns a list call needs that took some time.
func turnsToSettle(took time.Duration) int {
	return max(settleTurnsLeast, settleTurns-int(took/settleTurn))
}

// settle waits until the SDK receives from the error channel.
func settle(ctx context.Context, started time.Time) {
	turn := time.NewTicker(settleTurn)
	defer turn.Stop()
	for range turnsToSettle(time.Since(started)) {
		select {
		case <-turn.C:
		case <-ctx.Done():
			return
		}
	}
}

// linkedError is the error of a linked engine's scan. (A late error of Steampipe's
// scans is in scan.list.)
//
// The SDK always sends a LocalPluginStream the end of the rows before the error
// (plugin_grpc.go, execute, of 5.14.1 and 6.0.0). An engine that receives the end
// before the error is set takes the result for complete. But execute first compares
// the error with context.Canceled. If that panics, execute ends before it has sent
// the end; CallExecuteAsync recovers, and sends the error.
//
// An engine that scans several connections by one request still loses the error of
// one if another has sent rows: LocalPluginStream has no place for it.
type linkedError struct {
	connection string
	err        error
}

func (e *linkedError) Error() string { return e.err.Error() }
func (e *linkedError) Unwrap() error { return e.err }

// Is panics with the error if execute calls it within CallExecuteAsync. Otherwise it
// returns false.
func (e *linkedError) Is(error) bool {
	if withinLinkedExecute() {
		panic(fmt.Errorf("%s: %w", e.connection, e.err)) // as the SDK words it
	}
	return false
}

// withinLinkedExecute reports whether this goroutine runs the SDK's execute, called
// by CallExecuteAsync.
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
