package client

import (
	"context"
	"errors"
	"net/http"
	"net/url"
)

// GET /v1.0/conference/scheduleConferences/settings needs no acting user. What
// may be set and not read (automatic recording, for one) is not in its answer.
var scheduleSettings = declare(endpoint{
	method: http.MethodGet,
	path:   "/v1.0/conference/scheduleConferences/settings",
	api:    openAPI,
	codes: map[string]meaning{
		"scheduleConferenceIdError":   noSchedule,
		"invalidScheduleConferenceId": noSchedule,
		"noPermission":                {kind: NotAllowed, advice: adviceNotOurs},
		"userNotInOrg":                {kind: BadRequest},
		"paramError":                  {kind: BadRequest},
	},
	permission: "VideoConference.Conference.Read",
})

// What ScheduleSetting.MuteOnJoin may be: all are muted as they join, nobody is,
// or those who find more than six there.
const (
	MuteOnJoinOn   int64 = -1
	MuteOnJoinOff  int64 = 0
	MuteOnJoinAuto int64 = 6
)

// ScheduleSetting is how a schedule's meetings are secured. A nil field, or a
// Flag that is neither, is one that DingTalk did not tell, which is not "off";
// an id that it left empty stays "".
type ScheduleSetting struct {
	HostUnionID    *string      `json:"hostUnionId"`
	CohostUnionIDs List[string] `json:"cohostUnionIds"`
	// ConfAllowedCorpID is the only organization that may join; nil lets in
	// others.
	ConfAllowedCorpID    *string `json:"confAllowedCorpId"`
	LockRoom             Flag    `json:"lockRoom"`
	ScreenShareForbidden Flag    `json:"screenShareForbidden"`
	// MuteOnJoin is MuteOnJoinOn, MuteOnJoinOff or MuteOnJoinAuto.
	MuteOnJoin *int64               `json:"muteOnJoin"`
	Extra      ScheduleExtraSetting `json:"moziConfVirtualExtraSetting"`
}

// ScheduleExtraSetting is the part of a ScheduleSetting that DingTalk nests in
// it.
type ScheduleExtraSetting struct {
	WaitingRoom    WaitingRoom `json:"waitingRoom"`
	JoinBeforeHost Flag        `json:"joinBeforeHost"`
	EnableChat     Flag        `json:"enableChat"`
	// LockNick is yes where people may not rename themselves.
	LockNick Flag `json:"lockNick"`
	// LockMediaStatusMicMute is yes where people may not unmute themselves.
	LockMediaStatusMicMute Flag `json:"lockMediaStatusMicMute"`
	// EnableWebAnonymousJoin is yes where people may join in a browser without
	// signing in.
	EnableWebAnonymousJoin Flag `json:"enableWebAnonymousJoin"`
	// ExtensionAppSettings is an array.
	ExtensionAppSettings RawArray `json:"moziConfExtensionAppSettings"`
}

// WaitingRoom is a Flag that may also be off as 2: that is how off is written
// where schedules are made.
type WaitingRoom struct{ Flag }

func (w *WaitingRoom) UnmarshalJSON(b []byte) error {
	if string(unquoted(b)) == "2" {
		w.Flag = no
		return nil
	}
	return w.Flag.UnmarshalJSON(b)
}

// scheduleSettingAnswer is the answer to the settings of one schedule.
type scheduleSettingAnswer struct {
	refusal
	Setting *ScheduleSetting `json:"scheduleConfSettingModel"`
}

func (a *scheduleSettingAnswer) check() error {
	if a.Setting == nil {
		return errors.New("scheduleConfSettingModel is missing")
	}
	return nil
}

// ScheduleSetting returns how the meetings of a schedule are secured. The error
// is an *Error of kind NotFound where DingTalk knows no such schedule, and
// NotAllowed where it is another organization's. wait is as in PageOptions.
func (c *Client) ScheduleSetting(ctx context.Context, scheduleConferenceID string, wait func(context.Context) error) (*ScheduleSetting, error) {
	a, err := read[scheduleSettingAnswer](ctx, c, wait, request{endpoint: scheduleSettings, args: url.Values{"scheduleConferenceId": {scheduleConferenceID}}})
	if err != nil {
		return nil, err
	}
	return a.Setting, nil
}
