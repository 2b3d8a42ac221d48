package delivery

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"google.golang.org/grpc"
)

// The error of a missing key names each key that is missing, and where its values are,
// in both languages. Steampipe's says as well what Postgres may have done.
func TestMissingKeysError(t *testing.T) {
	column := func(name, require string) *plugin.KeyColumn {
		return &plugin.KeyColumn{Name: name, Require: require, Operators: []string{"="}}
	}
	bounded := func(name string) *plugin.KeyColumn {
		return &plugin.KeyColumn{Name: name, Require: plugin.Optional, Operators: []string{">=", "<="}}
	}
	const required, optional, anyOf = plugin.Required, plugin.Optional, plugin.AnyOf
	sources := Keys{Sources: map[string]Text{"a": {"as has them", "在 as 里"}, "b": {"bs has them", "在 bs 里"}, "o": {"os has them", "在 os 里"}}}
	for name, test := range map[string]struct {
		keys          plugin.KeyColumnSlice
		own           Keys
		named         []string
		want, chinese string
	}{
		"one": {plugin.KeyColumnSlice{column("a", required), column("o", optional)}, sources, nil,
			"t: the query must name a (as has them), as in: where a = '...'", "查询必须指定 a（在 as 里），例如：where a = '...'"},
		"none has a source": {plugin.KeyColumnSlice{column("a", required)}, Keys{}, nil,
			"t: the query must name a, as in: where a = '...'", "查询必须指定 a，例如：where a = '...'"},
		"both": {plugin.KeyColumnSlice{column("a", required), column("b", required)}, sources, nil,
			"t: the query must name a (as has them) and b (bs has them), as in: where a = '...' and b = '...'", "查询必须指定 a（在 as 里）、b（在 bs 里），例如：where a = '...' and b = '...'"},
		"the other": {plugin.KeyColumnSlice{column("a", required), column("b", required)}, sources, []string{"a"},
			"t: the query must name b (bs has them), as in: where b = '...'", "查询必须指定 b（在 bs 里），例如：where b = '...'"},
		"any": {plugin.KeyColumnSlice{column("a", anyOf), column("c", anyOf)}, sources, nil,
			"t: the query must name a (as has them) or c, as in: where a = '...'", "查询必须指定下列之一：a（在 as 里）、c，例如：where a = '...'"},
		"beside bounds": {plugin.KeyColumnSlice{column("a", required), bounded("at"), bounded("number")}, Keys{}, nil,
			"t: the query must name a, as in: where a = '...' and at >= '2026-11-01' and at < '2026-12-01'", "查询必须指定 a，例如：where a = '...' and at >= '2026-11-01' and at < '2026-12-01'"},
		"beside bounds that the query names": {plugin.KeyColumnSlice{column("a", required), bounded("at")}, Keys{}, []string{"at"},
			"t: the query must name a, as in: where a = '...'", "查询必须指定 a，例如：where a = '...'"},
	} {
		t.Run(name, func(t *testing.T) {
			s := serverOf(t, test.keys, test.own)
			request := requestOf(nil)
			for _, n := range test.named {
				request.QueryContext.Quals[n] = &proto.Quals{Quals: []*proto.Qual{equals(n, &proto.QualValue{Value: &proto.QualValue_StringValue{StringValue: "x"}})}}
			}
			err := s.Execute(request, nil)
			if err == nil || err.Error() != test.want {
				t.Errorf("%v, want %s", err, test.want)
			}
			var missing *missingKeysError
			if !errors.As(err, &missing) || missing.InChinese() != test.chinese {
				t.Errorf("%v, want %s", missing.InChinese(), test.chinese)
			}
			err = steampipeServer{s}.Execute(request, nil)
			if err == nil || !strings.HasPrefix(err.Error(), test.want+"\nIf the query does, Postgres has not passed the condition on.") ||
				!strings.HasSuffix(err.Error(), "write = any($1), or set plan_cache_mode = force_custom_plan") {
				t.Error(err)
			}
		})
	}
}

// What a plugin adds to the errors of conditions stands behind all that is in English,
// and is for the connection of the query. To the errors of a list function, which knows
// its connection, nothing is added.
func TestExplain(t *testing.T) {
	keys := plugin.KeyColumnSlice{{Name: "a", Require: plugin.Required, Operators: []string{"="}}, {Name: "at", Require: plugin.Optional, Operators: []string{">", "<="}}}
	s := serverOf(t, keys, Keys{Explain: func(c *plugin.Connection, err error) error {
		var text interface{ InChinese() string }
		if !errors.As(err, &text) || text.InChinese() == "" {
			t.Errorf("no Chinese: %v", err)
		}
		return fmt.Errorf("%w\nbehind it, for %s", err, c.Name)
	}})
	text := func(s string) *proto.QualValue {
		return &proto.QualValue{Value: &proto.QualValue_StringValue{StringValue: s}}
	}
	number := &proto.QualValue{Value: &proto.QualValue_Int64Value{Int64Value: 1}}
	several := equals("at", listValue([]*proto.QualValue{text("x"), number}))
	several.Operator = &proto.Qual_StringValue{StringValue: ">"}
	for name, test := range map[string]struct {
		quals      []*proto.Qual
		connection string
		explained  bool
	}{
		"a missing key":                     {nil, "c", true},
		"a missing key, another connection": {nil, "d", true},
		"an empty list":                     {[]*proto.Qual{equals("a", listValue(nil))}, "c", true},
		"no value":                          {[]*proto.Qual{equals("a", text("x")), equals("sp_connection_name", text("?"))}, "c", true},
		"several types":                     {[]*proto.Qual{equals("a", text("x")), several}, "c", true},
		"the list function's":               {[]*proto.Qual{equals("a", text("x"))}, "c", false},
		"a connection that there is not":    {nil, "gone", false},
	} {
		t.Run(name, func(t *testing.T) {
			request := requestOf(test.quals)
			request.Connection = test.connection
			request.ExecuteConnectionData = map[string]*proto.ExecuteConnectionData{test.connection: {}}
			err := steampipeServer{s}.Execute(request, discard{})
			if err == nil || strings.HasSuffix(err.Error(), "\nbehind it, for "+test.connection) != test.explained || strings.Count(err.Error(), "behind it") > 1 {
				t.Error(err)
			}
		})
	}
}

// serverOf returns a server with the connections c and d, and a table whose list function
// fails.
func serverOf(t *testing.T, keys plugin.KeyColumnSlice, own Keys) *Server {
	t.Helper()
	columns := []*plugin.Column{{Name: "at", Type: proto.ColumnType_TIMESTAMP}, {Name: "number", Type: proto.ColumnType_INT}}
	for _, name := range []string{"a", "b", "c", "o"} {
		columns = append(columns, &plugin.Column{Name: name, Type: proto.ColumnType_STRING})
	}
	s := NewServer(func(context.Context) *plugin.Plugin {
		return &plugin.Plugin{Name: "p", TableMap: map[string]*plugin.Table{"t": {Name: "t", Columns: columns, List: &plugin.ListConfig{KeyColumns: keys,
			Hydrate: List(own, func(context.Context, *plugin.QueryData, func(any) bool) error { return errors.New("no") })}}}}
	})
	if _, err := s.SetAllConnectionConfigs(&proto.SetAllConnectionConfigsRequest{Configs: []*proto.ConnectionConfig{{Connection: "c"}, {Connection: "d"}}}); err != nil {
		t.Fatal(err)
	}
	return s
}

// discard is a stream that takes no row.
type discard struct{ grpc.ServerStream }

func (discard) Context() context.Context          { return context.Background() }
func (discard) Send(*proto.ExecuteResponse) error { return errors.New("a row") }

// requestOf returns a request for the table, with conditions.
func requestOf(conditions []*proto.Qual) *proto.ExecuteRequest {
	quals := map[string]*proto.Quals{}
	for _, q := range conditions {
		quals[q.FieldName] = &proto.Quals{Quals: []*proto.Qual{q}}
	}
	return &proto.ExecuteRequest{Table: "t", Connection: "c", QueryContext: &proto.QueryContext{Columns: []string{"b"}, Quals: quals}}
}
