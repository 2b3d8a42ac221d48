package simulator

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"
)

// fillCalendars fills in the events that the meetings were booked by, and some
// that are none. An event is in the calendar of each of the organization's
// people who are in it.
func (d *demo) fillCalendars() {
	c := &calendarWriter{demo: d}
	c.series("all-hands", DemoWestLake, 7, d.Schedules[DemoAllHands], d.at(time.September, 28, 2, 0), time.Hour,
		DemoCEO, append(d.everyone(), DemoVendor), map[string]string{
			DemoWarehouse: "declined", DemoAccountant: "needsAction", DemoNewcomer: "needsAction", DemoSecurity: "tentative",
		})
	// The older events of this series were deleted.
	standups := d.Schedules[DemoStandup]
	c.series("stand-up", DemoBund, 1, standups[len(standups)-14:], d.at(time.November, 10, 0, 0), 15*time.Minute,
		DemoPlatform, d.team(210, 220), nil)
	c.series("supplier", DemoBelem, 7, d.Schedules[DemoSupplier], d.at(time.October, 29, 7, 30), 45*time.Minute,
		DemoOperations, []string{DemoOperations, DemoCFO, DemoAccountant, DemoSupport, DemoVendor}, map[string]string{DemoAccountant: "needsAction"})

	for i, held := range d.Schedules[DemoInterview] {
		e := c.event(fmt.Sprint("interview-", i), held.Title, d.at(time.November, 18+i, 7, 0), 45*time.Minute, DemoRecruiter, []string{DemoSRE, DemoCFO}[i])
		c.video(e, held.RoomCode)
		c.room(e, DemoPhoneBooth, []string{"accepted", "declined"}[i])
	}
	board := c.booked("board", DemoBoard, DemoCEO, DemoCTO, DemoCFO, DemoCompliance)
	board.Description = "Papers are in the shared folder."
	board.Location = &Location{DisplayName: "Board room 董事会会议室"}
	c.room(board, DemoBoardRoom, "accepted")
	audit := c.booked("audit", DemoAudit, DemoCompliance, DemoSecurity, DemoCFO, DemoAuditor)
	audit.Attendees[2].ResponseStatus = "tentative"
	audit.Attendees[3].IsOptional = new(true)
	c.room(audit, DemoBoardRoom, "tentative") // waits to be approved
	c.room(c.booked("budget", DemoBudget, DemoCFO, DemoCTO), DemoBund, "accepted")
	c.room(c.booked("drill", DemoDrill, DemoSecurity, DemoPlatform, DemoSRE), DemoWarRoom, "accepted") // nobody came
	offsite := c.booked("offsite", DemoOffsite, DemoRecruiter, DemoCEO)
	offsite.Status = "cancelled"
	c.room(offsite, DemoBund, "accepted") // and the room was not given back
	lisbon := c.booked("lisbon", DemoLisbon, DemoSupport, DemoOperations)
	start := d.at(time.November, 18, 17, 0)
	lisbon.Start, lisbon.End = when(start, "Europe/Lisbon"), when(start.Add(30*time.Minute), "Europe/Lisbon")
	c.room(lisbon, DemoBelem, "accepted")

	// The room that an event led to was opened by somebody else, at once.
	quick := d.Unscheduled[2]
	c.video(c.event("quick-sync", quick.Title, d.at(time.November, 17, 3, 15), 30*time.Minute, DemoDeveloper, DemoSRE), quick.RoomCode)

	c.event("lunch", "Lunch 午餐", d.at(time.November, 18, 4, 0), time.Hour, DemoCEO, DemoSupport).Location = &Location{DisplayName: "Canteen 食堂"}
	c.room(c.allDay("compliance-day", "Compliance day 合规日", d.at(time.November, 19, 0, 0), "Asia/Shanghai", DemoCompliance, DemoSecurity, DemoCEO), DemoWestLake, "accepted")
	// For a date, DingTalk takes no zone, and may return none. This event is more than
	// a year ago.
	c.allDay("founding-day", "Founding day 公司成立日", d.at(time.November, 23, 0, 0).AddDate(0, 0, -7*61), "", DemoCEO, DemoCTO)

	for _, e := range c.events {
		c.book(e)
		for _, a := range e.Attendees {
			if _, ours := d.names[a.ID]; ours {
				d.Calendars[a.ID] = append(d.Calendars[a.ID], *e)
			}
		}
	}
	for _, events := range d.Calendars {
		slices.SortStableFunc(events, func(a, b Event) int {
			return cmp.Or(a.Start.time().Compare(b.Start.time()), cmp.Compare(a.ID, b.ID))
		})
	}
}

// calendarWriter collects the events of all calendars.
type calendarWriter struct {
	*demo
	events []*Event
}

// event adds an event without a video meeting. Its organizer is its first
// attendee, and all have accepted.
func (c *calendarWriter) event(name, summary string, start time.Time, length time.Duration, organizer string, others ...string) *Event {
	e := &Event{
		ID: base64.RawURLEncoding.EncodeToString([]byte("demo " + name)), Summary: summary, Status: "confirmed",
		Start: when(start, "Asia/Shanghai"), End: when(start.Add(length), "Asia/Shanghai"), IsAllDay: new(false),
		Organizer:  &Attendee{ID: organizer, DisplayName: c.nick(organizer), ResponseStatus: "accepted"},
		Reminders:  []Reminder{{"dingtalk", "15"}},
		CreateTime: start.AddDate(0, 0, -14).Format(time.RFC3339), UpdateTime: start.AddDate(0, 0, -7).Format(time.RFC3339),
	}
	for _, union := range append([]string{organizer}, slices.DeleteFunc(slices.Clone(others), func(o string) bool { return o == organizer })...) {
		e.Attendees = append(e.Attendees, Attendee{ID: union, DisplayName: c.nick(union), ResponseStatus: "accepted", IsOptional: new(false)})
	}
	c.events = append(c.events, e)
	return e
}

// video gives an event a video meeting.
func (c *calendarWriter) video(e *Event, roomCode string) {
	logical := fmt.Sprintf("d3300000-0000-4000-8000-%012d", len(c.events))
	e.OnlineMeetingInfo = &OnlineMeeting{
		Type: "dingtalk", ConferenceID: logical,
		URL:       "dingtalk://dingtalkclient/page/videoConfFromCalendar?confId=" + logical + "&calendarId=92",
		ExtraInfo: map[string]string{"roomCode": grouped(roomCode)},
	}
}

// room books a room for an event: accepted, tentative or declined.
func (c *calendarWriter) room(e *Event, id, response string) {
	room, _ := c.Simulator.room(id)
	e.MeetingRooms = append(e.MeetingRooms, MeetingRoom{id, room.RoomName, response})
}

// book enters an event into the bookings of its rooms.
func (c *calendarWriter) book(e *Event) {
	status := map[string]string{"accepted": "BUSY", "tentative": "TENTATIVE"}
	for _, r := range e.MeetingRooms {
		if s, ok := status[r.ResponseStatus]; ok {
			from, until := e.Start.time(), e.End.time()
			c.Bookings[r.RoomID] = append(c.Bookings[r.RoomID], Booking{
				Status: s, EventID: e.ID, OrganizerID: e.Organizer.ID, Start: when(from, cmp.Or(e.Start.TimeZone, "Asia/Shanghai")), End: when(until, cmp.Or(e.End.TimeZone, "Asia/Shanghai")),
			})
		}
	}
}

// booked adds the event that a schedule was booked by.
func (c *calendarWriter) booked(name, schedule, organizer string, others ...string) *Event {
	plan := c.Plans[schedule]
	start, end := time.UnixMilli(*plan.StartTime).UTC(), time.UnixMilli(*plan.EndTime).UTC()
	e := c.event(name, plan.Title, start, end.Sub(start), organizer, others...)
	c.video(e, plan.RoomCode)
	return e
}

// allDay adds an event that takes a day.
func (c *calendarWriter) allDay(name, summary string, day time.Time, zone, organizer string, others ...string) *Event {
	e := c.event(name, summary, day, 0, organizer, others...)
	e.IsAllDay = new(true)
	e.Start = &When{Date: day.Format(time.DateOnly), TimeZone: zone}
	e.End = &When{Date: day.AddDate(0, 0, 1).Format(time.DateOnly), TimeZone: zone}
	return e
}

// series adds the event of each meeting of a schedule that is held every so many
// days, and of those to come in the next two weeks. The first event has the recurrence
// rule. Where today's meeting was not held, its event was deleted, so that none passes
// in the course of the day.
func (c *calendarWriter) series(name, room string, days int, held []Conference, start time.Time, length time.Duration, organizer string, attendees []string, responses map[string]string) {
	var master *Event
	tomorrow, end := c.at(time.November, 24, 0, 0), c.at(time.December, 8, 0, 0)
	for i := 0; i < len(held) || start.Before(end); i, start = i+1, start.AddDate(0, 0, days) {
		conference, toCome := held[min(i, len(held)-1)], i >= len(held)
		if toCome && start.Before(tomorrow) {
			continue
		}
		title := conference.Title
		if toCome {
			// Nobody has numbered it yet.
			title, _, _ = strings.Cut(title, " #")
		}
		e := c.event(fmt.Sprint(name, "-", i), title, start, length, organizer, attendees...)
		c.video(e, conference.RoomCode)
		c.room(e, room, "accepted")
		e.OriginStart = &When{DateTime: start.Format(time.RFC3339)}
		for j, a := range e.Attendees {
			e.Attendees[j].ResponseStatus = cmp.Or(responses[a.ID], a.ResponseStatus)
		}
		if i == 0 {
			master = e
			e.Recurrence = every(days, start)
		} else {
			e.SeriesMasterID = master.ID
		}
		if e.ToCome = toCome; toCome {
			e.CreateTime, e.UpdateTime = master.CreateTime, master.UpdateTime
		}
	}
}

// every returns the rule of what recurs each day, or each week on the day of its
// first event.
func every(days int, first time.Time) *Recurrence {
	r := &Recurrence{}
	r.Pattern.Type, r.Pattern.Interval, r.Range.Type = "daily", 1, "noEnd"
	if days == 7 {
		r.Pattern.Type, r.Pattern.DaysOfWeek = "weekly", strings.ToLower(first.Weekday().String())
	}
	return r
}

// when returns a time as it is written in a zone.
func when(t time.Time, zone string) *When {
	location, err := time.LoadLocation(zone)
	if err != nil {
		panic(err) // our own names, of the embedded zones
	}
	return &When{DateTime: t.In(location).Format(time.RFC3339), TimeZone: zone}
}
