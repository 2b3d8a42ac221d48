//lint:file-ignore SA1019 The older declaration of key columns is deprecated, and is the one that Steampipe looks at first.

//nolint:staticcheck // the same for golangci-lint
package delivery

import (
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// steampipeServer is the Server for Steampipe, with its planner in mind.
//
// Steampipe's foreign data wrapper (2.2.2) tells Postgres by which sets of columns
// another table's rows can look up those of a plugin's table, and what each costs.
// Postgres takes the first of the cheapest. It then assumes that the lookup checks every
// condition that compares the two tables. But the wrapper only checks those on the
// columns of the set: the others are lost without an error.
//
// From the key columns, as the SDK has declared them since version 1.3, the wrapper
// makes sets of which the cheapest have the required key columns and one column that
// is no key column (types/pathkeys.go, KeyColumnsToPathKeys): of two conditions on key
// columns one is lost. From the older declaration, which it looks at first, it makes
// sets with one more column of any kind (LegacyKeyColumnsToPathKeys), so that a join
// by two key columns is right.
//
// For all else, such as whether to pass a LIMIT on, the wrapper uses the newer
// declaration, which stays.
type steampipeServer struct{ *Server }

// GetSchema returns the tables with their key columns declared in both ways.
func (s steampipeServer) GetSchema(request *proto.GetSchemaRequest) (*proto.GetSchemaResponse, error) {
	response, err := s.Server.GetSchema(request)
	for _, table := range response.GetSchema().GetSchema() {
		if keys := table.GetListCallKeyColumnList(); len(keys) > 0 {
			table.ListCallKeyColumns = lookups(keys)
		}
	}
	return response, err
}

// lookups returns the sets of key columns by which rows can be looked up: all required
// key columns, or any one if none is required.
func lookups(keys []*proto.KeyColumn) *proto.KeyColumnsSet {
	names := map[string][]string{}
	for _, k := range keys {
		names[k.Require] = append(names[k.Require], k.Name)
	}
	switch required, anyOf := names[plugin.Required], names[plugin.AnyOf]; {
	case len(required) > 0 && len(anyOf) > 0:
		return nil // the older declaration has no form for it
	case len(required) > 0:
		return &proto.KeyColumnsSet{All: required}
	case len(anyOf) > 0:
		return &proto.KeyColumnsSet{Any: anyOf}
	default:
		return &proto.KeyColumnsSet{Any: names[plugin.Optional]}
	}
}
