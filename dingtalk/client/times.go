package client

import (
	"encoding/json"
	"strconv"
	"time"
)

// ISOTime is a time that DingTalk writes as ISO 8601 text with a zone, kept to
// the millisecond. DingTalk writes "" for a time that it doesn't have.
type ISOTime Millis

// Time is the time in UTC; nil where there is none.
func (t *ISOTime) Time() *time.Time { return (*Millis)(t).Time() }

func (t *ISOTime) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil || text == "" {
		return err
	}
	at, err := parseTime(time.RFC3339, text, time.UTC)
	if err != nil {
		return err
	}
	*t = ISOTime(at.UnixMilli())
	return nil
}

// LegacyMillis is a Millis of the older API, which may write it as a string.
type LegacyMillis Millis

// Time is the time in UTC; nil where there is none.
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

// Seconds is the length in seconds; nil where there is none.
func (s *Span) Seconds() *float64 {
	if s == nil {
		return nil
	}
	seconds := float64(*s) / 1000
	return &seconds
}

func (s *Span) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, (*int64)(s)) }

// parseTime reads a time in UTC that a timestamp can hold. zone is where it is
// meant, if the text doesn't say.
func parseTime(layout, text string, zone *time.Location) (time.Time, error) {
	t, err := time.ParseInLocation(layout, text, zone)
	if m := Millis(t.UnixMilli()); err != nil || m < minMillis || m > maxMillis {
		return time.Time{}, misfit(excerpt([]byte(strconv.Quote(text))) + " is no time like " + layout)
	}
	return t.UTC(), nil
}
