// Package sqlite answers SQL with a Steampipe plugin's tables, in process:
// embedded SQLite, in which each table of the plugin is a virtual table.
package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"modernc.org/sqlite"
)

// DB is an in-memory SQLite database with a plugin's tables. Queries run one
// after another.
type DB struct {
	// Now is the time of the function now(). Nil is the machine's.
	Now func() time.Time

	engine *engine.Engine
	sql    *sql.DB

	mu    sync.Mutex // held by the query under way
	query *query
}

// query is what the virtual tables need to know of the query under way.
type query struct {
	ctx context.Context
	// failure is the first error of a scan. SQLite passes on the text of some
	// of them only.
	mu      sync.Mutex
	failure error
}

func (q *query) fail(err error) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.failure == nil {
		q.failure = err
	}
	return err
}

// Open returns a database with a virtual table for each table of the plugin's
// schema.
func Open(e *engine.Engine) (*DB, error) {
	db := &DB{engine: e}
	drv := &sqlite.Driver{}
	if err := addPostgres(drv, db.now); err != nil {
		return nil, err
	}
	var create strings.Builder
	for _, name := range slices.Sorted(maps.Keys(e.Schema)) {
		if err := drv.RegisterModule(name, &module{db: db, name: name, schema: e.Schema[name]}); err != nil {
			return nil, err
		}
		fmt.Fprintf(&create, "create virtual table %[1]s using %[1]s;\n", quoteName(name))
	}
	db.sql = sql.OpenDB(connector{drv})
	// An in-memory database belongs to one connection.
	db.sql.SetMaxOpenConns(1)
	if _, err := db.sql.Exec(create.String()); err != nil {
		return nil, errors.Join(fmt.Errorf("creating the tables: %w", err), db.sql.Close())
	}
	return db, nil
}

func (db *DB) now() time.Time {
	if db.Now != nil {
		return db.Now()
	}
	return time.Now()
}

// Close closes the database.
func (db *DB) Close() error { return db.sql.Close() }

type connector struct{ driver *sqlite.Driver }

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(":memory:") }
func (c connector) Driver() driver.Driver                        { return c.driver }

// Result is the whole answer of a query.
type Result struct {
	Columns []string
	// Rows hold nil, int64, float64, string or []byte. Times are text in
	// RFC 3339, as in Steampipe's SQLite extensions.
	Rows [][]any
}

// Query runs a statement and returns all its rows, or an error. The error of a
// plugin's table is the plugin's own. Of several statements (see Split) it
// returns the rows of the last.
func (db *DB) Query(ctx context.Context, text string) (*Result, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.query = &query{ctx: ctx}
	result, err := db.read(ctx, text)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if db.query.failure != nil {
		return nil, db.query.failure
	}
	return result, err
}

func (db *DB) read(ctx context.Context, text string) (*Result, error) {
	rows, err := db.sql.QueryContext(ctx, text)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	r := &Result{}
	if r.Columns, err = rows.Columns(); err != nil {
		return nil, err
	}
	for rows.Next() {
		row := make([]any, len(r.Columns))
		into := make([]any, len(row))
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		r.Rows = append(r.Rows, row)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return r, nil
}

func quoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
