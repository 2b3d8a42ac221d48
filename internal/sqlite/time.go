package sqlite

import (
	"cmp"
	"database/sql/driver"
	"fmt"
	"time"
)

// Times are text in RFC 3339, in UTC.

func timeText(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// timeLayouts are the ways to write a time in SQLite and in Postgres. Without a
// zone it is UTC.
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
		Advice:  "Write a time as '2026-11-01', '2026-11-01 08:00:00' or '2026-11-01T08:00:00+08:00'; without a zone it is UTC.",
	}
}

// moment is the collation of the columns of times: SQLite compares text, to which
// '2026-11-01 00:00:00' and '2026-11-01T00:00:00Z' are two times.
const moment = "moment"

// compareTimes compares two times in any of the ways in which they may be
// written. What is none fails the query under way.
func (db *DB) compareTimes(a, b string) int {
	left, err := parseTime(a)
	right, rightErr := parseTime(b)
	if err = cmp.Or(err, rightErr); err != nil {
		db.query.fail(err)
		return cmp.Compare(a, b)
	}
	return left.Compare(right)
}
