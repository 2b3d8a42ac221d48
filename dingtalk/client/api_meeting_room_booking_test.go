package client_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
)

var meetingRoomBookingsAPI = apiCase{
	name:     "bookings of rooms",
	declared: "/v1.0/calendar/users/{unionId}/meetingRooms/schedules/query",
	path:     "/v1.0/calendar/users/u%2Fv/meetingRooms/schedules/query",
	inBody:   true,
	call: func(ctx context.Context, c *client.Client, opt client.PageOptions) (int, error) {
		bookings, err := c.MeetingRoomBookings(ctx, "u/v", []string{"r1", "r\"2"}, viewFrom, viewFrom.AddDate(0, 0, 7), opt.Wait)
		return len(bookings), err
	},
	asks: []string{`{"roomIds":["r1","r\"2"],"startTime":"2025-08-18T07:00:00Z","endTime":"2025-08-25T07:00:00Z"}`},
	pages: []string{`{"scheduleInformation":[{"roomId":"r1","error":"","scheduleItems":[
			{"status":"TENTATIVE","eventId":"cnNT","organizer":{"id":"uVq7"},"start":{"dateTime":"2025-08-18T15:00:00+08:00","timeZone":"Asia/Shanghai"},
			"end":{"dateTime":"2025-08-18T16:00:00+08:00","timeZone":"Asia/Shanghai"}}]},
		{"roomId":"r\"2","scheduleItems":[]}]}`},
	bad: map[string]string{
		`{}`:                             "scheduleInformation is missing",
		`{"scheduleInformation":null}`:   "scheduleInformation is missing",
		`{"scheduleInformation":{}}`:     "scheduleInformation: the JSON object is no",
		`{"scheduleInformation":[null]}`: "scheduleInformation[0]: null is no entry",
		`{"scheduleInformation":[{"scheduleItems":[]}]}`:                                                       "scheduleInformation[0].roomId is missing",
		`{"scheduleInformation":[{"roomId":"r1"}]}`:                                                            "scheduleInformation[0].scheduleItems is missing",
		`{"scheduleInformation":[{"roomId":"r1","scheduleItems":null}]}`:                                       "scheduleInformation[0].scheduleItems is missing",
		`{"scheduleInformation":[{"roomId":"r1","scheduleItems":[null]}]}`:                                     "scheduleInformation[0].scheduleItems[0]: null is no entry",
		`{"scheduleInformation":[{"roomId":"r1","scheduleItems":[{"status":"BUSY"}]}]}`:                        "scheduleInformation[0].scheduleItems[0].start is missing",
		`{"scheduleInformation":[{"roomId":"r1","scheduleItems":[{"start":{"dateTime":"soon"}}]}]}`:            `scheduleInformation[0].scheduleItems[0].start.dateTime: "soon" is no time`,
		`{"scheduleInformation":[{"roomId":"r1","scheduleItems":[{"organizer":{"id":7}}]}]}`:                   "scheduleInformation[0].scheduleItems[0].organizer.id: the JSON number is no string",
		`{"scheduleInformation":[]}`:                                                                           `the bookings of room "r1" were asked for and did not come`,
		`{"scheduleInformation":[{"roomId":"r1","scheduleItems":[]}]}`:                                         `the bookings of room "r\"2" were asked for and did not come`,
		`{"scheduleInformation":[{"roomId":"r1","scheduleItems":[]},{"roomId":"r1","scheduleItems":[]}]}`:      `the bookings of room "r1" came once more than they were asked for`,
		`{"scheduleInformation":[{"roomId":"r1","scheduleItems":[]},{"roomId":"another","scheduleItems":[]}]}`: `the bookings of room "another" came once more than they were asked for`,
	},
	codes: []codeCase{
		{400, "invalidParameter", client.BadRequest, ": check room_id and acting_union_id. A user id is no union id: dingtalk_user has both."},
		{400, "meetingRoomNotAvailable", client.NotAllowed, "or name the other rooms in room_id."},
	},
}

func TestMeetingRoomBookings(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		meetingRoomBookingsAPI.answer(t, w, meetingRoomBookingsAPI.good()...)
		got, err := w.api.MeetingRoomBookings(t.Context(), "u/v", []string{"r1", "r\"2"}, viewFrom, viewFrom, nil)
		equal(t, "error", error(nil), err)
		equal(t, "bookings", []*client.MeetingRoomBooking{{RoomID: "r1", Status: to("TENTATIVE"), EventID: to("cnNT"), Organizer: client.BookingOrganizer{ID: to("uVq7")},
			Start: client.EventTime{Time: to(time.Date(2025, 8, 18, 7, 0, 0, 0, time.UTC)), TimeZone: "Asia/Shanghai"},
			End:   client.EventTime{Time: to(time.Date(2025, 8, 18, 8, 0, 0, 0, time.UTC)), TimeZone: "Asia/Shanghai"}}}, got)
	})
}

// If DingTalk does not return the bookings of one room, the error names the room, after
// one call, whatever the answer has of the other rooms. It shows no secret.
func TestBookingsOfARoomThatIsRefused(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		asked := meetingRoomBookingsAPI.answer(t, w, body(`{"scheduleInformation":[{"roomId":"r1","scheduleItems":[]},{"roomId":"r\"2","error":"no permission simulated-token-1 hush-secret","scheduleItems":[]}]}`))
		rows, err := meetingRoomBookingsAPI.call(t.Context(), w.api, client.PageOptions{})
		if !client.IsKind(err, client.NotAllowed) || rows != 0 {
			t.Fatal(rows, err)
		}
		for _, text := range []string{`room "r\"2": no permission`, "name another in acting_union_id, or name the other rooms in room_id."} {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("%q is not in: %v", text, err)
			}
		}
		checkNoSecret(t, "the error", err.Error())
		equal(t, "calls", 1, len(*asked))
	})
	// A refusal of the whole goes before.
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		meetingRoomBookingsAPI.answer(t, w, body(`{"code":"invalidParameter","scheduleInformation":[{"roomId":"r1","error":"no permission"}]}`))
		if _, err := meetingRoomBookingsAPI.call(t.Context(), w.api, client.PageOptions{}); !client.IsKind(err, client.BadRequest) {
			t.Error(err)
		}
	})
}

// Bounds are sent in whole seconds, rounded so that no booking is lost.
func TestBoundsOfBookings(t *testing.T) {
	at := func(second, nanosecond int) time.Time {
		return time.Date(2025, 8, 18, 7, 0, second, nanosecond, time.UTC)
	}
	for want, bounds := range map[string][2]time.Time{"00Z 02Z": {at(0, 0), at(2, 0)}, "01Z 03Z": {at(1, 1), at(2, 1)}} {
		inWorld(t, internalApp, func(t *testing.T, w *world) {
			asked := meetingRoomBookingsAPI.answer(t, w, meetingRoomBookingsAPI.good()...)
			_, err := w.api.MeetingRoomBookings(t.Context(), "u/v", []string{"r1", "r\"2"}, bounds[0], bounds[1], nil)
			equal(t, "error", error(nil), err)
			from, until, _ := strings.Cut(want, " ")
			equal(t, "body", []string{fmt.Sprintf(`{"roomIds":["r1","r\"2"],"startTime":"2025-08-18T07:00:%s","endTime":"2025-08-18T07:00:%s"}`, from, until)}, *asked)
		})
	}
}

// Without an acting user, or for an empty room id, no call is made.
func TestBookingsForNobody(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		if all, err := w.api.MeetingRoomBookings(t.Context(), "", []string{"r"}, viewFrom, viewFrom, nil); !errors.Is(err, client.ErrNoActingUser) || all != nil {
			t.Error(all, err)
		}
		if all, err := w.api.MeetingRoomBookings(t.Context(), "u", []string{"r", ""}, viewFrom, viewFrom, nil); !client.IsKind(err, client.NotFound) || all != nil {
			t.Error(all, err)
		}
		equal(t, "calls", 0, len(w.sim.Calls()))
	})
}

// The log has the arguments of a call that sends them as its body.
func TestBookingsInTheLog(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		var out bytes.Buffer
		w.api.Close()
		w.api = client.New(client.Config{Endpoint: w.endpoint(), Credentials: internalApp, Transport: w.transport, Limits: w.limits,
			Logger: hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: &out, DisableTime: true})})
		meetingRoomBookingsAPI.answer(t, w, meetingRoomBookingsAPI.good()...)
		_, err := meetingRoomBookingsAPI.call(t.Context(), w.api, client.PageOptions{})
		equal(t, "error", error(nil), err)
		if want := `body="{\"roomIds\":[\"r1\",`; !strings.Contains(out.String(), want) {
			t.Errorf("%s is not in:\n%s", want, out.String())
		}
		checkNoSecret(t, "the log", out.String())
	})
}
