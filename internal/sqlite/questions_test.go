package sqlite_test

import (
	"flag"
	"io"
	"log"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/questions"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

var (
	asked = flag.Int("questions", 300, "how many random questions to ask")
	seed  = flag.Uint64("seed", 1, "which random questions")
)

// Random questions have the same answer from the plugin's tables and from
// ordinary tables with the same rows.
func TestQuestions(t *testing.T) {
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
	engine := questions.Engine{
		Dialect: questions.SQLite{},
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
	tables := questions.Tables(e.Schema, questions.DemoActing...)
	if err := engine.Fill(tables, questions.DemoKeys(sim, simulator.DemoTime)); err != nil {
		t.Fatal(err)
	}
	maker := questions.NewMaker(engine.Dialect, tables, *seed)
	differ, refused, times, empty := 0, 0, 0, 0
	for n := range *asked {
		if differ == 5 {
			t.Fatal("and so on")
		}
		q := maker.Question()
		outcome := engine.Ask(q)
		if outcome.Difference != "" {
			differ++
			small := questions.Minimize(q, func(q *questions.Question) bool { return engine.Ask(q).Difference != "" })
			t.Errorf("question %d of seed %d:\n%s;\n%s", n, *seed, engine.SQL(small), engine.Ask(small).Difference)
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
	t.Logf("%d questions, %d of them refused (%d that would compare a time as text), %d without rows", *asked, refused, times, empty)
	if refused > *asked/5 {
		t.Errorf("%d of %d questions are refused: too few are compared", refused, *asked)
	}
}
