package dingtalk_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

const bookings = "dingtalk_meeting_room_booking"

// byCEO names an acting user.
var byCEO = engine.Equals("acting_union_id", simulator.DemoCEO)

// A call names five rooms at most and ninety days at most, a day more than the query on
// each side. If the query names rooms, calls are made for these only.
func TestCallsForBookings(t *testing.T) {
	november := []engine.Qual{at("start_time", ">=", "2026-11-02T00:00:00Z"), at("start_time", "<", "2026-11-09T00:00:00Z")}
	const five, two = "demo-room-1 demo-room-2 demo-room-3 demo-room-4 demo-room-5", "demo-room-6 demo-room-7"
	for name, test := range map[string]struct {
		quals []engine.Qual
		want  []string // the rooms and the bounds of each call, without the time of day 00:00:00Z
	}{
		"all":           {november, []string{"list", five + " 2026-11-01 2026-11-10", two + " 2026-11-01 2026-11-10"}},
		"a room":        {append(november, engine.Equals("room_id", "demo-room-2")), []string{"demo-room-2 2026-11-01 2026-11-10"}},
		"at":            {[]engine.Qual{engine.Equals("room_id", "demo-room-2"), at("start_time", "=", "2026-11-02T00:00:00Z")}, []string{"demo-room-2 2026-11-01 2026-11-03"}},
		"an empty room": {append(november, engine.Equals("room_id", "")), nil},
		"no time":       {[]engine.Qual{engine.Equals("room_id", "demo-room-2"), at("start_time", ">", "2026-11-09T00:00:00Z"), at("start_time", "<", "2026-11-02T00:00:00Z")}, nil},
		"as long as one call may be": {[]engine.Qual{engine.Equals("room_id", "demo-room-2"), at("start_time", ">=", "2026-09-02T00:00:00Z"), at("start_time", "<=", "2026-11-29T00:00:00Z")},
			[]string{"demo-room-2 2026-09-01 2026-11-30"}},
		"in parts of a second": {[]engine.Qual{engine.Equals("room_id", "demo-room-2"), at("start_time", ">=", "2026-09-02T00:00:00.5Z"), at("start_time", "<=", "2026-11-28T23:59:59.5Z")},
			[]string{"demo-room-2 2026-09-01 2026-11-30"}},
		"longer, in parts of a second": {[]engine.Qual{engine.Equals("room_id", "demo-room-2"), at("start_time", ">=", "2026-07-02T00:00:00.5Z"), at("start_time", "<=", "2026-10-02T00:00:00Z")},
			[]string{"demo-room-2 2026-07-01 2026-09-29", "demo-room-2 2026-09-27 2026-10-03"}},
		"longer": {[]engine.Qual{at("start_time", ">=", "2026-06-02T00:00:00Z"), at("start_time", "<=", "2026-11-29T00:00:01Z")}, []string{"list",
			five + " 2026-06-01 2026-08-30", five + " 2026-08-28 2026-11-26", five + " 2026-11-24 2026-11-30T00:00:01Z",
			two + " 2026-06-01 2026-08-30", two + " 2026-08-28 2026-11-26", two + " 2026-11-24 2026-11-30T00:00:01Z"}},
	} {
		for server, of := range servers() {
			t.Run(name+", "+server, func(t *testing.T) {
				e, sim := demoEngine(t, of())
				if _, err := ask(t, e, bookings, "room_id, event_id", append(test.quals, byCEO)...); err != nil {
					t.Fatal(err)
				}
				calls := bookingCalls(t, sim)
				if len(calls) > 0 && test.want[0] == "list" && calls[0] != "list" {
					t.Errorf("the first call is for %s", calls[0])
				}
				slices.Sort(calls)
				slices.Sort(test.want)
				diff(t, "calls", test.want, calls)
			})
		}
	}
}

// bookingCalls are the rooms and the bounds of each call for bookings.
func bookingCalls(t *testing.T, sim *simulator.Simulator) (all []string) {
	t.Helper()
	for _, c := range asked(sim) {
		switch c.Kind {
		case simulator.RoomsCall:
			all = append(all, "list")
		case simulator.BookingsCall:
			var rooms []string
			if err := json.Unmarshal([]byte(c.Params["roomIds"]), &rooms); err != nil {
				t.Fatal(err, c.Params)
			}
			all = append(all, strings.ReplaceAll(strings.Join(append(rooms, c.Params["startTime"], c.Params["endTime"]), " "), "T00:00:00Z", ""))
		default:
			t.Errorf("a call of kind %s", c.Kind)
		}
	}
	return all
}

// However short the pages of rooms are, a call names five.
func TestBookingsOfShortPages(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer(), "page_size = 2")
	if _, err := ask(t, e, bookings, "event_id", append(bounded(dingtalk.Plugin(t.Context()).TableMap[bookings]), byCEO)...); err != nil {
		t.Fatal(err)
	}
	diff(t, "calls", []int{4, 2}, []int{sim.Count(simulator.RoomsCall), sim.Count(simulator.BookingsCall)})
}

// serveBookings answers with the bookings of rooms of which a part is between the
// bounds. Each takes three days.
func serveBookings(all []planned) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		var asked struct {
			RoomIDs            []string
			StartTime, EndTime time.Time
		}
		err := json.NewDecoder(r.Body).Decode(&asked)
		if err != nil || len(asked.RoomIDs) > 5 || asked.EndTime.Sub(asked.StartTime) > 90*24*time.Hour {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"code":"invalidParameter"}`)
			return
		}
		var rooms []string
		for _, id := range asked.RoomIDs {
			var items []string
			for i, b := range all {
				if id == fmt.Sprint("demo-room-", i%7+1) && !b.start.AddDate(0, 0, 3).Before(asked.StartTime) && b.start.Before(asked.EndTime) {
					items = append(items, fmt.Sprintf(`{"status":"BUSY","eventId":%q,%s}`, b.title, b.json))
				}
			}
			rooms = append(rooms, fmt.Sprintf(`{"roomId":%q,"scheduleItems":[%s]}`, id, strings.Join(items, ",")))
		}
		fmt.Fprintf(w, `{"scheduleInformation":[%s]}`, strings.Join(rooms, ","))
	}
}

// Each booking that the query wants is one row, also at the edges of spans that
// several of them bring, and no other takes its place where the engine wants some
// of them only.
func TestBookingEdges(t *testing.T) {
	utc := func(month time.Month, day int) time.Time { return time.Date(2026, month, day, 0, 0, 0, 0, time.UTC) }
	text := func(t time.Time) string { return t.Format(time.RFC3339) }
	from, until := utc(3, 2), utc(10, 2)
	// The spans end and begin a day before and behind these.
	all := slices.DeleteFunc(aroundEdges(from, utc(5, 29), utc(5, 30), utc(8, 25), utc(8, 26), until), func(p planned) bool { return p.title == "no start" })
	for name, operators := range map[string][2]string{">= and <": {">=", "<"}, "> and <=": {">", "<="}} {
		// What the query wants, by the time in the title.
		meant := func(title string) bool {
			start, _, _ := strings.Cut(title, " ")
			return (start > text(from) || start == text(from) && operators[0] == ">=") && (start < text(until) || start == text(until) && operators[1] == "<=")
		}
		var want []string
		for _, b := range all {
			if meant(b.title) {
				want = append(want, b.title)
			}
		}
		slices.Sort(want)
		for server, of := range servers() {
			t.Run(name+", "+server, func(t *testing.T) {
				e, sim := demoEngine(t, of())
				sim.Script(simulator.Fault{On: simulator.OnKind(simulator.BookingsCall), Serve: serveBookings(all)})
				scan := engine.Scan{Table: bookings, Columns: []string{"event_id"}, Quals: []engine.Qual{byCEO, at("start_time", operators[0], text(from)), at("start_time", operators[1], text(until))}}
				kept := func(s engine.Scan) (kept []string) {
					rows, err := query(t, e, s)
					if err != nil {
						t.Fatal(err)
					}
					for _, r := range rows {
						title := r["event_id"].(string)
						if start, _, _ := strings.Cut(title, " "); start < text(from.AddDate(0, 0, -1)) || start > text(until.AddDate(0, 0, 1)) {
							t.Errorf("%q is more than a day outside the bounds", title)
						}
						if meant(title) {
							kept = append(kept, title)
						}
					}
					slices.Sort(kept)
					return kept
				}
				diff(t, "bookings", want, kept(scan))
				if n := sim.Count(simulator.BookingsCall); n != 6 {
					t.Errorf("%d calls, want three for each five rooms", n)
				}
				more := make(chan struct{})
				close(more)
				first := limited(scan, 3)
				first.More = more
				if some := kept(first); len(some) < 3 {
					t.Errorf("limit 3: %q", some)
				}
			})
		}
	}
}

// A bound may arrive a day off: rows that are so near are streamed as well, and the
// engine compares them again.
func TestBookingsNearTheBounds(t *testing.T) {
	e, _ := demoEngine(t, dingtalk.NewServer())
	rows, err := ask(t, e, bookings, "start_time", byCEO, engine.Equals("room_id", simulator.DemoBund), at("start_time", ">", "2026-11-17T02:00:00Z"), at("start_time", "<", "2026-11-18T01:45:00Z"))
	if err != nil {
		t.Fatal(err)
	}
	var starts []string
	for _, r := range rows {
		starts = append(starts, r["start_time"].(string))
	}
	slices.Sort(starts)
	diff(t, "bookings", []string{"2026-11-17T00:00:00Z", "2026-11-18T00:00:00Z", "2026-11-18T02:00:00Z", "2026-11-19T00:00:00Z"}, starts)
}

// A room whose bookings DingTalk does not return is an error of the query that names
// it, whatever came before; and nothing that a connection ignores leaves out the
// bookings of one room alone.
func TestBookingsAreCompleteOrAnError(t *testing.T) {
	month := bounded(dingtalk.Plugin(t.Context()).TableMap[bookings])
	ofLast := func(c simulator.Call) bool {
		return c.Kind == simulator.BookingsCall && strings.Contains(c.Params["roomIds"], simulator.DemoTrainingHub)
	}
	for name, test := range map[string]struct {
		acting string
		faults []simulator.Fault
		err    string
	}{
		"of somebody who may see none": {simulator.DemoFrontDesk, nil, `room "demo-room-1": no permission.`},
		"the last of all": {simulator.DemoCEO, []simulator.Fault{{On: ofLast, Serve: simulator.Answer(200,
			`{"scheduleInformation":[{"roomId":"demo-room-6","scheduleItems":[]},{"roomId":"demo-room-7","error":"no permission","scheduleItems":[]}]}`)}}, `room "demo-room-7": no permission.`},
		"one that is missing": {simulator.DemoCEO, []simulator.Fault{{On: ofLast, Serve: simulator.Answer(200, `{"scheduleInformation":[{"roomId":"demo-room-6","scheduleItems":[]}]}`)}},
			`the bookings of room "demo-room-7" were asked for and did not come`},
		"a code that is ignored":              {simulator.DemoCEO, []simulator.Fault{{On: ofLast, Serve: simulator.Refuse(400, "invalidParameter", "roomId invalid")}}, "roomId invalid"},
		"a code that is ignored, of them all": {simulator.DemoCEO, []simulator.Fault{{On: simulator.OnKind(simulator.BookingsCall), Serve: simulator.Refuse(400, "invalidParameter", "roomId invalid")}}, "roomId invalid"},
	} {
		for server, of := range servers() {
			t.Run(name+", "+server, func(t *testing.T) {
				e, sim := demoEngine(t, of(), `ignore_error_codes = ["invalidParameter"]`)
				sim.Script(test.faults...)
				rows, err := ask(t, e, bookings, "event_id", append(slices.Clone(month), engine.Equals("acting_union_id", test.acting))...)
				if err == nil || !strings.Contains(err.Error(), test.err) || !strings.Contains(err.Error(), bookings) {
					t.Errorf("%d rows, %v", len(rows), err)
				}
			})
		}
	}
	// Of one room alone, an ignored code is no rows; on a later span it is not.
	e, sim := demoEngine(t, dingtalk.NewServer(), `ignore_error_codes = ["invalidParameter"]`)
	sim.Script(simulator.Fault{On: func(c simulator.Call) bool {
		return c.Kind == simulator.BookingsCall && c.Params["startTime"] > "2026-09-01"
	}, Serve: simulator.Refuse(400, "invalidParameter", "")})
	one := engine.Equals("room_id", simulator.DemoBund)
	if rows, err := ask(t, e, bookings, "event_id", append(slices.Clone(month), one, byCEO)...); err != nil || len(rows) > 0 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	if rows, err := ask(t, e, bookings, "event_id", at("start_time", ">", "2026-07-02T00:00:00Z"), at("start_time", "<", "2026-12-02T00:00:00Z"), one, byCEO); err == nil {
		t.Errorf("%d rows and no error of the later span", len(rows))
	}
}

// Without bounds on both sides, with garbled ones, or without an acting user, a
// query is an error at no call that says what to write.
func TestBookingsThatAreNotAskedFor(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	from, until := at("start_time", ">=", "2026-11-02T01:00:00Z"), at("start_time", "<", "2026-11-09T00:00:00Z")
	for name, test := range map[string]struct {
		quals []engine.Qual
		err   []string
	}{
		"no bounds":      {[]engine.Qual{byCEO}, []string{"bound start_time on both sides", "no bound has arrived", "now() + interval '0 days'"}},
		"from":           {[]engine.Qual{byCEO, from}, []string{"only a lower one has arrived, 2026-11-02T01:00:00Z"}},
		"until":          {[]engine.Qual{byCEO, until, engine.Equals("room_id", "r")}, []string{"only an upper one has arrived"}},
		"a garbled one":  {[]engine.Qual{byCEO, from, at("start_time", "<", "2000-01-01T00:00:00Z")}, []string{"start_time < 2000-01-01T00:00:00Z is what arrived"}},
		"no acting user": {[]engine.Qual{from, until}, []string{"name one in acting_union_id (DINGTALK_ACTING_UNION_ID)"}},
		"nor of a room":  {[]engine.Qual{from, until, engine.Equals("room_id", "r")}, []string{"name one in acting_union_id (DINGTALK_ACTING_UNION_ID)"}},
	} {
		rows, err := ask(t, e, bookings, "event_id", test.quals...)
		for _, text := range test.err {
			if err == nil || !strings.Contains(err.Error(), text) {
				t.Errorf("%s: %d rows, %v", name, len(rows), err)
			}
		}
	}
	for _, table := range []string{"dingtalk_meeting_room", bookings} {
		rows, err := ask(t, e, table, "room_id", from, until, engine.Equals("acting_union_id", ""))
		if err != nil || len(rows) > 0 {
			t.Errorf("%s for an empty acting user: %d rows, %v", table, len(rows), err)
		}
	}
	if n := len(asked(sim)); n > 0 {
		t.Errorf("%d calls", n)
	}
}

// The columns of the call for one room cost a call for each room only where they
// are selected, and none more where the query names the room. A room that is gone
// meanwhile is an error.
func TestCallsForRooms(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	for columns, want := range map[string]int{"room_id, title, capacity, labels, status_name": 1, "room_id, approval_required": 8} {
		sim.ClearCalls()
		if rows, err := ask(t, e, "dingtalk_meeting_room", columns, byCEO); err != nil || len(rows) != 7 || len(asked(sim)) != want {
			t.Errorf("%s: %d rows, %d calls, %v", columns, len(rows), len(asked(sim)), err)
		}
	}
	sim.ClearCalls()
	rows, err := ask(t, e, "dingtalk_meeting_room", "room_id, title, approval_required", byCEO, engine.Equals("room_id", simulator.DemoBund))
	if err != nil || len(asked(sim)) != 1 {
		t.Errorf("%d calls, %v", len(asked(sim)), err)
	}
	diff(t, "rows", []row{{"room_id": simulator.DemoBund, "title": "Bund 外滩", "approval_required": false}}, rows)
	// With a LIMIT, the call is made for the rows that the engine wants, however many a
	// page has.
	sim.ClearCalls()
	sim.Script(simulator.Fault{On: simulator.OnKind(simulator.RoomsCall), Serve: simulator.Answer(200,
		`{"hasMore":false,"result":[{"roomId":"demo-room-1"},{"roomId":"demo-room-2"},{"roomId":"demo-room-3"}]}`)})
	first := limited(engine.Scan{Table: "dingtalk_meeting_room", Columns: []string{"room_id", "approval_required"}, Quals: []engine.Qual{byCEO}}, 1)
	if rows, err := answers(t, e, first); err != nil || len(rows) != 1 || len(asked(sim)) != 2 {
		t.Errorf("limit 1: %d rows, %d calls, %v", len(rows), len(asked(sim)), err)
	}
	sim.ClearFaults()
	sim.Script(simulator.Fault{On: simulator.OnKind(simulator.RoomCall), Serve: simulator.Refuse(400, "param.error", "roomId")})
	if rows, err := ask(t, e, "dingtalk_meeting_room", "room_id, approval_required", byCEO); err == nil || !strings.Contains(err.Error(), "filling in approval_required") {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

// An empty ID of a room is NULL; other texts stay empty.
func TestEmptyTextsOfRooms(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	sim.Script(simulator.Fault{On: simulator.OnKind(simulator.RoomsCall), Serve: simulator.Answer(200,
		`{"hasMore":false,"result":[{"roomId":"r","roomName":"","roomPicture":"","isvRoomId":"","roomLocation":{"title":"","desc":""},"roomGroup":{"groupName":""}}]}`)})
	rows, err := ask(t, e, "dingtalk_meeting_room", "isv_room_id, picture_url, location, location_description, group_name, title", byCEO)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "rows", []row{{"isv_room_id": nil, "picture_url": "", "location": "", "location_description": "", "group_name": "", "title": ""}}, rows)
}
