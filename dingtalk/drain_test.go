package dingtalk_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
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

var completeRuns = flag.Int("complete-runs", 40, "how often each case of TestErrorAfterRows runs")

// TestErrorAfterRows lets the second page fail, and counts the queries that
// end without the error. Thousands of runs:
//
//	go test ./dingtalk -run TestErrorAfterRows -v -complete-runs 4000 -timeout 60m
func TestErrorAfterRows(t *testing.T) {
	bare := func() engine.Server { return plugin.Server(&plugin.ServeOpts{PluginFunc: dingtalk.Plugin}) }
	ours := func() engine.Server { return dingtalk.NewServer() }
	for _, test := range []struct {
		name     string
		server   func() engine.Server
		pageSize int
		api      time.Duration // the API's time for the second page
		engine   time.Duration // the engine's time for a row
	}{
		{"the SDK's server, 1 row a page", bare, 1, 0, 0},
		{"the SDK's server, 100 rows a page", bare, 100, 0, 0},
		{"the SDK's server, 100 rows a page, a slow API", bare, 100, 100 * time.Millisecond, 0},
		{"the SDK's server, 100 rows a page, 1 ms a row", bare, 100, 0, time.Millisecond},
		{"the SDK's server, 20 rows a page, 10 ms a row", bare, 20, 0, 10 * time.Millisecond},
		{"our server, 100 rows a page", ours, 100, 0, 0},
		{"our server, 100 rows a page, 20 ms a row", ours, 100, 0, 20 * time.Millisecond},
		{"our server, 10 rows a page, 100 ms a row, a slow API", ours, 10, 100 * time.Millisecond, 100 * time.Millisecond},
	} {
		for _, cache := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, cache %v", test.name, cache), func(t *testing.T) {
				sim := newSimulator()
				e := startOn(t, test.server(), sim, fmt.Sprint("page_size = ", test.pageSize))
				withoutLimit(t, e)
				sim.Script(simulator.Fault{On: simulator.OnLaterPage, Serve: func(w http.ResponseWriter, r *http.Request, real http.Handler) {
					time.Sleep(test.api)
					simulator.Refuse(400, "paramsError", "error:nextToken")(w, r, real)
				}})
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
				if lost.Load() > 0 || rows.Load() == 0 {
					t.Fail()
				}
			})
		}
	}
}
