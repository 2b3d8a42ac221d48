package delivery

import (
	"context"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// Steampipe's planner learns by which key columns a join can look rows up, and all
// who ask how they are declared.
func TestKeyColumnsForThePlanner(t *testing.T) {
	key := func(name, require string, operators ...string) *plugin.KeyColumn {
		return &plugin.KeyColumn{Name: name, Require: require, Operators: operators}
	}
	table := func(name string, keys ...*plugin.KeyColumn) *plugin.Table {
		t := &plugin.Table{Name: name, Description: name, List: &plugin.ListConfig{KeyColumns: keys,
			Hydrate: List(Keys{}, func(context.Context, *plugin.QueryData, func(any) bool) error { return nil })}}
		t.Columns = append(t.Columns, &plugin.Column{Name: "org", Type: proto.ColumnType_STRING})
		for _, k := range keys {
			t.Columns = append(t.Columns, &plugin.Column{Name: k.Name, Type: proto.ColumnType_STRING})
		}
		return t
	}
	s := NewServer(func(context.Context) *plugin.Plugin {
		return &plugin.Plugin{Name: "p", ConnectionKeyColumns: []plugin.ConnectionKeyColumn{{Name: "org", Hydrate: func(context.Context, *plugin.QueryData, *plugin.HydrateData) (any, error) { return "o", nil }}}, TableMap: map[string]*plugin.Table{
			"calendar":  table("calendar", key("user", plugin.Required, "="), key("id", plugin.Optional, "="), key("start", plugin.Optional, ">=", "<=")),
			"attendee":  table("attendee", key("user", plugin.Required, "="), key("event", plugin.Required, "=")),
			"plan":      table("plan", key("schedule", plugin.Required, "="), key("user", plugin.Optional, "=")),
			"directory": table("directory", key("user", plugin.Optional, "="), key("email", plugin.Optional, "=")),
			"meeting":   table("meeting", key("id", plugin.AnyOf, "="), key("code", plugin.AnyOf, "=")),
			"mixed":     table("mixed", key("user", plugin.Required, "="), key("id", plugin.AnyOf, "=")),
			"booking":   table("booking", key("room", plugin.Optional, "="), key("start", plugin.Optional, ">=", "<=")),
			"keyless":   table("keyless"),
		}}
	})
	if _, err := s.SetAllConnectionConfigs(&proto.SetAllConnectionConfigsRequest{Configs: []*proto.ConnectionConfig{{Connection: "c"}}}); err != nil {
		t.Fatal(err)
	}
	schema := func(get func(*proto.GetSchemaRequest) (*proto.GetSchemaResponse, error)) map[string]*proto.TableSchema {
		response, err := get(&proto.GetSchemaRequest{Connection: "c"})
		if err != nil {
			t.Fatal(err)
		}
		return response.Schema.Schema
	}
	names := func(keys []*proto.KeyColumn) (names []string) {
		for _, k := range keys {
			names = append(names, k.Name)
		}
		slices.Sort(names)
		return names
	}
	all, planned := schema(s.GetSchema), schema(steampipeServer{s}.GetSchema)
	for name, want := range map[string]struct{ list, get []string }{
		"calendar":  {[]string{"start", "user"}, []string{"id", "org", "sp_connection_name"}},
		"attendee":  {[]string{"event", "user"}, []string{"org", "sp_connection_name"}},
		"plan":      {[]string{"schedule", "user"}, []string{"org", "sp_connection_name"}},
		"directory": {[]string{"email", "user"}, []string{"org", "sp_connection_name"}},
		"meeting":   {[]string{"code", "id"}, []string{"org", "sp_connection_name"}},
		"mixed":     {[]string{"id", "user"}, []string{"org", "sp_connection_name"}},
		"booking":   {[]string{"room", "start"}, []string{"org", "sp_connection_name"}},
		"keyless":   {nil, []string{"org", "sp_connection_name"}},
	} {
		got := planned[name]
		if d := cmp.Diff([][]string{want.list, want.get},
			[][]string{names(got.ListCallKeyColumnList), names(got.GetCallKeyColumnList)}); d != "" {
			t.Errorf("%s: list call, get call (-want +got):\n%s", name, d)
		}
		if n := len(s.tables[name].List.KeyColumns) + 2; len(all[name].ListCallKeyColumnList) != n {
			t.Errorf("%s is declared in this way to all who ask", name)
		}
	}
	if _, err := (steampipeServer{s}).GetSchema(&proto.GetSchemaRequest{Connection: "nothing"}); err == nil {
		t.Error("no error for a connection that does not exist")
	}
}
