package client_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
)

var scheduleSettingAPI = apiCase{
	name:     "settings of a schedule",
	declared: "/v1.0/conference/scheduleConferences/settings",
	path:     "/v1.0/conference/scheduleConferences/settings",
	call: func(ctx context.Context, c *client.Client, opt client.PageOptions) (int, error) {
		return one(c.ScheduleSetting(ctx, "a/b", opt.Wait))
	},
	asks: []string{"scheduleConferenceId=a%2Fb"},
	pages: []string{`{"scheduleConfSettingModel":{"hostUnionId":"uVq7RkLx2iSbP0yTn8sWQiEiE","cohostUnionIds":["k2WzC7iiTq0mVbXeRsLpAwiEiE"],"confAllowedCorpId":"dingcorp7",
		"lockRoom":0,"screenShareForbidden":1,"muteOnJoin":6,"moziConfVirtualExtraSetting":{"waitingRoom":1,"joinBeforeHost":0,"enableChat":1,"lockNick":0,
		"lockMediaStatusMicMute":1,"enableWebAnonymousJoin":true,"moziConfExtensionAppSettings":[{"clientId":"dingapp","autoOpenMode":"1"}]}}}`},
	bad: map[string]string{
		`{}`:                                "scheduleConfSettingModel is missing",
		`{"scheduleConfSettingModel":null}`: "scheduleConfSettingModel is missing",
		`{"scheduleConfSettingModel":{"lockRoom":"on"}}`:                                                     `scheduleConfSettingModel.lockRoom: "on" is no flag`,
		`{"scheduleConfSettingModel":{"muteOnJoin":"6"}}`:                                                    "scheduleConfSettingModel.muteOnJoin: the JSON string is no whole number",
		`{"scheduleConfSettingModel":{"muteOnJoin":false}}`:                                                  "scheduleConfSettingModel.muteOnJoin: the JSON boolean is no whole number",
		`{"scheduleConfSettingModel":{"cohostUnionIds":["u",7]}}`:                                            "scheduleConfSettingModel.cohostUnionIds[1]: the JSON number is no string",
		`{"scheduleConfSettingModel":{"cohostUnionIds":["u",null]}}`:                                         "scheduleConfSettingModel.cohostUnionIds[1]: null is no entry",
		`{"scheduleConfSettingModel":{"moziConfVirtualExtraSetting":{"waitingRoom":"?"}}}`:                   `scheduleConfSettingModel.moziConfVirtualExtraSetting.waitingRoom: "?" is no flag`,
		`{"scheduleConfSettingModel":{"moziConfVirtualExtraSetting":{"moziConfExtensionAppSettings":"[]"}}}`: `moziConfVirtualExtraSetting.moziConfExtensionAppSettings: "[]" is no array`,
		`{"scheduleConfSettingModel":{"moziConfVirtualExtraSetting":{"enableWebAnonymousJoin":"perhaps"}}}`:  `moziConfVirtualExtraSetting.enableWebAnonymousJoin: "perhaps" is no flag`,
	},
	unread: []string{"scheduleConfSettingModel.moziConfVirtualExtraSetting.moziConfExtensionAppSettings[0]"},
	codes: []codeCase{
		{400, "scheduleConferenceIdError", client.NotFound, "There is no such schedule: check the id."},
		{400, "userNotInOrg", client.BadRequest, ""},
		{400, "paramError", client.BadRequest, ""},
		{403, "noPermission", client.NotAllowed, notOurs},
		{500, "systemError", client.Transient, ""},
	},
}

func TestScheduleSetting(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		scheduleSettingAPI.answer(t, w, scheduleSettingAPI.good()[0], body(`{"scheduleConfSettingModel":{"cohostUnionIds":[],"hostUnionId":""}}`), body(`{"scheduleConfSettingModel":{}}`))
		yes, no := flag(t, "1"), flag(t, "0")
		for _, want := range []*client.ScheduleSetting{
			{
				HostUnionID: to("uVq7RkLx2iSbP0yTn8sWQiEiE"), CohostUnionIDs: []string{"k2WzC7iiTq0mVbXeRsLpAwiEiE"}, ConfAllowedCorpID: to("dingcorp7"),
				LockRoom: no, ScreenShareForbidden: yes, MuteOnJoin: to(client.MuteOnJoinAuto),
				Extra: client.ScheduleExtraSetting{
					WaitingRoom: client.WaitingRoom{Flag: yes}, JoinBeforeHost: no, EnableChat: yes, LockNick: no, LockMediaStatusMicMute: yes, EnableWebAnonymousJoin: yes,
					ExtensionAppSettings: client.RawArray{RawMessage: json.RawMessage(`[{"clientId":"dingapp","autoOpenMode":"1"}]`)},
				},
			},
			{CohostUnionIDs: []string{}, HostUnionID: to("")},
			{},
		} {
			got, err := w.api.ScheduleSetting(t.Context(), "x", nil)
			equal(t, "error", error(nil), err)
			equal(t, "setting", want, got)
		}
	})
}

// flag is the flag that DingTalk writes so.
func flag(t *testing.T, text string) (f client.Flag) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		t.Fatal(err)
	}
	return f
}

// A number that is neither on nor off is NULL; but the waiting room has two
// ways to be off.
func TestFlagsOfSettings(t *testing.T) {
	for text, want := range map[string]struct{ flag, waitingRoom *bool }{
		"1": {to(true), to(true)}, "0": {to(false), to(false)}, "2": {nil, to(false)}, `"2"`: {nil, to(false)}, "3": {nil, nil}, "-1": {nil, nil}, "null": {nil, nil}, "true": {to(true), to(true)},
	} {
		inWorld(t, internalApp, func(t *testing.T, w *world) {
			scheduleSettingAPI.answer(t, w, body(fmt.Sprintf(`{"scheduleConfSettingModel":{"lockRoom":%s,"moziConfVirtualExtraSetting":{"waitingRoom":%s,"enableChat":%s}}}`, text, text, text)))
			got, err := w.api.ScheduleSetting(t.Context(), "x", nil)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, text+": lock", want.flag, got.LockRoom.Bool())
			equal(t, text+": chat", want.flag, got.Extra.EnableChat.Bool())
			equal(t, text+": waiting room", want.waitingRoom, got.Extra.WaitingRoom.Bool())
		})
	}
}
