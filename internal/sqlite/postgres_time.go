package sqlite

import (
	"database/sql/driver"
	"fmt"
	"math"
	"strings"
	"time"
	_ "time/tzdata" // for machines without the zones

	"github.com/turbot/steampipe-plugin-dingtalk/internal/advice"
)

// Postgres' functions of times.

// datePart is date_part('epoch', time): the seconds since 1970.
func datePart(args []driver.Value) (driver.Value, error) {
	if part := valueText(args[0]); part != "epoch" {
		instead := partOf(strings.ToLower(part))
		return nil, advice.Of(fmt.Sprintf("%q is not supported here, only 'epoch': write %s", part, instead), "这里的 date_part 只支持 'epoch'：请写 "+instead)
	}
	t, err := parseTime(args[1])
	if err != nil {
		return nil, err
	}
	return float64(t.Unix()) + float64(t.Nanosecond())/1e9, nil
}

// toTimestamp is the time that many seconds after 1970.
func (db *DB) toTimestamp(args []driver.Value) (driver.Value, error) {
	seconds, err := number(args[0])
	if err != nil {
		return nil, err
	}
	if math.IsNaN(seconds) || math.Abs(seconds) > 1e11 {
		return nil, fmt.Errorf("%v is not a time", seconds)
	}
	whole, fraction := math.Modf(seconds)
	return db.timeText(time.Unix(int64(whole), int64(fraction*1e9)))
}

// number returns an argument that must be a number.
func number(v driver.Value) (float64, error) {
	switch v := v.(type) {
	case int64:
		return float64(v), nil
	case float64:
		return v, nil
	default:
		return 0, fmt.Errorf("%q is not a number", valueText(v))
	}
}

// inTimezone is timezone(zone, time): the local time there, as text without a zone. The
// time of the zone UTC is a time like all others, so that timezone('UTC', '2026-11-01
// 09:00:00+08:00') makes one of a text.
func (db *DB) inTimezone(args []driver.Value) (driver.Value, error) {
	t, err := parseTime(args[1])
	if err != nil {
		return nil, err
	}
	if isUTC(valueText(args[0])) {
		return db.timeText(t)
	}
	zone, err := Zone(valueText(args[0]))
	if err != nil {
		return nil, err
	}
	return t.In(zone).Format("2006-01-02 15:04:05.999999"), nil
}

// isUTC reports whether a zone is UTC by this name.
func isUTC(zone string) bool { return strings.EqualFold(zone, "UTC") }

// Zone returns the time zone of a name of the IANA's, such as Asia/Shanghai. An offset is
// no zone: Postgres takes +08:00 for a place west of Greenwich.
func Zone(name string) (*time.Location, error) {
	if isUTC(name) {
		return time.UTC, nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return nil, advice.Of(fmt.Sprintf("there is no time zone %q: name one of the IANA's, such as UTC or Asia/Shanghai", name),
			fmt.Sprintf("没有时区 %q：请写 IANA 时区名，例如 UTC 或 Asia/Shanghai。", name))
	}
	return zone, nil
}

// makeTime is make_timestamptz(year, month, day, hour, minute, second, zone).
func (db *DB) makeTime(args []driver.Value) (driver.Value, error) {
	var n [5]int
	for i := range n {
		v, ok := args[i].(int64)
		if !ok {
			return nil, fmt.Errorf("%q is not an integer", valueText(args[i]))
		}
		n[i] = int(v)
	}
	seconds, err := number(args[5])
	if err != nil {
		return nil, err
	}
	year, month, day, hour, minute := n[0], time.Month(n[1]), n[2], n[3], n[4]
	date := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if year < 1 || year > 9999 || date.Month() != month || date.Day() != day {
		return nil, fmt.Errorf("%d-%02d-%02d is not a date", year, month, day)
	}
	clock := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(seconds*1e6)*time.Microsecond
	if hour < 0 || minute < 0 || minute > 59 || seconds < 0 || seconds > 60 || clock > 24*time.Hour {
		return nil, fmt.Errorf("%02d:%02d:%02v is not a time of the day", hour, minute, seconds)
	}
	zone, err := Zone(valueText(args[6]))
	if err != nil {
		return nil, err
	}
	return db.timeText(fromLocal(date.Add(clock), zone))
}

// fromLocal returns when the clocks of a zone show a local time. They show it twice where
// they are set back, and never where they are set forward. In both cases it is the later
// of the moments by the offset before and by the one after, as in Postgres.
func fromLocal(local time.Time, zone *time.Location) time.Time {
	byOffsetOf := func(day time.Time) (t time.Time, shown bool) {
		_, offset := day.In(zone).Zone()
		t = local.Add(-time.Duration(offset) * time.Second)
		_, then := t.In(zone).Zone()
		return t, then == offset
	}
	before, shownBefore := byOffsetOf(local.AddDate(0, 0, -1))
	after, shownAfter := byOffsetOf(local.AddDate(0, 0, 1))
	if shownBefore && !shownAfter || shownBefore == shownAfter && before.After(after) {
		return before
	}
	return after
}

// charPatterns are the patterns of to_char that are known, with Go's.
var charPatterns = strings.NewReplacer("YYYY", "2006", "MM", "01", "DD", "02", "HH24", "15", "MI", "04", "SS", "05")

// toChar is to_char of a time.
func toChar(args []driver.Value) (driver.Value, error) {
	t, err := parseTime(args[0])
	if err != nil {
		return nil, err
	}
	pattern := valueText(args[1])
	if rest := strings.NewReplacer("YYYY", "", "MM", "", "DD", "", "HH24", "", "MI", "", "SS", "").Replace(pattern); strings.ContainsFunc(rest, isLetterOrDigit) {
		return nil, advice.Of(fmt.Sprintf("the pattern %q is not supported here, only YYYY, MM, DD, HH24, MI and SS", pattern),
			"这里的 to_char 只支持 YYYY、MM、DD、HH24、MI 和 SS：请只用它们来写格式。")
	}
	return t.UTC().Format(charPatterns.Replace(pattern)), nil
}

func isLetterOrDigit(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}
