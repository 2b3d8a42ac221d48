package client_test

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
)

const (
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
	`{"id":""}`:                  "id is missing",
	`{"summary":"nameless"}`:     "id is missing",
	`{"isAllDay":"false"}`:       "isAllDay: the JSON string is no boolean",
	`{"createTime":1755500400}`:  "createTime: the JSON number is no string",
	`{"updateTime":"yesterday"}`: `updateTime: "yesterday" is no time like 2006-01-02T15:04:05Z07:00`,
	`{"attendees":{}}`:           "attendees: {} is no array",
	`{"meetingRooms":"Room 4"}`:  `meetingRooms: "Room 4" is no array`,
	`{"recurrence":[]}`:          "recurrence: [] is no object",
	`{"onlineMeetingInfo":{"extraInfo":{"roomCode":81236540097}}}`:     "onlineMeetingInfo.extraInfo.roomCode: the JSON number is no string",
	`{"onlineMeetingInfo":{"extraInfo":"{\"roomCode\":81236540097}"}}`: "onlineMeetingInfo.extraInfo.roomCode: the JSON number is no string",
	`{"onlineMeetingInfo":{"extraInfo":"812 365"}}`:                    "onlineMeetingInfo.extraInfo: 812 365 is no object",
	`{"onlineMeetingInfo":{"extraInfo":"[1]"}}`:                        "onlineMeetingInfo.extraInfo: the JSON array is no object",
	`{"onlineMeetingInfo":{"conferenceId":{}}}`:                        "onlineMeetingInfo.conferenceId: the JSON object is no string",
	`{"organizer":"Lin"}`:                                              "organizer: the JSON string is no object",
	`{"location":{"displayName":[]}}`:                                  "location.displayName: the JSON array is no string",

	`{"start":"2025-08-18"}`:                                   "start: the JSON string is no object",
	`{"start":{"dateTime":1755500400000}}`:                     "start.dateTime: the JSON number is no string",
	`{"start":{"dateTime":"2025-08-18T15:00:00"}}`:             `start.dateTime: "2025-08-18T15:00:00" is no time like 2006-01-02T15:04:05Z07:00`,
	`{"end":{"date":"18.8.2025"}}`:                             `end.date: "18.8.2025" is no time like 2006-01-02`,
	`{"end":{"date":"0000-01-01","timeZone":"Asia/Shanghai"}}`: `end.date: "0000-01-01" is no time like 2006-01-02`,
	`{"end":{"date":"18.8.2025","timeZone":"Mars/Olympus"}}`:   `end.date: "18.8.2025" is no time like 2006-01-02`,
	`{"end":{"date":"2025-08-18","timeZone":8}}`:               "end.timeZone: the JSON number is no string",
}

// eventsAPI is a list of events.
func eventsAPI(name, path, args string, call func(context.Context, *client.Client, client.PageOptions) iter.Seq2[*client.Page[*client.CalendarEvent], error]) apiCase {
	return apiCase{
		name:     name,
		declared: strings.Replace(path, "/x/", "/{unionId}/", 1),
		path:     path,
		call: func(ctx context.Context, c *client.Client, opt client.PageOptions) (int, error) {
			return rowsOf(call(ctx, c, opt), func(p *client.Page[*client.CalendarEvent]) int { return len(p.Entries) })
		},
		asks: []string{"maxAttendees=100" + args, strings.Replace("maxAttendees=100"+args, "&", "&nextToken=cnNT&", 1)},
		pages: []string{
			`{"events":[` + sampleEvent + `],"nextToken":"cnNT"}`,
			`{"events":[{"id":"e"}],"nextToken":null,"syncToken":"s"}`,
		},
		ends: map[string]string{
			"an empty token": `{"events":[{"id":"e"}],"nextToken":""}`,
			"no token":       `{"events":[{"id":"e"}]}`,
		},
		bad: func() map[string]string {
			bad := map[string]string{
				`{}`:                           "events is missing",
				`{"nextToken":null}`:           "events is missing",
				`{"events":null}`:              "events is missing",
				`{"events":[{"id":"e"},null]}`: "events[1]: null is no entry",
				`{"events":[{}]}`:              "events[0].id is missing",
				`{"events":{}}`:                "events: the JSON object is no",
				`{"events":[{"id":"e"}],"nextToken":7.5}`: "nextToken: 7.5 is no position",
				`{"events":[{"id":"e"},{"summary":[1]}]}`: "events[1].summary: the JSON array is no string",
			}
			for event, problem := range badEvents {
				bad[`{"events":[{"id":"e"},`+event+`]}`] = "events[1]." + problem
			}
			return bad
		}(),
		unread: unreadOfEvent("events[0]."),
		codes: []codeCase{
			{400, "invalidParameter", client.BadRequest, ": check union_id, and bound start_time on both sides. A user id is no union id: dingtalk_user has both."},
			{404, "itemNotFound", client.BadRequest, ""}, // is documented for one event alone
		},
	}
}

var (
	viewFrom        = time.Date(2025, 8, 18, 15, 0, 0, 0, time.FixedZone("", 8*60*60))
	calendarViewAPI = eventsAPI("occurrences of events", "/v1.0/calendar/users/x/calendars/primary/eventsview", "&timeMax=2025-08-25T07%3A00%3A00Z&timeMin=2025-08-18T07%3A00%3A00Z",
		func(ctx context.Context, c *client.Client, opt client.PageOptions) iter.Seq2[*client.Page[*client.CalendarEvent], error] {
			return c.CalendarEventsView(ctx, "x", viewFrom, viewFrom.AddDate(0, 0, 7), opt)
		})
	calendarSeriesAPI = eventsAPI("events of a series", "/v1.0/calendar/users/x/calendars/primary/events", "&seriesMasterId=a+b",
		func(ctx context.Context, c *client.Client, opt client.PageOptions) iter.Seq2[*client.Page[*client.CalendarEvent], error] {
			return c.CalendarSeries(ctx, "x", "a b", opt)
		})
)

var calendarEventAPI = apiCase{
	name:     "event by id",
	declared: "/v1.0/calendar/users/{unionId}/calendars/primary/events/{eventId}",
	path:     "/v1.0/calendar/users/x/calendars/primary/events/e%2F1",
	call: func(ctx context.Context, c *client.Client, opt client.PageOptions) (int, error) {
		return one(c.CalendarEvent(ctx, "x", "e/1", opt.Wait))
	},
	asks:  []string{"maxAttendees=500"},
	pages: []string{sampleEvent},
	bad: func() map[string]string {
		bad := maps.Clone(badEvents)
		bad[`{}`], bad[`{"id":null}`] = "id is missing", "id is missing"
		return bad
	}(),
	unread: unreadOfEvent(""),
	codes: []codeCase{
		{404, "itemNotFound", client.NotFound, "There is no such event, or it was deleted: check the id."},
		{404, "instanceNotExist", client.NotFound, "There is no such event, or it was deleted: check the id."},
		{400, "invalidParameter", client.BadRequest, "check union_id and the id of the event. A user id is no union id: dingtalk_user has both."},
	},
}

func TestCalendarEvents(t *testing.T) {
	for _, a := range []apiCase{calendarViewAPI, calendarSeriesAPI} {
		inWorld(t, internalApp, func(t *testing.T, w *world) {
			a.answer(t, w, a.good()...)
			pages := w.api.CalendarEventsView(t.Context(), "x", viewFrom, viewFrom, client.PageOptions{})
			if a.name == calendarSeriesAPI.name {
				pages = w.api.CalendarSeries(t.Context(), "x", "s", client.PageOptions{})
			}
			var got []*client.CalendarEvent
			for page, err := range pages {
				equal(t, "error", error(nil), err)
				got = append(got, page.Entries...)
			}
			equal(t, a.name, []*client.CalendarEvent{wantEvent(), {ID: to("e")}}, got)
		})
	}
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		calendarEventAPI.answer(t, w, calendarEventAPI.good()...)
		one, err := w.api.CalendarEvent(t.Context(), "x", "e/1", nil)
		equal(t, "error", error(nil), err)
		equal(t, "event", wantEvent(), one)
	})
}

// Bounds are sent in whole seconds, never narrower than they are, and pages no
// larger than DingTalk allows.
func TestCalendarView(t *testing.T) {
	at := func(second, nanosecond int) time.Time {
		return time.Date(2025, 8, 18, 7, 0, second, nanosecond, time.UTC)
	}
	for _, test := range []struct {
		name        string
		from, until time.Time
		size        int
		asks        string
	}{
		{"whole seconds", at(0, 0), at(2, 0), 0, "maxAttendees=100&timeMax=2025-08-18T07%3A00%3A02Z&timeMin=2025-08-18T07%3A00%3A00Z"},
		{"parts of a second", at(0, 1), at(1, 1), 7, "maxAttendees=100&maxResults=7&timeMax=2025-08-18T07%3A00%3A02Z&timeMin=2025-08-18T07%3A00%3A00Z"},
		{"another zone", viewFrom, viewFrom, 500, "maxAttendees=100&maxResults=100&timeMax=2025-08-18T07%3A00%3A00Z&timeMin=2025-08-18T07%3A00%3A00Z"},
	} {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				asked := calendarViewAPI.answer(t, w, body(`{"events":[],"nextToken":null}`))
				for _, err := range w.api.CalendarEventsView(t.Context(), "x", test.from, test.until, client.PageOptions{Size: test.size}) {
					equal(t, "error", error(nil), err)
				}
				equal(t, "arguments", []string{test.asks}, *asked)
			})
		})
	}
}

// Occurrences with one id are distinguished by their start: pages of them get on,
// and pages that bring the same ones again do not.
func TestOccurrencesOfOneID(t *testing.T) {
	for name, test := range map[string]struct {
		start func(page int) string
		err   string
	}{
		"each at its time": {func(page int) string { return fmt.Sprintf(`{"dateTime":"2025-08-%02dT07:00:00Z"}`, page) }, ""},
		"each on its day":  {func(page int) string { return fmt.Sprintf(`{"date":"2025-08-%02d"}`, page) }, ""},
		"the same again":   {func(int) string { return `{"dateTime":"2025-08-01T07:00:00Z"}` }, "brought only what was on the page before"},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				var pages []serveFunc
				for n := 1; n <= 9; n++ {
					pages = append(pages, body(fmt.Sprintf(`{"events":[{"id":"stand-up","start":%s}],"nextToken":"%d"}`, test.start(n), n)))
				}
				calendarViewAPI.answer(t, w, append(pages, body(`{"events":[],"nextToken":null}`))...)
				rows, err := calendarViewAPI.call(t.Context(), w.api, client.PageOptions{})
				if test.err != "" {
					checkUnexpected(t, err, test.err)
					return
				}
				equal(t, "error", error(nil), err)
				equal(t, "rows", 9, rows)
			})
		})
	}
}

// A room code is in the object, in a string with its JSON, or in the link.
func TestRoomCodeOfEvents(t *testing.T) {
	for info, want := range map[string]string{
		`{"extraInfo":{"roomCode":"812 365 40097"}}`:                                  "812 365 40097",
		`{"extraInfo":"{\"roomCode\":\"812 365 40097\"}"}`:                            "812 365 40097",
		`{"extraInfo":"","url":"dingtalk://x?confId=7a0b&roomCode=81236540097&a=b"}`:  "81236540097",
		`{"extraInfo":null,"url":"dingtalk://x?roomCode=812%20365%2040097"}`:          "812 365 40097",
		`{"extraInfo":{"roomCode":""},"url":"https://x.example/#/j?roomCode=81+2#e"}`: "81 2",
		`{"extraInfo":{"roomCode":"813"},"url":"dingtalk://x?roomCode=812"}`:          "813",
		`{"url":"dingtalk://x?otherroomCode=812"}`:                                    "nil",
		`{"url":"dingtalk://x?roomCode=%zz"}`:                                         "nil",
		`{"url":"dingtalk://x?roomCode="}`:                                            "nil",
		`{}`:                                                                          "nil",
	} {
		t.Run(info, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				calendarEventAPI.answer(t, w, body(fmt.Sprintf(`{"id":"e","onlineMeetingInfo":%s}`, info)))
				event, err := w.api.CalendarEvent(t.Context(), "x", "e/1", nil)
				equal(t, "error", error(nil), err)
				got := "nil"
				if code := event.OnlineMeeting.RoomCode(); code != nil {
					got = *code
				}
				equal(t, "room code", want, got)
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
		{`{"dateTime":"2025-08-18T15:00+08:00"}`, client.EventTime{Time: to(time.Date(2025, 8, 18, 7, 0, 0, 0, time.UTC))}},
		{`{"dateTime":"2025-08-18T15:00Z"}`, client.EventTime{Time: to(time.Date(2025, 8, 18, 15, 0, 0, 0, time.UTC))}},
		{`{"dateTime":"2025-08-18T15:00:00+0800"}`, client.EventTime{Time: to(time.Date(2025, 8, 18, 7, 0, 0, 0, time.UTC))}},
		{`{"dateTime":"2025-08-18T15:00-0330"}`, client.EventTime{Time: to(time.Date(2025, 8, 18, 18, 30, 0, 0, time.UTC))}},
		// Zones by their offset.
		{`{"date":"2025-08-18","timeZone":"GMT+8"}`, client.EventTime{Time: to(time.Date(2025, 8, 17, 16, 0, 0, 0, time.UTC)), Date: "2025-08-18", TimeZone: "GMT+8"}},
		{`{"date":"2025-08-18","timeZone":"UTC-03:30"}`, client.EventTime{Time: to(time.Date(2025, 8, 18, 3, 30, 0, 0, time.UTC)), Date: "2025-08-18", TimeZone: "UTC-03:30"}},
		{`{"date":"2025-08-18","timeZone":"GMT+15"}`, client.EventTime{Date: "2025-08-18", TimeZone: "GMT+15"}},
		{`{"date":"2025-08-18","timeZone":"GMT+08:75"}`, client.EventTime{Date: "2025-08-18", TimeZone: "GMT+08:75"}},
		{`{"dateTime":"2025-08-18T15:00:00+09:00","timeZone":"GMT+8"}`, client.EventTime{Time: to(time.Date(2025, 8, 18, 6, 0, 0, 0, time.UTC)), TimeZone: "GMT+8"}},
		// Unknown zones.
		{`{"date":"2025-08-18","timeZone":"Mars/Olympus"}`, client.EventTime{Date: "2025-08-18", TimeZone: "Mars/Olympus"}},
		{`{"date":"2025-08-18","timeZone":"Local"}`, client.EventTime{Date: "2025-08-18", TimeZone: "Local"}},
		{`{"date":"2025-08-18","timeZone":"../zone"}`, client.EventTime{Date: "2025-08-18", TimeZone: "../zone"}},
		// Days without a midnight, west and east of Greenwich, and one that was none.
		{`{"date":"2018-11-04","timeZone":"America/Sao_Paulo"}`, client.EventTime{Time: to(time.Date(2018, 11, 4, 3, 0, 0, 0, time.UTC)), Date: "2018-11-04", TimeZone: "America/Sao_Paulo"}},
		{`{"date":"2025-09-07","timeZone":"America/Santiago"}`, client.EventTime{Time: to(time.Date(2025, 9, 7, 4, 0, 0, 0, time.UTC)), Date: "2025-09-07", TimeZone: "America/Santiago"}},
		{`{"date":"2025-03-09","timeZone":"America/Havana"}`, client.EventTime{Time: to(time.Date(2025, 3, 9, 5, 0, 0, 0, time.UTC)), Date: "2025-03-09", TimeZone: "America/Havana"}},
		{`{"date":"2025-03-30","timeZone":"Asia/Beirut"}`, client.EventTime{Time: to(time.Date(2025, 3, 29, 22, 0, 0, 0, time.UTC)), Date: "2025-03-30", TimeZone: "Asia/Beirut"}},
		{`{"date":"2011-12-30","timeZone":"Pacific/Apia"}`, client.EventTime{Time: to(time.Date(2011, 12, 30, 10, 0, 0, 0, time.UTC)), Date: "2011-12-30", TimeZone: "Pacific/Apia"}},
		// A day with two of them.
		{`{"date":"2025-11-02","timeZone":"America/Havana"}`, client.EventTime{Time: to(time.Date(2025, 11, 2, 4, 0, 0, 0, time.UTC)), Date: "2025-11-02", TimeZone: "America/Havana"}},
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
	for _, a := range []apiCase{calendarViewAPI, calendarSeriesAPI, calendarEventAPI} {
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
