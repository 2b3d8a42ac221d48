package sqlite

import (
	"context"
	"encoding/json"

	"github.com/turbot/steampipe-plugin-dingtalk/delivery"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"modernc.org/sqlite/vtab"
)

// cursor is one scan of a table. SQLite may start it again any number of times, as for
// each value of an in list.
type cursor struct {
	table *table
	plan  plan

	ctx     context.Context
	cancel  context.CancelFunc
	rows    chan *proto.Row
	outcome chan error // how the scan ended, once
	// fetched has the rows instead if they were there.
	fetched *delivery.RowReader

	rowids rowids

	limit int64         // rows that SQLite wants first; -1 is all
	taken int64         // rows of the scan
	more  chan struct{} // closed when it wants more than the limit

	row   *proto.Row // nil past the last row
	rowid int64

	scanned bool // whether it has made a scan, and not only read rows that were there
}

// Filter starts the scan and reads its first row.
func (c *cursor) Filter(_ int, idxStr string, args []vtab.Value) error {
	c.stop()
	query := c.table.db.query
	c.plan = plan{}
	if err := json.Unmarshal([]byte(idxStr), &c.plan); err != nil {
		return query.fail(err)
	}
	scan, none, err := c.table.scan(c.plan, args)
	if err != nil {
		return query.fail(err)
	}
	c.row, c.rowids = nil, rowids{identity: c.table.identity}
	if none {
		return nil
	}
	c.limit, c.taken, c.more = -1, 0, make(chan struct{})
	if scan.Limit != nil {
		c.limit, scan.More = *scan.Limit, c.more
	}
	rows, ok, err := query.ahead.look(c, scan, idxStr, args)
	if err != nil {
		return err
	}
	if c.fetched = nil; ok {
		c.fetched = rows.Reader()
		return c.Next()
	}
	c.ctx, c.cancel = context.WithCancel(query.ctx)
	c.rows, c.outcome = make(chan *proto.Row), make(chan error, 1)
	go func(ctx context.Context, rows chan<- *proto.Row, outcome chan<- error) {
		outcome <- c.table.db.engine.Execute(ctx, scan, func(row *proto.Row) error {
			select {
			case rows <- row:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}(c.ctx, c.rows, c.outcome)
	return c.Next()
}

// Next reads the next row, until the query ends. It does not wait for a scan that has
// not noticed yet that it is cancelled.
func (c *cursor) Next() error {
	c.row = nil
	if c.fetched != nil {
		row, err := c.fetched.Next()
		if err != nil {
			return c.table.db.query.fail(err)
		}
		c.take(row)
		return nil
	}
	if c.taken == c.limit {
		close(c.more)
		c.limit = -1
	}
	select {
	case row := <-c.rows:
		c.taken++
		c.take(row)
		return nil
	case err := <-c.outcome:
		if err != nil {
			c.table.db.query.ahead.run.failed = true
			return c.table.db.query.fail(err)
		}
		return nil
	case <-c.ctx.Done():
		return c.table.db.query.fail(c.ctx.Err())
	}
}

// take makes a row the cursor's; nil is none.
func (c *cursor) take(row *proto.Row) {
	if c.row = row; row != nil && c.table.db.query.rowids {
		c.rowid = c.rowids.of(row)
	}
}

// Eof reports whether there is no row.
func (c *cursor) Eof() bool { return c.row == nil }

// Column returns a value of the row.
func (c *cursor) Column(i int) (vtab.Value, error) {
	column := c.row.Columns[c.table.schema.Columns[i].Name]
	if t, ok := column.GetValue().(*proto.Column_TimestampValue); ok {
		return c.table.db.timeText(t.TimestampValue.AsTime())
	}
	v, err := columnValue(column)
	if err != nil {
		return nil, c.table.db.query.fail(err)
	}
	return v, nil
}

// Rowid returns the same number whenever the row is read.
func (c *cursor) Rowid() (int64, error) { return c.rowid, nil }

// Close ends the scan.
func (c *cursor) Close() error {
	c.stop()
	return nil
}

func (c *cursor) stop() {
	if c.cancel != nil {
		c.table.db.query.ahead.stop(c.cancel)
	}
}
