package client_test

import (
	"context"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
)

var roomCodeAPI = apiCase{
	name:     "conferences of a room code",
	declared: "/v1.0/conference/roomCodes/{roomCode}/infos",
	path:     "/v1.0/conference/roomCodes/81236540097/infos",
	call: func(ctx context.Context, c *client.Client, opt client.PageOptions) (int, error) {
		return rowsOf(c.RoomCodeConferences(ctx, "812 365 40097", opt), func(p *client.Page[*client.Conference]) int { return len(p.Entries) })
	},
	asks: []string{"", "nextToken=10"},
	pages: []string{
		`{"nextToken":"10","hasMore":true,"totalCount":2,"conferenceList":[{"conferenceId":"64f1c2aa2fe0a1014c7d0b55","title":"Vendor review","roomCode":"81236540097",
			"externalLinkUrl":"https://meeting.dingtalk.com/app?roomCode=81236540097&token=1_ab12","status":1,"startTime":1755500400000,"endTime":1755509520000,
			"confDuration":9120000,"creatorId":"uVq7RkLx2iSbP0yTn8sWQiEiE","creatorNick":"Lin","scheduleConferenceId":"7a0b6c52-31d4-4c9e-9f54-0f5f4f6b2e10","bizType":"3"}]}`,
		`{"nextToken":"2","hasMore":false,"totalCount":2,"conferenceList":[{"status":2}]}`,
	},
	ends: map[string]string{
		"hasMore false, no token":    `{"hasMore":false,"conferenceList":[{}]}`,
		"no hasMore, no token":       `{"conferenceList":[{}]}`,
		"no hasMore, an empty token": `{"nextToken":"","conferenceList":[{}]}`,
		"hasMore and token null":     `{"hasMore":null,"nextToken":null,"conferenceList":[{}]}`,
	},
	bad: map[string]string{
		`{}`: "conferenceList is missing",
		`{"hasMore":false,"conferenceList":null}`:                "conferenceList is missing",
		`{"totalCount":2,"conferenceList":[]}`:                   "totalCount is 2, but the list is empty",
		`{"hasMore":true,"conferenceList":[]}`:                   "there is more, but not where",
		`{"hasMore":1,"conferenceList":[{}]}`:                    "hasMore: the JSON number is no boolean",
		`{"conferenceList":[{},null]}`:                           "conferenceList[1]: null is no entry",
		`{"conferenceList":[{},{"roomCode":81236540097}]}`:       "conferenceList[1].roomCode: the JSON number is no string",
		`{"conferenceList":[{"startTime":"1755500400000"}]}`:     "conferenceList[0].startTime: the JSON string is no whole number",
		`{"conferenceList":[{"endTime":9223372036854775807}]}`:   "conferenceList[0].endTime: 9223372036854775807 is no time",
		`{"conferenceList":[{},{},{"confDuration":912.5}]}`:      "conferenceList[2].confDuration: the JSON number 912.5 is no whole number",
		`{"conferenceList":[{"scheduleConferenceId":{"id":1}}]}`: "conferenceList[0].scheduleConferenceId: the JSON object is no string",
	},
	codes: []codeCase{
		{400, "invalidRoomCode", client.NotFound, "There is no such room code: check it."},
		{400, "missingRoomCode", client.BadRequest, ""},
		{400, "paramError", client.BadRequest, ""},
		{403, "noPermission", client.NotAllowed, notOurs},
		{500, "systemError", client.Transient, ""},
	},
}

func TestRoomCodeConferences(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		roomCodeAPI.answer(t, w, roomCodeAPI.good()...)
		var got []*client.Conference
		for page, err := range w.api.RoomCodeConferences(t.Context(), "81236540097", client.PageOptions{}) {
			equal(t, "error", error(nil), err)
			equal(t, "total", to[int64](2), page.TotalCount)
			got = append(got, page.Entries...)
		}
		equal(t, "conferences", []*client.Conference{{
			ConferenceID: to("64f1c2aa2fe0a1014c7d0b55"), Title: to("Vendor review"), RoomCode: to("81236540097"), Status: to(client.StatusEnded),
			StartTime: to(client.Millis(1755500400000)), EndTime: to(client.Millis(1755509520000)), Duration: to(client.Span(9120000)),
			CreatorID: to("uVq7RkLx2iSbP0yTn8sWQiEiE"), CreatorNick: to("Lin"),
			ExternalLinkURL:      to("https://meeting.dingtalk.com/app?roomCode=81236540097&token=1_ab12"),
			ScheduleConferenceID: to("7a0b6c52-31d4-4c9e-9f54-0f5f4f6b2e10"), BizType: to("3"),
		}, {Status: to(client.StatusInProgress)}}, got)
	})
}

func TestRoomCodeDigits(t *testing.T) {
	for code, want := range map[string]string{"": "", "81236540097": "81236540097", "812 365 40097": "81236540097", " 812\u00a0365\t40097\n": "81236540097", "812-365": "812-365"} {
		equal(t, code, want, client.RoomCodeDigits(code))
	}
}

// A code of nothing but spaces is none.
func TestRoomCodeOfSpaces(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		for _, err := range w.api.RoomCodeConferences(t.Context(), "  ", client.PageOptions{}) {
			if !client.IsKind(err, client.NotFound) {
				t.Error(err)
			}
		}
		equal(t, "calls", 0, len(w.sim.Calls()))
	})
}
