package client

import (
	"context"
	"errors"
	"net/http"
)

// GET /v1.0/conference/videoConferences/{conferenceId}/cloudRecords/getVideos
// has no pages. It throttles under a status 404.
var cloudRecordVideos = declare(endpoint{
	method: http.MethodGet,
	path:   "/v1.0/conference/videoConferences/{conferenceId}/cloudRecords/getVideos?unionId={unionId}",
	api:    openAPI,
	codes: map[string]meaning{
		"cloudRecordNotFound": {NotFound, "The conference has no cloud recording."},
		"waterLimitError":     {kind: Throttled},
		"permissionError":     {NotAllowed, nameAnother},
		"orgAccessForbidden":  {NotAllowed, "DingTalk bars the organization from this: ask DingTalk's support why."},
		"unknownUserError":    {BadRequest, "DingTalk doesn't know the user in whose name it was asked: check acting_union_id, which is a union id."},
		"resourceClose":       {BadRequest, "DingTalk has closed the conference and lists no recordings of it."},
	},
	permission: "VideoConference.Conference.Read",
})

// nameAnother is the advice for the code permissionError, which comes where the
// acting user may not see what was asked for.
const nameAnother = "The user in whose name it was asked may not see this: name another in acting_union_id."

// ErrNoActingUser is a call that needs a user in whose name it is made, and has
// none. No call was made.
var ErrNoActingUser = errors.New("DingTalk answers this only to a user: name one in acting_union_id (DINGTALK_ACTING_UNION_ID)")

// Types of a recording.
const (
	RecordNormal   int64 = 0
	RecordComposed int64 = 1
)

// Recording is a cloud recording of a conference. A nil field is one that
// DingTalk did not return; an id that it left empty stays "".
type Recording struct {
	// RecordID is the same for all recordings of a conference.
	RecordID *string `json:"recordId"`
	// MediaID is the recording's own id.
	MediaID *string `json:"mediaId"`
	// RegionID is where the file is kept, such as cn-shenzhen.
	RegionID *string `json:"regionId"`
	// UnionID is who recorded it.
	UnionID   *string `json:"unionId"`
	StartTime *Millis `json:"startTime"`
	EndTime   *Millis `json:"endTime"`
	Duration  *Span   `json:"duration"`
	// FileSize is in bytes.
	FileSize *int64 `json:"fileSize"`
	// RecordType is RecordNormal or RecordComposed.
	RecordType *int64 `json:"recordType"`
}

// recordingsAnswer is the answer to the recordings of one conference.
type recordingsAnswer struct {
	refusal
	Videos List[*Recording] `json:"videoList"`
}

func (a *recordingsAnswer) check() error {
	if a.Videos == nil {
		return errors.New("videoList is missing")
	}
	return nil
}

// Recordings returns the cloud recordings of a conference, in the name of the
// user with that union id. The error is an *Error of kind NotFound where there
// are none, and NotAllowed where the user may not see them; or ErrNoActingUser.
// wait is as in PageOptions.
func (c *Client) Recordings(ctx context.Context, conferenceID, unionID string, wait func(context.Context) error) ([]*Recording, error) {
	if unionID == "" {
		return nil, ErrNoActingUser
	}
	a, err := read[recordingsAnswer](ctx, c, wait, request{endpoint: cloudRecordVideos, ids: []string{conferenceID, unionID}})
	if err != nil {
		return nil, err
	}
	return a.Videos, nil
}
