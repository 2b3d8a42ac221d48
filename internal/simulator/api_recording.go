package simulator

import (
	"encoding/json"
	"net/http"
	"slices"
)

// RecordingCall asks for the cloud recordings of a meeting.
const RecordingCall CallKind = "recording"

// Recording is a file of a meeting's cloud recording. Nil is left out of the
// answer.
type Recording struct {
	// RecordID is the same for all recordings of a meeting, MediaID is one file's.
	RecordID string `json:"recordId"`
	MediaID  string `json:"mediaId"`
	RegionID string `json:"regionId"`
	// UnionID is who recorded.
	UnionID string `json:"unionId"`
	// StartTime and EndTime are milliseconds since 1970 UTC, Duration is
	// milliseconds.
	StartTime *int64 `json:"startTime,omitempty"`
	EndTime   *int64 `json:"endTime,omitempty"`
	Duration  *int64 `json:"duration,omitempty"`
	// FileSize is in bytes.
	FileSize *int64 `json:"fileSize,omitempty"`
	// RecordType is 0 for a normal recording, 1 for a composed file.
	RecordType *int64 `json:"recordType,omitempty"`
}

// DingTalk doesn't say who may read a recording. Here it is whoever owns or made
// it, or created or hosted the meeting. A union id that may not is refused with
// a 404.
var _ = declare(route{
	kind:   RecordingCall,
	method: http.MethodGet,
	path:   "/v1.0/conference/videoConferences/{conferenceId}/cloudRecords/getVideos",
	api:    openAPI,
	answer: func(s *Simulator, a arguments) (json.RawMessage, *refusal) {
		id, union := a["conferenceId"], a["unionId"]
		recordings := s.Recordings[id]
		switch person, known := s.person(union); {
		case union == "":
			return nil, &refusal{http.StatusBadRequest, "paramsError", "error:unionId"}
		case !known && !s.mayRead(id, union):
			return nil, &refusal{http.StatusBadRequest, "unknownUserError", "unknownUserError"}
		case len(recordings) == 0:
			return nil, &refusal{http.StatusBadRequest, "cloudRecordNotFound", "cloudRecordNotFound"}
		case person.MayNotAct || !s.mayRead(id, union):
			return nil, &refusal{http.StatusNotFound, "permissionError", "permissionError:" + union}
		}
		return reply(object{"videoList": recordings})
	},
})

// mayRead reports whether somebody may read a meeting's recordings.
func (o *Organization) mayRead(conference, union string) bool {
	c, _, _ := o.conference(conference)
	return union == c.CreatorID || union == c.CloudRecordOwnerUnionID ||
		slices.ContainsFunc(o.Recordings[conference], func(r Recording) bool { return r.UnionID == union }) ||
		slices.ContainsFunc(o.Members[conference], func(m Member) bool { return m.UnionID == union && m.Host })
}
