package sqlite_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/advice"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// What SQLite refuses is said in its words, and then what to do.
func TestSQLErrors(t *testing.T) {
	const readOnly = "dingtalk_user is read-only\nThe plugin only reads, and changes nothing. " +
		"To keep rows, put them into a table of your own, as in: create table mine as select * from dingtalk_user"
	const sqlites = "SQL is SQLite's here: instead of "
	tests := []struct{ name, sql, want string }{
		{"no SQL", "selec 1", `near "selec": syntax error`},
		{"a column", "select titel from dingtalk_ongoing_conference", "no such column: titel\nDid you mean title?"},
		{"a column in other letters", "select ROOMCODE from dingtalk_ongoing_conference", "no such column: ROOMCODE\nDid you mean room_code?"},
		{"a column behind an alias", "select o.creator from dingtalk_ongoing_conference o", "no such column: o.creator\nDid you mean creator_id or creator_nick?"},
		{"a column of the user's", "create table mine (meeting text); select meetin from mine", "no such column: meetin\nDid you mean meeting?"},
		{"the name of a meeting", "select name from dingtalk_ongoing_conference", "no such column: name\nDid you mean title, biz_type_name or status_name?"},
		{"a word and name", "select o.meeting_name from dingtalk_ongoing_conference o", "no such column: o.meeting_name\nDid you mean title?"},
		{"a column like another, and name", "select creator_name from dingtalk_ongoing_conference", "no such column: creator_name\nDid you mean creator_nick, creator_id or title?"},
		{"a name of a table without a title", "create table mine (a); select name from mine", "no such column: name\nmine has a."},
		{"a column like no other", "select nope from dingtalk_department", "no such column: nope\ndingtalk_department has parent_id, corp_id, department_id, name, title."},
		{"a column of no table", "select nope", "no such column: nope"},
		{"a table", "select * from dingtalk_users", "no such table: dingtalk_users\nDid you mean dingtalk_user?"},
		{"the meetings", "select * from dingtalk_meetings", "no such table: dingtalk_meetings\nDid you mean dingtalk_conference or dingtalk_meeting_room?"},
		{"who came to a meeting", "select * from dingtalk_meeting_members", "no such table: dingtalk_meeting_members\nDid you mean dingtalk_conference_member, dingtalk_meeting_room or dingtalk_department_member?"},
		{"a table by its last word", "select * from recording", "no such table: recording\nDid you mean dingtalk_conference_recording?"},
		{"several tables", "select * from dingtalk_conferences", "no such table: dingtalk_conferences\nDid you mean dingtalk_conference, dingtalk_conference_member or dingtalk_ongoing_conference?"},
		{"a table of a connection", "select * from dingtalk.users", "no such table: dingtalk.users"},
		{"a near table of a connection", "select * from dingtalk.dingtalk_users", "no such table: dingtalk.dingtalk_users\nDid you mean dingtalk.dingtalk_user?"},
		{"a table of the user's", "create table mine (a); select * from mind", "no such table: mind\nDid you mean mine?"},
		{"a table like no other", "select * from xyz", "no such table: xyz"},
		{"a connection", "select * from china.dingtalk_user", "no such table: china.dingtalk_user\nThere is no schema china; there is dingtalk."},
		{"a view that is kept", "create view v as select * from dingtalk_user; select * from v",
			"no such table: main.dingtalk_user\nA view or trigger that is kept cannot name dingtalk_user, which is not: write create temp view."},
		{"insert", "insert into dingtalk_user (name) values ('x')", readOnly},
		{"insert nothing", "insert into dingtalk_user (name) select 'x' where 0", readOnly},
		{"update", "update dingtalk.dingtalk_user set name = 'x' where user_id = 'nobody'", readOnly},
		{"delete", "delete from dingtalk_user", readOnly},
		{"drop", "drop table dingtalk_user", readOnly},
		{"drop in a connection", "drop table if exists dingtalk.dingtalk_user", readOnly},
		{"rename", "alter table dingtalk_user rename to x", readOnly},
		{"Postgres' casts", "select '2026-11-01'::timestamp", "unrecognized token: \":\"\n" + sqlites + "value::type write cast(value as type)"},
		{"Postgres' ilike", "select 1 where 'a' ILIKE 'A'", "near \"ILIKE\": syntax error\n" + sqlites + "ilike write like"},
		{"Postgres' intervals", "select now() - interval '1 day'", "no such column: interval\n" + sqlites + "now() - interval '1 day' write datetime('now', '-1 day')"},
		{"Postgres' extract", "select extract(epoch from start_time) from dingtalk_ongoing_conference",
			"near \"from\": syntax error\n" + sqlites + "extract(epoch from start_time) write date_part('epoch', start_time)"},
		{"a field of Postgres'", "select EXTRACT( Hour from start_time), extract(hour from end_time), extract(dow from start_time) from dingtalk_ongoing_conference",
			"near \"from\": syntax error\n" + sqlites + "extract(hour from start_time) write cast(strftime('%H', start_time) as integer), instead of extract(dow from start_time) write cast(strftime('%w', start_time) as integer)"},
		{"a field that strftime has not", "select extract(quarter from start_time), extract(century from start_time) from dingtalk_ongoing_conference",
			"near \"from\": syntax error\n" + sqlites + "extract(quarter from start_time) write (cast(strftime('%m', start_time) as integer) + 2) / 3, " +
				"instead of extract(century from start_time) write cast(strftime('%...', start_time) as integer)"},
		{"a part of a time", "select date_part('minute', now())", "date_part: \"minute\" is not supported here, only 'epoch': write cast(strftime('%M', start_time) as integer)"},
		{"Postgres' date_trunc", "select date_trunc('day', start_time) from dingtalk_ongoing_conference",
			"no such function: date_trunc\n" + sqlites + "date_trunc('day', start_time) write date(start_time)"},
		{"Postgres' zones", "select start_time AT TIME  ZONE 'UTC' from dingtalk_ongoing_conference",
			"near \"TIME\": syntax error\n" + sqlites + "start_time at time zone 'Asia/Shanghai' write datetime(start_time, '+8 hours')"},
		{"Postgres' arrays", "select array_agg(title) from dingtalk_ongoing_conference",
			"no such function: array_agg\n" + sqlites + "array_agg(title) write json_group_array(title)"},
		{"Postgres' distinct on", "select distinct on (title) title from dingtalk_ongoing_conference",
			"near \"on\": syntax error\n" + sqlites + "distinct on (creator_id) write group by creator_id, with max(start_time) among the columns: the others are of the row that has it"},
		{"several of Postgres'", "select date_trunc('day', now())::date", "unrecognized token: \":\"\n" + sqlites + "value::type write cast(value as type), instead of date_trunc('day', start_time) write date(start_time)"},
		{"a function of nobody's", "select nope(1)", "no such function: nope"},
		{"Postgres in a text", "selec '::1', 'a ilike b', 'interval '", `near "selec": syntax error`},
		{"no Postgres", "selec 1:2, ilikes, interval", `near "selec": syntax error`},
		{"a constraint", "create table mine (a primary key); insert into mine values (1), (1)", "UNIQUE constraint failed: mine.a"},
	}
	sim := simulator.New(simulator.DemoApp)
	e := engineOf(t, sim)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			db := openOn(t, e)
			r, err := db.Query(t.Context(), test.sql)
			if err == nil {
				t.Fatalf("no error but %v", r)
			}
			if _, err := db.Query(t.Context(), "select 1 from dingtalk.dingtalk_user limit 0"); err != nil {
				t.Errorf("afterwards the plugin's table is gone: %v", err)
			}
			if d := cmp.Diff(test.want, err.Error()); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
			// In Chinese, the advice is one line with the same code in it.
			_, english, advised := strings.Cut(err.Error(), "\n")
			chinese := advice.InChinese(err)
			if han := regexp.MustCompile(`^[^\n]*\p{Han}[^\n]*$`).MatchString(chinese); !han && (advised || chinese != "") {
				t.Errorf("in Chinese: %q", chinese)
			}
			for _, code := range regexp.MustCompile(`\w+\([^)]*\)|\w*_\w*|create [a-z ]+\w`).FindAllString(english, -1) {
				if !strings.Contains(chinese, code) {
					t.Errorf("in Chinese without %s: %s", code, chinese)
				}
			}
			if n := len(sim.Calls()); n > 0 {
				t.Errorf("%d calls for it", n)
			}
		})
	}
}

// Every table of the plugin's outlives a drop, in whichever connection, and
// whatever else befalls the statement. The user's own are the user's.
func TestDrop(t *testing.T) {
	api := simulator.New(simulator.DemoApp)
	e := engineOf(t, api)
	first := e.Connections[0]
	second := first
	second.Name = "second"
	if err := e.Configure(first, second); err != nil {
		t.Fatal(err)
	}
	db := openOn(t, e)
	exec := func(sql string, ok bool) {
		t.Helper()
		if _, err := db.Query(t.Context(), sql); (err == nil) != ok {
			t.Errorf("%s: %v", sql, err)
		}
	}
	exec("drop table second.dingtalk_user", false)
	exec("select 1 from second.dingtalk_user limit 0", true)
	exec("create virtual table mine using dingtalk_user", true)
	exec("drop table mine", true)
	exec("select 1 from mine", false)
	exec("create virtual table second.mine using dingtalk_user", true)
	exec("drop table second.mine", true)
	exec("create virtual table temp.dingtalk_user using dingtalk_user", true)
	exec("drop table temp.dingtalk_user", true)
	exec("select 1 from temp.dingtalk_user", false)

	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := db.Query(ctx, "drop table second.dingtalk_user; with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	exec("select 1 from second.dingtalk_user limit 0", true)

	exec("detach "+first.Name, true)
	exec("drop table second.dingtalk_user", false)
	exec("select 1 from second.dingtalk_user limit 0", true)
}

// What the advice says to write instead of Postgres' SQL works.
func TestWhatToWriteInstead(t *testing.T) {
	db := openOn(t, engineOf(t, simulator.Demo(simulator.DemoTime)))
	r, err := db.Query(t.Context(), `select creator_id, max(start_time), title, date(start_time),
		cast(strftime('%Y', start_time) as integer), cast(strftime('%m', start_time) as integer), cast(strftime('%d', start_time) as integer),
		cast(strftime('%H', start_time) as integer), cast(strftime('%M', start_time) as integer), cast(strftime('%S', start_time) as integer),
		cast(strftime('%w', start_time) as integer), cast(strftime('%u', start_time) as integer), cast(strftime('%j', start_time) as integer),
		cast(strftime('%V', start_time) as integer), cast(strftime('%G', start_time) as integer), (cast(strftime('%m', start_time) as integer) + 2) / 3,
		datetime(start_time, '+8 hours'),
		date_part('epoch', start_time), cast(title as text), json_group_array(title)
		from dingtalk_ongoing_conference where start_time > datetime('2026-11-24', '-7 days') and title like '%INC%' group by creator_id`)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"uChenYuf5KdM3vbxZiiQ0cTqiEiE 2026-11-23T05:42:00Z INC-2047 登录故障应急 2026-11-23 2026 11 23 5 42 0 1 1 327 48 2026 4 2026-11-23 13:42:00 1.79541252e+09 INC-2047 登录故障应急 [\"INC-2047 登录故障应急\"]"}
	if d := cmp.Diff(want, text(r)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
