package randomsql

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// Dialect is an engine's SQL.
type Dialect interface {
	// Literal is a value of a column.
	Literal(c *Column, v any) string
	// Time is a time, in one of the ways to write it.
	Time(t time.Time, r *rand.Rand) string
	// Shown is a moment as the engine shows it.
	Shown(t time.Time) string
	// Make creates the ordinary table for a table of the plugin's.
	Make(name string, t *Table) []string
	// Copy is an expression for the value that an ordinary table has of a column of the
	// plugin's.
	Copy(c *Column) string
	// Value is a value as it is compared with that of the other kind of tables.
	Value(v any) any
	// Moments reports whether the engine compares times as times only where it knows
	// that they are. Queries then try all the ways in which a time can get into a
	// comparison.
	Moments() bool
	// Text is an expression for the value of a column as text or number.
	Text(c *Column) string
	// Comparable reports whether values of a type can be compared.
	Comparable(proto.ColumnType) bool
	// AnyCase compares a column of texts without regard to case.
	AnyCase(column, literal string) string
	// FullJoinOnAnything reports whether any condition can be one of a full join.
	FullJoinOnAnything() bool
	// MostLinks is how many conditions a query may have on two tables, if it may
	// have no third; 0 is no limit. A key that a literal names counts as one,
	// and a query with that many has no other condition.
	MostLinks() int
}

func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// zones are those in which queries write times.
var zones = []*time.Location{time.UTC, time.FixedZone("", 8*3600), time.FixedZone("", -5*3600), time.FixedZone("", 5*3600+1800)}

// SQLite is the SQL of SQLite.
type SQLite struct{}

// Literal is a value of a column.
func (SQLite) Literal(_ *Column, v any) string {
	switch v := v.(type) {
	case string:
		return quote(v)
	default:
		return fmt.Sprint(v)
	}
}

// oneSpelling is strftime's pattern of the times in ordinary tables, and
// oneLayout is Go's. All have the same width, so that the order of the texts is
// that of the moments, whatever SQLite makes of them.
const (
	oneSpelling = "%Y-%m-%dT%H:%M:%fZ"
	oneLayout   = "2006-01-02T15:04:05.000Z"
)

// Time is a time, in one of the ways to write it. In queries of ordinary tables, it is
// written as these tables have it.
func (SQLite) Time(t time.Time, r *rand.Rand) string {
	t = t.In(zones[r.IntN(len(zones))])
	text := quote(t.Format([]string{time.RFC3339Nano, "2006-01-02 15:04:05.999Z07:00"}[r.IntN(2)]))
	if t.Location() == time.UTC {
		switch day := t.Equal(t.Truncate(24 * time.Hour)); {
		case day && r.IntN(2) == 0:
			text = quote(t.Format(time.DateOnly))
		case r.IntN(8) == 0:
			text = fmt.Sprintf("to_timestamp(%d.%03d)", t.Unix(), t.Nanosecond()/1e6)
		case r.IntN(2) == 0:
			text = quote(t.Format([]string{"2006-01-02 15:04:05.999", "2006-01-02T15:04:05.999"}[r.IntN(2)]))
		}
	}
	return either(text, quote(t.UTC().Format(oneLayout)))
}

// Shown is a moment as the plugin's tables have it.
func (SQLite) Shown(t time.Time) string {
	t = t.UTC()
	return either(quote(t.Format(time.RFC3339Nano)), quote(t.Format(oneLayout)))
}

// Copy has times in one spelling.
func (SQLite) Copy(c *Column) string {
	if c.Type == proto.ColumnType_TIMESTAMP {
		return "strftime('" + oneSpelling + "', " + c.Name + ")"
	}
	return c.Name
}

// Value is a time in one spelling, however it is written, and any other value as
// it is.
func (SQLite) Value(v any) any {
	text, ok := v.(string)
	if !ok {
		return v
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05Z07:00", time.DateTime, "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC().Format(oneLayout)
		}
	}
	return v
}

// Moments is true.
func (SQLite) Moments() bool { return true }

// Make creates an ordinary table.
func (SQLite) Make(name string, t *Table) []string {
	var columns []string
	for _, c := range t.Columns {
		switch c.Type {
		case proto.ColumnType_INT, proto.ColumnType_BOOL:
			columns = append(columns, c.Name+" integer")
		case proto.ColumnType_DOUBLE:
			columns = append(columns, c.Name+" real")
		default:
			columns = append(columns, c.Name+" text")
		}
	}
	return []string{"drop table if exists " + name, "create table " + name + " (" + strings.Join(columns, ", ") + ")"}
}

// Text is a column's value.
func (SQLite) Text(c *Column) string { return c.Name }

// Comparable is true of everything.
func (SQLite) Comparable(proto.ColumnType) bool { return true }

// AnyCase compares without regard to case.
func (SQLite) AnyCase(column, literal string) string {
	return column + " = " + literal + " collate nocase"
}

// FullJoinOnAnything is true.
func (SQLite) FullJoinOnAnything() bool { return true }

// MostLinks is no limit.
func (SQLite) MostLinks() int { return 0 }

// Postgres is the SQL of Postgres.
type Postgres struct{}

// Literal is a value of a column.
func (Postgres) Literal(_ *Column, v any) string { return quote(fmt.Sprint(v)) }

// Time is a moment, in one of the ways to write it.
func (Postgres) Time(t time.Time, r *rand.Rand) string {
	return quote(t.In(zones[r.IntN(len(zones))]).Format("2006-01-02 15:04:05Z07:00"))
}

// Make creates an ordinary table.
func (Postgres) Make(name string, t *Table) []string {
	var columns []string
	for _, c := range t.Columns {
		kind := map[proto.ColumnType]string{
			proto.ColumnType_INT: "bigint", proto.ColumnType_BOOL: "boolean", proto.ColumnType_DOUBLE: "double precision",
			proto.ColumnType_TIMESTAMP: "timestamptz", proto.ColumnType_JSON: "jsonb",
		}[c.Type]
		if kind == "" {
			kind = "text"
		}
		columns = append(columns, c.Name+" "+kind)
	}
	return []string{"drop table if exists " + name, "create table " + name + " (" + strings.Join(columns, ", ") + ")"}
}

// Shown is a moment as Postgres shows it.
func (Postgres) Shown(t time.Time) string { return quote(t.UTC().Format("2006-01-02 15:04:05Z07:00")) }

// Copy is the value.
func (Postgres) Copy(c *Column) string { return c.Name }

// Value is the value.
func (Postgres) Value(v any) any { return v }

// Moments is false: Postgres has a type for times.
func (Postgres) Moments() bool { return false }

// Text is a column's value; a time in RFC 3339.
func (Postgres) Text(c *Column) string {
	switch c.Type {
	case proto.ColumnType_TIMESTAMP:
		return fmt.Sprintf(`to_char(%s at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`, c.Name)
	case proto.ColumnType_JSON:
		return c.Name + "::text"
	default:
		return c.Name
	}
}

// Comparable is false of JSON, of which Postgres has an order of its own.
func (Postgres) Comparable(t proto.ColumnType) bool { return t != proto.ColumnType_JSON }

// AnyCase compares without regard to case.
func (Postgres) AnyCase(column, literal string) string { return column + " ilike " + literal }

// FullJoinOnAnything is false: Postgres wants an equality.
func (Postgres) FullJoinOnAnything() bool { return false }

// MostLinks is two: of the conditions with "=" on a foreign table that is joined by a
// key, Steampipe's engine (2.2.2) keeps two, literals included; and with three tables it checks some where the
// value of the other table is not there, so that rows are lost.
func (Postgres) MostLinks() int { return 2 }
