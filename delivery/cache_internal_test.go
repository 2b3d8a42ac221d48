package delivery

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// A result that failed, or was removed or evicted, is in no map and no list.
func TestCacheLeavesNoRecord(t *testing.T) {
	row := &proto.ExecuteResponse{Row: &proto.Row{}}
	query := func(t *testing.T, cache *resultCache, key string, outcome error) {
		t.Helper()
		r, _ := cache.get(t.Context(), scanRequest{connection: "c", key: key, limit: noLimit, maxAge: time.Hour}, func(_ context.Context, _ *rowsWanted, put func(*proto.ExecuteResponse) error) error {
			_ = put(row)
			return outcome
		})
		if err := r.read(t.Context(), nil, func(*proto.Row) error { return nil }); !errors.Is(err, outcome) {
			t.Fatal(err)
		}
		cache.release(r)
	}
	for name, end := range map[string]func(*testing.T, *resultCache){
		"cleared":         func(_ *testing.T, cache *resultCache) { cache.clear("c") },
		"configured anew": func(_ *testing.T, cache *resultCache) { cache.configure(true, time.Hour, 0) },
		"expired": func(_ *testing.T, cache *resultCache) {
			cache.maxAge = -1
			cache.evictExpired()
		},
		"evicted for its size": func(t *testing.T, cache *resultCache) { cache.maxSize = 1; query(t, cache, "one more", nil) },
	} {
		t.Run(name, func(t *testing.T) {
			cache := newResultCache()
			cache.configure(true, time.Hour, 0)
			query(t, cache, "failed", errors.New("refused"))
			if len(cache.byKey) != 0 || cache.order.Len() != 0 || cache.size != 0 {
				t.Errorf("a failed result: %d keys, %d results, %d bytes", len(cache.byKey), cache.order.Len(), cache.size)
			}
			query(t, cache, "a", nil)
			query(t, cache, "b", nil)
			if len(cache.byKey) != 2 || cache.order.Len() != 2 || cache.size < 2*resultOverhead {
				t.Errorf("two results: %d keys, %d results, %d bytes", len(cache.byKey), cache.order.Len(), cache.size)
			}
			end(t, cache)
			if len(cache.byKey) != 0 || cache.order.Len() != 0 || cache.size != 0 {
				t.Errorf("%d keys, %d results, %d bytes remain", len(cache.byKey), cache.order.Len(), cache.size)
			}
		})
	}
}

// ask asks a cache for a result without rows, and reports whether that started a scan.
func ask(t *testing.T, cache *resultCache, key string, maxAge time.Duration) (started bool) {
	t.Helper()
	r, started := cache.get(t.Context(), scanRequest{connection: "c", key: key, limit: noLimit, maxAge: maxAge}, func(context.Context, *rowsWanted, func(*proto.ExecuteResponse) error) error { return nil })
	if err := r.read(t.Context(), nil, func(*proto.Row) error { return nil }); err != nil {
		t.Fatal(err)
	}
	cache.release(r)
	return started
}

// The cache may become as large as its size: only beyond it the oldest result goes.
func TestCacheUsesItsSize(t *testing.T) {
	cache := newResultCache()
	cache.configure(true, time.Hour, 0)
	ask(t, cache, "a", time.Hour)
	for _, test := range []struct {
		room int64
		want int
	}{{cache.size, 2}, {cache.size - 1, 1}} {
		cache.clear()
		ask(t, cache, "a", time.Hour)
		cache.maxSize = cache.size + test.room
		ask(t, cache, "b", time.Hour)
		if n := cache.order.Len(); n != test.want {
			t.Errorf("%d results of %d bytes stay in %d", n, cache.size, cache.maxSize)
		}
	}
}

// A scan that was cancelled before it wanted a row has none to cache.
func TestNothingOfALimitOfZeroIsCached(t *testing.T) {
	cache := newResultCache()
	cache.configure(true, time.Hour, 0)
	untilCancelled := func(ctx context.Context, _ *rowsWanted, _ func(*proto.ExecuteResponse) error) error {
		<-ctx.Done()
		return ctx.Err()
	}
	for _, limit := range []int64{0, noLimit} {
		r, started := cache.get(t.Context(), scanRequest{connection: "c", key: "a", limit: limit, maxAge: time.Hour}, untilCancelled)
		if !started {
			t.Errorf("limit %d: from the cache", limit)
		}
		cache.release(r)
	}
}

// Results age by the wall clock, also while the machine sleeps; one from the future is
// expired.
func TestResultsAgeByTheWallClock(t *testing.T) {
	if now := newResultCache().now(); now != now.Round(0) {
		t.Errorf("%v has a time of the monotonic clock", now)
	}
	for name, test := range map[string]struct {
		later time.Duration
		hit   bool
	}{"at once": {0, true}, "at its age": {time.Hour, true}, "a little later": {time.Hour + 1, false}, "after a night": {9 * time.Hour, false}, "before": {-time.Minute, false}} {
		cache := newResultCache()
		cache.configure(true, time.Hour, 0)
		start := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
		for i, now := range []time.Time{start, start.Add(test.later)} {
			cache.now = func() time.Time { return now }
			if hit := !ask(t, cache, "a", time.Hour); i == 1 && hit != test.hit {
				t.Errorf("%s: from the cache: %t", name, hit)
			}
		}
	}
}

// What has expired is evicted by itself, and then nothing waits.
func TestExpiredResultsAreEvicted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cache := newResultCache()
		cache.configure(true, time.Hour, 0)
		for _, key := range []string{"a", "b"} {
			ask(t, cache, key, time.Hour)
			time.Sleep(40 * time.Minute)
		}
		cached := func() int {
			cache.mu.Lock()
			defer cache.mu.Unlock()
			return cache.order.Len()
		}
		if n := cached(); n != 1 { // a is older than an hour
			t.Errorf("%d results", n)
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if n := cached(); n != 0 || cache.eviction != nil {
			t.Errorf("%d results, eviction %v", n, cache.eviction)
		}
	})
}

// Each is evicted within two seconds of its own end, whichever was cached first, while
// others stay.
func TestEachResultIsEvictedInTime(t *testing.T) {
	lives := map[string]time.Duration{"five minutes": 5 * time.Minute, "an hour": time.Hour, "ten minutes": 10 * time.Minute, "a day at most": 48 * time.Hour}
	for _, first := range []string{"five minutes", "an hour", "ten minutes", "a day at most"} {
		t.Run(first+" first", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cache := newResultCache()
				cache.configure(true, 24*time.Hour, 0)
				ask(t, cache, first, lives[first])
				for key := range lives {
					if key != first {
						ask(t, cache, key, lives[key])
					}
				}
				var passed time.Duration
				for _, step := range []struct {
					at   time.Duration
					left int
				}{
					{0, 4}, {5 * time.Minute, 4}, {5*time.Minute + 2*time.Second, 3}, {10 * time.Minute, 3}, {10*time.Minute + 2*time.Second, 2},
					{time.Hour, 2}, {time.Hour + 2*time.Second, 1}, {24 * time.Hour, 1}, {24*time.Hour + 2*time.Second, 0},
				} {
					time.Sleep(step.at - passed)
					passed = step.at
					synctest.Wait()
					cache.mu.Lock()
					if n := cache.order.Len(); n != step.left {
						t.Errorf("%d results after %s, want %d", n, step.at, step.left)
					}
					cache.mu.Unlock()
				}
				if cache.eviction != nil {
					t.Error("something still waits")
				}
			})
		})
	}
}

// When the clock is set back, an answer from the future is dropped for good, and it and a
// machine that has slept make no answer stay longer than its own life.
func TestEvictionWhenTheClockIsSet(t *testing.T) {
	type step struct {
		set, wait time.Duration // the clock, and what passes then
		key       string        // of a query; "" is none
		started   bool          // whether it is answered by a scan
		left      int           // the results that are cached then
	}
	lives := map[string]time.Duration{"minutes": 5 * time.Minute, "hour": time.Hour, "day": 24 * time.Hour}
	for name, steps := range map[string][]step{
		"back, and an older answer is not served again": {
			{0, 0, "hour", true, 1}, {-10 * time.Minute, 5 * time.Minute, "hour", true, 1}, {0, 6 * time.Minute, "hour", false, 1}, {0, 54*time.Minute + 2*time.Second, "", false, 0},
		},
		"back, and a short life is not a long one": {
			{0, 0, "minutes", true, 1}, {-48 * time.Hour, 0, "day", true, 2}, {0, 5*time.Minute + 2*time.Second, "", false, 1},
		},
		"after a sleep": {
			{0, 0, "day", true, 1}, {48 * time.Hour, 0, "minutes", true, 2}, {0, 5*time.Minute + 2*time.Second, "", false, 0},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cache := newResultCache()
				cache.configure(true, 24*time.Hour, 0)
				var set time.Duration
				cache.now = func() time.Time { return wallClock().Add(set) }
				for i, s := range steps {
					cache.mu.Lock()
					set += s.set
					cache.mu.Unlock()
					time.Sleep(s.wait)
					synctest.Wait()
					if s.key != "" {
						if started := ask(t, cache, s.key, lives[s.key]); started != s.started {
							t.Errorf("step %d: a scan: %t", i, started)
						}
					}
					cache.mu.Lock()
					if n := cache.order.Len(); n != s.left {
						t.Errorf("step %d: %d results, want %d", i, n, s.left)
					}
					cache.mu.Unlock()
				}
			})
		})
	}
}

// Queries share a running scan, whatever is evicted meanwhile.
func TestRunningScanIsNotEvicted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cache := newResultCache()
		cache.configure(true, time.Minute, 0)
		end := make(chan struct{})
		get := func() (*result, bool) {
			return cache.get(t.Context(), scanRequest{connection: "c", key: "long", limit: noLimit, maxAge: time.Minute}, func(context.Context, *rowsWanted, func(*proto.ExecuteResponse) error) error {
				<-end
				return nil
			})
		}
		long, _ := get()
		ask(t, cache, "a", time.Minute)
		time.Sleep(time.Hour) // a is evicted
		cache.maxSize = 1
		ask(t, cache, "b", time.Minute) // and goes at once
		if n := cache.order.Len(); n != 1 {
			t.Errorf("%d results", n)
		}
		again, started := get()
		if started || again != long {
			t.Error("a second scan was started")
		}
		close(end)
		cache.release(again)
		cache.release(long)
		time.Sleep(time.Hour)
	})
}

// After its list calls a scan is no longer counted, and one of the calls is the first.
func TestBufferedScansLeaveNoRecord(t *testing.T) {
	s := &bufferedScans{running: map[*plugin.QueryContext]int{}}
	d := &plugin.QueryData{Table: &plugin.Table{List: &plugin.ListConfig{KeyColumns: plugin.KeyColumnSlice{
		{Name: "id", Operators: []string{"="}, Require: plugin.Optional}, {Name: "required", Operators: []string{"="}, Require: plugin.Required},
	}}}}
	value := func(s string) *proto.QualValue {
		return &proto.QualValue{Value: &proto.QualValue_StringValue{StringValue: s}}
	}
	list := func(values ...*proto.QualValue) map[string]*proto.Quals {
		return map[string]*proto.Quals{"id": {Quals: []*proto.Qual{equals("id", listValue(values))}}}
	}
	for name, test := range map[string]struct {
		quals map[string]*proto.Quals
		calls int
	}{
		"none":               {nil, 1},
		"a list":             {list(value("a"), value("b"), value("c")), 3},
		"a list in a list":   {list(value("a"), listValue([]*proto.QualValue{value("b"), value("c")})), 2},
		"two lists":          {map[string]*proto.Quals{"id": {Quals: append(list(value("a"), value("b"))["id"].Quals, list(value("a"))["id"].Quals...)}}, 1},
		"a value, not a key": {map[string]*proto.Quals{"other": list(value("a"), value("b"))["id"]}, 1},
		"a list of a required key and one of another": {map[string]*proto.Quals{
			"required": {Quals: []*proto.Qual{equals("required", listValue([]*proto.QualValue{value("a"), value("b"), value("c")}))}},
			"id":       list(value("a"), value("b"))["id"]}, 3},
	} {
		d.QueryContext = &plugin.QueryContext{UnsafeQuals: test.quals}
		for i := range test.calls {
			if first, _ := s.countCall(d); first != (i == 0) {
				t.Errorf("%s: call %d is the first: %v", name, i, first)
			}
		}
		if len(s.running) != 0 {
			t.Errorf("%s: %d scans remain", name, len(s.running))
		}
	}
}
