package main_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// BenchmarkStart reports the time from exec to the first result of the built plugin,
// and its size, as go build makes it and as make install does.
func BenchmarkStart(b *testing.B) {
	sim := simulator.Demo(simulator.DemoTime)
	server := httptest.NewServer(sim)
	defer server.Close()
	for name, flags := range map[string][]string{
		"plain":    {},
		"released": {"-tags", "netgo", "-trimpath", "-ldflags", "-s -w"},
	} {
		b.Run(name, func(b *testing.B) {
			bin := filepath.Join(b.TempDir(), "plugin")
			build := exec.Command("go", append(append([]string{"build"}, flags...), "-o", bin, ".")...)
			build.Env = append(os.Environ(), "CGO_ENABLED=0")
			if out, err := build.CombinedOutput(); err != nil {
				b.Fatalf("%v\n%s", err, out)
			}
			info, err := os.Stat(bin)
			if err != nil {
				b.Fatal(err)
			}
			var took time.Duration
			for b.Loop() {
				start := time.Now()
				p := launch(b, bin, spc.Body(server.URL, sim.App.ClientID, sim.App.ClientSecret))
				if _, err := execute(b, p, []string{simulator.DemoIncident}); err != nil {
					b.Fatal(err)
				}
				took += time.Since(start)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(took.Milliseconds())/float64(b.N), "ms-to-first-answer")
			b.ReportMetric(float64(info.Size())/(1<<20), "MiB")
		})
	}
}

// BenchmarkFreeMemInterval reports the time of a row, and the most memory that is
// resident, in the built plugin under Steampipe's limit of memory, by how many
// rows the SDK frees memory after: of one list, of several at once, and of 3,000 lists.
// The columns are those of a wide query.
func BenchmarkFreeMemInterval(b *testing.B) {
	bin := build(b)
	b.Setenv("GOMEMLIMIT", strconv.Itoa(1024<<20))
	columns := []string{"schedule_conference_id", "conference_id", "end_time", "room_code", "start_time", "status", "status_name", "total_count", "title"}
	for _, test := range []struct{ rows, atOnce, lists int }{{1, 1, 1}, {1000, 1, 1}, {10_000, 1, 1}, {100_000, 1, 1}, {20_000, 5, 1}, {50, 1, 3000}} {
		rows, atOnce := test.rows, test.atOnce
		sim := simulator.New(simulator.DemoApp)
		server := httptest.NewServer(sim)
		defer server.Close()
		list := make([]simulator.Conference, rows)
		for i := range list {
			status, start := int64(1), int64(1793500000000+i*1000)
			list[i] = simulator.Conference{ConferenceID: fmt.Sprintf("636cf59f2b032f01%08d", i), Title: fmt.Sprintf("Weekly sync 周会 %d", i),
				RoomCode: fmt.Sprintf("%09d", i), Status: &status, StartTime: &start}
		}
		sim.Schedules["first"] = list[:1]
		ids := make([][]string, atOnce)
		for i := range atOnce {
			for j := range test.lists {
				id := fmt.Sprint(i, ".", j)
				ids[i] = append(ids[i], id)
				sim.Schedules[id] = list
			}
		}
		rows *= test.lists
		for _, cache := range []bool{false, true} {
			for _, interval := range []string{"100", "1000", "0"} {
				b.Run(fmt.Sprintf("%d_rows_of_%d_lists/%d_at_once/cache_%t/every_%s", rows, test.lists, atOnce, cache, interval), func(b *testing.B) {
					b.Setenv(freeMemInterval, interval)
					var took time.Duration
					var idle, peak float64
					for b.Loop() {
						process := exec.Command(bin)
						p := launchAs(b, process, spc.Body(server.URL, sim.App.ClientID, sim.App.ClientSecret)+"calls_per_second = 1000\n")
						if err := rowsOf(p, request("dingtalk_schedule_conference", "schedule_conference_id", cache, "first"), func(*proto.Row) {}); err != nil {
							b.Fatal(err)
						}
						idle += residentPeak(b, process)
						start := time.Now()
						var wg sync.WaitGroup
						for i := range atOnce {
							wg.Go(func() {
								r, n := request("dingtalk_schedule_conference", "schedule_conference_id", cache, ids[i]...), 0
								r.QueryContext.Columns = columns
								if err := rowsOf(p, r, func(*proto.Row) { n++ }); err != nil || n != rows {
									b.Errorf("%d rows, %v", n, err)
								}
							})
						}
						wg.Wait()
						took += time.Since(start)
						peak = max(peak, residentPeak(b, process))
					}
					b.ReportMetric(0, "ns/op")
					b.ReportMetric(float64(took.Nanoseconds())/float64(b.N*rows*atOnce), "ns/row")
					b.ReportMetric(idle/float64(b.N), "idle-MiB")
					b.ReportMetric(peak, "peak-MiB")
				})
			}
		}
	}
}

// BenchmarkDirectory reads a whole directory in the built plugin: the calls, the
// time to the first row and to the last, and the memory that is resident. The
// least time is 20 lists of people at once, and 20 more in each second that
// follows; without the limit the smaller one is read once more.
func BenchmarkDirectory(b *testing.B) {
	bin := build(b)
	b.Setenv("GOMEMLIMIT", strconv.Itoa(1024<<20))
	for _, test := range []struct {
		departments int
		perSecond   int
	}{{300, 20}, {300, 1000}, {3000, 1000}} {
		sim := simulator.New(simulator.DemoApp)
		lists := 0 // of people: one for each hundred of a department
		for i := range test.departments {
			id := int64(i + 2)
			// Ten below each of the first ones, and so on.
			sim.Departments = append(sim.Departments, simulator.Department{ID: id, Name: fmt.Sprint("Department ", id), ParentID: int64(i/10 + 1)})
			people := 20
			if i%75 == 74 {
				people = 1020
			}
			lists += (people + 99) / 100
			for range people {
				n := len(sim.People)
				sim.People = append(sim.People, simulator.Person{UserID: fmt.Sprintf("%018d", n), UnionID: fmt.Sprintf("u%022diEiE", n),
					Name: fmt.Sprint("Person ", n), Email: fmt.Sprintf("person%d@example.com", n), JobNumber: fmt.Sprintf("A-%06d", n), DepartmentIDs: []int64{id}})
			}
		}
		sim.CallsPerSecond = test.perSecond
		server := httptest.NewServer(sim)
		defer server.Close()
		b.Run(fmt.Sprintf("%d_people/%d_calls_a_second", len(sim.People), test.perSecond), func(b *testing.B) {
			var first, all time.Duration
			var peak, idle float64
			before := 0
			for b.Loop() {
				process := exec.Command(bin)
				p := launchAs(b, process, spc.Body(server.URL, sim.App.ClientID, sim.App.ClientSecret)+fmt.Sprintf("calls_per_second = %d\n", test.perSecond))
				r := request("dingtalk_user", "user_id", false, sim.People[0].UserID)
				if err := rowsOf(p, r, func(*proto.Row) {}); err != nil { // fetches a token
					b.Fatal(err)
				}
				idle = residentPeak(b, process)
				sim.ClearCalls()
				r.QueryContext = proto.NewQueryContext([]string{"user_id", "union_id", "name", "email", "job_number", "department_ids"}, nil, -1, nil)
				r.CallId += "all"
				start, n := time.Now(), 0
				if err := rowsOf(p, r, func(*proto.Row) {
					if n++; n == 1 {
						first += time.Since(start)
						before = len(sim.Calls())
					}
				}); err != nil || n != len(sim.People) {
					b.Fatalf("%d people, %v", n, err)
				}
				all += time.Since(start)
				peak = max(peak, residentPeak(b, process))
			}
			// The root is asked for people and for departments as well.
			if made, least := len(sim.Calls()), lists+1+test.departments+1; made != least {
				b.Errorf("%d calls, where %d are enough", made, least)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(len(sim.Calls())), "calls")
			b.ReportMetric(float64(before), "calls-to-first-row")
			b.ReportMetric(first.Seconds()/float64(b.N)*1000, "ms-to-first-row")
			b.ReportMetric(all.Seconds()/float64(b.N), "seconds")
			b.ReportMetric(max(0, float64(lists+1-test.perSecond)/float64(test.perSecond)), "least-seconds")
			b.ReportMetric(idle, "idle-MiB")
			b.ReportMetric(peak, "peak-MiB")
		})
	}
}

// residentPeak is the most memory of a process that has been resident, in MiB.
func residentPeak(b *testing.B, process *exec.Cmd) float64 {
	b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", process.Process.Pid))
	if err != nil {
		b.Skip("memory is read from /proc, which this system does not have: ", err)
	}
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	peak, _, _ = strings.Cut(peak, "kB")
	kib, err := strconv.Atoi(strings.TrimSpace(peak))
	if err != nil {
		b.Fatal(err)
	}
	return float64(kib) / 1024
}
