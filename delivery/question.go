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

// question is what an engine asks of one connection about one set of key
// values.
type question struct {
	connection string
	// key is the same for questions about the same rows: of the connection and
	// table, with the same conditions on key columns.
	key     string
	columns []string
	limit   int64 // rows that are wished for first; noLimit is all
	maxAge  time.Duration
	shared  bool // whether answers may be shared and remembered

	call    listCallOf
	request *proto.ExecuteRequest
}

// covers reports whether the answer to q has all that other asks for. They are
// about the same rows, and an answer has all of them.
func (q question) covers(other question) bool {
	for _, c := range other.columns {
		if !slices.Contains(q.columns, c) {
			return false
		}
	}
	return true
}

// split returns the questions that make up a request: one for each connection
// and list call.
func (s *Server) split(request *proto.ExecuteRequest, table *plugin.Table) ([]question, error) {
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

	var all []question
	for _, connection := range connections {
		data := request.ExecuteConnectionData[connection]
		for _, call := range calls {
			q := question{
				connection: connection,
				columns:    request.QueryContext.GetColumns(),
				limit:      noLimit,
				maxAge:     time.Duration(data.GetCacheTtl()) * time.Second,
				shared:     data.GetCacheEnabled() && s.answers.on() && (table.Cache == nil || table.Cache.Enabled),
			}
			if data.GetLimit().GetValue() > 0 {
				q.limit = data.Limit.Value
			}
			q.call = call
			if q.key, err = s.key(request, table, connection, call); err != nil {
				return nil, err
			}
			q.request = &proto.ExecuteRequest{
				Table: request.Table,
				QueryContext: &proto.QueryContext{
					// The SDK adds to what it is given.
					Columns:   slices.Clone(q.columns),
					Quals:     maps.Clone(call.quals),
					SortOrder: request.QueryContext.GetSortOrder(),
				},
				Connection:   request.Connection,
				CallId:       fmt.Sprintf("%s-%d", request.CallId, len(all)),
				TraceContext: request.TraceContext,
				// Without the LIMIT, and without the SDK's own cache.
				ExecuteConnectionData: map[string]*proto.ExecuteConnectionData{connection: {}},
			}
			all = append(all, q)
		}
	}
	return all, nil
}

// choosing returns the conditions of a query, of which those on the columns that
// choose connections choose none too few.
//
// The SDK (filterConnectionsWithKeyColumns) reads a list as "= any" or "<> all",
// whichever it is, and for the other operators as an empty text; and a pattern of
// like's as one of fnmatch's, which has other characters of its own. What it can read
// wrong is left to the engine, which compares the rows again.
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
				return nil, fmt.Errorf("%[1]s: no value for %[2]s: Postgres has not passed it on, as with %[2]s = (select ...): write the value itself, or a join, as in: from other_table o join %[1]s t on t.%[2]s = o.name", table.Name, column)
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

// isUnknownText reports what Postgres hands to a foreign table for a text that it
// does not know when the scan begins.
func isUnknownText(v *proto.QualValue) bool { return v.GetStringValue() == "?" }

// key returns the key of a question: what decides which rows there are, and how
// they are shown.
func (s *Server) key(request *proto.ExecuteRequest, table *plugin.Table, connection string, call listCallOf) (string, error) {
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
