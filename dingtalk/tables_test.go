package dingtalk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// ask runs a scan of some columns and returns the rows.
func ask(t *testing.T, e *engine.Engine, table, columns string, quals ...engine.Qual) ([]row, error) {
	t.Helper()
	return query(t, e, engine.Scan{Table: table, Columns: strings.Split(columns, ", "), Quals: quals})
}

// The rows of each table for answers of DingTalk.
func TestTableValues(t *testing.T) {
	const scheduleID = "schedule_conference_id=s"
	tests := []struct {
		name, table, keys string
		kind              simulator.CallKind
		body, columns     string
		want              []row
	}{
		{"a conference", "dingtalk_conference", "conference_id=c", simulator.ConferenceInfoCall,
			`{"confInfo":{"conferenceId":"other spelling","title":"","roomCode":"812 365 400","status":1,"startTime":1755500400000,"endTime":0,"confDuration":9120500,"bizType":"3","cloudRecordStatus":3,"invitedNum":0,"creatorId":"","extensionAppSettings":[{"appId":"a"}]}}`,
			"conference_id, title, room_code, status_name, start_time, end_time, duration_seconds, biz_type, biz_type_name, cloud_record_status, cloud_record_status_name, invited_num, attend_num, creator_id, schedule_conference_id, extension_app_settings",
			[]row{{"conference_id": "c", "title": "", "room_code": "812365400", "status_name": "ended", "start_time": "2025-08-18T07:00:00Z", "end_time": nil, "duration_seconds": 9120.5,
				"biz_type": "3", "biz_type_name": "scheduled", "cloud_record_status": int64(3), "cloud_record_status_name": "ended", "invited_num": int64(0), "attend_num": nil, "creator_id": nil,
				"schedule_conference_id": nil, "extension_app_settings": []any{map[string]any{"appId": "a"}}}}},
		{"codes not known", "dingtalk_conference", "conference_id=c", simulator.ConferenceInfoCall,
			`{"confInfo":{"status":7,"bizType":"9","cloudRecordStatus":9}}`, "status, status_name, biz_type, biz_type_name, cloud_record_status, cloud_record_status_name, room_code, duration_seconds",
			[]row{{"status": int64(7), "status_name": nil, "biz_type": "9", "biz_type_name": nil, "cloud_record_status": int64(9), "cloud_record_status_name": nil, "room_code": nil, "duration_seconds": nil}}},
		{"a room code in groups", "dingtalk_conference", "room_code=812 365 400", simulator.RoomCodeCall,
			`{"conferenceList":[{"conferenceId":"a","roomCode":"812365400"},{"conferenceId":"b","roomCode":"8123 65400"},{"conferenceId":"c"}]}`, "conference_id, room_code",
			[]row{{"conference_id": "a", "room_code": "812 365 400"}, {"conference_id": "b", "room_code": "812 365 400"}, {"conference_id": "c", "room_code": "812 365 400"}}},
		{"both keys, and both hold", "dingtalk_conference", "conference_id=c room_code=81 2", simulator.ConferenceInfoCall, `{"confInfo":{"roomCode":"812"}}`, "conference_id, room_code",
			[]row{{"conference_id": "c", "room_code": "81 2"}}},
		{"both keys, and one does not hold", "dingtalk_conference", "conference_id=c room_code=813", simulator.ConferenceInfoCall, `{"confInfo":{"roomCode":"812"}}`, "conference_id", nil},
		{"a member", "dingtalk_conference_member", "conference_id=c", simulator.MemberCall,
			`{"memberModels":[{"unionId":"u","userNick":"Lin","conferenceId":"x","jobNumber":"","joinTime":1755500395000,"leaveTime":0,"duration":1500,"attendStatus":5,"host":true,"coHost":false,"pstnJoin":false},` +
				`{"unionId":"","userNick":"guest","attendStatus":0,"outerOrgMember":true,"pstnJoin":true}],"totalCount":2}`,
			"conference_id, union_id, user_nick, title, job_number, join_time, leave_time, duration_seconds, attend_status, attend_status_name, host, co_host, outer_org_member, pstn_join",
			[]row{
				{"conference_id": "c", "union_id": nil, "user_nick": "guest", "title": "guest", "job_number": nil, "join_time": nil, "leave_time": nil, "duration_seconds": nil,
					"attend_status": int64(0), "attend_status_name": nil, "host": nil, "co_host": nil, "outer_org_member": true, "pstn_join": true},
				{"conference_id": "c", "union_id": "u", "user_nick": "Lin", "title": "Lin", "job_number": nil, "join_time": "2025-08-18T06:59:55Z", "leave_time": nil, "duration_seconds": 1.5,
					"attend_status": int64(5), "attend_status_name": "kicked", "host": true, "co_host": false, "outer_org_member": false, "pstn_join": false}}},
		{"a recording", "dingtalk_conference_recording", "conference_id=c acting_union_id=u", simulator.RecordingCall,
			`{"videoList":[{"recordId":"r","unionId":"w","startTime":1755500460000,"endTime":1755509500000,"duration":9040000,"fileSize":731906048,"recordType":1,"mediaId":"m","regionId":"cn-shenzhen"}]}`,
			"conference_id, acting_union_id, duration_seconds, end_time, file_size, media_id, record_id, record_type, record_type_name, region_id, start_time, union_id, title",
			[]row{{"conference_id": "c", "acting_union_id": "u", "duration_seconds": 9040.0, "end_time": "2025-08-18T09:31:40Z", "file_size": int64(731906048), "media_id": "m", "record_id": "r",
				"record_type": int64(1), "record_type_name": "composed", "region_id": "cn-shenzhen", "start_time": "2025-08-18T07:01:00Z", "union_id": "w", "title": "m"}}},
		{"settings", "dingtalk_schedule_conference_setting", scheduleID, simulator.SettingCall,
			`{"scheduleConfSettingModel":{"hostUnionId":"h","cohostUnionIds":["a","b"],"confAllowedCorpId":"","lockRoom":1,"screenShareForbidden":0,"muteOnJoin":-1,"moziConfVirtualExtraSetting":{"waitingRoom":2,"joinBeforeHost":1,"enableChat":7,"lockNick":0,"enableWebAnonymousJoin":true,"moziConfExtensionAppSettings":[]}}}`,
			"schedule_conference_id, cohost_union_ids, conf_allowed_corp_id, enable_chat, enable_web_anonymous_join, extension_app_settings, host_union_id, join_before_host, lock_media_status_mic_mute, lock_nick, lock_room, mute_on_join, mute_on_join_name, screen_share_forbidden, waiting_room, title",
			[]row{{"schedule_conference_id": "s", "cohost_union_ids": []any{"a", "b"}, "conf_allowed_corp_id": nil, "enable_chat": nil, "enable_web_anonymous_join": true, "extension_app_settings": []any{},
				"host_union_id": "h", "join_before_host": true, "lock_media_status_mic_mute": nil, "lock_nick": false, "lock_room": true, "mute_on_join": int64(-1), "mute_on_join_name": "on",
				"screen_share_forbidden": false, "waiting_room": false, "title": "s"}}},
		{"settings that are empty", "dingtalk_schedule_conference_setting", scheduleID, simulator.SettingCall, `{"scheduleConfSettingModel":{}}`, "cohost_union_ids, lock_room, mute_on_join_name, waiting_room",
			[]row{{"cohost_union_ids": nil, "lock_room": nil, "mute_on_join_name": nil, "waiting_room": nil}}},
		{"a waiting room", "dingtalk_schedule_conference_setting", scheduleID, simulator.SettingCall, `{"scheduleConfSettingModel":{"muteOnJoin":6,"moziConfVirtualExtraSetting":{"waitingRoom":1}}}`, "waiting_room, mute_on_join_name",
			[]row{{"waiting_room": true, "mute_on_join_name": "auto"}}},
		{"a plan", "dingtalk_schedule_conference_plan", scheduleID + " acting_union_id=u", simulator.PlanCall,
			`{"requestId":"r1","scheduleConferenceId":"s","title":"Vendor review","startTime":1755500400000,"endTime":1755504000000,"roomCode":"812 365 40097","url":"https://x.example/j","phones":["+86"]}`,
			"schedule_conference_id, acting_union_id, cancelled, end_time, phones, room_code, start_time, url, title",
			[]row{{"schedule_conference_id": "s", "acting_union_id": "u", "cancelled": false, "end_time": "2025-08-18T08:00:00Z", "phones": []any{"+86"}, "room_code": "81236540097",
				"start_time": "2025-08-18T07:00:00Z", "url": "https://x.example/j", "title": "Vendor review"}}},
		{"what runs, whatever its end is", "dingtalk_ongoing_conference", "", simulator.OngoingCall,
			`{"hasMore":false,"nextToken":"5","onGoingConfList":[{"conferenceId":"c","title":"t","roomCode":"812 3","status":2,"startTime":1755500400000,"endTime":1755500400000,"creatorId":"u","creatorNick":"Lin","bizType":"audio_conf"}]}`,
			"conference_id, biz_type_name, creator_id, creator_nick, room_code, start_time, status, status_name, title",
			[]row{{"conference_id": "c", "biz_type_name": "audio", "creator_id": "u", "creator_nick": "Lin", "room_code": "8123", "start_time": "2025-08-18T07:00:00Z", "status": int64(2), "status_name": "in_progress", "title": "t"}}},
	}
	e, sim := demoEngine(t, dingtalk.NewServer())
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			sim.ClearFaults()
			sim.ClearCalls()
			sim.Script(simulator.Fault{On: simulator.OnKind(test.kind), Serve: simulator.Answer(200, test.body)})
			var quals []engine.Qual
			key, rest := "", test.keys
			for rest != "" {
				var value string
				key, rest, _ = strings.Cut(rest, "=")
				value, rest, _ = cutKey(rest)
				quals = append(quals, engine.Equals(key, value))
			}
			rows, err := ask(t, e, test.table, test.columns, quals...)
			if err != nil {
				t.Fatal(err)
			}
			slices.SortFunc(rows, func(a, b row) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
			slices.SortFunc(test.want, func(a, b row) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
			diff(t, "rows", test.want, rows)
			if n := len(asked(sim)); n != 1 {
				t.Errorf("%d calls", n)
			}
		})
	}
}

// cutKey cuts "value key=..." before the next key.
func cutKey(s string) (value, rest string, more bool) {
	for _, k := range []string{" room_code=", " acting_union_id="} {
		if i := strings.Index(s, k); i >= 0 {
			return s[:i], s[i+1:], true
		}
	}
	return s, "", false
}

// The columns that cost a call of their own cost it when they are wanted.
func TestColumnsThatCostACall(t *testing.T) {
	for columns, want := range map[string][]simulator.CallKind{
		"conference_id, title, status_name":           {simulator.RoomCodeCall},
		"conference_id, attend_num":                   {simulator.RoomCodeCall, simulator.ConferenceInfoCall, simulator.ConferenceInfoCall},
		"cloud_record_status_name, invited_num":       {simulator.RoomCodeCall, simulator.ConferenceInfoCall, simulator.ConferenceInfoCall},
		"conference_id, extension_app_settings":       {simulator.RoomCodeCall, simulator.ConferenceInfoCall, simulator.ConferenceInfoCall},
		"active_num, cloud_record_owner_union_id":     {simulator.RoomCodeCall, simulator.ConferenceInfoCall, simulator.ConferenceInfoCall},
		"cloud_record_status, schedule_conference_id": {simulator.RoomCodeCall, simulator.ConferenceInfoCall, simulator.ConferenceInfoCall},
	} {
		t.Run(columns, func(t *testing.T) {
			e, sim := demoEngine(t, dingtalk.NewServer())
			sim.Script(
				simulator.Fault{On: simulator.OnKind(simulator.RoomCodeCall), Serve: simulator.Answer(200, `{"conferenceList":[{"conferenceId":"a"},{"conferenceId":"b"},{"title":"no id"}]}`)},
				simulator.Fault{On: simulator.OnKind(simulator.ConferenceInfoCall), Serve: simulator.Answer(200, `{"confInfo":{"attendNum":3,"activeNum":2,"invitedNum":1,"cloudRecordStatus":1,"cloudRecordOwnerUnionId":"o","extensionAppSettings":[]}}`)},
			)
			rows, err := ask(t, e, "dingtalk_conference", columns, engine.Equals("room_code", "812"))
			if err != nil || len(rows) != 3 {
				t.Fatalf("%d rows, %v", len(rows), err)
			}
			var kinds []simulator.CallKind
			for _, c := range asked(sim) {
				kinds = append(kinds, c.Kind)
			}
			diff(t, "calls", want, kinds)
			filled := 0
			for _, r := range rows {
				for _, c := range []string{"attend_num", "invited_num", "active_num", "cloud_record_status", "cloud_record_owner_union_id", "extension_app_settings"} {
					if r[c] != nil {
						filled++
						break
					}
				}
			}
			if filled != len(want)-1 {
				t.Errorf("%d rows are filled in: %v", filled, rows)
			}
		})
	}
}

// On behalf of whom recordings are read, and what it costs to find the owner.
func TestActingUser(t *testing.T) {
	info := func(fields string) simulator.Fault {
		return simulator.Fault{On: simulator.OnKind(simulator.ConferenceInfoCall), Serve: simulator.Answer(200, `{"confInfo":{`+fields+`}}`)}
	}
	video := simulator.Fault{On: simulator.OnKind(simulator.RecordingCall), Serve: simulator.Answer(200, `{"videoList":[{"mediaId":"m"}]}`)}
	for name, test := range map[string]struct {
		config string
		quals  []engine.Qual
		faults []simulator.Fault
		want   []row
		calls  int
		err    string
	}{
		"named in the query":      {"", []engine.Qual{engine.Equals("acting_union_id", "u")}, []simulator.Fault{video}, []row{{"acting_union_id": "u", "media_id": "m"}}, 1, ""},
		"empty in the query":      {"", []engine.Qual{engine.Equals("acting_union_id", "")}, []simulator.Fault{video}, nil, 0, ""},
		"named in the connection": {`acting_union_id = "w"`, nil, []simulator.Fault{video}, []row{{"acting_union_id": "w", "media_id": "m"}}, 1, ""},
		"the owner":               {"", nil, []simulator.Fault{video, info(`"cloudRecordStatus":3,"cloudRecordOwnerUnionId":"o","creatorId":"k"`)}, []row{{"acting_union_id": "o", "media_id": "m"}}, 2, ""},
		"the creator":             {"", nil, []simulator.Fault{video, info(`"cloudRecordOwnerUnionId":"","creatorId":"k"`)}, []row{{"acting_union_id": "k", "media_id": "m"}}, 2, ""},
		"nobody":                  {"", nil, []simulator.Fault{video, info(`"cloudRecordStatus":3`)}, nil, 1, "acting_union_id (DINGTALK_ACTING_UNION_ID)"},
		"not recorded":            {"", nil, []simulator.Fault{video, info(`"cloudRecordStatus":0,"creatorId":"k"`)}, nil, 1, ""},
		"no such conference":      {"", nil, []simulator.Fault{{On: simulator.OnKind(simulator.ConferenceInfoCall), Serve: simulator.Refuse(404, "roomNotFound", "")}}, nil, 1, ""},
		"no recording": {"", []engine.Qual{engine.Equals("acting_union_id", "u")},
			[]simulator.Fault{{On: simulator.OnKind(simulator.RecordingCall), Serve: simulator.Refuse(400, "cloudRecordNotFound", "")}}, nil, 1, ""},
		"one who may not": {"", []engine.Qual{engine.Equals("acting_union_id", "u")},
			[]simulator.Fault{{On: simulator.OnKind(simulator.RecordingCall), Serve: simulator.Refuse(404, "permissionError", "")}}, nil, 1, "name another in acting_union_id"},
	} {
		t.Run(name, func(t *testing.T) {
			e, sim := demoEngine(t, dingtalk.NewServer(), test.config)
			sim.Script(test.faults...)
			rows, err := ask(t, e, "dingtalk_conference_recording", "acting_union_id, media_id", append(test.quals, engine.Equals("conference_id", "c"))...)
			if test.err == "" && err != nil || test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)) {
				t.Errorf("error %v, want %q", err, test.err)
			}
			diff(t, "rows", test.want, rows)
			if n := len(asked(sim)); n != test.calls {
				t.Errorf("%d calls, want %d", n, test.calls)
			}
		})
	}
}

// A cancelled schedule is a row with cancelled true; a plan needs an acting user.
func TestPlans(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	sim.Script(simulator.Fault{On: simulator.OnKind(simulator.PlanCall), Serve: simulator.Refuse(400, "resourceCancel", "")})
	rows, err := ask(t, e, "dingtalk_schedule_conference_plan", "schedule_conference_id, acting_union_id, cancelled, start_time, title, phones",
		engine.Equals("schedule_conference_id", "s"), engine.Equals("acting_union_id", "u"))
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "rows", []row{{"schedule_conference_id": "s", "acting_union_id": "u", "cancelled": true, "start_time": nil, "title": nil, "phones": nil}}, rows)
	sim.ClearCalls()
	_, err = ask(t, e, "dingtalk_schedule_conference_plan", "cancelled", engine.Equals("schedule_conference_id", "s"))
	if err == nil || !strings.Contains(err.Error(), "name one in acting_union_id (DINGTALK_ACTING_UNION_ID)") || len(asked(sim)) > 0 {
		t.Errorf("%d calls, %v", len(asked(sim)), err)
	}
	rows, err = ask(t, e, "dingtalk_schedule_conference_plan", "cancelled", engine.Equals("schedule_conference_id", "s"), engine.Equals("acting_union_id", ""))
	if err != nil || len(rows) > 0 || len(asked(sim)) > 0 {
		t.Errorf("an empty acting user: %d rows, %d calls, %v", len(rows), len(asked(sim)), err)
	}
}
