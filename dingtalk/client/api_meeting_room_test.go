package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
)

const (
	sampleRoomFields = `"roomId":"0ffb71c2e5d94e0f","roomStaffId":"","corpId":"ding3c0f","roomName":"Bund 外滩","roomStatus":2,
		"roomLabels":[{"labelId":5,"labelName":"video"}],"roomCapacity":10,"roomLocation":{"title":"HQ","desc":"Floor 3"},
		"roomPicture":"https://static.example/room.jpg","isvRoomId":"i7","roomGroup":{"groupId":1,"groupName":"Shanghai","parentId":0}`
	sampleRoom = `{"result":{` + sampleRoomFields + `,"deviceUnionIds":["d1"],"roomUnionId":"r1","roomDescription":"by the lift","enableCycleReservation":true,
		"reservationAuthority":{"authorizedMembers":[{"memberId":"u","memberType":"user","memberName":"Lin"}]},
		"extensionConfig":{"openReservation":true,"maxReservationTimeInterval":240,"minReservationTimeInterval":0,
			"advanceReservation":{"advanceReservationTime":2,"advanceReservationTimeUnit":"weeks","advanceBookTimeFormat":"09:00"},
			"approvalSwitch":false,"approvalType":1,
			"reservationCloseDetail":{"taskStartTime":1755500400000,"taskEndTime":1755504000000,"closeReason":"painting","contactUnionId":"u","contactNick":"Lin","sendNotify":true}}}}`
)

// wantRoom is sampleRoom, as the list has it.
func wantRoom() *client.MeetingRoom {
	return &client.MeetingRoom{
		RoomID: to("0ffb71c2e5d94e0f"), RoomName: to("Bund 外滩"), RoomStatus: to(client.RoomForSome),
		RoomLabels: client.RawArray{RawMessage: json.RawMessage(`[{"labelId":5,"labelName":"video"}]`)}, RoomCapacity: to(int64(10)),
		RoomLocation: client.RoomLocation{Title: to("HQ"), Desc: to("Floor 3")}, RoomPicture: to("https://static.example/room.jpg"), ISVRoomID: to("i7"),
		RoomGroup: client.MeetingRoomGroup{GroupID: to(int64(1)), GroupName: to("Shanghai")},
	}
}

var badRooms = map[string]string{
	`{"roomId":7}`:                               "roomId: the JSON number is no string",
	`{"roomId":""}`:                              "roomId is missing",
	`{"roomName":"nameless"}`:                    "roomId is missing",
	`{"roomId":"r","roomStatus":"0"}`:            "roomStatus: the JSON string is no whole number",
	`{"roomId":"r","roomCapacity":"10"}`:         "roomCapacity: the JSON string is no whole number",
	`{"roomId":"r","roomLabels":{}}`:             "roomLabels: {} is no array",
	`{"roomId":"r","roomLocation":"HQ"}`:         "roomLocation: the JSON string is no object",
	`{"roomId":"r","roomGroup":{"groupId":"1"}}`: "roomGroup.groupId: the JSON string is no whole number",
}

var roomCodes = []codeCase{
	{400, "param.error", client.BadRequest, ": check room_id and acting_union_id. A user id is no union id: dingtalk_user has both."},
	{400, "user.not.employee", client.BadRequest, ": check acting_union_id. A user id is no union id: dingtalk_user has both."},
	{400, "org.not.found", client.BadRequest, ""},
	{400, "no.smart.permission", client.NotAllowed, "or leave the tables of rooms out."},
	{500, "system.error", client.Transient, ""},
}

var meetingRoomsAPI = apiCase{
	name:     "meeting rooms",
	declared: "/v1.0/rooms/meetingRoomLists",
	path:     "/v1.0/rooms/meetingRoomLists",
	call: func(ctx context.Context, c *client.Client, opt client.PageOptions) (int, error) {
		return rowsOf(c.MeetingRooms(ctx, "u&v", opt), func(p *client.Page[*client.MeetingRoom]) int { return len(p.Entries) })
	},
	asks: []string{"maxResults=100&unionId=u%26v", "maxResults=100&nextToken=124&unionId=u%26v"},
	pages: []string{
		`{"hasMore":true,"nextToken":124,"result":[{` + sampleRoomFields + `}]}`,
		`{"hasMore":false,"nextToken":248,"result":[{"roomId":"r"}]}`,
	},
	ends: map[string]string{
		"a null token":         `{"hasMore":false,"nextToken":null,"result":[{"roomId":"r"}]}`,
		"no token":             `{"hasMore":false,"result":[{"roomId":"r"}]}`,
		"no token and nothing": `{"result":[{"roomId":"r"}]}`,
	},
	bad: func() map[string]string {
		bad := map[string]string{
			`{}`:                               "result is missing",
			`{"hasMore":false}`:                "result is missing",
			`{"result":null}`:                  "result is missing",
			`{"result":{}}`:                    "result: the JSON object is no",
			`{"result":[{"roomId":"r"},null]}`: "result[1]: null is no entry",
			`{"hasMore":true,"nextToken":7.5,"result":[]}`: "nextToken: 7.5 is no position",
			`{"hasMore":"true","result":[]}`:               "hasMore: the JSON string is no boolean",
			`{"result":[{}]}`:                              "result[0].roomId is missing",
		}
		for room, problem := range badRooms {
			bad[`{"result":[{"roomId":"r"},`+room+`]}`] = "result[1]." + problem
		}
		return bad
	}(),
	unread: unreadOfRoom("result[0]."),
	codes:  roomCodes,
}

// unreadOfRoom are the fields of sampleRoom that may be anything.
func unreadOfRoom(prefix string, more ...string) (fields []string) {
	for _, name := range append(more, "roomStaffId", "corpId", "roomLabels[0]", "roomGroup.parentId") {
		fields = append(fields, prefix+name)
	}
	return fields
}

var meetingRoomAPI = apiCase{
	name:     "meeting room",
	declared: "/v1.0/rooms/meetingRooms/{roomId}",
	path:     "/v1.0/rooms/meetingRooms/r%2F1",
	call: func(ctx context.Context, c *client.Client, opt client.PageOptions) (int, error) {
		return one(c.MeetingRoom(ctx, "r/1", "u&v", opt.Wait))
	},
	asks:  []string{"unionId=u%26v"},
	pages: []string{sampleRoom},
	bad: func() map[string]string {
		bad := map[string]string{
			`{}`:                                    "result is missing",
			`{"result":null}`:                       "result is missing",
			`{"result":[]}`:                         "result: the JSON array is no",
			`{"result":{"deviceUnionIds":["a",7]}}`: "result.deviceUnionIds[1]: the JSON number is no string",
			`{"result":{"enableCycleReservation":1}}`:                                           "result.enableCycleReservation: the JSON number is no boolean",
			`{"result":{"reservationAuthority":{"authorizedMembers":{}}}}`:                      "result.reservationAuthority.authorizedMembers: {} is no array",
			`{"result":{"extensionConfig":{"approvalSwitch":"true"}}}`:                          "result.extensionConfig.approvalSwitch: the JSON string is no boolean",
			`{"result":{"extensionConfig":{"reservationCloseDetail":{"taskStartTime":"now"}}}}`: "result.extensionConfig.reservationCloseDetail.taskStartTime: the JSON string is no whole number",
		}
		for room, problem := range badRooms {
			if room := `{"result":` + room + `}`; problem != "roomId is missing" {
				bad[room] = "result." + problem
			}
		}
		return bad
	}(),
	unread: unreadOfRoom("result.", "reservationAuthority.authorizedMembers[0]", "extensionConfig.advanceReservation", "extensionConfig.approvalType",
		"extensionConfig.reservationCloseDetail.contactUnionId", "extensionConfig.reservationCloseDetail.contactNick", "extensionConfig.reservationCloseDetail.sendNotify"),
	codes: roomCodes,
}

func TestMeetingRooms(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		meetingRoomsAPI.answer(t, w, meetingRoomsAPI.good()...)
		var got []*client.MeetingRoom
		for page, err := range w.api.MeetingRooms(t.Context(), "u", client.PageOptions{}) {
			equal(t, "error", error(nil), err)
			got = append(got, page.Entries...)
		}
		equal(t, "rooms", []*client.MeetingRoom{wantRoom(), {RoomID: to("r")}}, got)
	})
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		meetingRoomAPI.answer(t, w, meetingRoomAPI.good()...)
		want := wantRoom()
		want.RoomUnionID, want.RoomDescription, want.DeviceUnionIDs, want.EnableCycleReservation = to("r1"), to("by the lift"), client.List[string]{"d1"}, to(true)
		want.Authority.AuthorizedMembers.RawMessage = json.RawMessage(`[{"memberId":"u","memberType":"user","memberName":"Lin"}]`)
		want.Config = client.RoomConfig{OpenReservation: to(true), MaxReservationTimeInterval: to(int64(240)), MinReservationTimeInterval: to(int64(0)), ApprovalSwitch: to(false),
			Close: client.RoomCloseDetail{TaskStartTime: to(client.Millis(1755500400000)), TaskEndTime: to(client.Millis(1755504000000)), CloseReason: to("painting")}}
		got, err := w.api.MeetingRoom(t.Context(), "r/1", "u", nil)
		equal(t, "error", error(nil), err)
		equal(t, "room", want, got)
	})
}

// A page has the size that the caller names, up to the largest that DingTalk allows.
func TestPagesOfRooms(t *testing.T) {
	for size, want := range map[int]string{0: "maxResults=100&unionId=u%26v", 7: "maxResults=7&unionId=u%26v", 500: "maxResults=100&unionId=u%26v"} {
		inWorld(t, internalApp, func(t *testing.T, w *world) {
			asked := meetingRoomsAPI.answer(t, w, body(`{"hasMore":false,"result":[]}`))
			_, err := meetingRoomsAPI.call(t.Context(), w.api, client.PageOptions{Size: size})
			equal(t, "error", error(nil), err)
			equal(t, "arguments", []string{want}, *asked)
		})
	}
}

// Without an acting user, no call is made.
func TestRoomsForNobody(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		for _, err := range w.api.MeetingRooms(t.Context(), "", client.PageOptions{}) {
			if !errors.Is(err, client.ErrNoActingUser) {
				t.Error(err)
			}
		}
		if room, err := w.api.MeetingRoom(t.Context(), "r", "", nil); !errors.Is(err, client.ErrNoActingUser) || room != nil {
			t.Error(room, err)
		}
		equal(t, "calls", 0, len(w.sim.Calls()))
	})
}
