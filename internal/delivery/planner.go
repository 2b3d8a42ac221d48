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
// for each row of the join; a table that needs one of the optional keys as well
// cannot be joined at all. What is no key column it takes to be cheaper, and hands
// conditions on every column to the plugin. So it is not told which key columns
// are optional, but for those that take bounds, with which it passes a LIMIT on.
type served struct{ *Server }

// GetSchema returns the tables without the optional key columns of those that
// have required ones.
func (s served) GetSchema(request *proto.GetSchemaRequest) (*proto.GetSchemaResponse, error) {
	response, err := s.Server.GetSchema(request)
	for name, table := range response.GetSchema().GetSchema() {
		own, keys := s.tables[name], table.GetListCallKeyColumnList()
		if own == nil || !slices.ContainsFunc(keys, func(k *proto.KeyColumn) bool { return k.Require == "required" }) {
			continue
		}
		table.ListCallKeyColumnList = slices.DeleteFunc(slices.Clone(keys), func(k *proto.KeyColumn) bool {
			return k.Require == "optional" && len(k.Operators) == 1 && isKey(own, k.Name)
		})
	}
	return response, err
}
