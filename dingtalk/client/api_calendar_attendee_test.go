package client_test

import (
	"context"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
)

var calendarAttendeesAPI = apiCase{
	name:     "attendees of an event",
	declared: "/v1.0/calendar/users/{unionId}/calendars/primary/events/{eventId}/attendees",
	path:     "/v1.0/calendar/users/x/calendars/primary/events/e%2F1/attendees",
	call: func(ctx context.Context, c *client.Client, opt client.PageOptions) (int, error) {
		return rowsOf(c.CalendarEventAttendees(ctx, "x", "e/1", opt), func(p *client.Page[*client.CalendarEventAttendee]) int { return len(p.Entries) })
	},
	asks: []string{"maxResults=500", "maxResults=500&nextToken=cnNT"},
	pages: []string{
		`{"nextToken":"cnNT","attendees":[{"id":"k2WzC7iiTq0mVbXeRsLpAwiEiE","displayName":"Mei","responseStatus":"needsAction","isOptional":false,"self":true}]}`,
		`{"nextToken":null,"attendees":[{}]}`,
	},
	ends: map[string]string{
		"an empty token": `{"attendees":[{}],"nextToken":""}`,
		"no token":       `{"attendees":[{}]}`,
	},
	bad: map[string]string{
		`{}`:                                      "attendees is missing",
		`{"attendees":null}`:                      "attendees is missing",
		`{"attendees":{}}`:                        "attendees: the JSON object is no",
		`{"attendees":[{"id":"a"},null]}`:         "attendees[1]: null is no entry",
		`{"attendees":[{},{"id":7}]}`:             "attendees[1].id: the JSON number is no string",
		`{"attendees":[{"isOptional":"false"}]}`:  "attendees[0].isOptional: the JSON string is no boolean",
		`{"attendees":[{"self":1}]}`:              "attendees[0].self: the JSON number is no boolean",
		`{"attendees":[{"responseStatus":true}]}`: "attendees[0].responseStatus: the JSON boolean is no string",
		`{"attendees":[{"displayName":["Mei"]}]}`: "attendees[0].displayName: the JSON array is no string",
		`{"attendees":[],"nextToken":{}}`:         "nextToken: {} is no position",
	},
	codes: []codeCase{
		{400, "invalidParameter.event.eventId", client.NotFound, "There is no such event, or it was deleted: check the id."},
		{400, "invalidParameter", client.BadRequest, "check union_id and the id of the event. A user id is no union id: dingtalk_user has both."},
		{404, "itemNotFound", client.BadRequest, ""}, // is documented for one event alone
	},
}

// A page has the size that the caller names, up to the largest that DingTalk allows.
func TestPagesOfAttendees(t *testing.T) {
	for size, want := range map[int]string{0: "maxResults=500", 7: "maxResults=7", 500: "maxResults=500", 900: "maxResults=500"} {
		inWorld(t, internalApp, func(t *testing.T, w *world) {
			asked := calendarAttendeesAPI.answer(t, w, body(`{"attendees":[],"nextToken":null}`))
			_, err := calendarAttendeesAPI.call(t.Context(), w.api, client.PageOptions{Size: size})
			equal(t, "error", error(nil), err)
			equal(t, "arguments", []string{want}, *asked)
		})
	}
}
