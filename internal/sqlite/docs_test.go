package sqlite_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/docs"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// The moment of the demo organization's story, for examples that ask the time.
const demoNow = "'2026-11-23T08:00:00Z'"

// callsOf is how the pages that follow people through several tables say what an
// example costs, in both languages.
var callsOf = regexp.MustCompile(`\n(?:Calls in the demo organization: |在虚构的组织里的调用：计入 )(\d+)(?: that count against the month, | 次，不计入 )(\d+)(?: that do not\.| 次。)\n`)

// Every SQLite example of the documentation runs and prints what it printed
// when a person last looked at it. Where a page says the number of calls, it made
// them, and none when it is run again.
func TestDocsExamples(t *testing.T) {
	pages, err := filepath.Glob("../../docs/tables/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal("no pages", err)
	}
	pages = append(pages, "../../docs/calendar-to-attendance.md", "../../docs/joins.md", "../../docs/zh-CN/calendar-to-attendance.md")
	others, err := os.ReadFile("testdata/other_plugins.sql")
	if err != nil {
		t.Fatal(err)
	}
	afterCalls := sync.OnceValue(func() *sqlite.DB { return withCalls(t) })
	var out strings.Builder
	for _, page := range pages {
		b, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		examples, err := docs.Examples(string(b))
		if err != nil || len(examples) < 4 {
			t.Errorf("%s: %d examples, %v", page, len(examples), err)
		}
		saysCalls := filepath.Base(filepath.Dir(page)) != "tables"
		for _, e := range examples {
			sim := simulator.Demo(simulator.DemoTime)
			var db *sqlite.DB
			if filepath.Base(page) == "dingtalk_api_call.md" {
				db = afterCalls()
			} else {
				db = openOn(t, engineOf(t, sim, "calls_per_second = 1000"))
			}
			if saysCalls {
				if _, err := db.Query(t.Context(), string(others)); err != nil {
					t.Fatal(err)
				}
			}
			query := strings.ReplaceAll(e.SQLite, "'now'", demoNow)
			r, err := db.Query(t.Context(), query)
			if err != nil {
				t.Errorf("%s: %s: %v", page, e.Heading, err)
				continue
			}
			if len(r.Rows) == 0 {
				t.Errorf("%s: %s: no rows", page, e.Heading)
			}
			if saysCalls {
				says := callsOf.FindStringSubmatch(e.Text)
				if made := calls(sim); says == nil || says[1] != fmt.Sprint(made.counted) || says[2] != fmt.Sprint(made.free) {
					t.Errorf("%s: %s: %d calls that count, %d that do not, where the page says %q", page, e.Heading, made.counted, made.free, says)
				}
				sim.ClearCalls()
				if _, err := db.Query(t.Context(), query); err != nil || len(sim.Calls()) > 0 {
					t.Errorf("%s: %s: asked again: %d calls, %v", page, e.Heading, len(sim.Calls()), err)
				}
			}
			name := strings.TrimPrefix(strings.TrimPrefix(page, "../../docs/"), "tables/")
			fmt.Fprintf(&out, "%s: %s\n%s\n", name, e.Heading, strings.Join(r.Columns, " | "))
			lines, steady := make([]string, len(r.Rows)), true
			for n, row := range r.Rows {
				cells := make([]string, len(row))
				for i, v := range row {
					cells[i] = fmt.Sprint(v)
					if ofTheMoment.MatchString(r.Columns[i]) {
						cells[i], steady = "...", false
					}
				}
				lines[n] = strings.Join(cells, " | ")
			}
			if !steady { // they may decide the order
				slices.Sort(lines)
			}
			fmt.Fprintf(&out, "%s\n\n", strings.Join(lines, "\n"))
		}
	}
	const path = "testdata/docs.golden"
	got := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).ReplaceAllString(out.String(), "http://127.0.0.1")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("examples (-want +got):\n%s", d)
	}
}

// ofTheMoment matches the columns that differ from run to run.
var ofTheMoment = regexp.MustCompile(`_milliseconds$|^last_call_time$`)

// withCalls returns tables for whose app the process has made calls of each kind that the
// examples about calls show: some that DingTalk throttles or refuses, and some that do not
// count.
func withCalls(t *testing.T) *sqlite.DB {
	t.Helper()
	sim := simulator.Demo(simulator.DemoTime)
	sim.App.ClientID = t.Name() // of no other test
	db := openOn(t, engineOf(t, sim, "calls_per_day = 160"))
	running := simulator.OnKind(simulator.OngoingCall)
	sim.Script(
		simulator.Fault{On: running, Times: 1, Serve: simulator.Refuse(403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", "slow down")},
		simulator.Fault{On: running, Times: 1, Serve: simulator.Refuse(403, "Forbidden.AccessDenied.IpNotInWhiteList", "no")},
		simulator.Fault{On: running, Serve: simulator.Answer(200, `{"totalCount":0,"hasMore":false,"onGoingConfList":[]}`)},
	)
	for _, query := range []struct{ sql, err string }{
		{"select title from dingtalk_ongoing_conference", "IpNotInWhiteList"},
		{"select count(*) from dingtalk_ongoing_conference", ""},
		{"select count(*) from dingtalk_schedule_conference where schedule_conference_id in ('" + simulator.DemoAllHands + "', 'unknown')", ""},
		{"select name from dingtalk_user where user_id = '" + sim.People[0].UserID + "'", ""},
	} {
		if _, err := db.Query(t.Context(), query.sql); (err != nil) != (query.err != "") || err != nil && !strings.Contains(err.Error(), query.err) {
			t.Fatalf("%s: %v", query.sql, err)
		}
	}
	return db
}

// cost is a number of calls: those that DingTalk counts against the month, and
// those of the older API, which it does not. Those for tokens are neither.
type cost struct{ counted, free int }

func calls(sim *simulator.Simulator) cost {
	var c cost
	for _, call := range sim.Calls() {
		switch {
		case call.Kind == simulator.TokenCall:
		case strings.HasPrefix(call.Path, "/topapi/"):
			c.free++
		default:
			c.counted++
		}
	}
	return c
}

// What the page of the way from a calendar says of keeping its cost low.
func TestWhatTheWayCosts(t *testing.T) {
	b, err := os.ReadFile("../../docs/calendar-to-attendance.md")
	if err != nil {
		t.Fatal(err)
	}
	all, err := docs.Examples(string(b))
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(e docs.Example) bool { return e.Heading == "Read one calendar" })
	const later = "'2026-11-23T09:30:00Z'"
	for name, test := range map[string]struct {
		old, new string
		want     cost // at demoNow
		again    cost // later on the same day
	}{
		"rounded bounds":                     {"", "", cost{5, 24}, cost{0, 0}},
		"bounds to the second":               {"date('now', 'weekday 0', '-13 days')", "datetime('now', '-8 days')", cost{5, 24}, cost{1, 0}},
		"a column that costs a call a row":   {"    c.conference_id,\n", "    c.conference_id,\n    c.attend_num,\n", cost{7, 24}, cost{0, 0}},
		"columns that cost nothing":          {"    c.conference_id,\n", "    c.conference_id,\n    c.creator_nick,\n    c.external_link_url,\n", cost{5, 24}, cost{0, 0}},
		"a column that costs a call a head":  {"    email\n", "    email,\n    manager_user_id\n", cost{5, 24 + 45}, cost{0, 0}},
		"people looked up one after another": {"    dingtalk_user\n", "    dingtalk_user\n  where\n    union_id in (select union_id from came)\n", cost{5, 2*38 + 2}, cost{0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			sim := simulator.Demo(simulator.DemoTime)
			db := open(t, sim)
			for _, ask := range []struct {
				now  string
				want cost
			}{{demoNow, test.want}, {later, test.again}} {
				query := all[i].SQLite
				if !strings.Contains(query, test.old) {
					t.Fatalf("%q is not in it", test.old)
				}
				query = strings.ReplaceAll(strings.Replace(query, test.old, test.new, 1), "'now'", ask.now)
				sim.ClearCalls()
				if r, err := db.Query(t.Context(), query); err != nil || len(r.Rows) == 0 {
					t.Fatalf("%v, %v", r, err)
				}
				if got := calls(sim); got != ask.want {
					t.Errorf("at %s: %+v calls, want %+v", ask.now, got, ask.want)
				}
			}
		})
	}
}

// What the page of the members of departments says of joins.
func TestWhatJoinsOfMembersCost(t *testing.T) {
	for name, test := range map[string]struct {
		query string
		rows  int
		want  cost
	}{
		"each department": {"select d.name, m.name from dingtalk_department d join dingtalk_department_member m using (department_id)", 47, cost{0, 12 + 11}},
		"named second":    {"select d.name, m.name from dingtalk_department_member m join dingtalk_department d using (department_id)", 47, cost{0, 12 + 11}},
		"below one":       {"select d.name, m.name from dingtalk_department d join dingtalk_department_member m using (department_id) where d.parent_id = 200", 14, cost{0, 1 + 2}},
		"of one name":     {"select m.name from dingtalk_department d join dingtalk_department_member m using (department_id) where d.name like 'Finance%'", 7, cost{0, 12 + 1}},
		"each person":     {"select m.name, u.manager_user_id from dingtalk_department_member m join dingtalk_user u using (user_id) where m.department_id = 210", 7, cost{0, 1 + 7}},
		"one membership":  {"select leader from dingtalk_department_member where user_id = 'zhao.lei' and department_id = 200", 1, cost{0, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			sim := simulator.Demo(simulator.DemoTime)
			r, err := open(t, sim).Query(t.Context(), test.query)
			if err != nil || len(r.Rows) != test.rows {
				t.Fatalf("%v, want %d rows, %v", r, test.rows, err)
			}
			if got := calls(sim); got != test.want {
				t.Errorf("%+v calls, want %+v", got, test.want)
			}
		})
	}
}
