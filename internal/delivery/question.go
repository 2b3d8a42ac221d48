package delivery

import (
	"fmt"
	"slices"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
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
// and each combination of the values that lists of its key columns hold. A
// value that is named twice is asked for once.
func (s *Server) split(request *proto.ExecuteRequest, table *plugin.Table) ([]question, error) {
	combinations := []map[string]*proto.Quals{{}}
	wider := false // than what the engine keeps
	for column, quals := range request.QueryContext.GetQuals() {
		choices := []*proto.Quals{quals}
		if isKey(table, column) {
			bounded, changed := spanned(table, column, quals)
			choices, wider = single(bounded), wider || changed
		}
		var more []map[string]*proto.Quals
		for _, combination := range combinations {
			for _, choice := range choices {
				next := map[string]*proto.Quals{column: choice}
				for c, q := range combination {
					next[c] = q
				}
				more = append(more, next)
			}
		}
		combinations = more
	}

	var connections []string
	for name := range request.ExecuteConnectionData {
		connections = append(connections, name)
	}
	slices.Sort(connections)

	var all []question
	for _, connection := range connections {
		data := request.ExecuteConnectionData[connection]
		for _, quals := range combinations {
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
			var err error
			if q.key, err = s.key(request, table, connection, quals); err != nil {
				return nil, err
			}
			q.request = &proto.ExecuteRequest{
				Table: request.Table,
				QueryContext: &proto.QueryContext{
					// The SDK adds to what it is given.
					Columns:   slices.Clone(q.columns),
					Quals:     quals,
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

// key returns the key of a question: what decides which rows there are.
func (s *Server) key(request *proto.ExecuteRequest, table *plugin.Table, connection string, quals map[string]*proto.Quals) (string, error) {
	deciding := plugin.NewKeyColumnQualValueMap(quals, table.List.KeyColumns).ToProtoQualMap()
	for _, column := range s.connectionColumns {
		if q, ok := quals[column]; ok {
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

func isKey(table *plugin.Table, column string) bool {
	return slices.ContainsFunc(table.List.KeyColumns, func(k *plugin.KeyColumn) bool { return k.Name == column })
}

// spanned returns the conditions on a column with bounds in place of lists of
// times, where the table takes bounds: it may bring rows that are near a time,
// and one near two of a list would come twice. The engine compares again.
func spanned(table *plugin.Table, column string, quals *proto.Quals) (bounded *proto.Quals, changed bool) {
	takesBounds := slices.ContainsFunc(table.List.KeyColumns, func(k *plugin.KeyColumn) bool {
		return k.Name == column && slices.Contains(k.Operators, ">=") && slices.Contains(k.Operators, "<=")
	})
	if !takesBounds {
		return quals, false
	}
	bounded = &proto.Quals{}
	for _, q := range quals.GetQuals() {
		times := timesIn(q.GetValue().GetListValue())
		if len(times) == 0 {
			bounded.Quals = append(bounded.Quals, q)
			continue
		}
		bound := func(operator string, v *proto.QualValue) {
			changed = true
			bounded.Quals = append(bounded.Quals, &proto.Qual{FieldName: q.FieldName, Operator: &proto.Qual_StringValue{StringValue: operator}, Value: v})
		}
		least, greatest := slices.MinFunc(times, byTime), slices.MaxFunc(times, byTime)
		switch operator := q.GetStringValue(); operator {
		case "=":
			bound(">=", least)
			bound("<=", greatest)
		case ">", ">=":
			bound(operator, least)
		case "<", "<=":
			bound(operator, greatest)
		default:
			bounded.Quals = append(bounded.Quals, q)
		}
	}
	return bounded, changed
}

// timesIn are the times of a list, and of the lists within it.
func timesIn(list *proto.QualValueList) (times []*proto.QualValue) {
	for _, v := range list.GetValues() {
		if v.GetTimestampValue() != nil {
			times = append(times, v)
		}
		times = append(times, timesIn(v.GetListValue())...)
	}
	return times
}

func byTime(a, b *proto.QualValue) int {
	return a.GetTimestampValue().AsTime().Compare(b.GetTimestampValue().AsTime())
}

// single returns the conditions on a column with each value that all its "="
// conditions allow, instead of those. Without one, they are as they are.
func single(quals *proto.Quals) []*proto.Quals {
	var (
		others []*proto.Qual
		equals bool
		values []*proto.QualValue
	)
	for _, q := range quals.GetQuals() {
		if q.GetStringValue() != "=" {
			others = append(others, q)
			continue
		}
		allowed := listOf(q)
		if q.GetValue().GetListValue() == nil {
			allowed = []*proto.QualValue{q.GetValue()}
		}
		if !equals {
			equals = true
			for _, v := range allowed {
				if !contains(values, v) {
					values = append(values, v)
				}
			}
			continue
		}
		values = slices.DeleteFunc(values, func(v *proto.QualValue) bool { return !contains(allowed, v) })
	}
	if !equals {
		return []*proto.Quals{quals}
	}
	choices := make([]*proto.Quals, len(values))
	for i, v := range values {
		choices[i] = &proto.Quals{Quals: append([]*proto.Qual{{
			FieldName: quals.Quals[0].FieldName,
			Operator:  &proto.Qual_StringValue{StringValue: "="},
			Value:     v,
		}}, others...)}
	}
	return choices
}

func contains(values []*proto.QualValue, v *proto.QualValue) bool {
	return slices.ContainsFunc(values, func(other *proto.QualValue) bool { return gproto.Equal(v, other) })
}
