package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// scripted is a plugin's server with a table of two columns. A test says what
// its scans do.
type scripted struct {
	engine.Server // nil: nothing else is called
	// scan sends the rows of an id; "" is none.
	scan func(ctx context.Context, id string, send func(title string)) error

	mu    sync.Mutex
	began []context.Context // of the scans so far
	most  int               // scans that ran at a time
	under sync.WaitGroup    // the scans under way
}

func (s *scripted) SetAllConnectionConfigs(*proto.SetAllConnectionConfigsRequest) (*proto.SetConnectionConfigResponse, error) {
	return nil, nil
}

func (s *scripted) GetSchema(*proto.GetSchemaRequest) (*proto.GetSchemaResponse, error) {
	return &proto.GetSchemaResponse{Schema: &proto.Schema{Schema: map[string]*proto.TableSchema{"conference": {
		Columns:               []*proto.ColumnDefinition{{Name: "schedule_id", Type: proto.ColumnType_STRING}, {Name: "title", Type: proto.ColumnType_STRING}},
		ListCallKeyColumnList: []*proto.KeyColumn{{Name: "schedule_id", Operators: []string{"="}, Require: "required"}},
	}}}}, nil
}

func (s *scripted) Execute(request *proto.ExecuteRequest, stream proto.WrapperPlugin_ExecuteServer) error {
	s.under.Add(1)
	defer s.under.Done()
	s.mu.Lock()
	s.began = append(s.began, stream.Context())
	s.most = max(s.most, s.running())
	s.mu.Unlock()
	id := ""
	for _, q := range request.QueryContext.Quals["schedule_id"].GetQuals() {
		id = q.Value.GetStringValue()
	}
	return s.scan(stream.Context(), id, func(title string) {
		_ = stream.Send(&proto.ExecuteResponse{Row: &proto.Row{Columns: map[string]*proto.Column{
			"schedule_id": {Value: &proto.Column_StringValue{StringValue: id}},
			"title":       {Value: &proto.Column_StringValue{StringValue: title}},
		}}})
	})
}

// running returns how many scans have not been cancelled. The caller holds s.mu.
func (s *scripted) running() int {
	n := 0
	for _, ctx := range s.began {
		if ctx.Err() == nil {
			n++
		}
	}
	return n
}

// checkEnded fails the test if a scan has not been cancelled, or does not end.
func (s *scripted) checkEnded(t *testing.T) {
	t.Helper()
	s.mu.Lock()
	n := s.running()
	s.mu.Unlock()
	if n > 0 {
		t.Fatalf("%d scans have not been cancelled", n)
	}
	ended := make(chan struct{})
	go func() {
		s.under.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(30 * time.Second):
		t.Error("a scan does not end")
	}
}

// openScripted returns a database whose scans do as a test says.
func openScripted(t *testing.T, scan func(ctx context.Context, id string, send func(title string)) error) (*sqlite.DB, *scripted) {
	t.Helper()
	s := &scripted{scan: scan}
	e, err := engine.New(s, engine.Connection{Name: "scripted"})
	if err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(e, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db, s
}

// A scan is cancelled as soon as SQLite has what it needs: when the cursor
// begins its next scan, and when it is closed. The lists here have no end.
func TestScansAreStopped(t *testing.T) {
	const from = " from conference where schedule_id = "
	const ids = "with ids(id) as (values ('a'), ('b'), ('c')) "
	tests := []struct {
		name, sql string
		want      []string
		err       string
	}{
		{"a limit that SQLite applies", "select title" + from + "'a' and title > 'a1' limit 1", []string{"a2"}, ""},
		{"a subquery for each id", ids + "select (select title" + from + "id) from ids", []string{"a0", "b0", "c0"}, ""},
		{"a subquery for each id, and one for none", "with ids(id) as (values ('a'), (null), ('c')) select (select title" + from + "id) from ids",
			[]string{"a0", "<nil>", "c0"}, ""},
		{"exists", ids + "select id from ids where exists (select 1" + from + "id)", []string{"a", "b", "c"}, ""},
		{"exists, and not for none", "with ids(id) as (values ('a'), (null)) select id from ids where exists (select 1" + from + "id)", []string{"a"}, ""},
		{"an error of SQLite's", "select case title when 'a3' then json('{') else title end" + from + "'a'", nil, "malformed JSON"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			db, s := openScripted(t, func(ctx context.Context, id string, send func(string)) error {
				for i := 0; ctx.Err() == nil; i++ {
					send(fmt.Sprint(id, i))
				}
				return ctx.Err()
			})
			r, err := db.Query(t.Context(), test.sql)
			if fmt.Sprint(err) != test.err && (err != nil || test.err != "") {
				t.Fatalf("error %v, want %q", err, test.err)
			}
			if err != nil && r != nil {
				t.Errorf("%v beside an error", r)
			}
			if r == nil {
				r = &sqlite.Result{}
			}
			if d := cmp.Diff(test.want, text(r)); d != "" {
				t.Errorf("rows (-want +got):\n%s", d)
			}
			if s.most != 1 {
				t.Errorf("%d scans at a time for one cursor", s.most)
			}
			s.checkEnded(t)
		})
	}
}

// A query that is cancelled ends in the cause, without rows, whatever its scan
// does then. The database goes on working.
func TestCancel(t *testing.T) {
	stop := errors.New("enough")
	tests := []struct {
		name string
		// scan cancels its query. over is closed when that has returned.
		scan func(t *testing.T, ctx context.Context, send func(string), cancel func(), over <-chan struct{}) error
	}{
		{"before a row", func(_ *testing.T, ctx context.Context, _ func(string), cancel func(), _ <-chan struct{}) error {
			cancel()
			<-ctx.Done()
			return ctx.Err()
		}},
		{"a scan that goes on", func(_ *testing.T, _ context.Context, send func(string), cancel func(), _ <-chan struct{}) error {
			send("a0")
			cancel()
			for range 100 {
				send("a1")
			}
			return nil
		}},
		{"a scan that is complete", func(_ *testing.T, _ context.Context, send func(string), cancel func(), _ <-chan struct{}) error {
			send("a0")
			cancel()
			return nil
		}},
		{"a scan that fails", func(_ *testing.T, _ context.Context, send func(string), cancel func(), _ <-chan struct{}) error {
			send("a0")
			cancel()
			return errors.New("another error")
		}},
		{"a scan that does not notice", func(t *testing.T, _ context.Context, send func(string), cancel func(), over <-chan struct{}) error {
			send("a0")
			cancel()
			select {
			case <-over:
			case <-time.After(30 * time.Second):
				t.Error("the query waits for its scan")
			}
			return nil
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			over := make(chan struct{})
			db, s := openScripted(t, func(scanCtx context.Context, _ string, send func(string)) error {
				return test.scan(t, scanCtx, send, func() { cancel(stop) }, over)
			})
			r, err := db.Query(ctx, "select title from conference where schedule_id = 'a'")
			close(over)
			if r != nil || err != stop {
				t.Errorf("%v, error %v", r, err)
			}
			s.checkEnded(t)
			r, err = db.Query(t.Context(), "select count(*) from conference where schedule_id = null")
			if err != nil || text(r)[0] != "0" {
				t.Errorf("the next query: %v, error %v", r, err)
			}
		})
	}
}

// The error of a scan is the query's, as it is: without what SQLite makes of it,
// and without rows.
func TestErrorOfAScan(t *testing.T) {
	own := errors.New("own")
	tests := []struct {
		name, sql string
		rows      int
		want      string
	}{
		{"before a row", "select title from conference where schedule_id = 'a'", 0, "own"},
		{"after rows", "select title from conference where schedule_id = 'a'", 3, "own"},
		{"without an id", "select title from conference", 0, "own"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			db, s := openScripted(t, func(_ context.Context, _ string, send func(string)) error {
				for range test.rows {
					send("a")
				}
				return own
			})
			r, err := db.Query(t.Context(), test.sql)
			if r != nil || !errors.Is(err, own) || err.Error() != test.want {
				t.Errorf("%v, error %v, want %s", r, err, test.want)
			}
			s.checkEnded(t)
		})
	}
}

// Queries that are made at once don't meet: each has its own rows or error.
func TestQueriesAtOnce(t *testing.T) {
	own := errors.New("own")
	db, s := openScripted(t, func(_ context.Context, id string, send func(string)) error {
		if id == "fails" {
			return own
		}
		send(id)
		return nil
	})
	var queries sync.WaitGroup
	for i := range 100 {
		queries.Go(func() {
			id, want := fmt.Sprint(i), []string{fmt.Sprint(i)}
			var wantErr error
			if i%2 == 0 {
				id, want, wantErr = "fails", nil, own
			}
			r, err := db.Query(t.Context(), "select title from conference where schedule_id = '"+id+"'")
			if err != wantErr {
				t.Errorf("%s: error %v", id, err)
			}
			if r == nil {
				r = &sqlite.Result{}
			}
			if d := cmp.Diff(want, text(r)); d != "" {
				t.Errorf("%s (-want +got):\n%s", id, d)
			}
		})
	}
	queries.Wait()
	s.checkEnded(t)
}
