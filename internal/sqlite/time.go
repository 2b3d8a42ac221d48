package sqlite

import (
	"cmp"
	"database/sql/driver"
	"fmt"
	"slices"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/advice"
)

// spell writes a time as the plugin's tables and the functions here do: in RFC 3339, in
// UTC. So each time has one text, and SQLite can compare two of them as text anywhere,
// except for the order within a second: a time with a fraction comes before the one
// without.
func spell(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// In returns the result with its times in a zone, in RFC 3339 with the offset from UTC.
func (r *Result) In(zone *time.Location) *Result {
	if zone == time.UTC || !slices.Contains(r.Times, true) {
		return r
	}
	local := *r
	local.Rows = make([][]any, len(r.Rows))
	for i, row := range r.Rows {
		local.Rows[i] = slices.Clone(row)
		for column, v := range row {
			// A time may stand beside another word, as in coalesce(end_time, 'never').
			if text, ok := v.(string); ok && r.Times[column] && isTimeText(text) {
				t, _ := time.Parse(time.RFC3339Nano, text)
				local.Rows[i][column] = t.In(zone).Format(time.RFC3339Nano)
			}
		}
	}
	return &local
}

// timeText is spell. If the running query orders times by their texts, it fails the query
// at two times whose texts have another order.
func (db *DB) timeText(t time.Time) (string, error) {
	text := spell(t)
	if order := db.query.order; order != nil {
		if err := order.add(t, text); err != nil {
			return "", db.query.fail(err)
		}
	}
	return text, nil
}

// order has, by the second, the texts of the times of a statement that orders times by
// their texts.
type order map[int64]string

func (o order) add(t time.Time, text string) error {
	second := t.Unix()
	before, known := o[second]
	o[second] = text
	switch {
	case t.Year() > 9999:
		return &Error{Message: fmt.Sprintf("SQLite compares times as text here, and %s is out of order there", text), Advice: adviseMoment}
	case known && before != text:
		return &Error{Message: fmt.Sprintf("SQLite compares times as text here, to which %s and %s may be in another order", before, text), Advice: adviseMoment}
	}
	return nil
}

var adviseMoment = advice.Of("Write behind what is compared, ordered or grouped by: collate "+moment, "请在比较、排序或分组的内容后面写上：collate "+moment)

// timeLayouts are the ways to write a time in SQLite and in Postgres. A time without a
// zone is in UTC.
var timeLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05", time.DateTime, "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04", time.DateOnly}

// parseTime reads a time in any of the ways in which a query may write it.
func parseTime(v driver.Value) (time.Time, error) {
	text := valueText(v)
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, &Error{
		Message: fmt.Sprintf("%q is not a time", text),
		Advice: advice.Of("Write a time as '2026-11-01', '2026-11-01 08:00:00' or '2026-11-01T08:00:00+08:00' (without a zone it is UTC), or as datetime('now', '-7 days').",
			"请把时间写成 '2026-11-01'、'2026-11-01 08:00:00' 或 '2026-11-01T08:00:00+08:00'（不写时区就是 UTC），或者 datetime('now', '-7 days')。"),
	}
}

// moment is the collation of the columns of times: SQLite compares text, to which
// '2026-11-01 00:00:00' and '2026-11-01T00:00:00Z' are two times.
const moment = "moment"

// compareTimes compares two times, however they are written. A text that is no time fails
// the running query.
func (db *DB) compareTimes(a, b string) int {
	left, err := parseTime(a)
	right, rightErr := parseTime(b)
	if err = cmp.Or(err, rightErr); err != nil {
		db.query.fail(err)
		return cmp.Compare(a, b)
	}
	return left.Compare(right)
}
