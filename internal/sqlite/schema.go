package sqlite

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// Table is one of a database's tables or views.
type Table struct {
	// Schema is the connection, or SQLite's own schema for a table of the user's.
	Schema, Name string
	// Description is "" for a table of the user's.
	Description string
	Columns     []Column
}

// Column is one of a table's columns.
type Column struct {
	Name string
	// Type is the type of the values in SQLite.
	Type string
	// Description is "" in a table of the user's.
	Description string
	// Key is what the plugin does with a condition on the column: "" is nothing, else
	// as in "required: =" or "optional: >=, <". Of the columns with "one of: =" a query
	// must name at least one.
	Key string
}

// Tables returns the tables that a query can name, in the order in which SQLite
// looks for a name without a schema.
func (db *DB) Tables(ctx context.Context) ([]Table, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.tables(ctx)
}

// tables does what Tables does, for a caller that holds db.mu.
func (db *DB) tables(ctx context.Context) ([]Table, error) {
	own, err := db.read(ctx, `select 'temp', name from sqlite_temp_schema where type in ('table', 'view')
		union all select 'main', name from main.sqlite_schema where type in ('table', 'view') order by 1 desc, 2`)
	if err != nil {
		return nil, err
	}
	var all []Table
	for _, row := range own.Rows {
		t := Table{Schema: fmt.Sprint(row[0]), Name: fmt.Sprint(row[1])}
		// A view whose tables were dropped has no columns, and is listed all the same.
		columns, err := db.read(ctx, "select name, lower(type) from pragma_table_info(?, ?)", t.Name, t.Schema)
		if err == nil {
			for _, c := range columns.Rows {
				t.Columns = append(t.Columns, Column{Name: fmt.Sprint(c[0]), Type: fmt.Sprint(c[1])})
			}
		}
		all = append(all, t)
	}
	for _, c := range db.engine.Connections {
		for _, m := range db.modules {
			all = append(all, Table{Schema: c.Name, Name: m.name, Description: m.schema.Description, Columns: m.columns()})
		}
	}
	return all, nil
}

// columns returns the columns of the plugin's table, without Steampipe's own.
func (m *module) columns() []Column {
	var columns []Column
	for _, c := range m.schema.Columns {
		if engine.IsSteampipeColumn(c.Name) {
			continue
		}
		column := Column{Name: c.Name, Type: columnType(c.Type), Description: c.Description}
		switch c.Type {
		case proto.ColumnType_BOOL:
			column.Type += ", 0 or 1"
		case proto.ColumnType_JSON:
			column.Type += ", JSON"
		case proto.ColumnType_TIMESTAMP:
			column.Type += ", a time"
		}
		if i := slices.IndexFunc(m.schema.ListCallKeyColumnList, func(k *proto.KeyColumn) bool { return k.Name == c.Name }); i >= 0 {
			k := m.schema.ListCallKeyColumnList[i]
			taken := slices.DeleteFunc(slices.Clone(k.Operators), func(o string) bool {
				return !slices.Contains(slices.Collect(maps.Values(operators)), o)
			})
			column.Key = strings.ReplaceAll(k.Require, "any_of", "one of") + ": " + strings.Join(taken, ", ")
		}
		columns = append(columns, column)
	}
	return columns
}

// FindTable returns the table with a name, with or without its schema. The error is an
// *Error with the nearest names.
func FindTable(tables []Table, name string) (Table, error) {
	for _, t := range tables {
		if strings.EqualFold(t.Name, name) || strings.EqualFold(t.Schema+"."+t.Name, name) {
			return t, nil
		}
	}
	return Table{}, &Error{Message: "no such table: " + name, Advice: adviseTable(name, tables)}
}
