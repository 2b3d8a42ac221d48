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

// A list that is held leaves no record of its scan.
func TestHeldScansLeaveNoRecord(t *testing.T) {
	h := &heldScans{under: map[*plugin.QueryContext]*heldScan{}}
	d := &plugin.QueryData{QueryContext: &plugin.QueryContext{}, Table: &plugin.Table{List: &plugin.ListConfig{}}}
	scan := h.join(t.Context(), d)
	if h.join(t.Context(), d) != scan || len(h.under) != 1 {
		t.Error("two list calls of a scan have a scan each")
	}
	if !h.leave(d, scan, &heldCall{}, nil) || len(h.under) != 0 || scan.ctx.Err() == nil {
		t.Errorf("%d scans are left", len(h.under))
	}
}
