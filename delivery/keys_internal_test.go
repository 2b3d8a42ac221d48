package delivery

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// What conditions mean for the list calls of a table that reads by id or by code,
// for a user, within bounds.
func TestListCalls(t *testing.T) {
	table := &plugin.Table{Name: "t", List: &plugin.ListConfig{KeyColumns: plugin.KeyColumnSlice{
		{Name: "code", Operators: []string{"="}}, {Name: "id", Operators: []string{"="}}, {Name: "user", Operators: []string{"="}},
		{Name: "at", Operators: []string{"=", "<", "<=", ">", ">="}},
	}}}
	keys := Keys{OneOf: []string{"id", "code"}, Same: map[string]func(string) string{
		"code": func(s string) string { return strings.ReplaceAll(s, " ", "") },
	}}
	text := func(s string) *proto.QualValue {
		return &proto.QualValue{Value: &proto.QualValue_StringValue{StringValue: s}}
	}
	list := func(values ...any) *proto.QualValue {
		var out []*proto.QualValue
		for _, v := range values {
			switch v := v.(type) {
			case string:
				out = append(out, text(v))
			case *proto.QualValue:
				out = append(out, v)
			}
		}
		return listValue(out)
	}
	day := func(n int) *proto.QualValue {
		return &proto.QualValue{Value: &proto.QualValue_TimestampValue{TimestampValue: timestamppb.New(time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC))}}
	}
	null := &proto.QualValue{}
	type condition struct {
		column, operator string
		value            *proto.QualValue
	}
	type conditions = []condition
	for _, test := range []struct {
		name string
		conditions
		want []string // "column operator value", with "filter" before those that filter
	}{
		{"none", nil, []string{""}},
		{"a value", conditions{{"id", "=", text("a")}}, []string{"id = a"}},
		{"a list", conditions{{"id", "=", list("a", "b", "a")}}, []string{"id = a", "id = b"}},
		{"id = 'a' or id in ('b', 'c')", conditions{{"id", "=", list("a", list("b", "c"))}}, []string{"id = a", "id = b", "id = c"}},
		{"lists three deep", conditions{{"id", "=", list(list(list("a"), "b"), list("a"))}}, []string{"id = a", "id = b"}},
		{"NULL", conditions{{"id", "=", nil}}, nil},
		{"NULL in a list", conditions{{"id", "=", list("a", null, list(null, "b"))}}, []string{"id = a", "id = b"}},
		{"a list of NULL", conditions{{"code", "=", list(null)}}, nil},
		{"two lists on one column", conditions{{"id", "=", list("a", "b", "c")}, {"id", "=", list("c", list("b", "d"))}}, []string{"id = b", "id = c"}},

		{"two lists: one reads, the other filters", conditions{{"code", "=", list("1", "2", "3")}, {"id", "=", list("a", "b")}},
			[]string{"filter code = [1 2 3], id = a", "filter code = [1 2 3], id = b"}},
		{"a value filters as a list does", conditions{{"code", "=", text("1")}, {"id", "=", list("a", "b")}},
			[]string{"filter code = [1], id = a", "filter code = [1], id = b"}},
		{"a filter that nothing meets", conditions{{"code", "=", list(null)}, {"id", "=", text("a")}}, nil},
		{"by the other key", conditions{{"code", "=", list("1", "2")}}, []string{"code = 1", "code = 2"}},
		{"a second key", conditions{{"user", "=", list("u", "v")}, {"id", "=", list("a", "b")}, {"code", "=", text("1")}},
			[]string{"filter code = [1], id = a, user = u", "filter code = [1], id = a, user = v", "filter code = [1], id = b, user = u", "filter code = [1], id = b, user = v"}},

		{"two spellings", conditions{{"code", "=", list("35 4", "354", " 354", "355")}}, []string{"code = 354", "code = 355"}},
		{"two spellings, none plain", conditions{{"code", "=", list("35 4", " 354")}}, []string{"code = 35 4"}},
		{"two spellings, one of them again", conditions{{"code", "=", list("354", "35 4", " 354")}, {"code", "=", list(" 354", "35 4")}}, []string{"code = 35 4"}},
		{"two spellings, the plain one again", conditions{{"code", "=", list("35 4", "354")}, {"code", "=", text("354")}}, []string{"code = 354"}},
		{"two spellings that both must hold", conditions{{"code", "=", list("35 4", "355")}, {"code", "=", text("354")}}, []string{"code = 35 4"}},

		{"bounds", conditions{{"at", ">", day(1)}, {"at", "<=", day(3)}}, []string{"at <= day 3, at > day 1"}},
		{"a time", conditions{{"at", "=", day(1)}}, []string{"at = day 1"}},
		{"a list of one time", conditions{{"at", "=", list(day(1))}}, []string{"at = day 1"}},
		{"a list of two times", conditions{{"at", "=", list(day(3), day(1))}}, []string{"at <= day 3, at >= day 1"}},
		{"a list of times", conditions{{"at", "=", list(day(3), list(day(1), null), day(2))}, {"id", "=", list("a", "b")}},
			[]string{"at <= day 3, at >= day 1, id = a", "at <= day 3, at >= day 1, id = b"}},
		{"later than any", conditions{{"at", ">", list(day(2), day(1))}, {"at", ">=", list(day(4), day(3))}}, []string{"at > day 1, at >= day 3"}},
		{"earlier than any", conditions{{"at", "<", list(day(2), day(1))}, {"at", "<=", list(day(4), list(day(5)))}}, []string{"at < day 2, at <= day 5"}},
		{"later than all of nothing", conditions{{"at", ">", list()}}, []string{""}},
		{"a list for no key column", conditions{{"title", "=", list("a", list("b"))}}, []string{"title = [a b]"}},
		{"a list that no list call gets", conditions{{"id", "<>", list("a", "b")}}, []string{"id <> [a b]"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			given := map[string]*proto.Quals{}
			for _, c := range test.conditions {
				if given[c.column] == nil {
					given[c.column] = &proto.Quals{}
				}
				given[c.column].Quals = append(given[c.column].Quals, &proto.Qual{
					FieldName: c.column, Operator: &proto.Qual_StringValue{StringValue: c.operator}, Value: c.value})
			}
			calls, err := keys.listCalls(table, given)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range calls {
				got = append(got, strings.Join(append(texts("filter ", c.filters), texts("", c.quals)...), ", "))
			}
			slices.Sort(got)
			if d := cmp.Diff(test.want, got); d != "" {
				t.Errorf("list calls (-want +got):\n%s", d)
			}
		})
	}

	_, err := keys.listCalls(table, map[string]*proto.Quals{"at": {Quals: []*proto.Qual{
		{FieldName: "at", Operator: &proto.Qual_StringValue{StringValue: ">"}, Value: list(day(1), "x")}}}})
	if want := "t: the list in at > any (...) has values of several types: write one condition for each, with or between them"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

// texts are conditions as a test writes them.
func texts(prefix string, conditions map[string]*proto.Quals) (out []string) {
	for _, column := range slices.Sorted(maps.Keys(conditions)) {
		var some []string
		for _, q := range conditions[column].Quals {
			value := fmt.Sprint(grpc.GetQualValue(q.Value))
			switch v := q.Value.GetValue().(type) {
			case *proto.QualValue_TimestampValue:
				value = fmt.Sprint("day ", v.TimestampValue.AsTime().Day())
			case *proto.QualValue_ListValue:
				var values []any
				for _, v := range v.ListValue.Values {
					values = append(values, grpc.GetQualValue(v))
				}
				value = fmt.Sprint(values)
			}
			some = append(some, fmt.Sprint(prefix, column, " ", q.GetStringValue(), " ", value))
		}
		slices.Sort(some)
		out = append(out, some...)
	}
	return out
}
