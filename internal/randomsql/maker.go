package randomsql

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// Maker makes queries about tables that are filled.
type Maker struct {
	dialect Dialect
	tables  []*Table
	r       *rand.Rand
	// akin are the columns with values in common with another's.
	akin map[*Column][]*Column
	of   map[*Column]*Table
	n    int // of names so far
	// links are the conditions on two tables that the query has; alone is whether
	// it has one table, and literals how many keys of one it names by literals.
	links, literals int
	alone           bool
}

// NewMaker returns a Maker. The same seed makes the same queries.
func NewMaker(dialect Dialect, tables []*Table, seed uint64) *Maker {
	m := &Maker{dialect: dialect, r: rand.New(rand.NewPCG(seed, 0)), akin: map[*Column][]*Column{}, of: map[*Column]*Table{}}
	for _, t := range tables {
		if slices.ContainsFunc(t.Columns, func(c *Column) bool { return len(c.Values) > 0 }) {
			m.tables = append(m.tables, t)
		}
		for _, c := range t.Columns {
			m.of[c] = t
		}
	}
	for _, t := range m.tables {
		for _, c := range t.Columns {
			for _, u := range m.tables {
				for _, d := range u.Columns {
					if len(c.Values) == 0 && c.Name == d.Name && c.Type == d.Type {
						c.Values = d.Values // a key that no row shows, by the rows
					}
					if c.akin(d) {
						m.akin[c] = append(m.akin[c], d)
					}
				}
			}
		}
	}
	return m
}

// akin reports whether two columns share values by which tables can be joined.
func (c *Column) akin(d *Column) bool {
	if c == d || c.Type != d.Type || c.Type != proto.ColumnType_STRING && c.Type != proto.ColumnType_INT && c.Type != proto.ColumnType_TIMESTAMP {
		return false
	}
	n := 0
	for _, v := range c.Values {
		if slices.Contains(d.Values, v) {
			n++
		}
	}
	return n > 1
}

// ref is a table in a query.
type ref struct {
	alias   string
	columns []*Column
}

func (r ref) column(c *Column) string { return r.alias + "." + c.Name }

func (m *Maker) chance(percent int) bool { return m.r.IntN(100) < percent }

func pick[T any](m *Maker, list []T) T { return list[m.r.IntN(len(list))] }

func (m *Maker) name(prefix string) string {
	m.n++
	return fmt.Sprint(prefix, m.n)
}

// Query makes the next query.
func (m *Maker) Query() *Query {
	m.n, m.links, m.literals = 0, 0, 0
	q := &Query{}
	n, most := 1, 3
	if m.dialect.MostLinks() > 0 {
		most = 2
	}
	for n < most && m.chance(45) {
		n++
	}
	m.alone = n == 1
	joins := make([]string, n)
	inside := false // whether a key must be named within a select of its own
	for i := 1; i < n; i++ {
		joins[i] = pick(m, []string{"join", "join", "left join", "left join", "right join", "full join", ",", "cross join"})
		inside = inside || joins[i] == "right join" || joins[i] == "full join"
	}
	var refs []ref
	for i := range n {
		source, ref, where := m.source(q, joins[i], refs, inside)
		q.from = append(q.from, source)
		q.where = all(q.where, where)
		refs = append(refs, ref)
	}
	if m.mayFilter() && m.chance(75) {
		q.where = all(q.where, m.condition(m.together(refs), 3))
	}
	m.choose(q, refs)
	if m.chance(40) {
		q.ordered = true
		for range q.columns {
			q.descending = append(q.descending, m.chance(50))
		}
	}
	if m.chance(30) {
		q.limit = 1 + m.r.IntN(6)
		if m.chance(40) {
			q.offset = 1 + m.r.IntN(4)
			q.computed = m.chance(30)
		}
	}
	return q
}

// source makes a table of the from clause, and the conditions on its keys that
// belong into the where clause.
func (m *Maker) source(q *Query, join string, before []ref, inside bool) (source, ref, *condition) {
	t := pick(m, m.tables)
	alias := m.name("t")
	r := ref{alias, t.Columns}
	s := source{join: join, text: "{" + t.Name + "} " + alias}
	var on, where *condition
	switch needsKey := t.required != nil || t.anyOf != nil || t.bounded != nil; {
	case m.dialect.Moments() && m.chance(12):
		s.text, r = m.gathered(q, alias)
	case needsKey && inside || m.chance(15):
		text := m.selection(t)
		if m.chance(50) {
			materialized := pick(m, []string{"", "materialized ", "not materialized "})
			table := m.name("w")
			q.with = append(q.with, table+" as "+materialized+"("+text+")")
			s.text = table + " " + alias
		} else {
			s.text = "(" + text + ") " + alias
		}
	case needsKey:
		keys := m.keys(t, alias, before)
		if strings.HasSuffix(join, "join") && join != "cross join" && m.chance(70) {
			on = keys
		} else {
			where = keys
		}
	}
	if strings.HasSuffix(join, "join") && join != "cross join" {
		equal := m.equality(r, before)
		if equal == nil && m.dialect.Moments() && m.chance(50) {
			if mine, others := times(r.columns), times(before[0].columns); len(mine) > 0 && len(others) > 0 {
				equal = m.equals(r.column(pick(m, mine)), before[0].column(pick(m, others)))
			}
		}
		if m.dialect.FullJoinOnAnything() || join != "full join" {
			if m.mayFilter() && m.chance(30) {
				equal = all(equal, m.condition(m.together(append(slices.Clone(before), r)), 1))
			}
			on = all(on, equal)
		} else {
			where, on = all(where, on), equal
		}
		if on == nil {
			on = &condition{text: "1 = 1"}
		}
	} else if join != "" {
		where = all(where, m.equality(r, before))
	}
	s.on = on
	return s, r, where
}

// mayLink reports whether the query may have one more condition on two tables.
func (m *Maker) mayLink() bool {
	most := m.dialect.MostLinks()
	return most == 0 || m.links+m.literals < most
}

// mayFilter reports whether the query may have a condition with a literal beside
// those that it has.
func (m *Maker) mayFilter() bool {
	return m.dialect.MostLinks() == 0 || m.links < m.dialect.MostLinks()
}

// together returns the tables that one condition may be about.
func (m *Maker) together(refs []ref) []ref {
	if m.dialect.MostLinks() > 0 {
		return []ref{pick(m, refs)}
	}
	return refs
}

// selection selects all of a table for some keys.
func (m *Maker) selection(t *Table) string {
	text := "select * from {" + t.Name + "} k"
	if keys := m.keys(t, "k", nil); keys != nil {
		text += " where " + keys.String()
	}
	return text
}

// keys returns conditions on the keys that a table needs.
func (m *Maker) keys(t *Table, alias string, before []ref) *condition {
	keys := t.required
	if t.anyOf != nil {
		keys = append(slices.Clone(keys), pick(m, t.anyOf))
	}
	literals := 0
	defer func() { m.literals = max(m.literals, literals) }()
	var conditions []*condition
	for _, k := range keys {
		var others []string
		for _, r := range before {
			for _, c := range r.columns {
				if slices.Contains(m.akin[k], c) {
					others = append(others, r.column(c))
				}
			}
		}
		name := alias + "." + k.Name
		link := others != nil && m.mayLink() && m.chance(60)
		if !link {
			literals++
		}
		switch {
		case link:
			conditions = append(conditions, m.equals(name, pick(m, others)))
			m.links++
		case m.chance(40):
			conditions = append(conditions, m.list(name, k))
		case m.chance(20):
			conditions = append(conditions, joined("or", []*condition{{text: name + " = " + m.value(k)}, {text: name + " = " + m.value(k)}}))
		default:
			conditions = append(conditions, &condition{text: name + " = " + m.value(k)})
		}
	}
	if c := t.bounded; c != nil {
		from, until := m.moment(c), m.moment(c)
		if until.Before(from) {
			from, until = until, from
		}
		name := alias + "." + c.Name
		if m.chance(50) {
			conditions = append(conditions, &condition{text: fmt.Sprintf("%s between %s and %s", name, m.dialect.Time(from, m.r), m.dialect.Time(until, m.r))})
		} else {
			conditions = append(conditions,
				&condition{text: name + pick(m, []string{" >= ", " > "}) + m.dialect.Time(from, m.r)},
				&condition{text: name + pick(m, []string{" <= ", " < "}) + m.dialect.Time(until, m.r)})
		}
	}
	return all(conditions...)
}

func (m *Maker) equals(a, b string) *condition {
	if m.chance(50) {
		a, b = b, a
	}
	return &condition{text: a + " = " + b}
}

// equality joins a table with the tables before it, if they have values in common.
func (m *Maker) equality(r ref, before []ref) *condition {
	var pairs, seconds [][2]string
	for _, b := range before {
		for _, c := range r.columns {
			for _, d := range b.columns {
				if slices.Contains(m.akin[c], d) || c == d && len(c.Values) > 1 && c.Type != proto.ColumnType_JSON {
					pair := [2]string{r.column(c), b.column(d)}
					pairs = append(pairs, pair)
					if m.maySecond(c) && m.maySecond(d) {
						seconds = append(seconds, pair)
					}
				}
			}
		}
	}
	if pairs == nil || !m.mayLink() {
		return nil
	}
	pair := pick(m, pairs)
	equal := m.equals(pair[0], pair[1])
	m.links++
	for seconds != nil && m.mayLink() && m.chance(35) {
		pair := pick(m, seconds)
		equal = all(equal, m.equals(pair[0], pair[1]))
		m.links++
	}
	return equal
}

// maySecond reports a column that a second condition on two tables may name: in Postgres
// no key column but of a table that takes bounds, since a join loses the second.
func (m *Maker) maySecond(c *Column) bool {
	t := m.of[c]
	return m.dialect.MostLinks() == 0 || !c.key || t.bounded != nil
}

// condition makes a condition on the columns of tables.
func (m *Maker) condition(refs []ref, depth int) *condition {
	if depth > 0 {
		switch {
		case m.chance(20):
			return all(m.condition(refs, depth-1), m.condition(refs, depth-1))
		case m.chance(35):
			return joined("or", []*condition{m.condition(refs, depth-1), m.condition(refs, depth-1)})
		case m.chance(15):
			return &condition{operator: "not", parts: []*condition{m.condition(refs, depth-1)}}
		}
	}
	r := pick(m, refs)
	c := pick(m, r.columns)
	if m.chance(50) { // conditions that the plugin may apply find more
		if keys := slices.DeleteFunc(slices.Clone(r.columns), func(c *Column) bool { return !c.key }); len(keys) > 0 {
			c = pick(m, keys)
		}
	}
	name := r.column(c)
	operator := pick(m, []string{"=", "=", "<>", "<", "<=", ">", ">="})
	switch {
	case m.chance(8) || len(c.Values) == 0:
		return &condition{text: name + pick(m, []string{" is null", " is not null"})}
	case !m.dialect.Comparable(c.Type) || c.Type == proto.ColumnType_JSON:
		return &condition{text: name + " is not null"}
	case c.Type == proto.ColumnType_TIMESTAMP:
		return m.timeCondition(m.maybeMixed(r, c, refs), operator, c, refs)
	case m.chance(30):
		not := ""
		if m.chance(25) {
			not = " not"
		}
		list := m.list(name, c)
		list.text = name + not + " in"
		return list
	case c.Type == proto.ColumnType_STRING && m.chance(12):
		return &condition{text: m.dialect.AnyCase(name, m.otherCase(c))}
	case c.Type == proto.ColumnType_STRING && m.chance(12):
		return &condition{text: name + " like " + quote(prefix(fmt.Sprint(pick(m, c.Values)))+"%")}
	case len(m.akin[c]) > 0 && (m.alone || m.dialect.MostLinks() == 0) && m.chance(15):
		return m.within(name, c)
	case c.Type != proto.ColumnType_BOOL && m.chance(10):
		return &condition{text: fmt.Sprintf("%s between %s and %s", name, m.value(c), m.value(c))}
	}
	if m.chance(10) {
		return &condition{text: m.value(c) + " " + operator + " " + name}
	}
	return &condition{text: name + " " + operator + " " + m.value(c)}
}

// timeCondition makes a condition on a column of times.
func (m *Maker) timeCondition(name, operator string, c *Column, refs []ref) *condition {
	switch {
	case m.chance(15):
		r := pick(m, refs)
		for _, d := range r.columns {
			if d.Type == proto.ColumnType_TIMESTAMP {
				return &condition{text: name + " " + operator + " " + m.maybeMixed(r, d, refs) + m.byMoment()}
			}
		}
	case m.dialect.Moments() && m.chance(10):
		return m.among(name, c)
	case m.chance(20):
		var list []string
		for range 1 + m.r.IntN(3) {
			list = append(list, m.dialect.Time(m.moment(c), m.r))
		}
		return &condition{text: name + " in", list: list}
	case m.chance(20):
		return &condition{text: fmt.Sprintf("%s between %s and %s", name, m.dialect.Time(m.moment(c), m.r), m.dialect.Time(m.moment(c), m.r))}
	case m.chance(15):
		return &condition{text: m.dialect.Time(m.moment(c), m.r) + " " + operator + " " + name}
	case m.dialect.Moments() && m.chance(15):
		return &condition{text: name + " " + operator + " " + m.dialect.Shown(m.moment(c))}
	}
	return &condition{text: name + " " + operator + " " + m.dialect.Time(m.moment(c), m.r) + m.byMoment()}
}

// within is a condition that a value is among those of another table, or that the
// other has one.
func (m *Maker) within(name string, c *Column) *condition {
	d := pick(m, m.akin[c])
	t := m.of[d]
	alias := m.name("s")
	keys := m.keys(t, alias, nil)
	not := ""
	if m.chance(25) {
		not = "not "
	}
	if m.chance(50) {
		notNull := &condition{text: alias + "." + d.Name + " is not null"}
		return &condition{text: fmt.Sprintf("%s %sin (select %s.%s from {%s} %s where %s)", name, not, alias, d.Name, t.Name, alias, all(keys, notNull))}
	}
	return &condition{text: fmt.Sprintf("%sexists (select 1 from {%s} %s where %s)", not, t.Name, alias, all(keys, &condition{text: fmt.Sprintf("%s.%s = %s", alias, d.Name, name)}))}
}

// list is a condition with an in list.
func (m *Maker) list(name string, c *Column) *condition {
	var list []string
	for range 1 + m.r.IntN(4) {
		list = append(list, m.value(c))
	}
	return &condition{text: name + " in", list: list}
}

// value is one of a column's, or seldom none.
func (m *Maker) value(c *Column) string {
	if c.Type == proto.ColumnType_TIMESTAMP {
		return m.dialect.Time(m.moment(c), m.r)
	}
	if c.Type == proto.ColumnType_STRING && m.chance(8) {
		return pick(m, []string{"'nobody'", "''", "'A'"})
	}
	if len(c.Values) == 0 {
		return "'0'"
	}
	return m.dialect.Literal(c, pick(m, c.Values))
}

func (m *Maker) otherCase(c *Column) string {
	text := fmt.Sprint(pick(m, c.Values))
	if m.chance(50) {
		return quote(strings.ToUpper(text))
	}
	return quote(strings.ToLower(text))
}

// moment is one of a column of times, or one near it.
func (m *Maker) moment(c *Column) time.Time {
	t, err := time.Parse(time.RFC3339, fmt.Sprint(pick(m, c.Values)))
	if err != nil {
		t = time.Now()
	}
	if m.chance(50) {
		t = t.Add(time.Duration(m.r.IntN(7200)-3600) * time.Second)
	}
	if m.dialect.Moments() && m.chance(10) {
		t = t.Truncate(24 * time.Hour)
	}
	return t
}

// prefix is the beginning of a text, without what like would not take for itself.
func prefix(text string) string {
	runes := []rune(text)
	return strings.NewReplacer("%", "", "_", "", "\\", "").Replace(string(runes[:min(3, len(runes))]))
}

// choose makes what the query selects.
func (m *Maker) choose(q *Query, refs []ref) {
	column := func() string {
		for {
			r := pick(m, refs)
			if c := pick(m, r.columns); m.dialect.Comparable(c.Type) {
				return m.maybeMixed(r, c, refs)
			}
		}
	}
	aggregate := func() string {
		r := pick(m, refs)
		c := pick(m, r.columns)
		switch {
		case m.chance(30):
			return "count(*)"
		case c.Type == proto.ColumnType_INT && m.chance(50):
			return "sum(" + r.column(c) + ")"
		case c.Type == proto.ColumnType_BOOL || !m.dialect.Comparable(c.Type):
			return "count(" + r.column(c) + ")"
		}
		return pick(m, []string{"count(distinct ", "min(", "max(", "count("}) + m.maybeMixed(r, c, refs) + ")"
	}
	if m.chance(30) {
		if m.chance(60) {
			q.group = []string{column()}
			q.columns = slices.Clone(q.group)
			if m.chance(20) {
				q.having = &condition{text: "count(*) > 1"}
			}
		}
		for range 1 + m.r.IntN(3) {
			q.columns = append(q.columns, aggregate())
		}
		return
	}
	for range 1 + m.r.IntN(4) {
		q.columns = append(q.columns, column())
	}
	switch {
	case m.chance(20):
		q.distinct = true
	case m.chance(20):
		r := pick(m, refs)
		for _, c := range r.columns {
			if c.Type == proto.ColumnType_STRING {
				q.by = pick(m, []string{"lower(", "length("}) + r.column(c) + ")"
			}
		}
	case m.dialect.Moments() && m.chance(15):
		q.columns = append(q.columns, m.over(refs))
	case m.chance(10):
		q.columns = append(q.columns, "count(*) over ()")
	}
}
