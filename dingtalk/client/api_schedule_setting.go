package client

import (
	"context"
	"errors"
	"net/http"
	"net/url"
)

// GET /v1.0/conference/scheduleConferences/settings needs no acting user. It does not
// return all that can be set, such as automatic recording.
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

// The values of ScheduleSetting.MuteOnJoin: who is muted as they join, which is all,
// nobody, or those who find more than six people in the meeting.
const (
	MuteOnJoinOn   int64 = -1
	MuteOnJoinOff  int64 = 0
	MuteOnJoinAuto int64 = 6
)

// ScheduleSetting is how a schedule's meetings are secured. A nil field, or a Flag
// that is neither yes nor no, is one that DingTalk did not return, which does not mean
// "off". An id that it left empty stays "".
type ScheduleSetting struct {
	HostUnionID    *string      `json:"hostUnionId"`
	CohostUnionIDs List[string] `json:"cohostUnionIds"`
	// ConfAllowedCorpID is the only organization that may join. If nil, others may
	// join as well.
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
	// LockNick is yes if people may not rename themselves.
	LockNick Flag `json:"lockNick"`
	// LockMediaStatusMicMute is yes if people may not unmute themselves.
	LockMediaStatusMicMute Flag `json:"lockMediaStatusMicMute"`
	// EnableWebAnonymousJoin is yes if people may join in a browser without signing
	// in.
	EnableWebAnonymousJoin Flag `json:"enableWebAnonymousJoin"`
	// ExtensionAppSettings is an array.
	ExtensionAppSettings RawArray `json:"moziConfExtensionAppSettings"`
}

// WaitingRoom is a Flag for which 2 is off as well: the API that creates schedules
// writes off so.
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

// ScheduleSetting returns how the meetings of a schedule are secured. The error is an
// *Error of kind NotFound if DingTalk does not know the schedule, and NotAllowed if it
// belongs to another organization. wait is as in PageOptions.
func (c *Client) ScheduleSetting(ctx context.Context, scheduleConferenceID string, wait func(context.Context) error) (*ScheduleSetting, error) {
	a, err := read[scheduleSettingAnswer](ctx, c, wait, request{endpoint: scheduleSettings, args: url.Values{"scheduleConferenceId": {scheduleConferenceID}}})
	if err != nil {
		return nil, err
	}
	return a.Setting, nil
}
