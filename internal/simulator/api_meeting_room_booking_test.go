package simulator_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// booked is an organization with some bookings of a room, and six more rooms.
func booked() *simulator.Simulator {
	sim := vendorReview()
	for i := range 6 {
		sim.Rooms = append(sim.Rooms, simulator.Room{RoomID: fmt.Sprint(i)})
	}
	at := func(hour string) *simulator.When {
		return &simulator.When{DateTime: "2025-08-18T" + hour + ":00:00+08:00", TimeZone: "Asia/Shanghai"}
	}
	sim.Bookings["0ffb"] = []simulator.Booking{
		{Status: "TENTATIVE", EventID: "later", OrganizerID: "k2Wz", Start: at("17"), End: at("18")},
		{Status: "BUSY", EventID: "cnNT", OrganizerID: lin, Start: at("15"), End: at("16")},
	}
	return sim
}

// post sends JSON to the call for bookings.
func post(t *testing.T, sim *simulator.Simulator, user, contentType, body string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, calendars+user+"/meetingRooms/schedules/query", strings.NewReader(body))
	request.Header.Set("x-acs-dingtalk-access-token", sim.IssueToken())
	request.Header.Set("Content-Type", contentType)
	recorder := httptest.NewRecorder()
	sim.ServeHTTP(recorder, request)
	return recorder
}

func TestBookings(t *testing.T) {
	const (
		first = `{"status":"BUSY","eventId":"cnNT","organizer":{"id":"` + lin + `"},"start":{"dateTime":"2025-08-18T15:00:00+08:00","timeZone":"Asia/Shanghai"},
			"end":{"dateTime":"2025-08-18T16:00:00+08:00","timeZone":"Asia/Shanghai"}}`
		second = `{"status":"TENTATIVE","eventId":"later","organizer":{"id":"k2Wz"},"start":{"dateTime":"2025-08-18T17:00:00+08:00","timeZone":"Asia/Shanghai"},
			"end":{"dateTime":"2025-08-18T18:00:00+08:00","timeZone":"Asia/Shanghai"}}`
	)
	of := func(items string) string {
		return `{"scheduleInformation":[{"roomId":"0ffb","scheduleItems":[` + items + `]},{"roomId":"bare","scheduleItems":[]}]}`
	}
	for bounds, want := range map[string]string{
		"2025-08-18T00:00:00Z 2025-08-19T00:00:00Z": of(first + "," + second),
		"2025-08-18T07:59:59Z 2025-08-18T09:00:00Z": of(first),
		"2025-08-18T08:00:00Z 2025-08-18T09:00:01Z": of(second),
		"2025-08-18T08:00:00Z 2025-08-18T09:00:00Z": of(""),
		"2025-08-18T08:00:00Z 2025-11-16T08:00:00Z": of(second), // ninety days
	} {
		t.Run(bounds, func(t *testing.T) {
			from, until, _ := strings.Cut(bounds, " ")
			got := post(t, booked(), lin, "application/json", fmt.Sprintf(`{"roomIds":["0ffb","bare"],"startTime":%q,"endTime":%q}`, from, until))
			equal(t, "status", 200, got.Code)
			equal(t, "body", decode(t, want), decode(t, got.Body.String()))
		})
	}
	got := post(t, booked(), "desk", "application/json", `{"roomIds":["0ffb"],"startTime":"2025-08-18T00:00:00Z","endTime":"2025-08-19T00:00:00Z"}`)
	equal(t, "for who may not act", decode(t, `{"scheduleInformation":[{"roomId":"0ffb","error":"no permission","scheduleItems":[]}]}`), decode(t, got.Body.String()))
}

func TestRefusalsOfBookings(t *testing.T) {
	const day = `"startTime":"2025-08-18T00:00:00Z","endTime":"2025-08-19T00:00:00Z"`
	for name, test := range map[string]struct{ user, contentType, body string }{
		"an outsider":             {"x", "application/json", `{"roomIds":["0ffb"],` + day + `}`},
		"no rooms":                {lin, "application/json", `{` + day + `}`},
		"rooms that are none":     {lin, "application/json", `{"roomIds":[],` + day + `}`},
		"a text for rooms":        {lin, "application/json", `{"roomIds":"0ffb",` + day + `}`},
		"six rooms":               {lin, "application/json", `{"roomIds":["0","1","2","3","4","5"],` + day + `}`},
		"no such room":            {lin, "application/json", `{"roomIds":["0ffb","x"],` + day + `}`},
		"no end":                  {lin, "application/json", `{"roomIds":["0ffb"],"startTime":"2025-08-18T00:00:00Z"}`},
		"what is no time":         {lin, "application/json", `{"roomIds":["0ffb"],"startTime":"2025-08-18","endTime":"2025-08-19T00:00:00Z"}`},
		"an end before":           {lin, "application/json", `{"roomIds":["0ffb"],"startTime":"2025-08-19T00:00:00Z","endTime":"2025-08-18T00:00:00Z"}`},
		"more than 90 days":       {lin, "application/json", `{"roomIds":["0ffb"],"startTime":"2025-08-18T00:00:00Z","endTime":"2025-11-16T00:00:01Z"}`},
		"no JSON":                 {lin, "application/json", `{"roomIds":`},
		"null":                    {lin, "application/json", `null`},
		"JSON under a wrong name": {lin, "text/plain", `{"roomIds":["0ffb"],` + day + `}`},
	} {
		t.Run(name, func(t *testing.T) {
			got := post(t, booked(), test.user, test.contentType, test.body)
			equal(t, "status", 400, got.Code)
			if !strings.Contains(got.Body.String(), `"code":"invalidParameter"`) {
				t.Error(got.Body)
			}
		})
	}
}

// The log has the arguments of the body, and lists in JSON.
func TestLogOfBookings(t *testing.T) {
	sim := booked()
	post(t, sim, lin, "application/json", `{"roomIds": ["0ffb","1"],"startTime":"2025-08-18T00:00:00Z","endTime":"2025-08-19T00:00:00Z"}`)
	call := sim.Calls()[0]
	equal(t, "kind", simulator.BookingsCall, call.Kind)
	equal(t, "arguments", map[string]string{"userId": lin, "roomIds": `["0ffb","1"]`, "startTime": "2025-08-18T00:00:00Z", "endTime": "2025-08-19T00:00:00Z"}, call.Params)
}

// Each booking is one of an event that has the room, and the stories of the demo
// organization are among them.
func TestDemoRoomsFitTogether(t *testing.T) {
	sim := simulator.Demo(simulator.DemoTime)
	known := people(t, sim)
	events := map[string]simulator.Event{}
	for _, calendar := range sim.Calendars {
		for _, e := range calendar {
			events[e.ID] = e
		}
	}
	rooms, labels := map[string]simulator.Room{}, map[int64]bool{}
	for _, r := range sim.Rooms {
		if _, twice := rooms[r.RoomID]; twice {
			t.Errorf("two rooms have the id %s", r.RoomID)
		}
		rooms[r.RoomID] = r
		for _, l := range r.RoomLabels {
			labels[l.LabelID] = true
		}
		if r.ReservationAuthority != nil {
			for _, m := range r.ReservationAuthority.AuthorizedMembers {
				if _, ok := known[m.MemberID]; m.MemberType == "user" && !ok {
					t.Errorf("%s: nobody knows %s", r.RoomName, m.MemberID)
				}
			}
		}
		if some := *r.RoomStatus == 2; some != (r.ReservationAuthority != nil) {
			t.Errorf("%s: for some %v", r.RoomName, some)
		}
	}
	equal(t, "kinds of labels", 5, len(labels))
	has := map[string]bool{}
	for id, list := range sim.Bookings {
		room, ok := rooms[id]
		if !ok {
			t.Errorf("there is no room %s", id)
		}
		for _, b := range list {
			e, ok := events[b.EventID]
			inEvent := false
			for _, r := range e.MeetingRooms {
				inEvent = inEvent || r.RoomID == id && r.DisplayName == room.RoomName && (r.ResponseStatus == "accepted") == (b.Status == "BUSY")
			}
			if !ok || !inEvent || e.Organizer.ID != b.OrganizerID || b.End.DateTime <= b.Start.DateTime {
				t.Errorf("%s: the booking %+v is not one of %s", room.RoomName, b, e.Summary)
			}
			for _, a := range e.Attendees {
				_, ours := known[a.ID]
				has["a room for everybody, with an outsider"] = has["a room for everybody, with an outsider"] || *room.RoomStatus == 0 && !ours
			}
			has["one that waits to be approved"] = has["one that waits to be approved"] || b.Status == "TENTATIVE"
			has["one that was approved"] = has["one that was approved"] || b.Status == "BUSY" && room.RoomDetail.ExtensionConfig.ApprovalSwitch
			has["one of a cancelled event"] = has["one of a cancelled event"] || e.Status == "cancelled"
			has["one of what nobody came to"] = has["one of what nobody came to"] || e.ID == "ZGVtbyBkcmlsbA" && len(sim.Schedules[simulator.DemoDrill]) == 0
			has["one to come"] = has["one to come"] || e.ToCome
			has["one of a day"] = has["one of a day"] || *e.IsAllDay
			has["one without a video meeting"] = has["one without a video meeting"] || e.OnlineMeetingInfo == nil
			has["one larger than its people"] = has["one larger than its people"] || *room.RoomCapacity >= 4*int64(len(e.Attendees))
		}
	}
	declined := false
	for _, e := range events {
		for _, r := range e.MeetingRooms {
			declined = declined || r.ResponseStatus == "declined"
		}
	}
	has["one that was declined, and is none"] = declined
	has["a room that nobody booked"] = len(sim.Bookings[simulator.DemoTrainingHub]) == 0
	for _, name := range []string{"one that waits to be approved", "one that was approved", "one of a cancelled event", "one of what nobody came to", "one to come", "one of a day", "one without a video meeting",
		"one larger than its people", "one that was declined, and is none", "a room that nobody booked", "a room for everybody, with an outsider"} {
		if !has[name] {
			t.Errorf("there is not %s", name)
		}
	}
}
