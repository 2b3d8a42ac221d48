package simulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// BookingsCall is the call for the bookings of some rooms.
const BookingsCall CallKind = "bookings"

// Booking is a time for which a room is booked.
type Booking struct {
	// Status is "BUSY", or "TENTATIVE" for what waits to be approved.
	Status  string
	EventID string
	// OrganizerID is a union id.
	OrganizerID string
	Start, End  *When
}

// The most rooms of a call, and the most days between its bounds. DingTalk advises
// against more than five rooms, and does not document the number that it refuses.
const (
	mostRooms = 5
	mostDays  = 90
)

// DingTalk does not document which bookings are within the bounds: the simulator
// returns those of which a part is. Nor does it document who may see them: the simulator
// returns them to everybody whose MayNotAct is false.
var _ = declare(route{
	kind:   BookingsCall,
	method: http.MethodPost,
	path:   "/v1.0/calendar/users/{userId}/meetingRooms/schedules/query",
	api:    openBodyAPI,
	answer: func(s *Simulator, a arguments) (json.RawMessage, *refusal) {
		var ids []string
		from, fromErr := bound(a["startTime"])
		until, untilErr := bound(a["endTime"])
		person, ours := s.person(a["userId"])
		switch {
		case !ours:
			return nil, wrongParameter("the user")
		case json.Unmarshal([]byte(a["roomIds"]), &ids) != nil || len(ids) == 0:
			return nil, wrongParameter("roomIds is empty")
		case len(ids) > mostRooms:
			return nil, wrongParameter("roomIds size is more than limit")
		case fromErr != nil || untilErr != nil || from == nil || until == nil || until.Before(*from):
			return nil, wrongParameter("startTime or endTime")
		case until.Sub(*from) > mostDays*24*time.Hour:
			return nil, wrongParameter("the time is more than 90 days")
		}
		rooms := []object{}
		for _, id := range ids {
			if _, known := s.room(id); !known {
				return nil, wrongParameter("roomId invalid")
			}
			room := object{"roomId": id, "scheduleItems": []object{}}
			if person.MayNotAct {
				room["error"] = "no permission"
			} else {
				room["scheduleItems"] = s.bookings(id, *from, *until)
			}
			rooms = append(rooms, room)
		}
		return reply(object{"scheduleInformation": rooms})
	},
})

// bookings returns those of a room within some time, as an answer has them.
func (o *Organization) bookings(room string, from, until time.Time) []object {
	items := []object{}
	all := slices.SortedStableFunc(slices.Values(o.Bookings[room]), func(a, b Booking) int { return a.Start.time().Compare(b.Start.time()) })
	for _, b := range all {
		if b.End.time().After(from) && b.Start.time().Before(until) {
			items = append(items, object{"status": b.Status, "eventId": b.EventID, "organizer": object{"id": b.OrganizerID}, "start": b.Start, "end": b.End})
		}
	}
	return items
}
