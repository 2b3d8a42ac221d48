package delivery

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin/quals"
	gproto "google.golang.org/protobuf/proto"
)

// scanRequest is what an engine asks of one table of one connection, for one set
// of key values.
type scanRequest struct {
	connection string
	// key is equal for scan requests with the same rows: those of one connection
	// and table, with the same conditions on key columns.
	key string
	// columns are those that the engine needs, and the name of the connection, which every
	// row has: Steampipe's engine takes a row without a value for the end of the scan
	// (steampipe-postgres-fdw 2.2.2, fdw.go), as for count(*).
	columns []string
	// scanned are the columns that the scan's rows have: if they are cached, all that
	// its calls bring.
	scanned  []string
	limit    int64 // how many rows are wanted first; noLimit is all
	maxAge   time.Duration
	useCache bool

	call    listCallQuals
	execute *proto.ExecuteRequest // for the SDK
}

// covers reports whether the result of r has all columns of another scan request
// with the same key.
func (r scanRequest) covers(other scanRequest) bool {
	for _, c := range other.columns {
		if !slices.Contains(r.scanned, c) {
			return false
		}
	}
	return true
}

// split returns the scan requests of an engine's request: one for each connection
// and list call.
func (s *Server) split(request *proto.ExecuteRequest, table *plugin.Table) ([]scanRequest, error) {
	conditions, err := s.choosing(table, request.QueryContext.GetQuals())
	if err != nil {
		return nil, err
	}
	calls, err := s.keys[table.Name].listCalls(table, conditions)
	if err != nil {
		return nil, err
	}

	var connections []string
	for name := range request.ExecuteConnectionData {
		connections = append(connections, name)
	}
	slices.Sort(connections)

	var all []scanRequest
	for _, connection := range connections {
		data := request.ExecuteConnectionData[connection]
		for _, call := range calls {
			r := scanRequest{
				connection: connection,
				columns:    withConnectionName(request.QueryContext.GetColumns()),
				limit:      noLimit,
				maxAge:     time.Duration(data.GetCacheTtl()) * time.Second,
				useCache:   data.GetCacheEnabled() && s.cache.isEnabled() && (table.Cache == nil || table.Cache.Enabled),
			}
			if data.GetLimit().GetValue() > 0 {
				r.limit = data.Limit.Value
			}
			r.call = call
			r.scanned = r.columns
			if r.useCache {
				r.scanned = s.keys[table.Name].columns(table, r.columns, call.quals)
			}
			if r.key, err = s.key(request, table, connection, call); err != nil {
				return nil, err
			}
			r.execute = &proto.ExecuteRequest{
				Table: request.Table,
				QueryContext: &proto.QueryContext{
					// Clones: the SDK adds columns and quals.
					Columns:   slices.Clone(r.scanned),
					Quals:     maps.Clone(call.quals),
					SortOrder: request.QueryContext.GetSortOrder(),
				},
				Connection:   request.Connection,
				CallId:       fmt.Sprintf("%s-%d", request.CallId, len(all)),
				TraceContext: request.TraceContext,
				// Without a LIMIT, and without the SDK's query cache.
				ExecuteConnectionData: map[string]*proto.ExecuteConnectionData{connection: {}},
			}
			all = append(all, r)
		}
	}
	return all, nil
}

// connectionNameColumn is the column of the connection's name, which the SDK adds to every
// table and row.
const connectionNameColumn = "sp_connection_name"

// withConnectionName returns columns with that of the connection's name.
func withConnectionName(columns []string) []string {
	if slices.Contains(columns, connectionNameColumn) {
		return columns
	}
	return append(slices.Clone(columns), connectionNameColumn)
}

// choosing returns the conditions of a query without those on connection columns by
// which the SDK could leave out a connection that the query means.
//
// The SDK (filterConnectionsWithKeyColumns) takes a list for "= any" or "<> all",
// whichever it is, and with the other operators for an empty text. It takes a pattern
// of like for one of fnmatch, which has other special characters. The engine compares
// the rows again, and applies the conditions that are left out here.
func (s *Server) choosing(table *plugin.Table, conditions map[string]*proto.Quals) (map[string]*proto.Quals, error) {
	out := maps.Clone(conditions)
	for _, column := range s.connectionColumns {
		var kept []*proto.Qual
		for _, q := range conditions[column].GetQuals() {
			operator, values := q.GetStringValue(), q.GetValue().GetListValue()
			chooses := operator == quals.QualOperatorEqual || operator == quals.QualOperatorLike || operator == quals.QualOperatorILike
			switch {
			case hasEmpty(q.GetValue()):
				return nil, emptyList(table, column)
			case chooses && slices.ContainsFunc(flat(q.GetValue()), isUnknownText):
				return nil, Text{
					English: fmt.Sprintf("%[1]s: no value for %[2]s: Postgres has not passed it on, as with %[2]s = (select ...): write the value itself, or a join, as in: from other_table o join %[1]s t on t.%[2]s = o.name", table.Name, column),
					Chinese: fmt.Sprintf("Postgres 没有传来 %[2]s 的值，例如写成 %[2]s = (select ...) 时：请直接写出这个值，或者改写成联接，例如：from other_table o join %[1]s t on t.%[2]s = o.name", table.Name, column),
				}
			case operator == quals.QualOperatorEqual || values == nil && !strings.ContainsAny(q.GetValue().GetStringValue(), `\*?[`):
				kept = append(kept, q)
			}
		}
		delete(out, column)
		if kept != nil {
			out[column] = &proto.Quals{Quals: kept}
		}
	}
	return out, nil
}

// isUnknownText reports whether a value is the one that Postgres passes to a foreign
// table in place of a text that it does not know when the scan begins.
func isUnknownText(v *proto.QualValue) bool { return v.GetStringValue() == "?" }

// key returns the key of a scan request: all that decides which rows its result
// has, and how they are written.
func (s *Server) key(request *proto.ExecuteRequest, table *plugin.Table, connection string, call listCallQuals) (string, error) {
	all := call.all()
	deciding := plugin.NewKeyColumnQualValueMap(all, table.List.KeyColumns).ToProtoQualMap()
	for _, column := range append(slices.Collect(maps.Keys(s.keys[table.Name].Same)), s.connectionColumns...) {
		if q, ok := all[column]; ok {
			deciding[column] = q
		}
	}
	b, err := gproto.MarshalOptions{Deterministic: true}.Marshal(&proto.ExecuteRequest{
		Table:        request.Table,
		Connection:   connection,
		QueryContext: &proto.QueryContext{Quals: deciding, SortOrder: request.QueryContext.GetSortOrder()},
	})
	if err != nil {
		return "", fmt.Errorf("%s: reading the conditions of the query: %w", request.Table, err)
	}
	return string(b), nil
}
