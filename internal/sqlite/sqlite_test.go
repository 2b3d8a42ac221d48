package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
	"github.com/turbot/steampipe-plugin-sdk/v5/logging"
)

func TestMain(m *testing.M) {
	os.Setenv(logging.EnvLogLevel, "OFF")
	os.Exit(m.Run())
}

func open(t *testing.T, sim *simulator.Simulator) *sqlite.DB {
	t.Helper()
	return openOn(t, engineOf(t, sim))
}

// engineOf returns an engine that asks a simulator, with more lines of config.
func engineOf(t *testing.T, sim *simulator.Simulator, config ...string) *engine.Engine {
	t.Helper()
	return engineOn(t, dingtalk.NewServer(), sim, config...)
}

// engineOn does what engineOf does, with a server of the plugin.
func engineOn(t *testing.T, plugin engine.Server, sim *simulator.Simulator, config ...string) *engine.Engine {
	t.Helper()
	server := httptest.NewServer(sim)
	t.Cleanup(func() {
		server.CloseClientConnections() // a call that is held would hold Close
		server.Close()
	})
	e, err := engine.New(plugin, engine.Connection{Name: "dingtalk", Config: spc.Body(server.URL, sim.App.ClientID, sim.App.ClientSecret) + strings.Join(config, "\n")})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// The engine knows the key columns that choose connections, the plugin's own too.
func TestConnectionColumns(t *testing.T) {
	e := engineOf(t, simulator.Demo(simulator.DemoTime))
	for column, want := range map[string]bool{"corp_id": true, "sp_connection_name": true, "_ctx": true, "conference_id": false} {
		if got := e.IsConnectionColumn(column); got != want {
			t.Errorf("%s: %v", column, got)
		}
	}
}

func openOn(t *testing.T, e *engine.Engine) *sqlite.DB {
	t.Helper()
	db, err := sqlite.Open(e, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// text writes a result as lines of values.
func text(r *sqlite.Result) []string {
	var lines []string
	for _, row := range r.Rows {
		lines = append(lines, strings.TrimSuffix(fmt.Sprintln(row...), "\n"))
	}
	return lines
}

// numbered returns a simulator with schedules a, b and c of 120 meetings, which
// start an hour apart and have the titles a0, a1, …, and a schedule late of one
// that starts half a second late.
func numbered() *simulator.Simulator {
	sim := simulator.New(simulator.DemoApp)
	for _, id := range []string{"a", "b", "c"} {
		for i := range 120 {
			status := int64(i % 3)
			ms := time.Date(2026, 11, 1, i, 0, 0, 0, time.UTC).UnixMilli()
			sim.Schedules[id] = append(sim.Schedules[id], simulator.Conference{Title: fmt.Sprint(id, i), Status: &status, StartTime: &ms})
		}
	}
	late := time.Date(2026, 11, 1, 0, 0, 0, 500e6, time.UTC).UnixMilli()
	sim.Schedules["late"] = []simulator.Conference{{StartTime: &late}}
	return sim
}

// TestPushDown compares answers, and the calls that they took: id, page size
// and whether it is a later page. Where SQLite leaves a list before its end,
// "…" stands for the calls that ran ahead of it, if any.
func TestPushDown(t *testing.T) {
	const from = " from dingtalk_schedule_conference "
	tests := []struct {
		name, sql string
		want      []string
		calls     string
	}{
		{"where", "select count(*), min(title), max(total_count)" + from + "where schedule_conference_id = 'a'", []string{"120 a0 120"}, "a100 a100+"},
		{"in", "select schedule_conference_id, count(*)" + from + "where schedule_conference_id in ('a','b','c') group by 1 order by 1",
			[]string{"a 120", "b 120", "c 120"}, "a100 a100+ b100 b100+ c100 c100+"},
		{"the same value twice in an in list", "select count(*)" + from + "where schedule_conference_id in ('a','a')", []string{"120"}, "a100 a100+"},
		{"or", "select count(*)" + from + "where schedule_conference_id = 'a' or schedule_conference_id = 'b'", []string{"240"}, "a100 a100+ b100 b100+"},
		{"in a subquery", "select count(*)" + from + "where schedule_conference_id in (select 'a' union select 'b')", []string{"240"}, "a100 a100+ b100 b100+"},
		{"a join", "with ids(id) as (values ('a'), ('stale'), ('c')) select id, count(title) from ids left join dingtalk_schedule_conference on schedule_conference_id = id group by id order by id",
			[]string{"a 120", "c 120", "stale 0"}, "a100 a100+ c100 c100+ stale100"},
		{"a join, the table first", "with ids(id) as (values ('a')) select count(*)" + from + "join ids on schedule_conference_id = id", []string{"120"}, "a100 a100+"},
		{"a comma join", "select count(*)" + from + ", (select 'b' as id) where schedule_conference_id = id", []string{"120"}, "b100 b100+"},
		{"a join on the same id twice is answered once by the API", "with ids(id) as (values ('a'), ('a')) select count(*) from ids join dingtalk_schedule_conference on schedule_conference_id = id",
			[]string{"240"}, "a100 a100+"},
		{"limit", "select count(*) from (select title" + from + "where schedule_conference_id = 'a' limit 5)", []string{"5"}, "a5"},
		{"limit and offset", "select count(*) from (select title" + from + "where schedule_conference_id = 'a' limit 5 offset 2)", []string{"5"}, "a7"},
		{"limit and a negative offset", "select count(*) from (select title" + from + "where schedule_conference_id = 'a' limit 5 offset -3)", []string{"5"}, "a5"},
		{"a negative limit is none", "select count(*) from (select title" + from + "where schedule_conference_id = 'a' limit -1 offset 2)", []string{"118"}, "a100 a100+"},
		{"limit and an in list", "select count(*) from (select title" + from + "where schedule_conference_id in ('a', 'b') limit 130)", []string{"130"}, "a100 a100+ b100 …"},
		{"limit and or", "select count(*) from (select title" + from + "where schedule_conference_id = 'a' or schedule_conference_id = 'b' limit 2)", []string{"2"}, "a100 …"},
		{"a limit too large for an offset", "select count(*) from (select title" + from + "where schedule_conference_id = 'a' limit 9223372036854775807 offset 115)", []string{"5"}, "a100 a100+"},
		{"limit in a subquery for each row", "select id, (select title" + from + "where schedule_conference_id = id limit 1) from (select 'a' as id union all select 'b') order by id", []string{"a a0", "b b0"}, "a1 b1"},
		{"limit 0", "select title" + from + "where schedule_conference_id = 'a' limit 0", nil, ""},
		{"limit and a condition that SQLite checks", "select title" + from + "where schedule_conference_id = 'a' and title = 'a119' limit 1", []string{"a119"}, "a100 a100+"},
		{"limit and a condition on an expression", "select title" + from + "where schedule_conference_id = 'a' and length(title) = 4 and title > 'a118' and title < 'a12' limit 1", []string{"a119"}, "a100 a100+"},
		{"limit and order by", "select title" + from + "where schedule_conference_id = 'a' order by start_time desc limit 2", []string{"a119", "a118"}, "a100 a100+"},
		{"limit and group by", "select status, count(*)" + from + "where schedule_conference_id = 'a' group by status order by status limit 1", []string{"0 40"}, "a100 a100+"},
		// The second value comes with the last row only, so SQLite reads them all.
		{"limit and distinct", "select count(*) from (select distinct title = 'a119'" + from + "where schedule_conference_id = 'a' limit 2)", []string{"2"}, "a100 a100+"},
		{"limit and two conditions on the id", "select count(*)" + from + "where schedule_conference_id = 'a' and schedule_conference_id = 'b' limit 3", []string{"0"}, ""},
		{"null", "select count(*)" + from + "where schedule_conference_id = null", []string{"0"}, ""},
		{"an empty id", "select count(*)" + from + "where schedule_conference_id = ''", []string{"0"}, ""},
		{"bytes", "select count(*)" + from + "where schedule_conference_id = x'61'", []string{"0"}, "a100 a100+"},
		{"a number as text", "select count(*)" + from + "where schedule_conference_id = 'a' and status = '01'", []string{"40"}, "a100 a100+"},
		{"types", "select distinct typeof(status), typeof(title), typeof(start_time), typeof(end_time)" + from + "where schedule_conference_id = 'a'",
			[]string{"integer text text null"}, "a100 a100+"},
		{"row ids", "select count(distinct rowid)" + from + "where schedule_conference_id in ('a', 'b')", []string{"240"}, "a100 a100+ b100 b100+"},
		{"a fraction of a second", "select start_time" + from + "where schedule_conference_id = 'late'", []string{"2026-11-01T00:00:00.5Z"}, "late100"},
		{"a number", "select count(*)" + from + "where schedule_conference_id = 17", []string{"0"}, "17100"},
		{"conditions on times", "select count(*), min(start_time)" + from + "where schedule_conference_id = 'a' and start_time >= '2026-11-05' and start_time < '2026-11-05T04:00:00Z'",
			[]string{"4 2026-11-05T00:00:00Z"}, "a100 a100+"},
		{"a time as SQLite writes it", "select min(title), count(*)" + from + "where schedule_conference_id = 'a' and start_time < '2026-11-01 02:00:00'", []string{"a0 2"}, "a100 a100+"},
		{"from a time of day on", "select min(start_time), count(*)" + from + "where schedule_conference_id = 'a' and start_time >= '2026-11-05 20:00:00'", []string{"2026-11-05T20:00:00Z 4"}, "a100 a100+"},
		{"one moment in other words", "select title" + from + "where schedule_conference_id = 'a' and start_time in ('2026-11-01 01:00:00', '2026-11-01 10:00:00+08:00', '2026-11-01T03:00:00Z') order by 1", []string{"a1", "a2", "a3"}, "a100 a100+"},
		{"all but one moment", "select count(*)" + from + "where schedule_conference_id = 'a' and start_time <> '2026-11-01 01:00'", []string{"119"}, "a100 a100+"},
		{"a window of time", "select count(*)" + from + "where schedule_conference_id = 'a' and start_time > '2026-11-01 01:00' and start_time <= datetime('2026-11-01T03:00:00Z')", []string{"2"}, "a100 a100+"},
		{"no time meets no condition", "select count(*)" + from + "where schedule_conference_id = 'a' and end_time <> '2026-11-01'", []string{"0"}, "a100 a100+"},
		{"limit and a condition on a time", "select title" + from + "where schedule_conference_id = 'a' and start_time > '2026-11-05 22:00:00' limit 1", []string{"a119"}, "a100 a100+"},
		{"a fraction of a second, compared", "select count(*)" + from + "where schedule_conference_id = 'late' and start_time > '2026-11-01 00:00:00' and start_time <= '2026-11-01 00:00:00.500'", []string{"1"}, "late100"},
		{"SQLite's date functions", "select date(start_time, '+1 day'), strftime('%H', start_time)" + from + "where schedule_conference_id = 'a' and title = 'a25'", []string{"2026-11-03 01"}, "a100 a100+"},
		{"several statements", "create table ids(id text); insert into ids values ('a'); select count(*) from ids join dingtalk_schedule_conference on schedule_conference_id = id", []string{"120"}, "a100 a100+"},
		{"Steampipe's own columns, by name", "select distinct sp_connection_name" + from + "where schedule_conference_id = 'a'", []string{"dingtalk"}, "a100 a100+"},
		{"no table", "select 1 + 1", []string{"2"}, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			sim := numbered()
			got, err := open(t, sim).Query(t.Context(), test.sql)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(test.want, text(got)); d != "" {
				t.Errorf("rows (-want +got):\n%s", d)
			}
			var calls []string
			for _, c := range sim.Calls() {
				if c.Kind == simulator.ConferenceCall {
					later := ""
					if c.NextToken != "" {
						later = "+"
					}
					calls = append(calls, c.ScheduleConferenceID+c.MaxResults+later)
				}
			}
			slices.Sort(calls) // those of several ids are made at the same time
			made := strings.Join(calls, " ")
			if promised, ahead := strings.CutSuffix(test.calls, " …"); ahead && strings.HasPrefix(made+" ", promised+" ") {
				return
			}
			if d := cmp.Diff(test.calls, made); d != "" {
				t.Errorf("calls (-want +got):\n%s", d)
			}
		})
	}
}

func TestSelectStarShowsTheTablesOwnColumns(t *testing.T) {
	r, err := open(t, numbered()).Query(t.Context(), "select * from dingtalk_schedule_conference where schedule_conference_id = 'a' limit 1")
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"schedule_conference_id", "conference_id", "corp_id", "end_time", "room_code", "start_time", "status", "status_name", "total_count", "title"}
	if d := cmp.Diff(want, r.Columns); d != "" {
		t.Error(d)
	}
}

func TestErrors(t *testing.T) {
	tests := []struct{ name, sql, want string }{
		{"a missing qual", "select * from dingtalk_schedule_conference",
			"dingtalk_schedule_conference: the query must name schedule_conference_id"},
		{"a qual that the plugin doesn't take", "select * from dingtalk_schedule_conference where schedule_conference_id like 'a%'", "the query must name schedule_conference_id"},
		{"an error on the first page", "select * from dingtalk_schedule_conference where schedule_conference_id = 'first'", `schedule_conference_id "first": DingTalk answered HTTP 400, code paramsError`},
		{"an error on a later page, whatever is read", "select count(*) from dingtalk_schedule_conference where schedule_conference_id = 'later'", `schedule_conference_id "later": DingTalk answered HTTP 400, code paramsError`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			sim := numbered()
			sim.Schedules["later"] = sim.Schedules["a"]
			sim.Script(simulator.Fault{Serve: simulator.Refuse(400, "paramsError", "error:x"), On: func(c simulator.Call) bool {
				return c.ScheduleConferenceID == "first" || c.ScheduleConferenceID == "later" && c.NextToken != ""
			}})
			r, err := open(t, sim).Query(t.Context(), test.sql)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, error %v, want %q", r, err, test.want)
			}
		})
	}
}

// A database goes on working after an error.
func TestQueryAfterAnError(t *testing.T) {
	db := open(t, numbered())
	if _, err := db.Query(t.Context(), "select * from dingtalk_schedule_conference"); err == nil {
		t.Fatal("no error")
	}
	r, err := db.Query(t.Context(), "select count(*) from dingtalk_schedule_conference where schedule_conference_id = 'a'")
	if err != nil || text(r)[0] != "120" {
		t.Error(r, err)
	}
}

// A query that waits for the API ends at once when it is cancelled.
func TestCancelWhileTheAPIIsSlow(t *testing.T) {
	stop := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	sim := numbered()
	sim.Script(simulator.Fault{On: simulator.OnFirstPage, Serve: func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
		cancel(stop)
		<-r.Context().Done() // at the latest when the test is over
	}})
	r, err := open(t, sim).Query(ctx, "select * from dingtalk_schedule_conference where schedule_conference_id = 'a'")
	if r != nil || err != stop {
		t.Errorf("%v, error %v", r, err)
	}
}

// A join passes its key on also where a table wants any of several.
func TestJoinByAnyOfTheKeys(t *testing.T) {
	sim := simulator.Demo(simulator.DemoTime)
	r, err := open(t, sim).Query(t.Context(), `select c.title from dingtalk_ongoing_conference o
		join dingtalk_conference c on c.conference_id = o.conference_id
		join dingtalk_schedule_conference_setting s on s.schedule_conference_id = c.schedule_conference_id`)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([][]any{{"INC-2047 登录故障应急"}}, r.Rows); d != "" {
		t.Error(d)
	}
}

// A table that wants bounds or one of its keys is joined by what it gets, also
// where the rows that it is joined with are many.
func TestJoinByBoundsOrAKey(t *testing.T) {
	sim := simulator.Demo(simulator.DemoTime)
	const month = " and e.start_time >= '2026-11-01' and e.start_time < '2026-12-01'"
	ids := make([]string, 100)
	for i := range ids {
		ids[i] = fmt.Sprintf("('%s', '%s')", simulator.DemoCEO, sim.Calendars[simulator.DemoCEO][i%10].ID)
	}
	for name, test := range map[string]struct {
		query string
		rows  int
		kinds []simulator.CallKind
	}{
		"by id":            {"select e.title from k join dingtalk_calendar_event e on e.union_id = k.person and e.id = k.event", 100, []simulator.CallKind{simulator.EventCall}},
		"by id, one's own": {"select e.title from k join dingtalk_calendar_event e on e.id = k.event and e.union_id = '" + simulator.DemoCEO + "'", 100, []simulator.CallKind{simulator.EventCall}},
		"within bounds":    {"select distinct e.id from k join dingtalk_calendar_event e on e.union_id = k.person" + month + " where e.title like 'Lunch%'", 1, []simulator.CallKind{simulator.EventsViewCall}},
	} {
		t.Run(name, func(t *testing.T) {
			sim.ClearCalls()
			r, err := open(t, sim).Query(t.Context(), "with k (person, event) as (values "+strings.Join(ids, ", ")+") "+test.query)
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Rows) != test.rows {
				t.Errorf("%d rows", len(r.Rows))
			}
			var kinds []simulator.CallKind
			for _, c := range sim.Calls() {
				if c.Kind != simulator.TokenCall && !slices.Contains(kinds, c.Kind) {
					kinds = append(kinds, c.Kind)
				}
			}
			if d := cmp.Diff(test.kinds, kinds); d != "" {
				t.Errorf("calls (-want +got):\n%s", d)
			}
		})
	}
}
