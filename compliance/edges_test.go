package compliance_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/compliance"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/powerpipe"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/report"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// says are the results of a control whose reason has a text, as "status reason".
func (o *organization) says(values powerpipe.Values, control, text string) []string {
	o.t.Helper()
	o.forget()
	return o.saysNow(values, control, text)
}

// saysNow is says with what is remembered and scripted.
func (o *organization) saysNow(values powerpipe.Values, control, text string) []string {
	o.t.Helper()
	c := o.run(&powerpipe.Benchmark{Title: "One", Children: []powerpipe.Child{load(o.t, values).Controls[control]}}).Controls[0]
	if c.Err != nil {
		return []string{"error " + c.Err.Error()}
	}
	var all []string
	for _, r := range c.Results {
		if said := string(r.Status) + " " + r.Reason; strings.Contains(said, text) {
			all = append(all, said)
		}
	}
	return all
}

// one fails unless a control says one thing of a text, which has a beginning and a part.
func (o *organization) one(values powerpipe.Values, control, text, status, part string) {
	o.t.Helper()
	if said := o.says(values, control, text); len(said) != 1 || !strings.HasPrefix(said[0], status+" ") || !strings.Contains(said[0], part) {
		o.t.Errorf("%s says %q, want one %s with %q", control, said, status, part)
	}
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

func millis(t time.Time) *int64 { return new(t.UnixMilli()) }

// DingTalk returns only the last meeting of a schedule: those of a period in the past are
// found by its number.
func TestLastMeetingBehindThePeriod(t *testing.T) {
	o := open(t)
	o.Script(slices.Repeat([]simulator.Fault{{
		On: func(c simulator.Call) bool { return c.Kind == simulator.ConferenceCall },
		Serve: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			all := o.Schedules[simulator.DemoSupplier]
			json.NewEncoder(w).Encode(map[string]any{"totalCount": 1, "conferenceList": []simulator.Conference{all[len(all)-1]}})
		},
	}}, 5)...)
	values := valuesOf(`schedule_conference_ids=["`+simulator.DemoSupplier+`"]`, "since=2026-10-26", "until=2026-11-15")
	if said := o.saysNow(values, "meetings_found", "Supplier"); len(said) != 1 || !strings.Contains(said[0], "3 meeting(s) of the period") {
		t.Errorf("%q", said)
	}
}

// move gives a meeting without a schedule another time, and its event another booking.
func (o *organization) move(booked, held time.Time, length time.Duration) (title string) {
	q := &o.Unscheduled[2]
	q.StartTime, q.EndTime = millis(held), millis(held.Add(length))
	for _, calendar := range o.Calendars {
		for i := range calendar {
			if calendar[i].Summary == q.Title {
				calendar[i].Start = &simulator.When{DateTime: booked.Format(time.RFC3339)}
				calendar[i].End = &simulator.When{DateTime: booked.Add(30 * time.Minute).Format(time.RFC3339)}
			}
		}
	}
	return q.Title
}

// Of two reports on periods side by side, one has a meeting, whenever it was booked for.
func TestPeriodsSideBySide(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		booked, held, zone string
		first              bool
	}{
		{"2026-11-17T23:55:00Z", "2026-11-18T00:02:00Z", "UTC", false},
		{"2026-11-18T00:05:00Z", "2026-11-17T23:58:00Z", "UTC", true},
		{"2026-11-18T00:00:00Z", "2026-11-18T00:00:00Z", "UTC", false},
		{"2026-11-17T16:00:00Z", "2026-11-17T16:00:00Z", "Asia/Shanghai", false},
		{"2026-11-18T04:59:00Z", "2026-11-18T04:59:59Z", "America/New_York", true},
	} {
		o := open(t)
		title := o.move(at(test.booked), at(test.held), 20*time.Minute)
		for i, period := range [][]string{{"since=2026-11-10", "until=2026-11-17"}, {"since=2026-11-18", "until=2026-11-22"}} {
			values := valuesOf(append(period, `union_ids=["`+simulator.DemoDeveloper+`"]`, "time_zone="+test.zone)...)
			if has := len(o.says(values, "attendance_listed", title)) == 1; has != (test.first == (i == 0)) {
				t.Errorf("booked %s, held %s in %s: %v in the report %v", test.booked, test.held, test.zone, has, period)
			}
		}
	}
}

// Days are those of the zone, however long they are.
func TestDaysOfTheZone(t *testing.T) {
	for _, test := range []struct{ now, days, want string }{
		{"2026-11-02T04:30:00Z", "1", "2026-10-31 00:00 America/New_York"},
		{"2026-11-02T04:30:00Z", "7", "2026-10-25 00:00 America/New_York"},
		{"2026-03-09T04:30:00Z", "1", "2026-03-08 00:00 America/New_York"},
		{"2026-03-09T04:30:00Z", "0", "2026-03-09 00:00 America/New_York"},
	} {
		o := open(t)
		now := at(test.now)
		o.Now = func() time.Time { return now }
		mod, err := powerpipe.Load(compliance.Mod, valuesOf("time_zone=America/New_York", "days="+test.days), now)
		if err != nil {
			t.Fatal(err)
		}
		r, err := o.Query(t.Context(), mod.Controls["report_head"].SQL)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range r.Rows {
			if row[0] == "since" && row[3] != test.want {
				t.Errorf("%s, %s days: %v, want %s", test.now, test.days, row[3], test.want)
			}
		}
	}
}

// A zone that Postgres takes for another one than people mean is an error everywhere.
func TestOddZones(t *testing.T) {
	for _, zone := range []string{"CST", "+08:00", "Asia/Nowhere", "it's"} {
		if said := open(t).says(valuesOf("time_zone="+zone), "report_head", ""); len(said) != 1 || !strings.HasPrefix(said[0], "error ") || !strings.Contains(said[0], "no time zone") {
			t.Errorf("%s: %q", zone, said)
		}
	}
}

// Of a period that is over, nothing else is judged.
func TestPeriodThatIsOver(t *testing.T) {
	o := open(t)
	values := demoValues(t, "since=2026-10-26", "until=2026-11-01")
	for _, control := range []string{"took_place", "on_time", "not_overrun"} {
		for _, said := range o.says(values, control, "") {
			if !strings.HasPrefix(said, "skip ") {
				t.Errorf("%s: %s", control, said)
			}
		}
	}
}

// board has the members of a meeting to change.
func (o *organization) board() (members []simulator.Member, id string) {
	c := o.Schedules[simulator.DemoBoard][0]
	return o.Members[c.ConferenceID], c.ConferenceID
}

var boardOnly = valuesOf(`schedule_conference_ids=["` + simulator.DemoBoard + `"]`)

// A guest who walked in makes nobody present, and is no one of those invited, whatever
// their name; guests without an ID are counted each.
func TestWalkIns(t *testing.T) {
	o := open(t)
	members, id := o.board()
	absent := members[1].UnionID
	for i := range members {
		members[i].JoinTime, members[i].LeaveTime, members[i].AttendStatus = nil, nil, new(simulator.MemberInitial)
	}
	start := o.Schedules[simulator.DemoBoard][0].StartTime
	guest := simulator.Member{UserNick: absent, OuterOrgMember: true, PstnJoin: true, JoinTime: start, AttendStatus: new(simulator.MemberLeft)}
	o.Members[id] = append(members, guest)
	o.one(boardOnly, "invited_came", "Board", "alarm", "of 4 people with an ID on its list, 4 did not come: ")
	for i := range int64(5) {
		guest.UserNick, guest.JoinTime = "iPhone", new(*start+60_000*i)
		o.Members[id] = append(o.Members[id], guest)
	}
	o.one(boardOnly, "no_phone_join", "Board", "alarm", ": 6 joined by phone: ")
	o.one(boardOnly, "outsiders_identified", "Board", "alarm", "of 6 from outside, 6 came without an ID: ")
	guest.UserNick = "  "
	o.Members[id] = []simulator.Member{guest}
	o.one(boardOnly, "no_phone_join", "Board", "alarm", ": 1 joined by phone: somebody without a name.")
}

// A code that the connection ignores makes gaps without an error: the report says so.
func TestIgnoredCodesAreReported(t *testing.T) {
	o := open(t)
	o.one(demoValues(t), "coverage", "refuse", "info", "DingTalk refused no page")
	o.config += "ignore_error_codes = [\"Forbidden.*\"]\n"
	o.one(demoValues(t), "coverage", "ignore_error_codes", "alarm", "is missing here, without an error")
	o.one(demoValues(t), "report_head", "ignores the errors", "info", `["Forbidden.*"]`)
}

// A recording is too old from the second on, and one without a file is not none.
func TestAgeOfRecordings(t *testing.T) {
	t.Parallel()
	o := open(t)
	values := demoValues(t, "recording_retention_days=7", "days=10", `recording_regions=["cn-x"]`)
	files := o.Recordings[simulator.DemoLastAllHands]
	set := func(age time.Duration) {
		for i := range files {
			files[i].EndTime = millis(simulator.DemoTime.Add(-age))
		}
	}
	set(7 * 24 * time.Hour)
	o.one(values, "recordings_not_too_old", "all-hands", "ok", "not longer ago than the 7 days")
	set(7*24*time.Hour + time.Second)
	o.one(values, "recordings_not_too_old", "all-hands", "alarm", "longer ago than the 7 days")
	files[0].RegionID, files[1].RegionID = "us-west", "cn-x"
	o.one(values, "recordings_in_region", "all-hands", "alarm", "1 of its 2 files are kept in other regions than recording_regions allow, such as us-west.")
	files[0].RegionID = ""
	o.one(values, "recordings_in_region", "all-hands", "skip", "does not return where")
	clear(o.Recordings)
	o.one(values, "recordings_not_too_old", "all-hands", "skip", "lists no file of it")
	o.one(values, "recordings_in_region", "all-hands", "skip", "lists no file of it")
}

// Each meeting of a plan's time is held against its end; an all-day event has none.
func TestBookedEnds(t *testing.T) {
	o := open(t)
	held := o.Schedules[simulator.DemoLisbon]
	second := held[0]
	second.ConferenceID = "3c7a1d900000000000000099"
	second.StartTime, second.EndTime = millis(at("2026-11-18T17:12:00Z")), millis(at("2026-11-19T02:00:00Z"))
	o.Schedules[simulator.DemoLisbon] = append(held, second)
	o.one(valuesOf(`schedule_conference_ids=["`+simulator.DemoLisbon+`"]`, "acting_union_id="+simulator.DemoCEO), "ended_near_plan", "17:12", "alarm", "ended 510 minutes later")

	title := o.move(at("2026-11-18T06:00:00Z"), at("2026-11-18T06:00:00Z"), 14*time.Hour)
	developer := valuesOf(`union_ids=["` + simulator.DemoDeveloper + `"]`)
	o.one(developer, "ended_near_plan", title, "alarm", "later")
	for _, calendar := range o.Calendars {
		for i := range calendar {
			if calendar[i].Summary == title {
				calendar[i].IsAllDay, calendar[i].Start, calendar[i].End = new(true), &simulator.When{Date: "2026-11-18"}, &simulator.When{Date: "2026-11-19"}
			}
		}
	}
	o.one(developer, "ended_near_plan", title, "skip", "not known until when")
}

// Of two events with one number, a meeting has the people of the nearest.
func TestInvitedToAnotherEvent(t *testing.T) {
	o := open(t)
	q := o.Unscheduled[2]
	start := time.UnixMilli(*q.StartTime)
	people := func(kind string) (all []simulator.Attendee) {
		for i := range 100 {
			all = append(all, simulator.Attendee{ID: fmt.Sprint(kind, "-", i), DisplayName: fmt.Sprint(kind, " ", i)})
		}
		return all
	}
	var members []simulator.Member
	for _, a := range people("here") {
		members = append(members, simulator.Member{UnionID: a.ID, UserNick: a.DisplayName, JoinTime: q.StartTime, AttendStatus: new(simulator.MemberLeft)})
	}
	o.Members[q.ConferenceID] = members
	for union, calendar := range o.Calendars {
		for _, e := range calendar {
			if e.Summary == q.Title {
				for i := range calendar {
					if calendar[i].ID == e.ID {
						calendar[i].Attendees = people("here")
					}
				}
				other := e
				other.ID, other.Attendees = "earlier", people("there")
				other.Start = &simulator.When{DateTime: start.Add(-2 * time.Hour).Format(time.RFC3339)}
				other.End = &simulator.When{DateTime: start.Add(-time.Hour).Format(time.RFC3339)}
				o.Calendars[union] = append(calendar, other)
				break
			}
		}
	}
	o.one(valuesOf(`union_ids=["`+simulator.DemoDeveloper+`"]`), "invited_came", q.Title, "ok", "everybody on its list came")
}

// A value that a variable cannot have is said in a sentence, in both languages: by the
// head, by whatever needs the time, and as the local that dingtalk-sql reads. No value
// breaks the mod.
func TestWrongSettings(t *testing.T) {
	t.Parallel()
	const sinceForm, untilForm = "it must be a day such as 2026-11-01 (YYYY-MM-DD), or empty to begin so many days before today as days has.", "it must be a day such as 2026-11-30 (YYYY-MM-DD), or empty for now."
	o := open(t)
	for _, test := range []struct {
		set           []string
		want, chinese string
	}{
		{[]string{"since=2026-13-40"}, "The variable since is 2026-13-40; " + sinceForm, "变量 since 的值是 2026-13-40：请填写日期，"},
		{[]string{"since=2026-02-30"}, "The variable since is 2026-02-30; " + sinceForm, "变量 since 的值是 2026-02-30："},
		{[]string{"since=yesterday"}, "The variable since is yesterday; " + sinceForm, "变量 since 的值是 yesterday："},
		{[]string{"since=20261101"}, "The variable since is 20261101; " + sinceForm, "变量 since"},
		{[]string{"since=2026-11-01T00:00:00Z"}, "The variable since is 2026-11-01T00:00:00Z; " + sinceForm, "变量 since"},
		{[]string{"since=it's {now()}"}, "The variable since is it's {now()}; " + sinceForm, "变量 since"},
		{[]string{"until=2026-11-31"}, "The variable until is 2026-11-31; " + untilForm, "变量 until 的值是 2026-11-31："},
		{[]string{"until=today"}, "The variable until is today; " + untilForm, "变量 until 的值是 today："},
		{[]string{"since=2026-11-10", "until=2026-11-09"}, "The variable since is 2026-11-10, which is after until, 2026-11-09; the first day must not be after the last.", "变量 since 的值是 2026-11-10，晚于 until 的 2026-11-09："},
		{[]string{"since=2026-11-24"}, "The variable since is 2026-11-24, which is to come; the first day must not be after today.", "变量 since 的值是 2026-11-24，这一天还没有到："},
		{[]string{"alarm_absent_share=1.5"}, "The variable alarm_absent_share is 1.5; it must be from 0 to 1, such as 0.5 for half of those invited.", "变量 alarm_absent_share 的值是 1.5："},
		{[]string{"alarm_absent_share=-0.1"}, "The variable alarm_absent_share is -0.1; it must be from 0 to 1, such as 0.5 for half of those invited.", "变量 alarm_absent_share 的值是 -0.1："},
		{[]string{"since=x", "until=y", "alarm_absent_share=2"}, "The variable since is x; " + sinceForm + " The variable until is y; " + untilForm + " The variable alarm_absent_share is 2; it must be from 0 to 1, such as 0.5 for half of those invited.", "变量 since"},

		{[]string{"since=2026-11-23"}, "", ""},
		{[]string{"since=2026-11-10", "until=2026-11-10"}, "", ""},
		{[]string{"since=2024-02-29", "until=2036-01-01"}, "", ""},
		{[]string{"until=2026-11-10"}, "", ""},
		{[]string{"alarm_absent_share=0"}, "", ""},
		{[]string{"alarm_absent_share=1"}, "", ""},
	} {
		english, chinese := demoValues(t, test.set...), demoValues(t, append(test.set, "language=zh")...)
		if got := load(t, english).Locals["wrong_setting"]; got != test.want {
			t.Errorf("%v: %q, want %q", test.set, got, test.want)
		}
		if got := load(t, chinese).Locals["wrong_setting"]; !strings.HasPrefix(got, test.chinese) || (got == "") != (test.chinese == "") {
			t.Errorf("%v: %q, want %q", test.set, got, test.chinese)
		}
		head := o.says(english, "report_head", "")
		if test.want == "" {
			if len(head) < 5 || strings.HasPrefix(head[0], "error ") {
				t.Errorf("%v: the head is %q", test.set, head)
			}
			continue
		}
		if len(head) != 1 || head[0] != "error "+test.want {
			t.Errorf("%v: the head is %q", test.set, head)
		}
		if said := o.says(english, "took_place", ""); len(said) != 1 || !strings.HasPrefix(said[0], "error ") || !strings.Contains(said[0], strings.Split(test.want, ";")[0]) {
			t.Errorf("%v: took_place says %q", test.set, said)
		}
	}
}

// A far end of the period makes no call for days to come.
func TestPeriodOfTheFuture(t *testing.T) {
	o := open(t)
	cost := func(values powerpipe.Values) (calls int) {
		for _, control := range []string{"calendars_found", "booked_room_used"} {
			o.says(values, control, "")
			metered, _ := o.cost()
			calls += metered
		}
		return calls
	}
	if now, far := cost(demoValues(t)), cost(demoValues(t, "until=2036-01-01")); far > now {
		t.Errorf("%d calls, and %d without an end", far, now)
	}
}

// namesIn returns the names of people that results show, but for titles and rooms.
func (o *organization) namesIn(g *report.Group) (shown []string) {
	hidden := []string{"Candidate 候选人", "Dana Reyes"}
	for _, p := range o.People {
		if strings.Contains(p.Name, " ") {
			hidden = append(hidden, p.Name)
		}
	}
	for _, inner := range g.Groups {
		shown = append(shown, o.namesIn(inner)...)
	}
	for _, c := range g.Controls {
		for _, r := range c.Results {
			said := fmt.Sprint(r.Reason, r.Dimensions)
			for _, name := range hidden {
				if strings.Contains(said, name) {
					shown = append(shown, c.Control.Name+" shows "+name+": "+said)
				}
			}
		}
	}
	return shown
}
