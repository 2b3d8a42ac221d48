package dingtalk_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// withoutLimit raises the limiter, as a user with a paid pack does in the .spc
// file, to where it doesn't matter.
func withoutLimit(t testing.TB, e *engine.Engine) {
	t.Helper()
	if err := e.OverrideRateLimiter(&proto.RateLimiterDefinition{
		Name: "dingtalk_api", FillRate: 1e6, BucketSize: 1e6, Scope: []string{"connection", "table"},
	}); err != nil {
		t.Fatal(err)
	}
}

func TestLimiterDefinition(t *testing.T) {
	limiters := dingtalk.Plugin(t.Context()).RateLimiters
	if len(limiters) != 1 {
		t.Fatal(limiters)
	}
	l := limiters[0]
	if most := float64(l.FillRate) + float64(l.BucketSize); most > 20 {
		t.Errorf("a second can hold %v calls", most)
	}
	diff(t, "scope", []string{"connection", "table"}, l.Scope)
	diff(t, "name", "dingtalk_api", l.Name)
}

// 100 ids against an API that allows 20 calls in any sliding second. This test
// takes the seconds that the limit takes: the limiter is the SDK's, and its
// clock is real.
func TestHundredIDsUnderTheLimit(t *testing.T) {
	for name, token := range map[string]time.Duration{"a fast token call": 0, "a token call of a second": time.Second} {
		t.Run(name, func(t *testing.T) { testHundredIDs(t, token) })
	}
}

func testHundredIDs(t *testing.T, token time.Duration) {
	sim := newSimulator()
	sim.Script(simulator.Fault{On: simulator.OnToken, Serve: simulator.Delay(token)})
	sim.CallsPerSecond = 20
	var ids []string
	var want []row
	for i := range 100 {
		id := fmt.Sprintf("%03d", i)
		ids = append(ids, id)
		list, rows := conferences(id, 1)
		sim.Schedules[id] = list
		want = append(want, rows...)
	}
	start := time.Now()
	rows, err := query(t, startOn(t, dingtalk.NewServer(), sim), scan(ids...))
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "rows", want, rows)
	if n := sim.Count(simulator.ConferenceCall); n != 100 {
		t.Errorf("%d calls for 100 ids: some were refused and repeated", n)
	}
	t.Logf("100 calls in %s", time.Since(start))
}

// Later pages ask the limiter as well.
func TestPagesUnderTheLimit(t *testing.T) {
	sim := newSimulator()
	sim.Schedules["a"], _ = conferences("a", 12)
	e := start(t, sim, "page_size = 1")
	if err := e.OverrideRateLimiter(&proto.RateLimiterDefinition{
		Name: "dingtalk_api", FillRate: 20, BucketSize: 1, Scope: []string{"connection", "table"},
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := query(t, e, scan("a")); err != nil {
		t.Fatal(err)
	}
	var at []time.Time
	for _, c := range sim.Calls() {
		if c.Kind == simulator.ConferenceCall {
			at = append(at, c.At)
		}
	}
	if took := slices.MaxFunc(at, time.Time.Compare).Sub(at[0]); len(at) != 12 || took < 500*time.Millisecond {
		t.Errorf("%d calls in %s; 12 calls at 20 a second take 550 ms", len(at), took)
	}
}

func TestOverriddenLimiter(t *testing.T) {
	sim := newSimulator()
	sim.Schedules["a"], _ = conferences("a", 60)
	e := start(t, sim, "page_size = 1")
	withoutLimit(t, e)
	start := time.Now()
	if _, err := query(t, e, scan("a")); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("60 calls took %s; the limiter of 15 a second is still in force", took)
	}
}
