package client

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"strconv"
	"time"

	_ "time/tzdata" // the zones of all-day events, on machines that have none
)

var (
	// GET …/events ends with a nextToken that is null.
	calendarEvents = declare(endpoint{
		method:     http.MethodGet,
		path:       "/v1.0/calendar/users/{unionId}/calendars/primary/events?maxAttendees={maxAttendees}&timeMin={timeMin?}&timeMax={timeMax?}&seriesMasterId={seriesMasterId?}",
		api:        openAPI,
		codes:      map[string]meaning{"invalidParameter": {kind: BadRequest}},
		paging:     byToken,
		maxPage:    100,
		permission: "Calendar.Event.Read",
	})
	calendarEvent = declare(endpoint{
		method: http.MethodGet,
		path:   "/v1.0/calendar/users/{unionId}/calendars/primary/events/{eventId}?maxAttendees={maxAttendees}",
		api:    openAPI,
		codes: map[string]meaning{
			"itemNotFound":     {kind: NotFound, advice: adviceNoEvent},
			"instanceNotExist": {kind: NotFound, advice: adviceNoEvent},
			"invalidParameter": {kind: BadRequest},
		},
		permission: "Calendar.Event.Read",
	})
)

// The most attendees of an event that either call returns. An event may have
// 5,000.
const (
	maxAttendeesOfEach = 100
	maxAttendeesOfOne  = 500
)

// CalendarQuery narrows a list of events. The zero value doesn't.
type CalendarQuery struct {
	// TimeMin and TimeMax are the bounds of an event's start; a zero time is no
	// bound. They are sent in whole seconds, never narrower than they are.
	// DingTalk allows them to be one year apart at most.
	TimeMin, TimeMax time.Time
	// SeriesMasterID leaves only the events of a series; "" is all.
	SeriesMasterID string
}

// CalendarEvent is an event of a user's primary calendar. A nil field is one
// that DingTalk did not return; an id or code that it left empty stays "".
type CalendarEvent struct {
	ID          *string `json:"id"`
	Summary     *string `json:"summary"`
	Description *string `json:"description"`
	// Status is "confirmed" or "cancelled".
	Status   *string   `json:"status"`
	Start    EventTime `json:"start"`
	End      EventTime `json:"end"`
	IsAllDay *bool     `json:"isAllDay"`
	// Recurrence is an object: the pattern and the range.
	Recurrence RawObject `json:"recurrence"`
	// SeriesMasterID is "" for an event that does not recur.
	SeriesMasterID *string        `json:"seriesMasterId"`
	Organizer      EventOrganizer `json:"organizer"`
	// Attendees is an array, of 100 from CalendarEvents and of 500 from
	// CalendarEvent at most.
	Attendees     RawArray      `json:"attendees"`
	OnlineMeeting OnlineMeeting `json:"onlineMeetingInfo"`
	Location      EventLocation `json:"location"`
	MeetingRooms  RawArray      `json:"meetingRooms"`
	CreateTime    *ISOTime      `json:"createTime"`
	UpdateTime    *ISOTime      `json:"updateTime"`
}

// EventOrganizer is who made an event.
type EventOrganizer struct {
	// ID is a union id.
	ID          *string `json:"id"`
	DisplayName *string `json:"displayName"`
}

// EventLocation is where an event takes place.
type EventLocation struct {
	DisplayName *string `json:"displayName"`
}

// OnlineMeeting is the video meeting of an event. All its fields are nil where
// the event has none.
type OnlineMeeting struct {
	// Type is "dingtalk".
	Type *string `json:"type"`
	// ConferenceID is what DingTalk calls a logical id: no conference's id.
	ConferenceID *string `json:"conferenceId"`
	URL          *string `json:"url"`
	ExtraInfo    struct {
		// RoomCode may have spaces between its digits.
		RoomCode *string `json:"roomCode"`
	} `json:"extraInfo"`
}

// EventTime is when an event starts or ends. DingTalk writes it as a time with a
// zone; for an all-day event as a date, with its zone or without.
type EventTime struct {
	// Time is in UTC. For a date it is midnight in its zone, and nil if DingTalk
	// doesn't tell the zone.
	Time *time.Time
	// Date is as yyyy-MM-dd; "" where DingTalk did not return it.
	Date string
	// TimeZone is the name of the zone, such as Asia/Shanghai; "" where DingTalk
	// did not return it.
	TimeZone string
}

func (e *EventTime) UnmarshalJSON(b []byte) error {
	type eventTime struct {
		DateTime string `json:"dateTime"`
		Date     string `json:"date"`
		TimeZone string `json:"timeZone"`
	}
	var sent eventTime
	if err := json.Unmarshal(b, &sent); err != nil {
		return err
	}
	e.Date, e.TimeZone = sent.Date, sent.TimeZone
	switch {
	case sent.DateTime != "":
		t, err := parseTime(time.RFC3339, sent.DateTime, time.UTC)
		e.Time = &t
		return within("dateTime", err)
	case sent.Date != "":
		zone, err := time.LoadLocation(sent.TimeZone)
		if err != nil || sent.TimeZone == "Local" { // which is a zone to Go alone
			return within("timeZone", misfit(strconv.Quote(sent.TimeZone)+" is no time zone"))
		}
		t, err := parseTime(time.DateOnly, sent.Date, zone)
		if sent.TimeZone != "" {
			e.Time = &t
		}
		return within("date", err)
	}
	return nil
}

// within names the field of a misfit.
func within(field string, err error) error {
	if m, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		m.Field = field
	}
	return err
}

// CalendarEventPage is one page of the events of a user.
type CalendarEventPage struct {
	refusal
	pageFields
	Events List[*CalendarEvent] `json:"events"`
}

func (e *CalendarEvent) key() string { return keyOf(e.ID) }

func (p *CalendarEventPage) entries() entries { return entriesOf("events", p.Events) }

func (p *CalendarEventPage) check() error { return checkPage(p) }

// CalendarEvents returns the events of a user's primary calendar page by page,
// less those deleted. Of an event that recurs, it has the past instances and not
// the future ones. An error is the last thing it yields.
func (c *Client) CalendarEvents(ctx context.Context, unionID string, query CalendarQuery, opt PageOptions) iter.Seq2[*CalendarEventPage, error] {
	upToSecond := query.TimeMax
	if !upToSecond.IsZero() {
		upToSecond = upToSecond.Add(time.Second - 1)
	}
	return pages[CalendarEventPage](ctx, c, calendarEvents, opt,
		unionID, strconv.Itoa(maxAttendeesOfEach), isoSecond(query.TimeMin), isoSecond(upToSecond), query.SeriesMasterID)
}

// isoSecond is the second that a time is in; "" for the zero time.
func isoSecond(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// calendarEventAnswer is the answer to one event.
type calendarEventAnswer struct {
	refusal
	CalendarEvent
}

func (a *calendarEventAnswer) check() error {
	if a.ID == nil {
		return errors.New("id is missing")
	}
	return nil
}

// CalendarEvent returns an event of a user's primary calendar. The error is an
// *Error of kind NotFound where there is no such event. wait is as in
// PageOptions.
func (c *Client) CalendarEvent(ctx context.Context, unionID, eventID string, wait func(context.Context) error) (*CalendarEvent, error) {
	a, err := read[calendarEventAnswer](ctx, c, wait, request{endpoint: calendarEvent, ids: []string{unionID, eventID, strconv.Itoa(maxAttendeesOfOne)}})
	if err != nil {
		return nil, err
	}
	return &a.CalendarEvent, nil
}
