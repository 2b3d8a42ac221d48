package dingtalk_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// The tests of this file read the demo organization's answers over HTTP a second
// time, by the names in their JSON, and compare every column of every row with
// them. A table says here where its rows are in an answer, and which columns have
// another name there.

// answered is an object of an answer that became a row.
type answered struct {
	fields map[string]any
	page   map[string]any    // the whole answer
	keys   map[string]string // the values that the query named
}

// valueAt returns the value at a path; nil if there is none.
func valueAt(v any, path ...string) any {
	for _, name := range path {
		fields, _ := v.(map[string]any)
		v = fields[name]
	}
	return v
}

// source says how a column's value is found in an answer.
type source func(answered) any

// named is a field that has another name than its column.
func named(path ...string) source { return func(a answered) any { return valueAt(a.fields, path...) } }

// asKey is the value that the query names for the key column.
func asKey(column string) source { return func(a answered) any { return a.keys[column] } }

// constant is a value that is in no answer.
func constant(v any) source { return func(answered) any { return v } }

// columnSource is where the rows of a table come from.
type columnSource struct {
	// keys returns the key values, for a query of its own each.
	keys func(*simulator.Simulator) []map[string]string
	// within is true where a query must bound the time (see bounded).
	within bool
	// rows is the path of the row, or of the list of rows, in an answer.
	rows []string
	// elsewhere are columns that are not in these answers.
	elsewhere []string
	// columns are those whose field has another name than the column in camel case,
	// or, in the older API, than the column.
	columns map[string]source
}

// each returns the keys for one value of a column after another, with other keys.
func each(column string, values []string, beside ...string) []map[string]string {
	var all []map[string]string
	for _, v := range slices.Sorted(slices.Values(values)) {
		keys := map[string]string{column: v}
		for i := 0; i < len(beside); i += 2 {
			keys[beside[i]] = beside[i+1]
		}
		all = append(all, keys)
	}
	return all
}

func schedules(sim *simulator.Simulator) []string { return slices.Collect(maps.Keys(sim.Schedules)) }

func allConferences(sim *simulator.Simulator) (ids []string) {
	for _, list := range append(slices.Collect(maps.Values(sim.Schedules)), sim.Unscheduled) {
		for _, c := range list {
			ids = append(ids, c.ConferenceID)
		}
	}
	return ids
}

// legacyUser are the names of the older API for a user.
var legacyUser = map[string]source{
	"user_id": named("userid"), "union_id": named("unionid"), "avatar_url": named("avatar"), "job_title": named("title"), "title": named("name"),
}

// roomColumns are the names of the list of rooms.
var roomColumns = map[string]source{
	"acting_union_id": asKey("acting_union_id"), "capacity": named("roomCapacity"), "group_id": named("roomGroup", "groupId"), "group_name": named("roomGroup", "groupName"),
	"isv_room_id": named("isvRoomId"), "labels": named("roomLabels"), "location": named("roomLocation", "title"), "location_description": named("roomLocation", "desc"),
	"picture_url": named("roomPicture"), "status": named("roomStatus"), "title": named("roomName"),
}

// byRoomOnly are the columns that only the call for one room has.
var byRoomOnly = []string{"approval_required", "authorized_members", "closed_from", "closed_reason", "closed_until", "cycle_reservation", "description",
	"device_union_ids", "max_reservation_minutes", "min_reservation_minutes", "open_for_reservation", "room_union_id"}

var columnSources = map[string]columnSource{
	"dingtalk_calendar_event": {
		keys: func(sim *simulator.Simulator) (all []map[string]string) {
			seen := map[string]bool{}
			for _, user := range slices.Sorted(maps.Keys(sim.Calendars)) {
				for _, e := range sim.Calendars[user] {
					if !seen[e.ID] {
						seen[e.ID] = true
						all = append(all, map[string]string{"union_id": user, "id": e.ID})
					}
				}
			}
			return all
		},
		columns: map[string]source{
			"union_id": asKey("union_id"), "title": named("summary"), "location": named("location", "displayName"),
			"online_meeting_id":   named("onlineMeetingInfo", "conferenceId"),
			"online_meeting_type": named("onlineMeetingInfo", "type"),
			"online_meeting_url":  named("onlineMeetingInfo", "url"),
			"room_code":           named("onlineMeetingInfo", "extraInfo", "roomCode"),
			"organizer_id":        named("organizer", "id"),
			"organizer_name":      named("organizer", "displayName"),
			"start_time":          dayOrTime("start"), "end_time": dayOrTime("end"), "time_zone": named("start", "timeZone"),
		},
	},
	"dingtalk_calendar_event_attendee": {
		keys: func(sim *simulator.Simulator) (all []map[string]string) {
			seen := map[string]bool{}
			for _, user := range slices.Sorted(maps.Keys(sim.Calendars)) {
				for _, e := range sim.Calendars[user] {
					if !seen[e.ID] {
						seen[e.ID] = true
						all = append(all, map[string]string{"union_id": user, "event_id": e.ID})
					}
				}
			}
			return all
		},
		rows:    []string{"attendees"},
		columns: map[string]source{"union_id": asKey("union_id"), "event_id": asKey("event_id"), "attendee_union_id": named("id"), "title": named("displayName")},
	},
	"dingtalk_conference": {
		keys:    func(sim *simulator.Simulator) []map[string]string { return each("conference_id", allConferences(sim)) },
		rows:    []string{"confInfo"},
		columns: map[string]source{"duration_seconds": named("confDuration")},
	},
	"dingtalk_conference by room code": {
		keys: func(sim *simulator.Simulator) []map[string]string {
			var codes []string
			for _, list := range [][]simulator.Conference{sim.Unscheduled, sim.Schedules[simulator.DemoAllHands]} {
				for _, c := range list {
					codes = append(codes, c.RoomCode)
				}
			}
			return each("room_code", codes)
		},
		rows:      []string{"conferenceList"},
		elsewhere: []string{"active_num", "attend_num", "cloud_record_owner_union_id", "cloud_record_status", "cloud_record_status_name", "extension_app_settings", "invited_num"},
		columns:   map[string]source{"duration_seconds": named("confDuration")},
	},
	"dingtalk_conference_member": {
		keys: func(sim *simulator.Simulator) []map[string]string { return each("conference_id", allConferences(sim)) },
		rows: []string{"memberModels"},
		columns: map[string]source{"duration_seconds": named("duration"), "title": named("userNick"), "outer_org_member": func(a answered) any {
			if member, ok := a.fields["outerOrgMember"]; ok {
				return member
			}
			return false // DingTalk sends it for outsiders only
		}},
	},
	"dingtalk_conference_recording": {
		keys: func(sim *simulator.Simulator) (all []map[string]string) {
			for _, id := range slices.Sorted(maps.Keys(sim.Recordings)) {
				all = append(all, map[string]string{"conference_id": id, "acting_union_id": sim.Recordings[id][0].UnionID})
			}
			return all
		},
		rows:    []string{"videoList"},
		columns: map[string]source{"acting_union_id": asKey("acting_union_id"), "conference_id": asKey("conference_id"), "duration_seconds": named("duration"), "title": named("mediaId")},
	},
	"dingtalk_department": {
		keys:    func(*simulator.Simulator) []map[string]string { return []map[string]string{{}} },
		rows:    []string{"result"},
		columns: map[string]source{"department_id": named("dept_id"), "title": named("name")},
	},
	"dingtalk_department_member": {
		keys: func(sim *simulator.Simulator) []map[string]string {
			var ids []string
			for _, d := range sim.Departments {
				ids = append(ids, fmt.Sprint(d.ID))
			}
			return each("department_id", ids)
		},
		rows: []string{"result", "list"},
		columns: with(legacyUser, map[string]source{"department_id": func(a answered) any {
			var id float64
			fmt.Sscan(a.keys["department_id"], &id)
			return id
		}}),
	},
	"dingtalk_meeting_room": {
		keys: func(*simulator.Simulator) []map[string]string {
			return []map[string]string{{"acting_union_id": simulator.DemoCEO}}
		},
		rows:      []string{"result"},
		elsewhere: byRoomOnly,
		columns:   roomColumns,
	},
	"dingtalk_meeting_room by room_id": {
		keys: func(sim *simulator.Simulator) []map[string]string {
			var ids []string
			for _, r := range sim.Rooms {
				ids = append(ids, r.RoomID)
			}
			return each("room_id", ids, "acting_union_id", simulator.DemoCEO)
		},
		rows: []string{"result"},
		columns: with(roomColumns, map[string]source{
			"approval_required": named("extensionConfig", "approvalSwitch"), "authorized_members": named("reservationAuthority", "authorizedMembers"),
			"closed_from": named("extensionConfig", "reservationCloseDetail", "taskStartTime"), "closed_until": named("extensionConfig", "reservationCloseDetail", "taskEndTime"),
			"closed_reason": named("extensionConfig", "reservationCloseDetail", "closeReason"), "cycle_reservation": named("enableCycleReservation"), "description": named("roomDescription"),
			"max_reservation_minutes": named("extensionConfig", "maxReservationTimeInterval"), "min_reservation_minutes": named("extensionConfig", "minReservationTimeInterval"),
			"open_for_reservation": named("extensionConfig", "openReservation"),
		}),
	},
	"dingtalk_meeting_room_booking": {
		keys: func(sim *simulator.Simulator) []map[string]string {
			return each("room_id", slices.Collect(maps.Keys(sim.Bookings)), "acting_union_id", simulator.DemoCEO)
		},
		within: true,
		rows:   []string{"scheduleInformation", "scheduleItems"},
		columns: map[string]source{
			"acting_union_id": asKey("acting_union_id"), "room_id": asKey("room_id"), "end_time": dayOrTime("end"), "start_time": dayOrTime("start"),
			"organizer_id": named("organizer", "id"), "time_zone": named("start", "timeZone"), "title": named("eventId"),
		},
	},
	// Its rows are in no answer: see TestConnection.
	"dingtalk_connection": {
		keys: func(*simulator.Simulator) []map[string]string { return []map[string]string{{}} },
	},
	// Its rows are the calls for those of the others: see TestAPICalls.
	callsTable: {
		keys: func(*simulator.Simulator) []map[string]string { return []map[string]string{{}} },
	},
	"dingtalk_ongoing_conference": {
		keys: func(*simulator.Simulator) []map[string]string { return []map[string]string{{}} },
		rows: []string{"onGoingConfList"},
	},
	"dingtalk_schedule_conference": {
		keys: func(sim *simulator.Simulator) []map[string]string {
			return each("schedule_conference_id", schedules(sim))
		},
		rows: []string{"conferenceList"},
		columns: map[string]source{"schedule_conference_id": asKey("schedule_conference_id"),
			"total_count": func(a answered) any { return a.page["totalCount"] }},
	},
	"dingtalk_schedule_conference_plan": {
		keys: func(sim *simulator.Simulator) []map[string]string {
			return each("schedule_conference_id", schedules(sim), "acting_union_id", simulator.DemoCEO)
		},
		columns: map[string]source{"acting_union_id": asKey("acting_union_id"), "cancelled": constant(false)},
	},
	"dingtalk_schedule_conference_setting": {
		keys: func(sim *simulator.Simulator) []map[string]string {
			return each("schedule_conference_id", schedules(sim))
		},
		rows: []string{"scheduleConfSettingModel"},
		columns: map[string]source{
			"schedule_conference_id": asKey("schedule_conference_id"), "title": asKey("schedule_conference_id"),
			"enable_chat":                extra("enableChat"),
			"enable_web_anonymous_join":  extra("enableWebAnonymousJoin"),
			"extension_app_settings":     extra("moziConfExtensionAppSettings"),
			"join_before_host":           extra("joinBeforeHost"),
			"lock_media_status_mic_mute": extra("lockMediaStatusMicMute"),
			"lock_nick":                  extra("lockNick"),
			"waiting_room":               extra("waitingRoom"),
		},
	},
	"dingtalk_user": {
		keys: func(sim *simulator.Simulator) []map[string]string {
			var ids []string
			for _, p := range sim.People {
				ids = append(ids, p.UserID)
			}
			return each("user_id", ids)
		},
		rows: []string{"result"},
		columns: with(legacyUser, map[string]source{
			"department_ids": named("dept_id_list"), "manager_user_id": named("manager_userid"),
			"leader_department_ids": func(a answered) any {
				led := []any{}
				for _, d := range a.fields["leader_in_dept"].([]any) {
					if valueAt(d, "leader") == true {
						led = append(led, valueAt(d, "dept_id"))
					}
				}
				return led
			},
		}),
	},
}

// extra is a field of the part of a setting that is an object of its own.
func extra(name string) source { return named("moziConfVirtualExtraSetting", name) }

func with(columns, more map[string]source) map[string]source {
	all := maps.Clone(columns)
	maps.Copy(all, more)
	return all
}

// dayOrTime is a moment that is a date for an all-day event.
func dayOrTime(name string) source {
	return func(a answered) any {
		day, ok := valueAt(a.fields, name, "date").(string)
		if !ok {
			return valueAt(a.fields, name, "dateTime")
		}
		zone, _ := valueAt(a.fields, name, "timeZone").(string)
		location, err := time.LoadLocation(zone)
		if err != nil {
			return err
		}
		t, err := time.ParseInLocation(time.DateOnly, day, location)
		if err != nil {
			return err
		}
		return t.Format(time.RFC3339)
	}
}

// fieldOf is the name of a column's field where the table doesn't name another.
func fieldOf(column string, a answered) any {
	if v, ok := a.fields[column]; ok {
		return v // the older API writes as SQL does
	}
	words := strings.Split(column, "_")
	for i, w := range words[1:] {
		words[i+1] = strings.ToUpper(w[:1]) + w[1:]
	}
	return a.fields[strings.Join(words, "")]
}

// sqlOf returns the column's value for a value of an answer.
func sqlOf(column *plugin.Column, v any) any {
	switch {
	case v == nil || v == "":
		return nil
	case column.Name == "room_code":
		return strings.ReplaceAll(v.(string), " ", "")
	case column.Name == "duration_seconds":
		return v.(float64) / 1000
	}
	switch column.Type {
	case proto.ColumnType_TIMESTAMP:
		if ms, ok := v.(float64); ok {
			if ms == 0 {
				return nil
			}
			return time.UnixMilli(int64(ms)).UTC().Format(time.RFC3339)
		}
		t, err := time.Parse(time.RFC3339, v.(string))
		if err != nil {
			return err
		}
		return t.UTC().Format(time.RFC3339)
	case proto.ColumnType_BOOL:
		if n, ok := v.(float64); ok {
			return n == 1
		}
	}
	return v
}

// recorder keeps the answers of an API.
type recorder struct {
	http.Handler
	mu      sync.Mutex
	answers []map[string]any
}

func (r *recorder) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	copied := &copiedWriter{ResponseWriter: w, status: http.StatusOK}
	r.Handler.ServeHTTP(copied, request)
	var page map[string]any
	if copied.status == http.StatusOK && json.Unmarshal(copied.body.Bytes(), &page) == nil && page["accessToken"] == nil && page["access_token"] == nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.answers = append(r.answers, page)
	}
}

// taken returns the answers since it was called last.
func (r *recorder) taken() []map[string]any {
	r.mu.Lock()
	defer r.mu.Unlock()
	answers := r.answers
	r.answers = nil
	return answers
}

type copiedWriter struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (w *copiedWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *copiedWriter) Write(b []byte) (int, error) {
	return io.MultiWriter(w.ResponseWriter, &w.body).Write(b)
}

// columnsWithoutValue are the columns that are NULL in every row of the demo
// organization, with the reason. complete gives them a value.
var columnsWithoutValue = map[string]string{
	"dingtalk_conference.extension_app_settings": "no meeting of the demo has an app beside it",
	"dingtalk_conference_member.job_number":      "DingTalk's SDK has the field, and no page of DingTalk's",
	"dingtalk_department_member.avatar_url":      "nobody in the demo has a picture",
	"dingtalk_department_member.mobile":          noPhones,
	"dingtalk_department_member.remark":          "nobody in the demo has a remark",
	"dingtalk_department_member.telephone":       noPhones,
	"dingtalk_user.avatar_url":                   "nobody in the demo has a picture",
	"dingtalk_user.mobile":                       noPhones,
	"dingtalk_user.remark":                       "nobody in the demo has a remark",
	"dingtalk_user.telephone":                    noPhones,
}

const noPhones = "the demo's app has no permission for phone numbers, as most have none"

// complete gives a value to the columns that have none in the demo organization.
func complete(sim *simulator.Simulator) {
	p := &sim.People[0]
	p.Avatar, p.Mobile, p.Telephone, p.Remark = "https://example.com/p.png", "13800000000", "8001", "in the office on Mondays"
	c := &sim.Schedules[simulator.DemoAllHands][0]
	c.ExtensionAppSettings = []simulator.ExtensionApp{{AppID: "1", AppCode: "COOLAPP"}}
	sim.Members[c.ConferenceID][0].JobNumber = "A-0101"
}

// Every value of every row is the one that the answer has under the name of the
// column's field, and every column has one somewhere.
func TestEveryColumn(t *testing.T) {
	t.Run("the demo organization", func(t *testing.T) {
		everyColumn(t, simulator.Demo(simulator.DemoTime), columnsWithoutValue)
	})
	t.Run("the rest", func(t *testing.T) {
		sim := simulator.Demo(simulator.DemoTime)
		complete(sim)
		everyColumn(t, sim, nil)
	})
}

func everyColumn(t *testing.T, sim *simulator.Simulator, without map[string]string) {
	api := &recorder{Handler: sim}
	server := httptest.NewServer(api)
	defer server.Close()
	corpID := sim.App.CorpID
	e := startAt(t, dingtalk.NewServer(), sim, server.URL, fmt.Sprintf("corp_id = %q\nsuite_ticket = %q\nignore_error_codes = [\"none\"]\ncalls_per_day = 1000000", corpID, sim.App.SuiteTicket))
	tables := dingtalk.Plugin(t.Context()).TableMap
	for name := range tables {
		if _, ok := columnSources[name]; !ok {
			t.Errorf("columnSources does not say where the rows of %s are in an answer", name)
		}
	}
	sources := slices.DeleteFunc(slices.Sorted(maps.Keys(columnSources)), func(source string) bool { return source == callsTable })
	for _, source := range append(sources, callsTable) { // which needs calls
		t.Run(source, func(t *testing.T) {
			from := columnSources[source]
			name, _, _ := strings.Cut(source, " ")
			table, filled := tables[name], map[string]bool{}
			columns := slices.DeleteFunc(slices.Clone(table.Columns), func(c *plugin.Column) bool { return slices.Contains(from.elsewhere, c.Name) })
			for _, keys := range from.keys(sim) {
				scan := engine.Scan{Table: name}
				for _, c := range columns {
					scan.Columns = append(scan.Columns, c.Name)
				}
				if from.within {
					scan.Quals = bounded(table)
				}
				for column, value := range keys {
					scan.Quals = append(scan.Quals, qualOf(table, column, value))
				}
				api.taken()
				rows, err := answers(t, e, scan)
				if err != nil {
					t.Fatalf("%v: %v", keys, err)
				}
				var want, got []string
				pages := api.taken()
				for _, page := range pages {
					for _, fields := range objectsAt(page, from.rows) {
						want = append(want, expected(columns, from, answered{fields, page, keys}, corpID))
					}
				}
				for _, r := range rows {
					var values map[string]any
					if err := json.Unmarshal([]byte(r), &values); err != nil {
						t.Fatal(err)
					}
					for column, v := range values {
						filled[column] = filled[column] || v != nil
						if v == "" {
							values[column] = nil
						}
					}
					got = append(got, compared(columns, values))
				}
				if len(pages) == 0 {
					continue // what DingTalk refuses may be a row: a schedule that was cancelled
				}
				slices.Sort(want)
				slices.Sort(got)
				diff(t, fmt.Sprintf("rows by the names in the JSON, %v", keys), want, got)
				if t.Failed() {
					return
				}
			}
			for _, c := range columns {
				reason, none := without[name+"."+c.Name]
				switch {
				case !filled[c.Name] && !none:
					t.Errorf("%s is NULL in every row: give it a value in the demo organization, or say in columnsWithoutValue why there is none", c.Name)
				case filled[c.Name] && none:
					t.Errorf("%s has a value, though columnsWithoutValue says: %s", c.Name, reason)
				}
			}
		})
	}
	for column := range without {
		table, name, _ := strings.Cut(column, ".")
		if tables[table] == nil || !slices.Contains(columnsOf(tables[table]), name) {
			t.Errorf("there is no column %s", column)
		}
	}
}

// qualOf is a condition on a key column, of its type.
func qualOf(table *plugin.Table, column, value string) engine.Qual {
	q := engine.Equals(column, value)
	for _, c := range table.Columns {
		if c.Name == column && c.Type == proto.ColumnType_INT {
			var n int64
			fmt.Sscan(value, &n)
			q.Value = equals(column, n).Value
		}
	}
	return q
}

// objectsAt returns the objects at a path of an answer: one, or those of the lists on
// the way.
func objectsAt(v any, path []string) (all []map[string]any) {
	switch v := v.(type) {
	case map[string]any:
		if len(path) == 0 {
			return []map[string]any{v}
		}
		return objectsAt(v[path[0]], path[1:])
	case []any:
		for _, one := range v {
			all = append(all, objectsAt(one, path)...)
		}
	}
	return all
}

// expected returns the row that an object of an answer must become.
func expected(columns []*plugin.Column, from columnSource, a answered, corpID string) string {
	values := map[string]any{}
	for _, c := range columns {
		v := fieldOf(c.Name, a)
		if source, ok := from.columns[c.Name]; ok {
			v = source(a)
		} else if c.Name == "corp_id" {
			v = corpID
		}
		values[c.Name] = sqlOf(c, v)
	}
	return compared(columns, values)
}

// compared writes the values of a row that are compared: a word for a code has
// none in the answer (see TestEveryWord).
func compared(columns []*plugin.Column, values map[string]any) string {
	isWord := func(name string) bool {
		return strings.HasSuffix(name, "_name") && slices.ContainsFunc(columns, func(c *plugin.Column) bool { return c.Name+"_name" == name })
	}
	var out strings.Builder
	for _, c := range columns {
		if !isWord(c.Name) {
			b, _ := json.Marshal(values[c.Name])
			fmt.Fprintf(&out, "%s: %s\n", c.Name, b)
		}
	}
	return out.String()
}

// A word belongs to one code of its own column: the columns c and c_name.
func TestEveryWord(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	for name, table := range dingtalk.Plugin(t.Context()).TableMap {
		source, ok := columnSources[name]
		if !ok {
			continue // an error of TestEveryColumn
		}
		for _, word := range columnsOf(table) {
			code := strings.TrimSuffix(word, "_name")
			if code == word || !slices.Contains(columnsOf(table), code) {
				continue
			}
			words, codes := map[any]any{}, map[any]any{}
			for _, keys := range source.keys(sim) {
				scan := engine.Scan{Table: name, Columns: []string{code, word}}
				if columnSources[name].within {
					scan.Quals = bounded(table)
				}
				for column, value := range keys {
					scan.Quals = append(scan.Quals, qualOf(table, column, value))
				}
				rows, err := answers(t, e, scan)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range rows {
					c, w := valueOf(t, r, code), valueOf(t, r, word)
					if known, ok := words[c]; ok && known != w {
						t.Errorf("%s.%s: the code %v is %v and %v", name, word, c, known, w)
					}
					if known, ok := codes[w]; ok && known != c {
						t.Errorf("%s.%s: the word %v is of %v and %v", name, word, w, known, c)
					}
					words[c], codes[w] = w, c
				}
			}
			if len(words) == 0 {
				t.Errorf("%s.%s: no rows", name, word)
			}
		}
	}
}
