package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/delivery"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/logging"
)

var errRefused = errors.New("refused")

// bothCaches runs a test with the cache on and off.
func bothCaches(t *testing.T, test func(t *testing.T, uncached bool)) {
	for _, uncached := range []bool{false, true} {
		t.Run(fmt.Sprintf("cache %v", !uncached), func(t *testing.T) { test(t, uncached) })
	}
}

// In a list, one id fails at some point while the others stream: the query is
// that error, and no goroutine remains.
func TestOneOfAListFails(t *testing.T) {
	paces := map[string]func(){"a fast engine": func() {}, "a slow engine": func() { time.Sleep(20 * time.Microsecond) }}
	for name, pace := range paces {
		bothCaches(t, func(t *testing.T, uncached bool) {
			t.Run(name, func(t *testing.T) {
				s := &source{read: func(ctx context.Context, c call) error {
					if c.id == "bad" {
						c.emitAll(60)
						return errRefused
					}
					c.emitAll(230)
					return nil
				}}
				server := s.server(t)
				_, _ = run(t.Context(), server, query{ids: []string{"warm"}, uncached: uncached})
				before := runtime.NumGoroutine()
				for i := range *runs {
					ids := []string{"bad", fmt.Sprint("bad", i)}
					for j := range 10 {
						ids = append(ids, fmt.Sprintf("%d.%d", i, j))
					}
					rows, err := run(t.Context(), server, query{ids: ids, uncached: uncached}, pace)
					if err == nil {
						t.Fatalf("query %d ended with %d rows and no error", i, len(rows))
					}
					wantError(t, err, "c: refused")
				}
				noneLeft(t, before)
			})
		})
	}
}

// Where the log is off, the SDK's lines are not even formatted, also after a query.
func TestLogThatIsOff(t *testing.T) {
	t.Setenv(logging.EnvLogLevel, "OFF")
	s := &source{read: func(_ context.Context, c call) error { c.emitAll(1); return nil }}
	server := s.server(t)
	if _, err := run(t.Context(), server, query{ids: []string{"a"}}); err != nil {
		t.Fatal(err)
	}
	if log.Writer() != io.Discard {
		t.Errorf("the lines go to a %T", log.Writer())
	}
}

// Every id fails: one error is returned, and no goroutine remains.
func TestAllOfAListFail(t *testing.T) {
	bothCaches(t, func(t *testing.T, uncached bool) {
		s := &source{read: func(context.Context, call) error { return errRefused }}
		server := s.server(t)
		_, _ = run(t.Context(), server, query{ids: []string{"warm"}, uncached: uncached})
		before := runtime.NumGoroutine()
		for i := range 20 {
			var ids []string
			for j := range 50 {
				ids = append(ids, fmt.Sprintf("%d.%d", i, j))
			}
			_, err := run(t.Context(), server, query{ids: ids, uncached: uncached})
			wantError(t, err, "c: refused")
		}
		noneLeft(t, before)
	})
}

// X queries a and b while Y, which queries a, b and c, is running. c fails:
// that is Y's error, and X has all its rows.
func TestAFailureOfAnotherQuery(t *testing.T) {
	for range *runs {
		var running sync.WaitGroup // Y's calls
		running.Add(3)
		joined, failed := make(chan struct{}), make(chan struct{})
		s := &source{read: func(ctx context.Context, c call) error {
			running.Done()
			switch c.id {
			case "a":
				c.emitAll(100)
				select {
				case <-failed: // and then the second page
				case <-ctx.Done():
					return ctx.Err()
				}
				for n := 100; n < 150; n++ {
					c.emit(n)
				}
			case "b":
				c.emitAll(1)
			case "c":
				<-joined
				return errRefused
			}
			return nil
		}}
		server := s.server(t)
		y := start(t, server, query{ids: []string{"a", "b", "c"}})
		running.Wait()
		x := startUntil(t, server, query{ids: []string{"b", "a"}}, 100+1) // of a and of b
		<-x.first
		close(joined)
		_, err := y.wait()
		wantError(t, err, "c: refused")
		close(failed)
		rows, err := x.wait()
		if err != nil {
			t.Fatalf("X failed with %v", err)
		}
		diff(t, "X's rows", append(rowsOf("a", 150), rowsOf("b", 1)...), rows)
		diff(t, "calls", []string{"a", "b", "c"}, s.taken())
	}
}

// started is a query under way.
type started struct {
	first  chan struct{} // closed at the first row
	cancel context.CancelFunc
	done   chan struct{}
	rows   []string
	err    error
}

func start(t *testing.T, server *delivery.Server, q query) *started {
	return startUntil(t, server, q, 1)
}

// startUntil starts a query whose first is closed at a later row.
func startUntil(t *testing.T, server *delivery.Server, q query, row int) *started {
	ctx, cancel := context.WithCancel(t.Context())
	s := &started{first: make(chan struct{}), cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(s.done)
		s.rows, s.err = run(ctx, server, q, func() {
			if row--; row == 0 {
				close(s.first)
			}
		})
	}()
	return s
}

func (s *started) wait() ([]string, error) {
	<-s.done
	return s.rows, s.err
}

// Two queries share a scan. One is cancelled, and the other gets all rows, of the
// one list call. When both are cancelled, the list call ends.
func TestTheFirstOfTwoIsCancelled(t *testing.T) {
	more, ended := make(chan struct{}), make(chan error, 1)
	s := &source{}
	s.read = func(ctx context.Context, c call) error {
		c.emitAll(10)
		select {
		case <-more:
			c.emit(10)
			return nil
		case <-ctx.Done():
			ended <- ctx.Err()
			return ctx.Err()
		}
	}
	server := s.server(t)
	first := start(t, server, query{ids: []string{"a"}})
	<-first.first
	second := start(t, server, query{ids: []string{"a"}})
	<-second.first
	first.cancel()
	if _, err := first.wait(); !errors.Is(err, context.Canceled) {
		t.Errorf("the first query ended in %v", err)
	}
	close(more)
	rows, err := second.wait()
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "rows", rowsOf("a", 11), rows)
	diff(t, "calls", []string{"a"}, s.taken())

	before := runtime.NumGoroutine()
	more = nil
	one, other := start(t, server, query{ids: []string{"b"}}), start(t, server, query{ids: []string{"b"}})
	for _, q := range []*started{one, other} {
		<-q.first
	}
	for _, q := range []*started{one, other} {
		q.cancel()
		if _, err := q.wait(); !errors.Is(err, context.Canceled) {
			t.Errorf("a cancelled query ended in %v", err)
		}
	}
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	noneLeft(t, before)
	// Nothing of it is cached.
	more = make(chan struct{})
	close(more)
	rows, err = run(t.Context(), server, query{ids: []string{"b"}})
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "rows", rowsOf("b", 11), rows)
	diff(t, "calls", []string{"b", "b"}, s.taken())
}

// A cancelled query ends its list calls also while the engine takes no rows.
func TestCancelledWhileTheEngineIsStuck(t *testing.T) {
	bothCaches(t, func(t *testing.T, uncached bool) {
		s := &source{read: func(ctx context.Context, c call) error {
			c.emitAll(1000)
			return ctx.Err()
		}}
		server := s.server(t)
		_, _ = run(t.Context(), server, query{ids: []string{"warm"}, uncached: uncached})
		before := runtime.NumGoroutine()
		for i := range 50 {
			ctx, cancel := context.WithCancel(t.Context())
			_, err := run(ctx, server, query{ids: []string{fmt.Sprint(i), "x"}, uncached: uncached}, func() {
				cancel()
				<-ctx.Done()
			})
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("the query ended in %v", err)
			}
		}
		noneLeft(t, before)
	})
}

// What the engine's stream says of a row ends the query.
func TestTheEngineRefusesARow(t *testing.T) {
	bothCaches(t, func(t *testing.T, uncached bool) {
		s := &source{read: func(_ context.Context, c call) error {
			c.emitAll(300)
			return nil
		}}
		server := s.server(t)
		for _, ids := range [][]string{{"a"}, {"a", "b"}} {
			n := 0
			err := server.Execute(query{ids: ids, uncached: uncached}.request(), sink{ctx: t.Context(), each: func(*proto.ExecuteResponse) error {
				if n++; n > 5 {
					return errors.New("the pipe is broken")
				}
				return nil
			}})
			wantError(t, err, "the pipe is broken")
		}
	})
}

// A list function is told to stop when nobody takes its rows any more.
func TestListFunctionIsToldToStop(t *testing.T) {
	bothCaches(t, func(t *testing.T, uncached bool) {
		for name, end := range map[string]func(context.CancelFunc) error{
			"the stream breaks":  func(context.CancelFunc) error { return errors.New("the pipe is broken") },
			"the query is ended": func(cancel context.CancelFunc) error { cancel(); return nil },
		} {
			t.Run(name, func(t *testing.T) {
				const many = 1_000_000
				stopped := make(chan bool, 1)
				server := (&source{read: func(_ context.Context, c call) error {
					for n := range many {
						if !c.emit(n) {
							stopped <- true
							return nil
						}
					}
					stopped <- false
					return nil
				}}).server(t)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				err := server.Execute(query{ids: []string{"a"}, uncached: uncached}.request(), sink{ctx: ctx, each: func(*proto.ExecuteResponse) error { return end(cancel) }})
				if err == nil {
					t.Error("no error")
				}
				if !<-stopped {
					t.Errorf("it has emitted %d rows", many)
				}
			})
		}
	})
}

// An engine that takes no more rows ends a query of which the cache has as many as its
// LIMIT.
func TestBrokenStreamOfAPartialResult(t *testing.T) {
	server := (&source{read: func(_ context.Context, c call) error { c.emitAll(5); return nil }}).server(t)
	server.SetLimitWait(time.Minute)
	q := query{ids: []string{"a"}, limit: 2}
	if rows, err := run(t.Context(), server, q); err != nil || len(rows) != 2 {
		t.Fatal(rows, err)
	}
	n := 0
	err := server.Execute(q.request(), sink{ctx: t.Context(), each: func(*proto.ExecuteResponse) error {
		n++
		return errors.New("the pipe is broken")
	}})
	wantError(t, err, "the pipe is broken")
	if n != 1 {
		t.Errorf("%d rows were sent", n)
	}
}

// The second list contains ids that were queried before.
func TestResultsAreCachedByID(t *testing.T) {
	s := &source{read: func(_ context.Context, c call) error {
		c.emitAll(3)
		return nil
	}}
	server := s.server(t)
	for _, test := range []struct {
		query query
		calls []string
	}{
		{query{ids: []string{"a", "b"}}, []string{"a", "b"}},
		{query{ids: []string{"a", "b", "c"}}, []string{"c"}},
		{query{ids: []string{"b", "c"}}, nil},
		{query{ids: []string{"c", "b"}}, nil},
		{query{ids: []string{"a"}}, nil},
		{query{ids: []string{"a", "a", "b"}}, nil},
		{query{ids: []string{"a"}, columns: []string{"n"}}, nil},
		{query{ids: []string{"a"}, columns: []string{"n", "other"}}, nil},
		{query{ids: []string{"a"}, columns: []string{"n", "owner"}}, []string{"a"}}, // has a Hydrate function
		{query{ids: []string{"a"}, limit: 2}, nil},
		{query{ids: []string{"d"}, limit: 2}, []string{"d"}},
		{query{ids: []string{"d"}, limit: 2}, nil},
		{query{ids: []string{"d"}, limit: 1}, nil},
		{query{ids: []string{"d"}, limit: 2, columns: []string{"n"}}, nil},
		{query{ids: []string{"d"}, limit: 2, columns: []string{"n", "other"}}, nil},
		{query{ids: []string{"d"}}, []string{"d"}},
		{query{ids: []string{"d"}, limit: 3}, nil},
		{query{ids: []string{"a"}, connections: []string{"d"}}, []string{"d:a"}},
		{query{ids: []string{"a"}, uncached: true}, []string{"a"}},
		{query{ids: []string{"a\nb"}}, []string{"a\nb"}},
		{query{ids: []string{"a\tb"}}, []string{"a\tb"}}, // not the same id
		{query{ids: []string{"ab"}}, []string{"ab"}},
	} {
		rows, err := run(t.Context(), server, test.query)
		if err != nil {
			t.Fatal(err)
		}
		diff(t, fmt.Sprint("calls of ", test.query), test.calls, s.taken())
		ids := map[string]bool{}
		for _, id := range test.query.ids {
			ids[id] = true
		}
		want := 3 * len(ids)
		if test.query.limit > 0 {
			want = int(min(test.query.limit, 3))
		}
		if len(rows) != want {
			t.Errorf("%v: %d rows, want %d", test.query, len(rows), want)
		}
	}
}

// What a qual means that names no value, contradicts another, or is no list.
func TestConditions(t *testing.T) {
	greater := func(n int64) *proto.Quals {
		return &proto.Quals{Quals: []*proto.Qual{{FieldName: "n", Operator: &proto.Qual_StringValue{StringValue: ">"},
			Value: &proto.QualValue{Value: &proto.QualValue_Int64Value{Int64Value: n}}}}}
	}
	list := func(ids ...string) *proto.QualValue {
		out := &proto.QualValueList{}
		for _, id := range ids {
			if id == "" {
				out.Values = append(out.Values, &proto.QualValue{})
				continue
			}
			out.Values = append(out.Values, text(id))
		}
		return &proto.QualValue{Value: &proto.QualValue_ListValue{ListValue: out}}
	}
	for name, test := range map[string]struct {
		quals map[string]*proto.Quals
		calls []string
	}{
		"a list of NULL":            {map[string]*proto.Quals{"id": equals("id", list(""))}, nil},
		"a list of one":             {map[string]*proto.Quals{"id": equals("id", list("a"))}, []string{"a"}},
		"two values":                {map[string]*proto.Quals{"id": equals("id", text("a"), text("b"))}, nil},
		"the same value twice":      {map[string]*proto.Quals{"id": equals("id", text("a"), text("a"))}, []string{"a"}},
		"a value of a list":         {map[string]*proto.Quals{"id": equals("id", list("a", "b"), text("b"))}, []string{"b"}},
		"a value that is not in it": {map[string]*proto.Quals{"id": equals("id", list("a", "b"), text("c"))}, nil},
		"two lists":                 {map[string]*proto.Quals{"id": equals("id", list("a", "b", "c"), list("c", "d", "b"))}, []string{"b", "c"}},
		"another key column":        {map[string]*proto.Quals{"id": equals("id", list("a", "b")), "n": greater(1)}, []string{"a", "b"}},
		"a list for each":           {map[string]*proto.Quals{"id": equals("id", list("a", "b")), "n": equals("n", list("1", "2"))}, []string{"a", "a", "b", "b"}},
		"a list for no key column":  {map[string]*proto.Quals{"id": equals("id", text("a")), "other": equals("other", list("1", "2"))}, []string{"a"}},
	} {
		bothCaches(t, func(t *testing.T, uncached bool) {
			t.Run(name, func(t *testing.T) {
				s := &source{read: func(_ context.Context, c call) error {
					c.emit(1)
					return nil
				}}
				if _, err := run(t.Context(), s.server(t), query{quals: test.quals, uncached: uncached}); err != nil {
					t.Fatal(err)
				}
				diff(t, "calls", test.calls, s.taken())
			})
		})
	}
}

// What Postgres passes on for a list that it does not know is an error at no
// call, whether it decides the rows or the connections.
func TestAnEmptyList(t *testing.T) {
	s := &source{}
	server := s.server(t)
	empty := &proto.QualValue{Value: &proto.QualValue_ListValue{ListValue: &proto.QualValueList{}}}
	within := &proto.QualValue{Value: &proto.QualValue_ListValue{ListValue: &proto.QualValueList{Values: []*proto.QualValue{text("a"), empty}}}}
	for column, quals := range map[string]map[string]*proto.Quals{
		"id":                 {"id": equals("id", empty)},
		"n":                  {"id": equals("id", text("a")), "n": equals("n", within)},
		"owner":              {"id": equals("id", text("a")), "owner": equals("owner", empty)},
		"sp_connection_name": {"id": equals("id", text("a")), "sp_connection_name": equals("sp_connection_name", within)},
	} {
		_, err := run(t.Context(), server, query{quals: quals})
		wantError(t, err, fmt.Sprintf("t: the list for %[1]s is empty: Postgres passes an empty list on where it does not know the values yet, as with %[1]s = any(array(select ...)): write a join instead, as in: from other_table o join t t on t.%[1]s = o.id", column))
	}
	s.read = func(_ context.Context, c call) error { c.emitAll(1); return nil }
	if _, err := run(t.Context(), server, query{quals: map[string]*proto.Quals{"id": equals("id", text("a")), "other": equals("other", empty)}}); err != nil {
		t.Error(err) // nothing but a column of the rows, which the engine compares
	}
	diff(t, "calls", []string{"a"}, s.taken())
}

// A LIMIT counts over all scans, and once it is reached no call is made.
func TestLimitOverAList(t *testing.T) {
	bothCaches(t, func(t *testing.T, uncached bool) {
		for limit, want := range map[int64][]string{
			1: {"a 1"}, 4: {"a 4"}, 5: {"a 5"}, 6: {"a 6", "b 1"}, 12: {"a 12", "b 7", "c 2"}, 100: {"a 100", "b 95", "c 90"},
		} {
			var calls []string
			s := &source{}
			s.read = func(_ context.Context, c call) error {
				calls = append(calls, fmt.Sprint(c.id, " ", c.limit)) // one after another
				c.emitAll(5)
				return nil
			}
			server := s.server(t)
			server.SetLimitWait(time.Hour)
			rows, err := run(t.Context(), server, query{ids: []string{"a", "b", "c"}, limit: limit, uncached: uncached})
			if err != nil {
				t.Fatal(err)
			}
			if n := int(min(limit, 15)); len(rows) != n {
				t.Errorf("limit %d: %d rows", limit, len(rows))
			}
			diff(t, fmt.Sprint("calls with limit ", limit), want, calls)
		}
	})
}

// A LIMIT that is the query's costs the pages up to it, however long a page is:
// of several ids, and of one.
func TestLimitOfTheQuery(t *testing.T) {
	bothCaches(t, func(t *testing.T, uncached bool) {
		for limit, want := range map[int64][]string{5: {"a: 1"}, 13: {"a: 2"}, 20: {"a: 2"}, 21: {"a: 2", "b: 1"}} {
			var pages []string
			ended := make(chan struct{}, 3)
			s := &source{read: func(_ context.Context, c call) error {
				if c.id == "warm" {
					return nil
				}
				n, err := c.pages(20, min(10, int(c.limit)))
				pages = append(pages, fmt.Sprint(c.id, ": ", n))
				ended <- struct{}{}
				return err
			}}
			server := s.server(t)
			server.SetLimitWait(time.Hour)
			_, _ = run(t.Context(), server, query{ids: []string{"warm"}, uncached: uncached})
			before := runtime.NumGoroutine()
			rows, err := run(t.Context(), server, query{ids: []string{"a", "b"}, limit: limit, uncached: uncached})
			if err != nil || len(rows) != int(limit) {
				t.Errorf("limit %d: %d rows, %v", limit, len(rows), err)
			}
			for range want {
				<-ended
			}
			diff(t, fmt.Sprint("pages with limit ", limit), want, pages)
			noneLeft(t, before)
		}
	})
}

// A LIMIT that is not the query's is waited for, once, and then all rows come:
// of an id, of the others of a list, and of the other connections.
func TestLimitThatIsNotTheQuerys(t *testing.T) {
	const wait = 20 * time.Millisecond
	bothCaches(t, func(t *testing.T, uncached bool) {
		for _, limit := range []int64{1, 5, 10, 20, 21, 59, 1000} {
			for connections, want := range map[string]int{"c": 60, "c d e": 180} {
				var at []time.Time
				var mu sync.Mutex
				s := &source{read: func(_ context.Context, c call) error {
					for page := range 2 {
						if err := delivery.Proceed(c.ctx); err != nil {
							return err
						}
						mu.Lock()
						at = append(at, time.Now())
						mu.Unlock()
						for i := range 10 {
							c.emit(10*page + i)
						}
					}
					return nil
				}}
				server := s.server(t)
				server.SetLimitWait(wait)
				start := time.Now()
				q := query{ids: []string{"a", "b", "c"}, connections: strings.Fields(connections), limit: limit, readsAll: true, uncached: uncached}
				rows, err := run(t.Context(), server, q)
				if err != nil || len(rows) != want || len(slices.Compact(rows)) != want {
					t.Errorf("limit %d: %d rows, %v, want %d", limit, len(rows), err, want)
				}
				early := 0 // calls before the wait was over
				for _, call := range at {
					if call.Sub(start) < wait {
						early++
					}
				}
				if most := int(limit+9) / 10; limit < int64(want) && early > most {
					t.Errorf("limit %d: %d calls were made before the wait was over", limit, early)
				}
			}
		}
	})
}

// A query for all rows does not wait where it shares a scan with a query that waits
// at its LIMIT, and loses nothing when that one is cancelled.
func TestLimitOfAnotherQuery(t *testing.T) {
	for range *runs {
		started := make(chan struct{})
		s := &source{read: func(_ context.Context, c call) error {
			if c.id == "warm" {
				return nil
			}
			c.emitAll(5)
			close(started)
			if err := delivery.Proceed(c.ctx); err != nil {
				return err
			}
			for i := 5; i < 20; i++ {
				c.emit(i)
			}
			return nil
		}}
		server := s.server(t)
		server.SetLimitWait(time.Hour)
		_, _ = run(t.Context(), server, query{ids: []string{"warm"}})
		s.taken()
		before := runtime.NumGoroutine()
		limited := start(t, server, query{ids: []string{"a"}, limit: 5, readsAll: true})
		<-started
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		rows, err := run(ctx, server, query{ids: []string{"a"}})
		if err != nil || len(rows) != 20 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		limited.cancel()
		if _, err := limited.wait(); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		diff(t, "calls", []string{"a"}, s.taken())
		noneLeft(t, before)
	}
}

// The rows up to a LIMIT are cached for a query with the same LIMIT or a smaller one.
// A query that reads on gets all other rows as well, each once, or an error if the
// rows have changed.
func TestPartialResult(t *testing.T) {
	for range *runs {
		rows, calls := 50, 0
		s := &source{}
		s.read = func(_ context.Context, c call) error {
			calls++
			for i := range rows {
				if i%10 == 0 && delivery.Proceed(c.ctx) != nil {
					break
				}
				c.emit(i / 2) // each twice
			}
			return c.ctx.Err()
		}
		server := s.server(t)
		server.SetLimitWait(time.Millisecond)
		want := append(rowsOf("a", 25), rowsOf("a", 25)...)
		slices.Sort(want)
		check := func(q query, rows int, made int) {
			t.Helper()
			calls = 0
			q.ids = []string{"a"}
			got, err := run(t.Context(), server, q)
			if err != nil {
				t.Fatal(err)
			}
			if rows == len(want) {
				diff(t, "rows", want, got)
			}
			if len(got) != rows || calls != made {
				t.Errorf("%v: %d rows, want %d; %d list calls, want %d", q, len(got), rows, calls, made)
			}
		}
		check(query{limit: 10}, 10, 1)
		check(query{limit: 10}, 10, 0)
		check(query{limit: 3, columns: []string{"id", "n"}}, 3, 0)
		check(query{limit: 10, ttl: -1}, 10, 1)
		check(query{limit: 7, readsAll: true}, 50, 1) // and the result is cached for all that follow
		check(query{limit: 10, readsAll: true}, 50, 0)
		check(query{}, 50, 0)

		configure(t, server)
		check(query{limit: 10}, 10, 1)
		rows = 5 // some of those cached are gone
		_, err := run(t.Context(), server, query{ids: []string{"a"}, limit: 10, readsAll: true})
		wantError(t, err, "c: t: the rows have changed since they were cached: run the query again")
		check(query{limit: 10, readsAll: true}, 5, 0)
	}
}

// A partial result is removed when its connection changes, also if that happens as
// the query ends.
func TestPartialResultIsRemoved(t *testing.T) {
	s := &source{}
	var server *delivery.Server
	change := func() {
		if _, err := server.UpdateConnectionConfigs(&proto.UpdateConnectionConfigsRequest{Changed: []*proto.ConnectionConfig{{Connection: "c"}}}); err != nil {
			t.Error(err)
		}
	}
	during := false
	s.read = func(_ context.Context, c call) error {
		c.emitAll(2)
		err := delivery.Proceed(c.ctx) // returns as the query ends
		if during {
			change()
		}
		return err
	}
	server = s.server(t)
	server.SetLimitWait(time.Hour)
	for i, want := range [][]string{{"a"}, nil, {"a"}, {"a"}, {"a"}, nil} {
		during = i == 2 || i == 3
		if i == 2 {
			change()
		}
		if _, err := run(t.Context(), server, query{ids: []string{"a"}, limit: 2}); err != nil {
			t.Fatal(err)
		}
		diff(t, fmt.Sprint("calls of query ", i), want, s.taken())
	}
}

// For an engine that says itself when it reads on, further rows come then, and
// neither earlier nor later.
func TestLimitOfAnEngineThatAsks(t *testing.T) {
	bothCaches(t, func(t *testing.T, uncached bool) {
		s := &source{read: func(_ context.Context, c call) error {
			_, err := c.pages(20, 5)
			return err
		}}
		server := s.server(t)
		server.SetLimitWait(0)
		more := make(chan struct{})
		n := 0
		err := server.Execute(query{ids: []string{"a", "b"}, limit: 5, uncached: uncached}.request(), asking{sink{ctx: t.Context(), each: func(*proto.ExecuteResponse) error {
			if n++; n > 5 {
				select {
				case <-more:
				default:
					t.Error("one more row came before the engine read on")
				}
			}
			return nil
		}}, func() <-chan struct{} {
			time.AfterFunc(5*time.Millisecond, func() { close(more) })
			return more
		}})
		if err != nil || n != 40 {
			t.Errorf("%d rows, %v", n, err)
		}
	})
}

// asking is a stream that says when its engine reads on.
type asking struct {
	sink
	more func() <-chan struct{}
}

func (a asking) More() <-chan struct{} { return a.more() }

// An aggregator is one scan a connection; one that fails fails the query.
func TestAggregator(t *testing.T) {
	bothCaches(t, func(t *testing.T, uncached bool) {
		s := &source{read: func(_ context.Context, c call) error {
			if c.connection == "e" && c.id == "bad" {
				c.emitAll(20)
				return errRefused
			}
			c.emitAll(150)
			return nil
		}}
		server := s.server(t)
		all := []string{"c", "d", "e"}
		rows, err := run(t.Context(), server, query{ids: []string{"good"}, connections: all, uncached: uncached})
		if err != nil || len(rows) != 450 {
			t.Errorf("%d rows, %v", len(rows), err)
		}
		diff(t, "calls", []string{"d:good", "e:good", "good"}, s.taken())
		before := runtime.NumGoroutine()
		for range *runs {
			_, err = run(t.Context(), server, query{ids: []string{"bad", "good"}, connections: all, uncached: uncached})
			wantError(t, err, "e: refused")
		}
		noneLeft(t, before)

		for column, value := range map[string]string{"sp_connection_name": "d", "owner": "owner of d"} {
			s.taken()
			only := query{connections: all, uncached: uncached,
				quals: map[string]*proto.Quals{"id": equals("id", text(column)), column: equals(column, text(value))}}
			rows, err = run(t.Context(), server, only)
			if err != nil || len(rows) != 150 {
				t.Errorf("%d rows of one connection, %v", len(rows), err)
			}
			diff(t, "calls", []string{"d:" + column}, s.taken())
			// The others were not scanned, so nothing of them is cached.
			rows, err = run(t.Context(), server, query{ids: []string{column}, connections: all, uncached: uncached})
			if err != nil || len(rows) != 450 {
				t.Errorf("%d rows of all connections, %v", len(rows), err)
			}
		}
	})
}

// Conditions that choose connections never leave one out that the query means: the
// engine compares the rows again.
func TestConditionsOnConnections(t *testing.T) {
	s := &source{read: func(_ context.Context, c call) error { c.emitAll(1); return nil }}
	server := s.server(t)
	for name, test := range map[string]struct {
		operator string
		value    *proto.QualValue
		calls    []string
	}{
		"= any":                 {"=", values("d", "e"), []string{"d:", "e:"}},
		"= an unknown value":    {"=", text("?"), nil},
		"= any, one is unknown": {"=", values("d", "?"), nil},
		"like":                  {"~~", text("d%"), []string{"d:"}},
		"like an unknown value": {"~~", text("?"), nil},
		"like with an escape":   {"~~", text(`\d`), []string{"", "d:", "e:"}},
		"like a character":      {"~~", text("[d]"), []string{"", "d:", "e:"}},
		"ilike one":             {"~~*", text("?"), nil},
		"like any or all":       {"~~", values("d%", "e%"), []string{"", "d:", "e:"}},
		"not like any or all":   {"!~~", values("d%", "e%"), []string{"", "d:", "e:"}},
		"not like an unknown":   {"!~~", text("?"), []string{"", "d:", "e:"}},
		"<>":                    {"<>", text("d"), []string{"", "e:"}},
		"<> an unknown value":   {"<>", text("?"), []string{"", "d:", "e:"}},
		"<> any or all":         {"<>", values("d", "e"), []string{"", "d:", "e:"}},
	} {
		t.Run(name, func(t *testing.T) {
			condition := equals("sp_connection_name", test.value)
			condition.Quals[0].Operator = &proto.Qual_StringValue{StringValue: test.operator}
			_, err := run(t.Context(), server, query{connections: []string{"c", "d", "e"},
				quals: map[string]*proto.Quals{"id": equals("id", text(name)), "sp_connection_name": condition}})
			if test.calls == nil {
				wantError(t, err, "t: no value for sp_connection_name: Postgres has not passed it on, as with sp_connection_name = (select ...): "+
					"write the value itself, or a join, as in: from other_table o join t t on t.sp_connection_name = o.name")
			} else if err != nil {
				t.Fatal(err)
			}
			var want []string
			for _, c := range test.calls {
				want = append(want, c+name)
			}
			slices.Sort(want)
			diff(t, "calls", want, s.taken())
		})
	}
}

// Whatever a list function does wrong, the query fails.
func TestAListFunctionThatIsWrong(t *testing.T) {
	bothCaches(t, func(t *testing.T, uncached bool) {
		for name, test := range map[string]struct {
			read func(context.Context, call) error
			want string
		}{
			"it panics at once":          {func(context.Context, call) error { panic("oh") }, "panic: oh"},
			"it panics after rows":       {func(_ context.Context, c call) error { c.emitAll(500); panic("oh") }, "panic: oh"},
			"a row can't be built":       {func(_ context.Context, c call) error { c.emit(-1); return nil }, ""},
			"a later row can't be built": {func(_ context.Context, c call) error { c.emitAll(10); c.emit(-1); return nil }, ""},
		} {
			t.Run(name, func(t *testing.T) {
				s := &source{read: test.read}
				server := s.server(t)
				for range 20 {
					_, err := run(t.Context(), server, query{ids: []string{"a"}, uncached: uncached})
					wantError(t, err, test.want)
				}
				if n := len(s.taken()); n != 20 {
					t.Errorf("%d calls: a failed result was cached", n)
				}
			})
		}
	})
}

// The rows come while the list function is still reading.
func TestRowsAreStreamed(t *testing.T) {
	bothCaches(t, func(t *testing.T, uncached bool) {
		more := make(chan struct{})
		s := &source{read: func(_ context.Context, c call) error {
			c.emitAll(1)
			<-more
			return nil
		}}
		q := start(t, s.server(t), query{ids: []string{"a"}, uncached: uncached})
		<-q.first
		close(more)
		if rows, err := q.wait(); err != nil || len(rows) != 1 {
			t.Errorf("%d rows, %v", len(rows), err)
		}
	})
}

// With the cache on, two scans of one query may share a result, and the engine may
// read one only after the other: neither waits for the other's reader.
func TestAResultDoesNotWaitForItsReaders(t *testing.T) {
	s := &source{read: func(_ context.Context, c call) error {
		c.emitAll(2500)
		return nil
	}}
	server := s.server(t)
	inner := 0
	rows, err := run(t.Context(), server, query{ids: []string{"a"}}, func() {
		if inner == 0 {
			got, err := run(t.Context(), server, query{ids: []string{"a"}})
			if err != nil {
				t.Error(err)
			}
			inner = len(got)
		}
	})
	if err != nil || len(rows) != 2500 || inner != 2500 {
		t.Errorf("%d and %d rows, %v", len(rows), inner, err)
	}
	diff(t, "calls", []string{"a"}, s.taken())
	// And the same from memory, in the same order of pages.
	again, err := run(t.Context(), server, query{ids: []string{"a"}})
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "rows from the cache", rows, again)
}

func TestMissingKey(t *testing.T) {
	s := &source{}
	server := s.server(t)
	for range 200 {
		_, err := run(t.Context(), server, query{quals: map[string]*proto.Quals{}})
		if err == nil || err.Error() != "t: the query must name id, as in: where id = '...'" {
			t.Fatal(err)
		}
	}
	s.read = func(_ context.Context, c call) error {
		c.emitAll(2)
		return nil
	}
	r := query{ids: []string{"a"}}.request()
	r.ExecuteConnectionData = nil
	rows := 0
	if err := server.Execute(r, sink{ctx: t.Context(), each: func(*proto.ExecuteResponse) error { rows++; return nil }}); err != nil || rows != 2 {
		t.Errorf("an old engine's request: %d rows, %v", rows, err)
	}
	r.ExecuteConnectionData, r.Connection = nil, ""
	if err := server.Execute(r, sink{ctx: t.Context()}); err == nil {
		t.Error("no error where no connection is named")
	}
	r = query{ids: []string{"a"}}.request()
	r.Table = "nothing"
	if err := server.Execute(r, sink{ctx: t.Context()}); err == nil {
		t.Error("no error for a table that does not exist")
	}
}

// Each row comes with the number of rows of its connection so far, and whether they
// were cached.
func TestMetadata(t *testing.T) {
	s := &source{read: func(_ context.Context, c call) error {
		c.emitAll(4)
		return nil
	}}
	server := s.server(t)
	for _, test := range []struct {
		ids  []string
		rows int64
		hit  bool
	}{
		{[]string{"a"}, 4, false}, {[]string{"a"}, 4, true}, {[]string{"a", "b"}, 8, false}, {[]string{"b", "a"}, 8, true},
	} {
		var last *proto.ExecuteResponse
		if err := server.Execute(query{ids: test.ids}.request(), sink{ctx: t.Context(), each: func(r *proto.ExecuteResponse) error {
			last = r
			return nil
		}}); err != nil {
			t.Fatal(err)
		}
		if m := last.Metadata; m.RowsFetched != test.rows || m.CacheHit != test.hit || last.Connection != "c" {
			t.Errorf("%v: %v of %s", test.ids, m, last.Connection)
		}
	}
}

// A result has all columns that its calls bring, so that no later query of these columns
// makes a call; those that cost a call for each row it has if the query names one of them,
// or a condition with which they cost none. Each query gets the columns that it names, and
// the name of the connection.
func TestColumnsThatCallsBring(t *testing.T) {
	s := &source{keys: delivery.Keys{Costly: []string{"other"}, FreeWith: []string{"n"}}, read: func(_ context.Context, c call) error {
		c.emitAll(3)
		return nil
	}}
	server := s.server(t)
	withN := equals("n", &proto.QualValue{Value: &proto.QualValue_Int64Value{Int64Value: 1}})
	for _, test := range []struct {
		id      string
		columns []string
		quals   *proto.Quals
		calls   []string
	}{
		{"a", []string{"n"}, nil, []string{"a"}},
		{"a", []string{"id", "n"}, nil, nil},
		{"a", []string{"other"}, nil, []string{"a"}},
		{"a", []string{"id", "n", "other"}, nil, nil},
		{"b", []string{"other"}, nil, []string{"b"}},
		{"b", []string{"id", "n"}, nil, nil},
		{"c", []string{"id"}, withN, []string{"c"}},
		{"c", []string{"other", "n"}, withN, nil},
		{"a", []string{}, nil, nil}, // count(*): a row without a value would be the end
		{"d", []string{}, nil, []string{"d"}},
		{"d", []string{"id"}, nil, nil},
		{"d", []string{"_ctx"}, nil, []string{"d"}}, // is not kept unless it is named
	} {
		q := query{ids: []string{test.id}, columns: test.columns, quals: map[string]*proto.Quals{"id": equals("id", text(test.id))}}
		if test.quals != nil {
			q.quals["n"] = test.quals
		}
		request := q.request()
		var rows int
		if err := server.Execute(request, sink{ctx: t.Context(), each: func(r *proto.ExecuteResponse) error {
			rows++
			diff(t, fmt.Sprint("columns of ", test.columns), slices.Sorted(slices.Values(append(test.columns, "sp_connection_name"))), slices.Sorted(maps.Keys(r.Row.Columns)))
			return nil
		}}); err != nil || rows != 3 {
			t.Fatalf("%v: %d rows, %v", test, rows, err)
		}
		diff(t, fmt.Sprint("calls of ", test), test.calls, s.taken())
	}
}

// The engine sets the bounds of the cache, and clears it.
func TestWhatIsCached(t *testing.T) {
	const rows = 100
	s := &source{read: func(_ context.Context, c call) error {
		c.emitAll(rows)
		return nil
	}}
	server := s.server(t)
	check := func(want int, ids ...string) {
		t.Helper()
		for _, id := range ids {
			id = strings.Repeat(id, 1500) // a row of 1,500 bytes
			if got, err := run(t.Context(), server, query{ids: []string{id}}); err != nil || len(got) != rows {
				t.Fatalf("%d rows, %v", len(got), err)
			}
		}
		if n := len(s.taken()); n != want {
			t.Errorf("%d calls, want %d", n, want)
		}
	}
	set := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(1, "a")
	check(0, "a")
	set(server.SetConnectionCacheOptions(&proto.SetConnectionCacheOptionsRequest{ClearCacheForConnection: "d"}))
	check(0, "a")
	set(server.SetConnectionCacheOptions(&proto.SetConnectionCacheOptionsRequest{ClearCacheForConnection: "c"}))
	check(1, "a")
	set(server.UpdateConnectionConfigs(&proto.UpdateConnectionConfigsRequest{Changed: []*proto.ConnectionConfig{{Connection: "c"}}}))
	check(1, "a")
	set(server.UpdateConnectionConfigs(&proto.UpdateConnectionConfigsRequest{Added: []*proto.ConnectionConfig{{Connection: "f"}}}))
	check(0, "a")
	set(server.SetCacheOptions(&proto.SetCacheOptionsRequest{Enabled: false, Ttl: 300}))
	check(2, "a", "a")
	set(server.SetCacheOptions(&proto.SetCacheOptionsRequest{Enabled: true, Ttl: 300, MaxSizeMb: 1}))
	check(1, "a", "a")
	// A MiB has space for six results of 100 rows.
	check(9, "b", "c", "d", "e", "f", "g", "h", "i", "j")
	check(0, "j", "i")
	check(1, "a")
	set(server.SetCacheOptions(&proto.SetCacheOptionsRequest{Enabled: true, Ttl: 0, MaxSizeMb: 1}))
	check(2, "a", "a")
}

// A result expires by the query's time to live, or by the server's.
func TestResultsExpire(t *testing.T) {
	s := &source{read: func(_ context.Context, c call) error {
		c.emitAll(1)
		return nil
	}}
	server := s.server(t)
	for _, test := range []struct {
		ttl   int64
		calls []string
	}{{300, []string{"a"}}, {300, nil}, {-1, []string{"a"}}} {
		if _, err := run(t.Context(), server, query{ids: []string{"a"}, ttl: test.ttl}); err != nil {
			t.Fatal(err)
		}
		diff(t, fmt.Sprint("calls with a time to live of ", test.ttl), test.calls, s.taken())
	}
}

// The SDK's query cache, which the server has no use for, takes nothing, however
// often its options are set.
func TestTheSDKsCacheTakesNothing(t *testing.T) {
	s := &source{}
	server := s.server(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	goroutines := runtime.NumGoroutine()
	for range 10 {
		configure(t, server)
		if _, err := server.SetCacheOptions(&proto.SetCacheOptionsRequest{Enabled: true, Ttl: 300, MaxSizeMb: 100}); err != nil {
			t.Fatal(err)
		}
	}
	runtime.ReadMemStats(&after)
	if mib := (after.TotalAlloc - before.TotalAlloc) >> 20; mib > 20 {
		t.Errorf("%d MiB were taken", mib)
	}
	if n := runtime.NumGoroutine() - goroutines; n > 0 {
		t.Errorf("%d goroutines remain", n)
	}
}

// Queries return rows in whichever order Steampipe configures the cache and the
// connections: cache options before, after or without the connections' configs, and
// configs of which one is wrong.
func TestOrdersOfConfiguration(t *testing.T) {
	good := &proto.ConnectionConfig{Connection: "c"}
	all := func(server *delivery.Server, size int64, configs ...*proto.ConnectionConfig) error {
		_, err := server.SetAllConnectionConfigs(&proto.SetAllConnectionConfigsRequest{Configs: configs, MaxCacheSizeMb: size})
		return err
	}
	options := func(server *delivery.Server) error {
		_, err := server.SetCacheOptions(&proto.SetCacheOptionsRequest{Enabled: true, Ttl: 300, MaxSizeMb: 1})
		return err
	}
	update := func(server *delivery.Server) error {
		_, err := server.UpdateConnectionConfigs(&proto.UpdateConnectionConfigsRequest{Added: []*proto.ConnectionConfig{good}})
		return err
	}
	for name, test := range map[string]struct {
		configure func(*delivery.Server) error
		calls     []string // of the same query twice
	}{
		"options behind":  {func(s *delivery.Server) error { return errors.Join(all(s, -1, good), options(s)) }, []string{"a"}},
		"options before":  {func(s *delivery.Server) error { return errors.Join(options(s), all(s, -1, good)) }, []string{"a"}},
		"a size":          {func(s *delivery.Server) error { return all(s, 1, good) }, []string{"a"}},
		"no options":      {func(s *delivery.Server) error { return all(s, -1, good) }, []string{"a", "a"}},
		"an update alone": {func(s *delivery.Server) error { return errors.Join(options(s), update(s)) }, []string{"a"}},
		"a wrong config": {func(s *delivery.Server) error {
			if err := all(s, -1, good, &proto.ConnectionConfig{Connection: "d", Config: "wrong = 1"}); err == nil {
				return errors.New("a wrong config is no error")
			}
			return options(s)
		}, []string{"a"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := &source{read: func(_ context.Context, c call) error { c.emitAll(1); return nil }}
			server := delivery.NewServer(s.plugin)
			if err := test.configure(server); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if rows, err := run(t.Context(), server, query{ids: []string{"a"}}); err != nil || len(rows) != 1 {
					t.Fatalf("%d rows, %v", len(rows), err)
				}
			}
			diff(t, "calls", test.calls, s.taken())
		})
	}
}
