package sqlite_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// SQLite reads a row more than once for a right or a full join, and for an "or"
// over several keys: it comes once.
func TestRowsComeOnce(t *testing.T) {
	db := open(t, simulator.Demo(simulator.DemoTime))
	const twins = "(select * from dingtalk_conference where conference_id in (select conference_id from dingtalk_ongoing_conference))"
	for _, test := range []struct{ name, sql, want string }{
		{"a right join", "select count(*) from dingtalk_ongoing_conference o right join dingtalk_user u on u.union_id = o.creator_id", "45"},
		{"a right join, who has none", "select count(*) from dingtalk_ongoing_conference o right join dingtalk_user u on u.union_id = o.creator_id where o.conference_id is null", "43"},
		{"a full join", "select count(*), count(a.user_id), count(b.user_id) from dingtalk_user a full join dingtalk_user b on a.user_id = b.user_id", "45 45 45"},
		{"a full join of what has no match", "select count(*) from dingtalk_ongoing_conference o full join dingtalk_user u on u.name = o.title", "48"},
		{"a full join by a key", "select count(*), count(c.conference_id) from dingtalk_ongoing_conference o full join " + twins + " c on c.conference_id = o.conference_id", "3 3"},
		{"or over two keys", "select name from dingtalk_user where user_id = 'lin.mei' or union_id = '" + simulator.DemoCEO + "'", "林梅 Lin Mei"},
		{"or over two keys, without columns", "select count(*) from dingtalk_user where user_id in ('lin.mei', 'zhao.lei') or union_id in ('" + simulator.DemoCEO + "', '" + simulator.DemoPlatform + "')", "3"},
		{"or over a key and another column", "select count(*) from dingtalk_user where user_id = 'lin.mei' or name like '%Lei'", "2"},
		{"or over two keys, with a column that costs a call", "select count(manager_user_id) from dingtalk_user where user_id = 'zhao.lei' or union_id = '" + simulator.DemoCTO + "'", "1"},
		{"or over two keys that find a meeting in two ways", "select count(*) from dingtalk_conference where conference_id in (select conference_id from dingtalk_ongoing_conference) or room_code in (select room_code from dingtalk_ongoing_conference) and status = 2", "3"},
		{"a row that changes between the two scans", "select count(*), count(c.api_calls) from (select 1 as n) l right join dingtalk_connection c on (select count(*) from dingtalk_conference where conference_id = c.title) < l.n", "1 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := db.Query(t.Context(), test.sql)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(text(r), "; "); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

// Rows with the same values are all returned.
func TestRowsThatAreAlike(t *testing.T) {
	db, _ := openScripted(t, func(_ context.Context, id string, send func(string)) error {
		for _, title := range []string{"x", "y", "x", id} {
			send(title)
		}
		return nil
	})
	const of = "(select * from conference where schedule_id in ('a', 'b'))"
	for sql, want := range map[string][]string{
		"select count(*), count(l.title) from (select 'x' as title) l right join " + of + " c on c.title = l.title": {"8 4"},
		"select count(*), count(distinct rowid) from conference where schedule_id in ('a', 'b')":                    {"8 8"},
		"select count(distinct rowid) from conference where schedule_id = 'a'":                                      {"4"},
	} {
		r, err := db.Query(t.Context(), sql)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, text(r)); d != "" {
			t.Errorf("%s (-want +got):\n%s", sql, d)
		}
	}
}

// A row has the same rowid whichever columns a query reads, and by whichever key
// it is found; the same in the connections of an aggregator is two rows.
func TestRowids(t *testing.T) {
	db := open(t, simulator.Demo(simulator.DemoTime))
	rowids := map[string]bool{}
	for _, sql := range []string{
		"select rowid from dingtalk_user where user_id = 'lin.mei'",
		"select rowid from dingtalk_user where union_id = '" + simulator.DemoCEO + "'",
		"select rowid from (select rowid, * from dingtalk_user) where name like '%Lin Mei'",
		"select rowid from dingtalk_user where user_id = 'lin.mei' and manager_user_id is null",
	} {
		r, err := db.Query(t.Context(), sql)
		if err != nil || len(r.Rows) != 1 {
			t.Fatalf("%s: %v, error %v", sql, r, err)
		}
		rowids[fmt.Sprint(r.Rows[0]...)] = true
	}
	if len(rowids) != 1 {
		t.Errorf("one person has the rowids %v", rowids)
	}
}
