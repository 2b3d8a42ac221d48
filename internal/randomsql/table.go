// Package randomsql makes random queries, and runs them on the plugin's tables and on
// ordinary tables with the same rows, to compare the results.
package randomsql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// Table is a table that queries read.
type Table struct {
	Name    string
	Columns []*Column
	// required are the keys that a query must name, anyOf those of which it
	// must name one, and bounded is a column of times that it must bound on both
	// sides. "" is none.
	required, anyOf []*Column
	bounded         *Column
}

// Column is a column that queries name.
type Column struct {
	Name string
	Type proto.ColumnType
	// key is whether the plugin may apply a condition on the column.
	key bool
	// Values are some of the column's own, as an engine returns them.
	Values []any
}

// actingColumn shows the acting user of the query: it has no value of its own.
const actingColumn = "acting_union_id"

// ofCalls is what each call changes: queries that are compared would see different values.
// A name without a column is that of a whole table.
var ofCalls = []string{"dingtalk_api_call", "dingtalk_connection.api_calls", "dingtalk_connection.calls_last_day"}

// Tables returns the tables of a plugin's schema, in the order of their names. acting are
// the tables for which a query must name an acting user; for others it names none.
func Tables(schema map[string]*proto.TableSchema, acting ...string) []*Table {
	var tables []*Table
	for name, s := range schema {
		if slices.Contains(ofCalls, name) {
			continue
		}
		t := &Table{Name: name}
		for _, c := range s.Columns {
			acts := c.Name == actingColumn && slices.Contains(acting, name)
			if engine.IsSteampipeColumn(c.Name) || slices.Contains(ofCalls, name+"."+c.Name) || c.Name == actingColumn && !acts {
				continue
			}
			column := &Column{Name: c.Name, Type: c.Type}
			t.Columns = append(t.Columns, column)
			for _, k := range s.ListCallKeyColumnList {
				if k.Name != c.Name {
					continue
				}
				column.key = true
				switch {
				case c.Type == proto.ColumnType_TIMESTAMP && slices.Contains(k.Operators, ">="):
					t.bounded = column
				case k.Require == "required" || acts:
					t.required = append(t.required, column)
				case k.Require == "any_of":
					t.anyOf = append(t.anyOf, column)
				}
			}
		}
		tables = append(tables, t)
	}
	slices.SortFunc(tables, func(a, b *Table) int { return strings.Compare(a.Name, b.Name) })
	return tables
}

// Engine runs the queries, on tables of both kinds.
type Engine struct {
	Dialect
	// Query runs a statement and returns its rows.
	Query func(sql string) ([][]any, error)
	// Plugin and Ordinary are the names of a table of the plugin's and of the
	// ordinary table with the same rows.
	Plugin, Ordinary func(table string) string
}

// copies returns expressions for the values of the ordinary table's columns.
func (e Engine) copies(t *Table) string {
	var copies []string
	for _, c := range t.Columns {
		copies = append(copies, e.Copy(c))
	}
	return strings.Join(copies, ", ")
}

// rounds is how often all tables are read, since each may return new keys for the
// others.
const rounds = 3

// Fill makes the ordinary tables, with all rows that the plugin has for the keys
// that its rows lead to. seeds are the values of keys to begin with, by the names
// of columns, of which the rows add no more; a column of times has the two bounds.
func (e Engine) Fill(tables []*Table, seeds map[string][]string) error {
	known := map[string][]string{}
	for name, values := range seeds {
		known[name] = slices.Clone(values)
	}
	for range rounds {
		for _, t := range tables {
			if err := e.fill(t, known, seeds); err != nil {
				return fmt.Errorf("%s: %w", t.Name, err)
			}
		}
	}
	for _, t := range tables {
		for _, c := range t.Columns {
			rows, err := e.Query(fmt.Sprintf("select distinct %[1]s from %[2]s where %[1]s is not null order by 1 limit 40", e.Text(c), e.Ordinary(t.Name)))
			if err != nil {
				return err
			}
			c.Values = nil
			for _, r := range rows {
				c.Values = append(c.Values, r[0])
			}
		}
	}
	return nil
}

func (e Engine) fill(t *Table, known, seeds map[string][]string) error {
	for _, sql := range e.Make(e.Ordinary(t.Name), t) {
		if _, err := e.Query(sql); err != nil {
			return err
		}
	}
	conditions := []string{""}
	by := func(c *Column) {
		var all []string
		for _, condition := range conditions {
			for _, v := range known[c.Name] {
				all = append(all, condition+" and "+c.Name+" = "+e.Literal(c, v))
			}
		}
		conditions = all
	}
	if p, ok := pairs[t.Name]; ok {
		rows, err := e.Query(fmt.Sprintf("select distinct %s from %s", strings.Join(p.columns, ", "), e.Ordinary(p.of)))
		if err != nil {
			return err
		}
		conditions = nil
		for _, r := range rows {
			condition := ""
			for i, c := range t.required {
				condition += fmt.Sprintf(" and %s = %s", c.Name, e.Literal(c, fmt.Sprint(r[i])))
			}
			conditions = append(conditions, condition)
		}
	} else {
		for _, c := range t.required {
			by(c)
		}
	}
	if t.anyOf != nil {
		// By the others the plugin finds values of the first.
		for _, c := range t.anyOf[1:] {
			for _, v := range known[c.Name] {
				if err := e.learn(known, t.anyOf[0].Name, fmt.Sprintf("select %s from %s where %s = %s", t.anyOf[0].Name, e.Plugin(t.Name), c.Name, e.Literal(c, v))); err != nil {
					return err
				}
			}
		}
		by(t.anyOf[0])
	}
	if c := t.bounded; c != nil {
		bounds := known[c.Name]
		for i := range conditions {
			conditions[i] += fmt.Sprintf(" and %s between %s and %s", c.Name, e.Literal(c, bounds[0]), e.Literal(c, bounds[1]))
		}
	}
	for _, condition := range conditions {
		if _, err := e.Query(fmt.Sprintf("insert into %s select %s from %s where 1 = 1%s", e.Ordinary(t.Name), e.copies(t), e.Plugin(t.Name), condition)); err != nil {
			return err
		}
	}
	for _, c := range t.Columns {
		if c.Type == proto.ColumnType_STRING && seeds[c.Name] == nil {
			if err := e.learn(known, c.Name, fmt.Sprintf("select distinct %[1]s from %[2]s where %[1]s is not null", c.Name, e.Ordinary(t.Name))); err != nil {
				return err
			}
		}
	}
	return nil
}

// learn adds what a query returns to the known values of a column.
func (e Engine) learn(known map[string][]string, column, sql string) error {
	rows, err := e.Query(sql)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if v := fmt.Sprint(r[0]); r[0] != nil && !slices.Contains(known[column], v) {
			known[column] = append(known[column], v)
		}
	}
	return nil
}
