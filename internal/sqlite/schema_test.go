package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
)

// openConnections returns a database with connections to simulators of their own,
// and the aggregator of them all, which comes first.
func openConnections(t *testing.T, names ...string) *sqlite.DB {
	t.Helper()
	connections := []engine.Connection{{Name: "all", Members: names}}
	for _, name := range names {
		sim := simulator.New(simulator.DemoApp)
		sim.Schedules["s"] = []simulator.Conference{{Title: "of " + name}}
		server := httptest.NewServer(sim)
		t.Cleanup(server.Close)
		connections = append(connections, engine.Connection{Name: name, Config: spc.Body(server.URL, sim.App.ClientID, sim.App.ClientSecret)})
	}
	e, err := engine.New(dingtalk.NewServer(), connections...)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(e, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// Each connection is a schema, and a table's name alone means the first's.
func TestConnections(t *testing.T) {
	db := openConnections(t, "hq", "Two words")
	const table, where = "dingtalk_schedule_conference ", "where schedule_conference_id = 's'"
	tests := []struct {
		sql  string
		want []string
	}{
		{"select title from hq." + table + where, []string{"of hq"}},
		{`select title from "two words".` + table + where, []string{"of Two words"}},
		{"select title from " + table + where + " order by 1", []string{"of Two words", "of hq"}},
		{`select title from "all".` + table + where + " and sp_connection_name = 'hq'", []string{"of hq"}},
		{`select a.title, b.title from hq.` + table + `a join "Two words".` + table + `b using (schedule_conference_id) where a.schedule_conference_id = 's'`, []string{"of hq of Two words"}},
		{"select hq." + table + ".title from hq." + table + where, []string{"of hq"}},
	}
	for _, test := range tests {
		r, err := db.Query(t.Context(), test.sql)
		if err != nil {
			t.Errorf("%s: %v", test.sql, err)
			continue
		}
		if d := cmp.Diff(test.want, text(r)); d != "" {
			t.Errorf("%s (-want +got):\n%s", test.sql, d)
		}
	}
}

func TestConnectionsThatSQLiteCannotHold(t *testing.T) {
	var many []engine.Connection
	for i := range 11 {
		many = append(many, engine.Connection{Name: fmt.Sprint("c", i)})
	}
	for want, connections := range map[string][]engine.Connection{
		"there are 11 connections, and SQLite takes 10 at a time: choose one":        many,
		`a connection cannot be named "Main" here: SQLite has a schema of that name`: {{Name: "Main"}},
		`a connection cannot be named "temp" here: SQLite has a schema of that name`: {{Name: "temp"}},
		"creating the tables: database C is already in use":                          {{Name: "c"}, {Name: "C"}},
	} {
		e, err := engine.New(&scripted{}, connections...)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := sqlite.Open(e, ""); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	e, err := engine.New(&scripted{}, many[:10]...)
	if err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(e, "")
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
}

// Tables returns for each table what a query needs to know.
func TestTables(t *testing.T) {
	db, _ := openScripted(t, nil)
	if _, err := db.Query(t.Context(), "create table mine (a text, b integer primary key); create temp view half as select a from mine; create view gone as select * from nowhere"); err != nil {
		t.Fatal(err)
	}
	tables, err := db.Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []sqlite.Table{
		{Schema: "temp", Name: "half", Columns: []sqlite.Column{{Name: "a", Type: "text"}}},
		{Schema: "main", Name: "gone"},
		{Schema: "main", Name: "mine", Columns: []sqlite.Column{{Name: "a", Type: "text"}, {Name: "b", Type: "integer"}}},
		{Schema: "scripted", Name: "conference", Columns: []sqlite.Column{{Name: "schedule_id", Type: "text", Key: "required: ="}, {Name: "title", Type: "text"}}},
	}
	if d := cmp.Diff(want, tables); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	for name, want := range map[string]string{"mine": "mine", "MAIN.mine": "mine", "scripted.conference": "conference", "Conference": "conference"} {
		if got, err := sqlite.FindTable(tables, name); err != nil || got.Name != want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if _, err := sqlite.FindTable(tables, "conferences"); err == nil || err.Error() != "no such table: conferences\nDid you mean conference?" {
		t.Error(err)
	}
}

// Tables returns the types and the conditions of the plugin's tables as SQLite has
// them.
func TestTablesOfThePlugin(t *testing.T) {
	tables, err := open(t, simulator.New(simulator.DemoApp)).Tables(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	table, err := sqlite.FindTable(tables, "dingtalk_conference")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, c := range table.Columns {
		got[c.Name] = c.Type + "; " + c.Key
		if c.Description == "" {
			t.Errorf("%s has no description", c.Name)
		}
	}
	for name, want := range map[string]string{
		"conference_id": "text; one of: =", "corp_id": "text; optional: =, <>", "end_time": "text, a time; ", "duration_seconds": "real; ",
		"extension_app_settings": "text, JSON; ", "status": "integer; ", "sp_connection_name": "", "_ctx": "",
	} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
}

// kept opens a database whose own tables are in a file. Its scans bring one row.
func kept(t *testing.T, file string, scan func(context.Context)) *sqlite.DB {
	t.Helper()
	s := &scripted{scan: func(ctx context.Context, id string, send func(string)) error {
		if scan != nil {
			scan(ctx)
		}
		send("of " + id)
		return nil
	}}
	e, err := engine.New(s, engine.Connection{Name: "scripted"})
	if err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(e, file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

const keep = `create table if not exists history (id text primary key, title text);
	insert into history select schedule_id, title from conference where schedule_id = 'a' on conflict do nothing`

// The user's tables are in the file, and nothing of the plugin's, so that any
// SQLite reads it.
func TestDatabaseFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "what? a #file%.db")
	for i, want := range []int64{1, 0} {
		db := kept(t, file, nil)
		r, err := db.Query(t.Context(), keep)
		if err != nil || r.Changed != want {
			t.Fatalf("time %d: %+v, %v", i, r, err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	plain, err := sql.Open("sqlite", "file:"+strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23", " ", "%20").Replace(file))
	if err != nil {
		t.Fatal(err)
	}
	defer plain.Close()
	var schema, rows, check string
	if err := plain.QueryRow(`select (select group_concat(name) from sqlite_schema), (select group_concat(id || ' ' || title) from history), integrity_check from pragma_integrity_check`).
		Scan(&schema, &rows, &check); err != nil {
		t.Fatal(err)
	}
	if schema != "history,sqlite_autoindex_history_1" || rows != "a of a" || check != "ok" {
		t.Errorf("the file has %s with %s, and is %s", schema, rows, check)
	}
}

// A file that another program writes to is waited for, and whoever waits can be
// stopped.
func TestDatabaseFileOfTwo(t *testing.T) {
	file := filepath.Join(t.TempDir(), "two.db")
	writes, done := make(chan struct{}), make(chan struct{})
	first := kept(t, file, func(context.Context) {
		close(writes)
		<-done
	})
	second := kept(t, file, nil)
	if _, err := second.Query(t.Context(), "create table history (id text primary key, title text)"); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error)
	go func() {
		_, err := first.Query(t.Context(), keep)
		ended <- err
	}()
	<-writes // it holds the file while it asks the plugin

	stop := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	go cancel(stop)
	if _, err := second.Query(ctx, "insert into history values ('b', 'b')"); err != stop {
		t.Errorf("error %v of who was stopped", err)
	}
	if _, err := second.Query(t.Context(), "pragma busy_timeout = 10; insert into history values ('b', 'b')"); err == nil ||
		err.Error() != "database is locked\nAnother program is writing to "+file+": run the statement again when it is done." {
		t.Errorf("error %v of who waited long enough", err)
	}
	go func() {
		_, err := second.Query(t.Context(), "pragma busy_timeout = 60000; insert into history values ('b', 'b')")
		ended <- err
	}()
	close(done)
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	r, err := kept(t, file, nil).Query(t.Context(), "select id, title from history order by id")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"a of a", "b b"}, text(r)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// After a query that was stopped, all is there as before: the file's tables,
// those of the plugin, and what is temporary.
func TestStopWithAFile(t *testing.T) {
	stop := errors.New("enough")
	var cancel context.CancelCauseFunc
	db := kept(t, filepath.Join(t.TempDir(), "x.db"), func(ctx context.Context) {
		if cancel != nil {
			cancel(stop)
			<-ctx.Done()
		}
	})
	if _, err := db.Query(t.Context(), "create temp table passing (a); create table history (id text primary key, title text)"); err != nil {
		t.Fatal(err)
	}
	for range 50 { // the stop meets SQLite at different moments
		var ctx context.Context
		ctx, cancel = context.WithCancelCause(t.Context())
		if _, err := db.Query(ctx, keep); err != stop {
			t.Fatalf("error %v", err)
		}
	}
	cancel = nil
	r, err := db.Query(t.Context(), "select (select count(*) from history), (select count(*) from passing), (select title from conference where schedule_id = 'b')")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"0 0 of b"}, text(r)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// Open returns an error for a file that is not a database of SQLite's.
func TestNoDatabase(t *testing.T) {
	e, err := engine.New(&scripted{}, engine.Connection{Name: "c"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Open(e, "schema_test.go"); err == nil || err.Error() != "opening schema_test.go: file is not a database" {
		t.Error(err)
	}
	none := filepath.Join(t.TempDir(), "none", "x.db")
	if _, err := sqlite.Open(e, none); err == nil || err.Error() != "opening "+none+": unable to open database file" {
		t.Error(err)
	}
}
