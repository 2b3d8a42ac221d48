package delivery

import (
	"testing"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// Each row that was sent is left out once: one more with the same values is a row that
// the engine has yet to get.
func TestRowBag(t *testing.T) {
	row := func(id, other string) *proto.Row {
		return &proto.Row{Columns: map[string]*proto.Column{
			"id": {Value: &proto.Column_StringValue{StringValue: id}}, "other": {Value: &proto.Column_StringValue{StringValue: other}}}}
	}
	b := rowBag{columns: []string{"id"}, count: map[string]int{}}
	for _, id := range []string{"a", "b", "b", "c"} {
		if err := b.add(row(id, "sent")); err != nil {
			t.Fatal(err)
		}
	}
	for i, step := range []struct {
		id   string
		sent bool
		left int
	}{{"a", true, 3}, {"a", false, 3}, {"b", true, 2}, {"d", false, 2}, {"b", true, 1}, {"b", false, 1}, {"c", true, 0}, {"c", false, 0}} {
		if sent, err := b.take(row(step.id, "whole")); err != nil || sent != step.sent || b.rows != step.left {
			t.Errorf("step %d: %q was sent: %t, %d are left, %v", i, step.id, sent, b.rows, err)
		}
	}
}
