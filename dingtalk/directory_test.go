package dingtalk_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// at is a condition on a time.
func at(column, operator, when string) engine.Qual {
	t, err := time.Parse(time.RFC3339, when)
	if err != nil {
		panic(err)
	}
	return engine.Qual{Column: column, Operator: operator, Value: &proto.QualValue{Value: &proto.QualValue_TimestampValue{TimestampValue: timestamppb.New(t)}}}
}

// Bounds are passed on, a day wider, and never more than a year apart; an event
// on the edge of two spans is one row.
func TestCalendarBounds(t *testing.T) {
	for name, test := range map[string]struct {
		quals []engine.Qual
		want  []string // timeMin and timeMax of each call, without the time of day 00:00:00Z
	}{
		"none":          {nil, []string{" "}},
		"from":          {[]engine.Qual{at("start_time", ">=", "2026-03-02T00:00:00Z")}, []string{"2026-03-01 "}},
		"until":         {[]engine.Qual{at("start_time", "<", "2026-03-02T00:00:00Z")}, []string{" 2026-03-03"}},
		"at":            {[]engine.Qual{at("start_time", "=", "2026-03-02T00:00:00Z")}, []string{"2026-03-01 2026-03-03"}},
		"between":       {[]engine.Qual{at("start_time", ">", "2026-03-02T00:00:00Z"), at("start_time", "<=", "2026-03-09T00:00:00Z")}, []string{"2026-03-01 2026-03-10"}},
		"the narrowest": {[]engine.Qual{at("start_time", ">", "2026-03-02T00:00:00Z"), at("start_time", ">", "2026-03-05T00:00:00Z"), at("start_time", "<", "2026-03-08T00:00:00Z"), at("start_time", "<", "2026-03-07T00:00:00Z")}, []string{"2026-03-04 2026-03-08"}},
		"impossible":    {[]engine.Qual{at("start_time", ">", "2026-03-09T00:00:00Z"), at("start_time", "<", "2026-03-02T00:00:00Z")}, nil},
		"over a year": {[]engine.Qual{at("start_time", ">", "2024-01-02T00:00:00Z"), at("start_time", "<", "2026-02-01T00:00:00Z")},
			[]string{"2024-01-01 2024-12-30", "2024-12-30 2025-12-29", "2025-12-29 2026-02-02"}},
	} {
		t.Run(name, func(t *testing.T) {
			e, sim := demoEngine(t, dingtalk.NewServer())
			sim.Script(simulator.Fault{On: simulator.OnKind(simulator.EventsCall), Serve: simulator.Answer(200, `{"events":[{"id":"edge"},{"summary":"no id"}],"nextToken":null}`)})
			rows, err := ask(t, e, "dingtalk_calendar_event", "id, title", append(test.quals, engine.Equals("union_id", "u"))...)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range asked(sim) {
				got = append(got, strings.ReplaceAll(c.Params["timeMin"]+" "+c.Params["timeMax"], "T00:00:00Z", ""))
			}
			diff(t, "bounds", test.want, got)
			edge := 0
			for _, r := range rows {
				if r["id"] == "edge" {
					edge++
				}
			}
			if len(test.want) > 0 && edge > (len(test.want)+1)/2 || len(rows)-edge != len(test.want) {
				t.Errorf("%d rows of the event on the edges, %d of the one without an id", edge, len(rows)-edge)
			}
		})
	}
}

// What an event becomes, and what it costs by its id.
func TestCalendarEvent(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	sim.Script(simulator.Fault{On: simulator.OnKind(simulator.EventCall), Serve: simulator.Answer(200, `{"id":"e","summary":"Vendor review","status":"confirmed","isAllDay":false,
		"start":{"dateTime":"2025-08-18T15:00:00+08:00","timeZone":"Asia/Shanghai"},"end":{"date":"2025-08-19"},"seriesMasterId":"","organizer":{"id":"u","displayName":"Lin"},
		"attendees":[{"id":"k","responseStatus":"needsAction"}],"onlineMeetingInfo":{"type":"dingtalk","conferenceId":"7a0b","url":"dingtalk://x","extraInfo":{"roomCode":"812 365 40097"}},"createTime":"2025-08-11T01:02:03Z"}`)})
	rows, err := ask(t, e, "dingtalk_calendar_event", "union_id, id, title, status, is_all_day, start_time, end_time, time_zone, series_master_id, organizer_id, organizer_name, attendees, online_meeting_id, online_meeting_type, room_code, create_time, update_time, location, recurrence",
		engine.Equals("union_id", "u"), engine.Equals("id", "e"))
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "rows", []row{{"union_id": "u", "id": "e", "title": "Vendor review", "status": "confirmed", "is_all_day": false, "start_time": "2025-08-18T07:00:00Z", "end_time": "2025-08-19T00:00:00Z",
		"time_zone": "Asia/Shanghai", "series_master_id": nil, "organizer_id": "u", "organizer_name": "Lin", "attendees": []any{map[string]any{"id": "k", "responseStatus": "needsAction"}},
		"online_meeting_id": "7a0b", "online_meeting_type": "dingtalk", "room_code": "81236540097", "create_time": "2025-08-11T01:02:03Z", "update_time": nil, "location": nil, "recurrence": nil}}, rows)
	if n := len(asked(sim)); n != 1 {
		t.Errorf("%d calls", n)
	}
}

// Everybody is one row, and costs no call of their own unless a column does.
func TestDirectory(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	rows, err := ask(t, e, "dingtalk_user", "user_id, union_id, manager_user_id")
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	managers := map[string]string{}
	for _, p := range sim.People {
		want = append(want, p.UserID)
		managers[p.UserID] = p.ManagerUserID
	}
	for _, r := range rows {
		id := r["user_id"].(string)
		got = append(got, id)
		if m, _ := r["manager_user_id"].(string); m != managers[id] {
			t.Errorf("%s has the manager %q, want %q", id, m, managers[id])
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	diff(t, "people", want, got)

	count := func(kinds map[simulator.CallKind]int) map[simulator.CallKind]int {
		for _, c := range asked(sim) {
			kinds[c.Kind]++
		}
		return kinds
	}
	sim.ClearCalls()
	if _, err := ask(t, e, "dingtalk_user", "user_id, name"); err != nil {
		t.Fatal(err)
	}
	departments := len(sim.Departments) + 1
	diff(t, "calls for names", map[simulator.CallKind]int{simulator.UsersCall: departments, simulator.DepartmentsCall: departments}, count(map[simulator.CallKind]int{}))

	for name, test := range map[string]struct {
		quals []engine.Qual
		rows  int
		calls map[simulator.CallKind]int
	}{
		"by user id":            {[]engine.Qual{engine.Equals("user_id", "lin.mei")}, 1, map[simulator.CallKind]int{simulator.UserCall: 1}},
		"by union id":           {[]engine.Qual{engine.Equals("union_id", simulator.DemoCEO)}, 1, map[simulator.CallKind]int{simulator.UserByUnionIDCall: 1, simulator.UserCall: 1}},
		"by both":               {[]engine.Qual{engine.Equals("union_id", simulator.DemoCEO), engine.Equals("user_id", "lin.mei")}, 1, map[simulator.CallKind]int{simulator.UserCall: 1}},
		"somebody from outside": {[]engine.Qual{engine.Equals("union_id", simulator.DemoVendor)}, 0, map[simulator.CallKind]int{simulator.UserByUnionIDCall: 1}},
		"an unknown user id":    {[]engine.Qual{engine.Equals("user_id", "nobody")}, 0, map[simulator.CallKind]int{simulator.UserCall: 1}},
		"an empty union id":     {[]engine.Qual{engine.Equals("union_id", "")}, 0, map[simulator.CallKind]int{}},
		"by department":         {[]engine.Qual{{Column: "department_id", Operator: "=", Value: &proto.QualValue{Value: &proto.QualValue_Int64Value{Int64Value: 100}}}}, 3, map[simulator.CallKind]int{simulator.UsersCall: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			sim.ClearCalls()
			rows, err := ask(t, e, "dingtalk_user", "user_id, union_id, name", test.quals...)
			if err != nil || len(rows) != test.rows {
				t.Errorf("%d rows, want %d; %v", len(rows), test.rows, err)
			}
			diff(t, "calls", test.calls, count(map[simulator.CallKind]int{}))
		})
	}
}

// A department that is gone, or hidden, while the directory is read is an error:
// its people would be missing.
func TestDirectoryWithADepartmentThatIsGone(t *testing.T) {
	for _, table := range []string{"dingtalk_user", "dingtalk_department"} {
		e, sim := demoEngine(t, dingtalk.NewServer())
		sim.Script(simulator.Fault{On: func(c simulator.Call) bool { return c.Params["dept_id"] == "210" }, Serve: simulator.RefuseLegacy(60003, "gone")})
		rows, err := ask(t, e, table, "name")
		if err == nil || !strings.Contains(err.Error(), "department 210: ") {
			t.Errorf("%s: %d rows, %v", table, len(rows), err)
		}
		if err != nil && strings.Contains(err.Error(), "simulated-token") {
			t.Error(err)
		}
	}
}

// All departments, each one level below its parent.
func TestDepartments(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	rows, err := ask(t, e, "dingtalk_department", "department_id, name, parent_id, title")
	if err != nil {
		t.Fatal(err)
	}
	want, got := map[string]bool{}, map[string]bool{}
	for _, d := range sim.Departments {
		want[fmt.Sprint(d.ID, d.Name, d.ParentID, d.Name)] = true
	}
	for _, r := range rows {
		got[fmt.Sprint(r["department_id"], r["name"], r["parent_id"], r["title"])] = true
	}
	diff(t, "departments", slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got)))
	sim.ClearCalls()
	rows, err = ask(t, e, "dingtalk_department", "department_id", engine.Qual{Column: "parent_id", Operator: "=", Value: &proto.QualValue{Value: &proto.QualValue_Int64Value{Int64Value: 200}}})
	if err != nil || len(rows) != 2 || len(asked(sim)) != 1 {
		t.Errorf("%d rows of a department, %d calls, %v", len(rows), len(asked(sim)), err)
	}
}
