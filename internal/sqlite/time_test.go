package sqlite_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// However a time is written, and wherever SQLite compares it, moments are
// compared.
func TestMoments(t *testing.T) {
	const from = " from dingtalk_schedule_conference c where schedule_conference_id = 'a'"
	// The meetings a1, at 01:00Z, and a2, at 02:00Z, are meant.
	for _, test := range []struct{ name, sql, want string }{
		{"or", "select title" + from + " and (start_time = '2026-11-01 09:00:00+08:00' or start_time = '2026-10-31 21:00:00-05:00')", "a1 a2"},
		{"or another column", "select title" + from + " and (start_time = '2026-11-01 09:00:00+08:00' or title = 'a2')", "a1 a2"},
		{"not", "select title" + from + " and not (start_time < '2026-11-01T09:00:00+08:00') and not start_time >= '2026-11-01T11:00:00+08:00'", "a1 a2"},
		{"in", "select title" + from + " and start_time in ('2026-11-01 01:00:00', '2026-11-01 10:00:00+08:00', '2026-11-01T01:00:00Z')", "a1 a2"},
		{"not in", "select count(*)" + from + " and start_time not in ('2026-11-01 09:00:00+08:00', '2026-11-01 01:00')", "119"},
		{"between", "select title" + from + " and start_time between '2026-11-01 09:00:00+08:00' and '2026-11-01 10:00:00+08:00'", "a1 a2"},
		{"the value first", "select title" + from + " and '2026-11-01 09:00:00+08:00' = start_time", "a1"},
		{"case", "select sum(case when start_time < '2026-11-01 11:00:00+08:00' then 1 else 0 end)" + from, "3"},
		{"case of it", "select sum(case start_time when '2026-11-01 09:00:00+08:00' then 1 else 0 end)" + from, "1"},
		{"a join", "with at(moment) as (values ('2026-11-01 09:00:00+08:00'), ('2026-10-31 21:00:00-05:00')) select title from at join dingtalk_schedule_conference c on c.start_time = at.moment and c.schedule_conference_id = 'a'", "a1 a2"},
		{"a left join, the other first", "with at(moment) as (values ('2026-11-01 09:00:00+08:00')) select title from dingtalk_schedule_conference c left join at on c.start_time = at.moment where schedule_conference_id = 'a' and at.moment is not null", "a1"},
		{"a materialized table expression", "with c as materialized (select title, start_time as t" + from + ") select title from c where t = '2026-11-01 09:00:00+08:00' or t = '2026-11-01 02:00'", "a1 a2"},
		{"a view", "create temp view v as select title, start_time as t" + from + "; select title from v where t >= '2026-11-01 09:00:00+08:00' and t < '2026-11-01 11:00:00+08:00'", "a1 a2"},
		{"having, by name", "select title" + from + " group by title having min(start_time) collate moment = '2026-11-01 09:00:00+08:00'", "a1"},
		{"row values", "select title" + from + " and (start_time, title) = ('2026-11-01 09:00:00+08:00', 'a1')", "a1"},
		{"a subquery", "select title" + from + " and start_time = (select '2026-11-01 09:00:00+08:00')", "a1"},
		{"is", "select title" + from + " and start_time is '2026-11-01 09:00:00+08:00'", "a1"},
		{"is distinct from", "select count(*)" + from + " and start_time is distinct from '2026-11-01 09:00:00+08:00'", "119"},
		{"distinct and order", "select count(distinct start_time), min(start_time)" + from, "120 2026-11-01T00:00:00Z"},
		{"scalar min and max", "select min(start_time, '2026-11-01 08:30:00+08:00'), max('2026-10-31 20:30:00-05:00', start_time)" + from + " and title = 'a1'", "2026-11-01 08:30:00+08:00 2026-10-31 20:30:00-05:00"},
		{"scalar min of what is made of it", "select min(coalesce(start_time, now()), timezone('UTC', '2026-11-01T08:30:00+08:00'))" + from + " and title in ('a0', 'a1')", "2026-11-01T00:00:00Z 2026-11-01T00:30:00Z"},
		{"scalar max by moment", "select max(coalesce(start_time, '2026') collate moment, '2026-11-01T09:30:00+08:00')" + from + " and title in ('a1', 'a2')", "2026-11-01T02:00:00Z 2026-11-01T09:30:00+08:00"},
		{"a literal as the tables write it", "select count(*) from (select coalesce(start_time, '2026-11-01T02:00:00Z') as t" + from + ") where t in ('2026-11-01T01:00:00Z', '2026-11-01T02:00:00Z') and t >= '2026-11-01T02:00:00Z'", "1"},
		{"a text for none", "select count(*), count(distinct coalesce(start_time, 'none'))" + from + " and coalesce(start_time, '') <> ''", "120 120"},
		{"union all", "select count(*) from (select start_time as t" + from + " union all select end_time" + from + ") where t = '2026-11-01 09:00:00+08:00'", "1"},
		{"union all of an aggregate", "select count(*) from (select max(start_time) as t" + from + " union all select start_time" + from + ") where t = timezone('UTC', '2026-11-01 09:00:00+08:00')", "1"},
		{"union", "select count(*) from (select min(start_time) as t" + from + " union select start_time" + from + ")", "120"},
		{"except", "select count(*) from (select start_time" + from + " except select '2026-11-01 09:00:00+08:00')", "119"},
		{"a recursive table expression", "with recursive r(t, n) as (select start_time, 0" + from + " union all select t, n + 1 from r where n < 1) select count(*) from r where t < '2026-11-01 10:00:00+08:00'", "4"},
		{"in a subquery", "select title" + from + " and start_time in (select '2026-11-01 09:00:00+08:00' union all select '2026-11-01 02:00')", "a1 a2"},
		{"a table of the user's", "create temp table own(t text primary key); insert into own select start_time" + from + "; select count(*) from own where t >= '2026-11-01T02:00:00Z' and t < '2026-11-01T03:00:00Z'", "1"},
		{"now does not pass", "select count(*) from (select coalesce(end_time, now()) as t" + from + " group by t order by t)", "1"},
		{"a fraction of a second in order", "select title from (select title, start_time from dingtalk_schedule_conference where schedule_conference_id in ('a', 'late')) where start_time < '2026-11-01 00:30' order by start_time desc", " a0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r, err := open(t, numbered()).Query(t.Context(), test.sql)
			if err != nil {
				t.Fatal(err)
			}
			rows := text(r)
			if !strings.Contains(test.sql, "order by") {
				slices.Sort(rows) // rows come in any order
			}
			if got := strings.Join(rows, " "); got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

// What SQLite would get wrong of a time without a word is an error, and what it
// gets right is none.
func TestTimesThatSQLiteTakesForOthers(t *testing.T) {
	const noNumber, noText = "SQLite takes the year of a time for a number", "SQLite compares a time as text"
	const from = " from dingtalk_ongoing_conference"
	const with = "with c as materialized (select c.* from dingtalk_ongoing_conference o join dingtalk_conference c on c.conference_id = o.conference_id) "
	for _, test := range []struct{ sql, want string }{
		{with + "select end_time - start_time from c", noNumber},
		{with + "select c.end_time - min(c.start_time) from c group by c.end_time", noNumber},
		{with + "select max(end_time) - min(start_time) from c", noNumber},
		{with + "select coalesce(end_time, now()) - start_time from c", noNumber},
		{with + "select case when end_time is null then 0 else end_time end - 60 from c", noNumber},
		{with + "select case when end_time is null then start_time else 0 end + 60 from c", noNumber},
		{with + "select s - e from (select start_time s, end_time e from c limit 5)", noNumber},
		{"select now() - start_time" + from, noNumber},
		{"select -1 * (start_time)" + from, noNumber},
		{"select start_time / 2" + from, noNumber},
		{"select start_time % 2" + from, noNumber},
		{"select avg(start_time)" + from, noNumber},
		{"select conference_id" + from + " order by now() - start_time", noNumber},
		{"select start_time - lag(start_time) over (order by start_time)" + from, noNumber},
		{"create temp view v as select 1; select now() - 1 from v", noNumber},
		{"select make_timestamptz(2026, 11, 28, 9, 0, 0, 'Asia/Shanghai') - 1", noNumber},
		{"select timezone('Asia/Shanghai', start_time) - 1" + from, noNumber},
		{with + "select date_part('epoch', end_time) - date_part('epoch', start_time), julianday(end_time) - julianday(start_time), strftime('%s', end_time) - 7 from c", ""},
		{with + "select date_part('epoch', max(end_time)) - 60, count(start_time) - 1, sum(duration_seconds) / 60, cast(substr(start_time, 1, 4) as integer) - 1 from c group by title, start_time order by 1", ""},

		{"with t(x) as (values ('2026-11-01')) select 1 from t join dingtalk_ongoing_conference o on t.x < o.start_time", noText},
		{"with t(x) as (values ('2026-11-01')) select 1 from t join dingtalk_ongoing_conference o on t.x = o.start_time", noText},
		{"create temp table own(t text); insert into own values ('2026-11-01'); select 1 from own join dingtalk_ongoing_conference o on own.t = o.start_time", noText},
		{"create temp table own(t text); insert into own values ('2026-11-01'); select 1 from own where own.t in (select start_time from dingtalk_ongoing_conference)", noText},
		{"create temp table own(t text primary key); insert into own values ('2026-11-01'); select (select 1 from own where own.t = o.start_time) from dingtalk_ongoing_conference o", noText},
		{"select max(start_time) > '2026-11-01'" + from, noText},
		{"select coalesce(start_time, now()) >= '2026-11-01'" + from, noText},
		{"select 1" + from + " where start_time > datetime('2026-11-01') collate binary", noText},
		{"select 1" + from + " group by title having max(start_time) > '2026-11-01'", noText},
		{"select min(coalesce(start_time, now()), '2026-11-28T17:00:00+08:00')" + from, noText},
		{"select max('2026', '2027', coalesce(start_time, now()))" + from, noText},
		{"select max('2026', coalesce(start_time, now()), '2027')" + from, noText},
		{"select max(coalesce(start_time, now()), case when title > '' then '2026' end)" + from, noText},
		{"select max('2026', (select max(start_time)" + from + "))", noText},
		{"select nullif(max(start_time), '2026-11-28 09:00:00')" + from, noText},
		{"select max(start_time, 5)" + from, noText},
		{"select max(start_time) > 5 collate moment" + from, noText},
		{"select max(start_time) > 'yesterday'" + from, noText},
		{"select 'yesterday' < max(start_time)" + from, noText},
		{"select max(start_time) in ('2026-11-28', 'x')" + from, noText},
		{"select distinct coalesce(start_time, '2026-11-28 09:00:00')" + from, noText},
		{"select count(*)" + from + " group by iif(title = 'x', '2026-11-28 09:00:00', start_time)", noText},
		{"select ifnull(start_time, '2026-11-28 09:00:00') t" + from + " order by t", noText},
		{"select ifnull(start_time, '2026-11-28 09:00:00')" + from + " union select '2026'", noText},
		{"select count(*) over (partition by case when title = 'x' then '2026' else start_time end)" + from, noText},
		{"select lag(start_time, 1, '2026') over (order by start_time) < now()" + from, noText},
		{"select max(start_time)" + from + " union select '2026' order by 1", noText},
		{"select max(start_time)" + from + " union all select '2026' order by 1", noText},
		{"select max(coalesce(start_time, now())" + strings.Repeat(", '2026-11-28T09:00:00Z'", 31) + ", '2026')" + from, noText},
		{"select '2026' in (select coalesce(start_time, now())" + from + ")", noText},
		{"select x from (select max(start_time) x" + from + " union all select start_time" + from + ") where x < '2026-11-28T17:00:00+08:00'", noText},
		{"with recursive r(x, n) as (select max(start_time), 0" + from + " union all select x, n + 1 from r where n < 2) select x from r where x < '2026-11-28 09:00:00'", noText},
		{"with recursive r(x, n) as (select start_time, 0" + from + " union all select x, n + 1 from r where n < 2 order by 2) select max(x) < '2026-11-28 09:00:00' from r", noText},
		{"with v(x) as (values ((select max(start_time)" + from + ")), ('2026')) select max(x) from v", noText},
		{"select a.title" + from + " a join dingtalk_ongoing_conference b on coalesce(a.start_time, now()) = datetime(b.start_time) collate binary", noText},
		{"select x - 1 from (select max(start_time) x" + from + " union all select start_time" + from + ")", noNumber},
		{"with recursive r(x, n) as (select start_time, 0" + from + " union all select x, n + 1 from r where n < 2 order by 1 limit 9) select x - min(x) over () from r", noNumber},
		{"select cast(start_time as integer)" + from, noNumber},
		{"select abs(start_time)" + from, noNumber},
		{"select max(start_time) < timezone('Asia/Shanghai', now())" + from, noText},
		{"select coalesce(start_time, now()) = timezone(coalesce(title, 'UTC'), now())" + from, noText},
		{"select coalesce(start_time, now()) = timezone(case when title > '' then 'UTC' else 'GMT' end, now())" + from, noText},
		{"with recursive r(z) as (select 'UTC' union all select timezone(z, now()) from r limit 3) select max(z) < now() from r", noText},
		{"select max(start_time) < timezone(case when title > '' then 'UTC' else 'utc' end, case when title > '' then start_time else now() end)" + from + " group by title", ""},
		{"select max(start_time) >= make_timestamptz(2026, 11, 28, 9, 0, 0, 'Asia/Shanghai') and make_timestamptz(2026, 11, 28, 9, 0, 0, 'UTC') < now(), to_char(timezone('Asia/Shanghai', start_time), 'YYYY') = '2026'" + from, ""},
		{"select timezone('Asia/Shanghai', start_time) collate moment t" + from + " order by t", ""},
		{"select max(start_time) > '2026-11-01' collate moment" + from, ""},
		{"select max(start_time) > '2026-11-28T09:00:00Z', max(start_time) > timezone('UTC', '2026-11-28T17:00:00+08:00')" + from, ""},
		{"select coalesce(start_time, title), coalesce(start_time, '2026-11-28 09:00:00') collate moment t" + from + " group by 2 order by 2", ""},
		{"select min(coalesce(start_time, now()), now()), count(distinct coalesce(start_time, now()))" + from + " group by coalesce(start_time, now())", ""},
		{"create temp table own(t text); insert into own values ('2026'); select max(t) > '2026-11-28', t < '2026-11-28T09:00:00Z', max(t, '2026') from own", ""},
		{"select cast(start_time as text) || 'x' < 'y', cast('7' as integer) + 1" + from, ""},
		{"select count(*)" + from + " where start_time > now() or now() < start_time or start_time between '2026-11-01' and now()", ""},
		{"select count(*)" + from + " o join dingtalk_ongoing_conference p on o.start_time <= p.start_time", ""},
		{with + "select count(*)" + from + " o join c on c.start_time = o.start_time and c.start_time in (select start_time" + from + ")", ""},
		{with + ", u as materialized (select union_id from dingtalk_user limit 1), e as materialized (select e.* from u join dingtalk_calendar_event e on e.union_id = u.union_id where start_time >= '2026-11-01' and start_time < '2026-11-20') select count(*) from e join c on e.start_time < c.end_time", ""},
		{with + "select distinct start_time from c union select max(start_time) from c", ""},
		{"select count(*)" + from + " where date(start_time) >= '2026-11-01' and start_time like '2026%' and to_char(start_time, 'YYYY') = '2026'", ""},
		{"create temp table own as select start_time t" + from + "; select count(*)" + from + " o join own on o.start_time = own.t", ""},
		{"select 1" + from + " where title = 'x' or start_time = 'yesterday'", `"yesterday" is not a time`},
		{"select 1" + from + " where start_time = ''", `"" is not a time`},
	} {
		_, err := open(t, simulator.Demo(simulator.DemoTime)).Query(t.Context(), test.sql)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.HasPrefix(err.Error(), test.want)) {
			t.Errorf("%s: error %v, want %q", test.sql, err, test.want)
		}
	}
}

// The order of two texts is not that of the times where a fraction precedes none.
func TestOrderWithinASecond(t *testing.T) {
	const both = " from dingtalk_schedule_conference where schedule_conference_id in ('a', 'late')"
	for _, test := range []struct{ sql, want string }{
		{"select title" + both + " order by coalesce(start_time, end_time)", "SQLite compares times as text here, to which"},
		{"select min(coalesce(start_time, end_time))" + both, "SQLite compares times as text here, to which"},
		{"select max(start_time) > '2026-11-05T23:00:00.5Z' from dingtalk_schedule_conference where schedule_conference_id = 'a'", "SQLite compares times as text here, to which"},
		{"select title" + both + " order by coalesce(start_time, end_time) collate moment", ""},
		{"select title" + both + " order by start_time", ""},
		{"select count(distinct start_time), min(start_time), max(start_time, end_time)" + both, ""},
		{"select title from dingtalk_schedule_conference where schedule_conference_id = 'late' order by coalesce(start_time, end_time)", ""},
	} {
		_, err := open(t, numbered()).Query(t.Context(), test.sql)
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.HasPrefix(err.Error(), test.want)) {
			t.Errorf("%s: error %v, want %q", test.sql, err, test.want)
		}
	}
}

// A trigger has a program of its own.
func TestTimesInTriggers(t *testing.T) {
	db := open(t, simulator.Demo(simulator.DemoTime))
	for _, sql := range []string{
		"create temp table own(t text)",
		"create temp table later(t text)",
		"create temp trigger tr after insert on own begin insert into later select new.t from (select max(start_time) as m from dingtalk_ongoing_conference) where m < new.t; end",
	} {
		if _, err := db.Query(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Query(t.Context(), "insert into own values ('2026-11-28T17:00:00+08:00')"); err == nil || !strings.HasPrefix(err.Error(), "SQLite compares a time as text") {
		t.Errorf("error %v", err)
	}
}

// flow.go and program.go name the instructions of one version of SQLite: with
// another, look for those that are new, for what they jump to and write.
func TestInstructions(t *testing.T) {
	r, err := open(t, numbered()).Query(t.Context(), "select sqlite_version()")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := r.Rows[0][0], "3.54.1"; got != want {
		t.Errorf("SQLite is %s, and the instructions are those of %s", got, want)
	}
}

// A condition by another collation is not the plugin's, and a key that a table
// wants is then missing.
func TestCollations(t *testing.T) {
	db := open(t, simulator.Demo(simulator.DemoTime))
	const missing = "the query must name schedule_conference_id"
	for _, test := range []struct{ sql, want, err string }{
		{"select name from dingtalk_user where user_id = 'LIN.MEI' collate nocase", "林梅 Lin Mei", ""},
		{"select name from dingtalk_user where user_id collate nocase in ('LIN.MEI', 'lin.mei')", "林梅 Lin Mei", ""},
		{"select name from dingtalk_user where user_id = 'lin.mei  ' collate rtrim", "林梅 Lin Mei", ""},
		{"select name from dingtalk_user where user_id = 'LIN.MEI' collate nocase or union_id = 'x'", "林梅 Lin Mei", ""},
		{"create temp table own(id text collate nocase); insert into own values ('LIN.MEI'); select name from own join dingtalk_user on own.id = user_id", "林梅 Lin Mei", ""},
		{"create temp view v as select * from dingtalk_user where user_id = 'LIN.MEI' collate nocase; select name from v", "林梅 Lin Mei", ""},
		{"select name from dingtalk_user where user_id = 'lin.mei' and user_id = 'LIN.MEI' collate nocase", "林梅 Lin Mei", ""},
		{"select name from dingtalk_user where user_id = 'LIN.MEI'", "", ""},
		{"select count(*) from dingtalk_schedule_conference where schedule_conference_id = '6BD63DF9-A2DF-47FF-8436-179C6520FBC8' collate nocase", "", missing},
		{"select count(*) > 0 from dingtalk_schedule_conference where schedule_conference_id = '6bd63df9-a2df-47ff-8436-179c6520fbc8' and title > 'a' collate nocase order by title collate nocase", "1", ""},
		{"select count(*) > 0 from dingtalk_schedule_conference where schedule_conference_id = '6bd63df9-a2df-47ff-8436-179c6520fbc8' collate binary", "1", ""},
	} {
		r, err := db.Query(t.Context(), "drop table if exists own; drop view if exists v; "+test.sql)
		if test.err != "" {
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%s: error %v, want %q", test.sql, err, test.err)
			}
		} else if err != nil {
			t.Errorf("%s: %v", test.sql, err)
		} else if got := strings.Join(text(r), "; "); got != test.want {
			t.Errorf("%s: %s, want %s", test.sql, got, test.want)
		}
	}
}

// A zone changes the times of a result, wherever they come from, and no other text.
func TestTimesInAZone(t *testing.T) {
	const from = " from dingtalk_schedule_conference where schedule_conference_id = 'a'"
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ sql, want string }{
		{"select start_time, title" + from + " and title = 'a1'", "2026-11-01T09:00:00+08:00 a1"},
		{"select min(start_time), count(*)" + from, "2026-11-01T08:00:00+08:00 120"},
		{"select title, start_time t" + from + " and title < 'a2' order by t desc limit 1", "a119 2026-11-06T07:00:00+08:00"},
		{"with c as materialized (select start_time t" + from + ") select t from c union select null order by t desc limit 1", "2026-11-06T07:00:00+08:00"},
		{"select start_time" + from + " and title = 'a1' union all select '2026-11-01T00:00:00Z'", "2026-11-01T08:00:00+08:00 2026-11-01T09:00:00+08:00"},
		{"select coalesce(start_time, 'never')" + from + " and title = 'a1'", "2026-11-01T09:00:00+08:00"},
		{"select case when title = 'a1' then start_time else 'never' end" + from + " and title in ('a1', 'a2')", "2026-11-01T09:00:00+08:00 never"},
		{"select coalesce(start_time, title)" + from + " and title = 'a1'", "2026-11-01T01:00:00Z"},
		{"select cast(start_time as text) || '', date(start_time), to_char(start_time, 'HH24:MI')" + from + " and title = 'a1'", "2026-11-01T01:00:00Z 2026-11-01 01:00"},
		{"select '2026-11-01T01:00:00Z', max(start_time) is null" + from, "2026-11-01T01:00:00Z 0"},
		{"select timezone('UTC', '2026-11-01'), timezone('Asia/Tokyo', '2026-11-01'), timezone('UTC', null)", "2026-11-01T08:00:00+08:00 2026-11-01 09:00:00 <nil>"},
		{"select make_timestamptz(2026, 11, 1, 0, 0, 0.5, 'UTC')", "2026-11-01T08:00:00.5+08:00"},
		{"create temp table own as select start_time t" + from + "; select min(t) from own", "2026-11-01T00:00:00Z"},
		{"select json_object('t', start_time)" + from + " and title = 'a1'", `{"t":"2026-11-01T01:00:00Z"}`},
	} {
		r, err := open(t, numbered()).Query(t.Context(), test.sql)
		if err != nil {
			t.Errorf("%s: %v", test.sql, err)
			continue
		}
		before := strings.Join(text(r), " ")
		rows := text(r.In(shanghai))
		slices.Sort(rows) // rows come in any order
		if got := strings.Join(rows, " "); got != test.want {
			t.Errorf("%s: %s, want %s", test.sql, got, test.want)
		}
		if after := strings.Join(text(r.In(time.UTC)), " "); after != before {
			t.Errorf("%s: the result itself became %s", test.sql, after)
		}
	}
}
