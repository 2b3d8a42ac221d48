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
	sources map[string]string
}

// missingKeys returns an error if a request has no condition on a required key column.
// The SDK can lose its own error for it.
func (s *Server) missingKeys(request *proto.ExecuteRequest, table *plugin.Table) error {
	missing := plugin.NewKeyColumnQualValueMap(request.QueryContext.GetQuals(), table.List.KeyColumns).
		GetUnsatisfiedKeyColumns(table.List.KeyColumns)
	if len(missing) == 0 {
		return nil
	}
	e := &missingKeysError{table: table.Name, sources: s.keys[table.Name].Sources}
	for _, k := range missing {
		e.columns = append(e.columns, k.Name)
		e.anyOf = k.Require == plugin.AnyOf
	}
	return e
}

func (e *missingKeysError) Error() string {
	join, example := " and ", e.columns
	if e.anyOf {
		join, example = " or ", e.columns[:1]
	}
	var names, conditions []string
	for _, c := range e.columns {
		if source := e.sources[c]; source != "" {
			c += " (" + source + ")"
		}
		names = append(names, c)
	}
	for _, c := range example {
		conditions = append(conditions, c+" = '...'")
	}
	return fmt.Sprintf("%s: the query must name %s, as in: where %s", e.table, strings.Join(names, join), strings.Join(conditions, " and "))
}
