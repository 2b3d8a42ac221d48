package client

import (
	"context"
	"errors"
	"net/http"
)

// GET /v1.0/conference/videoConferences/{conferenceId} returns meetings in progress
// and past ones.
var conferenceByID = declare(endpoint{
	method:     http.MethodGet,
	path:       "/v1.0/conference/videoConferences/{conferenceId}",
	api:        openAPI,
	codes:      conferenceCodes,
	permission: "VideoConference.Conference.Read",
})

// conferenceCodes are the codes of the APIs that take a conference's id. For an id
// that does not look like one, DingTalk may refuse the call instead of not finding it.
var conferenceCodes = map[string]meaning{
	"roomNotFound":  {kind: NotFound, advice: adviceNoConference},
	"noPermission":  {kind: NotAllowed, advice: adviceNotOurs},
	"missingRoomId": {kind: BadRequest},
	"paramError":    {kind: BadRequest},
}

// Statuses of the cloud recording of a conference.
const (
	CloudRecordNone      int64 = 0
	CloudRecordRecording int64 = 1
	CloudRecordPaused    int64 = 2
	CloudRecordEnded     int64 = 3
)

// Conference is a meeting with all that DingTalk returns of it. A nil field is
// one that DingTalk did not return; an id or code that it left empty stays "".
type Conference struct {
	ConferenceID *string `json:"conferenceId"`
	Title        *string `json:"title"`
	RoomCode     *string `json:"roomCode"`
	// Status is StatusNotStarted, StatusEnded or StatusInProgress.
	Status    *int64  `json:"status"`
	StartTime *Millis `json:"startTime"`
	// EndTime and Duration come only after the end.
	EndTime  *Millis `json:"endTime"`
	Duration *Span   `json:"confDuration"`
	// CreatorID is a union id.
	CreatorID   *string `json:"creatorId"`
	CreatorNick *string `json:"creatorNick"`
	// ExternalLinkURL has a token to join with.
	ExternalLinkURL *string `json:"externalLinkUrl"`
	// ScheduleConferenceID is the schedule of a meeting that was booked.
	ScheduleConferenceID *string `json:"scheduleConferenceId"`
	// BizType is as in OngoingConference.
	BizType *string `json:"bizType"`

	// The method Conference alone returns what follows.

	// InvitedNum, AttendNum and ActiveNum count people: those who were invited,
	// who joined at any time, and who are in it now.
	InvitedNum *int64 `json:"invitedNum"`
	AttendNum  *int64 `json:"attendNum"`
	ActiveNum  *int64 `json:"activeNum"`
	// CloudRecordStatus is CloudRecordNone and so on.
	CloudRecordStatus       *int64  `json:"cloudRecordStatus"`
	CloudRecordOwnerUnionID *string `json:"cloudRecordOwnerUnionId"`
	// ExtensionAppSettings is an array.
	ExtensionAppSettings RawArray `json:"extensionAppSettings"`
}

// conferenceAnswer is the answer to one conference.
type conferenceAnswer struct {
	refusal
	Info *Conference `json:"confInfo"`
}

func (a *conferenceAnswer) check() error {
	if a.Info == nil {
		return errors.New("confInfo is missing")
	}
	return nil
}

// Conference returns a meeting by its id. The error is an *Error of kind NotFound if
// DingTalk does not know the meeting, and NotAllowed if it belongs to another
// organization. wait is as in PageOptions.
func (c *Client) Conference(ctx context.Context, conferenceID string, wait func(context.Context) error) (*Conference, error) {
	a, err := read[conferenceAnswer](ctx, c, wait, request{endpoint: conferenceByID, ids: []string{conferenceID}})
	if err != nil {
		return nil, err
	}
	return a.Info, nil
}
