package simulator

import "sync"

// Organization is what the APIs return. Its types are described in the files
// of their APIs.
type Organization struct {
	// Schedules are the known schedules, with the meetings that were held or have not
	// begun; Unscheduled are the meetings without a schedule.
	Schedules   map[string][]Conference
	Unscheduled []Conference
	// Members are the members of meetings by conference id. A meeting that isn't
	// there has none.
	Members map[string][]Member
	// Recordings are by conference id, too.
	Recordings map[string][]Recording
	// Settings and Plans are by schedule.
	Settings map[string]Setting
	Plans    map[string]Plan
	// Calendars are the events in people's calendars, by union id. A person
	// without an entry has an empty one, anybody else has none.
	Calendars map[string][]Event
	// Rooms are the meeting rooms, in the order in which they are listed.
	Rooms []Room
	// Bookings are by room id.
	Bookings map[string][]Booking
	// People and Departments are read at the first call: later changes have no
	// effect.
	People      []Person
	Departments []Department
	// ExternalContacts are the user ids of external contacts, by union id. DingTalk
	// says that they are there, and knows nothing else of them.
	ExternalContacts map[string]string
	// AppRange is what the app may see of the address book.
	AppRange AppRange

	sort   sync.Once
	sorted *directory
}

func newOrganization() Organization {
	return Organization{
		Schedules:  map[string][]Conference{},
		Members:    map[string][]Member{},
		Recordings: map[string][]Recording{},
		Settings:   map[string]Setting{},
		Plans:      map[string]Plan{},
		Calendars:  map[string][]Event{},
		Bookings:   map[string][]Booking{},
	}
}

func (o *Organization) directory() *directory {
	o.sort.Do(func() { o.sorted = newDirectory(o.People, o.Departments) })
	return o.sorted
}
