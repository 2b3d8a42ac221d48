package simulator

import (
	"slices"
	"time"
)

// DemoTime is a moment that tests give to Demo. It is a Monday.
var DemoTime = time.Date(2026, time.November, 23, 6, 0, 0, 0, time.UTC)

// DemoApp is the app that the demo organization knows.
var DemoApp = App{
	ClientID:     "demo-client-id",
	ClientSecret: "demo-client-secret",
	CorpID:       "demo-corp-id",
	SuiteTicket:  "demo-suite-ticket",
}

// Demo returns a Simulator with a made-up organization, in the state that it is
// in at a moment. Each date of its story is so many days before or after the day of
// that moment in UTC, whatever the day of the week; the incidents and the meetings in
// progress began so many minutes earlier. At the same moment it is always the same.
func Demo(now time.Time) *Simulator {
	d := &demo{
		Simulator: New(DemoApp),
		now:       now.Truncate(time.Minute),
		shift:     day(now).Sub(day(DemoTime)),
		names:     map[string]string{},
	}
	d.Departments = slices.Clone(demoDepartments)
	d.People = demoPeople()
	d.ExternalContacts = map[string]string{DemoVendor: "ext-dana-reyes"}
	for _, p := range d.People {
		d.names[p.UnionID] = p.Name
		d.Calendars[p.UnionID] = []Event{}
	}
	d.holdMeetings()
	d.bookSchedules()
	d.secureSchedules()
	d.furnishRooms()
	d.fillCalendars()
	return d.Simulator
}

// demo is the demo organization under construction.
type demo struct {
	*Simulator
	now time.Time
	// shift is the time from DemoTime's day to now's.
	shift time.Duration
	// names are the people's, by union id.
	names map[string]string
}

// day is the beginning of a moment's day, in UTC.
func day(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }

// at is a moment of the year 2026, as it looks from DemoTime's day, in UTC.
func (d *demo) at(month time.Month, day, hour, minute int) time.Time {
	return time.Date(2026, month, day, hour, minute, 0, 0, time.UTC).Add(d.shift)
}

func ms(t time.Time) *int64 { return new(t.UnixMilli()) }
