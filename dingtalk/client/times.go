package client

import (
	"encoding/json"
	"regexp"
	"strconv"
	"time"

	_ "time/tzdata" // the zones of all-day events, on machines that have none
)

// ISOTime is a time that DingTalk writes as ISO 8601 text with a zone, kept to
// the millisecond. DingTalk writes "" for a time that it doesn't have.
type ISOTime Millis

// Time returns the time in UTC; nil if there is none.
func (t *ISOTime) Time() *time.Time { return (*Millis)(t).Time() }

func (t *ISOTime) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil || text == "" {
		return err
	}
	at, err := parseISO(text)
	if err != nil {
		return err
	}
	*t = ISOTime(at.UnixMilli())
	return nil
}

// LegacyMillis is a Millis of the older API, which may write it as a string.
type LegacyMillis Millis

// Time returns the time in UTC; nil if there is none.
func (m *LegacyMillis) Time() *time.Time { return (*Millis)(m).Time() }

func (m *LegacyMillis) UnmarshalJSON(b []byte) error {
	var n LegacyInt
	if err := n.UnmarshalJSON(b); err != nil {
		return err
	}
	return (*Millis)(m).UnmarshalJSON(strconv.AppendInt(nil, int64(n), 10))
}

// Span is a length of time in milliseconds.
type Span int64

// Seconds returns the length in seconds; nil if there is none.
func (s *Span) Seconds() *float64 {
	if s == nil {
		return nil
	}
	seconds := float64(*s) / 1000
	return &seconds
}

func (s *Span) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, (*int64)(s)) }

// isoLayouts are the ways in which DingTalk writes a time as ISO 8601 text.
var isoLayouts = []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04Z0700"}

// parseISO reads a time, in UTC, that SQL has a timestamp for.
func parseISO(text string) (time.Time, error) {
	for _, layout := range isoLayouts {
		if t, err := time.Parse(layout, text); err == nil && isTimestamp(t) {
			return t.UTC(), nil
		}
	}
	return time.Time{}, noTime(text, time.RFC3339)
}

// startOfDay reads a date, and returns when the day begins in a zone, in UTC.
func startOfDay(date string, zone *time.Location) (time.Time, error) {
	t, err := time.ParseInLocation(time.DateOnly, date, zone)
	if err != nil || !isTimestamp(t) {
		return time.Time{}, noTime(date, time.DateOnly)
	}
	// If the clocks skip midnight, Go may return an hour of the day before. The day
	// then begins when the clocks have changed.
	if _, end := t.ZoneBounds(); t.Format(time.DateOnly) < date && !end.IsZero() {
		t = end
	}
	return t.UTC(), nil
}

// isTimestamp reports whether SQL has a timestamp for a time.
func isTimestamp(t time.Time) bool {
	m := Millis(t.UnixMilli())
	return m >= minMillis && m <= maxMillis
}

func noTime(text, layout string) error {
	return typeError(strconv.Quote(text) + " is no time like " + layout)
}

var fixedZone = regexp.MustCompile(`^(?:GMT|UTC)([+-])(\d{1,2})(?::(\d{2}))?$`)

// zoneNamed returns the zone with a name of IANA's, or with an offset, as in GMT+8.
// It returns nil for an unknown name.
func zoneNamed(name string) *time.Location {
	if offset := fixedZone.FindStringSubmatch(name); offset != nil {
		hours, _ := strconv.Atoi(offset[2])
		minutes, _ := strconv.Atoi(offset[3]) // 0 where there are none
		seconds := (hours*60 + minutes) * 60
		if seconds > maxOffset || minutes > 59 {
			return nil
		}
		if offset[1] == "-" {
			seconds = -seconds
		}
		return time.FixedZone(name, seconds)
	}
	if name == "" || name == "Local" { // zones only in Go
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return zone
}

// maxOffset is how many seconds a zone may be from Greenwich.
const maxOffset = 14 * 60 * 60
