package sqlite

import (
	"cmp"
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
// a list in Steampipe, a query runs several times. A run makes the first scan of a loop.
// From the second on, it finds no rows, and notes which scans the loop asks for. The loop
// goes through them whatever their rows are. When it has ended, or when another table is to
// be scanned by keys that may come from these rows, the noted scans are made, all at once.
// Then the query runs again, with their rows. The last run, which notes nothing, has the
// result. A loop that a row may end makes its scans one after another.

// ahead is what a query knows of the scans that it makes ahead.
type ahead struct {
	// on is whether scans are noted. alone is how many runs in a row have noted one only.
	on    bool
	alone int
	// writes is whether the statement writes: a run that has noted scans is undone.
	writes bool
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

// maxAlone is how many runs in a row may note one scan only: where two tables are scanned
// in turn, it would be so for each row.
const maxAlone = 3

// errAhead ends a run in which a table is to be scanned while scans are noted.
var errAhead = errors.New("the noted scans come first")

// look returns the rows of a scan of a cursor if they are there: none for a scan that is
// noted. ok is false for a scan that is to be made now.
func (a *ahead) look(c *cursor, scan engine.Scan, key string) (rows delivery.Rows, ok bool, err error) {
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
	a.on = a.alone < maxAlone
	return nil
}

// scanKey is equal for scans with the same rows and columns.
func scanKey(t *table, plan string, args []vtab.Value) string {
	return fmt.Sprintf("%s %s %#v", t.connection, plan, args)
}

// readAhead runs a statement as often as the scans that it makes ahead need, and returns the
// result of the last run. What the others have written is undone.
func (db *DB) readAhead(ctx context.Context, statement string) (*Result, error) {
	q := db.query
	defer func() { q.ahead.rows = nil }() // db keeps the query until the next
	order := q.order
	for {
		q.order, q.ahead.run = maps.Clone(order), aheadRun{}
		result, err := db.runOnce(ctx, statement)
		run := q.ahead.run
		if run.loop == nil {
			return result, err
		}
		if err == nil {
			q.failure = nil // it may come from rows that were missing
			err = q.ahead.fetch(ctx, db.engine, run)
		}
		run.end()
		if err != nil {
			return nil, q.fail(err)
		}
	}
}

// runOnce runs a statement once. If it has noted scans, there is no result, and the error
// is one that ends the query.
func (db *DB) runOnce(ctx context.Context, statement string) (*Result, error) {
	a := &db.query.ahead
	undo, keep := func() error { return nil }, func() error { return nil }
	if a.on && a.writes {
		var err error
		if undo, keep, err = db.savepoint(ctx); err != nil {
			return nil, err
		}
	}
	result, err := db.read(ctx, statement)
	switch {
	case a.run.loop == nil:
		keepErr := keep()
		return result, cmp.Or(err, keepErr)
	case a.run.failed:
		return nil, cmp.Or(undo(), err)
	default:
		return nil, undo()
	}
}

// savepoint returns what undoes all changes from here on, and what keeps them.
func (db *DB) savepoint(ctx context.Context) (undo, keep func() error, err error) {
	const name = "ahead"
	var before int64
	if err := db.conn.QueryRowContext(ctx, "select total_changes()").Scan(&before); err != nil {
		return nil, nil, err
	}
	if _, err := db.conn.ExecContext(ctx, "savepoint "+name); err != nil {
		return nil, nil, err
	}
	ctx = context.WithoutCancel(ctx)
	const back = "rollback to " + name + "; release " + name
	keep = func() error {
		_, err := db.conn.ExecContext(ctx, "release "+name)
		if err != nil {
			// The statement may not have what it wrote, as with a foreign key that is missing.
			_, _ = db.conn.ExecContext(ctx, back)
		}
		return err
	}
	undo = func() error {
		if _, err := db.conn.ExecContext(ctx, back); err != nil {
			return err
		}
		var after int64
		if err := db.conn.QueryRowContext(ctx, "select total_changes()").Scan(&after); err != nil {
			return err
		}
		db.changes += after - before // SQLite counts what was undone
		return nil
	}
	return undo, keep, nil
}

// endsLoops reports whether a row may end a loop over a table of the plugin's, as with limit
// and exists.
func (p *program) endsLoops() bool {
	filter := map[int]int{} // by cursor
	for at, i := range p.instructions {
		switch i.op {
		case "VFilter":
			filter[i.p1] = at
		case "VNext":
			for inside := filter[i.p1] + 1; inside < at; inside++ {
				for _, to := range p.flow.next(inside) {
					if to > at {
						return true
					}
				}
			}
		}
	}
	return false
}

// writes reports whether the program may write into a database.
func (p *program) writes() bool {
	for _, i := range p.instructions {
		if i.op == "Transaction" && i.p2 != 0 {
			return true
		}
	}
	return false
}
