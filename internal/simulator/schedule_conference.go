package simulator

import "net/http"

// ConferenceCall asks for the meetings of a schedule.
const ConferenceCall CallKind = "conference"

// Conference is a meeting as the API writes it. Nil is left out of the answer.
type Conference struct {
	ConferenceID string `json:"conferenceId"`
	Title        string `json:"title"`
	RoomCode     string `json:"roomCode"`
	Status       *int64 `json:"status,omitempty"`
	StartTime    *int64 `json:"startTime,omitempty"` // milliseconds since 1970 UTC
	EndTime      *int64 `json:"endTime,omitempty"`   // milliseconds since 1970 UTC
}

var _ = declare(route{
	kind:   ConferenceCall,
	method: http.MethodGet,
	path:   "/v1.0/conference/videoConferences/scheduleConferences/{scheduleConferenceId}",
	api:    openAPI,
	paged:  true,
	answer: func(s *Simulator, a arguments) (object, *refusal) {
		all, known := s.Schedules[a["scheduleConferenceId"]]
		if !known {
			return nil, &refusal{http.StatusBadRequest, "invalidScheduleConferenceId", "the schedule conference id is invalid"}
		}
		page, refused := pageOf(s, a, all, limits{wrong: "paramsError"})
		if refused != nil {
			return nil, refused
		}
		return object{"totalCount": len(all), "nextToken": page.nextUnlessEnd(), "conferenceList": page.entries}, nil
	},
})
