package delivery

import (
	"slices"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	gproto "google.golang.org/protobuf/proto"
)

// steampipeServer is the Server for Steampipe, whose Postgres decides which conditions of
// a query reach the plugin.
//
// Steampipe's foreign data wrapper (2.2.2) tells Postgres by which sets of columns
// another table's rows can look up those of a plugin's table, and what each costs.
// Postgres takes the first of the cheapest. It then assumes that the lookup checks every
// condition that compares the two tables. But the wrapper only checks those on the
// columns of the set: the others are lost without an error.
//
// From the key columns of the list call the wrapper makes sets of a key column (all of
// them, where they are required), and cheaper sets with one column more that is no key
// column (types/pathkeys.go, KeyColumnsToPathKeys). So of two conditions on key columns
// one is lost, and of two on one key column and another none. A column that is no key
// column of the list call, but one of the get call, is in these cheaper sets, and the
// wrapper still passes a LIMIT on beside a condition on it
// (hub_base.go, shouldPushdownLimit).
type steampipeServer struct{ *Server }

// GetSchema returns the tables with key columns of which the wrapper makes sets that
// keep two conditions with "=".
//
//   - Columns that choose connections are no key columns of the list call: a join by a
//     key and sp_connection_name keeps both.
//   - So are the optional key columns with "=" of a table that requires others and takes
//     bounds. Other optional ones stay: a constant for one of them would take the place of
//     a condition that is kept now, and would make its table cheaper to look up, so that
//     Postgres more often reads the other table first, without the key that it needs.
func (s steampipeServer) GetSchema(request *proto.GetSchemaRequest) (*proto.GetSchemaResponse, error) {
	response, err := s.Server.GetSchema(request)
	if err != nil {
		return nil, err
	}
	response = gproto.Clone(response).(*proto.GetSchemaResponse) // the SDK keeps it
	for name, table := range response.GetSchema().GetSchema() {
		own, keys := s.tables[name], table.GetListCallKeyColumnList()
		if own == nil {
			continue
		}
		bounded := slices.ContainsFunc(keys, func(k *proto.KeyColumn) bool { return k.Require == plugin.Required }) &&
			slices.ContainsFunc(keys, func(k *proto.KeyColumn) bool { return takesBounds(own, k.Name) })
		table.ListCallKeyColumnList = nil
		for _, k := range keys {
			if slices.Contains(s.connectionColumns, k.Name) || bounded && k.Require == plugin.Optional && len(k.Operators) == 1 {
				if table.GetKeyColumnMap()[k.Name] == nil {
					table.GetCallKeyColumnList = append(table.GetCallKeyColumnList, k)
				}
				continue
			}
			table.ListCallKeyColumnList = append(table.ListCallKeyColumnList, k)
		}
	}
	return response, nil
}

// Execute adds to the error of a missing key what to do if the query names the key.
func (s steampipeServer) Execute(request *proto.ExecuteRequest, stream proto.WrapperPlugin_ExecuteServer) error {
	return s.execute(request, stream, lostCondition)
}

// lostCondition is for a condition that the query has, and Postgres does not pass on.
var lostCondition = Text{
	English: "If the query does, Postgres has not passed the condition on. It passes on none on an expression of the column, and in a join it may read this table before the other: " +
		"put the other into a step of its own, as in: with o as materialized (select ...). A prepared statement loses a condition such as in ($1, $2) at its sixth execution: " +
		"write = any($1), or set plan_cache_mode = force_custom_plan",
	Chinese: "如果查询已经指定，就是 Postgres 没有传来这个条件：列的表达式上的条件不会传来；联接时 Postgres 可能先读这张表，请把另一张表放进单独的一步，例如：with o as materialized (select ...)；" +
		"预备语句里 in ($1, $2) 这样的条件从第六次执行起会丢失，请写 = any($1)，或者 set plan_cache_mode = force_custom_plan",
}
