package simulator

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
	_ "time/tzdata" // dates are of a zone, and not every machine knows them
)

// The calls for the events in a person's calendar, as a list and as a view of
// some time, and for one of them.
const (
	EventsCall     CallKind = "events"
	EventsViewCall CallKind = "events view"
	EventCall      CallKind = "event"
)

// Event is an event in a calendar. Nil and "" are left out of the answers.
type Event struct {
	ID          string `json:"id"`
	Summary     string `json:"summary,omitempty"`
	Description string `json:"description,omitempty"`
	// Status is "confirmed", or "cancelled" for what was deleted.
	Status string `json:"status,omitempty"`
	Start  *When  `json:"start,omitempty"`
	End    *When  `json:"end,omitempty"`
	// OriginStart is of events in a series, in UTC.
	OriginStart *When       `json:"originStart,omitempty"`
	IsAllDay    *bool       `json:"isAllDay,omitempty"`
	Recurrence  *Recurrence `json:"recurrence,omitempty"`
	// SeriesMasterID is "" for what is not in a series.
	SeriesMasterID string     `json:"seriesMasterId,omitempty"`
	Organizer      *Attendee  `json:"organizer,omitempty"`
	Attendees      []Attendee `json:"attendees,omitzero"`
	// OnlineMeetingInfo is nil where there is no video meeting.
	OnlineMeetingInfo *OnlineMeeting `json:"onlineMeetingInfo,omitempty"`
	Location          *Location      `json:"location,omitempty"`
	MeetingRooms      []MeetingRoom  `json:"meetingRooms,omitzero"`
	Reminders         []Reminder     `json:"reminders,omitzero"`
	// CreateTime and UpdateTime are in ISO 8601.
	CreateTime string `json:"createTime,omitempty"`
	UpdateTime string `json:"updateTime,omitempty"`
	// ExtendedProperties are filled in by the simulator, in the view alone.
	ExtendedProperties *ExtendedProperties `json:"extendedProperties,omitempty"`
	// ToCome is true for an occurrence that is yet to come, of what recurs: the
	// view has it, and the list does not.
	ToCome bool `json:"-"`
}

// ExtendedProperties are what apps have added to an event.
type ExtendedProperties struct {
	PrivateProperties struct {
		DingtalkDetailURL string `json:"dingtalkDetailUrl"`
	} `json:"privateProperties"`
}

// When is a date (yyyy-MM-dd, of an all-day event; the end is the day after the
// last) or a time in ISO 8601 with the name of its zone.
type When struct {
	Date     string `json:"date,omitempty"`
	DateTime string `json:"dateTime,omitempty"`
	TimeZone string `json:"timeZone,omitempty"`
}

// Recurrence is how a series goes on.
type Recurrence struct {
	Pattern struct {
		// Type is "daily", "weekly", …
		Type string `json:"type"`
		// DaysOfWeek are English names with commas between them.
		DaysOfWeek string `json:"daysOfWeek,omitempty"`
		Interval   int64  `json:"interval"`
	} `json:"pattern"`
	Range struct {
		// Type is "noEnd", "endDate" or "numbered".
		Type    string `json:"type"`
		EndDate string `json:"endDate,omitempty"`
	} `json:"range"`
}

// Attendee is somebody invited to an event, or its organizer.
type Attendee struct {
	// ID is a union id.
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
	// ResponseStatus is "needsAction", "accepted", "declined" or "tentative".
	ResponseStatus string `json:"responseStatus"`
	// IsOptional is not returned for the organizer.
	IsOptional *bool `json:"isOptional,omitempty"`
	// Self is filled in by the simulator.
	Self bool `json:"self"`
}

// OnlineMeeting is the video meeting of an event.
type OnlineMeeting struct {
	// Type is "dingtalk".
	Type string `json:"type"`
	// ConferenceID is a logical id: neither a meeting's nor a schedule's.
	ConferenceID string            `json:"conferenceId"`
	URL          string            `json:"url"`
	ExtraInfo    map[string]string `json:"extraInfo,omitempty"`
}

// Location is where an event is.
type Location struct {
	DisplayName  string   `json:"displayName"`
	MeetingRooms []string `json:"meetingRooms,omitempty"`
}

// MeetingRoom is a room that was booked for an event.
type MeetingRoom struct {
	RoomID      string `json:"roomId"`
	DisplayName string `json:"displayName"`
	// ResponseStatus is "accepted", "tentative" or "declined".
	ResponseStatus string `json:"responseStatus"`
}

// Reminder is when a user is reminded of an event.
type Reminder struct {
	Method  string `json:"method"`
	Minutes string `json:"minutes"`
}

// DingTalk doesn't say whether the bounds of the start are inclusive: here they
// are not, so that a caller who needs it notices.
var _ = declare(route{
	kind:   EventsCall,
	method: http.MethodGet,
	path:   "/v1.0/calendar/users/{userId}/calendars/{calendarId}/events",
	api:    openAPI,
	paged:  true,
	answer: func(s *Simulator, a arguments) (json.RawMessage, *refusal) {
		all, ok := s.calendar(a)
		from, fromErr := bound(a["timeMin"])
		to, toErr := bound(a["timeMax"])
		attendees, attendeesOK := number(a["maxAttendees"], 100)
		deleted, deletedErr := strconv.ParseBool(cmp.Or(a["showDeleted"], "false"))
		switch {
		case !ok:
			return nil, wrongParameter("the calendar")
		case fromErr != nil || toErr != nil:
			return nil, wrongParameter("timeMin or timeMax")
		case from != nil && to != nil && from.AddDate(1, 0, 0).Before(*to):
			return nil, wrongParameter("timeMin and timeMax are more than a year apart")
		case !attendeesOK || attendees < 1 || attendees > 100:
			return nil, wrongParameter("maxAttendees")
		case deletedErr != nil:
			return nil, wrongParameter("showDeleted")
		}
		series := a["seriesMasterId"]
		all = slices.DeleteFunc(slices.Clone(all), func(e Event) bool {
			start := e.Start.time()
			return e.ToCome || from != nil && !start.After(*from) || to != nil && !start.Before(*to) || e.Status == "cancelled" && !deleted ||
				series != "" && e.SeriesMasterID != series && e.ID != series
		})
		page, refused := pageOf(s, a, all, limits{fallback: 100, most: 100, wrong: "invalidParameter"})
		if refused != nil {
			return nil, refused
		}
		for i, e := range page.entries {
			page.entries[i] = e.seenBy(a["userId"], attendees)
		}
		answer := object{"events": page.entries, "nextToken": nil}
		if page.more {
			answer["nextToken"] = page.next
		} else if to == nil {
			answer["syncToken"] = page.next
		}
		return reply(answer)
	},
})

// DingTalk documents both bounds as optional, but has been seen to want timeMin,
// and without timeMax what recurs would have no end: here both are wanted. It
// documents no longest span.
var _ = declare(route{
	kind:   EventsViewCall,
	method: http.MethodGet,
	path:   "/v1.0/calendar/users/{userId}/calendars/{calendarId}/eventsview",
	api:    openAPI,
	paged:  true,
	answer: func(s *Simulator, a arguments) (json.RawMessage, *refusal) {
		all, ok := s.calendar(a)
		from, fromErr := bound(a["timeMin"])
		to, toErr := bound(a["timeMax"])
		attendees, attendeesOK := number(a["maxAttendees"], 100)
		switch {
		case !ok:
			return nil, wrongParameter("the calendar")
		case fromErr != nil || toErr != nil || from == nil || to == nil:
			return nil, wrongParameter("timeMin or timeMax")
		case !attendeesOK || attendees < 1 || attendees > 100:
			return nil, wrongParameter("maxAttendees")
		}
		all = slices.DeleteFunc(slices.Clone(all), func(e Event) bool {
			end := e.End
			if end == nil {
				end = e.Start
			}
			return end.time().Before(*from) || !e.Start.time().Before(*to) || e.Status == "cancelled"
		})
		page, refused := pageOf(s, a, all, limits{fallback: 100, most: 100, wrong: "invalidParameter"})
		if refused != nil {
			return nil, refused
		}
		for i, e := range page.entries {
			e = e.seenBy(a["userId"], attendees)
			e.Reminders, e.ExtendedProperties = nil, &ExtendedProperties{}
			e.ExtendedProperties.PrivateProperties.DingtalkDetailURL = "dingtalk://dingtalkclient/page/calendar?eventId=" + e.ID
			page.entries[i] = e
		}
		answer := object{"events": page.entries, "nextToken": nil}
		if page.more {
			answer["nextToken"] = page.next
		}
		return reply(answer)
	},
})

// An event that was deleted is not found.
var _ = declare(route{
	kind:   EventCall,
	method: http.MethodGet,
	path:   "/v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}",
	api:    openAPI,
	answer: func(s *Simulator, a arguments) (json.RawMessage, *refusal) {
		all, ok := s.calendar(a)
		attendees, attendeesOK := number(a["maxAttendees"], 100)
		switch {
		case !ok:
			return nil, wrongParameter("the calendar")
		case !attendeesOK || attendees < 1 || attendees > 500:
			return nil, wrongParameter("maxAttendees")
		}
		i := slices.IndexFunc(all, func(e Event) bool { return e.ID == a["eventId"] })
		switch {
		case i < 0:
			return nil, &refusal{http.StatusNotFound, "itemNotFound", "the event was not found"}
		case all[i].Status == "cancelled":
			return nil, &refusal{http.StatusNotFound, "instanceNotExist", "instance not exist"}
		}
		return reply(all[i].seenBy(a["userId"], attendees))
	},
})

func wrongParameter(what string) *refusal {
	return &refusal{http.StatusBadRequest, "invalidParameter", "invalid parameter: " + what}
}

// calendar returns the calendar that a call asks for.
func (o *Organization) calendar(a arguments) ([]Event, bool) {
	events, known := o.Calendars[a["userId"]]
	if !known {
		_, known = o.person(a["userId"])
	}
	return events, known && a["calendarId"] == "primary"
}

func bound(argument string) (*time.Time, error) {
	if argument == "" {
		return nil, nil
	}
	t, err := time.Parse(time.RFC3339Nano, argument)
	return &t, err
}

// time returns the time. A date is midnight in its zone, or in DingTalk's if it has
// none.
func (w *When) time() time.Time {
	if w == nil {
		return time.Time{}
	}
	if t, err := time.Parse(time.RFC3339, w.DateTime); err == nil {
		return t
	}
	zone, err := time.LoadLocation(cmp.Or(w.TimeZone, "Asia/Shanghai"))
	if err != nil {
		zone = time.UTC
	}
	t, _ := time.ParseInLocation(time.DateOnly, w.Date, zone)
	return t
}

// seenBy is the event as somebody reads it, with so many attendees.
func (e Event) seenBy(union string, attendees int) Event {
	if e.Organizer != nil {
		organizer := *e.Organizer
		organizer.Self = organizer.ID == union
		e.Organizer = &organizer
	}
	e.Attendees = slices.Clone(e.Attendees[:min(attendees, len(e.Attendees))])
	for i := range e.Attendees {
		e.Attendees[i].Self = e.Attendees[i].ID == union
	}
	return e
}
