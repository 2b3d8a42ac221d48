package simulator

import (
	"encoding/json"
	"net/http"
)

// MemberCall asks for the members of a meeting.
const MemberCall CallKind = "member"

// The attend states of a Member.
const (
	MemberInitial int64 = 1 // invited, and not called yet
	MemberCalling int64 = 2
	MemberIn      int64 = 3
	MemberFailed  int64 = 4 // failed to join, or declined
	MemberKicked  int64 = 5
	MemberLeft    int64 = 6
)

// Member is somebody who was invited to a meeting or came. Whoever comes twice
// has two. Nil is left out of the answer.
type Member struct {
	// UnionID is "" for who joins by phone or without an account.
	UnionID string `json:"unionId"`
	// ConferenceID is filled in by the simulator.
	ConferenceID string `json:"conferenceId"`
	// UserNick is the name in the meeting, which people may change.
	UserNick string `json:"userNick"`
	// JobNumber is in DingTalk's SDK and on no page: it is left out where it is
	// "".
	JobNumber string `json:"jobNumber,omitempty"`
	// JoinTime and LeaveTime are milliseconds since 1970 UTC, Duration is
	// milliseconds.
	JoinTime  *int64 `json:"joinTime,omitempty"`
	LeaveTime *int64 `json:"leaveTime,omitempty"`
	Duration  *int64 `json:"duration,omitempty"`
	// AttendStatus is MemberInitial, …
	AttendStatus *int64 `json:"attendStatus,omitempty"`
	Host         bool   `json:"host"`
	CoHost       bool   `json:"coHost"`
	// PstnJoin is true if the member joined by phone.
	PstnJoin bool `json:"pstnJoin"`
	// OuterOrgMember is true if the member is not of the meeting's organization. It
	// is not returned for those who are.
	OuterOrgMember bool `json:"outerOrgMember,omitempty"`
}

// There is no hasMore: the list ends with an empty token.
var _ = declare(route{
	kind:   MemberCall,
	method: http.MethodGet,
	path:   "/v1.0/conference/videoConferences/{conferenceId}/members",
	api:    openAPI,
	paged:  true,
	answer: func(s *Simulator, a arguments) (json.RawMessage, *refusal) {
		id := a["conferenceId"]
		all, known := s.Members[id]
		if !known {
			_, _, known = s.conference(id)
		}
		if !known {
			return nil, &roomNotFound
		}
		page, refused := pageOf(s, a, all, limits{fallback: 128, wrong: "paramError"})
		if refused != nil {
			return nil, refused
		}
		for i := range page.entries {
			page.entries[i].ConferenceID = id
		}
		return reply(object{"totalCount": len(all), "nextToken": page.nextUnlessEnd(), "memberModels": page.entries})
	},
})
