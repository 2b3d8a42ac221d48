package dingtalk_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// The columns that identify a row have a value in each row, except for a guest's union
// ID and the like, and cost no call.
func TestEveryTablesIdentity(t *testing.T) {
	keys := demoKeys(t)
	for _, w := range ways(t) {
		t.Run(w.String(), func(t *testing.T) {
			calls := func(columns func(*engine.Engine) []string) (made int, rows []*proto.Row) {
				e, sim := demoEngine(t, dingtalk.NewServer(), acting(keys))
				s := w.scan(keys)
				s.Columns = columns(e)
				err := e.Execute(t.Context(), s, func(r *proto.Row) error {
					rows = append(rows, r)
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				return len(asked(sim)), rows
			}
			var identity []string
			want, _ := calls(func(*engine.Engine) []string { return nil })
			made, rows := calls(func(e *engine.Engine) []string {
				identity = e.Identity(w.table.Name)
				return identity
			})
			if made != want {
				t.Errorf("%q cost %d calls, and no column at all costs %d", identity, made, want)
			}
			for _, r := range rows {
				for _, c := range identity {
					if _, ok := r.Columns[c]; !ok {
						t.Errorf("a row with %q lacks %s", slices.Sorted(maps.Keys(r.Columns)), c)
					}
				}
			}
		})
	}
}
