//lint:file-ignore SA1019 See planner.go.

package delivery

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"google.golang.org/protobuf/testing/protocmp"
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
		for _, k := range keys {
			t.Columns = append(t.Columns, &plugin.Column{Name: k.Name, Type: proto.ColumnType_STRING})
		}
		return t
	}
	s := NewServer(func(context.Context) *plugin.Plugin {
		return &plugin.Plugin{Name: "p", TableMap: map[string]*plugin.Table{
			"calendar":  table("calendar", key("user", plugin.Required, "="), key("id", plugin.Optional, "="), key("start", plugin.Optional, ">=", "<=")),
			"attendee":  table("attendee", key("user", plugin.Required, "="), key("event", plugin.Required, "=")),
			"plan":      table("plan", key("schedule", plugin.Required, "="), key("user", plugin.Optional, "=")),
			"directory": table("directory", key("user", plugin.Optional, "="), key("email", plugin.Optional, "=")),
			"meeting":   table("meeting", key("id", plugin.AnyOf, "="), key("code", plugin.AnyOf, "=")),
			"mixed":     table("mixed", key("user", plugin.Required, "="), key("id", plugin.AnyOf, "=")),
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
	want := schema(s.GetSchema)
	for name, lookups := range map[string]*proto.KeyColumnsSet{
		"calendar":  {All: []string{"user"}},
		"attendee":  {All: []string{"user", "event"}},
		"plan":      {All: []string{"schedule"}},
		"directory": {Any: []string{"user", "email"}},
		"meeting":   {Any: []string{"id", "code"}},
		"mixed":     nil,
		"keyless":   nil,
	} {
		if want[name].ListCallKeyColumns != nil {
			t.Errorf("%s is declared in the older way to all who ask", name)
		}
		want[name].ListCallKeyColumns = lookups
	}
	if d := cmp.Diff(want, schema(steampipeServer{s}.GetSchema), protocmp.Transform()); d != "" {
		t.Errorf("for the planner (-want +got):\n%s", d)
	}
	if _, err := (steampipeServer{s}).GetSchema(&proto.GetSchemaRequest{Connection: "nothing"}); err == nil {
		t.Error("no error for a connection that does not exist")
	}
}
