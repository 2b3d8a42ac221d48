package client_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// within replaces the world's client by one with a number of calls per day.
func (w *world) within(t *testing.T, callsPerDay int) *client.Client {
	w.api.Close()
	w.api = client.New(client.Config{
		Endpoint: w.endpoint(), Credentials: internalApp, Transport: w.transport,
		CallsPerSecond: unlimited, CallsPerDay: callsPerDay, Limits: w.limits,
	})
	return w.api
}

// conferences reads a schedule of w, and returns the error.
func conferences(t *testing.T, api *client.Client, id string, opt client.PageOptions) (rows int, err error) {
	for _, err := range client.Entries(api.ScheduleConferences(t.Context(), id, opt)) {
		if err != nil {
			return rows, err
		}
		rows++
	}
	return rows, nil
}

// spent returns the text of the error of a spent allowance, and fails the test if err is
// another.
func spent(t *testing.T, err error) string {
	t.Helper()
	if !client.IsKind(err, client.AllowanceSpent) {
		t.Fatalf("the error is %v", err)
	}
	return err.Error()
}

// In no 24 hours are more calls made than the allowance has, and a call is free a day
// after the first.
func TestCallsPerDay(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		schedules(w, 1)
		w.within(t, 3)
		start := time.Now()
		for range 3 {
			if _, err := conferences(t, w.api, "0", client.PageOptions{}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Hour)
		}
		_, err := conferences(t, w.api, "0", client.PageOptions{})
		free := start.Add(24*time.Hour + time.Second)
		if text := spent(t, err); !strings.HasPrefix(text, "calls_per_day is 3, and 3 calls") || strings.Contains(text, "the list has") {
			t.Error(text)
		}
		for _, part := range []string{"in the last 24 hours", free.Format("2006-01-02 15:04:05 -07:00")} {
			if text := spent(t, err); !strings.Contains(text, part) {
				t.Errorf("the error lacks %q: %s", part, text)
			}
		}
		equal(t, "calls", 3, w.sim.Count(simulator.ConferenceCall))
		time.Sleep(time.Until(free) - time.Second)
		if _, err := conferences(t, w.api, "0", client.PageOptions{}); err == nil {
			t.Error("a call is free before a day is over")
		}
		time.Sleep(time.Second)
		for _, want := range []bool{true, false} {
			if _, err := conferences(t, w.api, "0", client.PageOptions{}); (err == nil) != want {
				t.Errorf("after a day: %v", err)
			}
		}
		equal(t, "calls", 4, w.sim.Count(simulator.ConferenceCall))
		equal(t, "calls of the day", 3, w.api.CallsOfTheDay())
	})
}

// Calls that do not count are not bounded: tokens, and people.
func TestCallsPerDayOfUncounted(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		schedules(w, 1)
		w.within(t, 1)
		for range 3 {
			_, _ = w.api.User(t.Context(), "somebody", nil)
		}
		if _, err := conferences(t, w.api, "0", client.PageOptions{}); err != nil {
			t.Fatal(err)
		}
		_, err := conferences(t, w.api, "0", client.PageOptions{})
		spent(t, err)
		equal(t, "counted calls", int64(1), w.api.CountedCalls())
	})
}

// DingTalk does not count a call that it throttles, and one that never had a connection
// was not made: both are free again. What is refused for another reason is counted, also
// if the system is busy.
func TestCallsPerDayOfFailures(t *testing.T) {
	tests := []struct {
		name  string
		fault func(w *world)
		free  int // of five
	}{
		{"throttled", func(w *world) {
			w.sim.Script(simulator.Fault{Times: 2, Serve: simulator.Refuse(403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", "slow down")})
		}, 4},
		{"throttled by the minute", func(w *world) {
			w.sim.Script(simulator.Fault{Times: 2, Serve: simulator.Refuse(403, "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi", "slow down")})
		}, 4},
		{"a connection that was dead", func(w *world) { // net/http sends the call once more
			w.sim.Script(simulator.Fault{Times: 1, Serve: simulator.Drop})
		}, 3},
		{"no connection", func(w *world) { w.dialFault = errors.New("no route") }, 5},
		{"server errors", func(w *world) {
			w.sim.Script(simulator.Fault{Times: 2, Serve: simulator.Refuse(500, "unknownError", "later")})
		}, 2},
		{"a busy system", func(w *world) {
			w.sim.Script(simulator.Fault{Times: 2, Serve: simulator.Refuse(400, "system.busy", "later")})
		}, 2},
		{"lost answers", func(w *world) {
			w.sim.Script(simulator.Fault{Times: 2, Serve: simulator.Delay(20 * time.Second)})
		}, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				schedules(w, 1)
				w.within(t, 5)
				_, _ = w.api.User(t.Context(), "nobody", nil) // the token of the client
				if test.name != "a connection that was dead" {
					w.transport.CloseIdleConnections()
				}
				test.fault(w)
				_, _ = conferences(t, w.api, "0", client.PageOptions{})
				w.dialFault = nil
				equal(t, "calls of the day", 5-test.free, w.api.CallsOfTheDay())
				for range test.free {
					if _, err := conferences(t, w.api, "0", client.PageOptions{}); err != nil {
						t.Fatal(err)
					}
				}
				_, err := conferences(t, w.api, "0", client.PageOptions{})
				spent(t, err)
			})
		})
	}
}

// However many calls start at once, no more are sent than the allowance has.
func TestCallsPerDayAtOnce(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		schedules(w, 50)
		w.within(t, 20)
		w.sim.Script(simulator.Fault{Serve: simulator.Delay(100 * time.Millisecond)})
		var mu sync.Mutex
		var wg sync.WaitGroup
		failed := 0
		for i := range 50 {
			wg.Go(func() {
				if _, err := conferences(t, w.api, fmt.Sprint(i), client.PageOptions{}); err != nil {
					mu.Lock()
					defer mu.Unlock()
					spent(t, err)
					failed++
				}
			})
		}
		wg.Wait()
		equal(t, "calls", 20, w.sim.Count(simulator.ConferenceCall))
		equal(t, "errors", 30, failed)
	})
}

// A call that is cancelled while it waits for its second is not made.
func TestCallsPerDayOfCancelled(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		schedules(w, 3)
		w.api.Close()
		w.api = client.New(client.Config{
			Endpoint: w.endpoint(), Credentials: internalApp, Transport: w.transport, CallsPerSecond: 1, CallsPerDay: 2, Limits: w.limits,
		})
		if _, err := conferences(t, w.api, "0", client.PageOptions{}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		for _, err := range w.api.ScheduleConferences(ctx, "1", client.PageOptions{}) {
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
		}
		if _, err := conferences(t, w.api, "2", client.PageOptions{}); err != nil {
			t.Error(err)
		}
	})
}

// The clients of an organization share its day, also of several apps, and also if a
// client is replaced; those of another organization have one of their own.
func TestCallsPerDayOfAnOrganization(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		schedules(w, 1)
		clientOf := func(organization string, credentials client.Credentials) *client.Client {
			c := client.New(client.Config{
				Endpoint: w.endpoint(), Credentials: credentials, Transport: w.transport, CallsPerSecond: unlimited,
				CallsPerDay: 2, Organization: organization, Limits: w.limits,
			})
			t.Cleanup(c.Close)
			return c
		}
		a := clientOf("one", internalApp)
		_, errA := conferences(t, a, "0", client.PageOptions{})
		a.Close()
		_, errB := conferences(t, clientOf("one", internalApp), "0", client.PageOptions{})
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		_, err := conferences(t, clientOf("one", client.AccessToken{Token: client.NewSecret("another")}), "0", client.PageOptions{})
		spent(t, err)
		// The others have days of their own.
		for _, c := range []*client.Client{clientOf("two", internalApp), clientOf("", internalApp), clientOf("", client.AccessToken{Token: client.NewSecret("another")})} {
			if _, err := conferences(t, c, "0", client.PageOptions{}); client.IsKind(err, client.AllowanceSpent) {
				t.Error(err)
			}
		}
		own := clientOf("", internalApp)
		if _, err := conferences(t, own, "0", client.PageOptions{}); err != nil {
			t.Error(err)
		}
		_, err = conferences(t, own, "0", client.PageOptions{})
		spent(t, err)
	})
}

// The allowance of the limits bounds the calls of all organizations, for good.
func TestAllowanceOfAll(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		schedules(w, 1)
		w.limits = &client.Limits{Allowance: client.Allowance{Argument: "--max-calls", Calls: 2}}
		for _, organization := range []string{"one", "two", "one"} {
			c := client.New(client.Config{
				Endpoint: w.endpoint(), Credentials: internalApp, Transport: w.transport, CallsPerSecond: unlimited,
				Organization: organization, Limits: w.limits,
			})
			_, err := conferences(t, c, "0", client.PageOptions{})
			c.Close()
			if organization == "one" && w.sim.Count(simulator.ConferenceCall) == 2 && err != nil {
				text := spent(t, err)
				for _, want := range []string{"--max-calls is 2, and 2 calls", "made since the program started", "run it again with a larger number"} {
					if !strings.Contains(text, want) {
						t.Errorf("not %q: %s", want, text)
					}
				}
			} else if err != nil {
				t.Fatal(err)
			}
			time.Sleep(48 * time.Hour)
		}
		equal(t, "calls", 2, w.sim.Count(simulator.ConferenceCall))
	})
}

// The error in the middle of a list says how much of it is left, as far as its pages say.
func TestAllowanceWithinAList(t *testing.T) {
	for _, test := range []struct {
		entries, first, size, calls int
		want                        string
	}{
		{10, 0, 3, 2, "before its next call; the list has 4 more entries, in 2 calls. "},
		{7, 0, 3, 2, "before its next call; the list has 1 more entry, in 1 call. "},
		{500, 0, 1000, 2, "before its next call; the list has 100 more entries, in 1 call. "}, // the simulator's pages have 200 at most
		{1000, 0, 0, 2, "before its next call; the list has 960 more entries, in 48 calls. "}, // DingTalk's own size
		{10, 2, 4, 1, "before its next call; the list has 8 more entries, in 2 calls. "},
		{1000, 2, 1000, 2, "before its next call; the list has 798 more entries, in 4 calls. "},
		{20, 2, 4, 2, "before its next call; the list has 14 more entries, in 4 calls. "},
	} {
		inWorld(t, internalApp, func(t *testing.T, w *world) {
			schedule(w.sim, "s", test.entries)
			w.within(t, test.calls)
			_, err := conferences(t, w.api, "s", client.PageOptions{First: test.first, Size: test.size})
			if text := spent(t, err); !strings.Contains(text, test.want) {
				t.Errorf("%d: %s", test.entries, text)
			}
		})
	}
}

// A list whose pages were empty so far does not say how many calls it needs.
func TestAllowanceWithinAnEmptyList(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		w.within(t, 1)
		w.sim.Script(simulator.Fault{On: isConference, Serve: simulator.Answer(200, `{"totalCount":3,"conferenceList":[],"nextToken":"t"}`)})
		_, err := conferences(t, w.api, "s", client.PageOptions{Size: 2})
		if text := spent(t, err); !strings.Contains(text, "before its next call; the list has 3 more entries. ") {
			t.Error(text)
		}
	})
}

// If the allowance is spent before a repeat, the error says why it would have been made.
func TestAllowanceWithinRepeats(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		schedules(w, 1)
		w.within(t, 1)
		w.sim.Script(simulator.Fault{On: isConference, Serve: simulator.Refuse(500, "systemError", "later")})
		_, err := conferences(t, w.api, "0", client.PageOptions{})
		const want = "before its next call, which would have repeated one that failed: DingTalk answered HTTP 500, code systemError: later (request id "
		if text := spent(t, err); !strings.Contains(text, want) {
			t.Error(text)
		}
		equal(t, "calls", 1, w.sim.Count(simulator.ConferenceCall))
	})
}

// What the limits do not allow is not taken from the day either, and a call that DingTalk
// throttles is put back into both.
func TestAllowanceOfAllAndCallsPerDay(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		schedules(w, 1)
		w.limits = &client.Limits{Allowance: client.Allowance{Argument: "--max-calls", Calls: 2}}
		w.within(t, 3)
		w.sim.Script(simulator.Fault{On: isConference, Times: 1, Serve: simulator.Refuse(403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", "slow down")})
		for range 2 {
			if _, err := conferences(t, w.api, "0", client.PageOptions{}); err != nil {
				t.Fatal(err)
			}
		}
		for range 3 {
			_, err := conferences(t, w.api, "0", client.PageOptions{})
			if text := spent(t, err); !strings.HasPrefix(text, "--max-calls is 2, and 2 calls") {
				t.Error(text)
			}
		}
		equal(t, "calls of the day", 2, w.api.CallsOfTheDay())
	})
}

// A call that net/http sends again on a new connection counts twice, in the limits as well.
func TestAllowanceOfCallsSentAgain(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		schedules(w, 1)
		w.limits = &client.Limits{Allowance: client.Allowance{Argument: "--max-calls", Calls: 3}}
		w.within(t, 0)
		_, _ = w.api.User(t.Context(), "nobody", nil)
		w.sim.Script(simulator.Fault{On: isConference, Times: 1, Serve: simulator.Drop})
		for _, want := range []bool{true, true, false} {
			if _, err := conferences(t, w.api, "0", client.PageOptions{}); (err == nil) != want {
				t.Error(err)
			}
		}
		equal(t, "calls", 3, w.sim.Count(simulator.ConferenceCall))
	})
}

// A call that waits to be sent counts as one of the moment at which it is sent.
func TestCallsPerDayUnderWay(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		schedules(w, 3)
		w.api.Close()
		clientOf := func(callsPerDay int) *client.Client {
			return client.New(client.Config{
				Endpoint: w.endpoint(), Credentials: internalApp, Transport: w.transport, CallsPerSecond: 1, CallsPerDay: callsPerDay, Limits: w.limits,
			})
		}
		w.api = clientOf(0)
		one, two := clientOf(1), clientOf(2)
		defer one.Close()
		defer two.Close()
		for _, c := range []*client.Client{w.api, one, two} {
			_, _ = c.User(t.Context(), "nobody", nil) // its token
		}
		start := time.Now()
		var wg sync.WaitGroup
		for i := range 2 { // the second waits a second
			wg.Go(func() { _, _ = conferences(t, w.api, fmt.Sprint(i), client.PageOptions{}) })
			synctest.Wait()
		}
		for _, test := range []struct {
			*client.Client
			calls string
			after time.Duration
		}{
			{one, "calls_per_day is 1, and 2 calls", 24 * time.Hour},               // that of the second
			{two, "calls_per_day is 2, and 2 calls", 24*time.Hour + 1*time.Second}, // that of the first
		} {
			_, err := conferences(t, test.Client, "2", client.PageOptions{})
			for _, part := range []string{test.calls, start.Add(test.after).Format("2006-01-02 15:04:05 -07:00")} {
				if text := spent(t, err); !strings.Contains(text, part) {
					t.Errorf("the error lacks %q: %s", part, text)
				}
			}
		}
		wg.Wait()
	})
}
