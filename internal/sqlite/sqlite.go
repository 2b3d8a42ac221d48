// Package sqlite runs SQL on a Steampipe plugin's tables, in process: in embedded SQLite,
// in which each table of the plugin is a virtual table.
package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/advice"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"modernc.org/sqlite"
)

// DB is an SQLite database with a plugin's tables. Queries run one after
// another.
type DB struct {
	// Now is the time of the function now(). Nil is the machine's.
	Now func() time.Time
	// Ahead is whether the calls of a join and of a list are made several at a time, for
	// which a statement runs several times. It is for statements that only read, whose keys
	// are the same in each run, and in which no row ends a loop over a table, as with limit,
	// exists or a recursion: others would make more calls, or change something twice.
	Ahead bool

	engine *engine.Engine
	file   string // "" is in memory
	sql    *sql.DB
	// conn has the attached databases and the temporary tables. database/sql's pool
	// would close it after a query on a file was interrupted.
	conn *sql.Conn
	// modules are the plugin's tables, in the order of their names.
	modules []*module

	mu      sync.Mutex // locked by the running query
	query   *query
	changes int64 // of all queries so far
	// lastError is the error of the query before the running one; nil if it had none.
	lastError error
	// dropped creates again the plugin's tables that the running query has dropped.
	dropped []string
}

// query is what the virtual tables need to know about the running query.
type query struct {
	ctx context.Context
	// compared are the columns that the query compares in another way than the
	// plugin does: no condition on them is the plugin's.
	compared map[columnOf]bool
	// now is the time of the function now(), which does not pass while a query
	// runs.
	now time.Time
	// order is nil unless the statement under way compares times in the order of
	// their texts.
	order order
	// times are the Times of the statement's result.
	times []bool
	ahead ahead
	// rowids is whether the statement reads rowids of the plugin's tables.
	rowids bool
	// failure is the first error of a scan or a comparison. SQLite passes on the
	// text of some of them only.
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

// keepOrder has the order of times checked, with those that the statement writes.
func (q *query) keepOrder(literals []string) {
	if q.order == nil {
		q.order = order{}
	}
	for _, text := range literals {
		if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
			if err := q.order.add(t, text); err != nil {
				q.fail(err)
			}
		}
	}
}

// maxConnections is how many databases SQLite attaches at most.
const maxConnections = 10

// busyTimeout is how long a statement waits for another program that writes to
// the database's file.
const busyTimeout = 10 * time.Second

// Open returns a database with a schema for each connection of the plugin, which has a
// virtual table for each table of the plugin. A table's name alone means the table of the
// first connection. The user's own tables are in file; "" is in memory. Nothing of the
// plugin is written into it.
func Open(e *engine.Engine, file string) (*DB, error) {
	if n := len(e.Connections); n > maxConnections {
		return nil, advice.Of(fmt.Sprintf("there are %d connections, and SQLite takes %d at a time: choose one", n, maxConnections),
			fmt.Sprintf("共有 %d 个连接，SQLite 一次最多使用 %d 个：请选择其中一个。", n, maxConnections))
	}
	db := &DB{engine: e, file: file, query: &query{}}
	drv := &sqlite.Driver{}
	if err := errors.Join(db.addPostgres(drv), db.addLastError(drv)); err != nil {
		return nil, err
	}
	if err := drv.RegisterCollationUtf8(moment, db.compareTimes); err != nil {
		return nil, err
	}
	collated := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(e.Schema)) {
		m := &module{db: db, name: name, schema: e.Schema[name], keys: e.Keys(name), choosesConnections: e.IsConnectionColumn}
		for column, same := range m.keys.Same {
			if collated[column] {
				continue
			}
			collated[column] = true
			if err := drv.RegisterCollationUtf8(spellings(column), func(a, b string) int { return strings.Compare(same(a), same(b)) }); err != nil {
				return nil, err
			}
		}
		if err := drv.RegisterModule(name, m); err != nil {
			return nil, err
		}
		db.modules = append(db.modules, m)
	}
	var create strings.Builder
	for _, c := range e.Connections {
		if slices.ContainsFunc(ownSchemas, func(s string) bool { return strings.EqualFold(s, c.Name) }) {
			return nil, advice.Of(fmt.Sprintf("a connection cannot be named %q here: SQLite has a schema of that name", c.Name),
				fmt.Sprintf("SQLite 已有名为 %q 的 schema：请给这个连接改名。", c.Name))
		}
		fmt.Fprintf(&create, "attach ':memory:' as %s;\n", quoteName(c.Name))
		for _, m := range db.modules {
			create.WriteString(m.createIn(c.Name))
		}
	}
	if file != "" {
		// A new file is for its owner alone: it may have what nobody else may see. If it
		// cannot be made, SQLite says why.
		if f, err := os.OpenFile(file, os.O_CREATE|os.O_RDWR, 0o600); err == nil {
			f.Close()
		}
	}
	db.sql = sql.OpenDB(connector{drv, dataSource(file)})
	ctx := context.Background()
	var err error
	if db.conn, err = db.sql.Conn(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("opening %s: %w", file, explain(err)), db.sql.Close())
	}
	// The first read of the file shows whether it is a database.
	if _, err := db.conn.ExecContext(ctx, "select count(*) from main.sqlite_schema"); err != nil {
		return nil, errors.Join(fmt.Errorf("opening %s: %w", file, explain(err)), db.Close())
	}
	if _, err := db.conn.ExecContext(ctx, create.String()); err != nil {
		return nil, errors.Join(fmt.Errorf("creating the tables: %w", explain(err)), db.Close())
	}
	return db, nil
}

// now returns the time of the running query, in whole microseconds as in Postgres: the
// plugin refuses bounds with a fraction of one.
func (db *DB) now() time.Time {
	if db.query.now.IsZero() {
		now := time.Now
		if db.Now != nil {
			now = db.Now
		}
		db.query.now = now().Truncate(time.Microsecond)
	}
	return db.query.now
}

// ownSchemas are SQLite's own schemas: of the file, and of temporary tables.
var ownSchemas = []string{"main", "temp"}

// dataSource is the driver's name of a file.
func dataSource(file string) string {
	if file == "" {
		return ":memory:"
	}
	name := url.URL{Scheme: "file", OmitHost: true, Path: file, RawQuery: fmt.Sprintf("_busy_timeout=%d", busyTimeout.Milliseconds())}
	return name.String()
}

// Close closes the database.
func (db *DB) Close() error { return errors.Join(db.conn.Close(), db.sql.Close()) }

// Hiding returns the tables and views of the file that have the name of a plugin's table: a
// statement that names one without its connection reads that of the file.
func (db *DB) Hiding(ctx context.Context) (names []string, err error) {
	r, err := db.Query(ctx, "select name from main.sqlite_schema where type in ('table', 'view')")
	if err != nil {
		return nil, err
	}
	for _, row := range r.Rows {
		name := valueText(row[0])
		if slices.ContainsFunc(db.modules, func(m *module) bool { return strings.EqualFold(m.name, name) }) {
			names = append(names, name)
		}
	}
	return names, nil
}

type connector struct {
	driver *sqlite.Driver
	name   string
}

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.name) }
func (c connector) Driver() driver.Driver                        { return c.driver }

// Result is the result of a query.
type Result struct {
	Columns []string
	// The values of Rows are nil, int64, float64, string or []byte. Times are text in
	// RFC 3339.
	Rows [][]any
	// Times has, for each column, whether its texts are times in the spelling of the
	// plugin's tables. Nil is none.
	Times []bool
	// Changed is the number of rows of the user's own tables that the query
	// inserted, updated or deleted.
	Changed int64
}

// Query runs a statement and returns all its rows, or an error. The error of a
// plugin's table is the plugin's own; of SQL that SQLite refuses it is an
// *Error. Of several statements (see Split) it
// returns the rows of the last.
func (db *DB) Query(ctx context.Context, text string) (*Result, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	result, err := db.queryLocked(ctx, text)
	db.lastError = err
	return result, err
}

// queryLocked does what Query does, for a caller that holds db.mu.
func (db *DB) queryLocked(ctx context.Context, text string) (*Result, error) {
	db.query = &query{ctx: ctx, compared: map[columnOf]bool{}}
	result, err := db.run(ctx, text)
	if create := strings.Join(db.dropped, ""); create != "" {
		db.dropped = nil
		if _, err := db.conn.ExecContext(context.WithoutCancel(ctx), create); err != nil {
			return nil, fmt.Errorf("making the plugin's tables again: %w", explain(err))
		}
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if db.query.failure != nil {
		return nil, db.query.failure
	}
	if err != nil {
		return nil, db.advise(ctx, text, explain(err))
	}
	before := db.changes
	if err := db.conn.QueryRowContext(ctx, "select total_changes()").Scan(&db.changes); err != nil {
		return nil, err
	}
	result.Changed = db.changes - before
	return result, nil
}

// run checks each of the statements and runs it.
func (db *DB) run(ctx context.Context, text string) (result *Result, err error) {
	if i := strings.IndexByte(text, 0); i >= 0 {
		return nil, &Error{
			Message: fmt.Sprintf("there is a NUL character in the SQL, behind %d others", i),
			Advice:  advice.Of("SQLite would run only what is before it: remove it.", "SQLite 只会执行它前面的部分：请删除 SQL 里的 NUL 字符。"),
		}
	}
	statements := Split(text)
	if len(statements) == 0 || isTrigger(text) {
		statements = []string{text}
	}
	for _, s := range statements {
		if err := db.check(ctx, s); err != nil {
			return nil, err
		}
		if result, err = db.readAhead(ctx, s); err != nil {
			return nil, err
		}
		result.Times = db.query.times
	}
	return result, nil
}

func (db *DB) read(ctx context.Context, text string, args ...any) (*Result, error) {
	rows, err := db.conn.QueryContext(ctx, text, args...)
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
