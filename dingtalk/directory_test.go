package dingtalk_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// equals is a condition on a number.
func equals(column string, n int64) engine.Qual {
	return engine.Qual{Column: column, Operator: "=", Value: &proto.QualValue{Value: &proto.QualValue_Int64Value{Int64Value: n}}}
}

// at is a condition on a time.
func at(column, operator, when string) engine.Qual {
	t, err := time.Parse(time.RFC3339, when)
	if err != nil {
		panic(err)
	}
	return engine.Qual{Column: column, Operator: operator, Value: &proto.QualValue{Value: &proto.QualValue_TimestampValue{TimestampValue: timestamppb.New(t)}}}
}

// Bounds are passed on, a day wider, and never more than a year apart.
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
		"as wide as one call may be": {[]engine.Qual{at("start_time", ">=", "2026-01-02T00:00:00Z"), at("start_time", "<=", "2026-12-30T00:00:00Z")},
			[]string{"2026-01-01 2026-12-31"}},
		"over a year": {[]engine.Qual{at("start_time", ">", "2024-01-02T00:00:00Z"), at("start_time", "<", "2026-02-01T00:00:00Z")},
			[]string{"2024-01-01 2024-12-30", "2024-12-28 2025-12-27", "2025-12-25 2026-02-02"}},
	} {
		t.Run(name, func(t *testing.T) {
			e, sim := demoEngine(t, dingtalk.NewServer())
			if _, err := ask(t, e, "dingtalk_calendar_event", "id, title", append(test.quals, engine.Equals("union_id", simulator.DemoCEO))...); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, c := range asked(sim) {
				got = append(got, strings.ReplaceAll(c.Params["timeMin"]+" "+c.Params["timeMax"], "T00:00:00Z", ""))
			}
			diff(t, "bounds", test.want, got)
		})
	}
}

// planned is an event in a calendar, and when it starts for DingTalk, which may
// be another time of the day for one that takes all day.
type planned struct {
	title, json string
	start       time.Time
}

// aroundEdges are events at the edges of what two years are asked by, a second
// and a day around each: with an id, without, and all day with a zone and
// without.
func aroundEdges(moments ...time.Time) (all []planned) {
	shanghai := time.FixedZone("", 8*60*60)
	for _, edge := range moments {
		for _, by := range []time.Duration{-24 * time.Hour, -time.Second, 0, time.Second, 24 * time.Hour} {
			start := edge.Add(by)
			title := start.Format(time.RFC3339)
			all = append(all,
				planned{title + " with an id", fmt.Sprintf(`"id":%q,"start":{"dateTime":%q}`, title, title), start},
				planned{title + " without", fmt.Sprintf(`"start":{"dateTime":%q}`, title), start},
				planned{title + " with an empty id", fmt.Sprintf(`"id":"","start":{"dateTime":%q}`, title), start})
		}
		day := edge.Format(time.DateOnly)
		midnight := time.Date(edge.Year(), edge.Month(), edge.Day(), 0, 0, 0, 0, shanghai)
		all = append(all,
			planned{midnight.UTC().Format(time.RFC3339) + " all day", fmt.Sprintf(`"id":"all %s","isAllDay":true,"start":{"date":%q,"timeZone":"Asia/Shanghai"}`, day, day), midnight},
			// Here DingTalk has another time than we have.
			planned{day + "T00:00:00Z all day without a zone", fmt.Sprintf(`"id":"day %s","isAllDay":true,"start":{"date":%q}`, day, day), midnight})
	}
	return append(all, planned{"no start", `"id":"no start"`, moments[0]})
}

// serveEvents answers with the events between timeMin and timeMax, by pages of
// seven.
func serveEvents(all []planned, inclusive bool) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		slack := time.Duration(0)
		if !inclusive {
			slack = 1
		}
		bound := func(name string, missing time.Time) time.Time {
			if t, err := time.Parse(time.RFC3339, r.URL.Query().Get(name)); err == nil {
				return t
			}
			return missing
		}
		min, max := bound("timeMin", time.Unix(0, 0)), bound("timeMax", time.Unix(1<<33, 0))
		var events []string
		for _, e := range all {
			if !e.start.Before(min.Add(slack)) && !e.start.After(max.Add(-slack)) {
				events = append(events, fmt.Sprintf(`{"summary":%q,%s}`, e.title, e.json))
			}
		}
		from, _ := strconv.Atoi(r.URL.Query().Get("nextToken"))
		to, next := len(events), "null"
		if from+7 < to {
			to, next = from+7, fmt.Sprintf(`"%d"`, from+7)
		}
		fmt.Fprintf(w, `{"events":[%s],"nextToken":%s}`, strings.Join(events[from:to], ","), next)
	}
}

// Whether DingTalk's bounds are inclusive or not, each event that the query wants
// is one row, also at the edges of spans, and no other counts against a LIMIT.
func TestCalendarEdges(t *testing.T) {
	utc := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	}
	from, until := utc(2024, 1, 2), utc(2026, 2, 1)
	all := aroundEdges(from, utc(2024, 12, 28), utc(2024, 12, 29), utc(2024, 12, 30), utc(2025, 12, 26), until)
	text := func(t time.Time) string { return t.Format(time.RFC3339) }
	between := func(after, before string) []engine.Qual {
		return []engine.Qual{at("start_time", after, text(from)), at("start_time", before, text(until))}
	}
	for name, quals := range map[string][]engine.Qual{
		"none":           nil,
		">= and <":       between(">=", "<"),
		"> and <=":       between(">", "<="),
		">=":             between(">=", "<")[:1],
		"<":              between(">=", "<")[1:],
		"=":              {at("start_time", "=", text(until))},
		"within a span":  {at("start_time", ">=", "2024-12-28T23:59:59Z"), at("start_time", "<=", "2024-12-29T00:00:00Z")},
		"no time at all": {at("start_time", ">", text(from)), at("start_time", "<", text(from))},
	} {
		// What the query wants, by the time in the title.
		var want []string
		for _, e := range all {
			start, _, _ := strings.Cut(e.title, " ")
			if e.title != "no start" && !slices.ContainsFunc(quals, func(q engine.Qual) bool {
				order := strings.Compare(start, q.Value.GetTimestampValue().AsTime().Format(time.RFC3339))
				return !strings.Contains(q.Operator, []string{"<", "=", ">"}[order+1])
			}) || quals == nil {
				want = append(want, e.title)
			}
		}
		slices.Sort(want)
		for _, inclusive := range []bool{false, true} {
			t.Run(fmt.Sprint(name, ", inclusive ", inclusive), func(t *testing.T) {
				e, sim := demoEngine(t, dingtalk.NewServer())
				sim.Script(simulator.Fault{On: simulator.OnKind(simulator.EventsCall), Serve: serveEvents(all, inclusive)})
				scan := engine.Scan{Table: "dingtalk_calendar_event", Columns: []string{"title"}, Quals: append(quals, engine.Equals("union_id", "u"))}
				titles := func(s engine.Scan) (got []string) {
					rows, err := query(t, e, s)
					if err != nil {
						t.Fatal(err)
					}
					for _, r := range rows {
						got = append(got, r["title"].(string))
					}
					slices.Sort(got)
					return got
				}
				diff(t, "events", want, titles(scan))
				const limit = 3
				some := titles(limited(scan, limit))
				if len(some) != min(limit, len(want)) || slices.ContainsFunc(some, func(s string) bool { return !slices.Contains(want, s) }) {
					t.Errorf("limit %d: %q", limit, some)
				}
			})
		}
	}
}

// DingTalk returns the first event of a series among it, which doesn't say that
// it belongs to it.
func TestCalendarSeries(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	var master string
	var want []string
	for _, event := range sim.Calendars[simulator.DemoCEO] {
		if event.SeriesMasterID != "" && !event.ToCome && (master == "" || master == event.SeriesMasterID) {
			master = event.SeriesMasterID
			want = append(want, event.ID)
		}
	}
	slices.Sort(want)
	for _, limit := range []int64{-1, 1} {
		scan := engine.Scan{Table: "dingtalk_calendar_event", Columns: []string{"id", "series_master_id"},
			Quals: []engine.Qual{engine.Equals("union_id", simulator.DemoCEO), engine.Equals("series_master_id", master)}}
		if limit >= 0 {
			scan = limited(scan, limit)
		}
		rows, err := query(t, e, scan)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range rows {
			got = append(got, r["id"].(string))
			if r["series_master_id"] != master {
				t.Errorf("an event of %v", r["series_master_id"])
			}
		}
		slices.Sort(got)
		if limit < 0 {
			diff(t, "events", want, got)
		} else if len(got) != 1 {
			t.Errorf("limit 1: %q", got)
		}
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
	departments := len(sim.Departments) // with the root, and without the home-school address book
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
		"by both, which differ": {[]engine.Qual{engine.Equals("union_id", simulator.DemoCTO), engine.Equals("user_id", "lin.mei")}, 0, map[simulator.CallKind]int{simulator.UserCall: 1}},
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
	for _, table := range []string{"dingtalk_user", "dingtalk_department", "dingtalk_department_member"} {
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

// A row for each person in each department, whichever key they are asked by.
func TestDepartmentMembers(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	of := map[string][]string{} // department or person to memberships
	var all []string
	for _, p := range sim.People {
		for _, d := range p.DepartmentIDs {
			m := fmt.Sprint(d, " ", p.UserID, " ", slices.Contains(p.LeaderOf, d))
			for _, by := range []string{fmt.Sprint(d), p.UserID} {
				of[by] = append(of[by], m)
			}
			all = append(all, m)
		}
	}
	in := func(id int64) engine.Qual { return equals("department_id", id) }
	person := func(id string) engine.Qual { return engine.Equals("user_id", id) }
	departments := len(sim.Departments) // with the root, and without the home-school address book
	for name, test := range map[string]struct {
		quals []engine.Qual
		want  []string
		calls map[simulator.CallKind]int
	}{
		"all":                              {nil, all, map[simulator.CallKind]int{simulator.UsersCall: departments, simulator.DepartmentsCall: departments}},
		"by department":                    {[]engine.Qual{in(100)}, of["100"], map[simulator.CallKind]int{simulator.UsersCall: 1}},
		"by person":                        {[]engine.Qual{person("zhao.lei")}, of["zhao.lei"], map[simulator.CallKind]int{simulator.UserCall: 1}},
		"by both":                          {[]engine.Qual{person("zhao.lei"), in(200)}, []string{"200 zhao.lei true"}, map[simulator.CallKind]int{simulator.UserCall: 1}},
		"by both, without that membership": {[]engine.Qual{person("zhao.lei"), in(210)}, nil, map[simulator.CallKind]int{simulator.UserCall: 1}},
		"a department without people":      {[]engine.Qual{in(600)}, nil, map[simulator.CallKind]int{simulator.UsersCall: 1}},
		"an unknown department":            {[]engine.Qual{in(999)}, nil, map[simulator.CallKind]int{simulator.UsersCall: 1}},
		"a department that DingTalk opens to nobody": {[]engine.Qual{in(-7)}, nil, map[simulator.CallKind]int{}},
		"an unknown person":                          {[]engine.Qual{person("nobody")}, nil, map[simulator.CallKind]int{simulator.UserCall: 1}},
		"an empty person":                            {[]engine.Qual{person("")}, nil, map[simulator.CallKind]int{}},
	} {
		t.Run(name, func(t *testing.T) {
			sim.ClearCalls()
			rows, err := ask(t, e, "dingtalk_department_member", "department_id, user_id, leader, name, title", test.quals...)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range rows {
				got = append(got, fmt.Sprint(r["department_id"], " ", r["user_id"], " ", r["leader"]))
				if r["name"] == nil || r["name"] != r["title"] {
					t.Errorf("%v has the name %v and the title %v", r["user_id"], r["name"], r["title"])
				}
			}
			slices.Sort(got)
			diff(t, "members", slices.Sorted(slices.Values(test.want)), got)
			calls := map[simulator.CallKind]int{}
			for _, c := range asked(sim) {
				calls[c.Kind]++
			}
			diff(t, "calls", test.calls, calls)
		})
	}
}

// What DingTalk returns of one person makes neither a membership too many nor,
// silently, one too few.
func TestMembershipsOfAPerson(t *testing.T) {
	for name, test := range map[string]struct {
		departments, want string
	}{
		"each once":       {`"dept_id_list":[210,100,210]`, "[100 210]"},
		"nobody's":        {`"dept_id_list":[-7,100]`, "[100]"},
		"none":            {`"dept_id_list":[]`, "[]"},
		"not told":        {`"name":"Lin"`, "result.dept_id_list is missing"},
		"told to be null": {`"dept_id_list":null`, "result.dept_id_list is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			e, sim := demoEngine(t, dingtalk.NewServer())
			sim.Script(simulator.Fault{On: simulator.OnKind(simulator.UserCall), Serve: simulator.Answer(200, `{"errcode":0,"result":{"userid":"lin.mei",`+test.departments+`}}`)})
			rows, err := ask(t, e, "dingtalk_department_member", "department_id, leader", engine.Equals("user_id", "lin.mei"))
			ids := []int64{}
			for _, r := range rows {
				ids = append(ids, r["department_id"].(int64))
				if r["leader"] != nil {
					t.Errorf("leader %v, which DingTalk did not tell", r["leader"])
				}
			}
			slices.Sort(ids)
			got := fmt.Sprint(ids)
			if err != nil {
				got = err.Error()
			}
			if !strings.Contains(got, test.want) || err == nil && got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

// Postgres hands 0 to a foreign table for a number that it does not know yet, as
// it hands "?" for a text.
func TestDepartmentThatIsNotKnownYet(t *testing.T) {
	for table, key := range map[string]string{"dingtalk_department": "parent_id", "dingtalk_department_member": "department_id"} {
		e, sim := demoEngine(t, dingtalk.NewServer())
		rows, err := ask(t, e, table, "name", equals(key, 0))
		if want := fmt.Sprintf("%s %q: no value: Postgres has not passed it on, as with %s = (select ...): write a join instead", key, "0", key); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d rows, %v, want %s", len(rows), err, want)
		}
		if n := len(asked(sim)); n > 0 {
			t.Errorf("%d calls", n)
		}
	}
}

// An event that misses another condition is no row, however it is found: in a
// list, each scan would bring it again.
func TestCalendarEventByIDAndMore(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	event := sim.Calendars[simulator.DemoCEO][0]
	id := []engine.Qual{engine.Equals("union_id", simulator.DemoCEO), engine.Equals("id", event.ID)}
	for name, test := range map[string]struct {
		more engine.Qual
		rows int
	}{
		"a time before":  {at("start_time", ">", "2020-01-01T00:00:00Z"), 1},
		"a time behind":  {at("start_time", ">", "2027-01-01T00:00:00Z"), 0},
		"another series": {engine.Equals("series_master_id", "another"), 0},
	} {
		rows, err := ask(t, e, "dingtalk_calendar_event", "id, title", append(slices.Clone(id), test.more)...)
		if err != nil || len(rows) != test.rows {
			t.Errorf("%s: %d rows, %v", name, len(rows), err)
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
	rows, err = ask(t, e, "dingtalk_department", "department_id", equals("parent_id", 200))
	if err != nil || len(rows) != 2 || len(asked(sim)) != 1 {
		t.Errorf("%d rows of a department, %d calls, %v", len(rows), len(asked(sim)), err)
	}
}
