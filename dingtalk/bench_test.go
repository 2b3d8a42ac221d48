package dingtalk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/logging"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// The figures of contributing/performance.md; make bench prints them. Each benchmark
// measures what it compares in turns within one run, so that the ratios hold
// on a machine whose speed drifts.

var benchColumns = []string{
	"schedule_conference_id", "conference_id", "end_time", "room_code",
	"start_time", "status", "status_name", "total_count", "title",
}

func benchConferences(n int) []simulator.Conference {
	list := make([]simulator.Conference, n)
	for i := range list {
		status, start, end := int64(1), int64(1793500000000+i*1000), int64(1793500000000+i*1000+900)
		list[i] = simulator.Conference{ConferenceID: fmt.Sprintf("636cf59f2b032f01%08d", i), Title: fmt.Sprintf("Weekly sync 周会 %d", i),
			RoomCode: fmt.Sprintf("%09d", i), Status: &status, StartTime: &start, EndTime: &end}
	}
	return list
}

func benchScan(ids ...string) engine.Scan {
	s := engine.Scan{Table: "dingtalk_schedule_conference", Columns: benchColumns}
	value := engine.Equals("", ids[0]).Value
	if len(ids) > 1 {
		list := &proto.QualValueList{}
		for _, id := range ids {
			list.Values = append(list.Values, engine.Equals("", id).Value)
		}
		value = &proto.QualValue{Value: &proto.QualValue_ListValue{ListValue: list}}
	}
	s.Quals = []engine.Qual{{Column: "schedule_conference_id", Operator: "=", Value: value}}
	return s
}

// serveFor serves an API for a benchmark and returns its URL.
func serveFor(b *testing.B, h http.Handler) string {
	os.Setenv(logging.EnvLogLevel, "OFF")
	server := httptest.NewServer(h)
	b.Cleanup(server.Close)
	return server.URL
}

func benchEngine(b *testing.B, server engine.Server, url string, limited bool, config ...string) *engine.Engine {
	b.Helper()
	if !limited {
		config = append(config, "calls_per_second = 1000")
	}
	e, err := engine.New(server, engine.Connection{Name: "dingtalk", Config: spc.Body(url, simulator.DemoApp.ClientID, simulator.DemoApp.ClientSecret) + strings.Join(config, "\n")})
	if err != nil {
		b.Fatal(err)
	}
	return e
}

// count runs a scan and returns the number of its rows.
func count(b *testing.B, e *engine.Engine, s engine.Scan) int {
	b.Helper()
	n := 0
	if err := e.Execute(context.Background(), s, func(*proto.Row) error { n++; return nil }); err != nil {
		b.Fatal(err)
	}
	return n
}

// BenchmarkCalls reports the calls that a query costs, and the fewest that the API
// allows for the same result, with the token call.
func BenchmarkCalls(b *testing.B) {
	sim := simulator.New(simulator.DemoApp)
	for _, n := range []int{1, 100, 1000} {
		sim.Schedules[strconv.Itoa(n)] = benchConferences(n)
	}
	var ids []string
	for i := range 100 {
		ids = append(ids, fmt.Sprint("id", i))
		sim.Schedules[ids[i]] = benchConferences(1)
	}
	limit := func(s engine.Scan, n int64) engine.Scan { s.Limit = &n; return s }
	url := serveFor(b, sim)
	for _, q := range []struct {
		name  string
		scan  engine.Scan
		twice bool
		least int
	}{
		{"1 row", benchScan("1"), false, 1 + 1},
		{"100 rows", benchScan("100"), false, 1 + 1},
		{"1000 rows", benchScan("1000"), false, 1 + 10},
		{"LIMIT 1 of 1000", limit(benchScan("1000"), 1), false, 1 + 1},
		{"LIMIT 150 of 1000", limit(benchScan("1000"), 150), false, 1 + 2},
		{"100 ids", benchScan(ids...), false, 1 + 100},
		{"1000 rows asked again", benchScan("1000"), true, 0},
		{"an empty id", benchScan(""), false, 0},
	} {
		b.Run(strings.ReplaceAll(q.name, " ", "_"), func(b *testing.B) {
			q.scan.Cache = true
			for b.Loop() {
				e := benchEngine(b, NewServer(), url, false)
				if q.twice {
					count(b, e, q.scan)
				}
				sim.ClearCalls()
				count(b, e, q.scan)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(len(sim.Calls())), "calls")
			b.ReportMetric(float64(q.least), "least")
			if made := len(sim.Calls()); made > q.least {
				b.Errorf("%d calls, where %d are enough", made, q.least)
			}
		})
	}
}

// pages is an API of n conferences that has one page ready and answers with it
// again and again: its own work is small, and so is what it keeps in memory,
// which the SDK has the garbage collector scan after every 100 rows. Only the
// first id is another on each page, since the client takes a page that brings
// nothing new for a fault.
type pages struct {
	n, size int
	list    []byte
	// firstID is where the last eight digits of the first id are in list.
	firstID int
}

func newPages(n, size int) pages {
	list, err := json.Marshal(benchConferences(size))
	if err != nil {
		panic(err)
	}
	return pages{n, size, list, bytes.Index(list, []byte("00000000\""))}
}

func (p pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.Method == http.MethodPost {
		_, _ = io.WriteString(w, `{"accessToken":"t","expireIn":7200}`)
		return
	}
	start, _ := strconv.Atoi(r.URL.Query().Get("nextToken"))
	next := ""
	if start+p.size < p.n {
		next = strconv.Itoa(start + p.size)
	}
	body := fmt.Appendf(make([]byte, 0, len(p.list)+100), `{"totalCount":%d,"nextToken":%q,"conferenceList":`, p.n, next)
	list := len(body)
	body = append(append(body, p.list...), '}')
	copy(body[list+p.firstID:], fmt.Sprintf("%08d", start))
	_, _ = w.Write(body)
}

// rowsOverHTTP reads the pages with a bare client: what HTTP and JSON alone
// cost.
func rowsOverHTTP(b *testing.B, c *http.Client, url string, size int) (rows int) {
	var page struct {
		NextToken      string
		ConferenceList []client.ScheduleConference
	}
	for next := ""; rows == 0 || next != ""; next = page.NextToken {
		req, _ := http.NewRequest(http.MethodGet, url+"/v1.0/conference/videoConferences/scheduleConferences/a?maxResults="+strconv.Itoa(size)+"&nextToken="+next, nil)
		req.Header.Set("x-acs-dingtalk-access-token", "t")
		resp, err := c.Do(req)
		if err != nil {
			b.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		page.NextToken, page.ConferenceList = "", nil
		if err == nil {
			err = json.Unmarshal(body, &page)
		}
		if err != nil {
			b.Fatal(err)
		}
		rows += len(page.ConferenceList)
	}
	return rows
}

// fromMemory is the plugin with its rows in memory: what the SDK alone costs.
// It streams the same page n/len(page) times.
func fromMemory(page []scheduleConference, n int) engine.Server {
	return plugin.Server(&plugin.ServeOpts{PluginFunc: func(context.Context) *plugin.Plugin {
		p := Plugin(context.Background())
		p.TableMap["dingtalk_schedule_conference"].List.Hydrate = func(ctx context.Context, d *plugin.QueryData, _ *plugin.HydrateData) (any, error) {
			for i := range n {
				d.StreamListItem(ctx, record{page[i%len(page)], &listing{QueryData: d}})
				if d.RowsRemaining(ctx) == 0 {
					break
				}
			}
			return nil, nil
		}
		return p
	}})
}

// cost is what a run took.
type cost struct {
	time          time.Duration
	bytes, allocs uint64
}

func (c *cost) add(run func()) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	run()
	c.time += time.Since(start)
	runtime.ReadMemStats(&after)
	c.bytes += after.TotalAlloc - before.TotalAlloc
	c.allocs += after.Mallocs - before.Mallocs
}

// BenchmarkRows compares the plugin with its two floors. The figures include
// the API, which runs in the same process.
func BenchmarkRows(b *testing.B) {
	const size = 100
	for _, n := range []int{1000, 10_000, 100_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			url := serveFor(b, newPages(n, size))
			page := make([]scheduleConference, size)
			total := int64(n)
			for i, c := range benchConferences(size) {
				page[i] = scheduleConference{&client.ScheduleConference{ConferenceID: &c.ConferenceID, Title: &c.Title, RoomCode: &c.RoomCode,
					Status: c.Status, StartTime: (*client.Millis)(c.StartTime), EndTime: (*client.Millis)(c.EndTime)}, &total}
			}
			ours := benchEngine(b, NewServer(), url, false)
			memory := benchEngine(b, fromMemory(page, n), url, false)
			var plug, sdk, bare cost
			bareClient := &http.Client{}
			check := func(got int) {
				if got != n {
					b.Fatalf("%d rows, want %d", got, n)
				}
			}
			// The first query fetches a token.
			one := int64(1)
			first := benchScan("a")
			first.Limit = &one
			count(b, ours, first)
			for b.Loop() {
				plug.add(func() { check(count(b, ours, benchScan("a"))) })
				sdk.add(func() { check(count(b, memory, benchScan("a"))) })
				bare.add(func() { check(rowsOverHTTP(b, bareClient, url, size)) })
			}
			all := float64(b.N * n)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(plug.time)/all, "ns/row")
			b.ReportMetric(float64(sdk.time)/all, "sdk-ns/row")
			b.ReportMetric(float64(bare.time)/all, "http-ns/row")
			b.ReportMetric(float64(plug.time)/float64(sdk.time+bare.time), "of-floors")
			b.ReportMetric(float64(plug.bytes)/all, "B/row")
			b.ReportMetric(float64(sdk.bytes+bare.bytes)/all, "floors-B/row")
			b.ReportMetric(float64(plug.allocs)/all, "allocs/row")
			b.ReportMetric(float64(sdk.allocs+bare.allocs)/all, "floors-allocs/row")
		})
	}
}

// BenchmarkFirstRow reports when the first of ten pages' rows arrives from an API
// that takes 50 ms for a call, in times of one call.
func BenchmarkFirstRow(b *testing.B) {
	const latency = 50 * time.Millisecond
	api := newPages(1000, 100)
	url := serveFor(b, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(latency)
		api.ServeHTTP(w, r)
	}))
	for _, cache := range []bool{false, true} {
		b.Run(fmt.Sprint("cache_", cache), func(b *testing.B) {
			var first, all time.Duration
			for b.Loop() {
				b.StopTimer()
				e := benchEngine(b, NewServer(), url, false)
				count(b, e, benchScan("token"))
				b.StartTimer()
				s := benchScan("a")
				s.Cache = cache
				start, n := time.Now(), 0
				if err := e.Execute(context.Background(), s, func(*proto.Row) error {
					if n++; n == 1 {
						first += time.Since(start)
					}
					return nil
				}); err != nil {
					b.Fatal(err)
				}
				all += time.Since(start)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(first)/float64(b.N)/float64(latency), "calls-to-first-row")
			b.ReportMetric(float64(all)/float64(b.N)/float64(latency), "calls-to-last-row")
		})
	}
}

// BenchmarkMemory reports the peak heap of a query above what was there before.
func BenchmarkMemory(b *testing.B) {
	for _, n := range []int{1000, 100_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			e := benchEngine(b, NewServer(), serveFor(b, newPages(n, 100)), false)
			count(b, e, benchScan("a"))
			var peak uint64
			for b.Loop() {
				peak = max(peak, peakHeap(func() { count(b, e, benchScan("a")) }))
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(peak)/(1<<20), "peak-MiB")
		})
	}
}

// peakHeap is how far the heap grows above what was there before.
func peakHeap(run func()) uint64 {
	runtime.GC()
	before := heap()
	var highest atomic.Uint64
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			highest.Store(max(highest.Load(), heap()))
			select {
			case <-stop:
				return
			case <-tick.C:
			}
		}
	})
	run()
	close(stop)
	wg.Wait()
	return highest.Load() - before
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkLimit reports how long many calls to one API take under DingTalk's
// limit of 20 in any second, and the share of the limit that is used. The least
// is 20 calls at once, and 20 more in each second that follows.
func BenchmarkLimit(b *testing.B) {
	const latency = 100 * time.Millisecond
	schedules := func(n int) (ids []string) {
		for i := range n {
			ids = append(ids, fmt.Sprint("id", i))
		}
		return ids
	}
	byConference := func(table string, from, to int) engine.Scan {
		s := benchScan(schedules(to)[from:]...)
		s.Table, s.Columns = table, []string{"conference_id"}
		s.Quals[0].Column = "conference_id"
		return s
	}
	one := func(scans ...engine.Scan) [][]engine.Scan { return [][]engine.Scan{scans} }
	var joined []engine.Scan
	for _, id := range schedules(100) {
		joined = append(joined, benchScan(id))
	}
	for _, q := range []struct {
		name    string
		latency time.Duration
		// queries run at once, the scans of each one after another.
		queries [][]engine.Scan
		kind    simulator.CallKind
		calls   int
	}{
		{"100 ids in a list", 0, one(benchScan(schedules(100)...)), simulator.ConferenceCall, 100},
		{"1000 ids in a list", 0, one(benchScan(schedules(1000)...)), simulator.ConferenceCall, 1000},
		{"100 ids in a list, 100 ms a call", latency, one(benchScan(schedules(100)...)), simulator.ConferenceCall, 100},
		{"100 ids in a join, 100 ms a call", latency, one(joined...), simulator.ConferenceCall, 100},
		{"two tables at once, 50 ids each, 100 ms a call", latency, [][]engine.Scan{
			{byConference("dingtalk_conference", 0, 50)}, {byConference("dingtalk_conference_recording", 50, 100)},
		}, simulator.ConferenceInfoCall, 100},
	} {
		b.Run(strings.ReplaceAll(q.name, " ", "_"), func(b *testing.B) {
			sim := simulator.New(simulator.DemoApp)
			sim.CallsPerSecond = client.DefaultCallsPerSecond
			for _, id := range schedules(1000) {
				sim.Schedules[id] = benchConferences(1)
			}
			url := serveFor(b, sim)
			sim.Script(
				simulator.Fault{On: simulator.OnKind(simulator.ConferenceInfoCall), Serve: func(w http.ResponseWriter, r *http.Request, real http.Handler) {
					time.Sleep(q.latency)
					simulator.Answer(200, `{"confInfo":{"title":"t","cloudRecordStatus":0,"creatorId":"u"}}`)(w, r, real)
				}},
				simulator.Fault{On: simulator.OnKind(q.kind), Serve: simulator.Delay(q.latency)})
			var took time.Duration
			for b.Loop() {
				e := benchEngine(b, NewServer(), url, true)
				sim.ClearCalls()
				start := time.Now()
				var wg sync.WaitGroup
				for _, scans := range q.queries {
					wg.Go(func() {
						for _, s := range scans {
							if err := e.Execute(context.Background(), s, func(*proto.Row) error { return nil }); err != nil {
								b.Error(err)
							}
						}
					})
				}
				wg.Wait()
				took += time.Since(start)
			}
			seconds, least := took.Seconds()/float64(b.N), float64(q.calls-client.DefaultCallsPerSecond)/client.DefaultCallsPerSecond
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(seconds, "seconds")
			b.ReportMetric(least, "least-seconds")
			b.ReportMetric(least/seconds, "of-the-limit")
			b.ReportMetric(float64(worstSecond(sim, q.kind)), "calls-in-worst-second")
			if made := sim.Count(q.kind); made != q.calls {
				b.Errorf("%d calls, where %d are enough: some were refused", made, q.calls)
			}
		})
	}
}

// worstSecond is the most calls of a kind that came within a second.
func worstSecond(sim *simulator.Simulator, kind simulator.CallKind) (worst int) {
	var at []time.Time
	for _, c := range sim.Calls() {
		if c.Kind == kind {
			at = append(at, c.At)
		}
	}
	first := 0
	for i := range at {
		for at[i].Sub(at[first]) >= time.Second {
			first++
		}
		worst = max(worst, i-first+1)
	}
	return worst
}
