package sqlite_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// What Postgres 15 answers, in its session zone UTC; times are written as they
// are everywhere in SQLite.
func TestPostgresFunctions(t *testing.T) {
	db := open(t, simulator.New(simulator.DemoApp))
	db.Now = func() time.Time { return time.Date(2026, 11, 23, 6, 0, 0, 5e8+999, time.FixedZone("", 3600)) }
	for sql, want := range map[string]any{
		"now()": "2026-11-23T05:00:00.5Z",
		"date_part('epoch', '2026-11-23T06:00:00.25Z')":                                    1795413600.25,
		"date_part('epoch', '2026-11-23 06:00:00')":                                        1795413600.0,
		"date_part('epoch', null)":                                                         nil,
		"to_timestamp(1795413600)":                                                         "2026-11-23T06:00:00Z",
		"to_timestamp(1795413600.5)":                                                       "2026-11-23T06:00:00.5Z",
		"to_timestamp(-1)":                                                                 "1969-12-31T23:59:59Z",
		"to_timestamp(null)":                                                               nil,
		"timezone('utc', '2026-11-23T06:00:00+08:00')":                                     "2026-11-22T22:00:00Z",
		"to_char('2026-11-03T06:07:08Z', 'YYYY-MM-DD HH24:MI:SS')":                         "2026-11-03 06:07:08",
		"to_char('2026-11-03T06:07:08+08:00', 'HH24.MI')":                                  "22.07",
		"to_char(null, 'YYYY')":                                                            nil,
		"timezone('Asia/Shanghai', '2026-11-23T06:00:00.5Z')":                              "2026-11-23 14:00:00.5",
		"timezone('America/New_York', '2026-11-23 06:00:00')":                              "2026-11-23 01:00:00",
		"timezone(null, now())":                                                            nil,
		"to_char(timezone('Asia/Shanghai', '2026-11-23T20:30:00Z'), 'YYYY-MM-DD HH24:MI')": "2026-11-24 04:30",
		"make_timestamptz(2026, 11, 23, 0, 0, 0, 'Asia/Shanghai')":                         "2026-11-22T16:00:00Z",
		"make_timestamptz(2026, 2, 28, 24, 0, 0, 'utc')":                                   "2026-03-01T00:00:00Z",
		"make_timestamptz(2026, 11, 30, 23, 59, 59.25, 'UTC')":                             "2026-11-30T23:59:59.25Z",
		"make_timestamptz(2026, 11, 30, 23, 59, 60, 'UTC')":                                "2026-12-01T00:00:00Z",
		"make_timestamptz(2026, 3, 8, 1, 59, 0, 'America/New_York')":                       "2026-03-08T06:59:00Z",
		"make_timestamptz(2026, 3, 8, 2, 30, 0, 'America/New_York')":                       "2026-03-08T07:30:00Z",
		"make_timestamptz(2026, 11, 1, 0, 30, 0, 'America/New_York')":                      "2026-11-01T04:30:00Z",
		"make_timestamptz(2026, 11, 1, 1, 30, 0, 'America/New_York')":                      "2026-11-01T06:30:00Z",
		"make_timestamptz(2026, 11, 1, 2, 30, 0, 'America/New_York')":                      "2026-11-01T07:30:00Z",
		"make_timestamptz(2026, 3, null, 2, 30, 0, 'UTC')":                                 nil,
		"left('会议室ABC', 2)":                                                                "会议",
		"left('会议室', 9)":                                                                   "会议室",
		"left('会议室', -1)":                                                                  "会议",
		"left('会议室', -5)":                                                                  "",
		"split_part('会议|室', '|', 2)":                                                       "室",
		"split_part('a,b,c', ',', -1)":                                                     "c",
		"split_part('a,b', ',', 5)":                                                        "",
		"split_part('a,b', ',', -3)":                                                       "",
		"split_part('ab', '', 1)":                                                          "ab",
		"split_part('ab', '', 2)":                                                          "",
		`regexp_replace('会议 2026-11-23', '(\d+)-(\d+)', '\2/\1')`:                          "会议 11/2026-23",
		`regexp_replace('a.b.c', '\.', '\\', 'g')`:                                         `a\b\c`,
		`regexp_replace('abc', '(b)', '$1\x\0[\2]\&\')`:                                    `a$1\x\0[]b\c`,
		"regexp_replace('aAbA', 'a', 'x')":                                                 "xAbA",
		"regexp_replace('aAbA', 'a', 'x', 'gi')":                                           "xxbx",
		"regexp_replace('a' || char(10) || 'b', 'a.b', 'x')":                               "x",
		"regexp_replace('a' || char(10) || 'b', '^b', 'x')":                                "a\nb",
		"regexp_replace('abc', 'a|ab', '<\\&>')":                                           "<ab>c",
		"regexp_replace('aXbXc', 'a.*X', '-')":                                             "-c",
		"regexp_replace('aa', '^a', '-', 'g')":                                             "-a",
		`regexp_replace('a  b_1', '[\s_[:digit:]]+', '', 'g')`:                             "ab",
		"regexp_replace('a*?b', '[*]?[?]', '-')":                                           "a-b",
		"regexp_replace('abc', 'x', null)":                                                 nil,
		"jsonb_array_length('[1, \"a\", null]')":                                           int64(3),
		"jsonb_array_length('[]')":                                                         int64(0),
		"jsonb_array_length(null)":                                                         nil,
		"json_build_object('a', 'b\"c')":                                                   `{"a":"b\"c"}`,
		"to_timestamp(floor(date_part('epoch', now()) / 86400) * 86400 - 86400 * 1.5)":     "2026-11-21T12:00:00Z",
	} {
		r, err := db.Query(t.Context(), "select "+sql)
		if err != nil {
			t.Errorf("%s: %v", sql, err)
			continue
		}
		if d := cmp.Diff(want, r.Rows[0][0]); d != "" {
			t.Errorf("%s (-want +got):\n%s", sql, d)
		}
	}
	for sql, want := range map[string]string{
		"date_part('month', now())":                      `date_part: "month" is not supported here`,
		"date_part('epoch', 'x')":                        `date_part: "x" is not a time`,
		"to_timestamp('x')":                              `to_timestamp: "x" is not a number`,
		"to_timestamp(1e12)":                             "to_timestamp: 1e+12 is not a time",
		"timezone('Asia/Nowhere', now())":                `timezone: there is no time zone "Asia/Nowhere"`,
		"timezone('', now())":                            `timezone: there is no time zone ""`,
		"timezone('Local', now())":                       `timezone: there is no time zone "Local"`,
		"timezone('+08:00', now())":                      `timezone: there is no time zone "+08:00"`,
		"make_timestamptz(2026, 11, 31, 0, 0, 0, 'UTC')": "make_timestamptz: 2026-11-31 is not a date",
		"make_timestamptz(2026, 13, 1, 0, 0, 0, 'UTC')":  "make_timestamptz: 2026-13-01 is not a date",
		"make_timestamptz(2026, 1, 1, 24, 1, 0, 'UTC')":  "make_timestamptz: 24:01:00 is not a time of the day",
		"make_timestamptz(2026, 1, 1, 1, 60, 0, 'UTC')":  "make_timestamptz: 01:60:00 is not a time of the day",
		"make_timestamptz(2026, 1, 1, 1, 1, -1, 'UTC')":  "make_timestamptz: 01:01:-1 is not a time of the day",
		"make_timestamptz('2026', 1, 1, 1, 1, 0, 'UTC')": `make_timestamptz: "2026" is not an integer`,
		"make_timestamptz(2026, 1, 1, 1, 1, '0', 'UTC')": `make_timestamptz: "0" is not a number`,
		"make_timestamptz(2026, 1, 1, 1, 1, 0, 'x')":     `make_timestamptz: there is no time zone "x"`,
		"left('a', 'b')":                                 `left: "b" is not an integer`,
		"split_part('a', 'b', 0)":                        `split_part: "0" is not the position of a part`,
		"split_part('a', 'b', 'c')":                      `split_part: "c" is not the position of a part`,
		"regexp_replace('a', 'b')":                       "regexp_replace: it has 2 arguments",
		"regexp_replace('a', '(', 'b')":                  `regexp_replace: "(" is not a pattern`,
		"regexp_replace('a', 'a', 'b', 'gn')":            `regexp_replace: the flag "n" is not supported here`,
		"regexp_replace('a', 'x*', 'b', 'g')":            `regexp_replace: the pattern "x*" also matches no character`,
		"regexp_replace('a', 'a.*?', 'b')":               `regexp_replace: the pattern "a.*?" is not supported here`,
		`regexp_replace('a', '\ba', 'b')`:                `regexp_replace: the pattern "\\ba" is not supported here`,
		`regexp_replace('a', '[\b]', 'b')`:               `regexp_replace: the pattern "[\\b]" is not supported here`,
		"regexp_replace('a', '(?i)a', 'b')":              `regexp_replace: the pattern "(?i)a" is not supported here`,
		"timezone('UTC', 'x')":                           `timezone: "x" is not a time`,
		"to_char('x', 'YYYY')":                           `to_char: "x" is not a time`,
		"to_char(now(), 'Month')":                        `to_char: the pattern "Month" is not supported here`,
		"jsonb_array_length('{}')":                       `jsonb_array_length: "{}" is not a JSON array`,
		"jsonb_array_length('null')":                     `jsonb_array_length: "null" is not a JSON array`,
	} {
		_, err := db.Query(t.Context(), "select "+sql)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", sql, err, want)
		}
	}
}

// Without a clock of the test's, now() is the machine's.
func TestNowIsTheMachines(t *testing.T) {
	r, err := open(t, simulator.New(simulator.DemoApp)).Query(t.Context(), "select now()")
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.Parse(time.RFC3339Nano, r.Rows[0][0].(string))
	if err != nil || time.Since(at) < 0 || time.Since(at) > time.Minute {
		t.Error(r.Rows[0][0], err)
	}
}
