//go:build soak

package main_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// A dashboard that asks for the meetings of 500 schedules each minute, one after another,
// with answers that serve for five minutes, does not make the plugin grow; and what it
// remembered goes when nobody asks any more.
func TestDashboard(t *testing.T) {
	const (
		schedules, meetings = 500, 100
		remembered          = 5 * time.Minute
	)
	t.Setenv("GODEBUG", "gctrace=1")
	t.Setenv("GOMEMLIMIT", strconv.Itoa(1024<<20)) // as Steampipe sets it
	t.Setenv(freeMemInterval, "")
	sim := simulator.New(simulator.DemoApp)
	var ids []string
	for i := range schedules {
		id := fmt.Sprint("s", i)
		ids = append(ids, id)
		for j := range meetings {
			sim.Schedules[id] = append(sim.Schedules[id], simulator.Conference{ConferenceID: fmt.Sprint(id, ".", j), Title: "Weekly sync"})
		}
	}
	f := newFront(sim, false)
	t.Cleanup(f.Close)
	f.calm()
	s := launchSoaked(t, build(t), f)
	s.cacheFor = remembered

	idle := s.state(t)
	t.Log("idle: ", idle)
	var full state // the most in the time in which each schedule is remembered twice
	calls := 0
	for minute := 0; minute < max(12, int(*soak/time.Minute)); minute++ {
		next := time.Now().Add(time.Minute)
		for _, id := range ids {
			if err := s.ask(s.meetings(id)); err != nil {
				t.Fatal(err)
			}
		}
		now := s.state(t)
		made := len(sim.Calls())
		sim.ClearCalls()
		calls += made
		t.Logf("minute %d: %d calls, %s", minute, made, now)
		switch {
		case minute < 11:
			full.resident, full.live = max(full.resident, now.resident), max(full.live, now.live)
		case now.resident > full.resident+residentTolerance || now.live > full.live+liveTolerance:
			t.Errorf("after %d minutes: %s; in the first eleven at most %.1f and %d", minute, now, full.resident, full.live)
		}
		time.Sleep(time.Until(next))
	}
	t.Logf("%d calls, %d queries with rows from the cache", calls, s.cached.Load())

	time.Sleep(remembered + 10*time.Second)
	s.state(t)
	for _, id := range ids { // during which memory is collected
		q := s.meetings(id)
		q.cache = false
		if err := s.ask(q); err != nil {
			t.Error(err)
		}
	}
	after := s.state(t)
	t.Log("forgotten: ", after)
	if after.live < 0 || after.live > idle.live+liveTolerance {
		t.Errorf("%d MiB stay live, at first %d", after.live, idle.live)
	}
}
