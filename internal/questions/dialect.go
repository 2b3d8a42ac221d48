package questions

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
	// Time is a moment, in one of the ways to write it.
	Time(t time.Time, r *rand.Rand) string
	// Make makes an ordinary table anew, for the rows of one of the plugin's.
	Make(name string, t *Table) []string
	// Text is an expression for the value of a column as text or number.
	Text(c *Column) string
	// Comparable reports whether values of a type can be compared.
	Comparable(proto.ColumnType) bool
	// AnyCase compares a column of texts without regard to case.
	AnyCase(column, literal string) string
	// FullJoinOnAnything reports whether any condition can be one of a full join.
	FullJoinOnAnything() bool
	// MostLinks is how many conditions a question may have on two tables, if it may
	// have no third; 0 is no limit on either. A key that a literal names counts as one,
	// and with as many there are no others.
	MostLinks() int
}

func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// zones are those in which questions write times.
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

// Time is a moment, in one of the ways to write it.
func (SQLite) Time(t time.Time, r *rand.Rand) string {
	t = t.In(zones[r.IntN(len(zones))])
	if t.Location() == time.UTC && r.IntN(2) == 0 {
		return quote(t.Format(time.DateTime))
	}
	return quote(t.Format([]string{time.RFC3339, "2006-01-02 15:04:05Z07:00"}[r.IntN(2)]))
}

// Make makes an ordinary table anew.
func (SQLite) Make(name string, t *Table) []string {
	var columns []string
	for _, c := range t.Columns {
		switch c.Type {
		case proto.ColumnType_INT, proto.ColumnType_BOOL:
			columns = append(columns, c.Name+" integer")
		case proto.ColumnType_DOUBLE:
			columns = append(columns, c.Name+" real")
		case proto.ColumnType_TIMESTAMP:
			columns = append(columns, c.Name+" text collate moment")
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

// Make makes an ordinary table anew.
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
