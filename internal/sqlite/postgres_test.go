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
	db.Now = func() time.Time { return time.Date(2026, 11, 23, 6, 0, 0, 5e8, time.FixedZone("", 3600)) }
	for sql, want := range map[string]any{
		"now()": "2026-11-23T05:00:00.5Z",
		"date_part('epoch', '2026-11-23T06:00:00.25Z')":                                1795413600.25,
		"date_part('epoch', '2026-11-23 06:00:00')":                                    1795413600.0,
		"date_part('epoch', null)":                                                     nil,
		"to_timestamp(1795413600)":                                                     "2026-11-23T06:00:00Z",
		"to_timestamp(1795413600.5)":                                                   "2026-11-23T06:00:00.5Z",
		"to_timestamp(-1)":                                                             "1969-12-31T23:59:59Z",
		"to_timestamp(null)":                                                           nil,
		"timezone('utc', '2026-11-23T06:00:00+08:00')":                                 "2026-11-22T22:00:00Z",
		"to_char('2026-11-03T06:07:08Z', 'YYYY-MM-DD HH24:MI:SS')":                     "2026-11-03 06:07:08",
		"to_char('2026-11-03T06:07:08+08:00', 'HH24.MI')":                              "22.07",
		"to_char(null, 'YYYY')":                                                        nil,
		"jsonb_array_length('[1, \"a\", null]')":                                       int64(3),
		"jsonb_array_length('[]')":                                                     int64(0),
		"jsonb_array_length(null)":                                                     nil,
		"json_build_object('a', 'b\"c')":                                               `{"a":"b\"c"}`,
		"to_timestamp(floor(date_part('epoch', now()) / 86400) * 86400 - 86400 * 1.5)": "2026-11-21T12:00:00Z",
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
		"date_part('month', now())":     `date_part: "month" is not supported here`,
		"date_part('epoch', 'x')":       `date_part: "x" is not a time`,
		"to_timestamp('x')":             `to_timestamp: "x" is not a number`,
		"to_timestamp(1e12)":            "to_timestamp: 1e+12 is not a time",
		"timezone('Asia/Tokyo', now())": `timezone: the zone "Asia/Tokyo" is not supported here`,
		"timezone('UTC', 'x')":          `timezone: "x" is not a time`,
		"to_char('x', 'YYYY')":          `to_char: "x" is not a time`,
		"to_char(now(), 'Month')":       `to_char: the pattern "Month" is not supported here`,
		"jsonb_array_length('{}')":      `jsonb_array_length: "{}" is not a JSON array`,
		"jsonb_array_length('null')":    `jsonb_array_length: "null" is not a JSON array`,
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
