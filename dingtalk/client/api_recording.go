package client

import (
	"context"
	"errors"
	"net/http"
	"net/url"
)

// GET /v1.0/conference/videoConferences/{conferenceId}/cloudRecords/getVideos
// has no pages. Its throttling has the status 404.
var cloudRecordVideos = declare(endpoint{
	method: http.MethodGet,
	path:   "/v1.0/conference/videoConferences/{conferenceId}/cloudRecords/getVideos",
	api:    openAPI,
	codes: map[string]meaning{
		"cloudRecordNotFound": {kind: NotFound, advice: adviceNoRecording},
		"waterLimitError":     {kind: Throttled},
		"permissionError":     {kind: NotAllowed, advice: adviceNameAnother},
		"orgAccessForbidden":  {kind: NotAllowed, advice: adviceOrgBarred},
		"unknownUserError":    {kind: BadRequest, advice: adviceUnknownActing},
		"resourceClose":       {kind: BadRequest, advice: adviceConferenceClosed},
	},
	permission: "VideoConference.Conference.Read",
})

// ErrNoActingUser is the error of a call without an acting user to an API that DingTalk
// answers only on behalf of one. The call is not made.
var ErrNoActingUser = error(adviceNoActingUser)

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
	// RegionID is the region where the file is stored, such as cn-shenzhen.
	RegionID *string `json:"regionId"`
	// UnionID is the user who recorded it.
	UnionID   *string `json:"unionId"`
	StartTime *Millis `json:"startTime"`
	EndTime   *Millis `json:"endTime"`
	Duration  *Span   `json:"duration"`
	// FileSize is in bytes.
	FileSize *int64 `json:"fileSize"`
	// RecordType is RecordNormal or RecordComposed.
	RecordType *int64 `json:"recordType"`
}

// recordingsAnswer is the answer with the recordings of one conference.
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

// Recordings returns the cloud recordings of a conference, on behalf of the user with
// that union id. The error is an *Error of kind NotFound if there are none, and
// NotAllowed if the user may not see them; or ErrNoActingUser. wait is as in
// PageOptions.
func (c *Client) Recordings(ctx context.Context, conferenceID, unionID string, wait func(context.Context) error) ([]*Recording, error) {
	if unionID == "" {
		return nil, ErrNoActingUser
	}
	a, err := read[recordingsAnswer](ctx, c, wait, request{endpoint: cloudRecordVideos, ids: []string{conferenceID}, args: url.Values{"unionId": {unionID}}})
	if err != nil {
		return nil, err
	}
	return a.Videos, nil
}
