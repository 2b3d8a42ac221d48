//go:build !windows

package main

import (
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
)

// BenchmarkReport runs the whole report of a large organization in the built program: 300
// schedules, each with a meeting of 500 members, where DingTalk needs 50 ms to answer and
// allows 20 calls a second to each API. It reports the calls, the seconds, those of the
// processors, and the memory; and how much longer it took than the calls to the API that
// is called most, one slot after another.
func BenchmarkReport(b *testing.B) {
	sim := simulator.New(simulator.DemoApp)
	sim.CallsPerSecond = 20
	sim.Script(simulator.Fault{Serve: simulator.Delay(50 * time.Millisecond)})
	server := httptest.NewServer(sim)
	defer server.Close()
	ended, left := simulator.Ended, simulator.MemberLeft
	yesterday := time.Now().UTC().Truncate(24 * time.Hour).Add(-15 * time.Hour).UnixMilli()
	end := yesterday + time.Hour.Milliseconds()
	length := end - yesterday
	var ids []string
	for i := range 300 {
		schedule, conference := fmt.Sprintf("6bd63df9-0000-0000-0000-%012d", i), fmt.Sprintf("636cf59f%016d", i)
		ids = append(ids, fmt.Sprintf("%q", schedule))
		sim.Schedules[schedule] = []simulator.Conference{{ConferenceID: conference, Title: fmt.Sprint("Meeting ", i), RoomCode: fmt.Sprintf("%09d", i), Status: &ended, StartTime: &yesterday, EndTime: &end}}
		sim.Settings[schedule] = simulator.Setting{HostUnionID: "u0"}
		for j := range 500 {
			sim.Members[conference] = append(sim.Members[conference], simulator.Member{
				UnionID: fmt.Sprint("u", j), UserNick: fmt.Sprint("Person ", j), JoinTime: &yesterday, LeaveTime: &end, Duration: &length, AttendStatus: &left,
			})
		}
	}
	folder := b.TempDir()
	program, config, values := filepath.Join(folder, "dingtalk-sql"), filepath.Join(folder, "dingtalk.spc"), filepath.Join(folder, "values.ppvars")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	for file, text := range map[string]string{
		config: spc.Block("dingtalk", server.URL, sim.App.ClientID, sim.App.ClientSecret),
		values: "schedule_conference_ids = [" + strings.Join(ids, ",") + "]\n",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		sim.ClearCalls()
		run := exec.Command(program, "--config", config, "--report", "compliance", "--var-file", values, "--output", "csv")
		start := time.Now()
		out, err := run.CombinedOutput()
		took := time.Since(start)
		if code := run.ProcessState.ExitCode(); code != 0 && code != 1 {
			b.Fatalf("%v: %.2000s", err, out)
		}
		usage := run.ProcessState.SysUsage().(*syscall.Rusage)
		calls := map[simulator.CallKind]int{}
		most := 0
		for _, c := range sim.Calls() {
			calls[c.Kind]++
			most = max(most, calls[c.Kind])
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(float64(len(sim.Calls())), "calls")
		b.ReportMetric(took.Seconds(), "s")
		b.ReportMetric(took.Seconds()/(float64(most)/20), "of-the-least")
		b.ReportMetric((run.ProcessState.UserTime() + run.ProcessState.SystemTime()).Seconds(), "processor-s")
		b.ReportMetric(float64(usage.Maxrss)/1024, "MiB")
		b.Logf("%v", calls)
	}
}
