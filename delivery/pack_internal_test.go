package delivery

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"google.golang.org/protobuf/testing/protocmp"
)

// Rows come out of a page as they went in, with the columns that a reader wants, also if
// later rows have other columns, and NULL is not the same as a missing column.
func TestPackedRows(t *testing.T) {
	text := func(s string) *proto.Column { return &proto.Column{Value: &proto.Column_StringValue{StringValue: s}} }
	null := &proto.Column{Value: &proto.Column_NullValue{}}
	rows := []*proto.Row{
		{Columns: map[string]*proto.Column{"a": text("1"), "b": null}},
		{Columns: map[string]*proto.Column{}},
		{Columns: map[string]*proto.Column{"b": text(""), "c": {Value: &proto.Column_JsonValue{JsonValue: []byte(`{"x":[1]}`)}}}},
		{Columns: map[string]*proto.Column{"a": {Value: &proto.Column_IntValue{IntValue: -1}}, "d": {}}},
	}
	var format rowFormat
	first, err := format.pack(rows[:2])
	if err != nil {
		t.Fatal(err)
	}
	older := format
	second, err := format.pack(rows[2:])
	if err != nil {
		t.Fatal(err)
	}
	for _, columns := range [][]string{{"a", "b", "c", "d"}, {"b"}, {"d", "unknown"}, nil} {
		var want, got []*proto.Row
		for _, row := range rows {
			want = append(want, project(row, columns))
		}
		for i, page := range [][]byte{first, second} {
			f := format
			if i == 0 {
				f = older
			}
			part, err := f.unpack(page, columns)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, part...)
		}
		if d := cmp.Diff(want, got, protocmp.Transform()); d != "" {
			t.Errorf("columns %v (-want +got):\n%s", columns, d)
		}
	}
	// A page that ends within a row is an error.
	for n := 1; n < len(first); n++ {
		if rows, err := older.unpack(first[:n], []string{"a"}); err == nil && len(rows) == 2 {
			t.Errorf("%d of %d bytes: no error", n, len(first))
		}
	}
}
