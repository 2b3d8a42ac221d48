package simulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// send makes a call, of the legacy API as a form, with a token that is good.
func send(t *testing.T, sim *simulator.Simulator, target string, form ...string) *httptest.ResponseRecorder {
	t.Helper()
	return sendWith(t, sim, sim.IssueToken(), target, form...)
}

func sendWith(t *testing.T, sim *simulator.Simulator, token, target string, form ...string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	request.Header.Set("x-acs-dingtalk-access-token", token)
	if strings.HasPrefix(target, "/topapi/") {
		values := url.Values{}
		for i := 0; i < len(form); i += 2 {
			values.Set(form[i], form[i+1])
		}
		query := ""
		if token != "" {
			query = "?access_token=" + url.QueryEscape(token)
		}
		request = httptest.NewRequestWithContext(t.Context(), http.MethodPost, target+query, strings.NewReader(values.Encode()))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded;charset=utf-8")
	}
	recorder := httptest.NewRecorder()
	sim.ServeHTTP(recorder, request)
	return recorder
}

// decode is a body of JSON, to be compared.
func decode(t *testing.T, body string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return v
}

// vendorReview is an organization with everything about one meeting, and one
// more in progress.
func vendorReview() *simulator.Simulator {
	const lin = "uVq7RkLx2iSbP0yTn8sWQiEiE"
	sim := simulator.New(app)
	sim.BareErrors = true
	sim.Schedules["7a0b"] = []simulator.Conference{{
		ConferenceID: "64f1", Title: "Vendor review", RoomCode: "81236540097", Status: new(simulator.Ended),
		StartTime: new(int64(1755500400000)), EndTime: new(int64(1755509520000)),
		CreatorID: lin, CreatorNick: "Lin", BizType: "3", ExternalLinkURL: "https://meeting.dingtalk.com/app?roomCode=81236540097&token=1_ab12",
		InvitedNum: new(int64(6)), AttendNum: new(int64(8)), ActiveNum: new(int64(0)),
		CloudRecordStatus: new(int64(3)), CloudRecordOwnerUnionID: lin,
		ExtensionAppSettings: []simulator.ExtensionApp{{AppID: "1", AppCode: "Cool", AutoOpenMode: 2, ExtensionAppBizData: "x"}},
	}}
	sim.Unscheduled = []simulator.Conference{{ConferenceID: "64f2", Title: "Chat", RoomCode: "81236540098", Status: new(simulator.InProgress),
		StartTime: new(int64(1755500400000)), EndTime: new(int64(1755500400001)), CreatorID: lin, CreatorNick: "Lin", BizType: "0"},
		{ConferenceID: "64f3", Status: new(simulator.Ended), StartTime: new(int64(1755500400000))}}
	sim.Members["64f1"] = []simulator.Member{
		{UnionID: lin, UserNick: "Lin", JobNumber: "A-0417", JoinTime: new(int64(1755500395000)), LeaveTime: new(int64(1755509520000)),
			Duration: new(int64(9125000)), AttendStatus: new(simulator.MemberLeft), Host: true},
		{UnionID: "guest", UserNick: "guest of Acme", AttendStatus: new(simulator.MemberInitial), OuterOrgMember: true},
	}
	sim.Recordings["64f1"] = []simulator.Recording{{RecordID: "29", MediaID: "faa1", RegionID: "cn-shenzhen", UnionID: lin,
		StartTime: new(int64(1755500460000)), EndTime: new(int64(1755509500000)), Duration: new(int64(9040000)),
		FileSize: new(int64(731906048)), RecordType: new(int64(0))}}
	sim.Settings["7a0b"] = simulator.Setting{HostUnionID: lin, CohostUnionIDs: []string{}, LockRoom: new(int64(0)),
		ScreenShareForbidden: new(int64(1)), MuteOnJoin: new(int64(6)), Extra: &simulator.ExtraSetting{
			WaitingRoom: new(int64(2)), JoinBeforeHost: new(int64(1)), EnableChat: new(int64(1)), LockNick: new(int64(0)),
			LockMediaStatusMicMute: new(int64(0)), EnableWebAnonymousJoin: new(false),
			ExtensionAppSettings: []simulator.SettingApp{{"c", "Cool", "1", "x"}}}}
	sim.Settings["bare"] = simulator.Setting{}
	sim.Plans["7a0b"] = simulator.Plan{Title: "Vendor review", StartTime: new(int64(1755500400000)), EndTime: new(int64(1755504000000)),
		RoomCode: "81236540097", URL: "https://meeting.dingtalk.com/j/AbC123", Phones: []string{"+861012345678"}}
	sim.Plans["gone"] = simulator.Plan{Cancelled: true}
	sim.Plans["unheld"] = simulator.Plan{RoomCode: "81236540099"}
	sim.People = []simulator.Person{
		{UserID: "lin04", UnionID: lin, Name: "Lin", JobNumber: "A-0417", Title: "Buyer", Email: "lin@example.com", OrgEmail: "lin@corp.example.com",
			StateCode: "86", Mobile: "13800000000", Telephone: "1", ManagerUserID: "mei", DepartmentIDs: []int64{2, 7}, LeaderOf: []int64{7},
			HiredDate: new(int64(1597573616828)), Active: true, Admin: true, Avatar: "a", Remark: "r", WorkPlace: "w", Senior: true},
		{UserID: "mei", UnionID: "k2Wz", Name: "Mei", DepartmentIDs: []int64{2}, RealAuthed: true, Boss: true, HideMobile: true},
		{UserID: "desk", UnionID: "desk", MayNotAct: true},
	}
	sim.Departments = []simulator.Department{
		{ID: 2, Name: "Buying", ParentID: 1, CreateDeptGroup: true},
		{ID: 7, Name: "Vendors", ParentID: 2, AutoAddUser: true},
		{ID: 9, Name: "Archive", ParentID: 1},
	}
	event := simulator.Event{
		ID: "cnNT", Summary: "Vendor review", Description: "d", Status: "confirmed",
		Start:       &simulator.When{DateTime: "2025-08-18T15:00:00+08:00", TimeZone: "Asia/Shanghai"},
		End:         &simulator.When{DateTime: "2025-08-18T16:00:00+08:00", TimeZone: "Asia/Shanghai"},
		OriginStart: &simulator.When{DateTime: "2025-08-18T07:00:00Z"}, IsAllDay: new(false), SeriesMasterID: "master",
		Recurrence: &simulator.Recurrence{}, Organizer: &simulator.Attendee{ID: lin, DisplayName: "Lin", ResponseStatus: "accepted"},
		Attendees: []simulator.Attendee{{ID: "k2Wz", DisplayName: "Mei", ResponseStatus: "needsAction", IsOptional: new(false)},
			{ID: lin, DisplayName: "Lin", ResponseStatus: "accepted", IsOptional: new(true)}},
		OnlineMeetingInfo: &simulator.OnlineMeeting{Type: "dingtalk", ConferenceID: "uuid", URL: "dingtalk://x?confId=7a0b&calendarId=92",
			ExtraInfo: map[string]string{"roomCode": "812 365 40097"}},
		Location:     &simulator.Location{DisplayName: "room 1", MeetingRooms: []string{"1"}},
		MeetingRooms: []simulator.MeetingRoom{{"id", "1", "accepted"}}, Reminders: []simulator.Reminder{{"dingtalk", "15"}},
		CreateTime: "2025-08-11T01:02:03Z", UpdateTime: "2025-08-11T01:02:04Z",
	}
	event.Recurrence.Pattern.Type, event.Recurrence.Pattern.DaysOfWeek, event.Recurrence.Pattern.Interval = "weekly", "monday", 1
	event.Recurrence.Range.Type = "noEnd"
	sim.Calendars[lin] = []simulator.Event{event,
		{ID: "deleted", Status: "cancelled", Start: &simulator.When{DateTime: "2025-08-19T00:00:00Z"}},
		{ID: "allday", Start: &simulator.When{Date: "2025-08-20"}, End: &simulator.When{Date: "2025-08-21"}, IsAllDay: new(true)},
		{ID: "master", Start: &simulator.When{Date: "2025-08-20", TimeZone: "Europe/Lisbon"}},
		{ID: "next", Start: &simulator.When{DateTime: "2025-08-25T07:00:00Z"}, End: &simulator.When{DateTime: "2025-08-25T08:00:00Z"}, SeriesMasterID: "master", ToCome: true},
	}
	sim.Rooms = []simulator.Room{{RoomID: "0ffb", RoomStaffID: "s", CorpID: "c", RoomName: "Bund", RoomStatus: new(int64(2)), RoomLabels: []simulator.RoomLabel{{5, "video"}},
		RoomCapacity: new(int64(10)), RoomLocation: &simulator.RoomLocation{"HQ", "Floor 3"}, RoomPicture: "https://static.example/room.jpg", ISVRoomID: "i7",
		RoomGroup: &simulator.RoomGroup{1, "Shanghai", 0}, RoomDetail: &simulator.RoomDetail{
			DeviceUnionIDs: []string{"d"}, RoomUnionID: "r", RoomDescription: "by the lift", EnableCycleReservation: new(true),
			ReservationAuthority: &simulator.RoomAuthority{[]simulator.RoomMember{{"7", "dept", "Vendors"}}},
			ExtensionConfig:      &simulator.RoomConfig{true, 240, 15, true, &simulator.RoomClose{new(int64(1755500400000)), new(int64(1755504000000)), "painting", "Lin"}},
		}}, {RoomID: "bare"}}
	return sim
}

const lin = "uVq7RkLx2iSbP0yTn8sWQiEiE"

const (
	videoConferences = "/v1.0/conference/videoConferences/"
	calendars        = "/v1.0/calendar/users/"
)

const eventJSON = `{"id":"cnNT","summary":"Vendor review","description":"d","status":"confirmed",
	"start":{"dateTime":"2025-08-18T15:00:00+08:00","timeZone":"Asia/Shanghai"},"end":{"dateTime":"2025-08-18T16:00:00+08:00","timeZone":"Asia/Shanghai"},
	"originStart":{"dateTime":"2025-08-18T07:00:00Z"},"isAllDay":false,
	"recurrence":{"pattern":{"type":"weekly","daysOfWeek":"monday","interval":1},"range":{"type":"noEnd"}},"seriesMasterId":"master",
	"organizer":{"id":"` + lin + `","displayName":"Lin","responseStatus":"accepted","self":true},
	"attendees":[{"id":"k2Wz","displayName":"Mei","responseStatus":"needsAction","isOptional":false,"self":false},
		{"id":"` + lin + `","displayName":"Lin","responseStatus":"accepted","isOptional":true,"self":true}],
	"onlineMeetingInfo":{"type":"dingtalk","conferenceId":"uuid","url":"dingtalk://x?confId=7a0b&calendarId=92","extraInfo":{"roomCode":"812 365 40097"}},
	"location":{"displayName":"room 1","meetingRooms":["1"]},"meetingRooms":[{"roomId":"id","displayName":"1","responseStatus":"accepted"}],
	"reminders":[{"method":"dingtalk","minutes":"15"}],"createTime":"2025-08-11T01:02:03Z","updateTime":"2025-08-11T01:02:04Z"}`

// viewedJSON is eventJSON as the view has it.
var viewedJSON = strings.Replace(eventJSON, `"reminders":[{"method":"dingtalk","minutes":"15"}]`,
	`"extendedProperties":{"privateProperties":{"dingtalkDetailUrl":"dingtalk://dingtalkclient/page/calendar?eventId=cnNT"}}`, 1)

const userJSON = `"userid":"lin04","unionid":"` + lin + `","name":"Lin","avatar":"a","state_code":"86","mobile":"13800000000","hide_mobile":false,
	"telephone":"1","job_number":"A-0417","title":"Buyer","email":"lin@example.com","org_email":"lin@corp.example.com","work_place":"w","remark":"r",
	"dept_id_list":[2,7],"hired_date":1597573616828,"active":true,"admin":true,"boss":false,"exclusive_account":false`

const roomJSON = `"roomId":"0ffb","roomStaffId":"s","corpId":"c","roomName":"Bund","roomStatus":2,"roomLabels":[{"labelId":5,"labelName":"video"}],"roomCapacity":10,
	"roomLocation":{"title":"HQ","desc":"Floor 3"},"roomPicture":"https://static.example/room.jpg","isvRoomId":"i7","roomGroup":{"groupId":1,"groupName":"Shanghai","parentId":0}`

const legacyOK = `{"errcode":0,"errmsg":"ok","request_id":"5E5B5F7C-0000-7000-8000-51AD51AD51AD","result":`

// Each API answers in the shape that DingTalk documents.
func TestShapes(t *testing.T) {
	tests := []struct {
		name, target string
		form         []string
		want         string
	}{
		{"a meeting", videoConferences + "64f1", nil, `{"confInfo":{"conferenceId":"64f1","title":"Vendor review","roomCode":"81236540097",
			"status":1,"startTime":1755500400000,"endTime":1755509520000,"confDuration":9120000,"creatorId":"` + lin + `","creatorNick":"Lin",
			"invitedNum":6,"attendNum":8,"activeNum":0,"externalLinkUrl":"https://meeting.dingtalk.com/app?roomCode=81236540097&token=1_ab12",
			"scheduleConferenceId":"7a0b","bizType":"3","cloudRecordStatus":3,"cloudRecordOwnerUnionId":"` + lin + `",
			"extensionAppSettings":[{"appId":"1","appCode":"Cool","autoOpenMode":2,"extensionAppBizData":"x"}]}}`},
		{"a meeting in progress", videoConferences + "64f2", nil, `{"confInfo":{"conferenceId":"64f2","title":"Chat","roomCode":"81236540098",
			"status":2,"startTime":1755500400000,"creatorId":"` + lin + `","creatorNick":"Lin","bizType":"0"}}`},
		{"a meeting whose end is not returned", videoConferences + "64f3", nil,
			`{"confInfo":{"conferenceId":"64f3","title":"","roomCode":"","status":1,"startTime":1755500400000}}`},
		{"members", videoConferences + "64f1/members", nil, `{"memberModels":[
			{"unionId":"` + lin + `","conferenceId":"64f1","userNick":"Lin","jobNumber":"A-0417","joinTime":1755500395000,"leaveTime":1755509520000,
				"duration":9125000,"attendStatus":6,"host":true,"coHost":false,"pstnJoin":false},
			{"unionId":"guest","conferenceId":"64f1","userNick":"guest of Acme","attendStatus":1,"host":false,"coHost":false,"pstnJoin":false,
				"outerOrgMember":true}],"nextToken":"","totalCount":2}`},
		{"unknown members", videoConferences + "64f2/members", nil, `{"memberModels":[],"nextToken":"","totalCount":0}`},
		{"the meetings of a room code", "/v1.0/conference/roomCodes/81236540097/infos", nil, `{"nextToken":"TOKEN","hasMore":false,"totalCount":1,
			"conferenceList":[{"conferenceId":"64f1","title":"Vendor review","roomCode":"81236540097",
			"externalLinkUrl":"https://meeting.dingtalk.com/app?roomCode=81236540097&token=1_ab12","status":1,"startTime":1755500400000,
			"endTime":1755509520000,"confDuration":9120000,"creatorId":"` + lin + `","creatorNick":"Lin","scheduleConferenceId":"7a0b","bizType":"3"}]}`},
		{"a room code that was booked only", "/v1.0/conference/roomCodes/81236540099/infos", nil,
			`{"nextToken":"TOKEN","hasMore":false,"totalCount":0,"conferenceList":[]}`},
		{"meetings in progress", "/v1.0/conference/orgConferences", nil, `{"nextToken":"TOKEN","hasMore":false,"totalCount":1,"onGoingConfList":[
			{"conferenceId":"64f2","title":"Chat","roomCode":"81236540098","status":2,"startTime":1755500400000,"endTime":1755510400000,
			"creatorId":"` + lin + `","creatorNick":"Lin","bizType":"0"}]}`},
		{"a plan", "/v1.0/conference/scheduleConferences/7a0b/infos?requestUnionId=k2Wz", nil, `{"requestId":"5E5B5F7C-0000-7000-8000-51AD51AD51AD",
			"scheduleConferenceId":"7a0b","title":"Vendor review","startTime":1755500400000,"endTime":1755504000000,"roomCode":"812 365 40097",
			"url":"https://meeting.dingtalk.com/j/AbC123","phones":["+861012345678"]}`},
		{"settings", "/v1.0/conference/scheduleConferences/settings?scheduleConferenceId=7a0b", nil, `{"scheduleConfSettingModel":{
			"hostUnionId":"` + lin + `","cohostUnionIds":[],"lockRoom":0,"screenShareForbidden":1,"muteOnJoin":6,"moziConfVirtualExtraSetting":{
			"waitingRoom":2,"joinBeforeHost":1,"enableChat":1,"lockNick":0,"lockMediaStatusMicMute":0,"enableWebAnonymousJoin":false,
			"moziConfExtensionAppSettings":[{"clientId":"c","coolAppCode":"Cool","autoOpenMode":"1","extensionAppBizData":"x"}]}}}`},
		{"settings that are not returned", "/v1.0/conference/scheduleConferences/settings?scheduleConferenceId=bare", nil, `{"scheduleConfSettingModel":{}}`},
		{"recordings", videoConferences + "64f1/cloudRecords/getVideos?unionId=" + lin, nil, `{"videoList":[{"recordId":"29","unionId":"` + lin + `",
			"startTime":1755500460000,"endTime":1755509500000,"duration":9040000,"fileSize":731906048,"recordType":0,"mediaId":"faa1","regionId":"cn-shenzhen"}]}`},
		{"events", calendars + lin + "/calendars/primary/events?timeMax=2025-08-18T08:00:00Z", nil, `{"events":[` + eventJSON + `],"nextToken":null}`},
		{"no events", calendars + "k2Wz/calendars/primary/events?timeMax=2025-08-18T08:00:00Z", nil, `{"events":[],"nextToken":null}`},
		{"a view of events", calendars + lin + "/calendars/primary/eventsview?timeMin=2025-08-18T00:00:00Z&timeMax=2025-08-18T08:00:00Z", nil, `{"events":[` + viewedJSON + `],"nextToken":null}`},
		{"a view of nothing", calendars + "k2Wz/calendars/primary/eventsview?timeMin=2025-08-18T00:00:00Z&timeMax=2025-08-18T08:00:00Z", nil, `{"events":[],"nextToken":null}`},
		{"an event", calendars + lin + "/calendars/primary/events/cnNT", nil, eventJSON},
		{"attendees", calendars + lin + "/calendars/primary/events/cnNT/attendees", nil, `{"attendees":[{"id":"k2Wz","displayName":"Mei","responseStatus":"needsAction","isOptional":false,"self":false},
			{"id":"` + lin + `","displayName":"Lin","responseStatus":"accepted","isOptional":true,"self":true}],"nextToken":null}`},
		{"an event without attendees", calendars + lin + "/calendars/primary/events/allday/attendees", nil, `{"attendees":[],"nextToken":null}`},
		{"rooms", "/v1.0/rooms/meetingRoomLists?unionId=" + lin, nil, `{"hasMore":false,"nextToken":2,"result":[{` + roomJSON + `},{"roomId":"bare"}]}`},
		{"the first of the rooms", "/v1.0/rooms/meetingRoomLists?maxResults=1&unionId=" + lin, nil, `{"hasMore":true,"nextToken":1,"result":[{` + roomJSON + `}]}`},
		{"a room", "/v1.0/rooms/meetingRooms/0ffb?unionId=" + lin, nil, `{"result":{` + roomJSON + `,"deviceUnionIds":["d"],"roomUnionId":"r","roomDescription":"by the lift","enableCycleReservation":true,
			"reservationAuthority":{"authorizedMembers":[{"memberId":"7","memberType":"dept","memberName":"Vendors"}]},
			"extensionConfig":{"openReservation":true,"maxReservationTimeInterval":240,"minReservationTimeInterval":15,"approvalSwitch":true,
				"reservationCloseDetail":{"taskStartTime":1755500400000,"taskEndTime":1755504000000,"closeReason":"painting","contactNick":"Lin"}}}}`},
		{"a room with an ID alone", "/v1.0/rooms/meetingRooms/bare?unionId=" + lin, nil, `{"result":{"roomId":"bare"}}`},
		{"a user id", "/topapi/user/getbyunionid", []string{"unionid", lin}, legacyOK + `{"userid":"lin04","contact_type":0}}`},
		{"a user", "/topapi/v2/user/get", []string{"userid", "lin04"}, legacyOK + `{` + userJSON + `,"manager_userid":"mei","senior":true,"real_authed":false,
			"leader_in_dept":[{"dept_id":2,"leader":false},{"dept_id":7,"leader":true}],"dept_order_list":[{"dept_id":2,"order":1},{"dept_id":7,"order":1}]}}`},
		{"a user with few fields", "/topapi/v2/user/get", []string{"userid", "mei"}, legacyOK + `{"userid":"mei","unionid":"k2Wz","name":"Mei",
			"hide_mobile":true,"dept_id_list":[2],"active":false,"admin":false,"boss":true,"exclusive_account":false,"senior":false,"real_authed":true,
			"leader_in_dept":[{"dept_id":2,"leader":false}],"dept_order_list":[{"dept_id":2,"order":1}]}}`},
		{"the users of a department", "/topapi/v2/user/list", []string{"dept_id", "7", "cursor", "0", "size", "100"},
			legacyOK + `{"has_more":false,"list":[{` + userJSON + `,"leader":true,"dept_order":1}]}}`},
		{"the users of a department that others lead", "/topapi/v2/user/list", []string{"dept_id", "2", "cursor", "0", "size", "1"},
			legacyOK + `{"has_more":true,"next_cursor":1,"list":[{` + userJSON + `,"leader":false,"dept_order":1}]}}`},
		{"the departments of all", "/topapi/v2/department/listsub", nil, legacyOK + `[
			{"dept_id":2,"name":"Buying","parent_id":1,"create_dept_group":true,"auto_add_user":false},
			{"dept_id":9,"name":"Archive","parent_id":1,"create_dept_group":false,"auto_add_user":false}]}`},
		{"the departments of one", "/topapi/v2/department/listsub", []string{"dept_id", "2"}, legacyOK + `[
			{"dept_id":7,"name":"Vendors","parent_id":2,"create_dept_group":false,"auto_add_user":true}]}`},
		{"the departments of one that has none", "/topapi/v2/department/listsub", []string{"dept_id", "7"}, legacyOK + `[]}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := send(t, vendorReview(), test.target, test.form...)
			equal(t, "status", http.StatusOK, got.Code)
			equal(t, "content type", "application/json", got.Header().Get("Content-Type"))
			want, have := decode(t, test.want), decode(t, got.Body.String())
			// What a token is made of is nobody's business.
			if o, ok := want.(map[string]any); ok && o["nextToken"] == "TOKEN" {
				token, _ := have.(map[string]any)["nextToken"].(string)
				if token == "" {
					t.Error("no nextToken")
				}
				o["nextToken"] = token
			}
			equal(t, "body", want, have)
		})
	}
}

// Each API refuses with the statuses and the codes that DingTalk documents.
func TestRefusals(t *testing.T) {
	const (
		plan       = "/v1.0/conference/scheduleConferences/%s/infos?requestUnionId=%s"
		recordings = videoConferences + "%s/cloudRecords/getVideos?unionId=%s"
		events     = calendars + lin + "/calendars/primary/events"
		view       = events + "view?timeMin=2025-08-18T00:00:00Z&timeMax=2025-08-25T00:00:00Z"
	)
	tests := []struct {
		name, target string
		form         []string
		status       int
		code         string
	}{
		{"no such meeting", videoConferences + "x", nil, 404, "roomNotFound"},
		{"a schedule is no meeting", videoConferences + "7a0b", nil, 404, "roomNotFound"},
		{"members of no such meeting", videoConferences + "x/members", nil, 404, "roomNotFound"},
		{"members, no page size", videoConferences + "64f1/members?maxResults=0", nil, 400, "paramError"},
		{"members, no position", videoConferences + "64f1/members?nextToken=1", nil, 400, "paramError"},
		{"no such room code", "/v1.0/conference/roomCodes/81236540000/infos", nil, 400, "invalidRoomCode"},
		{"a room code with spaces", "/v1.0/conference/roomCodes/812%20365%2040097/infos", nil, 400, "invalidRoomCode"},
		{"a room code, no page size", "/v1.0/conference/roomCodes/81236540097/infos?maxResults=x", nil, 400, "paramError"},
		{"meetings in progress, no page size", "/v1.0/conference/orgConferences?maxResults=-1", nil, 400, "paramError"},

		{"a plan for nobody", "/v1.0/conference/scheduleConferences/7a0b/infos", nil, 400, "paramsError"},
		{"no such plan", fmt.Sprintf(plan, "x", lin), nil, 400, "paramsError"},
		{"a plan for an outsider", fmt.Sprintf(plan, "7a0b", "x"), nil, 400, "permissionError"},
		{"a plan for who may not act", fmt.Sprintf(plan, "7a0b", "desk"), nil, 400, "permissionError"},
		{"a plan that was cancelled", fmt.Sprintf(plan, "gone", lin), nil, 400, "resourceCancel"},
		{"settings of nothing", "/v1.0/conference/scheduleConferences/settings", nil, 400, "paramError"},
		{"settings of no such schedule", "/v1.0/conference/scheduleConferences/settings?scheduleConferenceId=x", nil, 400, "scheduleConferenceIdError"},

		{"recordings for nobody", videoConferences + "64f1/cloudRecords/getVideos", nil, 400, "paramsError"},
		{"recordings for an outsider", fmt.Sprintf(recordings, "64f1", "x"), nil, 400, "unknownUserError"},
		{"recordings for another", fmt.Sprintf(recordings, "64f1", "k2Wz"), nil, 404, "permissionError"},
		{"recordings for who may not act", fmt.Sprintf(recordings, "64f1", "desk"), nil, 404, "permissionError"},
		{"no recordings", fmt.Sprintf(recordings, "64f2", lin), nil, 400, "cloudRecordNotFound"},
		{"recordings of no such meeting", fmt.Sprintf(recordings, "x", lin), nil, 400, "cloudRecordNotFound"},

		{"events of nobody", calendars + "x/calendars/primary/events", nil, 400, "invalidParameter"},
		{"events of another calendar", calendars + lin + "/calendars/x/events", nil, 400, "invalidParameter"},
		{"more events than a page has", events + "?maxResults=101", nil, 400, "invalidParameter"},
		{"more attendees than a list has", events + "?maxAttendees=101", nil, 400, "invalidParameter"},
		{"no attendees", events + "?maxAttendees=0", nil, 400, "invalidParameter"},
		{"attendees that are no number", events + "?maxAttendees=x", nil, 400, "invalidParameter"},
		{"a bound that is no time", events + "?timeMin=2025-08-18", nil, 400, "invalidParameter"},
		{"another bound that is no time", events + "?timeMax=x", nil, 400, "invalidParameter"},
		{"a plus that was not escaped", events + "?timeMin=2025-08-18T00:00:00+08:00", nil, 400, "invalidParameter"},
		{"more than a year", events + "?timeMin=2025-08-18T00:00:00Z&timeMax=2026-08-18T00:00:01Z", nil, 400, "invalidParameter"},
		{"a view of nobody", strings.Replace(view, lin, "x", 1), nil, 400, "invalidParameter"},
		{"a view of another calendar", strings.Replace(view, "primary", "x", 1), nil, 400, "invalidParameter"},
		{"a larger page of a view", view + "&maxResults=101", nil, 400, "invalidParameter"},
		{"more attendees than a view has", view + "&maxAttendees=101", nil, 400, "invalidParameter"},
		{"no attendees in a view", view + "&maxAttendees=0", nil, 400, "invalidParameter"},
		{"a view without a beginning", events + "view?timeMax=2025-08-25T00:00:00Z", nil, 400, "invalidParameter"},
		{"a view without an end", events + "view?timeMin=2025-08-25T00:00:00Z", nil, 400, "invalidParameter"},
		{"a view of what is no time", events + "view?timeMin=2025-08-25&timeMax=2025-08-25T00:00:00Z", nil, 400, "invalidParameter"},
		{"a flag that is none", events + "?showDeleted=x", nil, 400, "invalidParameter"},
		{"no such event", events + "/x", nil, 404, "itemNotFound"},
		{"an event that was deleted", events + "/deleted", nil, 404, "instanceNotExist"},
		{"an event of nobody", calendars + "x/calendars/primary/events/cnNT", nil, 400, "invalidParameter"},
		{"more attendees than an event has", events + "/cnNT?maxAttendees=501", nil, 400, "invalidParameter"},
		{"attendees of no such event", events + "/x/attendees", nil, 400, "invalidParameter.event.eventId"},
		{"attendees of an event that was deleted", events + "/deleted/attendees", nil, 400, "invalidParameter.event.eventId"},
		{"attendees of an event of nobody", calendars + "x/calendars/primary/events/cnNT/attendees", nil, 400, "invalidParameter"},
		{"a larger page of attendees", events + "/cnNT/attendees?maxResults=501", nil, 400, "invalidParameter"},

		{"rooms for nobody", "/v1.0/rooms/meetingRoomLists", nil, 400, "param.error"},
		{"rooms for an outsider", "/v1.0/rooms/meetingRoomLists?unionId=x", nil, 400, "user.not.employee"},
		{"a larger page of rooms", "/v1.0/rooms/meetingRoomLists?maxResults=101&unionId=" + lin, nil, 400, "param.error"},
		{"rooms behind the end", "/v1.0/rooms/meetingRoomLists?nextToken=3&unionId=" + lin, nil, 400, "param.error"},
		{"rooms from what is no number", "/v1.0/rooms/meetingRoomLists?nextToken=x&unionId=" + lin, nil, 400, "param.error"},
		{"no such room", "/v1.0/rooms/meetingRooms/x?unionId=" + lin, nil, 400, "param.error"},
		{"a room for an outsider", "/v1.0/rooms/meetingRooms/0ffb?unionId=x", nil, 400, "user.not.employee"},

		{"no union id", "/topapi/user/getbyunionid", nil, 200, "400002"},
		{"no such union id", "/topapi/user/getbyunionid", []string{"unionid", "x"}, 200, "60121"},
		{"no user id", "/topapi/v2/user/get", nil, 200, "400002"},
		{"no such user id", "/topapi/v2/user/get", []string{"userid", lin}, 200, "33012"},
		{"users of nothing", "/topapi/v2/user/list", []string{"cursor", "0", "size", "10"}, 200, "40035"},
		{"users, no cursor", "/topapi/v2/user/list", []string{"dept_id", "2", "size", "10"}, 200, "40035"},
		{"users, no size", "/topapi/v2/user/list", []string{"dept_id", "2", "cursor", "0"}, 200, "40035"},
		{"users, size 0", "/topapi/v2/user/list", []string{"dept_id", "2", "cursor", "0", "size", "0"}, 200, "40035"},
		{"more users than a page has", "/topapi/v2/user/list", []string{"dept_id", "2", "cursor", "0", "size", "101"}, 200, "40035"},
		{"users before the beginning", "/topapi/v2/user/list", []string{"dept_id", "2", "cursor", "-1", "size", "10"}, 200, "40035"},
		{"users beyond the end", "/topapi/v2/user/list", []string{"dept_id", "2", "cursor", "3", "size", "10"}, 200, "40035"},
		{"users of no such department", "/topapi/v2/user/list", []string{"dept_id", "3", "cursor", "0", "size", "10"}, 200, "60003"},
		{"users of a department without any", "/topapi/v2/user/list", []string{"dept_id", "9", "cursor", "0", "size", "10"}, 200, "60019"},
		{"departments of no such department", "/topapi/v2/department/listsub", []string{"dept_id", "3"}, 200, "60003"},
		{"departments of what is no number", "/topapi/v2/department/listsub", []string{"dept_id", "x"}, 200, "400002"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := send(t, vendorReview(), test.target, test.form...)
			var e struct {
				Code    string
				ErrCode json.Number
			}
			if err := json.Unmarshal(got.Body.Bytes(), &e); err != nil {
				t.Fatal(err, got.Body)
			}
			equal(t, "status", test.status, got.Code)
			equal(t, "code", test.code, e.Code+e.ErrCode.String())
		})
	}
}

// list is a list of five entries at an API: how to ask for its pages, and what
// says that there are more.
type list struct {
	name, target     string
	legacy, hasMore  bool
	end              any // the token at the end; nil is null
	fallback, most   int // most is 0 where none is documented
	entries, entryID string
}

var lists = []list{
	{name: "a schedule", target: conferences + "a", end: "", fallback: 20, entries: "conferenceList", entryID: "conferenceId"},
	{name: "members", target: videoConferences + "m/members", end: "", fallback: 128, entries: "memberModels", entryID: "unionId"},
	{name: "a room code", target: "/v1.0/conference/roomCodes/7/infos", hasMore: true, end: "any", fallback: 20, entries: "conferenceList", entryID: "conferenceId"},
	{name: "meetings in progress", target: "/v1.0/conference/orgConferences", hasMore: true, end: "any", fallback: 20, entries: "onGoingConfList", entryID: "conferenceId"},
	{name: "events", target: calendars + "u/calendars/primary/events", end: nil, fallback: 100, most: 100, entries: "events", entryID: "id"},
	{name: "a view of events", target: calendars + "u/calendars/primary/eventsview?timeMin=2025-08-18T00:00:00Z&timeMax=2025-08-25T00:00:00Z", end: nil, fallback: 100, most: 100, entries: "events", entryID: "id"},
	{name: "attendees", target: calendars + "w/calendars/primary/events/e/attendees", end: nil, fallback: 100, most: 500, entries: "attendees", entryID: "id"},
	{name: "rooms", target: "/v1.0/rooms/meetingRoomLists?unionId=0", hasMore: true, end: "any", fallback: 20, most: 100, entries: "result", entryID: "roomId"},
	{name: "users", target: "/topapi/v2/user/list", legacy: true, hasMore: true, end: "any", most: 100, entries: "list", entryID: "userid"},
}

// longLists is an organization whose lists have so many entries, 0, 1, ….
func longLists(n int) *simulator.Simulator {
	sim := simulator.New(app)
	all := simulator.Event{ID: "e"}
	for i := range n {
		id := fmt.Sprint(i)
		all.Attendees = append(all.Attendees, simulator.Attendee{ID: id})
		c := simulator.Conference{ConferenceID: id, RoomCode: "7", Status: new(simulator.InProgress), StartTime: new(int64(i))}
		sim.Schedules["a"] = append(sim.Schedules["a"], c)
		sim.Members["m"] = append(sim.Members["m"], simulator.Member{UnionID: id})
		sim.Calendars["u"] = append(sim.Calendars["u"], simulator.Event{ID: id, Start: &simulator.When{DateTime: "2025-08-18T07:00:00Z"}})
		sim.People = append(sim.People, simulator.Person{UserID: id, UnionID: id, DepartmentIDs: []int64{1}})
		sim.Rooms = append(sim.Rooms, simulator.Room{RoomID: id})
	}
	sim.Calendars["w"] = []simulator.Event{all}
	return sim
}

// ask asks for a page. at is the position, nil for the beginning, and nil again
// at the end.
func (l list) ask(t *testing.T, sim *simulator.Simulator, size string, at any) (ids []string, next any, code string) {
	t.Helper()
	query, form := url.Values{}, []string{"dept_id", "1", "cursor", "0", "size", size}
	if size != "" {
		query.Set("maxResults", size)
	}
	if at != nil {
		query.Set("nextToken", fmt.Sprint(at))
		form[3] = fmt.Sprint(at)
	}
	target := l.target
	if !l.legacy {
		separator := "?"
		if strings.Contains(target, separator) {
			separator = "&"
		}
		target += separator + query.Encode()
	}
	answer := decode(t, send(t, sim, target, form...).Body.String()).(map[string]any)
	if code, _ := answer["code"].(string); code != "" {
		return nil, nil, code
	}
	if errcode, _ := answer["errcode"].(float64); errcode != 0 {
		return nil, nil, fmt.Sprint(errcode)
	}
	more, token := answer["hasMore"], answer["nextToken"]
	if l.legacy {
		answer = answer["result"].(map[string]any)
		more, token = answer["has_more"], answer["next_cursor"]
	}
	for _, e := range answer[l.entries].([]any) {
		ids = append(ids, e.(map[string]any)[l.entryID].(string))
	}
	switch {
	case l.hasMore && more == true:
		return ids, token, ""
	case l.hasMore && more != false:
		t.Errorf("more is %v", more)
	case !l.hasMore && more != nil:
		t.Errorf("there is a %v that says that there are more", more)
	case !l.hasMore && token != l.end:
		return ids, token, ""
	}
	return ids, nil, ""
}

// Each list is read to its end, whichever number of entries a page has.
func TestPagesOfEachList(t *testing.T) {
	for _, l := range lists {
		for _, test := range []struct {
			name, size string
			maxPage    int
			want       [][]string
		}{
			{"two at a time", "2", 200, [][]string{{"0", "1"}, {"2", "3"}, {"4"}}},
			{"as many as there are", "5", 200, [][]string{{"0", "1", "2", "3", "4"}}},
			{"pages that are short", "100", 4, [][]string{{"0", "1", "2", "3"}, {"4"}}},
		} {
			t.Run(l.name+"/"+test.name, func(t *testing.T) {
				sim := longLists(5)
				sim.MaxPage = test.maxPage
				var got [][]string
				var at any
				for more := true; more && len(got) < 6; more = at != nil {
					ids, next, code := l.ask(t, sim, test.size, at)
					if code != "" {
						t.Fatal(code)
					}
					got, at = append(got, ids), next
				}
				equal(t, "pages", test.want, got)
			})
		}
	}
}

func TestSizesOfEachList(t *testing.T) {
	for _, l := range lists {
		t.Run(l.name, func(t *testing.T) {
			sim := longLists(700)
			sim.MaxPage = 1000
			size := func(want int, ask string) {
				t.Helper()
				ids, next, code := l.ask(t, sim, ask, nil)
				if len(ids) != want || code != "" || next == nil {
					t.Errorf("size %q: %d entries, next %v, code %s; want %d", ask, len(ids), next, code, want)
				}
			}
			if l.fallback > 0 {
				size(l.fallback, "")
			}
			if l.most > 0 {
				size(l.most, fmt.Sprint(l.most))
				if ids, _, code := l.ask(t, sim, fmt.Sprint(l.most+1), nil); code == "" {
					t.Errorf("size %d: %d entries", l.most+1, len(ids))
				}
				return
			}
			size(501, "501")
		})
	}
}

// A position of one list is none of another.
func TestPositionsOfEachList(t *testing.T) {
	sim := longLists(5)
	for _, from := range lists[:8] {
		_, token, _ := from.ask(t, sim, "2", nil)
		for _, to := range lists[:8] {
			if ids, _, code := to.ask(t, sim, "2", token); (code == "") != (from.name == to.name) {
				t.Errorf("the position of %s at %s: %v, %s", from.name, to.name, ids, code)
			}
		}
	}
	_, token, _ := lists[4].ask(t, sim, "2", nil)
	other := lists[4]
	other.target = calendars + "u/calendars/primary/events"
	if got := send(t, sim, other.target+"?showDeleted=true&nextToken="+token.(string)); got.Code != 400 {
		t.Error("a position is good where another list was asked for")
	}
}

// Bounds are of an event's start, in its zone.
func TestEventBounds(t *testing.T) {
	tests := []struct {
		query string
		want  string
	}{
		{"", "cnNT allday master"},
		{"showDeleted=false", "cnNT allday master"},
		{"showDeleted=true", "cnNT deleted allday master"},
		{"seriesMasterId=master", "cnNT master"},
		{"timeMin=2025-08-18T06:59:59Z", "cnNT allday master"},
		{"timeMin=2025-08-18T07:00:00Z", "allday master"},
		{"timeMin=2025-08-18T07:00:00.001Z&timeMax=2026-08-18T07:00:00.001Z", "allday master"},
		{"timeMin=2025-08-18T14:59:59%2B08:00", "cnNT allday master"},
		{"timeMax=2025-08-18T07:00:00Z", ""},
		{"timeMax=2025-08-18T07:00:00.001Z", "cnNT"},
		{"timeMin=2025-08-19T15:59:59Z&timeMax=2025-08-19T16:00:01Z", "allday"}, // midnight in Shanghai
		{"timeMin=2025-08-19T22:59:59Z&timeMax=2025-08-19T23:00:01Z", "master"}, // midnight in Lisbon
		{"timeMin=2025-08-18T07:00:00Z&timeMax=2025-08-18T07:00:00Z", ""},
	}
	for _, test := range tests {
		t.Run(test.query, func(t *testing.T) {
			var answer struct {
				Events    []struct{ ID string }
				SyncToken string
			}
			body := send(t, vendorReview(), calendars+lin+"/calendars/primary/events?"+test.query).Body
			if err := json.Unmarshal(body.Bytes(), &answer); err != nil {
				t.Fatal(err, body)
			}
			var ids []string
			for _, e := range answer.Events {
				ids = append(ids, e.ID)
			}
			equal(t, "events", test.want, strings.Join(ids, " "))
			equal(t, "a syncToken", !strings.Contains(test.query, "timeMax"), answer.SyncToken != "")
		})
	}
}

// The view has what ends at timeMin or later and starts before timeMax, and of
// what recurs also what is to come.
func TestEventsView(t *testing.T) {
	for bounds, want := range map[string]string{
		"2025-08-18T00:00:00Z 2025-09-01T00:00:00Z": "cnNT allday master next",
		"2025-08-18T07:59:59Z 2025-08-18T08:00:00Z": "cnNT",
		"2025-08-18T08:00:00Z 2025-08-18T08:00:00Z": "cnNT",
		"2025-08-18T08:00:01Z 2025-08-19T15:00:00Z": "",
		"2025-08-18T00:00:00Z 2025-08-18T07:00:00Z": "",
		"2025-08-18T00:00:00Z 2025-08-18T07:00:01Z": "cnNT",
		"2025-08-20T16:00:00Z 2025-08-21T00:00:00Z": "allday", // until midnight in Shanghai
		"2025-08-25T07:30:00Z 2027-08-25T07:30:00Z": "next",
	} {
		t.Run(bounds, func(t *testing.T) {
			from, until, _ := strings.Cut(bounds, " ")
			var answer struct{ Events []struct{ ID string } }
			body := send(t, vendorReview(), calendars+lin+"/calendars/primary/eventsview?timeMin="+from+"&timeMax="+until).Body
			if err := json.Unmarshal(body.Bytes(), &answer); err != nil {
				t.Fatal(err, body)
			}
			var ids []string
			for _, e := range answer.Events {
				ids = append(ids, e.ID)
			}
			equal(t, "events", want, strings.Join(ids, " "))
		})
	}
}

// In the answer for a user, self is true for that user only.
func TestSelf(t *testing.T) {
	sim := vendorReview()
	sim.Calendars["k2Wz"] = sim.Calendars[lin]
	for _, union := range []string{"k2Wz", lin} {
		for _, target := range []string{"", "/cnNT"} {
			body := send(t, sim, calendars+union+"/calendars/primary/events"+target).Body.String()
			for _, id := range []string{lin, "k2Wz"} {
				if n := strings.Count(body, `"id":"`+id+`"`); n == 0 {
					t.Errorf("%s is not in %s", id, body)
				}
			}
			want := map[string]int{lin: 2, "k2Wz": 1}[union] // lin organizes it as well
			equal(t, "selves of "+union, want, strings.Count(body, `"self":true`))
		}
	}
	equal(t, "the calendar itself", vendorReview().Calendars[lin], sim.Calendars[lin])
}

// A recording may be read by whoever owns or made it, created or hosted the
// meeting, whether the organization knows them or not.
func TestWhoMayReadRecordings(t *testing.T) {
	sim := simulator.New(app)
	sim.Unscheduled = []simulator.Conference{{ConferenceID: "c", CreatorID: "creator", CloudRecordOwnerUnionID: "owner"}}
	sim.Recordings["c"] = []simulator.Recording{{UnionID: "maker"}}
	sim.Members["c"] = []simulator.Member{{UnionID: "host", Host: true}, {UnionID: "member"}}
	sim.People = []simulator.Person{{UserID: "1", UnionID: "member"}, {UserID: "2", UnionID: "host", MayNotAct: true}}
	for union, want := range map[string]int{"creator": 200, "owner": 200, "maker": 200, "host": 404, "member": 404, "nobody": 400} {
		equal(t, union, want, send(t, sim, videoConferences+"c/cloudRecords/getVideos?unionId="+union).Code)
	}
	other := simulator.New(app)
	other.Organization.Unscheduled, other.Recordings, other.Members = sim.Unscheduled, sim.Recordings, sim.Members
	equal(t, "a host who may act", 200, send(t, other, videoConferences+"c/cloudRecords/getVideos?unionId=host").Code)
}

// An answer has as many attendees as the call asks for.
func TestAttendees(t *testing.T) {
	for _, target := range []string{"?timeMax=2025-08-18T08:00:00Z&maxAttendees=", "view?timeMin=2025-08-18T08:00:00Z&timeMax=2025-08-18T08:00:00Z&maxAttendees=", "/cnNT?maxAttendees="} {
		for size, want := range map[string]int{"": 2, "1": 1, "2": 2, "100": 2} {
			body := send(t, vendorReview(), calendars+lin+"/calendars/primary/events"+target+size).Body.String()
			if n := strings.Count(body, "isOptional"); n != want {
				t.Errorf("%s%s: %d attendees, want %d", target, size, n, want)
			}
		}
	}
}

// The legacy API takes a form or JSON, where numbers may be written as such.
func TestLegacyBodies(t *testing.T) {
	tests := []struct{ name, contentType, body, want string }{
		{"a form", "application/x-www-form-urlencoded", "dept_id=2", `"dept_id":7`},
		{"a form with a charset", "application/x-www-form-urlencoded;charset=utf-8", "dept_id=2", `"dept_id":7`},
		{"no form", "application/x-www-form-urlencoded", "dept_id=%", `"errcode":400002`},
		{"a string", "application/json", `{"dept_id":"2"}`, `"dept_id":7`},
		{"a number", "application/json", `{"dept_id":2}`, `"dept_id":7`},
		{"no JSON", "application/json", `{"dept_id":`, `"errcode":400002`},
		{"neither", "text/plain", "dept_id=2", `"errcode":400002`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			sim := vendorReview()
			request := httptest.NewRequestWithContext(t.Context(), http.MethodPost,
				"/topapi/v2/department/listsub?access_token="+sim.IssueToken(), strings.NewReader(test.body))
			request.Header.Set("Content-Type", test.contentType)
			recorder := httptest.NewRecorder()
			sim.ServeHTTP(recorder, request)
			if !strings.Contains(recorder.Body.String(), test.want) {
				t.Error(recorder.Body)
			}
		})
	}
}

// Each API wants its token in its own place, and refuses in its own way.
func TestTokensOfEachAPI(t *testing.T) {
	const legacy, open = "/topapi/v2/department/listsub", "/v1.0/conference/orgConferences"
	synctest.Test(t, func(t *testing.T) {
		sim := vendorReview()
		try := func(what, want, token, target string) {
			t.Helper()
			if body := sendWith(t, sim, token, target).Body.String(); !strings.Contains(body, want) {
				t.Errorf("%s: %s", what, body)
			}
		}
		token := sim.IssueToken()
		try("a token", `"errcode":0`, token, legacy)
		try("no token", `"errcode":40000`, "", legacy)
		try("a token that nobody issued", `"errcode":40014`, "x", legacy)
		try("the token of the Open API in the query", `"InvalidAuthentication"`, "", open+"?access_token="+token)
		time.Sleep(2 * time.Hour)
		try("a token at the end of its life", `"errcode":42001`, token, legacy)
		try("a token at the end of its life", `"InvalidAuthentication"`, token, open)
	})
}

// The limit is each API's own.
func TestThrottleOfEachAPI(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := vendorReview()
		sim.CallsPerSecond = 1
		for _, target := range []string{conferences + "7a0b", videoConferences + "64f1", videoConferences + "64f1/members", "/v1.0/conference/orgConferences",
			"/topapi/v2/department/listsub", "/topapi/v2/user/get"} {
			want := `{"code":"Forbidden.AccessDenied.QpsLimitForAppkeyAndApi"`
			if strings.HasPrefix(target, "/topapi/") {
				want = `{"errcode":90018`
			}
			for i, throttled := range []bool{false, true} {
				if body := send(t, sim, target).Body.String(); strings.HasPrefix(body, want) != throttled {
					t.Errorf("call %d of %s: %s", i, target, body)
				}
			}
		}
		for range 2 {
			equal(t, "a token call", 200, postToken(t, sim))
		}
	})
}

func postToken(t *testing.T, sim *simulator.Simulator) int {
	r, _ := ask(t.Context(), sim, http.MethodPost, "/v1.0/oauth2/accessToken", "", `{"appKey":"id","appSecret":"sec"}`)
	return r.Status
}

// Where a path fits two templates, a literal segment goes before a parameter,
// and a parameter is never empty.
func TestRouting(t *testing.T) {
	tests := []struct {
		target string
		want   simulator.CallKind
	}{
		{conferences + "members", simulator.ConferenceCall},
		{videoConferences + "scheduleConferences", simulator.ConferenceInfoCall},
		{videoConferences + "x/members", simulator.MemberCall},
		{videoConferences + "x%2Fmembers", simulator.ConferenceInfoCall},
		{videoConferences + "", simulator.OtherCall},
		{videoConferences + "/members", simulator.OtherCall},
		{"/v1.0/conference/scheduleConferences/settings/infos", simulator.PlanCall},
		{"/v1.0/conference/scheduleConferences/settings", simulator.SettingCall},
		{"/topapi/v2/user/get/x", simulator.OtherCall},
		{"/topapi/v2/user/get", simulator.UserCall},
		{calendars + "x/calendars/primary/events", simulator.EventsCall},
		{calendars + "x/calendars/primary/eventsview", simulator.EventsViewCall},
		{calendars + "x/calendars/primary/events/y", simulator.EventCall},
		{calendars + "x/calendars/primary/events/y/attendees", simulator.AttendeesCall},
		{"/v1.0/rooms/meetingRooms/x", simulator.RoomCall},
		{"/v1.0/rooms/meetingRooms/", simulator.OtherCall},
	}
	for _, test := range tests {
		sim := vendorReview()
		send(t, sim, test.target)
		equal(t, test.target, test.want, sim.Calls()[0].Kind)
	}
}

// The log has the arguments, from wherever they came, and the token, but not
// among them.
func TestLogOfEachAPI(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := longLists(5)
		send(t, sim, videoConferences+"m/members?maxResults=2&nextToken=0&x=1&x=2")
		send(t, sim, "/topapi/v2/user/list", "dept_id", "1", "cursor", "2", "size", "3")
		send(t, sim, "/x?nextToken=y")
		_, _ = ask(t.Context(), sim, http.MethodPost, "/v1.0/oauth2/accessToken", "", `{"appKey":"id","appSecret":"sec"}`)
		want := []simulator.Call{
			{Kind: simulator.MemberCall, Method: "GET", Path: videoConferences + "m/members", NextToken: "0", MaxResults: "2", Token: "simulated-token-1",
				Params: map[string]string{"conferenceId": "m", "maxResults": "2", "nextToken": "0", "x": "1"}},
			{Kind: simulator.UsersCall, Method: "POST", Path: "/topapi/v2/user/list", NextToken: "2", MaxResults: "3", Token: "simulated-token-2",
				Params: map[string]string{"dept_id": "1", "cursor": "2", "size": "3"}},
			{Kind: simulator.OtherCall, Method: "GET", Path: "/x", NextToken: "y", Token: "simulated-token-3", Params: map[string]string{"nextToken": "y"}},
			{Kind: simulator.TokenCall, Method: "POST", Path: "/v1.0/oauth2/accessToken"},
		}
		for i := range want {
			want[i].At = time.Now()
		}
		equal(t, "calls", want, sim.Calls())
	})
}

// Faults are of any API.
func TestFaultsOfEachAPI(t *testing.T) {
	for _, l := range lists {
		for name, test := range map[string]struct {
			on           func(simulator.Call) bool
			first, later bool
		}{
			"a first page": {simulator.OnFirstPage, true, false}, "a later page": {simulator.OnLaterPage, false, true},
			"nothing": {simulator.OnKind("x"), false, false}, "a token call": {simulator.OnToken, false, false},
		} {
			sim := longLists(5)
			_, at, _ := l.ask(t, sim, "2", nil)
			sim.Script(simulator.Fault{On: test.on, Serve: simulator.Refuse(500, "fault", "")})
			_, _, first := l.ask(t, sim, "2", nil)
			_, _, later := l.ask(t, sim, "2", at)
			if (first == "fault") != test.first || (later == "fault") != test.later {
				t.Errorf("%s, a fault on %s: %q at first, %q later", l.name, name, first, later)
			}
		}
	}
	sim := longLists(5)
	members, users := lists[1], lists[8]
	_, at, _ := members.ask(t, sim, "2", nil)
	sim.Script(
		simulator.Fault{On: simulator.OnLater(simulator.MemberCall), Serve: simulator.Refuse(500, "later", "")},
		simulator.Fault{On: simulator.OnFirst(simulator.MemberCall), Serve: simulator.Refuse(500, "first", "")},
		simulator.Fault{On: simulator.OnKind(simulator.UsersCall), Serve: simulator.RefuseBare(-1, "busy")},
		simulator.Fault{On: simulator.OnFirst(simulator.UserCall), Serve: simulator.RefuseBare(1, "once")},
		simulator.Fault{On: simulator.OnFirstPage, Serve: simulator.Refuse(500, "a page", "")},
	)
	_, _, first := members.ask(t, sim, "2", nil)
	_, _, zero := members.ask(t, sim, "2", "0")
	_, _, later := members.ask(t, sim, "2", at)
	_, _, user := users.ask(t, sim, "2", nil)
	_, _, other := lists[0].ask(t, sim, "2", nil)
	equal(t, "codes", []string{"first", "first", "later", "-1", "a page"}, []string{first, zero, later, user, other})
	equal(t, "what is no list", `{"errcode":1,"errmsg":"once","request_id":"5E5B5F7C-0000-7000-8000-51AD51AD51AD"}`+"\n",
		send(t, sim, "/topapi/v2/user/get", "userid", "0").Body.String())
	equal(t, "what has no pages", 404, send(t, sim, videoConferences+"x").Code)
}
