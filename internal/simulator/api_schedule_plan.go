package simulator

import (
	"encoding/json"
	"net/http"
)

// PlanCall asks when a schedule was booked for.
const PlanCall CallKind = "plan"

// Plan is when a schedule was booked for. Nil and "" are left out of the answer.
type Plan struct {
	Title string
	// StartTime and EndTime are milliseconds since 1970 UTC.
	StartTime, EndTime *int64
	// RoomCode is written in digits; the answer has it in groups.
	RoomCode string
	URL      string
	Phones   []string
	// Cancelled plans are refused with a code of their own.
	Cancelled bool
}

// A union id that may not is refused with a 400.
var _ = declare(route{
	kind:   PlanCall,
	method: http.MethodGet,
	path:   "/v1.0/conference/scheduleConferences/{scheduleConferenceId}/infos",
	api:    openAPI,
	answer: func(s *Simulator, a arguments) (json.RawMessage, *refusal) {
		id, union := a["scheduleConferenceId"], a["requestUnionId"]
		plan, known := s.Plans[id]
		switch person, ours := s.person(union); {
		case union == "":
			return nil, &refusal{http.StatusBadRequest, "paramsError", "error:requestUnionId"}
		case !known:
			return nil, &refusal{http.StatusBadRequest, "paramsError", "error:scheduleConferenceId"}
		case !ours || person.MayNotAct:
			return nil, &refusal{http.StatusBadRequest, "permissionError", "permissionError:" + union}
		case plan.Cancelled:
			return nil, &refusal{http.StatusBadRequest, "resourceCancel", "Schedule conference has canceled"}
		}
		return reply(planAnswer{requestID, id, plan.Title, plan.StartTime, plan.EndTime, grouped(plan.RoomCode), plan.URL, plan.Phones})
	},
})

// planAnswer is a Plan as the API writes it.
type planAnswer struct {
	RequestID            string   `json:"requestId"`
	ScheduleConferenceID string   `json:"scheduleConferenceId"`
	Title                string   `json:"title,omitempty"`
	StartTime            *int64   `json:"startTime,omitempty"`
	EndTime              *int64   `json:"endTime,omitempty"`
	RoomCode             string   `json:"roomCode,omitempty"`
	URL                  string   `json:"url,omitempty"`
	Phones               []string `json:"phones,omitzero"`
}

// planned reports whether a room code was given to a schedule.
func (o *Organization) planned(roomCode string) bool {
	for _, p := range o.Plans {
		if p.RoomCode == roomCode {
			return true
		}
	}
	return false
}
