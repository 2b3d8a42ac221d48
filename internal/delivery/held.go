package delivery

import (
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// In an engine that links the plugin, the SDK carries out an in list as list
// calls of one scan, all at once, with an error channel that holds one error.
// So the calls of a scan are held together: the last to end hands on the rows
// of all of them, or the first error, and the others end in silence.

// heldScans are the scans under way over one table.
type heldScans struct {
	mu    sync.Mutex
	under map[*plugin.QueryContext]*heldScan // all list calls of a scan share this pointer
}

// heldScan is one scan and what its list calls have read.
type heldScan struct {
	ctx    context.Context // done when a call has failed
	cancel context.CancelFunc

	calls int // that have yet to end; guarded by heldScans.mu, as are the others
	done  []*heldCall
	err   error // the first
}

// heldCall is one list call. Its rows must be streamed by its own QueryData,
// from which the SDK takes the values of key columns.
type heldCall struct {
	d    *plugin.QueryData
	rows []any
}

// wanted is how many more rows the SDK takes.
func (c *heldCall) wanted() (n int64, ok bool) {
	limit := c.d.QueryContext.Limit
	if limit == nil {
		return 0, false
	}
	return max(0, *limit-int64(len(c.rows))), true
}

func (c *heldCall) proceed(context.Context) error { return nil }

// list reads the rows of one list call and, if it is the last of its scan,
// hands on what all have read.
func (h *heldScans) list(ctx context.Context, d *plugin.QueryData, read ListFunc) error {
	started := time.Now()
	scan := h.join(ctx, d)
	readCtx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(scan.ctx, cancel)()

	call := &heldCall{d: d}
	room := d.RowsRemaining(ctx)
	err := safely(context.WithValue(readCtx, listCallKey{}, call), d, read, func(row any) bool {
		call.rows = append(call.rows, row)
		return int64(len(call.rows)) < room && readCtx.Err() == nil
	})
	if !h.leave(d, scan, call, err) {
		return nil
	}
	if scan.err != nil {
		settle(ctx, started)
		takeTurns(turnsTime)
		return scan.err
	}
	for _, call := range scan.done {
		for _, row := range call.rows {
			// The SDK takes a row too many for the end of all.
			if d.RowsRemaining(ctx) == 0 {
				return ctx.Err()
			}
			call.d.StreamListItem(ctx, row)
		}
	}
	return nil
}

func (h *heldScans) join(ctx context.Context, d *plugin.QueryData) *heldScan {
	h.mu.Lock()
	defer h.mu.Unlock()
	scan, ok := h.under[d.QueryContext]
	if !ok {
		scan = &heldScan{calls: callsOfScan(d)}
		scan.ctx, scan.cancel = context.WithCancel(context.WithoutCancel(ctx))
		h.under[d.QueryContext] = scan
	}
	return scan
}

// leave ends a list call and reports whether it was the last of its scan.
func (h *heldScans) leave(d *plugin.QueryData, scan *heldScan, call *heldCall, err error) (last bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	scan.done = append(scan.done, call)
	if err != nil && scan.err == nil {
		scan.err = err
		scan.cancel()
	}
	if scan.calls--; scan.calls > 0 {
		return false
	}
	scan.cancel()
	delete(h.under, d.QueryContext)
	return true
}

// callsOfScan is how many list calls the SDK makes for a scan: one for each
// value of a list, which it has replaced by the value in d.
func callsOfScan(d *plugin.QueryData) int {
	for _, k := range d.Table.List.KeyColumns {
		if v, ok := d.EqualsQuals[k.Name]; !ok || v.GetListValue() != nil {
			continue
		}
		for _, q := range d.QueryContext.UnsafeQuals[k.Name].GetQuals() {
			if list := listOf(q); list != nil {
				return len(list)
			}
		}
	}
	return 1
}

// listOf returns the values of a qual "= any of a list", nil of any other.
func listOf(q *proto.Qual) []*proto.QualValue {
	if q.GetStringValue() != "=" {
		return nil
	}
	return q.GetValue().GetListValue().GetValues()
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

// turnsTime is far more than the SDK needs to pass an error on.
const turnsTime = 20 * time.Millisecond

// turns guards the number of processors, which is the whole process's.
var turns struct {
	sync.Mutex
	takers     int
	processors int // before the first of them
}

// takeTurns lets the goroutines of the process take turns on one processor for
// a while.
//
// Before the SDK tells a LocalPluginStream of an error it sends it the end of
// the rows, always. Some microseconds lie between, and if the engine's
// goroutine, which the end has woken, gets to run in them, it takes the answer
// for complete (seen in 3 of 1,500 queries on a machine with two busy cores).
// On one processor it runs when the SDK's has done with both.
func takeTurns(d time.Duration) {
	turns.Lock()
	defer turns.Unlock()
	if turns.takers++; turns.takers == 1 {
		turns.processors = runtime.GOMAXPROCS(1)
	}
	time.AfterFunc(d, func() {
		turns.Lock()
		defer turns.Unlock()
		if turns.takers--; turns.takers == 0 {
			runtime.GOMAXPROCS(turns.processors)
		}
	})
}
