package sqlite

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Error is the error of SQL that SQLite refuses.
type Error struct {
	// Message is SQLite's message.
	Message string
	// Advice is what a person can do about it; "" if there is no advice.
	Advice string
	// Err is the driver's error; nil for an error of this package.
	Err error
}

func (e *Error) Error() string {
	if e.Advice == "" {
		return e.Message
	}
	return e.Message + "\n" + e.Advice
}

func (e *Error) Unwrap() error { return e.Err }

// explain returns the *Error of an error of the driver's. It removes the class of the
// error, which the driver puts around SQLite's message.
func explain(err error) error {
	driver, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return err
	}
	message := strings.TrimSuffix(driver.Error(), " (SQLITE_BUSY)")
	message = strings.TrimSuffix(message, fmt.Sprintf(" (%d)", driver.Code()))
	for _, class := range []string{"SQL logic error: ", "constraint failed: "} {
		message = strings.TrimPrefix(message, class)
	}
	return &Error{Message: message, Err: err}
}

// advise adds to an error of SQLite's what a person can do about it, by the words of its
// message: SQLite has no codes for them. The caller holds db.mu.
func (db *DB) advise(ctx context.Context, statement string, err error) error {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return err
	}
	if driver, ok := errors.AsType[*sqlite.Error](e.Err); ok && driver.Code()&0xff == sqlite3.SQLITE_BUSY {
		e.Advice = fmt.Sprintf("Another program is writing to %s: run the statement again when it is done.", db.file)
		return e
	}
	refused := strings.HasSuffix(e.Message, "syntax error") || strings.HasPrefix(e.Message, "unrecognized token") ||
		strings.HasPrefix(e.Message, "no such function: ") || e.Message == "no such column: interval"
	if advice := advisePostgres(statement); refused && advice != "" {
		e.Advice = advice
		return e
	}
	table, noTable := strings.CutPrefix(e.Message, "no such table: ")
	column, noColumn := strings.CutPrefix(e.Message, "no such column: ")
	if !noTable && !noColumn {
		return e
	}
	tables, readErr := db.tables(ctx)
	if readErr != nil {
		return e // report the first error
	}
	if noTable {
		e.Advice = adviseTable(table, tables)
	} else {
		e.Advice = adviseColumn(column, NamedTables(statement, tables))
	}
	return e
}

// onlyPostgres is what Postgres has and SQLite has not: an expression for SQL without
// texts, an example, and what to write instead.
var onlyPostgres = []struct {
	in             *regexp.Regexp
	example, write string
}{
	{regexp.MustCompile(`::`), "value::type", "cast(value as type)"},
	{regexp.MustCompile(`(?i)\bilike\b`), "ilike", "like"},
	{regexp.MustCompile(`(?i)\binterval\s+'`), "now() - interval '1 day'", "datetime('now', '-1 day')"},
	{regexp.MustCompile(`(?i)\bextract\s*\(`), "extract(epoch from start_time)", "date_part('epoch', start_time), and for the year and so on strftime('%Y', start_time)"},
	{regexp.MustCompile(`(?i)\bdate_trunc\s*\(`), "date_trunc('day', start_time)", "date(start_time)"},
	{regexp.MustCompile(`(?i)\bat\s+time\s+zone\b`), "start_time at time zone 'Asia/Shanghai'", "datetime(start_time, '+8 hours')"},
	{regexp.MustCompile(`(?i)\b(array|json|jsonb)_agg\s*\(`), "array_agg(title)", "json_group_array(title)"},
	{regexp.MustCompile(`(?i)\bdistinct\s+on\b`), "distinct on (creator_id)", "group by creator_id, with max(start_time) among the columns: the others are of the row that has it"},
}

var texts = regexp.MustCompile(`'[^']*'`)

// advisePostgres returns what to write instead of that in a statement which only Postgres
// has; "" if there is nothing.
func advisePostgres(statement string) string {
	statement = texts.ReplaceAllString(statement, "''")
	var all []string
	for _, p := range onlyPostgres {
		if p.in.MatchString(statement) {
			all = append(all, fmt.Sprintf("instead of %s write %s", p.example, p.write))
		}
	}
	if all == nil {
		return ""
	}
	return "SQL is SQLite's here: " + strings.Join(all, ", ")
}

func adviseTable(name string, tables []Table) string {
	schema, name, qualified := cutName(name)
	names := map[string]string{} // what is compared with the name, by what is shown
	for _, t := range tables {
		switch {
		case qualified && strings.EqualFold(t.Schema, schema):
			names[t.Schema+"."+t.Name] = t.Name
		case !qualified:
			names[t.Name] = t.Name
		}
		if strings.EqualFold(t.Name, name) && strings.EqualFold(schema, "main") {
			return fmt.Sprintf("A view or trigger that is kept cannot name %s, which is not: write create temp view.", t.Name)
		}
	}
	if qualified && len(names) == 0 {
		var schemas []string
		for _, t := range tables {
			schemas = append(schemas, t.Schema)
		}
		slices.Sort(schemas)
		return fmt.Sprintf("There is no schema %s; there is %s.", schema, strings.Join(slices.Compact(schemas), ", "))
	}
	if near := nearest(name, names); len(near) > 0 {
		return "Did you mean " + either(near) + "?"
	}
	return ""
}

func adviseColumn(name string, tables []Table) string {
	_, name, _ = cutName(name)
	names := map[string]string{}
	for _, t := range tables {
		for _, c := range t.Columns {
			names[c.Name] = c.Name
		}
	}
	if near := nearest(name, names); len(near) > 0 {
		return "Did you mean " + either(near) + "?"
	}
	var lines []string
	for _, t := range tables {
		var columns []string
		for _, c := range t.Columns {
			columns = append(columns, c.Name)
		}
		lines = append(lines, fmt.Sprintf("%s has %s.", t.Name, strings.Join(columns, ", ")))
	}
	slices.Sort(lines)
	return strings.Join(slices.Compact(lines), "\n")
}

// cutName splits a name of SQLite's message, as in schema.table.
func cutName(s string) (qualifier, name string, qualified bool) {
	i := strings.LastIndex(s, ".")
	if i < 0 {
		return "", s, false
	}
	return s[:i], s[i+1:], true
}

var word = regexp.MustCompile(`[\pL_][\pL\pN_]*`)

// NamedTables returns the tables whose names are in a statement.
func NamedTables(statement string, tables []Table) []Table {
	words := map[string]bool{}
	for _, w := range word.FindAllString(statement, -1) {
		words[strings.ToLower(w)] = true
	}
	return slices.DeleteFunc(slices.Clone(tables), func(t Table) bool { return !words[strings.ToLower(t.Name)] })
}

const (
	// near is how similar two names must be; 1 is equal.
	near = 0.6
	// mostNear is how many names are shown at most.
	mostNear = 3
)

// nearest returns the names that are most similar to one, the nearest first. names has
// what is compared, by what is shown. A name of which the one is a word is near as well.
func nearest(name string, names map[string]string) []string {
	name = strings.ToLower(name)
	likeness := map[string]float64{}
	var found []string
	for tell, compare := range names {
		compare = strings.ToLower(compare)
		alike := levenshtein.Similarity(name, compare, nil)
		if slices.Contains(strings.Split(compare, "_"), name) || strings.HasSuffix(compare, "_"+name) {
			alike = max(alike, near)
		}
		if alike >= near {
			likeness[tell] = alike
			found = append(found, tell)
		}
	}
	slices.SortFunc(found, func(a, b string) int {
		return cmp.Or(cmp.Compare(likeness[b], likeness[a]), cmp.Compare(a, b))
	})
	return found[:min(len(found), mostNear)]
}

// either joins names with commas and "or".
func either(names []string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], ", ") + " or " + names[last]
}
