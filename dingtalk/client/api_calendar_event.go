package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"
)

var (
	// Both lists end with a nextToken that is null.
	calendarEventsView = declare(endpoint{
		method:     http.MethodGet,
		path:       "/v1.0/calendar/users/{unionId}/calendars/primary/eventsview",
		api:        openAPI,
		codes:      map[string]meaning{"invalidParameter": {kind: BadRequest, advice: adviceBadCalendar}},
		paging:     byToken,
		maxPage:    100,
		permission: "Calendar.Event.Read",
	})
	calendarEvents = declare(endpoint{
		method:     http.MethodGet,
		path:       "/v1.0/calendar/users/{unionId}/calendars/primary/events",
		api:        openAPI,
		codes:      map[string]meaning{"invalidParameter": {kind: BadRequest, advice: adviceBadCalendar}},
		paging:     byToken,
		maxPage:    100,
		permission: "Calendar.Event.Read",
	})
	calendarEvent = declare(endpoint{
		method: http.MethodGet,
		path:   "/v1.0/calendar/users/{unionId}/calendars/primary/events/{eventId}",
		api:    openAPI,
		codes: map[string]meaning{
			"itemNotFound":     {kind: NotFound, advice: adviceNoEvent},
			"instanceNotExist": {kind: NotFound, advice: adviceNoEvent},
			"invalidParameter": {kind: BadRequest, advice: adviceBadEvent},
		},
		permission: "Calendar.Event.Read",
	})
)

// How many attendees of an event a list, and the call for one event, return at most.
// An event may have 5,000.
const (
	maxAttendeesOfEach = 100
	maxAttendeesOfOne  = 500
)

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
	// Attendees is an array, of 100 at most from a list and of 500 from
	// CalendarEvent.
	Attendees     RawArray      `json:"attendees"`
	OnlineMeeting OnlineMeeting `json:"onlineMeetingInfo"`
	Location      EventLocation `json:"location"`
	MeetingRooms  RawArray      `json:"meetingRooms"`
	CreateTime    *ISOTime      `json:"createTime"`
	UpdateTime    *ISOTime      `json:"updateTime"`
}

// EventOrganizer is the user who created an event.
type EventOrganizer struct {
	// ID is a union id.
	ID          *string `json:"id"`
	DisplayName *string `json:"displayName"`
}

// EventLocation is where an event takes place.
type EventLocation struct {
	DisplayName *string `json:"displayName"`
}

// OnlineMeeting is the video meeting of an event. All its fields are nil if the event
// has none.
type OnlineMeeting struct {
	// Type is "dingtalk".
	Type *string `json:"type"`
	// ConferenceID is what DingTalk calls a logical id. It is not the id of a
	// Conference.
	ConferenceID *string `json:"conferenceId"`
	URL          *string `json:"url"`
	// ExtraInfo may be missing although URL has the room code. RoomCode reads both.
	ExtraInfo OnlineMeetingExtra `json:"extraInfo"`
}

// OnlineMeetingExtra is what DingTalk adds to a video meeting.
type OnlineMeetingExtra struct {
	// RoomCode may have spaces between its digits.
	RoomCode *string `json:"roomCode"`
}

// UnmarshalJSON reads the object, or a string with its JSON: DingTalk writes both.
func (e *OnlineMeetingExtra) UnmarshalJSON(b []byte) error {
	if b[0] == '"' {
		var text string
		if err := json.Unmarshal(b, &text); err != nil || text == "" {
			return err
		}
		if b = []byte(text); !json.Valid(b) {
			return typeError(string(b) + " is no object")
		}
	}
	type extra OnlineMeetingExtra
	return json.Unmarshal(b, (*extra)(e))
}

var roomCodeInLink = regexp.MustCompile(`[?&]roomCode=([^&#]+)`)

// RoomCode returns the room code of the video meeting as DingTalk wrote it; nil if it
// has none.
func (m *OnlineMeeting) RoomCode() *string {
	if code := m.ExtraInfo.RoomCode; code != nil && *code != "" || m.URL == nil {
		return code
	}
	if found := roomCodeInLink.FindStringSubmatch(*m.URL); found != nil {
		if code, err := url.QueryUnescape(found[1]); err == nil {
			return &code
		}
	}
	return m.ExtraInfo.RoomCode
}

// EventTime is when an event starts or ends. DingTalk writes it as a time with a
// zone; for an all-day event as a date, with its zone or without.
type EventTime struct {
	// Time is in UTC. For a date it is the start of the day in its zone, and nil if
	// DingTalk does not return the zone, or it is unknown.
	Time *time.Time
	// Date is written as yyyy-MM-dd; "" if DingTalk did not return it.
	Date string
	// TimeZone is DingTalk's name of the zone, as in Asia/Shanghai or GMT+8; "" if
	// DingTalk did not return it.
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
		t, err := parseISO(sent.DateTime)
		e.Time = &t
		return within("dateTime", err)
	case sent.Date != "":
		if zone := zoneNamed(sent.TimeZone); zone != nil {
			t, err := startOfDay(sent.Date, zone)
			e.Time = &t
			return within("date", err)
		}
		_, err := startOfDay(sent.Date, time.UTC)
		return within("date", err)
	}
	return nil
}

// within sets the field of a type error.
func within(field string, err error) error {
	if m, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		m.Field = field
	}
	return err
}

// calendarEventPage is one page of the events of a user.
type calendarEventPage struct {
	refusal
	pageFields
	Events List[*CalendarEvent] `json:"events"`
}

// key is the id and the start: occurrences of one event may have the same id.
func (e *CalendarEvent) key() string {
	start := e.Start.Date
	if e.Start.Time != nil {
		start = e.Start.Time.String()
	}
	return keyOf(e.ID) + " " + start
}

// checkID returns an error if the event has no id, since nothing else distinguishes it
// from other events.
func (e *CalendarEvent) checkID() error {
	if keyOf(e.ID) == "" {
		return errors.New("id is missing")
	}
	return nil
}

func (p *calendarEventPage) list() (string, List[*CalendarEvent]) { return "events", p.Events }

func (p *calendarEventPage) check() error {
	for i, e := range p.Events {
		if err := e.checkID(); err != nil {
			return fmt.Errorf("events[%d].%w", i, err)
		}
	}
	return checkPage[*CalendarEvent](p)
}

// CalendarEventsView returns the events of a user's primary calendar that end at
// from or later and start before until, page by page, without deleted events. Of a
// recurring event it returns every occurrence, past and future. The bounds are sent
// in whole seconds, rounded so that no event is lost. If there is an error, it is
// yielded last.
func (c *Client) CalendarEventsView(ctx context.Context, unionID string, from, until time.Time, opt PageOptions) iter.Seq2[*Page[*CalendarEvent], error] {
	return pages[*CalendarEvent, calendarEventPage](ctx, c, opt, request{endpoint: calendarEventsView, ids: []string{unionID}, args: url.Values{
		"maxAttendees": {strconv.Itoa(maxAttendeesOfEach)}, "timeMin": {isoSecond(from)}, "timeMax": {isoSecond(until.Add(time.Second - 1))}}})
}

// CalendarSeries returns the events of a series in a user's primary calendar page
// by page, without deleted events. The first event is among them, without the series'
// id. It returns past occurrences and no future ones. If there is an error, it is
// yielded last.
func (c *Client) CalendarSeries(ctx context.Context, unionID, seriesMasterID string, opt PageOptions) iter.Seq2[*Page[*CalendarEvent], error] {
	return pages[*CalendarEvent, calendarEventPage](ctx, c, opt, request{endpoint: calendarEvents, ids: []string{unionID}, args: url.Values{
		"maxAttendees": {strconv.Itoa(maxAttendeesOfEach)}, "seriesMasterId": {seriesMasterID}}})
}

// isoSecond returns a time as ISO 8601 text, cut to the second.
func isoSecond(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// calendarEventAnswer is the answer to one event.
type calendarEventAnswer struct {
	refusal
	CalendarEvent
}

func (a *calendarEventAnswer) check() error { return a.checkID() }

// CalendarEvent returns an event of a user's primary calendar. The error is an
// *Error of kind NotFound if there is no such event. wait is as in
// PageOptions.
func (c *Client) CalendarEvent(ctx context.Context, unionID, eventID string, wait func(context.Context) error) (*CalendarEvent, error) {
	a, err := read[calendarEventAnswer](ctx, c, wait, request{endpoint: calendarEvent, ids: []string{unionID, eventID}, args: url.Values{"maxAttendees": {strconv.Itoa(maxAttendeesOfOne)}}})
	if err != nil {
		return nil, err
	}
	return &a.CalendarEvent, nil
}
