package delivery

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"google.golang.org/protobuf/testing/protocmp"
)

// Rows come out of a page as they went in, with the columns that a reader wants, also if
// not all have the same, and NULL is not the same as a missing column.
func TestPackedRows(t *testing.T) {
	text := func(s string) *proto.Column { return &proto.Column{Value: &proto.Column_StringValue{StringValue: s}} }
	null := &proto.Column{Value: &proto.Column_NullValue{}}
	rows := []*proto.Row{
		{Columns: map[string]*proto.Column{"a": text("1"), "b": null}},
		{Columns: map[string]*proto.Column{}},
		{Columns: map[string]*proto.Column{"b": text(""), "c": {Value: &proto.Column_JsonValue{JsonValue: []byte(`{"x":[1]}`)}}}},
		{Columns: map[string]*proto.Column{"a": {Value: &proto.Column_IntValue{IntValue: -1}}, "d": {}}},
	}
	page, err := rowFormat{"b", "a", "c", "d"}.pack(rows)
	if err != nil {
		t.Fatal(err)
	}
	for _, columns := range [][]string{{"a", "b", "c", "d"}, {"b"}, {"d", "unknown"}, nil} {
		var want []*proto.Row
		for _, row := range rows {
			want = append(want, project(row, columns))
		}
		got, err := rowFormat{"b", "a", "c", "d"}.unpack(page, columns)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got, protocmp.Transform()); d != "" {
			t.Errorf("columns %v (-want +got):\n%s", columns, d)
		}
	}
	// Columns that are not kept are not packed.
	less, err := rowFormat{"a"}.pack(rows)
	if err != nil || len(less) >= len(page) {
		t.Errorf("%d bytes of %d, %v", len(less), len(page), err)
	}
	// A page that ends within a row is an error.
	for n := 1; n < len(page); n++ {
		if got, err := (rowFormat{"b", "a", "c", "d"}).unpack(page[:n], []string{"a"}); err == nil && len(got) == len(rows) {
			t.Errorf("%d of %d bytes: no error", n, len(page))
		}
	}
}
