package compliance_test

import (
	"fmt"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/compliance"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/powerpipe"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/report"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
)

// On each day of the week, early and late, the benchmarks say of the demo organization
// what they say at DemoTime, with each time as long ago: those that tell which meetings
// there are, and on a Saturday all. In the first quarter of an hour of a day it is too
// early to judge the day's stand-up.
func TestBenchmarksOnEachWeekday(t *testing.T) {
	want := map[string]string{}
	for _, benchmark := range []string{"check_itself", "meeting_lifecycle", "compliance"} {
		sim := simulator.Demo(simulator.DemoTime)
		want[benchmark] = distances(sim, simulator.DemoTime, reportAt(t, sim, benchmark, simulator.DemoTime))
	}
	for _, test := range []struct {
		now        time.Time
		benchmarks []string
	}{
		{time.Date(2026, 11, 23, 0, 16, 0, 0, time.UTC), []string{"check_itself", "meeting_lifecycle"}},
		{time.Date(2026, 11, 24, 2, 30, 0, 0, time.UTC), []string{"check_itself", "meeting_lifecycle"}},
		{time.Date(2026, 11, 25, 23, 59, 59, 0, time.UTC), []string{"check_itself", "meeting_lifecycle"}},
		{time.Date(2026, 11, 26, 6, 0, 0, 0, time.UTC), []string{"check_itself", "meeting_lifecycle"}},
		{time.Date(2026, 11, 27, 16, 30, 0, 0, time.UTC), []string{"check_itself", "meeting_lifecycle"}},
		{time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC), []string{"compliance"}},
		{time.Date(2026, 11, 29, 20, 0, 0, 0, time.UTC), []string{"check_itself", "meeting_lifecycle"}},
	} {
		t.Run(test.now.Format("Monday 15:04"), func(t *testing.T) {
			t.Parallel()
			for _, benchmark := range test.benchmarks {
				sim := simulator.Demo(test.now)
				if d := cmp.Diff(want[benchmark], distances(sim, test.now, reportAt(t, sim, benchmark, test.now))); d != "" {
					t.Errorf("%s (-at DemoTime +now):\n%s", benchmark, d)
				}
			}
		})
	}
}

// reportAt is what the benchmarks say of an organization at a moment.
func reportAt(t *testing.T, sim *simulator.Simulator, benchmark string, now time.Time) string {
	t.Helper()
	mod, err := powerpipe.Load(compliance.Mod, demoValues(t), now)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim)
	defer server.Close()
	config := spc.Body(server.URL, sim.App.ClientID, sim.App.ClientSecret) + "calls_per_second = 1000\n"
	e, err := engine.New(dingtalk.NewServer(), engine.Connection{Name: "dingtalk", Config: config})
	if err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(e, "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.Now = func() time.Time { return now }
	g, err := report.Run(t.Context(), []report.DB{db}, mod.Benchmarks[benchmark])
	if err != nil {
		t.Fatal(err)
	}
	calls := slices.DeleteFunc(sim.Calls(), func(c simulator.Call) bool { return c.Kind == simulator.TokenCall })
	var text strings.Builder
	if err := (&report.Report{Mod: mod, Root: g, At: now, Calls: len(calls)}).Write(&text, "text"); err != nil {
		t.Fatal(err)
	}
	return ofThisRun.ReplaceAllString(text.String(), "…")
}

// distances writes each time of a report as its distance: from now in minutes for the
// incidents, what is in progress and now itself, which move with the minute; else in
// days from today.
func distances(sim *simulator.Simulator, now time.Time, text string) string {
	const layout = "2006-01-02 15:04"
	moving := map[string]bool{now.Format(layout): true}
	moves := func(ms *int64) {
		if ms != nil {
			moving[time.UnixMilli(*ms).UTC().Format(layout)] = true
		}
	}
	for _, c := range slices.Concat(sim.Schedules[simulator.DemoIncident], sim.Unscheduled) {
		if *c.Status == simulator.InProgress || c.ConferenceID[:8] == simulator.DemoIncident[:8] {
			moves(c.StartTime)
			moves(c.EndTime)
		}
	}
	moves(sim.Plans[simulator.DemoIncident].StartTime)
	return regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d`).ReplaceAllStringFunc(text, func(s string) string {
		at, err := time.Parse(layout, s)
		if err != nil {
			return s
		}
		if moving[s] {
			return fmt.Sprintf("now%+d", int(at.Sub(now.Truncate(time.Minute)).Minutes()))
		}
		const day = 24 * time.Hour
		return fmt.Sprintf("day%+d %s", int(at.Truncate(day).Sub(now.Truncate(day)).Hours())/24, at.Format("15:04"))
	})
}
