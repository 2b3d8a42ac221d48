package dingtalk_test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// Every connection of an app, whichever plugin it is in, stays under the one
// limit: an API that allows no more refuses nothing.
func TestConnectionsOfOneApp(t *testing.T) {
	const limit, ids = 50, 60
	sim := newSimulator()
	sim.CallsPerSecond = limit
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	var wg sync.WaitGroup
	for connection := range 2 {
		var list []string
		var want []row
		for i := range ids {
			id := fmt.Sprintf("%d-%03d", connection, i)
			list = append(list, id)
			conferences, rows := conferences(id, 1)
			sim.Schedules[id] = conferences
			want = append(want, rows...)
		}
		e := startAt(t, dingtalk.NewServer(), sim, server.URL, fmt.Sprint("calls_per_second = ", limit))
		wg.Go(func() {
			rows, err := query(t, e, scan(list...))
			if err != nil {
				t.Error(err)
				return
			}
			diff(t, "rows", want, rows)
		})
	}
	wg.Wait()
	if n := sim.Count(simulator.ConferenceCall); n != 2*ids {
		t.Errorf("%d calls for %d ids: some were refused and repeated", n, 2*ids)
	}
}

// The argument reaches the client: with one call a second, the second page
// comes a second after the first.
func TestCallsPerSecondOfAConnection(t *testing.T) {
	sim := newSimulator()
	sim.Schedules["a"], _ = conferences("a", 2)
	if _, err := query(t, start(t, sim, "page_size = 1", "calls_per_second = 1"), scan("a")); err != nil {
		t.Fatal(err)
	}
	at := callTimes(sim)
	if len(at) != 2 || at[1].Sub(at[0]) < time.Second {
		t.Error(at)
	}
}

// The plugin defines no limiter of the SDK's, but waits for those that a user defines
// in the .spc file, before every page.
func TestLimiterOfTheUsersOwn(t *testing.T) {
	if l := dingtalk.Plugin(t.Context()).RateLimiters; len(l) != 0 {
		t.Error(l)
	}
	sim := newSimulator()
	sim.Schedules["a"], _ = conferences("a", 12)
	e := start(t, sim, "page_size = 1")
	if err := e.OverrideRateLimiter(&proto.RateLimiterDefinition{
		Name: "of_my_own", FillRate: 20, BucketSize: 1, Scope: []string{"connection", "table"},
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := query(t, e, scan("a")); err != nil {
		t.Fatal(err)
	}
	at := callTimes(sim)
	if took := slices.MaxFunc(at, time.Time.Compare).Sub(at[0]); len(at) != 12 || took < 500*time.Millisecond {
		t.Errorf("%d calls in %s; 12 calls at 20 a second take 550 ms", len(at), took)
	}
}

// In a linked engine it waits for them before every call as well, also where the SDK
// makes one list call of what are several.
func TestLimiterOfTheUsersOwnInALinkedEngine(t *testing.T) {
	sim := newSimulator()
	sim.Schedules["a"], _ = conferences("a", 12)
	var ids, codes []any
	for _, c := range sim.Schedules["a"] {
		ids, codes = append(ids, c.ConferenceID), append(codes, c.RoomCode)
	}
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	e := startAt(t, servers()["linked"](), sim, server.URL)
	if err := e.OverrideRateLimiter(&proto.RateLimiterDefinition{
		Name: "of_my_own", FillRate: 20, BucketSize: 1, Scope: []string{"connection", "table"},
	}); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	rows, err := ask(t, e, "dingtalk_conference", "conference_id", in("conference_id", ids...), in("room_code", codes...))
	if took := time.Since(began); err != nil || len(rows) != 12 || took < 500*time.Millisecond {
		t.Errorf("%d rows in %s, %v; 12 calls at 20 a second take 550 ms", len(rows), took, err)
	}
}

// callTimes are when the simulator was called for conferences.
func callTimes(sim *simulator.Simulator) (at []time.Time) {
	for _, c := range sim.Calls() {
		if c.Kind == simulator.ConferenceCall {
			at = append(at, c.At)
		}
	}
	return at
}
