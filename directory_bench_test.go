package main_test

import (
	"fmt"
	"net/http/httptest"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// BenchmarkDirectory reads a whole directory in the built plugin: the calls, the
// time to the first row and to the last, and the memory that is resident. The
// least time is 20 lists of people at once, and 20 more in each second that
// follows; without the limit the smaller one is read once more.
func BenchmarkDirectory(b *testing.B) {
	bin := build(b)
	b.Setenv("GOMEMLIMIT", strconv.Itoa(1024<<20))
	b.Setenv(freeMemInterval, "1000")
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
