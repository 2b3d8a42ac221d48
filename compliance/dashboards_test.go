package compliance_test

import (
	"fmt"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/powerpipe"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
)

// judgement is what a control says within the SQL of a dashboard.
var judgement = regexp.MustCompile(`(?s)from \(\n(with|select)\b(.*?)\n\) as v\b`)

// controlOf returns the control whose SQL a dashboard has in a judgement.
func controlOf(t *testing.T, mod *powerpipe.Mod, begin, rest string) *powerpipe.Control {
	t.Helper()
	if begin == "select" {
		rest = begin + rest
	}
	var found []*powerpipe.Control
	for _, c := range mod.Controls {
		if strings.HasSuffix(strings.TrimSpace(c.SQL), strings.TrimSpace(rest)) {
			found = append(found, c)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d controls end in this SQL of a dashboard:\n%s", len(found), rest)
	}
	return found[0]
}

// judge runs the controls of a dashboard's SQL one by one, and returns it with their
// results in their place: SQLite reads a shared table again for each place that names
// it, and refuses a statement with as many as all controls have. One control is left
// as it is. said are the results of the controls that were run, by their SQL.
func (o *organization) judge(mod *powerpipe.Mod, sql string, said map[string]string) string {
	o.t.Helper()
	if len(judgement.FindAllString(sql, 2)) < 2 {
		return sql
	}
	return judgement.ReplaceAllStringFunc(sql, func(part string) string {
		if before, ok := said[part]; ok {
			return before
		}
		m := judgement.FindStringSubmatch(part)
		r, err := o.Query(o.t.Context(), controlOf(o.t, mod, m[1], m[2]).SQL)
		if err != nil {
			o.t.Fatal(err)
		}
		if len(r.Rows) == 0 {
			o.t.Fatalf("a control says nothing:\n%s", part)
		}
		var rows []string
		for _, row := range r.Rows {
			var values []string
			for _, name := range []string{"resource", "status", "reason", "start_time"} {
				value := "null"
				if v := row[slices.Index(r.Columns, name)]; v != nil {
					value = "'" + strings.ReplaceAll(fmt.Sprint(v), "'", "''") + "'"
				}
				values = append(values, value)
			}
			rows = append(rows, "("+strings.Join(values, ", ")+")")
		}
		said[part] = "from (select column1 as resource, column2 as status, column3 as reason, column4 as start_time from (values " + strings.Join(rows, ",\n") + ")) as v"
		return said[part]
	})
}

// The summary has the results of each control once, in its benchmark, with its title and
// severity, and none is written again.
func TestSummaryHasAllControls(t *testing.T) {
	mod := load(t, demoValues(t))
	benchmark := map[string]string{}
	for _, b := range mod.Benchmarks["compliance"].Children {
		group := b.(*powerpipe.Benchmark)
		for _, child := range group.Children {
			c := child.(*powerpipe.Control)
			benchmark[c.Name] = group.Name
			if c.Name != "report_head" && !slices.Contains(powerpipe.Severities[:4], c.Severity) {
				t.Errorf("the summary counts no alarms of the severity %s, which %s has", c.Severity, c.Name)
			}
		}
	}
	panels := 0
	for _, p := range mod.Dashboards["summary"].Panels {
		parts := regexp.MustCompile(`(?s)select '([^']*)' as benchmark, '[^']*' as benchmark_title, '([^']*)' as control, '((?:[^']|'')*)' as title, '([^']*)' as severity, .*?from \(\n(with|select)\b(.*?)\n\) as v\b`).FindAllStringSubmatch(p.Query.SQL, -1)
		if p.Kind != "chart" && p.Kind != "table" || len(parts) == 0 {
			continue
		}
		panels++
		seen := map[string]bool{}
		for _, m := range parts {
			c := controlOf(t, mod, m[5], m[6])
			if seen[c.Name] {
				t.Errorf("%s has the results of %s twice", p.Title, c.Name)
			}
			seen[c.Name] = true
			if got, want := m[1:5], []string{benchmark[c.Name], c.Name, strings.ReplaceAll(c.Title, "'", "''"), c.Severity}; !slices.Equal(got, want) {
				t.Errorf("%s shows a control as %v, it is %v", p.Title, got, want)
			}
		}
		for name := range benchmark {
			if !seen[name] && name != "report_head" {
				t.Errorf("%s does not have the control %s", p.Title, name)
			}
		}
	}
	if panels != 3 {
		t.Errorf("%d panels of the summary have the results of controls", panels)
	}
}

// What the dashboards show in Chinese, in China's days and hours, with the initials of
// people, as a person last read it.
func TestDashboardsInChinese(t *testing.T) {
	t.Parallel()
	mod := load(t, demoValues(t, "language=zh", "time_zone=Asia/Shanghai", "names=initials"))
	o := open(t)
	var b strings.Builder
	for _, name := range dashboardsOf(mod) {
		b.WriteString(o.show(mod, mod.Dashboards[name]) + "\n")
	}
	golden(t, "testdata/dashboards_chinese.golden", b.String())
}

var own atomic.Int64

// ofItsOwn returns an ID of which the process has no calls.
func ofItsOwn() string { return fmt.Sprint("of-its-own-", own.Add(1)) }

// The dashboard of calls shows the day of an organization against its bound, and what has
// become of the calls, in both languages. The times differ from run to run.
func TestCallsDashboard(t *testing.T) {
	times := regexp.MustCompile(`(?m)^((?:GET|POST) .*) \| \d+ \| \d+$`)
	var b strings.Builder
	for _, test := range []struct{ language, config string }{{"en", ""}, {"en", "calls_per_day = 160\ncorp_id = %q"}, {"zh", "calls_per_day = 2"}, {"zh", ""}} {
		o := &organization{t: t, Simulator: simulator.Demo(simulator.DemoTime)}
		o.App.ClientID, o.App.CorpID = ofItsOwn(), ofItsOwn()
		o.start(strings.Replace(test.config, "%q", fmt.Sprintf("%q", o.App.CorpID), 1))
		mod := load(t, demoValues(t, "language="+test.language))
		for _, sql := range []string{
			"select count(*) from dingtalk_ongoing_conference",
			"select count(*) from dingtalk_schedule_conference where schedule_conference_id = 'unknown'",
			"select count(*) from dingtalk_user where user_id = '" + o.People[0].UserID + "'",
		} {
			if _, err := o.Query(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
		}
		b.WriteString(strings.ReplaceAll(times.ReplaceAllString(o.show(mod, mod.Dashboards["calls"]), "$1 | … | …"), o.App.CorpID, "ding-demo") + "\n")
	}
	golden(t, "testdata/calls.golden", b.String())
}

// Of several organizations, the card of the day shows the one that has used most of its
// bound. The calls of an app are counted once, however many connections have it.
func TestCallsOfOrganizations(t *testing.T) {
	t.Parallel()
	sim := simulator.Demo(simulator.DemoTime)
	sim.App.ClientID = ofItsOwn()
	corp := ofItsOwn()
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	of := func(name, client, more string) engine.Connection {
		return engine.Connection{Name: name, Config: spc.Body(server.URL, client, sim.App.ClientSecret) + more}
	}
	e, err := engine.New(dingtalk.NewServer(),
		of("b", sim.App.ClientID, "calls_per_day = 10"), of("c", sim.App.ClientID, "calls_per_day = 1"),
		of("d", ofItsOwn(), ""), of("e", ofItsOwn(), fmt.Sprintf("corp_id = %q\ncalls_per_day = 1", corp)),
		engine.Connection{Name: "each", Members: []string{"b", "c", "d", "e"}})
	if err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(e, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	db.Now = func() time.Time { return simulator.DemoTime }
	shown := func(sql string) string {
		t.Helper()
		r, err := db.Query(t.Context(), sql)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(r.Rows)
	}
	shown("select count(*) from b.dingtalk_ongoing_conference")
	shown("select count(*) from b.dingtalk_schedule_conference where schedule_conference_id = 'unknown'")
	ofEach := strings.NewReplacer("dingtalk_api_call", "each.dingtalk_api_call", "dingtalk_connection", "each.dingtalk_connection")
	panels := load(t, nil).Dashboards["calls"].Panels
	for i, want := range []string{
		"[[Of the last 24 hours: c 2 of 1 alert]]",
		"[[Sent, last hour 2]]",
		"[[Sent, last day 2]]",
		"[[Throttled 0 ok]]",
		"[[Refused 1]]",
		"[[c 2 1 0] [b 2 10 8] [" + corp + " 0 1 1] [d 0 no bound –]]",
	} {
		if got := shown(ofEach.Replace(panels[i].Query.SQL)); got != want {
			t.Errorf("%s: %s, want %s", panels[i].Kind, got, want)
		}
	}
}

// A card never shows a number that DingTalk does not return, nor takes somebody who is
// being called for absent, nor rooms that are not read for rooms that are in use.
func TestCardsOfWhatIsNotKnown(t *testing.T) {
	o, mod := open(t), load(t, demoValues(t))
	card := func(sql string) string {
		r, err := o.Query(t.Context(), sql)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(r.Rows)
	}
	const unlisted = "9d3e71c00000000000000003" // DingTalk returns none of its people
	for _, test := range []struct{ query, meeting, want string }{
		{"attendance_joined", unlisted, "[[Joined not returned info]]"},
		{"attendance_outside", unlisted, "[[From outside not returned info]]"},
		{"attendance_absent", unlisted, "[[Never joined not returned info]]"},
		{"attendance_host", unlisted, "[[Host not returned info]]"},
		{"attendance_absent", simulator.DemoRunning, "[[Not yet joined 0 ok]]"}, // one is being called
		{"attendance_absent", simulator.DemoLastAllHands, "[[Never joined 6 info]]"},
	} {
		if got := card(strings.ReplaceAll(mod.Queries[test.query].SQL, "$1", "'"+test.meeting+"'")); got != test.want {
			t.Errorf("%s of %s: %s, want %s", test.query, test.meeting, got, test.want)
		}
	}
	for _, p := range load(t, demoValues(t, "acting_union_id=")).Dashboards["rooms"].Panels[1:5] {
		if got := card(p.Query.SQL); !strings.Contains(got, " not read") || strings.HasSuffix(got, " ok]]") {
			t.Errorf("with no acting user, a card of rooms shows %s", got)
		}
	}
	for _, p := range load(t, nil).Dashboards["security"].Panels[1:4] {
		if got := card(p.Query.SQL); strings.HasSuffix(got, " ok]]") {
			t.Errorf("with no schedule that is named, a card of security shows %s", got)
		}
	}
}

// Each alarm is of one day, and each day of one bar, however long the period: a chart of
// more than 31 days has several in a bar.
func TestAlarmsByDay(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ since, until, first, last string }{
		{"2026-11-22", "2026-11-22", "2026-11-22", "2026-11-22"},
		{"2026-10-01", "2026-10-31", "2026-10-01", "2026-10-31"},
		{"2026-10-01", "2026-11-01", "2026-10-01 – 2026-10-02", "2026-10-31 – 2026-11-01"},
		{"2026-08-31", "2026-11-20", "2026-08-31 – 2026-09-02", "2026-11-20"},
	} {
		t.Run(test.since+" to "+test.until, func(t *testing.T) {
			t.Parallel()
			o, mod := open(t), load(t, demoValues(t, "since="+test.since, "until="+test.until, "time_zone=America/New_York"))
			var chart, all string
			for _, p := range mod.Dashboards["summary"].Panels {
				switch p.Kind {
				case "chart":
					chart = p.Query.SQL
				case "table":
					all = p.Query.SQL
				}
			}
			said := map[string]string{}
			sum := func(sql string, columns ...int) (total int, rows [][]any) {
				r, err := o.Query(t.Context(), o.judge(mod, sql, said))
				if err != nil {
					t.Fatal(err)
				}
				for _, row := range r.Rows {
					for _, c := range columns {
						total += int(row[c].(int64))
					}
				}
				return total, r.Rows
			}
			alarms, bars := sum(chart, 1, 2, 3, 4)
			if want, _ := sum(all, 3); alarms != want || want == 0 {
				t.Errorf("the bars have %d alarms, the table %d", alarms, want)
			}
			if first, last, other := bars[0][0], bars[len(bars)-2][0], bars[len(bars)-1][0]; first != test.first || last != test.last || other != "other" || len(bars) > 32 {
				t.Errorf("%d bars, from %v to %v, then %v", len(bars), first, last, other)
			}
		})
	}
}
