package simulator

import (
	"encoding/json"
	"net/http"
)

// ConferenceCall asks for the meetings of a schedule.
const ConferenceCall CallKind = "conference"

var _ = declare(route{
	kind:   ConferenceCall,
	method: http.MethodGet,
	path:   "/v1.0/conference/videoConferences/scheduleConferences/{scheduleConferenceId}",
	api:    openAPI,
	paged:  true,
	answer: func(s *Simulator, a arguments) (json.RawMessage, *refusal) {
		all, known := s.Schedules[a["scheduleConferenceId"]]
		if !known {
			return nil, &refusal{http.StatusBadRequest, "invalidScheduleConferenceId", "the schedule conference id is invalid"}
		}
		page, refused := pageOf(s, a, all, limits{wrong: "paramsError"})
		if refused != nil {
			return nil, refused
		}
		list := make([]scheduleConference, len(page.entries))
		for i, c := range page.entries {
			list[i] = scheduleConference{c.ConferenceID, c.Title, c.RoomCode, c.Status, c.StartTime, c.EndTime}
		}
		return reply(object{"totalCount": len(all), "nextToken": page.nextUnlessEnd(), "conferenceList": list})
	},
})

// scheduleConference is a meeting as this API writes it.
type scheduleConference struct {
	ConferenceID string `json:"conferenceId"`
	Title        string `json:"title"`
	RoomCode     string `json:"roomCode"`
	Status       *int64 `json:"status,omitempty"`
	StartTime    *int64 `json:"startTime,omitempty"`
	EndTime      *int64 `json:"endTime,omitempty"`
}
