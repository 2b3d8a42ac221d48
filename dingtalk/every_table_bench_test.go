package dingtalk_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// BenchmarkTableCalls tells for each table the calls that a question costs and
// the fewest that the API allows for the same answer, without those for tokens.
// A call too many is a failure.
func BenchmarkTableCalls(b *testing.B) {
	keys := demoKeys(b)
	unknown, empty := maps.Clone(keys), maps.Clone(keys)
	for k := range keys {
		unknown[k], empty[k] = simulator.DemoUnknown, ""
	}
	// The directory is walked: the root and each department are asked for those
	// below, and for their people. The root has none, so one person is found in
	// the first department below.
	departments := 1 + len(simulator.Demo(simulator.DemoTime).Departments)
	type walk struct{ all, one func(rows int) int }
	walks := map[string]walk{
		"dingtalk_department": {func(int) int { return departments }, func(int) int { return 1 }},
		"dingtalk_user":       {func(rows int) int { return 2*departments + rows }, func(int) int { return 3 + 1 }},
	}
	for _, w := range ways(b) {
		// least is what so many rows cost: pages of 100, and for the columns
		// that only the call by id brings, a call for each row.
		least := func(rows int) int {
			calls := max(1, (rows+99)/100)
			if len(w.keys) == 1 && w.keys[0] == "room_code" {
				calls += rows
			}
			return calls
		}
		all, one := least, least
		if walk, ok := walks[w.table.Name]; ok {
			all, one = walk.all, walk.one
		}
		s := w.scan(keys)
		s.Cache = true
		type question struct {
			name   string
			scan   engine.Scan
			before []engine.Scan
			least  func(rows int) int
		}
		no := func(int) int { return 0 }
		questions := []question{
			{"all", s, nil, all},
			{"asked again", s, []engine.Scan{s}, no},
			{"LIMIT 1", limited(s, 1), nil, one},
		}
		if len(w.keys) > 0 {
			questions = append(questions,
				question{"an unknown key", w.scan(unknown), nil, func(int) int { return 1 }},
				question{"an empty key", w.scan(empty), nil, no})
		}
		for _, q := range questions {
			b.Run(strings.ReplaceAll(fmt.Sprint(w.table.Name, " ", strings.Join(w.keys, "+"), " ", q.name), " ", "_"), func(b *testing.B) {
				var made, fewest int
				for b.Loop() {
					e, sim := demoEngine(b, dingtalk.NewServer(), acting(keys))
					for _, s := range q.before {
						if _, err := answers(b, e, s); err != nil {
							b.Fatal(err)
						}
					}
					sim.ClearCalls()
					rows, err := answers(b, e, q.scan)
					if err != nil && q.name != "an unknown key" {
						b.Fatal(err)
					}
					made, fewest = len(asked(sim)), q.least(len(rows))
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(float64(made), "calls")
				b.ReportMetric(float64(fewest), "least")
				if made > fewest {
					b.Errorf("%d calls, where %d are enough", made, fewest)
				}
			})
		}
	}
}
