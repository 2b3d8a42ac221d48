package randomsql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// Times in queries, for an engine that compares them as times only if it knows that they
// are: a time goes through functions, unions and table
// expressions, and meets one that is written in another way.

// times are the columns of times with values.
func times(columns []*Column) []*Column {
	return slices.DeleteFunc(slices.Clone(columns), func(c *Column) bool { return c.Type != proto.ColumnType_TIMESTAMP || len(c.Values) == 0 })
}

// mixes are ways to combine two times, of which the first may be missing.
var mixes = []string{
	"coalesce(%[1]s, %[2]s)", "ifnull(%[1]s, %[2]s)", "iif(%[1]s is null, %[2]s, %[1]s)", "iif(%[1]s < %[2]s, %[1]s, %[2]s)",
	"case when %[1]s is not null then %[1]s else %[2]s end", "nullif(%[1]s, %[2]s)",
	"min(%[1]s, %[2]s)", "max(%[1]s, %[2]s)", "min(%[1]s, %[2]s)", "max(%[1]s, %[2]s)",
}

// mixed is a time that is made of a column's and another.
func (m *Maker) mixed(name string, c *Column, refs []ref) string {
	other := m.dialect.Shown(m.moment(c))
	switch r := pick(m, refs); {
	case m.chance(25):
		other = m.dialect.Time(m.moment(c), m.r)
	case m.chance(70):
		if all := times(r.columns); len(all) > 0 {
			other = r.column(pick(m, all))
		}
	}
	if m.chance(30) {
		name, other = other, name
	}
	mixed := fmt.Sprintf(pick(m, mixes), name, other)
	if m.chance(10) {
		return m.mixed(mixed, c, refs)
	}
	return mixed
}

// maybeMixed is a column's value, or seldom one that is made of it and another.
func (m *Maker) maybeMixed(r ref, c *Column, refs []ref) string {
	name := r.column(c)
	if c.Type == proto.ColumnType_TIMESTAMP && len(c.Values) > 0 && m.dialect.Moments() && m.chance(35) {
		return m.mixed(name, c, refs)
	}
	return name
}

// byMoment returns, for some comparisons, the collation that compares texts as times.
func (m *Maker) byMoment() string {
	if m.dialect.Moments() && m.chance(10) {
		return either(" collate moment", "")
	}
	return ""
}

// gathered makes a table of the times of several, or of those that a recursive
// table expression carries along.
func (m *Maker) gathered(q *Query, alias string) (string, ref) {
	at := &Column{Name: "at", Type: proto.ColumnType_TIMESTAMP}
	what := &Column{Name: "what", Type: proto.ColumnType_STRING}
	columns := []*Column{at, what}
	arm := func() string {
		var of []*Table
		for _, t := range m.tables {
			if len(times(t.Columns)) > 0 {
				of = append(of, t)
			}
		}
		t := pick(m, of)
		r := ref{"k", t.Columns}
		c := pick(m, times(t.Columns))
		at.Values = append(at.Values, c.Values...)
		value, text := m.maybeMixed(r, c, []ref{r}), "'x'"
		for _, d := range t.Columns {
			if d.Type == proto.ColumnType_STRING && len(d.Values) > 0 {
				text = r.column(d)
				what.Values = d.Values
				break
			}
		}
		if m.chance(15) {
			value, text = pick(m, []string{"min(", "max("})+value+")", "min("+text+")"
		}
		arm := fmt.Sprintf("select %s as at, %s as what from {%s} k", value, text, t.Name)
		if keys := m.keys(t, "k", nil); keys != nil {
			arm += " where " + keys.String()
		}
		return arm
	}
	if m.chance(30) {
		q.recursive = true
		table := m.name("r")
		r := ref{table, columns}
		first := arm()
		step := m.maybeMixed(r, at, []ref{r})
		q.with = append(q.with, fmt.Sprintf("%[1]s (at, what, n) as (select at, what, 0 from (%[2]s) union all select %[3]s, %[1]s.what, n + 1 from %[1]s where n < %[4]d)", table, first, step, 1+m.r.IntN(2)))
		return table + " " + alias, ref{alias, columns}
	}
	arms := []string{arm()}
	for range 1 + m.r.IntN(2) {
		arms = append(arms, arm())
	}
	text := strings.Join(arms, pick(m, []string{" union all ", " union all ", " union all ", " union "}))
	if m.chance(40) {
		table := m.name("w")
		q.with = append(q.with, table+" as "+pick(m, []string{"", "materialized ", "not materialized "})+"("+text+")")
		return table + " " + alias, ref{alias, columns}
	}
	return "(" + text + ") " + alias, ref{alias, columns}
}

// over is a value of a window, which is the same in whatever order the rows are.
func (m *Maker) over(refs []ref) string {
	r := pick(m, refs)
	all := times(r.columns)
	if len(all) == 0 {
		return "count(*) over ()"
	}
	time := func() string { return m.maybeMixed(r, pick(m, all), refs) }
	return fmt.Sprintf(pick(m, []string{
		"max(%[1]s) over ()", "min(%[1]s) over (partition by %[2]s)", "max(%[1]s) over (order by %[2]s)", "rank() over (order by %[1]s)",
		"count(*) over (partition by %[1]s order by %[2]s)", "first_value(%[1]s) over (order by %[1]s desc)",
	}), time(), time())
}

// among is a condition that a time is one of a table's, or is compared with the
// last of these.
func (m *Maker) among(name string, c *Column) *condition {
	t := m.of[c]
	if t == nil {
		return &condition{text: name + " is not null"}
	}
	r := ref{m.name("s"), t.Columns}
	d := pick(m, times(t.Columns))
	conditions := &condition{text: r.column(d) + " is not null"}
	if m.chance(40) {
		most := fmt.Sprintf("(select max(%s) from {%s} %s where %s)", m.maybeMixed(r, d, []ref{r}), t.Name, r.alias, all(m.keys(t, r.alias, nil), conditions))
		return &condition{text: name + pick(m, []string{" = ", " <= ", " > ", " >= "}) + most}
	}
	not := pick(m, []string{"", "", "", "not "})
	return &condition{text: fmt.Sprintf("%s %sin (select %s from {%s} %s where %s)", name, not, m.maybeMixed(r, d, []ref{r}), t.Name, r.alias, all(m.keys(t, r.alias, nil), conditions))}
}
