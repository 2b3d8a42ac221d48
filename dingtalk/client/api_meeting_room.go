package client

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
)

var (
	// The list's nextToken is a number.
	meetingRooms = declare(endpoint{
		method:     http.MethodGet,
		path:       "/v1.0/rooms/meetingRoomLists",
		api:        openAPI,
		codes:      meetingRoomCodes,
		paging:     byHasMore,
		maxPage:    100,
		permission: "VideoConference.Conference.Read",
	})
	// DingTalk does not document the answer for an unknown room.
	meetingRoom = declare(endpoint{
		method:     http.MethodGet,
		path:       "/v1.0/rooms/meetingRooms/{roomId}",
		api:        openAPI,
		codes:      meetingRoomCodes,
		permission: "VideoConference.Conference.Read",
	})
)

// meetingRoomCodes are the codes where rooms are asked for.
var meetingRoomCodes = map[string]meaning{
	"param.error":       {kind: BadRequest, advice: adviceBadRoom},
	"user.not.employee": {kind: BadRequest, advice: adviceUnknownActing},
	"org.not.found":     {kind: BadRequest},
	"system.error":      {kind: Transient},
}

// Who may book a room.
const (
	RoomForEverybody      int64 = 0
	RoomForAdministrators int64 = 1
	RoomForSome           int64 = 2
)

// MeetingRoom is a room of the organization. A nil field is one that DingTalk did
// not return; an id that it left empty stays "".
type MeetingRoom struct {
	RoomID   *string `json:"roomId"`
	RoomName *string `json:"roomName"`
	// RoomStatus is RoomForEverybody and so on.
	RoomStatus *int64 `json:"roomStatus"`
	// RoomLabels is an array: what is in the room.
	RoomLabels RawArray `json:"roomLabels"`
	// RoomCapacity is a number of people.
	RoomCapacity *int64           `json:"roomCapacity"`
	RoomLocation RoomLocation     `json:"roomLocation"`
	RoomPicture  *string          `json:"roomPicture"`
	ISVRoomID    *string          `json:"isvRoomId"`
	RoomGroup    MeetingRoomGroup `json:"roomGroup"`

	// What follows comes from MeetingRoom alone.

	RoomUnionID     *string       `json:"roomUnionId"`
	RoomDescription *string       `json:"roomDescription"`
	DeviceUnionIDs  List[string]  `json:"deviceUnionIds"`
	Authority       RoomAuthority `json:"reservationAuthority"`
	// EnableCycleReservation is true where the room may be booked for what recurs.
	EnableCycleReservation *bool      `json:"enableCycleReservation"`
	Config                 RoomConfig `json:"extensionConfig"`
}

// RoomLocation is where a room is.
type RoomLocation struct {
	Title *string `json:"title"`
	Desc  *string `json:"desc"`
}

// MeetingRoomGroup is the group that a room belongs to.
type MeetingRoomGroup struct {
	GroupID   *int64  `json:"groupId"`
	GroupName *string `json:"groupName"`
}

// RoomAuthority is who may book a room that is for some.
type RoomAuthority struct {
	// AuthorizedMembers is an array of people and departments.
	AuthorizedMembers RawArray `json:"authorizedMembers"`
}

// RoomConfig is how a room may be booked.
type RoomConfig struct {
	OpenReservation *bool `json:"openReservation"`
	// The intervals are in minutes; 0 is no limit.
	MaxReservationTimeInterval *int64          `json:"maxReservationTimeInterval"`
	MinReservationTimeInterval *int64          `json:"minReservationTimeInterval"`
	ApprovalSwitch             *bool           `json:"approvalSwitch"`
	Close                      RoomCloseDetail `json:"reservationCloseDetail"`
}

// RoomCloseDetail is for how long a room may not be booked, and why.
type RoomCloseDetail struct {
	TaskStartTime *Millis `json:"taskStartTime"`
	// TaskEndTime is nil for ever.
	TaskEndTime *Millis `json:"taskEndTime"`
	CloseReason *string `json:"closeReason"`
}

// meetingRoomPage is one page of the rooms.
type meetingRoomPage struct {
	refusal
	pageFields
	Rooms List[*MeetingRoom] `json:"result"`
}

func (r *MeetingRoom) key() string { return keyOf(r.RoomID) }

func (p *meetingRoomPage) list() (string, List[*MeetingRoom]) { return "result", p.Rooms }

func (p *meetingRoomPage) check() error {
	for i, r := range p.Rooms {
		if keyOf(r.RoomID) == "" {
			return fmt.Errorf("result[%d].roomId is missing", i)
		}
	}
	return checkPage[*MeetingRoom](p)
}

// MeetingRooms returns the rooms that the user with that union id sees, page by page.
// If there is an error, it is yielded last; it may be ErrNoActingUser.
func (c *Client) MeetingRooms(ctx context.Context, unionID string, opt PageOptions) iter.Seq2[*Page[*MeetingRoom], error] {
	if unionID == "" {
		return func(yield func(*Page[*MeetingRoom], error) bool) { yield(nil, ErrNoActingUser) }
	}
	if opt.Size == 0 {
		opt.Size = meetingRooms.maxPage
	}
	return pages[*MeetingRoom, meetingRoomPage](ctx, c, opt, request{endpoint: meetingRooms, args: url.Values{"unionId": {unionID}}})
}

// meetingRoomAnswer is the answer to one room.
type meetingRoomAnswer struct {
	refusal
	Room *MeetingRoom `json:"result"`
}

func (a *meetingRoomAnswer) check() error {
	if a.Room == nil {
		return errors.New("result is missing")
	}
	return nil
}

// MeetingRoom returns a room with all that DingTalk returns of it, on behalf of the
// user with that union id. The error may be ErrNoActingUser. wait is as in
// PageOptions.
func (c *Client) MeetingRoom(ctx context.Context, roomID, unionID string, wait func(context.Context) error) (*MeetingRoom, error) {
	if unionID == "" {
		return nil, ErrNoActingUser
	}
	a, err := read[meetingRoomAnswer](ctx, c, wait, request{endpoint: meetingRoom, ids: []string{roomID}, args: url.Values{"unionId": {unionID}}})
	if err != nil {
		return nil, err
	}
	return a.Room, nil
}
