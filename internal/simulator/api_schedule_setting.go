package simulator

import (
	"encoding/json"
	"net/http"
)

// SettingCall asks how a schedule is secured.
const SettingCall CallKind = "setting"

// Setting is how a schedule is secured. Nil and "" are left out of the answer.
type Setting struct {
	HostUnionID    string   `json:"hostUnionId,omitempty"`
	CohostUnionIDs []string `json:"cohostUnionIds,omitzero"`
	// ConfAllowedCorpID is the one organization that may join; "" lets outsiders
	// in.
	ConfAllowedCorpID string `json:"confAllowedCorpId,omitempty"`
	// LockRoom and ScreenShareForbidden are 1 for yes, 0 for no.
	LockRoom             *int64 `json:"lockRoom,omitempty"`
	ScreenShareForbidden *int64 `json:"screenShareForbidden,omitempty"`
	// MuteOnJoin is -1 for on, 0 for off, 6 for above six people.
	MuteOnJoin *int64        `json:"muteOnJoin,omitempty"`
	Extra      *ExtraSetting `json:"moziConfVirtualExtraSetting,omitempty"`
}

// ExtraSetting is the part of a Setting that DingTalk writes as an object of its
// own. The numbers are 1 for yes, 0 for no; WaitingRoom has a 2 for no as well.
type ExtraSetting struct {
	WaitingRoom    *int64 `json:"waitingRoom,omitempty"`
	JoinBeforeHost *int64 `json:"joinBeforeHost,omitempty"`
	EnableChat     *int64 `json:"enableChat,omitempty"`
	// LockNick keeps people from renaming themselves.
	LockNick *int64 `json:"lockNick,omitempty"`
	// LockMediaStatusMicMute keeps people from unmuting themselves.
	LockMediaStatusMicMute *int64 `json:"lockMediaStatusMicMute,omitempty"`
	// EnableWebAnonymousJoin lets people in who haven't signed in.
	EnableWebAnonymousJoin *bool        `json:"enableWebAnonymousJoin,omitempty"`
	ExtensionAppSettings   []SettingApp `json:"moziConfExtensionAppSettings,omitzero"`
}

// SettingApp is an app beside a schedule's meetings, which this API writes
// otherwise than the meetings' own does.
type SettingApp struct {
	ClientID            string `json:"clientId"`
	CoolAppCode         string `json:"coolAppCode"`
	AutoOpenMode        string `json:"autoOpenMode"`
	ExtensionAppBizData string `json:"extensionAppBizData"`
}

var _ = declare(route{
	kind:   SettingCall,
	method: http.MethodGet,
	path:   "/v1.0/conference/scheduleConferences/settings",
	api:    openAPI,
	answer: func(s *Simulator, a arguments) (json.RawMessage, *refusal) {
		id := a["scheduleConferenceId"]
		setting, known := s.Settings[id]
		switch {
		case id == "":
			return nil, &refusal{http.StatusBadRequest, "paramError", "paramError"}
		case !known:
			return nil, &refusal{http.StatusBadRequest, "scheduleConferenceIdError", "scheduleConferenceIdError"}
		}
		return reply(object{"scheduleConfSettingModel": setting})
	},
})
