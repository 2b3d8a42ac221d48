package simulator_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// Those whom the demo organization meets with, and doesn't know.
var outsiders = []string{simulator.DemoVendor, simulator.DemoAuditor, simulator.DemoRemoved, simulator.DemoUnnamed}

// all are the meetings of an organization by conference id.
func all(t *testing.T, sim *simulator.Simulator) map[string]simulator.Conference {
	t.Helper()
	meetings := map[string]simulator.Conference{}
	add := func(list []simulator.Conference) {
		for _, c := range list {
			if _, twice := meetings[c.ConferenceID]; twice {
				t.Errorf("two meetings have the id %s", c.ConferenceID)
			}
			meetings[c.ConferenceID] = c
		}
	}
	add(sim.Unscheduled)
	for _, list := range sim.Schedules {
		add(list)
	}
	return meetings
}

// people are an organization's by union id.
func people(t *testing.T, sim *simulator.Simulator) map[string]simulator.Person {
	t.Helper()
	byUnion, userIDs, jobs := map[string]simulator.Person{}, map[string]bool{}, map[string]bool{}
	for _, p := range sim.People {
		if _, twice := byUnion[p.UnionID]; twice || userIDs[p.UserID] || jobs[p.JobNumber] {
			t.Errorf("two people are one: %s", p.UserID)
		}
		byUnion[p.UnionID], userIDs[p.UserID], jobs[p.JobNumber] = p, true, true
	}
	return byUnion
}

func TestDemoPeopleFitTogether(t *testing.T) {
	sim := simulator.Demo(simulator.DemoTime)
	departments, users := map[int64]bool{simulator.RootDepartment: true}, map[string]bool{}
	for _, d := range sim.Departments {
		departments[d.ID] = true
	}
	for _, d := range sim.Departments {
		if !departments[d.ParentID] {
			t.Errorf("department %d is below none", d.ID)
		}
	}
	for _, p := range sim.People {
		users[p.UserID] = true
	}
	for union, p := range people(t, sim) {
		if len(p.DepartmentIDs) == 0 || slices.ContainsFunc(p.DepartmentIDs, func(id int64) bool { return !departments[id] }) {
			t.Errorf("%s is in the departments %v", p.UserID, p.DepartmentIDs)
		}
		if slices.ContainsFunc(p.LeaderOf, func(id int64) bool { return !slices.Contains(p.DepartmentIDs, id) }) {
			t.Errorf("%s leads the departments %v", p.UserID, p.LeaderOf)
		}
		if p.ManagerUserID != "" && !users[p.ManagerUserID] {
			t.Errorf("%s has the manager %s", p.UserID, p.ManagerUserID)
		}
		if p.Email != "" && !strings.HasSuffix(p.Email, "@example.com") {
			t.Errorf("%s has the address %s", p.UserID, p.Email)
		}
		if slices.Contains(outsiders, union) {
			t.Errorf("%s is of the organization", p.UserID)
		}
		if _, ok := sim.Calendars[union]; !ok {
			t.Errorf("%s has no calendar", p.UserID)
		}
	}
}

func TestDemoMeetingsFitTogether(t *testing.T) {
	for _, moment := range moments() {
		t.Run(moment.String(), func(t *testing.T) { meetingsFitTogether(t, moment) })
	}
}

func meetingsFitTogether(t *testing.T, moment time.Time) {
	sim := simulator.Demo(moment)
	known, now := people(t, sim), moment.Truncate(time.Minute).UnixMilli()
	meetings := all(t, sim)
	for id := range sim.Members {
		if _, ok := meetings[id]; !ok {
			t.Errorf("%s has members and is no meeting", id)
		}
	}
	for id, c := range meetings {
		bad := func(format string, args ...any) {
			t.Helper()
			t.Errorf("%s %s: %s", id, c.Title, fmt.Sprintf(format, args...))
		}
		if p, ok := known[c.CreatorID]; ok && p.Name != c.CreatorNick || !ok && c.CreatorID != simulator.DemoUnnamed {
			bad("created by %s %s", c.CreatorID, c.CreatorNick)
		}
		switch start := *c.StartTime; {
		case strings.Trim(c.RoomCode, "0123456789") != "" || len(c.RoomCode) != 9:
			bad("room code %q", c.RoomCode)
		case *c.Status == simulator.NotStarted && (start <= now || c.EndTime != nil || sim.Members[id] != nil):
			bad("not started at %d, ended %v", start, c.EndTime)
		case *c.Status == simulator.InProgress && (start >= now || c.EndTime != nil && *c.EndTime != 0):
			bad("in progress from %d to %v", start, c.EndTime)
		case *c.Status == simulator.Ended && id != simulator.DemoEndless && (*c.EndTime <= start || *c.EndTime > now):
			bad("from %d to %d", start, *c.EndTime)
		}
		joined, active, hosts := map[string]bool{}, int64(0), 0
		for _, m := range sim.Members[id] {
			p, ours := known[m.UnionID]
			switch {
			case m.OuterOrgMember == ours:
				bad("%s: outside %v", m.UserNick, m.OuterOrgMember)
			case ours && m.UserNick != p.Name:
				bad("%s is called %s", p.Name, m.UserNick)
			case !ours && m.UnionID != "" && !slices.Contains(outsiders, m.UnionID):
				bad("nobody knows %s", m.UnionID)
			case m.UserNick == "" || m.PstnJoin && m.UnionID != "":
				bad("%q, by phone %v", m.UserNick, m.PstnJoin)
			}
			if m.Host {
				hosts++
			}
			switch *m.AttendStatus {
			case simulator.MemberIn:
				active++
				if *c.Status != simulator.InProgress || m.LeaveTime != nil || *m.Duration != now-*m.JoinTime {
					bad("%s is in it, left at %v", m.UserNick, m.LeaveTime)
				}
			case simulator.MemberLeft, simulator.MemberKicked:
				if *c.Status != simulator.Ended || *m.JoinTime >= *m.LeaveTime || *m.LeaveTime > *c.EndTime || *m.Duration != *m.LeaveTime-*m.JoinTime {
					bad("%s was in it from %d to %d", m.UserNick, *m.JoinTime, *m.LeaveTime)
				}
			default:
				if m.JoinTime != nil || m.LeaveTime != nil || m.Duration != nil {
					bad("%s was not in it, for %v", m.UserNick, m.Duration)
				}
				continue
			}
			joined[m.UnionID+m.UserNick] = true
		}
		if int64(len(joined)) != *c.AttendNum || active != *c.ActiveNum || hosts > 1 {
			bad("%d joined and %d are in it, returned are %d and %d; %d hosts", len(joined), active, *c.AttendNum, *c.ActiveNum, hosts)
		}
	}
}

// Whoever owns a meeting's recording may read it, and so may its creator; the
// others may not.
func TestDemoRecordingsFitTogether(t *testing.T) {
	sim := simulator.Demo(simulator.DemoTime)
	known, files := people(t, sim), map[string]bool{}
	for id, c := range all(t, sim) {
		if recorded := len(sim.Recordings[id]) > 0; recorded != (*c.CloudRecordStatus == 3) {
			t.Errorf("%s: status %d, recorded %v", id, *c.CloudRecordStatus, recorded)
		} else if !recorded {
			continue
		}
		if _, ok := known[c.CloudRecordOwnerUnionID]; !ok {
			t.Errorf("%s: nobody owns the recording", id)
		}
		for _, r := range sim.Recordings[id] {
			if *r.StartTime < *c.StartTime || *r.EndTime > *c.EndTime || *r.Duration != *r.EndTime-*r.StartTime || *r.FileSize <= 0 || files[r.MediaID] {
				t.Errorf("%s: %v", id, r)
			}
			files[r.MediaID] = true
		}
		target := videoConferences + id + "/cloudRecords/getVideos?unionId="
		for union, want := range map[string]int{c.CloudRecordOwnerUnionID: 200, c.CreatorID: 200, simulator.DemoAccountant: 404, simulator.DemoFrontDesk: 404, simulator.DemoVendor: 400} {
			equal(t, "status for "+union, want, send(t, sim, target+union).Code)
		}
	}
	for id := range sim.Recordings {
		if _, ok := all(t, sim)[id]; !ok {
			t.Errorf("%s has a recording and is no meeting", id)
		}
	}
}

func TestDemoSchedulesFitTogether(t *testing.T) {
	sim := simulator.Demo(simulator.DemoTime)
	known := people(t, sim)
	equal(t, "schedules with a plan", slices.Sorted(maps.Keys(sim.Schedules)), slices.Sorted(maps.Keys(sim.Plans)))
	for id, plan := range sim.Plans {
		_, set := sim.Settings[id]
		if off := id == simulator.DemoOffsite || id == simulator.DemoBudget; set == off || plan.Cancelled != off {
			t.Errorf("%s: cancelled %v, with settings %v", plan.Title, plan.Cancelled, set)
		}
		if *plan.StartTime >= *plan.EndTime {
			t.Errorf("%s: from %d to %d", plan.Title, *plan.StartTime, *plan.EndTime)
		}
		if list := sim.Schedules[id]; len(list) > 0 && list[len(list)-1].RoomCode != plan.RoomCode {
			t.Errorf("%s: the plan's room code is %s", plan.Title, plan.RoomCode)
		}
	}
	for id, s := range sim.Settings {
		for _, union := range append(slices.Clone(s.CohostUnionIDs), s.HostUnionID) {
			if _, ok := known[union]; !ok && union != "" {
				t.Errorf("%s: nobody knows %s", id, union)
			}
		}
	}
}

// Each event with a video meeting leads to one by its room code, near its time,
// or to a schedule that nobody held.
func TestDemoCalendarsFitTogether(t *testing.T) {
	sim := simulator.Demo(simulator.DemoTime)
	known := people(t, sim)
	unheld := []string{sim.Plans[simulator.DemoDrill].RoomCode, sim.Plans[simulator.DemoOffsite].RoomCode}
	events := map[string]simulator.Event{}
	for union, calendar := range sim.Calendars {
		if _, ok := known[union]; !ok {
			t.Errorf("nobody has the calendar of %s", union)
		}
		for _, e := range calendar {
			if d := cmp.Diff(e, events[e.ID]); events[e.ID].ID != "" && d != "" {
				t.Errorf("%s is two events: %s", e.Summary, d)
			}
			events[e.ID] = e
			if !slices.ContainsFunc(e.Attendees, func(a simulator.Attendee) bool { return a.ID == union }) {
				t.Errorf("%s is in the calendar of %s", e.Summary, union)
			}
		}
	}
	for _, e := range events {
		organized := false
		for _, a := range e.Attendees {
			organized = organized || a.ID == e.Organizer.ID
			p, ours := known[a.ID]
			if ours && (p.Name != a.DisplayName || !slices.ContainsFunc(sim.Calendars[a.ID], func(o simulator.Event) bool { return o.ID == e.ID })) {
				t.Errorf("%s: %s does not know of it", e.Summary, a.DisplayName)
			}
			if !ours && !slices.Contains(outsiders, a.ID) {
				t.Errorf("%s: nobody knows %s", e.Summary, a.ID)
			}
		}
		if !organized {
			t.Errorf("%s: %s is not there", e.Summary, e.Organizer.DisplayName)
		}
		if master, ok := events[e.SeriesMasterID]; e.SeriesMasterID != "" && (!ok || master.Recurrence == nil) {
			t.Errorf("%s: a series without a beginning", e.Summary)
		}
		created, _ := time.Parse(time.RFC3339, e.CreateTime)
		if updated, err := time.Parse(time.RFC3339, e.UpdateTime); err != nil || !created.Before(updated) || !updated.Before(simulator.DemoTime.AddDate(0, 0, 7)) {
			t.Errorf("%s: created at %s, changed at %s", e.Summary, e.CreateTime, e.UpdateTime)
		}
		if e.OnlineMeetingInfo == nil {
			continue
		}
		printed := e.OnlineMeetingInfo.ExtraInfo["roomCode"]
		code := strings.ReplaceAll(printed, " ", "")
		equal(t, "the room code as it is printed", code[:3]+" "+code[3:6]+" "+code[6:], printed)
		if slices.Contains(unheld, code) || e.ToCome {
			continue
		}
		start, _ := time.Parse(time.RFC3339, e.Start.DateTime)
		end, _ := time.Parse(time.RFC3339, e.End.DateTime)
		var answer struct {
			ConferenceList []struct {
				ConferenceID string
				StartTime    int64
			}
		}
		response := send(t, sim, "/v1.0/conference/roomCodes/"+code+"/infos")
		if err := json.Unmarshal(response.Body.Bytes(), &answer); err != nil || response.Code != http.StatusOK {
			t.Fatal(err, response)
		}
		found := 0
		for _, c := range answer.ConferenceList {
			if at := time.UnixMilli(c.StartTime); at.After(start.Add(-30*time.Minute)) && at.Before(end.Add(2*time.Hour)) {
				found++
				if n := *all(t, sim)[c.ConferenceID].InvitedNum; n != int64(len(e.Attendees)) {
					t.Errorf("%s: %d are in the event, %d were invited", e.Summary, len(e.Attendees), n)
				}
			}
		}
		if found != 1 {
			t.Errorf("%s: %d meetings", e.Summary, found)
		}
	}
}

// What people ask the demo organization is there to be found.
func TestDemoHasEverything(t *testing.T) {
	sim := simulator.Demo(simulator.DemoTime)
	known, meetings := people(t, sim), all(t, sim)
	anyMember := func(id string, is func(simulator.Member) bool) bool { return slices.ContainsFunc(sim.Members[id], is) }
	status := func(status int64) func(simulator.Member) bool {
		return func(m simulator.Member) bool { return *m.AttendStatus == status }
	}
	last := simulator.DemoLastAllHands
	twice := 0
	for _, m := range sim.Members[last] {
		if m.UnionID == simulator.DemoDeveloper {
			twice++
		}
	}
	anyEvent := func(is func(simulator.Event) bool) bool {
		for _, calendar := range sim.Calendars {
			if slices.ContainsFunc(calendar, is) {
				return true
			}
		}
		return false
	}
	anySetting := func(is func(simulator.Setting, simulator.ExtraSetting) bool) bool {
		for _, s := range sim.Settings {
			if s.Extra != nil && is(s, *s.Extra) {
				return true
			}
		}
		return false
	}
	length := func(c simulator.Conference) time.Duration {
		return time.Duration(simulator.DemoTime.UnixMilli()-*c.StartTime) * time.Millisecond
	}
	overrun := meetings[simulator.DemoOverrun]
	_, overrunCreatorKnown := known[overrun.CreatorID]
	late := time.UnixMilli(*sim.Schedules[simulator.DemoBoard][0].StartTime).Sub(time.UnixMilli(*sim.Plans[simulator.DemoBoard].StartTime))
	for name, ok := range map[string]bool{
		"somebody without an e-mail":         known[simulator.DemoWarehouse].Email == "" && known[simulator.DemoWarehouse].UserID != "",
		"somebody without a manager":         known[simulator.DemoCEO].ManagerUserID == "",
		"somebody in two departments":        len(known[simulator.DemoCFO].DepartmentIDs) == 2,
		"somebody who has not signed in":     !known[simulator.DemoNewcomer].Active && known[simulator.DemoNewcomer].UserID != "",
		"somebody who may not act":           known[simulator.DemoFrontDesk].MayNotAct,
		"pages of members":                   len(sim.Members[last]) > 40,
		"an outsider":                        anyMember(last, func(m simulator.Member) bool { return m.UnionID == simulator.DemoVendor && *m.Duration > 0 }),
		"a phone caller":                     anyMember(last, func(m simulator.Member) bool { return m.PstnJoin && m.UnionID == "" }),
		"somebody removed":                   anyMember(last, status(simulator.MemberKicked)),
		"somebody who failed to join":        anyMember(last, status(simulator.MemberFailed)),
		"somebody who was invited only":      anyMember(last, status(simulator.MemberInitial)),
		"somebody who came twice":            twice == 2,
		"a host and a co-host":               anyMember(last, func(m simulator.Member) bool { return m.Host }) && anyMember(last, func(m simulator.Member) bool { return m.CoHost }),
		"a meeting without its host":         !anyMember(sim.Schedules[simulator.DemoSupplier][2].ConferenceID, func(m simulator.Member) bool { return m.Host }),
		"somebody who never came":            !anyMember(sim.Schedules[simulator.DemoSupplier][3].ConferenceID, func(m simulator.Member) bool { return m.UnionID == simulator.DemoAccountant }),
		"somebody being called":              anyMember(simulator.DemoRunning, status(simulator.MemberCalling)),
		"a meeting being recorded":           *meetings[simulator.DemoRunning].CloudRecordStatus == 1,
		"a normal and a composed recording":  len(sim.Recordings[last]) == 2 && *sim.Recordings[last][0].RecordType == 0 && *sim.Recordings[last][1].RecordType == 1,
		"an instant meeting of eight hours":  *overrun.Status == simulator.InProgress && length(overrun) > 8*time.Hour && !overrunCreatorKnown,
		"a meeting of which little is known": *meetings[simulator.DemoEndless].Status == simulator.Ended && meetings[simulator.DemoEndless].EndTime == nil && sim.Members[simulator.DemoEndless] == nil,
		"a voice call":                       meetings[simulator.DemoVoiceCall].BizType == "audio_conf",
		"anonymous web join": anySetting(func(_ simulator.Setting, e simulator.ExtraSetting) bool {
			return e.EnableWebAnonymousJoin != nil && *e.EnableWebAnonymousJoin
		}),
		"a locked room": anySetting(func(s simulator.Setting, _ simulator.ExtraSetting) bool { return s.LockRoom != nil && *s.LockRoom == 1 }),
		"a waiting room": anySetting(func(_ simulator.Setting, e simulator.ExtraSetting) bool {
			return e.WaitingRoom != nil && *e.WaitingRoom == 1
		}),
		"a waiting room that is off in its way": anySetting(func(_ simulator.Setting, e simulator.ExtraSetting) bool {
			return e.WaitingRoom != nil && *e.WaitingRoom == 2
		}),
		"a schedule open to outsiders":           anySetting(func(s simulator.Setting, _ simulator.ExtraSetting) bool { return s.ConfAllowedCorpID == "" }),
		"a schedule for the organization":        anySetting(func(s simulator.Setting, _ simulator.ExtraSetting) bool { return s.ConfAllowedCorpID == sim.App.CorpID }),
		"settings not returned":                  sim.Settings[simulator.DemoStandup].Extra == nil && sim.Settings[simulator.DemoStandup].LockRoom == nil,
		"a schedule that was cancelled":          sim.Plans[simulator.DemoOffsite].Cancelled && len(sim.Schedules[simulator.DemoOffsite]) == 0,
		"a schedule that was cancelled and held": sim.Plans[simulator.DemoBudget].Cancelled && len(sim.Schedules[simulator.DemoBudget]) == 1,
		"a schedule that was not held":           !sim.Plans[simulator.DemoDrill].Cancelled && len(sim.Schedules[simulator.DemoDrill]) == 0,
		"a schedule held an hour late":           late == time.Hour,
		"several meetings with one room code":    sim.Schedules[simulator.DemoSupplier][0].RoomCode == sim.Schedules[simulator.DemoSupplier][3].RoomCode,
		"a series":                               anyEvent(func(e simulator.Event) bool { return e.SeriesMasterID != "" }),
		"an occurrence to come":                  anyEvent(func(e simulator.Event) bool { return e.ToCome && e.SeriesMasterID != "" }),
		"an all-day event":                       anyEvent(func(e simulator.Event) bool { return *e.IsAllDay && e.Start.TimeZone != "" && e.Start.DateTime == "" }),
		"an all-day event without a zone":        anyEvent(func(e simulator.Event) bool { return *e.IsAllDay && e.Start.TimeZone == "" }),
		"an event without a video meeting":       anyEvent(func(e simulator.Event) bool { return e.OnlineMeetingInfo == nil && !*e.IsAllDay }),
		"a cancelled event":                      anyEvent(func(e simulator.Event) bool { return e.Status == "cancelled" }),
		"an event in another zone":               anyEvent(func(e simulator.Event) bool { return e.Start.TimeZone == "Europe/Lisbon" }),
		"somebody who has not answered": anyEvent(func(e simulator.Event) bool {
			return slices.ContainsFunc(e.Attendees, func(a simulator.Attendee) bool { return a.ResponseStatus == "needsAction" })
		}),
		"an event of more than a year ago": anyEvent(func(e simulator.Event) bool { return e.Start.Date != "" && e.Start.Date < "2025-11-23" }),
		"a schedule that is unknown":       sim.Schedules[simulator.DemoUnknown] == nil,
	} {
		if !ok {
			t.Errorf("there is not %s", name)
		}
	}
	if _, ok := sim.Schedules[simulator.DemoUnknown]; ok {
		t.Error("the unknown schedule is known")
	}
}

// Two looks at one moment see the same.
func TestDemoIsTheSame(t *testing.T) {
	a, b := simulator.Demo(simulator.DemoTime), simulator.Demo(simulator.DemoTime)
	equal(t, "schedules", a.Schedules, b.Schedules)
	equal(t, "other meetings", a.Unscheduled, b.Unscheduled)
	equal(t, "members", a.Members, b.Members)
	equal(t, "recordings", a.Recordings, b.Recordings)
	equal(t, "plans", a.Plans, b.Plans)
	equal(t, "settings", a.Settings, b.Settings)
	equal(t, "calendars", a.Calendars, b.Calendars)
	equal(t, "rooms", a.Rooms, b.Rooms)
	equal(t, "bookings", a.Bookings, b.Bookings)
	equal(t, "people", a.People, b.People)
	equal(t, "departments", a.Departments, b.Departments)
	a.Departments[0].Name = "x"
	equal(t, "departments, after a caller changed its own", "Management 管理层", simulator.Demo(simulator.DemoTime).Departments[0].Name)
}
