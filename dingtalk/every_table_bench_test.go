package dingtalk_test

import (
	"cmp"
	"context"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// asking is a query of a table, and the fewest calls for it.
type asking struct {
	table string
	// key is the column that differs from query to query; "" is a table without a
	// key.
	key string
	// values are two values of the key; for the first there are rows.
	values [2]any
	// besides are further conditions.
	besides []engine.Qual
	// least are the calls for so many rows; pages of 100 where it is nil.
	least func(rows int) int
	// costly are columns of which each row costs a call.
	costly []string
	// joined is how many calls a join makes for which SQLite reads all rows; 0 if it
	// makes those for the values.
	joined int
	// byOwner names no acting user, so that the owner has to be found.
	byOwner bool
}

func (a asking) String() string {
	s := strings.TrimSuffix(a.table+" by "+a.key, " by ")
	if a.byOwner {
		s += " on behalf of the owner"
	}
	return s
}

// config is the connection's.
func (a asking) config(keys map[string]string) string {
	if a.byOwner {
		return ""
	}
	return acting(keys)
}

// scan returns a scan with some values, of all columns or of those that cost no call.
func (a asking) scan(wide bool, values ...any) engine.Scan {
	s := engine.Scan{Table: a.table, Quals: slices.Clone(a.besides), Cache: true}
	for _, c := range columnsOf(dingtalk.Plugin(context.Background()).TableMap[a.table]) {
		if wide || !slices.Contains(a.costly, c) {
			s.Columns = append(s.Columns, c)
		}
	}
	if a.key == "" {
		return s
	}
	list := &proto.QualValueList{}
	for _, v := range values {
		switch v := v.(type) {
		case string:
			list.Values = append(list.Values, engine.Equals("", v).Value)
		case int:
			list.Values = append(list.Values, &proto.QualValue{Value: &proto.QualValue_Int64Value{Int64Value: int64(v)}})
		}
	}
	value := list.Values[0]
	if len(list.Values) > 1 {
		value = &proto.QualValue{Value: &proto.QualValue_ListValue{ListValue: list}}
	}
	s.Quals = append(s.Quals, engine.Qual{Column: a.key, Operator: "=", Value: value})
	return s
}

// cheapest are the calls for so many rows of one value.
func (a asking) cheapest(wide bool, rows int) int {
	calls := max(1, (rows+99)/100)
	if a.least != nil {
		calls = a.least(rows)
	}
	if wide && a.costly != nil {
		calls += rows
	}
	return calls
}

// askings returns queries of all tables by each key, also by optional keys.
func askings(b *testing.B) []asking {
	b.Helper()
	keys := demoKeys(b)
	e, sim := demoEngine(b, dingtalk.NewServer(), acting(keys))
	// read returns two values of a column.
	read := func(s engine.Scan, column string) (values [2]any) {
		b.Helper()
		s.Columns = []string{column}
		rows, err := query(b, e, s)
		if err != nil || len(rows) < 2 {
			b.Fatalf("%s: %d rows, %v", s.Table, len(rows), err)
		}
		return [2]any{rows[0][column], rows[len(rows)-1][column]}
	}
	schedules := [2]any{simulator.DemoAllHands, simulator.DemoStandup}
	conferences := [2]any{keys["conference_id"], read(engine.Scan{Table: table, Quals: []engine.Qual{engine.Equals("schedule_conference_id", simulator.DemoStandup)}}, "conference_id")[1]}
	var codes [2]any
	for i, id := range conferences {
		rows, err := query(b, e, engine.Scan{Table: "dingtalk_conference", Columns: []string{"room_code"}, Quals: []engine.Qual{engine.Equals("conference_id", id.(string))}})
		if err != nil || len(rows) != 1 {
			b.Fatal(rows, err)
		}
		codes[i] = rows[0]["room_code"]
	}
	unions := [2]any{keys["union_id"], simulator.DemoPlatform}
	ofUnion := []engine.Qual{engine.Equals("union_id", keys["union_id"])}
	month := bounded(dingtalk.Plugin(b.Context()).TableMap["dingtalk_calendar_event"])
	events := read(engine.Scan{Table: "dingtalk_calendar_event", Quals: slices.Concat(ofUnion, month)}, "id")
	var series [2]any
	for _, event := range sim.Calendars[keys["union_id"]] {
		if event.SeriesMasterID != "" {
			series[0] = event.SeriesMasterID
		}
	}
	for _, event := range sim.Calendars[simulator.DemoPlatform] {
		if event.SeriesMasterID != "" && event.SeriesMasterID != series[0] {
			series[1] = event.SeriesMasterID
		}
	}

	always := func(n int) func(int) int { return func(int) int { return n } }
	one := always(1)
	// The owner is found, and asked for where there is a recording.
	ofOwner := func(rows int) int { return 1 + min(rows, 1) }
	// The directory is walked: the root and each department are asked for those
	// below, and for their people.
	departments := 1 + len(sim.Departments)
	byIDOnly := []string{"active_num", "attend_num", "cloud_record_owner_union_id", "cloud_record_status", "cloud_record_status_name", "extension_app_settings", "invited_num"}
	byUserOnly := []string{"leader_department_ids", "manager_user_id", "senior"}
	return []asking{
		{table: "dingtalk_calendar_event", key: "union_id", values: unions, besides: month},
		{table: "dingtalk_calendar_event", key: "series_master_id", values: series, besides: ofUnion},
		{table: "dingtalk_calendar_event", key: "id", values: events, besides: ofUnion, least: one},
		{table: "dingtalk_calendar_event_attendee", key: "event_id", values: events, besides: ofUnion},
		{table: "dingtalk_conference", key: "conference_id", values: conferences, least: one},
		{table: "dingtalk_conference", key: "room_code", values: codes, costly: byIDOnly},
		{table: "dingtalk_conference_member", key: "conference_id", values: conferences},
		{table: "dingtalk_conference_recording", key: "conference_id", values: conferences, least: one},
		{table: "dingtalk_conference_recording", key: "conference_id", values: conferences, least: ofOwner, byOwner: true},
		{table: "dingtalk_connection", least: always(0)},
		{table: "dingtalk_department", least: always(departments)},
		{table: "dingtalk_department", key: "parent_id", values: [2]any{1, 200}, least: one},
		{table: "dingtalk_department_member", least: always(2 * departments)},
		{table: "dingtalk_department_member", key: "department_id", values: [2]any{200, 300}},
		{table: "dingtalk_department_member", key: "user_id", values: [2]any{sim.People[0].UserID, sim.People[1].UserID}, least: one},
		{table: "dingtalk_meeting_room", costly: byRoomOnly},
		{table: "dingtalk_meeting_room", key: "room_id", values: [2]any{simulator.DemoBoardRoom, simulator.DemoBund}, least: one},
		{table: "dingtalk_meeting_room_booking", besides: month, least: always(1 + (len(sim.Rooms)+4)/5)},
		{table: "dingtalk_meeting_room_booking", key: "room_id", values: [2]any{simulator.DemoBund, simulator.DemoWestLake}, besides: month, least: one,
			joined: 1 + (len(sim.Rooms)+4)/5},
		{table: "dingtalk_ongoing_conference"},
		{table: "dingtalk_schedule_conference", key: "schedule_conference_id", values: schedules},
		{table: "dingtalk_schedule_conference_plan", key: "schedule_conference_id", values: schedules, least: one},
		{table: "dingtalk_schedule_conference_setting", key: "schedule_conference_id", values: schedules, least: one},
		{table: "dingtalk_user", least: always(2 * departments), costly: byUserOnly},
		{table: "dingtalk_user", key: "user_id", values: [2]any{sim.People[0].UserID, sim.People[1].UserID}, least: one},
		{table: "dingtalk_user", key: "union_id", values: [2]any{sim.People[0].UnionID, sim.People[1].UnionID}, least: always(2)},
	}
}

// BenchmarkTableCalls reports for each query of a table the calls that it costs and
// the fewest that the API allows for the same result,
// without those for tokens. A call too many is a failure.
func BenchmarkTableCalls(b *testing.B) {
	all := askings(b)
	for _, w := range steadyWays(b) {
		if !slices.ContainsFunc(all, func(a asking) bool { return a.table == w.table.Name && (len(w.keys) == 0) == (a.key == "") }) {
			b.Errorf("there is no query of %v", w)
		}
	}
	keys := demoKeys(b)
	for _, a := range all {
		// rows are how many each value has, as is asked without a limit.
		rows := func(value any) int {
			e, _ := demoEngine(b, dingtalk.NewServer(), a.config(keys))
			found, err := answers(b, e, a.scan(false, value))
			if err != nil || len(found) == 0 && value == a.values[0] {
				b.Fatalf("%v %v: %d rows, %v", a, value, len(found), err)
			}
			return len(found)
		}
		first, second := rows(a.values[0]), 0
		narrow, wide := a.cheapest(false, first), a.cheapest(true, first)
		type question struct {
			name         string
			before, scan engine.Scan
			least        int
		}
		none := engine.Scan{}
		limit := 1
		switch a.String() {
		case "dingtalk_user", "dingtalk_department_member":
			limit = 3 // the root has no people: one is found in a department below
		case "dingtalk_meeting_room_booking":
			limit = 2 // the rooms are listed first
		case "dingtalk_user by union_id":
			limit = 2 // the first call is for the user ID
		}
		if a.byOwner {
			limit = 2
		}
		value := a.values[0]
		questions := []question{
			{"all", none, a.scan(false, value), narrow},
			{"asked again", a.scan(false, value), a.scan(false, value), 0},
			{"LIMIT 1", none, limited(a.scan(false, value), 1), limit},
		}
		if a.costly != nil {
			questions = append(questions,
				question{"all, with columns that cost a call", none, a.scan(true, value), wide},
				question{"asked again for fewer columns", a.scan(true, value), a.scan(false, value), 0},
				question{"LIMIT 1, with columns that cost a call", none, limited(a.scan(true, value), 1), limit + 1})
		}
		if a.key != "" {
			second = rows(a.values[1])
			other := a.cheapest(false, second)
			questions = append(questions,
				question{"a list of two", none, a.scan(false, a.values[0], a.values[1]), narrow + other},
				question{"a list with a key more than before", a.scan(false, value), a.scan(false, a.values[0], a.values[1]), other},
				question{"one of a list asked before", a.scan(false, a.values[0], a.values[1]), a.scan(false, a.values[1]), 0})
			if _, text := value.(string); text {
				questions = append(questions,
					question{"an unknown key", none, a.scan(false, simulator.DemoUnknown), 1},
					question{"an empty key", none, a.scan(false, ""), 0})
			}
		}
		run := func(name string, least int, made func(b *testing.B) int) {
			b.Run(strings.ReplaceAll(fmt.Sprint(a, "/", name), " ", "_"), func(b *testing.B) {
				calls := 0
				for b.Loop() {
					calls = made(b)
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(float64(calls), "calls")
				b.ReportMetric(float64(least), "least")
				if calls > least {
					b.Errorf("%d calls, where %d are enough", calls, least)
				}
			})
		}
		for _, q := range questions {
			run(q.name, q.least, func(b *testing.B) int {
				e, sim := demoEngine(b, dingtalk.NewServer(), a.config(keys))
				if q.before.Table != "" {
					if _, err := answers(b, e, q.before); err != nil {
						b.Fatal(err)
					}
				}
				sim.ClearCalls()
				if _, err := answers(b, e, q.scan); err != nil && q.name != "an unknown key" {
					b.Fatal(err)
				}
				return len(asked(sim))
			})
		}
		if a.key != "" {
			run("a join with two", cmp.Or(a.joined, narrow+a.cheapest(false, second)), func(b *testing.B) int {
				e, sim := demoEngine(b, dingtalk.NewServer(), a.config(keys))
				db, err := sqlite.Open(e, "")
				if err != nil {
					b.Fatal(err)
				}
				defer db.Close()
				sim.ClearCalls()
				result, err := db.Query(b.Context(), a.join())
				if err != nil {
					b.Fatal(err)
				}
				calls, want := len(asked(sim)), 0
				for _, value := range a.values {
					one, err := db.Query(b.Context(), fmt.Sprintf("select 1 from %s t where %s", a.table, a.condition(literal(value))))
					if err != nil {
						b.Fatal(err)
					}
					want += len(one.Rows)
				}
				if len(result.Rows) != want || want == 0 {
					b.Fatalf("%d rows, want %d", len(result.Rows), want)
				}
				return calls
			})
		}
		for name, least := range map[string]int{"": 2 * narrow, "b": narrow} {
			run(strings.TrimSuffix("an aggregator of two by corp_id "+name, " by corp_id "), least, func(b *testing.B) int {
				sims := map[string]*simulator.Simulator{}
				of := func(corp string) engine.Connection {
					sim := simulator.Demo(simulator.DemoTime)
					sim.App.CorpID = corp
					api := httptest.NewServer(sim)
					b.Cleanup(api.Close)
					sims[corp] = sim
					return engine.Connection{Name: corp, Config: spc.Body(api.URL, sim.App.ClientID, sim.App.ClientSecret) +
						a.config(keys) + fmt.Sprintf("calls_per_second = 1000\ncorp_id = %q\n", corp)}
				}
				e, err := engine.New(dingtalk.NewServer(), of("a"), of("b"), engine.Connection{Name: "all", Members: []string{"a", "b"}})
				if err != nil {
					b.Fatal(err)
				}
				s := a.scan(false, value)
				s.Connection = "all"
				if name != "" {
					s.Quals = append(s.Quals, engine.Equals("corp_id", name))
				}
				if _, err := answers(b, e, s); err != nil {
					b.Fatal(err)
				}
				return len(asked(sims["a"])) + len(asked(sims["b"]))
			})
		}
	}
}

// join queries both values as a join with a table that has them does.
func (a asking) join() string {
	return fmt.Sprintf("with k (value) as (values (%s), (%s)) select t.%s from k join %s t on %s",
		literal(a.values[0]), literal(a.values[1]), strings.Join(a.scan(false, a.values[0]).Columns, ", t."), a.table, a.condition("k.value"))
}

// condition is that of a row of the table t, with a value of the key.
func (a asking) condition(value string) string {
	on := fmt.Sprintf("t.%s = %s", a.key, value)
	for _, q := range a.besides {
		value := q.Value.GetStringValue()
		if at := q.Value.GetTimestampValue(); at != nil {
			value = at.AsTime().Format(time.RFC3339)
		}
		on += fmt.Sprintf(" and t.%s %s %s", q.Column, q.Operator, literal(value))
	}
	return on
}

// literal is a value in SQL.
func literal(v any) string {
	if text, ok := v.(string); ok {
		return "'" + text + "'"
	}
	return fmt.Sprint(v)
}
