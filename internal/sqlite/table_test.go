package sqlite

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"modernc.org/sqlite/vtab"
)

// These tests call the module as SQLite may, and not only as the version of
// today does.

func keyed() *module {
	return &module{db: &DB{query: &query{}}, name: "t", choosesConnections: engine.IsSteampipeColumn, schema: &proto.TableSchema{
		Columns: []*proto.ColumnDefinition{
			{Name: "id", Type: proto.ColumnType_STRING},
			{Name: "at", Type: proto.ColumnType_INT},
			{Name: "on", Type: proto.ColumnType_BOOL},
			{Name: "title", Type: proto.ColumnType_STRING},
			{Name: "place", Type: proto.ColumnType_IPADDR},
			{Name: "start", Type: proto.ColumnType_TIMESTAMP},
			{Name: "end", Type: proto.ColumnType_TIMESTAMP},
		},
		ListCallKeyColumnList: []*proto.KeyColumn{
			{Name: "id", Operators: []string{"="}, Require: "required"},
			{Name: "at", Operators: []string{">=", "<"}, Require: "optional"},
			{Name: "start", Operators: []string{">=", "<"}, Require: "optional"},
		},
	}}
}

func TestBestIndex(t *testing.T) {
	const id, at, title, start, end = 0, 1, 3, 5, 6
	const limit, offset = vtab.OpLIMIT, vtab.OpOFFSET
	type constraint = vtab.Constraint
	take := func(column int, op vtab.ConstraintOp) constraint {
		return constraint{Column: column, Op: op, Usable: true}
	}
	unusable := func(column int, op vtab.ConstraintOp) constraint { return constraint{Column: column, Op: op} }
	byID := []planQual{{"id", "="}}
	tests := []struct {
		name        string
		constraints []constraint
		order       []vtab.OrderBy
		used        uint64
		want        plan
		args        []int // position of each constraint's value; -1 is none
	}{
		{"a key", []constraint{take(id, vtab.OpEQ)}, nil, 0b01001,
			plan{Columns: []string{"id", "title"}, Quals: byID, Limit: -1, Offset: -1}, []int{0}},
		{"nothing", nil, nil, 0, plan{Limit: -1, Offset: -1}, nil},
		{"a key that has no value yet", []constraint{unusable(id, vtab.OpEQ)}, nil, 0, plan{Limit: -1, Offset: -1}, []int{-1}},
		{"a key with an operator that it doesn't take", []constraint{take(id, vtab.OpGT)}, nil, 0, plan{Limit: -1, Offset: -1}, []int{-1}},
		{"an operator that no key takes", []constraint{take(id, vtab.OpLIKE)}, nil, 0, plan{Limit: -1, Offset: -1}, []int{-1}},
		{"keys and others", []constraint{take(title, vtab.OpEQ), take(at, vtab.OpGE), take(id, vtab.OpEQ), take(at, vtab.OpGT), take(-1, vtab.OpEQ)}, nil, 0,
			plan{Quals: []planQual{{"at", ">="}, {"id", "="}}, Limit: -1, Offset: -1}, []int{-1, 0, 1, -1, -1}},
		{"a limit", []constraint{take(id, vtab.OpEQ), take(0, limit)}, nil, 0, plan{Quals: byID, Limit: 1, Offset: -1}, []int{0, 1}},
		{"a limit and an offset, first", []constraint{take(0, offset), take(0, limit), take(id, vtab.OpEQ)}, nil, 0,
			plan{Quals: byID, Limit: 2, Offset: 1}, []int{1, 2, 0}},
		{"a limit that has no value yet", []constraint{take(id, vtab.OpEQ), unusable(0, limit)}, nil, 0, plan{Quals: byID, Limit: -1, Offset: -1}, []int{0, -1}},
		{"a limit, and a condition that SQLite checks", []constraint{take(id, vtab.OpEQ), take(title, vtab.OpEQ), take(0, limit)}, nil, 0,
			plan{Quals: byID, Limit: -1, Offset: -1}, []int{0, -1, -1}},
		{"a limit, and an order", []constraint{take(id, vtab.OpEQ), take(0, limit)}, []vtab.OrderBy{{Column: title}}, 0,
			plan{Quals: byID, Limit: -1, Offset: -1}, []int{0, -1}},
		{"times that the plugin applies, and a limit", []constraint{take(start, vtab.OpGE), take(id, vtab.OpEQ), take(0, limit)}, nil, 0,
			plan{Quals: []planQual{{"start", ">="}, {"id", "="}}, Limit: 2, Offset: -1}, []int{0, 1, 2}},
		{"times that it does not apply, and a limit", []constraint{take(start, vtab.OpGT), take(id, vtab.OpEQ), take(end, vtab.OpNE), take(start, vtab.OpLT), take(0, limit), unusable(end, vtab.OpLT), take(end, vtab.OpLIKE)}, nil, 0,
			plan{Quals: []planQual{{"id", "="}, {"start", "<"}}, Limit: -1, Offset: -1}, []int{-1, 0, -1, 1, -1, -1, -1}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			info := &vtab.IndexInfo{OrderBy: test.order, ColUsed: test.used}
			for _, c := range test.constraints {
				c.ArgIndex = -1
				info.Constraints = append(info.Constraints, c)
			}
			if err := keyed().BestIndex(info); err != nil {
				t.Fatal(err)
			}
			var got plan
			if err := json.Unmarshal([]byte(info.IdxStr), &got); err != nil {
				t.Fatal(err)
			}
			test.want.Table = "t"
			if d := cmp.Diff(test.want, got); d != "" {
				t.Errorf("plan (-want +got):\n%s", d)
			}
			var args []int
			for _, c := range info.Constraints {
				args = append(args, c.ArgIndex)
				if c.Omit {
					t.Errorf("SQLite does not check %+v", c)
				}
			}
			if d := cmp.Diff(test.args, args); d != "" {
				t.Errorf("arguments (-want +got):\n%s", d)
			}
			if dear := info.EstimatedCost >= costMissingQuals; dear == slices.Contains(test.want.Quals, byID[0]) {
				t.Errorf("cost %g with %v", info.EstimatedCost, test.want.Quals)
			}
		})
	}
}

// A key column that chooses connections does not make a table one that is dear to
// read whole.
func TestConnectionsCostNothing(t *testing.T) {
	for want, isKey := range map[float64]func(string) bool{
		costWithQuals:  func(column string) bool { return column == "owner" },
		costWholeTable: func(string) bool { return false },
	} {
		m := &module{db: &DB{query: &query{}}, choosesConnections: isKey, schema: &proto.TableSchema{
			Columns:               []*proto.ColumnDefinition{{Name: "owner", Type: proto.ColumnType_STRING}},
			ListCallKeyColumnList: []*proto.KeyColumn{{Name: "owner", Operators: []string{"="}, Require: "optional"}},
		}}
		info := &vtab.IndexInfo{}
		if err := m.BestIndex(info); err != nil || info.EstimatedCost != want {
			t.Errorf("cost %g, want %g, %v", info.EstimatedCost, want, err)
		}
	}
}

// SQLite has 64 bits for the columns that it reads; the last stands for all
// that have no bit of their own.
func TestManyColumns(t *testing.T) {
	m := &module{db: &DB{query: &query{}}, schema: &proto.TableSchema{}}
	for i := range 66 {
		m.schema.Columns = append(m.schema.Columns, &proto.ColumnDefinition{Name: fmt.Sprint(i)})
	}
	for used, want := range map[uint64][]string{1: {"0"}, 1 << 62: {"62"}, 1 << 63: {"63", "64", "65"}} {
		info := &vtab.IndexInfo{ColUsed: used}
		if err := m.BestIndex(info); err != nil {
			t.Fatal(err)
		}
		var got plan
		if err := json.Unmarshal([]byte(info.IdxStr), &got); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got.Columns); d != "" {
			t.Errorf("%#x (-want +got):\n%s", used, d)
		}
	}
}

// A query's error is the first that a scan had.
func TestFirstFailure(t *testing.T) {
	q := &query{}
	first := errors.New("first")
	for _, err := range []error{first, errors.New("second")} {
		if got := q.fail(err); got != err {
			t.Errorf("SQLite gets %v in place of %v", got, err)
		}
	}
	if q.failure != first {
		t.Error(q.failure)
	}
}

// A condition's value reaches the plugin in the type of its column, or not at
// all.
func TestQualValues(t *testing.T) {
	tests := []struct {
		column string
		value  vtab.Value
		want   *proto.QualValue
		err    string
	}{
		{"id", "a", &proto.QualValue{Value: &proto.QualValue_StringValue{StringValue: "a"}}, ""},
		{"id", int64(17), &proto.QualValue{Value: &proto.QualValue_StringValue{StringValue: "17"}}, ""},
		{"id", []byte("a"), &proto.QualValue{Value: &proto.QualValue_StringValue{StringValue: "a"}}, ""},
		{"at", int64(17), &proto.QualValue{Value: &proto.QualValue_Int64Value{Int64Value: 17}}, ""},
		{"at", "17", &proto.QualValue{Value: &proto.QualValue_Int64Value{Int64Value: 17}}, ""},
		{"at", 1.5, nil, `t.at: a condition with the value "1.5" is not supported for a column of type INT`},
		{"on", int64(1), &proto.QualValue{Value: &proto.QualValue_BoolValue{BoolValue: true}}, ""},
		{"on", int64(0), &proto.QualValue{Value: &proto.QualValue_BoolValue{BoolValue: false}}, ""},
		{"on", int64(2), nil, `t.on: a condition with the value "2" is not supported for a column of type BOOL`},
		{"place", "::1", nil, `t.place: a condition with the value "::1" is not supported for a column of type IPADDR`},
	}
	for _, test := range tests {
		got, err := keyed().qualValue(test.column, test.value)
		if fmt.Sprint(err) != test.err && (err != nil || test.err != "") {
			t.Errorf("%s = %v: error %v, want %q", test.column, test.value, err, test.err)
		}
		if d := cmp.Diff(test.want.GetValue(), got.GetValue()); d != "" {
			t.Errorf("%s = %v (-want +got):\n%s", test.column, test.value, d)
		}
	}
}

func TestColumnValues(t *testing.T) {
	tests := []struct {
		column *proto.Column
		want   vtab.Value
		err    string
	}{
		{nil, nil, ""},
		{&proto.Column{}, nil, ""},
		{&proto.Column{Value: &proto.Column_NullValue{}}, nil, ""},
		{&proto.Column{Value: &proto.Column_StringValue{StringValue: ""}}, "", ""},
		{&proto.Column{Value: &proto.Column_IntValue{IntValue: 0}}, int64(0), ""},
		{&proto.Column{Value: &proto.Column_DoubleValue{DoubleValue: 1.5}}, 1.5, ""},
		{&proto.Column{Value: &proto.Column_BoolValue{BoolValue: true}}, int64(1), ""},
		{&proto.Column{Value: &proto.Column_BoolValue{BoolValue: false}}, int64(0), ""},
		{&proto.Column{Value: &proto.Column_JsonValue{JsonValue: []byte(`{"a":1}`)}}, `{"a":1}`, ""},
		{&proto.Column{Value: &proto.Column_IpAddrValue{IpAddrValue: "::1"}}, nil, "a column of type *proto.Column_IpAddrValue is not supported"},
	}
	for _, test := range tests {
		got, err := columnValue(test.column)
		if fmt.Sprint(err) != test.err && (err != nil || test.err != "") {
			t.Errorf("%v: error %v, want %q", test.column, err, test.err)
		}
		if d := cmp.Diff(test.want, got); d != "" {
			t.Errorf("%v (-want +got):\n%s", test.column, d)
		}
	}
}

// The columns that identify a row are read even if the query does not select them. The
// rowid depends on nothing else, if they are not all null.
func TestIdentity(t *testing.T) {
	named := &table{module: keyed(), identity: []string{"id", "at"}}
	s, _, err := named.scan(plan{Columns: []string{"title", "at"}, Limit: -1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"title", "at", "id"}, s.Columns); d != "" {
		t.Errorf("columns (-want +got):\n%s", d)
	}
	row := func(id, title string) *proto.Row {
		r := &proto.Row{Columns: map[string]*proto.Column{"title": {Value: &proto.Column_StringValue{StringValue: title}}, "sp_ctx": {Value: &proto.Column_StringValue{StringValue: title}}}}
		if id != "" {
			r.Columns["id"] = &proto.Column{Value: &proto.Column_StringValue{StringValue: id}}
		}
		return r
	}
	var of [5]int64
	for i, r := range []*proto.Row{row("a", "x"), row("a", "y"), row("b", "x"), row("", "x"), row("", "y")} {
		of[i] = (&rowids{identity: []string{"id"}}).of(r)
	}
	if of[0] != of[1] || of[0] == of[2] || of[3] == of[4] || of[3] == of[0] {
		t.Errorf("rowids %v", of)
	}
	scan := rowids{identity: []string{"id"}}
	if first, second := scan.of(row("a", "x")), scan.of(row("a", "x")); first != of[0] || second == first {
		t.Errorf("the same row twice in a scan: %d and %d", first, second)
	}
}
