package client

import (
	"context"
	"iter"
	"net/http"
	"strconv"
)

// GET /v1.0/conference/videoConferences/{conferenceId}/members documents no
// maximum of maxResults, and has no hasMore.
var conferenceMembers = declare(endpoint{
	method:     http.MethodGet,
	path:       "/v1.0/conference/videoConferences/{conferenceId}/members",
	api:        openAPI,
	codes:      conferenceCodes,
	paging:     byToken,
	permission: "VideoConference.Conference.Read",
})

// memberPageSize is the size of a page of members if the caller wants no other. It is
// always sent, since DingTalk has changed the default before.
const memberPageSize = 100

// Statuses of a member.
const (
	AttendInitial   int64 = 1
	AttendCalling   int64 = 2
	AttendInMeeting int64 = 3
	AttendFailed    int64 = 4
	AttendKicked    int64 = 5
	AttendLeft      int64 = 6
)

// ConferenceMember is somebody who was invited to a meeting or was in it. One
// person may be several members. A nil field is one that DingTalk did not
// return; an id that it left empty stays "".
type ConferenceMember struct {
	// UnionID may be "" for a guest.
	UnionID      *string `json:"unionId"`
	ConferenceID *string `json:"conferenceId"`
	// UserNick is the name in the meeting, which people may change themselves.
	UserNick *string `json:"userNick"`
	// JobNumber is the employee number.
	JobNumber *string `json:"jobNumber"`
	JoinTime  *Millis `json:"joinTime"`
	LeaveTime *Millis `json:"leaveTime"`
	// Duration is DingTalk's own figure, not the difference of the times.
	Duration *Span `json:"duration"`
	// AttendStatus is AttendInitial and so on.
	AttendStatus *int64 `json:"attendStatus"`
	Host         *bool  `json:"host"`
	CoHost       *bool  `json:"coHost"`
	// PSTNJoin is true for somebody who joined by phone.
	PSTNJoin *bool `json:"pstnJoin"`
	// OuterOrgMember is true for somebody outside the organization that the
	// meeting belongs to. For all others, DingTalk doesn't return it.
	OuterOrgMember bool `json:"outerOrgMember"`
}

// conferenceMemberPage is one page of the members of a meeting.
type conferenceMemberPage struct {
	refusal
	pageFields
	Members List[*ConferenceMember] `json:"memberModels"`
}

// key is the id and the time of joining, since one person may be several members.
// Nothing distinguishes guests without an id.
func (m *ConferenceMember) key() string {
	id := keyOf(m.UnionID)
	if id != "" && m.JoinTime != nil {
		id += "/" + strconv.FormatInt(int64(*m.JoinTime), 10)
	}
	return id
}

func (p *conferenceMemberPage) list() (string, List[*ConferenceMember]) {
	return "memberModels", p.Members
}

func (p *conferenceMemberPage) check() error { return checkPage[*ConferenceMember](p) }

// ConferenceMembers returns the members of a meeting page by page, 100 to a page
// if opt has no other size. If there is an error, it is yielded last: an *Error of
// kind NotFound if DingTalk does not know the meeting, and NotAllowed if it belongs to
// another organization.
func (c *Client) ConferenceMembers(ctx context.Context, conferenceID string, opt PageOptions) iter.Seq2[*Page[*ConferenceMember], error] {
	if opt.Size == 0 {
		opt.Size = memberPageSize
	}
	return pages[*ConferenceMember, conferenceMemberPage](ctx, c, opt, request{endpoint: conferenceMembers, ids: []string{conferenceID}})
}
