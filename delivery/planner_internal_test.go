package delivery

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// Steampipe's planner is not told of optional key columns where others are required
// and some take bounds, but for these. The others who ask are.
func TestKeyColumnsForThePlanner(t *testing.T) {
	key := func(name, require string, operators ...string) *plugin.KeyColumn {
		return &plugin.KeyColumn{Name: name, Require: require, Operators: operators}
	}
	table := func(name string, keys ...*plugin.KeyColumn) *plugin.Table {
		t := &plugin.Table{Name: name, Description: name, List: &plugin.ListConfig{KeyColumns: keys,
			Hydrate: List(Keys{}, func(context.Context, *plugin.QueryData, func(any) bool) error { return nil })}}
		for _, k := range keys {
			t.Columns = append(t.Columns, &plugin.Column{Name: k.Name, Type: proto.ColumnType_STRING})
		}
		return t
	}
	s := NewServer(func(context.Context) *plugin.Plugin {
		return &plugin.Plugin{Name: "p", TableMap: map[string]*plugin.Table{
			"calendar":  table("calendar", key("user", plugin.Required, "="), key("id", plugin.Optional, "="), key("start", plugin.Optional, ">=", "<=")),
			"plan":      table("plan", key("schedule", plugin.Required, "="), key("user", plugin.Optional, "=")),
			"directory": table("directory", key("user", plugin.Optional, "="), key("email", plugin.Optional, "=")),
			"meeting":   table("meeting", key("id", plugin.AnyOf, "="), key("code", plugin.AnyOf, "=")),
		}}
	})
	if _, err := s.SetAllConnectionConfigs(&proto.SetAllConnectionConfigsRequest{Configs: []*proto.ConnectionConfig{{Connection: "c"}}}); err != nil {
		t.Fatal(err)
	}
	keys := func(get func(*proto.GetSchemaRequest) (*proto.GetSchemaResponse, error)) map[string][]string {
		response, err := get(&proto.GetSchemaRequest{Connection: "c"})
		if err != nil {
			t.Fatal(err)
		}
		names := map[string][]string{}
		for name, table := range response.Schema.Schema {
			for _, k := range table.ListCallKeyColumnList {
				if isKey(s.tables[name], k.Name) {
					names[name] = append(names[name], k.Name)
				}
			}
		}
		return names
	}
	all := map[string][]string{"calendar": {"user", "id", "start"}, "plan": {"schedule", "user"}, "directory": {"user", "email"}, "meeting": {"id", "code"}}
	if d := cmp.Diff(all, keys(s.GetSchema)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	all["calendar"] = []string{"user", "start"}
	if d := cmp.Diff(all, keys(served{s}.GetSchema)); d != "" {
		t.Errorf("for the planner (-want +got):\n%s", d)
	}
	if _, err := (served{s}).GetSchema(&proto.GetSchemaRequest{Connection: "nothing"}); err == nil {
		t.Error("no error for a connection that does not exist")
	}
}
