package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/delivery"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// An engine that links the plugin gets all rows or the error: of the first
// page or a later one, for one id and for a list.
func TestLinked(t *testing.T) {
	bothCaches(t, func(t *testing.T, uncached bool) {
		for name, test := range map[string]struct {
			ids  []string
			read func(context.Context, call) error
			rows int
			want string // part of the error; "" is none
		}{
			"one id":              {[]string{"a"}, func(_ context.Context, c call) error { c.emitAll(1500); return nil }, 1500, ""},
			"a list":              {[]string{"a", "b", "c"}, func(_ context.Context, c call) error { c.emitAll(230); return nil }, 690, ""},
			"an error at once":    {[]string{"a"}, func(context.Context, call) error { return errRefused }, 0, "refused"},
			"an error after rows": {[]string{"a"}, func(_ context.Context, c call) error { c.emitAll(200); return errRefused }, 0, "refused"},
			"a panic after rows":  {[]string{"a"}, func(_ context.Context, c call) error { c.emitAll(200); panic("oh") }, 0, "panic: oh"},
			"an error of one of a list": {[]string{"a", "b", "bad", "c", "d"}, func(_ context.Context, c call) error {
				c.emitAll(230)
				if c.id == "bad" {
					return errRefused
				}
				return nil
			}, 0, "refused"},
			"an error of all of a list": {[]string{"a", "b", "c", "d", "e"}, func(_ context.Context, c call) error {
				c.emitAll(5)
				return errRefused
			}, 0, "refused"},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel() // an error is 50 ms on its way
				server := (&source{read: test.read}).linked(t)
				for range *runs {
					rows, err := runLinked(t.Context(), server, query{ids: test.ids, uncached: uncached})
					if test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
						t.Fatalf("%d rows and error %v, want %q", len(rows), err, test.want)
					}
					if test.want == "" && err != nil || len(rows) != test.rows {
						t.Fatalf("%d rows and error %v, want %d rows", len(rows), err, test.rows)
					}
				}
			})
		}
	})
}

// The values of key columns are each list call's own.
func TestLinkedRowsOfAList(t *testing.T) {
	s := &source{read: func(_ context.Context, c call) error {
		if c.id == "b" {
			c.emitAll(2)
		} else {
			c.emitAll(1)
		}
		return nil
	}}
	rows, err := runLinked(t.Context(), s.linked(t), query{ids: []string{"a", "b", "c"}})
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "rows", []string{"a 000", "b 000", "b 001", "c 000"}, rows)
}

// While rows are buffered, and while they are streamed, the garbage collector runs again
// and again, whatever the size of the heap.
func TestLinkedMemory(t *testing.T) {
	const n = 10_000
	server := (&source{read: func(_ context.Context, c call) error { c.emitAll(n); return nil }}).linked(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	rows, err := runLinked(t.Context(), server, query{ids: []string{"a"}, uncached: true})
	runtime.ReadMemStats(&after)
	if err != nil || len(rows) != n {
		t.Fatalf("%d rows and error %v, want %d rows", len(rows), err, n)
	}
	if got, want := after.NumForcedGC-before.NumForcedGC, uint32(2*n/delivery.CollectEvery); got != want {
		t.Errorf("collected %d times, want %d", got, want)
	}
}

// Once there are as many rows as the limit, no list call reads more, and no more
// than that are streamed.
func TestLinkedLimit(t *testing.T) {
	bothCaches(t, func(t *testing.T, uncached bool) {
		for limit, wantRows := range map[int64]int{1: 1, 5: 5, 6: 6, 100: 15} {
			var read atomic.Int64
			s := &source{}
			s.read = func(_ context.Context, c call) error {
				for n := range 5 {
					read.Add(1)
					if !c.emit(n) {
						break
					}
				}
				return nil
			}
			rows, err := runLinked(t.Context(), s.linked(t), query{ids: []string{"a", "b", "c"}, limit: limit, uncached: uncached})
			if err != nil {
				t.Fatal(err)
			}
			if len(rows) != wantRows {
				t.Errorf("limit %d: %d rows", limit, len(rows))
			}
			if n := read.Load(); n != min(limit, 15) {
				t.Errorf("limit %d: %d rows were read", limit, n)
			}
		}
	})
}

// A list function is told of the query's limit, less what other list calls have brought,
// and that there is none.
func TestLinkedWanted(t *testing.T) {
	for limit, want := range map[int64][]string{0: {"a 0 false", "b 0 false"}, 5: {"a 5 true", "b 2 true"}} {
		var mu sync.Mutex
		var got []string
		s := &source{read: func(ctx context.Context, c call) error {
			n, limited := delivery.Wanted(ctx)
			mu.Lock()
			defer mu.Unlock()
			if !limited {
				n = 0 // all
			}
			got = append(got, fmt.Sprint(c.id, " ", n, " ", limited))
			c.emitAll(3)
			return nil
		}}
		if _, err := runLinked(t.Context(), s.linked(t), query{ids: []string{"a", "b"}, limit: limit, uncached: true}); err != nil {
			t.Fatal(err)
		}
		slices.Sort(got)
		diff(t, fmt.Sprint("wanted with limit ", limit), want, got)
	}
}

// The SDK waits for the user's rate limiters before each of its list calls. Here it makes
// one, where the scan needs four.
func TestLinkedLimiters(t *testing.T) {
	s := &source{read: func(_ context.Context, c call) error { c.emitAll(1); return nil }}
	server := s.linked(t)
	if _, err := server.SetRateLimiters(&proto.SetRateLimitersRequest{Definitions: []*proto.RateLimiterDefinition{
		{Name: "of_my_own", FillRate: 1. / 3600, BucketSize: 4, Scope: []string{"connection", "table"}},
	}}); err != nil {
		t.Fatal(err)
	}
	twoLists := map[string]*proto.Quals{"id": equals("id", values("a", "b", "c", "d", "x"), values("a", "b", "c", "d", "y"))}
	if rows, err := runLinked(t.Context(), server, query{quals: twoLists, uncached: true}); err != nil || len(rows) != 4 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	s.taken()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := runLinked(ctx, server, query{ids: []string{"a"}, uncached: true}); err == nil || len(s.taken()) > 0 {
		t.Errorf("a fifth list call in the hour was made; error %v", err)
	}
}

// The first error of a list ends the other calls, and no goroutine remains.
func TestLinkedFailureEndsTheOthers(t *testing.T) {
	bothCaches(t, func(t *testing.T, uncached bool) {
		s := &source{read: func(ctx context.Context, c call) error {
			if c.id == "bad" {
				return errRefused
			}
			select { // a page that takes long
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Minute):
				return errors.New("it was not cancelled")
			}
		}}
		server := s.linked(t)
		_, _ = runLinked(t.Context(), server, query{ids: []string{"bad"}, uncached: uncached})
		before := runtime.NumGoroutine()
		for range 5 {
			ids := []string{"bad"}
			for i := range 50 {
				ids = append(ids, fmt.Sprint(i))
			}
			_, err := runLinked(t.Context(), server, query{ids: ids, uncached: uncached})
			wantError(t, err, "refused")
			if strings.Contains(err.Error(), "not cancelled") {
				t.Error(err)
			}
		}
		noneLeft(t, before)
	})
}

// No error is lost between the SDK's end of the rows and the engine, however many
// processors there are, and the process keeps them.
func TestLinkedFailureIsNeverLost(t *testing.T) {
	server := (&source{read: func(_ context.Context, c call) error {
		c.emitAll(3)
		return errRefused
	}}).linked(t)
	for _, processors := range []int{2, 8} {
		t.Run(fmt.Sprint(processors, " processors"), func(t *testing.T) {
			before := runtime.GOMAXPROCS(processors)
			defer runtime.GOMAXPROCS(before)
			const atOnce = 200
			each := (*runs + 4) / 5 // 400 errors by default
			var lost, changed atomic.Int64
			var all sync.WaitGroup
			for range atOnce {
				all.Go(func() {
					for range each {
						rows, err := runLinked(t.Context(), server, query{ids: []string{"a"}, uncached: true})
						if len(rows) != 0 || err == nil || err.Error() != "c: refused" {
							lost.Add(1)
						}
						if runtime.GOMAXPROCS(0) != processors {
							changed.Add(1)
						}
					}
				})
			}
			all.Wait()
			if n := lost.Load(); n != 0 {
				t.Errorf("%d of %d errors were lost", n, atOnce*each)
			}
			if n := changed.Load(); n != 0 {
				t.Errorf("%d times there was another number of processors", n)
			}
		})
	}
}
