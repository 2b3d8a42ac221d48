package simulator

import (
	"cmp"
	"encoding/json"
	"net/http"
	"slices"
)

// ConferenceInfoCall asks for a meeting by its id.
const ConferenceInfoCall CallKind = "conference info"

// The states of a Conference.
const (
	NotStarted int64 = 0
	Ended      int64 = 1
	InProgress int64 = 2
)

// Conference is a meeting. Nil, and "" in what is behind RoomCode, are left out
// of the answers.
type Conference struct {
	ConferenceID string
	Title        string
	// RoomCode is written in digits.
	RoomCode string
	// Status is NotStarted, Ended or InProgress.
	Status *int64
	// StartTime and EndTime are milliseconds since 1970 UTC. Only the API of
	// schedules returns an end for a meeting that has not ended.
	StartTime, EndTime *int64
	// CreatorID is a union id.
	CreatorID, CreatorNick string
	// BizType is "0" for an instant meeting, "3" for a booked one, "audio_conf"
	// for a voice call.
	BizType         string
	ExternalLinkURL string
	// InvitedNum, AttendNum and ActiveNum count people: invited, who joined at
	// any time, and who are in it now.
	InvitedNum, AttendNum, ActiveNum *int64
	// CloudRecordStatus is 0 for none, 1 recording, 2 paused, 3 ended.
	CloudRecordStatus       *int64
	CloudRecordOwnerUnionID string
	ExtensionAppSettings    []ExtensionApp
}

// ExtensionApp is an app beside a meeting.
type ExtensionApp struct {
	AppID   string `json:"appId"`
	AppCode string `json:"appCode"`
	// AutoOpenMode is 0 for nobody, 1 for hosts, 2 for all.
	AutoOpenMode        int64  `json:"autoOpenMode"`
	ExtensionAppBizData string `json:"extensionAppBizData"`
}

var _ = declare(route{
	kind:   ConferenceInfoCall,
	method: http.MethodGet,
	path:   "/v1.0/conference/videoConferences/{conferenceId}",
	api:    openAPI,
	answer: func(s *Simulator, a arguments) (json.RawMessage, *refusal) {
		c, schedule, known := s.conference(a["conferenceId"])
		if !known {
			return nil, &roomNotFound
		}
		return reply(object{"confInfo": conferenceInfo{
			listedConference: listed(c, schedule),
			InvitedNum:       c.InvitedNum, AttendNum: c.AttendNum, ActiveNum: c.ActiveNum,
			CloudRecordStatus: c.CloudRecordStatus, CloudRecordOwnerUnionID: c.CloudRecordOwnerUnionID,
			ExtensionAppSettings: c.ExtensionAppSettings,
		}})
	},
})

var roomNotFound = refusal{http.StatusNotFound, "roomNotFound", "ROOM NOT FOUND"}

// conferenceInfo is a meeting as this API writes it.
type conferenceInfo struct {
	listedConference
	InvitedNum              *int64         `json:"invitedNum,omitempty"`
	AttendNum               *int64         `json:"attendNum,omitempty"`
	ActiveNum               *int64         `json:"activeNum,omitempty"`
	CloudRecordStatus       *int64         `json:"cloudRecordStatus,omitempty"`
	CloudRecordOwnerUnionID string         `json:"cloudRecordOwnerUnionId,omitempty"`
	ExtensionAppSettings    []ExtensionApp `json:"extensionAppSettings,omitempty"`
}

// listedConference is what the API of room codes writes of a meeting, and this
// one as well.
type listedConference struct {
	ConferenceID         string `json:"conferenceId"`
	Title                string `json:"title"`
	RoomCode             string `json:"roomCode"`
	Status               *int64 `json:"status,omitempty"`
	StartTime            *int64 `json:"startTime,omitempty"`
	EndTime              *int64 `json:"endTime,omitempty"`
	ConfDuration         *int64 `json:"confDuration,omitempty"`
	CreatorID            string `json:"creatorId,omitempty"`
	CreatorNick          string `json:"creatorNick,omitempty"`
	ExternalLinkURL      string `json:"externalLinkUrl,omitempty"`
	ScheduleConferenceID string `json:"scheduleConferenceId,omitempty"`
	BizType              string `json:"bizType,omitempty"`
}

// listed writes a meeting. Its end and its length are returned only after the end.
func listed(c Conference, schedule string) listedConference {
	l := listedConference{
		ConferenceID: c.ConferenceID, Title: c.Title, RoomCode: c.RoomCode, Status: c.Status, StartTime: c.StartTime,
		CreatorID: c.CreatorID, CreatorNick: c.CreatorNick, ExternalLinkURL: c.ExternalLinkURL,
		ScheduleConferenceID: schedule, BizType: c.BizType,
	}
	if c.is(Ended) && c.EndTime != nil {
		l.EndTime = c.EndTime
		if c.StartTime != nil {
			length := *c.EndTime - *c.StartTime
			l.ConfDuration = &length
		}
	}
	return l
}

func (c Conference) is(status int64) bool { return c.Status != nil && *c.Status == status }

// conference finds a meeting and the schedule that it was booked by, "" for none.
func (o *Organization) conference(id string) (c Conference, schedule string, known bool) {
	for schedule, c := range o.conferences {
		if c.ConferenceID == id {
			return c, schedule, true
		}
	}
	return Conference{}, "", false
}

// conferences yields all meetings, each with its schedule, "" for none.
func (o *Organization) conferences(yield func(string, Conference) bool) {
	for _, c := range o.Unscheduled {
		if !yield("", c) {
			return
		}
	}
	for schedule, list := range o.Schedules {
		for _, c := range list {
			if !yield(schedule, c) {
				return
			}
		}
	}
}

// listedConferences returns the meetings that are wanted, earliest first.
func (o *Organization) listedConferences(want func(Conference) bool) []listedConference {
	var list []listedConference
	for schedule, c := range o.conferences {
		if want(c) {
			list = append(list, listed(c, schedule))
		}
	}
	start := func(l listedConference) int64 {
		if l.StartTime == nil {
			return 0
		}
		return *l.StartTime
	}
	slices.SortFunc(list, func(a, b listedConference) int {
		return cmp.Or(cmp.Compare(start(a), start(b)), cmp.Compare(a.ConferenceID, b.ConferenceID))
	})
	return list
}
