package delivery_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/delivery"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// requests are those of queries.
func requests(queries ...query) []*proto.ExecuteRequest {
	var all []*proto.ExecuteRequest
	for _, q := range queries {
		all = append(all, q.request())
	}
	return all
}

// texts returns rows as run does.
func texts(t *testing.T, rows delivery.Rows) []string {
	t.Helper()
	var all []string
	for reader := rows.Reader(); ; {
		row, err := reader.Next()
		if err != nil {
			t.Fatal(err)
		}
		if row == nil {
			break
		}
		all = append(all, rowText(&proto.ExecuteResponse{Row: row, Connection: "c"}))
	}
	slices.Sort(all)
	return all
}

// Each request has its own rows: of a list, of several connections, with some columns, and
// without rows. What is cached is not called again, and what is not cached is no call of
// another query's.
func TestFetch(t *testing.T) {
	s := &source{read: func(_ context.Context, c call) error {
		if c.id != "none" {
			c.emitAll(2)
		}
		return nil
	}}
	server := s.server(t)
	fetch := func(queries ...query) (all [][]string) {
		t.Helper()
		rows, err := server.Fetch(t.Context(), requests(queries...))
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			all = append(all, texts(t, r))
		}
		return all
	}
	list := query{ids: []string{"a", "b"}}
	all := query{ids: []string{"a"}, connections: []string{"c", "d"}}
	two := slices.Concat(rowsOf("a", 2), rowsOf("b", 2))
	diff(t, "rows", [][]string{two, {"a 000", "a 000", "a 001", "a 001"}, nil, rowsOf("x", 2)},
		fetch(list, all, query{ids: []string{"none"}}, query{ids: []string{"x"}, uncached: true}))
	diff(t, "calls", []string{"a", "b", "d:a", "none", "x"}, s.taken())

	diff(t, "rows again", [][]string{two}, fetch(list))
	diff(t, "rows of one column", [][]string{{"a 000", "a 000"}}, fetch(query{ids: []string{"a"}, columns: []string{"id"}}))
	diff(t, "calls for what is cached", []string(nil), s.taken())
	fetch(query{ids: []string{"x"}})
	diff(t, "calls for what is not", []string{"x"}, s.taken())
}

// Cached returns rows only if the cache has all of a request's.
func TestCached(t *testing.T) {
	s := &source{read: func(_ context.Context, c call) error { c.emitAll(2); return nil }}
	server := s.server(t)
	for _, q := range []query{{ids: []string{"a", "b"}}, {ids: []string{"x"}, limit: 1}} {
		if _, err := run(t.Context(), server, q); err != nil {
			t.Fatal(err)
		}
	}
	s.taken()
	for _, test := range []struct {
		name string
		query
		want []string
	}{
		{"one", query{ids: []string{"a"}}, rowsOf("a", 2)},
		{"a list", query{ids: []string{"a", "b"}}, slices.Concat(rowsOf("a", 2), rowsOf("b", 2))},
		{"a list of which one is missing", query{ids: []string{"a", "other"}}, nil},
		{"another connection", query{ids: []string{"a"}, connections: []string{"c", "d"}}, nil},
		{"the first rows only", query{ids: []string{"x"}}, nil},
		{"without the cache", query{ids: []string{"a"}, uncached: true}, nil},
		{"too old", query{ids: []string{"a"}, ttl: -1}, nil},
		{"no id", query{quals: map[string]*proto.Quals{}}, nil},
	} {
		rows, ok := server.Cached(test.request())
		if ok != (test.want != nil) {
			t.Errorf("%s: %v", test.name, ok)
		}
		if ok {
			diff(t, test.name, test.want, texts(t, rows))
		}
	}
	diff(t, "calls", []string(nil), s.taken())
}

// A scan that runs is joined, not made again; and its rows are not cached before it ends.
func TestFetchJoins(t *testing.T) {
	begun, proceed := make(chan struct{}), make(chan struct{})
	s := &source{read: func(_ context.Context, c call) error {
		c.emit(0)
		close(begun)
		<-proceed
		c.emit(1)
		return nil
	}}
	server := s.server(t)
	q := query{ids: []string{"a"}}
	ended := make(chan []string)
	go func() {
		rows, _ := run(t.Context(), server, q)
		ended <- rows
	}()
	<-begun
	if _, ok := server.Cached(q.request()); ok {
		t.Error("a scan that runs is cached")
	}
	fetched := make(chan delivery.Rows)
	go func() {
		rows, err := server.Fetch(t.Context(), requests(q))
		if err != nil {
			t.Error(err)
			rows = []delivery.Rows{nil}
		}
		fetched <- rows[0]
	}()
	close(proceed)
	diff(t, "rows of the query", rowsOf("a", 2), <-ended)
	diff(t, "rows", rowsOf("a", 2), texts(t, <-fetched))
	diff(t, "calls", []string{"a"}, s.taken())
}

// The first error ends the scans under way, and no other begins. So does the end of the
// context.
func TestFetchFails(t *testing.T) {
	own := errors.New("of the list call")
	var began atomic.Int64
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stop")
	s := &source{read: func(_ context.Context, c call) error {
		switch began.Add(1) {
		case 20:
			return own
		case 120:
			cancel(stop)
		}
		<-c.ctx.Done()
		return c.ctx.Err()
	}}
	server := s.server(t)
	ids := make([]query, 100)
	for i := range ids {
		ids[i].ids = []string{string(rune('A' + i))}
	}
	if _, err := server.Fetch(t.Context(), requests(ids...)); !errors.Is(err, own) {
		t.Errorf("error %v", err)
	}
	if n := began.Load(); n != 20 {
		t.Errorf("%d list calls, want as many as run at a time, 20", n)
	}

	began.Store(100) // none fails
	if _, err := server.Fetch(ctx, requests(ids...)); err != stop {
		t.Errorf("error %v", err)
	}
	if _, err := server.Fetch(t.Context(), requests(query{quals: map[string]*proto.Quals{}})); err == nil {
		t.Error("no error for a request without a key")
	}
}

// Rows stay when the cache drops them.
func TestFetchedRowsStay(t *testing.T) {
	s := &source{read: func(_ context.Context, c call) error { c.emitAll(2000); return nil }}
	server := s.server(t)
	rows, err := server.Fetch(t.Context(), requests(query{ids: []string{"a"}}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := server.SetConnectionCacheOptions(&proto.SetConnectionCacheOptionsRequest{ClearCacheForConnection: "c"}); err != nil {
		t.Fatal(err)
	}
	want := rowsOf("a", 2000)
	slices.Sort(want)
	diff(t, "rows", want, texts(t, rows[0]))
}
