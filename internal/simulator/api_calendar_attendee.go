package simulator

import (
	"encoding/json"
	"net/http"
	"slices"
)

// AttendeesCall is the call for all attendees of an event.
const AttendeesCall CallKind = "attendees"

// DingTalk does not document the answer for a deleted event. The simulator gives the
// one for an unknown event.
var _ = declare(route{
	kind:   AttendeesCall,
	method: http.MethodGet,
	path:   "/v1.0/calendar/users/{userId}/calendars/{calendarId}/events/{eventId}/attendees",
	api:    openAPI,
	paged:  true,
	answer: func(s *Simulator, a arguments) (json.RawMessage, *refusal) {
		all, ok := s.calendar(a)
		if !ok {
			return nil, wrongParameter("the calendar")
		}
		i := slices.IndexFunc(all, func(e Event) bool { return e.ID == a["eventId"] && e.Status != "cancelled" })
		if i < 0 {
			return nil, &refusal{http.StatusBadRequest, "invalidParameter.event.eventId", "invalid parameter: the event"}
		}
		event := all[i].seenBy(a["userId"], len(all[i].Attendees))
		page, refused := pageOf(s, a, event.Attendees, limits{fallback: 100, most: 500, wrong: "invalidParameter"})
		if refused != nil {
			return nil, refused
		}
		answer := object{"attendees": page.entries, "nextToken": nil}
		if page.more {
			answer["nextToken"] = page.next
		}
		return reply(answer)
	},
})
