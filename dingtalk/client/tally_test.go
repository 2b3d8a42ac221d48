package client_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// What has become of an app's calls, by API: how many were sent in which time, repeated,
// throttled and refused, how long the answers took, and no more of another app's.
func TestTallies(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		schedule(w.sim, "s", 1)
		equal(t, "tallies of no call", 0, len(w.api.Tallies()))
		w.sim.Script(
			simulator.Fault{On: isConference, Times: 1, Serve: simulator.Refuse(403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", "slow down")},
			simulator.Fault{On: isConference, Times: 1, Serve: simulator.Delay(300 * time.Millisecond)},
		)
		read := func(id string) { _, _ = conferences(t, w.api, id, client.PageOptions{}) }
		read("s")       // throttled, then answered after 300 ms
		read("unknown") // refused
		sent := time.Now()
		other := client.New(client.Config{Endpoint: w.endpoint(), Credentials: client.AccessToken{Token: client.NewSecret("wrong")}, Transport: w.transport, Limits: w.limits})
		defer other.Close()
		_, _ = conferences(t, other, "s", client.PageOptions{})

		var got client.Tally
		for _, tally := range w.api.Tallies() {
			if tally.Counted {
				got = tally
			} else {
				equal(t, "the uncounted API", "POST /v1.0/oauth2/accessToken", tally.API)
				equal(t, "its calls", int64(1), tally.Calls)
			}
		}
		want := client.Tally{
			API: "GET /v1.0/conference/videoConferences/scheduleConferences/{scheduleConferenceId}", Counted: true,
			Calls: 3, LastSecond: 2, LastHour: 3, LastDay: 3, LastCall: sent, Repeated: 1, Throttled: 1, Refused: 1,
			Codes:         map[string]int64{"Forbidden.AccessDenied.QpsLimitForAppkeyAndApi": 1, "invalidScheduleConferenceId": 1},
			LastErrorCode: "invalidScheduleConferenceId", Answered: true, Mean: 100 * time.Millisecond, Worst: 300 * time.Millisecond,
		}

		equal(t, "the tally", want, got)
		read("unknown") // changes no tally that was returned before
		equal(t, "the tally of then", want, got)

		// Time passes; a further client of the app goes on with the numbers.
		w.api.Close()
		next := w.newClient(t, internalApp, unlimited)
		defer next.Close()
		for _, after := range []struct {
			wait                          time.Duration
			lastSecond, lastHour, lastDay int
		}{{2 * time.Second, 0, 4, 4}, {2 * time.Hour, 0, 0, 4}, {23 * time.Hour, 0, 0, 0}} {
			time.Sleep(after.wait)
			for _, tally := range next.Tallies() {
				if tally.Counted {
					equal(t, fmt.Sprint("after ", after.wait), [4]int{after.lastSecond, after.lastHour, after.lastDay, 4},
						[4]int{tally.LastSecond, tally.LastHour, tally.LastDay, int(tally.Calls)})
				}
			}
		}
	})
}

// Of a call that was sent and has no answer yet, nothing is known but that it was made.
func TestTalliesOfACallUnderWay(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		schedule(w.sim, "s", 1)
		w.sim.Script(simulator.Fault{On: isConference, Times: 1, Serve: simulator.Delay(10 * time.Second)})
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, _ = conferences(t, w.api, "s", client.PageOptions{})
		}()
		time.Sleep(time.Second)
		counted := 0
		for _, tally := range w.api.Tallies() {
			if tally.Counted {
				counted++
				equal(t, "calls, answered and mean", []any{int64(1), false, time.Duration(0)}, []any{tally.Calls, tally.Answered, tally.Mean})
			}
		}
		equal(t, "APIs", 1, counted)
		<-done
	})
}

// An API that sends codes without end fills no memory with them.
func TestTalliesOfManyCodes(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		n := 0
		w.sim.Script(simulator.Fault{On: isConference, Serve: func(rw http.ResponseWriter, r *http.Request, real http.Handler) {
			n++
			simulator.Refuse(400, fmt.Sprint("code-", n), "no")(rw, r, real)
		}})
		for range 120 {
			_, _ = conferences(t, w.api, "s", client.PageOptions{})
		}
		for _, tally := range w.api.Tallies() {
			if tally.Counted {
				equal(t, "codes", 100, len(tally.Codes))
				equal(t, "refused", int64(120), tally.Refused)
				equal(t, "the last", "code-120", tally.LastErrorCode)
			}
		}
	})
}

// A client that is closed while a query goes on has its calls counted all the same.
func TestTalliesOfAClosedClient(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		schedules(w, 1)
		w.api.Close()
		equal(t, "tallies of no call", 0, len(w.api.Tallies()))
		if _, err := conferences(t, w.api, "0", client.PageOptions{}); err != nil {
			t.Fatal(err)
		}
		var calls []int64
		for _, tally := range w.api.Tallies() {
			calls = append(calls, tally.Calls)
		}
		equal(t, "calls", []int64{1, 1}, calls)
	})
}
