package dingtalk

import (
	"context"
	"reflect"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// An answer is complete or an error. The SDK (5.14.1) does not promise that:
// it hands rows and errors on in separate channels, twice (streamRows, then
// execute), and when an error and the end of the rows are both there to be
// taken, select takes one of them at random. If that is the end, the query
// ends short, as if it were complete. Worse, with the query cache on, rows that
// are still on their way then meet a closed channel, and the plugin crashes.
//
// So a list function must not return an error before its rows have gone
// through: then both selects are parked, and a parked select takes what comes
// first, which is the error.
//
// drain waits for that by watching the channel to the engine. Where the server
// is ours (server.go), the engine's pace does not matter either: rows of a
// failed list no longer wait for it, and the error does not depend on select.
//
// TestErrorAfterRows measures both; docs/performance.md has the figures.

// How often drain must find that no row waits, a tick apart, until all have
// gone through. It counts, rather than watch the clock, so that on a machine
// with too much to do the SDK's goroutines get their turns as well.
const (
	drainTick = time.Millisecond
	// calmTicks is what the SDK needs to make rows of what was streamed, or to
	// listen at all.
	calmTicks = 50
	// calmTicksCached is more: the query cache looks for new rows every 50 ms.
	calmTicksCached = 100
	// calmTicksAtMost bounds what a slow engine adds: as long as it took for
	// the rows before, the last may take once more.
	calmTicksAtMost = 1000
	// drainTimeAtMost bounds the wait for an engine that takes no more rows.
	drainTimeAtMost = time.Minute
)

// drain waits until the rows streamed so far have left the SDK.
func (l *listing) drain(ctx context.Context) {
	enough := calmTicks
	if l.QueryContext.CacheEnabled {
		enough = calmTicksCached
	}
	calm := 0
	if l.rows == 0 {
		// Nothing to drain, but the SDK may not even listen yet.
		calm = int(time.Since(l.started) / drainTick)
	}
	start := time.Now()
	tick := time.NewTicker(drainTick)
	defer tick.Stop()
	for ; calm < enough && time.Since(start) < drainTimeAtMost; calm++ {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if waiting(l.QueryData) {
			calm = 0
			enough = max(enough, min(int(time.Since(start)/drainTick), calmTicksAtMost))
		}
	}
}

// waiting reports whether a row waits to be made, or for the engine to take it.
// The SDK shows the channels to nobody, so this is the one place that looks
// into them; it reads their length only. TestWaitingSeesTheChannels fails if an
// SDK renames them.
func waiting(d *plugin.QueryData) bool {
	for _, name := range []string{"rowDataChan", "outputChan"} {
		if c := reflect.ValueOf(d).Elem().FieldByName(name); c.Kind() == reflect.Chan && c.Len() > 0 {
			return true
		}
	}
	return false
}
