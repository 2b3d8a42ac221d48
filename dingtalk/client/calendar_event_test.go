package client_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
)

const (
	calendarPath = "/v1.0/calendar/users/{unionId}/calendars/primary/events"

	sampleEvent = `{"id":"cnNTbW1YbUxEQkt5","summary":"Vendor review","description":"Bring the contract","status":"confirmed",
		"start":{"dateTime":"2025-08-18T15:00:00+08:00","timeZone":"Asia/Shanghai"},"end":{"date":"2025-08-18","dateTime":"2025-08-18T16:00:00+08:00","timeZone":"Asia/Shanghai"},
		"isAllDay":false,"recurrence":{"pattern":{"type":"daily","interval":1},"range":{"type":"noEnd"}},"seriesMasterId":"",
		"organizer":{"id":"uVq7RkLx2iSbP0yTn8sWQiEiE","displayName":"Lin","responseStatus":"accepted","self":true},
		"attendees":[{"id":"k2WzC7iiTq0mVbXeRsLpAwiEiE","displayName":"Mei"}],
		"onlineMeetingInfo":{"type":"dingtalk","conferenceId":"7a0b6c52-31d4-4c9e-9f54-0f5f4f6b2e10","url":"dingtalk://dingtalkclient/page/videoConfFromCalendar?confId=7a0b","extraInfo":{"roomCode":"812 365 40097"}},
		"location":{"displayName":"Room 4"},"meetingRooms":[{"roomId":"r4","displayName":"Room 4"}],
		"createTime":"2025-08-11T01:02:03Z","updateTime":"2025-08-11T09:02:03+08:00","categories":[{"displayName":"weekly"}]}`
)

// wantEvent is sampleEvent.
func wantEvent() *client.CalendarEvent {
	e := &client.CalendarEvent{
		ID: to("cnNTbW1YbUxEQkt5"), Summary: to("Vendor review"), Description: to("Bring the contract"), Status: to("confirmed"),
		Start:          client.EventTime{Time: to(time.Date(2025, 8, 18, 7, 0, 0, 0, time.UTC)), TimeZone: "Asia/Shanghai"},
		End:            client.EventTime{Time: to(time.Date(2025, 8, 18, 8, 0, 0, 0, time.UTC)), Date: "2025-08-18", TimeZone: "Asia/Shanghai"},
		IsAllDay:       to(false),
		Recurrence:     client.RawObject{RawMessage: json.RawMessage(`{"pattern":{"type":"daily","interval":1},"range":{"type":"noEnd"}}`)},
		SeriesMasterID: to(""),
		Organizer:      client.EventOrganizer{ID: to("uVq7RkLx2iSbP0yTn8sWQiEiE"), DisplayName: to("Lin")},
		Attendees:      client.RawArray{RawMessage: json.RawMessage(`[{"id":"k2WzC7iiTq0mVbXeRsLpAwiEiE","displayName":"Mei"}]`)},
		OnlineMeeting:  client.OnlineMeeting{Type: to("dingtalk"), ConferenceID: to("7a0b6c52-31d4-4c9e-9f54-0f5f4f6b2e10"), URL: to("dingtalk://dingtalkclient/page/videoConfFromCalendar?confId=7a0b")},
		Location:       client.EventLocation{DisplayName: to("Room 4")},
		MeetingRooms:   client.RawArray{RawMessage: json.RawMessage(`[{"roomId":"r4","displayName":"Room 4"}]`)},
		CreateTime:     to(client.ISOTime(1754874123000)), UpdateTime: to(client.ISOTime(1754874123000)),
	}
	e.OnlineMeeting.ExtraInfo.RoomCode = to("812 365 40097")
	return e
}

// unreadOfEvent are the fields of sampleEvent that may be anything.
func unreadOfEvent(prefix string) (fields []string) {
	for _, name := range []string{"categories", "attendees[0]", "meetingRooms[0]", "recurrence.pattern", "recurrence.range", "organizer.responseStatus", "organizer.self"} {
		fields = append(fields, prefix+name)
	}
	return fields
}

// badEvents are events that are errors.
var badEvents = map[string]string{
	`{"id":7}`:                   "id: the JSON number is no string",
	`{"isAllDay":"false"}`:       "isAllDay: the JSON string is no bool",
	`{"createTime":1755500400}`:  "createTime: the JSON number is no string",
	`{"updateTime":"yesterday"}`: `updateTime: "yesterday" is no time like 2006-01-02T15:04:05Z07:00`,
	`{"attendees":{}}`:           "attendees: {} is no array",
	`{"meetingRooms":"Room 4"}`:  `meetingRooms: "Room 4" is no array`,
	`{"recurrence":[]}`:          "recurrence: [] is no object",
	`{"onlineMeetingInfo":{"extraInfo":{"roomCode":81236540097}}}`: "onlineMeetingInfo.extraInfo.roomCode: the JSON number is no string",
	`{"onlineMeetingInfo":{"conferenceId":{}}}`:                    "onlineMeetingInfo.conferenceId: the JSON object is no string",
	`{"organizer":"Lin"}`:                                          "organizer: the JSON string is no client.EventOrganizer",
	`{"location":{"displayName":[]}}`:                              "location.displayName: the JSON array is no string",

	`{"start":"2025-08-18"}`:                                   "start: the JSON string is no client.eventTime",
	`{"start":{"dateTime":1755500400000}}`:                     "start.dateTime: the JSON number is no string",
	`{"start":{"dateTime":"2025-08-18T15:00:00"}}`:             `start.dateTime: "2025-08-18T15:00:00" is no time like 2006-01-02T15:04:05Z07:00`,
	`{"end":{"date":"18.8.2025"}}`:                             `end.date: "18.8.2025" is no time like 2006-01-02`,
	`{"end":{"date":"0000-01-01","timeZone":"Asia/Shanghai"}}`: `end.date: "0000-01-01" is no time like 2006-01-02`,
	`{"end":{"date":"2025-08-18","timeZone":"Mars/Olympus"}}`:  `end.timeZone: "Mars/Olympus" is no time zone`,
	`{"end":{"date":"2025-08-18","timeZone":"Local"}}`:         `end.timeZone: "Local" is no time zone`,
	`{"end":{"date":"2025-08-18","timeZone":"../zone"}}`:       `end.timeZone: "../zone" is no time zone`,
	`{"end":{"date":"2025-08-18","timeZone":8}}`:               "end.timeZone: the JSON number is no string",
}

var calendarEventsAPI = apiCase{
	name:     "events of a calendar",
	declared: calendarPath,
	path:     "/v1.0/calendar/users/x/calendars/primary/events",
	call: func(ctx context.Context, c *client.Client, opt client.PageOptions) (int, error) {
		return rowsOf(c.CalendarEvents(ctx, "x", client.CalendarQuery{}, opt), func(p *client.CalendarEventPage) int { return len(p.Events) })
	},
	asks: []string{"maxAttendees=100", "maxAttendees=100&nextToken=cnNT"},
	pages: []string{
		`{"events":[` + sampleEvent + `],"nextToken":"cnNT"}`,
		`{"events":[{}],"nextToken":null,"syncToken":"s"}`,
	},
	ends: map[string]string{
		"an empty token": `{"events":[{}],"nextToken":""}`,
		"no token":       `{"events":[{}]}`,
	},
	bad: func() map[string]string {
		bad := map[string]string{
			`{}`:                              "events is missing",
			`{"nextToken":null}`:              "events is missing",
			`{"events":null}`:                 "events is missing",
			`{"events":[{},null]}`:            "events[1]: null is no entry",
			`{"events":{}}`:                   "events: the JSON object is no",
			`{"events":[{}],"nextToken":7}`:   "nextToken: the JSON number is no string",
			`{"events":[{},{"summary":[1]}]}`: "events[1].summary: the JSON array is no string",
		}
		for event, problem := range badEvents {
			bad[`{"events":[{},`+event+`]}`] = "events[1]." + problem
		}
		return bad
	}(),
	unread: unreadOfEvent("events[0]."),
	codes: []codeCase{
		{400, "invalidParameter", client.BadRequest, ""},
		{404, "itemNotFound", client.BadRequest, ""}, // is documented for one event alone
	},
}

var calendarEventAPI = apiCase{
	name:     "event by id",
	declared: calendarPath + "/{eventId}",
	path:     "/v1.0/calendar/users/x/calendars/primary/events/e%2F1",
	call: func(ctx context.Context, c *client.Client, opt client.PageOptions) (int, error) {
		return one(c.CalendarEvent(ctx, "x", "e/1", opt.Wait))
	},
	asks:  []string{"maxAttendees=500"},
	pages: []string{sampleEvent},
	bad: func() map[string]string {
		bad := maps.Clone(badEvents)
		bad[`{}`], bad[`{"id":null}`], bad[`{"summary":"Vendor review"}`] = "id is missing", "id is missing", "id is missing"
		return bad
	}(),
	unread: unreadOfEvent(""),
	codes: []codeCase{
		{404, "itemNotFound", client.NotFound, "There is no such event, or it was deleted: check the id."},
		{404, "instanceNotExist", client.NotFound, "There is no such event, or it was deleted: check the id."},
		{400, "invalidParameter", client.BadRequest, ""},
	},
}

func TestCalendarEvents(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		calendarEventsAPI.answer(t, w, calendarEventsAPI.good()...)
		var got []*client.CalendarEvent
		for page, err := range w.api.CalendarEvents(t.Context(), "x", client.CalendarQuery{}, client.PageOptions{}) {
			equal(t, "error", error(nil), err)
			got = append(got, page.Events...)
		}
		equal(t, "events", []*client.CalendarEvent{wantEvent(), {}}, got)

		calendarEventAPI.answer(t, w, calendarEventAPI.good()...)
		one, err := w.api.CalendarEvent(t.Context(), "x", "e/1", nil)
		equal(t, "error", error(nil), err)
		equal(t, "event", wantEvent(), one)
	})
}

func TestCalendarQuery(t *testing.T) {
	china := time.FixedZone("", 8*3600)
	tests := []struct {
		name  string
		query client.CalendarQuery
		size  int
		asks  string
	}{
		{"all", client.CalendarQuery{}, 0, "maxAttendees=100"},
		{"a page above the maximum", client.CalendarQuery{}, 500, "maxAttendees=100&maxResults=100"},
		{"a small page", client.CalendarQuery{}, 7, "maxAttendees=100&maxResults=7"},
		{"a series", client.CalendarQuery{SeriesMasterID: "a b"}, 0, "maxAttendees=100&seriesMasterId=a+b"},
		{"from", client.CalendarQuery{TimeMin: time.Date(2025, 8, 18, 15, 0, 0, 0, china)}, 0, "maxAttendees=100&timeMin=2025-08-18T07%3A00%3A00Z"},
		{"to", client.CalendarQuery{TimeMax: time.Date(2025, 8, 18, 15, 0, 0, 0, china)}, 0, "maxAttendees=100&timeMax=2025-08-18T07%3A00%3A00Z"},
		{"within a second", client.CalendarQuery{TimeMin: time.Date(2025, 8, 18, 7, 0, 0, 1, time.UTC), TimeMax: time.Date(2025, 8, 18, 7, 0, 0, 1, time.UTC)}, 0,
			"maxAttendees=100&timeMax=2025-08-18T07%3A00%3A01Z&timeMin=2025-08-18T07%3A00%3A00Z"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				asked := calendarEventsAPI.answer(t, w, body(`{"events":[],"nextToken":null}`))
				for _, err := range w.api.CalendarEvents(t.Context(), "x", test.query, client.PageOptions{Size: test.size}) {
					equal(t, "error", error(nil), err)
				}
				equal(t, "arguments", []string{test.asks}, *asked)
			})
		})
	}
}

func TestEventTimes(t *testing.T) {
	tests := []struct {
		start string
		want  client.EventTime
	}{
		{`null`, client.EventTime{}},
		{`{}`, client.EventTime{}},
		{`{"date":null,"dateTime":null,"timeZone":null}`, client.EventTime{}},
		{`{"dateTime":"2025-08-18T15:00:00Z"}`, client.EventTime{Time: to(time.Date(2025, 8, 18, 15, 0, 0, 0, time.UTC))}},
		{`{"date":"2025-08-18","dateTime":"","timeZone":"Asia/Shanghai"}`,
			client.EventTime{Time: to(time.Date(2025, 8, 17, 16, 0, 0, 0, time.UTC)), Date: "2025-08-18", TimeZone: "Asia/Shanghai"}},
		{`{"date":"2025-08-18","timeZone":"America/New_York"}`,
			client.EventTime{Time: to(time.Date(2025, 8, 18, 4, 0, 0, 0, time.UTC)), Date: "2025-08-18", TimeZone: "America/New_York"}},
		{`{"date":"2025-08-18","timeZone":"UTC"}`, client.EventTime{Time: to(time.Date(2025, 8, 18, 0, 0, 0, 0, time.UTC)), Date: "2025-08-18", TimeZone: "UTC"}},
		{`{"date":"2025-08-18"}`, client.EventTime{Date: "2025-08-18"}},
		{`{"date":"2025-08-18","timeZone":""}`, client.EventTime{Date: "2025-08-18"}},
		// The zone is in the time already.
		{`{"dateTime":"2025-08-18T15:00:00+08:00","timeZone":"Mars/Olympus"}`, client.EventTime{Time: to(time.Date(2025, 8, 18, 7, 0, 0, 0, time.UTC)), TimeZone: "Mars/Olympus"}},
		{`{"timeZone":"Mars/Olympus"}`, client.EventTime{TimeZone: "Mars/Olympus"}},
	}
	for _, test := range tests {
		t.Run(test.start, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				calendarEventAPI.answer(t, w, body(fmt.Sprintf(`{"id":"e","start":%s}`, test.start)))
				got, err := w.api.CalendarEvent(t.Context(), "x", "e/1", nil)
				if err != nil {
					t.Fatal(err)
				}
				equal(t, "start", test.want, got.Start)
			})
		})
	}
}

// A missing permission is named.
func TestCalendarPermission(t *testing.T) {
	for _, a := range []apiCase{calendarEventsAPI, calendarEventAPI} {
		inWorld(t, internalApp, func(t *testing.T, w *world) {
			a.answer(t, w, a.refuse(403, "Forbidden.AccessDenied.AccessTokenPermissionDenied"))
			_, err := a.call(t.Context(), w.api, client.PageOptions{})
			if !client.IsKind(err, client.NoPermission) {
				t.Fatal(err)
			}
			checkText(t, err, "Apply for the permission Calendar.Event.Read on")
		})
	}
}

// checkText wants a text in an error.
func checkText(t *testing.T, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("error %v, want %q", err, text)
	}
}
