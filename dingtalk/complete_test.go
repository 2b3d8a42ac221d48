package dingtalk_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

var completeRuns = flag.Int("complete-runs", 40, "how often each case of TestLateError runs")

// TestLateError lets the second page fail, and counts the queries that
// end without the error. Thousands of runs:
//
//	go test ./dingtalk -run TestLateError -v -complete-runs 4000 -timeout 60m
func TestLateError(t *testing.T) {
	steampipe := func() engine.Server { return dingtalk.NewServer() }
	linked := func() engine.Server { return plugin.Server(&plugin.ServeOpts{PluginFunc: dingtalk.Plugin}) }
	for _, test := range []struct {
		name     string
		server   func() engine.Server
		streams  bool
		pageSize int
		engine   time.Duration // the engine's time for a row
	}{
		{"Steampipe, 1 row a page", steampipe, true, 1, 0},
		{"Steampipe, 100 rows a page", steampipe, true, 100, 0},
		{"Steampipe, 10 rows a page, 5 ms a row", steampipe, true, 10, 5 * time.Millisecond},
		{"a linked engine, 1 row a page", linked, false, 1, 0},
		{"a linked engine, 100 rows a page", linked, false, 100, 0},
	} {
		for _, cache := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, cache %v", test.name, cache), func(t *testing.T) {
				sim := newSimulator()
				e := startOn(t, test.server(), sim, fmt.Sprint("page_size = ", test.pageSize))
				sim.Script(simulator.Fault{On: simulator.OnLaterPage, Serve: simulator.Refuse(400, "paramsError", "error:nextToken")})
				list, _ := conferences("a", 2*test.pageSize)
				for i := range *completeRuns {
					sim.Schedules[fmt.Sprint(i)] = list
				}

				var lost, rows atomic.Int64
				var wg sync.WaitGroup
				atOnce := make(chan struct{}, 20)
				for i := range *completeRuns {
					wg.Add(1)
					atOnce <- struct{}{}
					go func() {
						defer func() { <-atOnce; wg.Done() }()
						s := scan(fmt.Sprint(i))
						s.Cache = cache
						err := e.Execute(context.Background(), s, func(*proto.Row) error {
							rows.Add(1)
							time.Sleep(test.engine)
							return nil
						})
						if err == nil {
							lost.Add(1)
						}
					}()
				}
				wg.Wait()
				t.Logf("%d of %d errors lost, %d rows streamed before them", lost.Load(), *completeRuns, rows.Load())
				if lost.Load() > 0 || (rows.Load() > 0) != test.streams {
					t.Fail()
				}
			})
		}
	}
}

// A list that fails after the engine has ended the query ends as well, and a later query
// of the same is not disturbed.
func TestErrorAfterTheEngineLeft(t *testing.T) {
	for _, cache := range []bool{false, true} {
		t.Run(fmt.Sprint("cache ", cache), func(t *testing.T) {
			sim := newSimulator()
			var want []row
			sim.Schedules["a"], want = conferences("a", 200)
			e := startOn(t, dingtalk.NewServer(), sim)
			left := make(chan struct{})
			sim.Script(simulator.Fault{On: simulator.OnLaterPage, Times: 1, Serve: func(w http.ResponseWriter, r *http.Request, real http.Handler) {
				<-left
				simulator.Refuse(400, "paramsError", "error:nextToken")(w, r, real)
			}})
			s := scan("a")
			s.Cache = cache
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			enough := errors.New("enough")
			var once sync.Once
			err := e.Execute(ctx, s, func(*proto.Row) error {
				once.Do(func() { time.AfterFunc(100*time.Millisecond, func() { close(left) }) })
				return enough
			})
			if !errors.Is(err, enough) {
				t.Errorf("the query ended in %v", err)
			}
			sim.ClearFaults() // the first may have ended before its second page
			rows, err := query(t, e, s)
			if err != nil {
				t.Fatal(err)
			}
			diff(t, "rows of the same query", want, rows)
		})
	}
}

// With the cache off, a failed list is the failure of its own query only.
func TestErrorOfAnotherQuery(t *testing.T) {
	sim := newSimulator()
	sim.Schedules["a"], _ = conferences("a", 200)
	e := startOn(t, dingtalk.NewServer(), sim)
	sim.Script(
		simulator.Fault{On: simulator.OnLaterPage, Times: 1, Serve: simulator.Refuse(400, "paramsError", "error:nextToken")},
		simulator.Fault{On: simulator.OnLaterPage, Times: 1, Serve: simulator.Delay(300 * time.Millisecond)},
	)
	errs := make(chan error, 2)
	for range 2 {
		go func() {
			_, err := query(t, e, scan("a"))
			errs <- err
		}()
	}
	first, second := <-errs, <-errs
	if (first == nil) == (second == nil) {
		t.Errorf("one of the two queries fails: %v, %v", first, second)
	}
}

// With the cache on, queries that wait for the same rows fail together.
func TestErrorOfASharedScan(t *testing.T) {
	sim := newSimulator()
	sim.Schedules["a"], _ = conferences("a", 200)
	e := startOn(t, dingtalk.NewServer(), sim)
	sim.Script(simulator.Fault{On: simulator.OnLaterPage, Serve: func(w http.ResponseWriter, r *http.Request, real http.Handler) {
		time.Sleep(200 * time.Millisecond)
		simulator.Refuse(400, "paramsError", "error:nextToken")(w, r, real)
	}})
	errs := make(chan error, 5)
	for range cap(errs) {
		go func() {
			s := scan("a")
			s.Cache = true
			_, err := query(t, e, s)
			errs <- err
		}()
	}
	for range cap(errs) {
		if err := <-errs; err == nil {
			t.Error("a query ended without the error")
		}
	}
}

// What Postgres sends for = (select ...) is no id.
func TestValueThatPostgresDidNotPassOn(t *testing.T) {
	for name, ids := range map[string][]string{"alone": {"?"}, "in a list": {"a", "?"}} {
		t.Run(name, func(t *testing.T) {
			sim := newSimulator()
			sim.Schedules["a"], _ = conferences("a", 1)
			_, err := query(t, start(t, sim), scan(ids...))
			if err == nil || !strings.Contains(err.Error(), `schedule_conference_id "?": no ID of DingTalk's: Postgres passes '?' on where it does not know the value, as with schedule_conference_id = (select ...): write a join instead`) ||
				!strings.Contains(err.Error(), "leave it out, as in: where o.id <> '?'") {
				t.Error(err)
			}
			for _, c := range sim.Calls() {
				if c.ScheduleConferenceID == "?" {
					t.Error("a call was made for it")
				}
			}
		})
	}
}

// An id that was queried before costs no call in another list.
func TestCallsOfLists(t *testing.T) {
	sim := newSimulator()
	for _, id := range []string{"a", "b", "c"} {
		sim.Schedules[id], _ = conferences(id, 1)
	}
	e := start(t, sim)
	for _, test := range []struct {
		ids   []string
		calls []string
	}{
		{[]string{"a", "b"}, []string{"a first 100", "b first 100", "token"}},
		{[]string{"a", "b", "c"}, []string{"c first 100"}},
		{[]string{"b", "c"}, nil},
		{[]string{"c", "b", "a"}, nil},
		{[]string{"a"}, nil}, // as in a join over them
		{[]string{"b"}, nil},
	} {
		sim.ClearCalls()
		s := scan(test.ids...)
		s.Cache = true
		rows, err := query(t, e, s)
		if err != nil || len(rows) != len(test.ids) {
			t.Errorf("%v: %d rows, %v", test.ids, len(rows), err)
		}
		got := calls(sim)
		slices.Sort(got)
		diff(t, fmt.Sprint("calls for ", test.ids), test.calls, got)
	}
}

// Only the first page can be refused for "no rows", also if it was empty.
func TestUnknownAfterAnEmptyPage(t *testing.T) {
	for _, code := range []string{"invalidScheduleConferenceId", "paramsError"} {
		t.Run(code, func(t *testing.T) {
			sim := newSimulator()
			sim.Script(
				simulator.Fault{On: simulator.OnFirstPage, Serve: simulator.Answer(200, `{"totalCount":7,"nextToken":"n","conferenceList":[]}`)},
				simulator.Fault{On: simulator.OnLaterPage, Serve: simulator.Refuse(400, code, "gone")},
			)
			rows, err := query(t, start(t, sim, `ignore_error_codes = ["paramsError"]`), scan("a"))
			if err == nil || !strings.Contains(err.Error(), "gone") {
				t.Errorf("%d rows, %v", len(rows), err)
			}
		})
	}
}

// The organization's id is a column, and chooses the connection.
func TestCorpID(t *testing.T) {
	for name, test := range map[string]struct {
		config, env string
		want        any
	}{
		"in the file":                        {`corp_id = "test-corp"`, "", "test-corp"},
		"nowhere":                            {"", "", nil},
		"in the environment alone":           {"", "test-corp", nil},
		"in the environment, with a ticket":  {`suite_ticket = "test-ticket"`, "test-corp", "test-corp"},
		"in the file, and another elsewhere": {`corp_id = "test-corp"`, "other", "test-corp"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("DINGTALK_CORP_ID", test.env)
			sim := newSimulator()
			sim.Schedules["a"], _ = conferences("a", 1)
			e := start(t, sim, test.config)
			s := engine.Scan{Table: table, Columns: []string{"corp_id"}, Quals: []engine.Qual{engine.Equals("schedule_conference_id", "a")}}
			rows, err := query(t, e, s)
			if err != nil {
				t.Fatal(err)
			}
			diff(t, "rows", []row{{"corp_id": test.want}}, rows)
			sim.ClearCalls()
			s.Quals = append(s.Quals, engine.Equals("corp_id", "of another"))
			if rows, err = query(t, e, s); err != nil || len(rows) > 0 {
				t.Errorf("%d rows of another organization, %v", len(rows), err)
			}
			diff(t, "calls for another organization", []string(nil), calls(sim))
		})
	}
}
