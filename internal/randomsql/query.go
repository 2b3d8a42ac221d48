package randomsql

import (
	"fmt"
	"slices"
	"strings"
)

// Query is a select statement in parts, so that it can be made smaller. In
// its texts, {name} is the table of that name, and {this|that} is this for the plugin's
// tables, and that for ordinary ones.
type Query struct {
	// recursive is whether a table expression of with reads itself.
	recursive bool
	with      []string
	distinct  bool
	columns   []string
	from      []source
	where     *condition
	group     []string
	having    *condition
	// ordered is whether the rows have an order, by all columns; descending is of
	// which the other way round, and by is an expression that goes before them.
	ordered    bool
	descending []bool
	by         string
	// limit and offset; 0 is none. The offset may be one that is computed.
	limit, offset int
	computed      bool
}

// source is a table of the from clause.
type source struct {
	join string // "" of the first
	text string
	on   *condition
}

// condition is a condition, or some joined by "and", "or" or "not".
type condition struct {
	operator string // "" for one alone
	parts    []*condition
	text     string
	// list are the values of an in list, behind the text.
	list []string
}

func all(conditions ...*condition) *condition { return joined("and", conditions) }

func joined(operator string, conditions []*condition) *condition {
	conditions = slices.DeleteFunc(slices.Clone(conditions), func(c *condition) bool { return c == nil })
	switch len(conditions) {
	case 0:
		return nil
	case 1:
		return conditions[0]
	}
	return &condition{operator: operator, parts: conditions}
}

func (c *condition) String() string {
	switch {
	case c.operator == "not":
		return "not (" + c.parts[0].String() + ")"
	case c.operator != "":
		var parts []string
		for _, p := range c.parts {
			parts = append(parts, p.String())
		}
		return "(" + strings.Join(parts, " "+c.operator+" ") + ")"
	case c.list != nil:
		return c.text + " (" + strings.Join(c.list, ", ") + ")"
	}
	return c.text
}

// either is a text for the plugin's tables, and another for ordinary ones.
func either(plugin, ordinary string) string { return "{" + plugin + "|" + ordinary + "}" }

// SQL returns the query on the plugin's tables.
func (e Engine) SQL(q *Query) string {
	return fill(q.text(), e.Plugin, func(plugin, _ string) string { return plugin })
}

// ordinary returns the query on the ordinary tables.
func (e Engine) ordinary(q *Query) string {
	return fill(q.text(), e.Ordinary, func(_, ordinary string) string { return ordinary })
}

// fill replaces the braces.
func fill(text string, name func(table string) string, side func(plugin, ordinary string) string) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		inside, after, _ := strings.Cut(rest, "}")
		if plugin, ordinary, both := strings.Cut(inside, "|"); both {
			out.WriteString(side(plugin, ordinary))
		} else {
			out.WriteString(name(inside))
		}
		text = after
	}
}

func (q *Query) text() string {
	var b strings.Builder
	if len(q.with) > 0 {
		b.WriteString("with ")
		if q.recursive {
			b.WriteString("recursive ")
		}
		b.WriteString(strings.Join(q.with, ", ") + " ")
	}
	b.WriteString("select ")
	if q.distinct {
		b.WriteString("distinct ")
	}
	b.WriteString(strings.Join(q.columns, ", ") + " from ")
	for _, s := range q.from {
		if s.join == "," {
			b.WriteString(", ")
		} else if s.join != "" {
			b.WriteString(" " + s.join + " ")
		}
		b.WriteString(s.text)
		if s.on != nil {
			b.WriteString(" on " + s.on.String())
		}
	}
	if q.where != nil {
		b.WriteString(" where " + q.where.String())
	}
	if len(q.group) > 0 {
		b.WriteString(" group by " + strings.Join(q.group, ", "))
	}
	if q.having != nil {
		b.WriteString(" having " + q.having.String())
	}
	if q.ordered {
		var by []string
		if q.by != "" {
			by = append(by, q.by)
		}
		for i := range q.columns {
			direction := ""
			if i < len(q.descending) && q.descending[i] {
				direction = " desc"
			}
			by = append(by, fmt.Sprint(i+1)+direction)
		}
		b.WriteString(" order by " + strings.Join(by, ", "))
	}
	if q.limit > 0 {
		fmt.Fprintf(&b, " limit %d", q.limit)
	}
	if q.offset > 0 && q.computed {
		fmt.Fprintf(&b, " offset (select %d)", q.offset)
	} else if q.offset > 0 {
		fmt.Fprintf(&b, " offset %d", q.offset)
	}
	return b.String()
}

// smaller yields queries without a part of the query.
func (q *Query) smaller(yield func(*Query) bool) {
	try := func(change func(*Query)) bool {
		c := *q
		change(&c)
		return yield(&c)
	}
	for i := range q.with {
		if !try(func(c *Query) { c.with = without(q.with, i) }) {
			return
		}
	}
	for i := len(q.from) - 1; i >= 0 && len(q.from) > 1; i-- {
		if !try(func(c *Query) {
			c.from = without(q.from, i)
			c.from[0].join, c.from[0].on = "", nil
		}) {
			return
		}
	}
	if q.where != nil && !try(func(c *Query) { c.where = nil }) {
		return
	}
	if q.having != nil && !try(func(c *Query) { c.having = nil }) {
		return
	}
	for i := range q.columns {
		if len(q.columns) > 1 && !try(func(c *Query) { c.columns, c.descending = without(q.columns, i), nil }) {
			return
		}
	}
	for i := range q.group {
		if !try(func(c *Query) { c.group = without(q.group, i) }) {
			return
		}
	}
	if q.distinct && !try(func(c *Query) { c.distinct = false }) {
		return
	}
	if q.ordered && !try(func(c *Query) { c.ordered = false }) {
		return
	}
	if q.by != "" && !try(func(c *Query) { c.by = "" }) {
		return
	}
	if q.computed && !try(func(c *Query) { c.computed = false }) {
		return
	}
	if q.offset > 0 && !try(func(c *Query) { c.offset = 0 }) {
		return
	}
	if q.limit > 0 && !try(func(c *Query) { c.limit = 0 }) {
		return
	}
	for w := range q.where.smaller {
		if !try(func(c *Query) { c.where = w }) {
			return
		}
	}
	for w := range q.having.smaller {
		if !try(func(c *Query) { c.having = w }) {
			return
		}
	}
	for i, s := range q.from {
		for w := range s.on.smaller {
			if !try(func(c *Query) {
				c.from = slices.Clone(q.from)
				c.from[i].on = w
			}) {
				return
			}
		}
		if strings.HasSuffix(s.join, "join") && s.on != nil && s.join != "join" && !try(func(c *Query) {
			c.from = slices.Clone(q.from)
			c.from[i].join = "join"
		}) {
			return
		}
	}
}

// smaller yields conditions without a part of the condition.
func (c *condition) smaller(yield func(*condition) bool) {
	if c == nil {
		return
	}
	for _, p := range c.parts {
		if !yield(p) {
			return
		}
	}
	if len(c.parts) > 2 {
		for i := range c.parts {
			if !yield(&condition{operator: c.operator, parts: without(c.parts, i)}) {
				return
			}
		}
	}
	for i, p := range c.parts {
		for s := range p.smaller {
			parts := slices.Clone(c.parts)
			parts[i] = s
			if !yield(&condition{operator: c.operator, parts: parts}) {
				return
			}
		}
	}
	if len(c.list) > 1 {
		for i := range c.list {
			if !yield(&condition{text: c.text, list: without(c.list, i)}) {
				return
			}
		}
	}
}

func without[T any](list []T, i int) []T { return slices.Delete(slices.Clone(list), i, i+1) }

// Minimize makes a query smaller as long as it fails.
func Minimize(q *Query, fails func(*Query) bool) *Query {
	for again := true; again; {
		again = false
		for s := range q.smaller {
			if fails(s) {
				q, again = s, true
				break
			}
		}
	}
	return q
}
