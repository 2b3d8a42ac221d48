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
// Where the plugin is linked into a server of the SDK's, as in the SQLite and
// Postgres extensions, drain can only watch the channel to the engine. Where
// the server is ours, it knows (server.go).
//
// TestErrorAfterRows measures both; docs/performance.md has the figures.

// How long no row may have waited for the engine, until all have gone through.
const (
	// quietTime is what the SDK needs to make rows of what was streamed.
	quietTime = 50 * time.Millisecond
	// quietTimeCached is more: the query cache looks for new rows every 50 ms.
	quietTimeCached = 100 * time.Millisecond
	// quietTimeAtMost bounds what a slow engine adds: as long as it took for
	// the rows before, the last may take once more.
	quietTimeAtMost = time.Second
)

// drain waits until the rows streamed so far have left the SDK. served are the
// Execute calls of a server of ours that take them.
func (l *listing) drain(ctx context.Context, served []*watch) {
	quiet := quietTime
	if l.QueryContext.CacheEnabled {
		quiet = quietTimeCached
	}
	start := time.Now()
	idle := start
	if l.rows == 0 {
		// Nothing to drain, but the SDK may not even listen yet.
		idle = l.started
	}
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for time.Since(idle) < quiet {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		if waiting(l.QueryData) || pending(served, l.rows) {
			idle = time.Now()
			quiet = max(quiet, min(idle.Sub(start), quietTimeAtMost))
		}
	}
}

// waiting reports whether a row waits for the engine to take it. The SDK shows
// the channel to nobody, so this is the one place that looks into it; it reads
// its length only. TestWaitingSeesTheChannel fails if an SDK renames it.
func waiting(d *plugin.QueryData) bool {
	c := reflect.ValueOf(d).Elem().FieldByName("outputChan")
	return c.Kind() == reflect.Chan && c.Len() > 0
}
