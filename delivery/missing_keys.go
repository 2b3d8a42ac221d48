package delivery

import (
	"fmt"
	"strings"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// missingKeysError is the error of a query that does not name a required key column.
type missingKeysError struct {
	table string
	// anyOf is true if one of the columns is enough.
	anyOf   bool
	columns []string
	sources map[string]Text
	// bounded are key columns of times that the query leaves without bounds. They are
	// in the example, since to name the columns alone may mean all times.
	bounded []string
}

// missingKeys returns an error if a request has no condition on a required key column.
// The SDK can lose its own error for it.
func (s *Server) missingKeys(request *proto.ExecuteRequest, table *plugin.Table) error {
	conditions := request.QueryContext.GetQuals()
	missing := plugin.NewKeyColumnQualValueMap(conditions, table.List.KeyColumns).
		GetUnsatisfiedKeyColumns(table.List.KeyColumns)
	if len(missing) == 0 {
		return nil
	}
	e := &missingKeysError{table: table.Name, sources: s.keys[table.Name].Sources}
	for _, k := range missing {
		e.columns = append(e.columns, k.Name)
		e.anyOf = k.Require == plugin.AnyOf
	}
	for _, c := range table.Columns {
		if c.Type == proto.ColumnType_TIMESTAMP && takesBounds(table, c.Name) && conditions[c.Name] == nil {
			e.bounded = append(e.bounded, c.Name)
		}
	}
	return e
}

func (e *missingKeysError) Error() string {
	join := " and "
	if e.anyOf {
		join = " or "
	}
	names := e.names(" (%s)", func(t Text) string { return t.English })
	return fmt.Sprintf("%s: the query must name %s, as in: where %s", e.table, strings.Join(names, join), e.example())
}

// InChinese returns what the query must name in Chinese.
func (e *missingKeysError) InChinese() string {
	which := " "
	if e.anyOf {
		which = "下列之一："
	}
	names := e.names("（%s）", func(t Text) string { return t.Chinese })
	return fmt.Sprintf("查询必须指定%s%s，例如：where %s", which, strings.Join(names, "、"), e.example())
}

// names returns the columns, each with where its values are.
func (e *missingKeysError) names(format string, in func(Text) string) []string {
	var names []string
	for _, c := range e.columns {
		if source := in(e.sources[c]); source != "" {
			c += fmt.Sprintf(format, source)
		}
		names = append(names, c)
	}
	return names
}

// example returns the conditions of a query that names the columns.
func (e *missingKeysError) example() string {
	columns := e.columns
	if e.anyOf {
		columns = columns[:1]
	}
	var conditions []string
	for _, c := range columns {
		conditions = append(conditions, c+" = '...'")
	}
	for _, c := range e.bounded {
		conditions = append(conditions, fmt.Sprintf("%[1]s >= '2026-11-01' and %[1]s < '2026-12-01'", c))
	}
	return strings.Join(conditions, " and ")
}
