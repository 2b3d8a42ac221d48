package dingtalk

import (
	"context"
	"encoding/json"
	"iter"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

//// TABLE DEFINITION

func tableMeetingRoom(c *connector) *plugin.Table {
	return c.table(definition{
		name:        "dingtalk_meeting_room",
		description: "The meeting rooms of the organization in DingTalk: where they are, what is in them, and who may book them.",
		// A room that DingTalk does not know is its error, whatever was asked before.
		keys: plugin.KeyColumnSlice{shownAsAsked(optional("room_id")), shownAsAsked(optional("acting_union_id"))},
		columns: []*plugin.Column{
			identifier("room_id", "The ID of the room.", func(r meetingRoom) *string { return r.RoomID }),
			column("acting_union_id", "The union ID of the user on whose behalf DingTalk returned the room. A query must name it unless the connection does.", func(r meetingRoom) *string { return &r.actingUnionID }),
			column("approval_required", "True for a room of which a booking has to be approved.", func(r meetingRoom) *bool { return r.Config.ApprovalSwitch }),
			object("authorized_members", "The people and departments that may book a room that is for some.", func(r meetingRoom) json.RawMessage { return r.Authority.AuthorizedMembers.RawMessage }),
			column("capacity", "The number of people for whom there is space.", func(r meetingRoom) *int64 { return r.RoomCapacity }),
			timestamp("closed_from", "The time from which the room is closed for bookings.", func(r meetingRoom) *client.Millis { return r.Config.Close.TaskStartTime }),
			column("closed_reason", "Why the room is closed for bookings.", func(r meetingRoom) *string { return r.Config.Close.CloseReason }),
			timestamp("closed_until", "The time until which the room is closed for bookings. Null for one that is not closed, or closed for ever.", func(r meetingRoom) *client.Millis { return r.Config.Close.TaskEndTime }),
			column("cycle_reservation", "True for a room that may be booked for events that recur.", func(r meetingRoom) *bool { return r.EnableCycleReservation }),
			column("description", "The description of the room.", func(r meetingRoom) *string { return r.RoomDescription }),
			object("device_union_ids", "The IDs of the devices in the room.", func(r meetingRoom) json.RawMessage { return jsonList(r.DeviceUnionIDs) }),
			column("group_id", "The ID of the group that the room belongs to.", func(r meetingRoom) *int64 { return r.RoomGroup.GroupID }),
			column("group_name", "The name of the group that the room belongs to.", func(r meetingRoom) *string { return r.RoomGroup.GroupName }),
			identifier("isv_room_id", "The ID that another vendor's system has for the room.", func(r meetingRoom) *string { return r.ISVRoomID }),
			object("labels", "What is in the room: a list of labels, each with an ID (1 is a TV, 2 a phone, 3 a projector, 4 a whiteboard, 5 video) and a name.", func(r meetingRoom) json.RawMessage { return r.RoomLabels.RawMessage }),
			column("location", "Where the room is, such as a building.", func(r meetingRoom) *string { return r.RoomLocation.Title }),
			column("location_description", "Where the room is, more exactly.", func(r meetingRoom) *string { return r.RoomLocation.Desc }),
			column("max_reservation_minutes", "The longest time for which the room may be booked, in minutes. 0 is no limit.", func(r meetingRoom) *int64 { return r.Config.MaxReservationTimeInterval }),
			column("min_reservation_minutes", "The shortest time for which the room may be booked, in minutes. 0 is no limit.", func(r meetingRoom) *int64 { return r.Config.MinReservationTimeInterval }),
			column("open_for_reservation", "True for a room that may be booked.", func(r meetingRoom) *bool { return r.Config.OpenReservation }),
			column("picture_url", "The link to a picture of the room.", func(r meetingRoom) *string { return r.RoomPicture }),
			identifier("room_union_id", "The union ID of the room.", func(r meetingRoom) *string { return r.RoomUnionID }),
			column("status", "Who may book the room as DingTalk codes it: 0 is everybody, 1 administrators only, 2 some.", func(r meetingRoom) *int64 { return r.RoomStatus }),
			word("status_name", "Who may book the room as a word: everybody, administrators or some. Null for a code that is not known.", roomStatusNames, func(r meetingRoom) *int64 { return r.RoomStatus }),
			column("title", "The name of the room.", func(r meetingRoom) *string { return r.RoomName }),
		},
		costly:   byRoomOnly,
		freeWith: []string{"room_id"},
		read:     readMeetingRooms,
	})
}

// meetingRoom is a row: a room, and on whose behalf it was read.
type meetingRoom struct {
	*client.MeetingRoom
	actingUnionID string
}

var roomStatusNames = map[int64]string{client.RoomForEverybody: "everybody", client.RoomForAdministrators: "administrators", client.RoomForSome: "some"}

// byRoomOnly are the columns that only the call for one room brings.
var byRoomOnly = []string{"approval_required", "authorized_members", "closed_from", "closed_reason", "closed_until", "cycle_reservation", "description",
	"device_union_ids", "max_reservation_minutes", "min_reservation_minutes", "open_for_reservation", "room_union_id"}

//// LIST FUNCTION

func readMeetingRooms(ctx context.Context, l *listing) error {
	acting, named := l.actingUser()
	if named && acting == "" {
		return nil // no row has an empty one
	}
	if id, ok := l.key("room_id"); ok {
		room, err := l.api.MeetingRoom(ctx, id, acting, l.wait)
		if err != nil {
			return err
		}
		room.RoomID = &id
		l.stream(meetingRoom{room, acting})
		return nil
	}
	return filling[*client.MeetingRoom]{
		columns: byRoomOnly,
		get:     func(ctx context.Context, r *client.MeetingRoom) error { return fillMeetingRoom(ctx, l, r, acting) },
		stream:  func(r *client.MeetingRoom) (more bool) { return l.stream(meetingRoom{r, acting}) },
	}.streamPages(ctx, l, func(ctx context.Context, opt client.PageOptions) iter.Seq2[*client.Page[*client.MeetingRoom], error] {
		return l.api.MeetingRooms(ctx, acting, opt)
	})
}

// fillMeetingRoom fills in what the call for one room alone brings.
func fillMeetingRoom(ctx context.Context, l *listing, r *client.MeetingRoom, acting string) error {
	full, err := l.api.MeetingRoom(ctx, *r.RoomID, acting, l.wait)
	if err != nil {
		return err
	}
	r.RoomUnionID, r.RoomDescription, r.DeviceUnionIDs = full.RoomUnionID, full.RoomDescription, full.DeviceUnionIDs
	r.Authority, r.EnableCycleReservation, r.Config = full.Authority, full.EnableCycleReservation, full.Config
	return nil
}
