package simulator

import (
	"encoding/json"
	"net/http"
	"slices"
)

// The calls for the rooms of the organization, and for one of them.
const (
	RoomsCall CallKind = "rooms"
	RoomCall  CallKind = "room"
)

// Room is a meeting room. Nil and "" are left out of the answers.
type Room struct {
	RoomID      string `json:"roomId"`
	RoomStaffID string `json:"roomStaffId,omitempty"`
	CorpID      string `json:"corpId,omitempty"`
	RoomName    string `json:"roomName,omitempty"`
	// RoomStatus is 0 where everybody may book the room, 1 where administrators
	// may, and 2 where some may.
	RoomStatus *int64      `json:"roomStatus,omitempty"`
	RoomLabels []RoomLabel `json:"roomLabels,omitzero"`
	// RoomCapacity is a number of people.
	RoomCapacity *int64        `json:"roomCapacity,omitempty"`
	RoomLocation *RoomLocation `json:"roomLocation,omitempty"`
	RoomPicture  string        `json:"roomPicture,omitempty"`
	ISVRoomID    string        `json:"isvRoomId,omitempty"`
	RoomGroup    *RoomGroup    `json:"roomGroup,omitempty"`
	// Only the call for one room returns RoomDetail.
	*RoomDetail
}

// RoomDetail is what the call for one room returns, and the list does not.
type RoomDetail struct {
	DeviceUnionIDs         []string       `json:"deviceUnionIds,omitzero"`
	RoomUnionID            string         `json:"roomUnionId,omitempty"`
	RoomDescription        string         `json:"roomDescription,omitempty"`
	EnableCycleReservation *bool          `json:"enableCycleReservation,omitempty"`
	ReservationAuthority   *RoomAuthority `json:"reservationAuthority,omitempty"`
	ExtensionConfig        *RoomConfig    `json:"extensionConfig,omitempty"`
}

// RoomLabel is something that is in a room. LabelID is 1 for a TV, 2 for a phone,
// 3 for a projector, 4 for a whiteboard and 5 for video.
type RoomLabel struct {
	LabelID   int64  `json:"labelId"`
	LabelName string `json:"labelName"`
}

// RoomLocation is where a room is.
type RoomLocation struct {
	Title string `json:"title"`
	Desc  string `json:"desc"`
}

// RoomGroup is a group of rooms.
type RoomGroup struct {
	GroupID   int64  `json:"groupId"`
	GroupName string `json:"groupName"`
	ParentID  int64  `json:"parentId"`
}

// RoomAuthority is who may book a room that is for some.
type RoomAuthority struct {
	AuthorizedMembers []RoomMember `json:"authorizedMembers"`
}

// RoomMember is a person, by union id, or a department.
type RoomMember struct {
	MemberID string `json:"memberId"`
	// MemberType is "user" or "dept".
	MemberType string `json:"memberType"`
	MemberName string `json:"memberName"`
}

// RoomConfig is how a room may be booked. The intervals are in minutes; 0 is no
// limit.
type RoomConfig struct {
	OpenReservation            bool       `json:"openReservation"`
	MaxReservationTimeInterval int64      `json:"maxReservationTimeInterval"`
	MinReservationTimeInterval int64      `json:"minReservationTimeInterval"`
	ApprovalSwitch             bool       `json:"approvalSwitch"`
	ReservationCloseDetail     *RoomClose `json:"reservationCloseDetail,omitempty"`
}

// RoomClose is for how long a room may not be booked, in milliseconds since 1970
// UTC, and why. A nil TaskEndTime is for ever.
type RoomClose struct {
	TaskStartTime *int64 `json:"taskStartTime,omitempty"`
	TaskEndTime   *int64 `json:"taskEndTime,omitempty"`
	CloseReason   string `json:"closeReason,omitempty"`
	ContactNick   string `json:"contactNick,omitempty"`
}

// Its nextToken is a number, in the call and in the answer.
var _ = declare(route{
	kind:   RoomsCall,
	method: http.MethodGet,
	path:   "/v1.0/rooms/meetingRoomLists",
	api:    openAPI,
	paged:  true,
	answer: func(s *Simulator, a arguments) (json.RawMessage, *refusal) {
		if refused := s.mayAskForRooms(a); refused != nil {
			return nil, refused
		}
		start, startOK := number(a["nextToken"], 0)
		size, sizeOK := number(a["maxResults"], 20)
		if !startOK || !sizeOK || start < 0 || start > len(s.Rooms) || size < 1 || size > 100 {
			return nil, &refusal{http.StatusBadRequest, "param.error", "error: nextToken or maxResults"}
		}
		end := min(start+min(size, s.MaxPage), len(s.Rooms))
		rooms := append([]Room{}, s.Rooms[start:end]...)
		for i := range rooms {
			rooms[i].RoomDetail = nil
		}
		return reply(object{"hasMore": end < len(s.Rooms), "nextToken": end, "result": rooms})
	},
})

// DingTalk does not document the answer for an unknown room.
var _ = declare(route{
	kind:   RoomCall,
	method: http.MethodGet,
	path:   "/v1.0/rooms/meetingRooms/{roomId}",
	api:    openAPI,
	answer: func(s *Simulator, a arguments) (json.RawMessage, *refusal) {
		if refused := s.mayAskForRooms(a); refused != nil {
			return nil, refused
		}
		room, ok := s.room(a["roomId"])
		if !ok {
			return nil, &refusal{http.StatusBadRequest, "param.error", "error: roomId"}
		}
		return reply(object{"result": room})
	},
})

// mayAskForRooms refuses who is not of the organization.
func (o *Organization) mayAskForRooms(a arguments) *refusal {
	switch _, ours := o.person(a["unionId"]); {
	case a["unionId"] == "":
		return &refusal{http.StatusBadRequest, "param.error", "error: unionId"}
	case !ours:
		return &refusal{http.StatusBadRequest, "user.not.employee", "the user is no employee"}
	}
	return nil
}

// room returns a room by its id.
func (o *Organization) room(id string) (Room, bool) {
	i := slices.IndexFunc(o.Rooms, func(r Room) bool { return r.RoomID == id })
	if i < 0 {
		return Room{}, false
	}
	return o.Rooms[i], true
}
