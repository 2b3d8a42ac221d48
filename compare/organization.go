package main

import (
	"fmt"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// The week of the question for attendance, in China's time.
var (
	china = time.FixedZone("", 8*60*60)
	from  = time.Date(2026, time.November, 16, 0, 0, 0, 0, china)
	until = from.AddDate(0, 0, 7)
)

const (
	departments = 300
	schedules   = 100
	asked       = 50 // people whose meetings are asked for
	meetings    = 60 // of these people, in the week
)

// row is a row of an answer: a text for each column.
type row = map[string]string

// organization returns a simulator of a made-up organization, always the same, and what
// is right to answer about it.
func organization() (*simulator.Simulator, answers) {
	sim := simulator.New(simulator.DemoApp)
	var right answers
	right.directory = hire(sim)
	right.schedules = book(sim)
	right.attendance = meet(sim)
	return sim, right
}

// answers are the rows that answer each question.
type answers struct{ schedules, attendance, directory []row }

// hire fills the departments: ten below the root, ten below each of these, and so on, with
// 20 people in most of them, and with 1,020 in every 75th.
func hire(sim *simulator.Simulator) (rows []row) {
	for i := range departments {
		id := int64(i + 2)
		sim.Departments = append(sim.Departments, simulator.Department{ID: id, Name: fmt.Sprint("Department ", id), ParentID: int64(i/10 + 1)})
		people := 20
		if i%75 == 74 {
			people = 1020
		}
		for range people {
			n := len(sim.People)
			p := simulator.Person{UserID: fmt.Sprintf("%018d", n), UnionID: unionID(n), Name: fmt.Sprint("Person ", n), DepartmentIDs: []int64{id}}
			if n%50 == 49 {
				p.DepartmentIDs = append(p.DepartmentIDs, id/2+1) // and in a second department
			}
			sim.People = append(sim.People, p)
			rows = append(rows, row{"user_id": p.UserID, "union_id": p.UnionID, "name": p.Name})
		}
	}
	return rows
}

func unionID(n int) string { return fmt.Sprintf("u%022diEiE", n) }

// book books schedules, each with one meeting.
func book(sim *simulator.Simulator) (rows []row) {
	for i := range schedules {
		id := scheduleID(i)
		c := simulator.Conference{ConferenceID: fmt.Sprint("scheduled-", i), Title: fmt.Sprint("Review 评审 ", i), RoomCode: fmt.Sprintf("7%08d", i)}
		sim.Schedules[id] = []simulator.Conference{c}
		rows = append(rows, row{"schedule_conference_id": id, "conference_id": c.ConferenceID, "title": c.Title})
	}
	return rows
}

func scheduleID(i int) string { return fmt.Sprintf("6bd63df9-0000-4000-8000-%012d", i) }

// meet holds the meetings of the week: six of the people are invited to each. Some invite
// a person from outside, to some one of the six does not come, in some one leaves and
// comes back, and some meeting numbers were used in the week before as well.
func meet(sim *simulator.Simulator) (rows []row) {
	const invited = 6
	for i := range meetings {
		start := from.Add(time.Duration(i%5*24+9+i/5%8) * time.Hour)
		end := start.Add(45 * time.Minute)
		code := fmt.Sprintf("8%08d", i)
		event := simulator.Event{
			ID: fmt.Sprint("event-", i), Summary: fmt.Sprint("Team meeting 周会 ", i), Status: "confirmed",
			Start: &simulator.When{DateTime: start.Format(time.RFC3339), TimeZone: "Asia/Shanghai"},
			End:   &simulator.When{DateTime: end.Format(time.RFC3339), TimeZone: "Asia/Shanghai"},
			OnlineMeetingInfo: &simulator.OnlineMeeting{Type: "dingtalk", ConferenceID: fmt.Sprint("logical-", i),
				ExtraInfo: map[string]string{"roomCode": code[:3] + " " + code[3:6] + " " + code[6:]}},
		}
		held := hold(sim, fmt.Sprint("held-", i), code, start)
		came := func(union, nick string, times int) {
			for range times {
				sim.Members[held] = append(sim.Members[held], simulator.Member{UnionID: union, UserNick: nick, JoinTime: milliseconds(start),
					AttendStatus: new(simulator.MemberLeft)})
			}
			rows = append(rows, row{"conference_id": held, "union_id": union, "user_nick": nick})
		}
		for j := range invited {
			p := sim.People[(i*7+j*11)%asked]
			event.Attendees = append(event.Attendees, simulator.Attendee{ID: p.UnionID, DisplayName: p.Name, ResponseStatus: "accepted"})
			switch {
			case i%10 == 3 && j == 5: // did not come
				sim.Members[held] = append(sim.Members[held], simulator.Member{UnionID: p.UnionID, UserNick: p.Name, AttendStatus: new(simulator.MemberInitial)})
			case i%6 == 2 && j == 1: // came twice
				came(p.UnionID, p.Name, 2)
			default:
				came(p.UnionID, p.Name, 1)
			}
		}
		if i%4 == 1 {
			came("outsideriEiE", "Visitor 访客", 1)
		}
		for _, a := range event.Attendees {
			sim.Calendars[a.ID] = append(sim.Calendars[a.ID], event)
		}
		if i%5 == 0 { // the week before, under the same number
			earlier := hold(sim, fmt.Sprint("earlier-", i), code, start.AddDate(0, 0, -7))
			sim.Members[earlier] = []simulator.Member{{UnionID: sim.People[0].UnionID, UserNick: sim.People[0].Name, JoinTime: milliseconds(start)}}
		}
	}
	return rows
}

// hold holds a meeting, which ends after three quarters of an hour. It returns its id.
func hold(sim *simulator.Simulator, id, code string, start time.Time) string {
	sim.Unscheduled = append(sim.Unscheduled, simulator.Conference{
		ConferenceID: id, Title: "Team meeting 周会", RoomCode: code, BizType: "3", Status: new(simulator.Ended),
		StartTime: milliseconds(start), EndTime: milliseconds(start.Add(45 * time.Minute)),
	})
	return id
}

func milliseconds(t time.Time) *int64 { return new(t.UnixMilli()) }
