package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// The call has no pages, and takes its arguments as JSON. An error of one room
// stands beside the bookings of the others.
var meetingRoomBookings = declare(endpoint{
	method: http.MethodPost,
	path:   "/v1.0/calendar/users/{unionId}/meetingRooms/schedules/query",
	api:    openAPI,
	codes: map[string]meaning{
		"invalidParameter":        {kind: BadRequest, advice: adviceBadRoom},
		"meetingRoomNotAvailable": {kind: NotAllowed, advice: adviceRoomRefused},
	},
	permission: "Calendar.Event.Read",
})

const (
	// MostRoomsOfBookings is the number of rooms in a call that DingTalk advises not to
	// exceed. It refuses a greater number, which it does not document.
	MostRoomsOfBookings = 5
	// MostTimeOfBookings is how far apart the bounds of a call may be.
	MostTimeOfBookings = 90 * 24 * time.Hour
)

// MeetingRoomBooking is a time for which a room was booked. A nil field is one
// that DingTalk did not return; an id or code that it left empty stays "".
type MeetingRoomBooking struct {
	// RoomID is the room, as the call names it.
	RoomID string `json:"-"`
	// Status is "BUSY", or "TENTATIVE" for what waits to be approved.
	Status *string `json:"status"`
	// EventID is the event that the room was booked for, in the calendar of the
	// organizer.
	EventID   *string          `json:"eventId"`
	Organizer BookingOrganizer `json:"organizer"`
	Start     EventTime        `json:"start"`
	End       EventTime        `json:"end"`
}

// BookingOrganizer is the organizer of the event.
type BookingOrganizer struct {
	// ID is a union id.
	ID *string `json:"id"`
}

// roomBookings are the bookings of one room.
type roomBookings struct {
	RoomID *string `json:"roomId"`
	// Error is why DingTalk does not return the bookings; nil or "" if it returns them.
	Error *string                   `json:"error"`
	Items List[*MeetingRoomBooking] `json:"scheduleItems"`
}

// roomBookingsAnswer is the answer to the bookings of some rooms.
type roomBookingsAnswer struct {
	refusal
	Rooms List[*roomBookings] `json:"scheduleInformation"`
}

func (a *roomBookingsAnswer) check() error {
	if a.Rooms == nil {
		return errors.New("scheduleInformation is missing")
	}
	for i, room := range a.Rooms {
		fault := func(text string) error { return fmt.Errorf("scheduleInformation[%d].%s", i, text) }
		switch {
		case keyOf(room.RoomID) == "":
			return fault("roomId is missing")
		case keyOf(room.Error) != "":
			return &Error{Kind: NotAllowed, Status: http.StatusOK, Message: fmt.Sprintf("room %q: %s", *room.RoomID, *room.Error), Advice: adviceRoomRefused}
		case room.Items == nil:
			return fault("scheduleItems is missing")
		}
		for j, b := range room.Items {
			if b.Start.Time == nil && b.Start.Date == "" {
				return fault(fmt.Sprintf("scheduleItems[%d].start is missing", j))
			}
			b.RoomID = *room.RoomID
		}
	}
	return nil
}

// of returns an error unless the answer has each of the rooms that the call names, and
// each once.
func (a *roomBookingsAnswer) of(roomIDs []string) error {
	var answered []string
	for _, room := range a.Rooms {
		if slices.Contains(answered, *room.RoomID) || !slices.Contains(roomIDs, *room.RoomID) {
			return unexpected(http.StatusOK, fmt.Sprintf("the bookings of room %q came once more than they were asked for", *room.RoomID), adviceOddAnswer)
		}
		answered = append(answered, *room.RoomID)
	}
	for _, id := range roomIDs {
		if !slices.Contains(answered, id) {
			return unexpected(http.StatusOK, fmt.Sprintf("the bookings of room %q were asked for and did not come", id), adviceOddAnswer)
		}
	}
	return nil
}

// MeetingRoomBookings returns the bookings of up to MostRoomsOfBookings rooms
// between two times that are at most MostTimeOfBookings apart, on behalf of the user
// with that union id. The bounds are sent in whole seconds, rounded so that no booking
// is lost. The error may be ErrNoActingUser. If DingTalk does not return the bookings
// of one of the rooms, it is an *Error that names the room. wait is as in PageOptions.
func (c *Client) MeetingRoomBookings(ctx context.Context, unionID string, roomIDs []string, from, until time.Time, wait func(context.Context) error) ([]*MeetingRoomBooking, error) {
	if unionID == "" {
		return nil, ErrNoActingUser
	}
	if slices.Contains(roomIDs, "") {
		return nil, noCall()
	}
	body, err := json.Marshal(struct {
		RoomIDs   []string `json:"roomIds"`
		StartTime string   `json:"startTime"`
		EndTime   string   `json:"endTime"`
	}{roomIDs, isoSecond(from), isoSecond(until.Add(time.Second - 1))})
	if err != nil {
		return nil, err
	}
	a, err := read[roomBookingsAnswer](ctx, c, wait, request{endpoint: meetingRoomBookings, ids: []string{unionID}, body: body})
	if err != nil {
		return nil, err
	}
	if err := a.of(roomIDs); err != nil {
		return nil, err
	}
	var all []*MeetingRoomBooking
	for _, room := range a.Rooms {
		all = append(all, room.Items...)
	}
	return all, nil
}
