package sqlite

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/turbot/steampipe-plugin-dingtalk/delivery"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"modernc.org/sqlite/vtab"
)

// SQLite scans a table for one key of a join or of an in list after another, so that each
// call would wait for the one before. To make as many calls at a time as the plugin does for
// a list in Steampipe, a statement of an Ahead database runs several times. A run makes the
// first scan of a loop. From the second on, it finds no rows, and notes which scans the loop
// asks for. When the loop has ended, or when another table is to be scanned by keys that may
// come from these rows, the noted scans are made, all at once. Then the statement runs again,
// with their rows. The last run, which notes nothing, has the result.

// ahead is what a query knows of the scans that it makes ahead.
type ahead struct {
	// on is whether scans are noted. runs is how many have noted some, and alone how many of
	// the last have noted one only.
	on          bool
	runs, alone int
	// rows are those of the scans that were made for the runs before, by their keys.
	rows map[string]delivery.Rows
	run  aheadRun
}

// aheadRun is what is known of the run under way.
type aheadRun struct {
	// loop is the cursor whose loop the noted scans are of; nil if none is noted.
	loop *cursor
	// scans are the scans that were made or noted, by their keys, and keys are these in
	// their order. noted is how many of them were noted.
	scans map[string]engine.Scan
	keys  []string
	noted int
	// running ends the scans that were under way when the run ended: they go on, so that
	// the next run has their rows.
	running []context.CancelFunc
	// failed is whether a scan has failed.
	failed bool
}

// add adds a scan that was not made or noted before.
func (r *aheadRun) add(key string, scan engine.Scan) (added bool) {
	if r.scans == nil {
		r.scans = map[string]engine.Scan{}
	}
	if _, ok := r.scans[key]; ok {
		return false
	}
	r.keys, r.scans[key] = append(r.keys, key), scan
	return true
}

// end ends the scans that are still under way.
func (r *aheadRun) end() {
	for _, cancel := range r.running {
		cancel()
	}
}

const (
	// maxRuns is how many runs may note scans: a statement with other keys in each run
	// would have no end.
	maxRuns = 20
	// maxAlone is how many runs in a row may note one scan only: where two tables are
	// scanned in turn, it would be so for each row.
	maxAlone = 3
)

// errAhead ends a run in which a table is to be scanned while scans are noted.
var errAhead = errors.New("the noted scans come first")

// look returns the rows of a scan of a cursor if they are there: none for a scan that is
// noted. ok is false for a scan that is to be made now.
func (a *ahead) look(c *cursor, scan engine.Scan, plan string, args []vtab.Value) (rows delivery.Rows, ok bool, err error) {
	if a.rows == nil {
		return nil, false, nil // of a statement without scans ahead
	}
	key := scanKey(c.table, plan, args)
	if rows, ok := a.rows[key]; ok {
		return rows, true, nil
	}
	if a.on && c.scanned && scan.Limit == nil {
		if rows, ok := c.table.db.engine.Cached(scan); ok {
			a.rows[key] = rows
			return rows, true, nil
		}
		if a.run.loop == nil || a.run.loop == c {
			a.run.loop = c
			if a.run.add(key, scan) {
				a.run.noted++
			}
			return nil, true, nil
		}
	}
	if a.run.loop != nil {
		return nil, false, errAhead
	}
	c.scanned = true
	a.run.add(key, scan)
	return nil, false, nil
}

// stop ends a scan, now or after the run.
func (a *ahead) stop(cancel context.CancelFunc) {
	if a.run.loop == nil {
		cancel()
		return
	}
	a.run.running = append(a.run.running, cancel)
}

// fetch makes the scans that a run has noted, and keeps the rows of all its scans.
func (a *ahead) fetch(ctx context.Context, e *engine.Engine, run aheadRun) error {
	scans := make([]engine.Scan, len(run.keys))
	for i, key := range run.keys {
		scans[i] = run.scans[key]
	}
	rows, err := e.Fetch(ctx, scans)
	if err != nil {
		return err
	}
	for i, key := range run.keys {
		a.rows[key] = rows[i]
	}
	if a.alone++; run.noted > 1 {
		a.alone = 0
	}
	a.runs++
	a.on = a.runs < maxRuns && a.alone < maxAlone
	return nil
}

// scanKey is equal for scans with the same rows and columns.
func scanKey(t *table, plan string, args []vtab.Value) string {
	return fmt.Sprintf("%s %s %#v", t.connection, plan, args)
}

// readAhead runs a statement as often as the scans that it makes ahead need, and returns the
// result of the last run.
func (db *DB) readAhead(ctx context.Context, statement string) (*Result, error) {
	q := db.query
	defer func() { q.ahead.rows = nil }() // db keeps the query until the next
	order, failure := q.order, q.failure
	for {
		q.order, q.ahead.run = maps.Clone(order), aheadRun{}
		result, err := db.read(ctx, statement)
		run := q.ahead.run
		if run.loop == nil {
			return result, err
		}
		if !run.failed {
			q.failure = failure // that of the run may come from rows that were missing
			err = q.ahead.fetch(ctx, db.engine, run)
		}
		run.end()
		if err != nil {
			return nil, q.fail(err)
		}
	}
}
