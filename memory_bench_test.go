package main_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// BenchmarkFreeMemInterval tells what a row takes, and the most memory that is
// resident, in the built plugin under Steampipe's limit of memory, by how many
// rows the SDK frees memory after. The columns are those of a wide query.
func BenchmarkFreeMemInterval(b *testing.B) {
	bin := build(b)
	b.Setenv("GOMEMLIMIT", strconv.Itoa(1024<<20))
	columns := []string{"schedule_conference_id", "conference_id", "end_time", "room_code", "start_time", "status", "status_name", "total_count", "title"}
	for _, test := range []struct{ rows, atOnce int }{{1000, 1}, {10_000, 1}, {100_000, 1}, {20_000, 5}} {
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
		for i := range atOnce {
			sim.Schedules[strconv.Itoa(i)] = list
		}
		for _, cache := range []bool{false, true} {
			for _, interval := range []string{"100", "1000", "0"} {
				b.Run(fmt.Sprintf("%d_rows/%d_at_once/cache_%t/every_%s", rows, atOnce, cache, interval), func(b *testing.B) {
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
								r, n := request("dingtalk_schedule_conference", "schedule_conference_id", cache, strconv.Itoa(i)), 0
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
