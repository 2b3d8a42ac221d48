package client_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
)

var schedulePlanAPI = apiCase{
	name:     "plan of a schedule",
	declared: "/v1.0/conference/scheduleConferences/{scheduleConferenceId}/infos",
	path:     "/v1.0/conference/scheduleConferences/x/infos",
	call: func(ctx context.Context, c *client.Client, opt client.PageOptions) (int, error) {
		return one(c.SchedulePlan(ctx, "x", "u&v", opt.Wait))
	},
	asks: []string{"requestUnionId=u%26v"},
	pages: []string{`{"requestId":"r1","scheduleConferenceId":"7a0b6c52-31d4-4c9e-9f54-0f5f4f6b2e10","title":"Vendor review","startTime":1755500400000,"endTime":1755504000000,
		"roomCode":"812 365 40097","url":"https://meeting.dingtalk.com/j/AbC123","phones":["+861012345678"]}`},
	bad: map[string]string{
		`{}`:                              "all that a plan has is missing",
		`{"requestId":"r1"}`:              "all that a plan has is missing",
		`{"scheduleConferenceId":null}`:   "all that a plan has is missing",
		`{"scheduleConferenceId":7}`:      "scheduleConferenceId: the JSON number is no string",
		`{"phones":"+861012345678"}`:      "phones: the JSON string is no array",
		`{"phones":["+86101",861012345]}`: "phones[1]: the JSON number is no string",
		`{"startTime":"1755500400000"}`:   "startTime: the JSON string is no whole number",
		`{"roomCode":81236540097}`:        "roomCode: the JSON number is no string",
	},
	needs:  []string{"scheduleConferenceId", "title", "roomCode", "startTime", "endTime", "url"},
	unread: []string{"requestId"},
	codes: []codeCase{
		{400, "permissionError", client.NotAllowed, nameAnother},
		{400, "paramsError", client.BadRequest, ""},
		{500, "systemError", client.Transient, ""},
	},
}

func TestSchedulePlan(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		asked := schedulePlanAPI.answer(t, w, schedulePlanAPI.good()[0], body(`{"scheduleConferenceId":"x","phones":[],"startTime":0}`),
			schedulePlanAPI.refuse(400, "resourceCancel"))
		for _, want := range []*client.SchedulePlan{
			{
				ScheduleConferenceID: to("7a0b6c52-31d4-4c9e-9f54-0f5f4f6b2e10"), Title: to("Vendor review"), RoomCode: to("812 365 40097"),
				StartTime: to(client.Millis(1755500400000)), EndTime: to(client.Millis(1755504000000)), URL: to("https://meeting.dingtalk.com/j/AbC123"), Phones: []string{"+861012345678"},
			},
			{ScheduleConferenceID: to("x"), Phones: []string{}, StartTime: to(client.Millis(0))},
			{Cancelled: true},
		} {
			got, err := w.api.SchedulePlan(t.Context(), "x", "u", nil)
			equal(t, "error", error(nil), err)
			if d := cmp.Diff(want, got, cmpopts.IgnoreUnexported(client.SchedulePlan{})); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		}
		equal(t, "calls", 3, len(*asked))
	})
}

// Without an acting user the error is not that of a user who may not see the plan.
func TestSchedulePlanForNobody(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		if plan, err := w.api.SchedulePlan(t.Context(), "x", "", nil); !errors.Is(err, client.ErrNoActingUser) || plan != nil {
			t.Error(plan, err)
		}
		equal(t, "calls", 0, len(w.sim.Calls()))
	})
}
