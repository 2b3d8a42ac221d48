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
	"github.com/turbot/steampipe-plugin-dingtalk/internal/advice"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Error is the error of SQL that SQLite refuses.
type Error struct {
	// Message is SQLite's message.
	Message string
	// Advice is what a person can do about it; the zero Text if there is no advice.
	Advice advice.Text
	// Err is the driver's error; nil for an error of this package.
	Err error
}

func (e *Error) Error() string {
	if e.Advice.English == "" {
		return e.Message
	}
	return e.Message + "\n" + e.Advice.English
}

func (e *Error) Unwrap() []error { return []error{e.Err, e.Advice} }

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
		e.Advice = advice.Of(fmt.Sprintf("Another program is writing to %s: run the statement again when it is done.", db.file),
			fmt.Sprintf("另一个程序正在写入 %s：请等它完成后重新执行这条语句。", db.file))
		return e
	}
	refused := strings.HasSuffix(e.Message, "syntax error") || strings.HasPrefix(e.Message, "unrecognized token") ||
		strings.HasPrefix(e.Message, "no such function: ") || e.Message == "no such column: interval"
	if instead := advisePostgres(statement); refused && instead != (advice.Text{}) {
		e.Advice = instead
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
// texts, an example, what to write instead, and the same in Chinese; "" if it has no words
// in it. Of extract, the field is what the expression's group matches.
var onlyPostgres = []struct {
	in                      *regexp.Regexp
	example, write, chinese string
}{
	{regexp.MustCompile(`::`), "value::type", "cast(value as type)", ""},
	{regexp.MustCompile(`(?i)\bilike\b`), "ilike", "like", ""},
	{regexp.MustCompile(`(?i)\binterval\s+'`), "now() - interval '1 day'", "datetime('now', '-1 day')", ""},
	{regexp.MustCompile(`(?i)\bextract\s*\(\s*(\w+)`), "", "", ""},
	{regexp.MustCompile(`(?i)\bdate_trunc\s*\(`), "date_trunc('day', start_time)", "date(start_time)", ""},
	{regexp.MustCompile(`(?i)\bat\s+time\s+zone\b`), "start_time at time zone 'Asia/Shanghai'", "datetime(start_time, '+8 hours')", ""},
	{regexp.MustCompile(`(?i)\b(?:array|json|jsonb)_agg\s*\(`), "array_agg(title)", "json_group_array(title)", ""},
	{regexp.MustCompile(`(?i)\bdistinct\s+on\b`), "distinct on (creator_id)",
		"group by creator_id, with max(start_time) among the columns: the others are of the row that has it", "group by creator_id，并选出 max(start_time)，其他列就取自这一行"},
}

var texts = regexp.MustCompile(`'[^']*'`)

// advisePostgres returns what to write instead of that in a statement which only Postgres
// has; the zero Text if there is nothing.
func advisePostgres(statement string) advice.Text {
	statement = texts.ReplaceAllString(statement, "''")
	var english, chinese []string
	for _, p := range onlyPostgres {
		for _, m := range p.in.FindAllStringSubmatch(statement, -1) {
			example, write := p.example, p.write
			if len(m) > 1 {
				field := strings.ToLower(m[1])
				example, write = "extract("+field+" from start_time)", partOf(field)
			}
			english = append(english, fmt.Sprintf("instead of %s write %s", example, write))
			chinese = append(chinese, fmt.Sprintf("请把 %s 写成 %s", example, cmp.Or(p.chinese, write)))
		}
	}
	if english == nil {
		return advice.Text{}
	}
	english, chinese = distinct(english), distinct(chinese)
	return advice.Of("SQL is SQLite's here: "+strings.Join(english, ", "), "这里的 SQL 是 SQLite 的："+strings.Join(chinese, "；"))
}

// distinct returns texts in their order, each once.
func distinct(texts []string) []string {
	var all []string
	for _, s := range texts {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// formats are strftime's for the fields of a time in Postgres' extract and date_part.
var formats = map[string]string{
	"year": "%Y", "month": "%m", "day": "%d", "hour": "%H", "minute": "%M", "second": "%S",
	"dow": "%w", "isodow": "%u", "doy": "%j", "week": "%V", "isoyear": "%G",
}

// partOf returns what to write for a field of a time.
func partOf(field string) string {
	switch field {
	case "epoch":
		return "date_part('epoch', start_time)"
	case "quarter":
		return "(cast(strftime('%m', start_time) as integer) + 2) / 3"
	default:
		return fmt.Sprintf("cast(strftime('%s', start_time) as integer)", cmp.Or(formats[field], "%..."))
	}
}

func adviseTable(name string, tables []Table) advice.Text {
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
			return advice.Of(fmt.Sprintf("A view or trigger that is kept cannot name %s, which is not: write create temp view.", t.Name),
				fmt.Sprintf("%s 不会保存在文件里，保存的视图或触发器不能使用它：请写 create temp view。", t.Name))
		}
	}
	if qualified && len(names) == 0 {
		var schemas []string
		for _, t := range tables {
			schemas = append(schemas, t.Schema)
		}
		slices.Sort(schemas)
		schemas = slices.Compact(schemas)
		return advice.Of(fmt.Sprintf("There is no schema %s; there is %s.", schema, strings.Join(schemas, ", ")),
			fmt.Sprintf("没有名为 %s 的 schema；现有的是：%s。", schema, strings.Join(schemas, "、")))
	}
	near := nearest(name, names)
	for tell, compare := range names {
		// What people call a meeting is a conference in the names.
		asked := strings.TrimSuffix(strings.Replace(strings.ToLower(name), "meeting", "conference", 1), "s")
		if asked == strings.ToLower(compare) && !slices.Contains(near, tell) {
			near = append([]string{tell}, near[:min(len(near), mostNear-1)]...)
		}
	}
	return didYouMean(near)
}

// titleColumn is the column that has the name of a row in each of Steampipe's tables.
const titleColumn = "title"

// didYouMean offers names; none are the zero Text.
func didYouMean(names []string) advice.Text {
	if len(names) == 0 {
		return advice.Text{}
	}
	return advice.Of("Did you mean "+either(names, ", ", " or ")+"?", "您要写的是不是 "+either(names, "、", " 或 ")+"？")
}

func adviseColumn(name string, tables []Table) advice.Text {
	_, name, _ = cutName(name)
	names := map[string]string{}
	for _, t := range tables {
		for _, c := range t.Columns {
			names[c.Name] = c.Name
		}
	}
	near := nearest(name, names)
	if _, ok := names[titleColumn]; ok && !slices.Contains(near, titleColumn) {
		// A row's name is its title, which is not like the word.
		switch name = strings.ToLower(name); {
		case name == "name":
			near = append([]string{titleColumn}, near[:min(len(near), mostNear-1)]...)
		case strings.HasSuffix(name, "_name"):
			near = append(near[:min(len(near), mostNear-1)], titleColumn)
		}
	}
	if len(near) > 0 {
		return didYouMean(near)
	}
	var english, chinese []string
	for _, t := range tables {
		var columns []string
		for _, c := range t.Columns {
			columns = append(columns, c.Name)
		}
		english = append(english, fmt.Sprintf("%s has %s.", t.Name, strings.Join(columns, ", ")))
		chinese = append(chinese, fmt.Sprintf("%s 有这些列：%s。", t.Name, strings.Join(columns, "、")))
	}
	slices.Sort(english)
	slices.Sort(chinese)
	return advice.Of(strings.Join(slices.Compact(english), "\n"), strings.Join(slices.Compact(chinese), ""))
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

// either joins names with commas and "or", in a language.
func either(names []string, comma, or string) string {
	last := len(names) - 1
	if last == 0 {
		return names[0]
	}
	return strings.Join(names[:last], comma) + or + names[last]
}
