package delivery

import (
	"slices"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// served is a Server as Steampipe sees it.
//
// Steampipe's foreign data wrapper (2.2.2) lets a join name an optional key
// column beside the required ones, but tells Postgres that this costs as much as
// to name the required ones alone (types/pathkeys.go, columnPathsToPathKeys).
// Postgres takes the first, and the plugin reads all rows of the required keys
// for each row of the join; a table that needs bounds or one of the optional keys
// as well cannot be joined at all. What is no key column it takes to be cheaper,
// and hands conditions on every column to the plugin. So it is not told of the
// optional key columns of such a table, but for those that take bounds, with which
// it passes a LIMIT on.
//
// Other tables keep theirs: a condition on a column that is no key makes Postgres
// read the table once for each row of another, which then has to be read without
// a key, even if it needs one.
type served struct{ *Server }

// GetSchema returns the tables without the optional key columns of those that
// have required ones and take bounds.
func (s served) GetSchema(request *proto.GetSchemaRequest) (*proto.GetSchemaResponse, error) {
	response, err := s.Server.GetSchema(request)
	for name, table := range response.GetSchema().GetSchema() {
		own, keys := s.tables[name], table.GetListCallKeyColumnList()
		if own == nil || !slices.ContainsFunc(keys, func(k *proto.KeyColumn) bool { return k.Require == "required" }) ||
			!slices.ContainsFunc(keys, func(k *proto.KeyColumn) bool { return takesBounds(own, k.Name) }) {
			continue
		}
		table.ListCallKeyColumnList = slices.DeleteFunc(slices.Clone(keys), func(k *proto.KeyColumn) bool {
			return k.Require == "optional" && len(k.Operators) == 1 && isKey(own, k.Name)
		})
	}
	return response, err
}
