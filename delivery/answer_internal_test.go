package delivery

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// What is forgotten, expired, dropped for its size or failed leaves no record.
func TestAnswersLeaveNoRecord(t *testing.T) {
	row := &proto.ExecuteResponse{Row: &proto.Row{}}
	ask := func(t *testing.T, as *answers, key string, outcome error) {
		t.Helper()
		a, _ := as.join(t.Context(), question{connection: "c", key: key, limit: noLimit, maxAge: time.Hour}, func(_ context.Context, _ *wish, put func(*proto.ExecuteResponse) error) error {
			_ = put(row)
			return outcome
		})
		if err := a.read(t.Context(), func(*proto.Row) error { return nil }); !errors.Is(err, outcome) {
			t.Fatal(err)
		}
		as.leave(a)
	}
	for name, end := range map[string]func(*testing.T, *answers){
		"forgotten":          func(_ *testing.T, as *answers) { as.forgetConnections("c") },
		"configured anew":    func(_ *testing.T, as *answers) { as.configure(true, time.Hour, 0) },
		"expired":            func(_ *testing.T, as *answers) { as.maxAge = -1; as.mu.Lock(); defer as.mu.Unlock(); as.expire() },
		"too large, the old": func(t *testing.T, as *answers) { as.maxSize = 1; ask(t, as, "one more", nil) },
	} {
		t.Run(name, func(t *testing.T) {
			as := newAnswers()
			as.configure(true, time.Hour, 0)
			ask(t, as, "failed", errors.New("refused"))
			if len(as.all) != 0 || as.order.Len() != 0 || as.size != 0 {
				t.Errorf("a failed answer: %d keys, %d answers, %d bytes", len(as.all), as.order.Len(), as.size)
			}
			ask(t, as, "a", nil)
			ask(t, as, "b", nil)
			if len(as.all) != 2 || as.order.Len() != 2 || as.size < 2*rowOverhead {
				t.Errorf("two answers: %d keys, %d answers, %d bytes", len(as.all), as.order.Len(), as.size)
			}
			end(t, as)
			if len(as.all) != 0 || as.order.Len() != 0 || as.size != 0 {
				t.Errorf("%d keys, %d answers, %d bytes are left", len(as.all), as.order.Len(), as.size)
			}
		})
	}
}

// A scan leaves no record, and one of its list calls is the first.
func TestHeldScansLeaveNoRecord(t *testing.T) {
	h := &heldScans{under: map[*plugin.QueryContext]int{}}
	d := &plugin.QueryData{Table: &plugin.Table{List: &plugin.ListConfig{KeyColumns: plugin.KeyColumnSlice{{Name: "id", Operators: []string{"="}}}}}}
	value := func(s string) *proto.QualValue {
		return &proto.QualValue{Value: &proto.QualValue_StringValue{StringValue: s}}
	}
	list := func(values ...*proto.QualValue) map[string]*proto.Quals {
		return map[string]*proto.Quals{"id": {Quals: []*proto.Qual{equals("id", listValue(values))}}}
	}
	for name, test := range map[string]struct {
		quals map[string]*proto.Quals
		calls int
	}{
		"none":               {nil, 1},
		"a list":             {list(value("a"), value("b"), value("c")), 3},
		"a list in a list":   {list(value("a"), listValue([]*proto.QualValue{value("b"), value("c")})), 2},
		"two lists":          {map[string]*proto.Quals{"id": {Quals: append(list(value("a"), value("b"))["id"].Quals, list(value("a"))["id"].Quals...)}}, 1},
		"a value, not a key": {map[string]*proto.Quals{"other": list(value("a"), value("b"))["id"]}, 1},
	} {
		d.QueryContext = &plugin.QueryContext{UnsafeQuals: test.quals}
		for i := range test.calls {
			if first, _ := h.enter(d); first != (i == 0) {
				t.Errorf("%s: call %d is the first: %v", name, i, first)
			}
		}
		if len(h.under) != 0 {
			t.Errorf("%s: %d scans are left", name, len(h.under))
		}
	}
}
