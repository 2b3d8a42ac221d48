package client_test

import (
	"context"
	"errors"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
)

const nameAnother = "The user on whose behalf the call was made may not see this: name another in acting_union_id. A user id is no union id: dingtalk_user has both."

var recordingsAPI = apiCase{
	name:     "recordings of a conference",
	declared: "/v1.0/conference/videoConferences/{conferenceId}/cloudRecords/getVideos",
	path:     "/v1.0/conference/videoConferences/x/cloudRecords/getVideos",
	call: func(ctx context.Context, c *client.Client, opt client.PageOptions) (int, error) {
		recordings, err := c.Recordings(ctx, "x", "u&v", opt.Wait)
		return len(recordings), err
	},
	asks: []string{"unionId=u%26v"},
	pages: []string{`{"videoList":[{"recordId":"2908822680011172033231","unionId":"uVq7RkLx2iSbP0yTn8sWQiEiE","startTime":1755500460000,"endTime":1755509500000,
		"duration":9040000,"fileSize":731906048,"recordType":1,"mediaId":"faa1566c5bc24f21821ae2394f82db2e","regionId":"cn-shenzhen"}]}`},
	bad: map[string]string{
		`{}`:                                   "videoList is missing",
		`{"videoList":null}`:                   "videoList is missing",
		`{"videoList":[{},null]}`:              "videoList[1]: null is no entry",
		`{"videoList":[{},{"fileSize":"1"}]}`:  "videoList[1].fileSize: the JSON string is no whole number",
		`{"videoList":[{"recordId":1}]}`:       "videoList[0].recordId: the JSON number is no string",
		`{"videoList":[{"recordType":true}]}`:  "videoList[0].recordType: the JSON boolean is no whole number",
		`{"videoList":[{"duration":"9040"}]}`:  "videoList[0].duration: the JSON string is no whole number",
		`{"videoList":[{"startTime":"2025"}]}`: "videoList[0].startTime: the JSON string is no whole number",
	},
	codes: []codeCase{
		{400, "cloudRecordNotFound", client.NotFound, "The conference has no cloud recording."},
		{404, "waterLimitError", client.Throttled, ""},
		{404, "permissionError", client.NotAllowed, nameAnother},
		{400, "orgAccessForbidden", client.NotAllowed, "DingTalk bars the organization from this: ask DingTalk's support why."},
		{400, "unknownUserError", client.BadRequest, "check acting_union_id. A user id is no union id: dingtalk_user has both."},
		{400, "resourceClose", client.BadRequest, "DingTalk has closed the meeting and returns nothing more about it: leave it out of the query."},
		{400, "paramsError", client.BadRequest, ""},
		{404, "roomNotFound", client.BadRequest, ""}, // is not documented here
		{500, "systemError", client.Transient, ""},
	},
}

func TestRecordings(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		recordingsAPI.answer(t, w, recordingsAPI.good()[0], body(`{"videoList":[{},{"recordType":0,"mediaId":"","endTime":0}]}`), body(`{"videoList":[]}`))
		for _, want := range [][]*client.Recording{
			{{
				RecordID: to("2908822680011172033231"), MediaID: to("faa1566c5bc24f21821ae2394f82db2e"), RegionID: to("cn-shenzhen"), UnionID: to("uVq7RkLx2iSbP0yTn8sWQiEiE"),
				StartTime: to(client.Millis(1755500460000)), EndTime: to(client.Millis(1755509500000)), Duration: to(client.Span(9040000)),
				FileSize: to[int64](731906048), RecordType: to(client.RecordComposed),
			}},
			{{}, {RecordType: to(client.RecordNormal), MediaID: to(""), EndTime: to(client.Millis(0))}},
			{},
		} {
			got, err := w.api.Recordings(t.Context(), "x", "u", nil)
			equal(t, "error", error(nil), err)
			equal(t, "recordings", want, got)
		}
	})
}

// Without an acting user the error is not that of a user without recordings.
func TestRecordingsOfNobody(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		if _, err := w.api.Recordings(t.Context(), "x", "", nil); !errors.Is(err, client.ErrNoActingUser) {
			t.Error(err)
		}
		equal(t, "calls", 0, len(w.sim.Calls()))
	})
}
