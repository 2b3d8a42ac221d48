package client_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
)

const notOurs = "The meeting belongs to another organization, or the app may not see it: check the id."

var conferenceCodes = []codeCase{
	{404, "roomNotFound", client.NotFound, "There is no such conference: check the id."},
	{403, "noPermission", client.NotAllowed, notOurs},
	{400, "missingRoomId", client.BadRequest, ""},
	{400, "paramError", client.BadRequest, ""},
	{500, "systemError", client.Transient, ""},
}

var conferenceAPI = apiCase{
	name:     "conference by id",
	declared: "/v1.0/conference/videoConferences/{conferenceId}",
	path:     "/v1.0/conference/videoConferences/x",
	call: func(ctx context.Context, c *client.Client, opt client.PageOptions) (int, error) {
		return one(c.Conference(ctx, "x", opt.Wait))
	},
	asks: []string{""},
	pages: []string{`{"confInfo":{"conferenceId":"64f1c2aa2fe0a1014c7d0b55","title":"Vendor review","roomCode":"81236540097","status":1,
		"startTime":1755500400000,"endTime":1755509520000,"confDuration":9120500,"creatorId":"uVq7RkLx2iSbP0yTn8sWQiEiE","creatorNick":"Lin",
		"invitedNum":6,"attendNum":8,"activeNum":0,"externalLinkUrl":"https://meeting.dingtalk.com/app?roomCode=81236540097&token=1_ab12",
		"scheduleConferenceId":"7a0b6c52-31d4-4c9e-9f54-0f5f4f6b2e10","bizType":"3","cloudRecordStatus":3,"cloudRecordOwnerUnionId":"",
		"minutesStatus":0,"extensionAppSettings":[{"appId":"29","autoOpenMode":0}]}}`},
	bad: map[string]string{
		`{}`:                                "confInfo is missing",
		`{"confInfo":null}`:                 "confInfo is missing",
		`{"confInfo":[]}`:                   "confInfo: the JSON array is no object",
		`{"confInfo":{"status":"1"}}`:       "confInfo.status: the JSON string is no whole number",
		`{"confInfo":{"invitedNum":1.5}}`:   "confInfo.invitedNum: the JSON number 1.5 is no whole number",
		`{"confInfo":{"bizType":3}}`:        "confInfo.bizType: the JSON number is no string",
		`{"confInfo":{"endTime":1e30}}`:     "confInfo.endTime: the JSON number 1e30 is no whole number",
		`{"confInfo":{"confDuration":"1"}}`: "confInfo.confDuration: the JSON string is no whole number",
	},
	unread: []string{"confInfo.minutesStatus", "confInfo.extensionAppSettings[0]"},
	codes:  conferenceCodes,
}

// one counts an answer that has one row.
func one[T any](_ *T, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	return 1, nil
}

// to is a pointer to a value.
func to[T any](v T) *T { return &v }

func TestConference(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		conferenceAPI.answer(t, w, conferenceAPI.good()[0], body(`{"confInfo":{"endTime":0,"extensionAppSettings":null}}`))
		got, err := w.api.Conference(t.Context(), "x", nil)
		equal(t, "error", error(nil), err)
		equal(t, "conference", &client.Conference{
			ConferenceID: to("64f1c2aa2fe0a1014c7d0b55"), Title: to("Vendor review"), RoomCode: to("81236540097"), Status: to(client.StatusEnded),
			StartTime: to(client.Millis(1755500400000)), EndTime: to(client.Millis(1755509520000)), Duration: to(client.Span(9120500)),
			CreatorID: to("uVq7RkLx2iSbP0yTn8sWQiEiE"), CreatorNick: to("Lin"), InvitedNum: to[int64](6), AttendNum: to[int64](8), ActiveNum: to[int64](0),
			ExternalLinkURL:      to("https://meeting.dingtalk.com/app?roomCode=81236540097&token=1_ab12"),
			ScheduleConferenceID: to("7a0b6c52-31d4-4c9e-9f54-0f5f4f6b2e10"), BizType: to("3"), CloudRecordStatus: to(client.CloudRecordEnded),
			CloudRecordOwnerUnionID: to(""),
			ExtensionAppSettings:    client.RawArray{RawMessage: json.RawMessage(`[{"appId":"29","autoOpenMode":0}]`)},
		}, got)

		got, err = w.api.Conference(t.Context(), "x", nil)
		equal(t, "error", error(nil), err)
		equal(t, "conference of which DingTalk returns little", &client.Conference{EndTime: to(client.Millis(0))}, got)
	})
}
