package sqlite_test

import (
	"flag"
	"io"
	"log"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/randomsql"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

var (
	queries = flag.Int("queries", 300, "how many random queries to run")
	seed    = flag.Uint64("seed", 1, "which random queries")
)

// Random queries have the same result on the plugin's tables and on ordinary tables with
// the same rows.
func TestRandomQueries(t *testing.T) {
	sim := simulator.Demo(simulator.DemoTime)
	for _, schedule := range sim.Schedules {
		for i := range schedule { // no second is whole to DingTalk
			if start := schedule[i].StartTime; start != nil && i%3 == 1 {
				schedule[i].StartTime = new(*start + 500)
			}
		}
	}
	e := engineOf(t, sim, "calls_per_second = 1000")
	db := openOn(t, e)
	engine := randomsql.Engine{
		Dialect: randomsql.SQLite{},
		Query: func(sql string) ([][]any, error) {
			// What the SDK logs takes more time than all else. It sets the
			// output for each scan.
			log.SetOutput(io.Discard)
			r, err := db.Query(t.Context(), sql)
			if err != nil {
				return nil, err
			}
			return r.Rows, nil
		},
		Plugin:   func(table string) string { return "dingtalk." + table },
		Ordinary: func(table string) string { return "main.copy_" + table },
	}
	tables := randomsql.Tables(e.Schema, randomsql.DemoActing...)
	if err := engine.Fill(tables, randomsql.DemoKeys(sim, simulator.DemoTime)); err != nil {
		t.Fatal(err)
	}
	maker := randomsql.NewMaker(engine.Dialect, tables, *seed)
	differ, refused, times, empty := 0, 0, 0, 0
	for n := range *queries {
		if differ == 5 {
			t.Fatal("and so on")
		}
		q := maker.Query()
		outcome := engine.Compare(q)
		if outcome.Difference != "" {
			differ++
			small := randomsql.Minimize(q, func(q *randomsql.Query) bool { return engine.Compare(q).Difference != "" })
			t.Errorf("query %d of seed %d:\n%s;\n%s", n, *seed, engine.SQL(small), engine.Compare(small).Difference)
		}
		if outcome.Err != nil {
			refused++
			if strings.HasPrefix(outcome.Err.Error(), "SQLite compares a time as text") {
				times++
			}
		} else if outcome.Rows == 0 {
			empty++
		}
	}
	t.Logf("%d queries, %d of them refused (%d that would compare a time as text), %d without rows", *queries, refused, times, empty)
	if refused > *queries/5 {
		t.Errorf("%d of %d queries are refused: too few are compared", refused, *queries)
	}
}
