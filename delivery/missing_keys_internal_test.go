package delivery

import (
	"context"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// The error of a missing key names each key that is missing, and where its values are.
// Steampipe's says as well what Postgres may have done.
func TestMissingKeysError(t *testing.T) {
	column := func(name, require string) *plugin.KeyColumn {
		return &plugin.KeyColumn{Name: name, Require: require, Operators: []string{"="}}
	}
	const required, optional, anyOf = plugin.Required, plugin.Optional, plugin.AnyOf
	sources := Keys{Sources: map[string]string{"a": "as has them", "b": "bs has them", "o": "os has them"}}
	for name, test := range map[string]struct {
		keys  plugin.KeyColumnSlice
		own   Keys
		named []string
		want  string
	}{
		"one":               {plugin.KeyColumnSlice{column("a", required), column("o", optional)}, sources, nil, "t: the query must name a (as has them), as in: where a = '...'"},
		"none has a source": {plugin.KeyColumnSlice{column("a", required)}, Keys{}, nil, "t: the query must name a, as in: where a = '...'"},
		"both":              {plugin.KeyColumnSlice{column("a", required), column("b", required)}, sources, nil, "t: the query must name a (as has them) and b (bs has them), as in: where a = '...' and b = '...'"},
		"the other":         {plugin.KeyColumnSlice{column("a", required), column("b", required)}, sources, []string{"a"}, "t: the query must name b (bs has them), as in: where b = '...'"},
		"any":               {plugin.KeyColumnSlice{column("a", anyOf), column("c", anyOf)}, sources, nil, "t: the query must name a (as has them) or c, as in: where a = '...'"},
	} {
		t.Run(name, func(t *testing.T) {
			s := NewServer(func(context.Context) *plugin.Plugin {
				return &plugin.Plugin{Name: "p", TableMap: map[string]*plugin.Table{"t": {Name: "t", List: &plugin.ListConfig{KeyColumns: test.keys,
					Hydrate: List(test.own, func(context.Context, *plugin.QueryData, func(any) bool) error { return nil })}}}}
			})
			request := &proto.ExecuteRequest{Table: "t", Connection: "c", QueryContext: &proto.QueryContext{Quals: map[string]*proto.Quals{}}}
			for _, n := range test.named {
				request.QueryContext.Quals[n] = &proto.Quals{Quals: []*proto.Qual{equals(n, &proto.QualValue{Value: &proto.QualValue_StringValue{StringValue: "x"}})}}
			}
			if err := s.Execute(request, nil); err == nil || err.Error() != test.want {
				t.Errorf("%v, want %s", err, test.want)
			}
			err := steampipeServer{s}.Execute(request, nil)
			if err == nil || !strings.HasPrefix(err.Error(), test.want+"\nIf the query does, Postgres has not passed the condition on.") ||
				!strings.HasSuffix(err.Error(), "write = any($1), or set plan_cache_mode = force_custom_plan") {
				t.Error(err)
			}
		})
	}
}
