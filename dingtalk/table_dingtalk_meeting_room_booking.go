package dingtalk

import (
	"context"
	"iter"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/sidebyside"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

//// TABLE DEFINITION

func tableMeetingRoomBooking(c *connector) *plugin.Table {
	return c.table(definition{
		name:        "dingtalk_meeting_room_booking",
		description: "The times for which meeting rooms in DingTalk were booked, and the events that they were booked for, within the bounds of start_time.",
		// A room that DingTalk does not know is its error, whatever was asked before.
		keys: plugin.KeyColumnSlice{shownAsAsked(optional("room_id")), shownAsAsked(optional("acting_union_id")),
			{Name: "start_time", Require: plugin.Optional, Operators: []string{">", ">=", "<", "<=", "="}}},
		columns: []*plugin.Column{
			identifier("room_id", "The ID of the room.", func(r booking) *string { return &r.RoomID }),
			column("acting_union_id", "The union ID of the user on whose behalf DingTalk returned the booking. A query must name it unless the connection does.", func(r booking) *string { return &r.actingUnionID }),
			column("end_time", "The time at which the booking ends.", func(r booking) *time.Time { return eventTime(r.End) }),
			identifier("event_id", "The ID of the event that the room was booked for, in the calendar of the organizer.", func(r booking) *string { return r.EventID }),
			identifier("organizer_id", "The union ID of the organizer of the event.", func(r booking) *string { return r.Organizer.ID }),
			column("start_time", "The time at which the booking starts.", func(r booking) *time.Time { return eventTime(r.Start) }),
			identifier("status", "The status of the booking as DingTalk codes it: BUSY, or TENTATIVE for one that has to be approved.", func(r booking) *string { return r.Status }),
			word("status_name", "The status of the booking as a word: booked or awaiting_approval. Null for a code that is not known.", bookingStatusNames, func(r booking) *string { return r.Status }),
			identifier("time_zone", "The zone in which the start of the booking is meant, as DingTalk names it.", func(r booking) *string { return &r.Start.TimeZone }),
			title(identifier("event_id", "The ID of the event that the room was booked for.", func(r booking) *string { return r.EventID })),
		},
		read: readMeetingRoomBookings,
	})
}

// booking is a row: a booking, and on whose behalf it was read.
type booking struct {
	*client.MeetingRoomBooking
	actingUnionID string
}

var bookingStatusNames = map[string]string{"BUSY": "booked", "TENTATIVE": "awaiting_approval"}

//// LIST FUNCTION

func readMeetingRoomBookings(ctx context.Context, l *listing) error {
	acting, named := l.actingUser()
	bounds, err := l.bounds("start_time")
	switch {
	case err != nil:
		return err
	case named && acting == "": // no row has an empty one
		return nil
	case !bounds.both():
		return bounds.unbounded("start_time", "DingTalk returns the bookings of a span of time only", client.Advice{})
	}
	// Only about the first room that a query names can an error say that there is
	// nothing: the others were listed, or their bookings before.
	_, first := l.key("room_id")
	rows := &sieve{l: l, bounds: bounds}
	_, err = l.sideBySide(ctx, func(ctx context.Context, g *sidebyside.Group) error {
		calls := g.Lane()
		for rooms, err := range l.roomsToAsk(ctx, acting, l.waitBeside(g)) {
			if err != nil {
				return err
			}
			for s := range bounds.spans(client.MostTimeOfBookings) {
				mayBeUnknown := first
				first = false
				if !calls.Go(func(ctx context.Context) error {
					bookings, err := l.api.MeetingRoomBookings(ctx, acting, rooms, s.callFrom, s.callUntil, l.wait)
					switch {
					case err != nil && mayBeUnknown:
						return err
					case err != nil:
						return &partError{err}
					}
					g.Answered()
					g.Emit(func() bool {
						for _, b := range bookings {
							if !rows.stream(s, eventTime(b.Start), booking{b, acting}) {
								return false
							}
						}
						return true
					})
					return nil
				}) {
					return nil
				}
			}
		}
		return nil
	})
	if err == nil {
		rows.rest()
	}
	return err
}

// roomsToAsk yields the rooms for the calls of a query: the one that it names, or
// all that the acting user sees, as many together as one call takes. wait is called
// before each call for the rooms that the user sees.
func (l *listing) roomsToAsk(ctx context.Context, acting string, wait func(context.Context) error) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		if id, ok := l.key("room_id"); ok {
			yield([]string{id}, nil)
			return
		}
		var some []string
		pages := l.fullPages()
		pages.Wait = wait
		for room, err := range client.Entries(l.api.MeetingRooms(ctx, acting, pages)) {
			if err != nil {
				yield(nil, err)
				return
			}
			if some = append(some, *room.RoomID); len(some) == client.MostRoomsOfBookings {
				if !yield(some, nil) {
					return
				}
				some = nil
			}
		}
		if some != nil {
			yield(some, nil)
		}
	}
}
