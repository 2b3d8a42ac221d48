package client

import (
	"encoding/json"
	"testing"
	"time"
)

func TestTimes(t *testing.T) {
	type entry struct {
		ISO    *ISOTime      `json:"iso"`
		Legacy *LegacyMillis `json:"legacy"`
	}
	tests := []struct {
		json string
		want string // "" is none
		err  string
	}{
		{`{}`, "", ""},
		{`{"iso":null,"legacy":null}`, "", ""},

		{`{"iso":""}`, "", ""},
		{`{"iso":"2025-08-11T01:02:03Z"}`, "2025-08-11T01:02:03Z", ""},
		{`{"iso":"2025-08-11T09:02:03+08:00"}`, "2025-08-11T01:02:03Z", ""},
		{`{"iso":"2025-08-11T01:02:03.456Z"}`, "2025-08-11T01:02:03.456Z", ""},
		{`{"iso":"2025-08-11T09:02+08:00"}`, "2025-08-11T01:02:00Z", ""},
		{`{"iso":"2025-08-11T09:02:03.5+0800"}`, "2025-08-11T01:02:03.5Z", ""},
		{`{"iso":"2025-08-11T09:02+0800"}`, "2025-08-11T01:02:00Z", ""},
		{`{"iso":"0001-01-01T00:00:00Z"}`, "0001-01-01T00:00:00Z", ""},
		{`{"iso":"0001-01-01T00:00:00+08:00"}`, "", `iso: "0001-01-01T00:00:00+08:00" is no time like 2006-01-02T15:04:05Z07:00`},
		{`{"iso":"9999-12-31T23:59:59-01:00"}`, "", `iso: "9999-12-31T23:59:59-01:00" is no time like 2006-01-02T15:04:05Z07:00`},
		{`{"iso":"9999-12-31T23:59:59.999Z"}`, "9999-12-31T23:59:59.999Z", ""},
		{`{"iso":"2025-08-11 01:02:03"}`, "", `iso: "2025-08-11 01:02:03" is no time like 2006-01-02T15:04:05Z07:00`},
		{`{"iso":"2025-02-30T01:02:03Z"}`, "", `iso: "2025-02-30T01:02:03Z" is no time like 2006-01-02T15:04:05Z07:00`},
		{`{"iso":1755500400000}`, "", "iso: the JSON number is no string"},
		{`{"iso":{}}`, "", "iso: the JSON object is no string"},

		{`{"legacy":1597573616828}`, "2020-08-16T10:26:56.828Z", ""},
		{`{"legacy":"1597573616828"}`, "2020-08-16T10:26:56.828Z", ""},
		{`{"legacy":"0"}`, "", ""},
		{`{"legacy":""}`, "", `legacy: "" is no integer`},
		{`{"legacy":"2020-08-16"}`, "", `legacy: "2020-08-16" is no integer`},
		{`{"legacy":"9223372036854775807"}`, "", `legacy: 9223372036854775807 is no time in milliseconds`},
		{`{"legacy":true}`, "", `legacy: true is no integer`},
	}
	for _, test := range tests {
		t.Run(test.json, func(t *testing.T) {
			var e entry
			if err := json.Unmarshal([]byte(test.json), &e); err != nil || test.err != "" {
				if err == nil || describe(err) != test.err {
					t.Error(err)
				}
				return
			}
			got := ""
			for _, at := range []*time.Time{e.ISO.Time(), e.Legacy.Time()} {
				if at != nil {
					got += at.Format(time.RFC3339Nano)
				}
			}
			if got != test.want {
				t.Errorf("got %q", got)
			}
		})
	}
}

// A zone is at most 14 hours from Greenwich.
func TestZones(t *testing.T) {
	for name, want := range map[string]int{"GMT+8": 8 * 3600, "UTC-3:30": -12600, "GMT+13:59": 50340, "GMT+14": 50400, "GMT-14:00": -50400, "GMT+0:59": 3540} {
		zone := zoneNamed(name)
		if zone == nil {
			t.Errorf("%s is unknown", name)
			continue
		}
		if _, offset := time.Now().In(zone).Zone(); offset != want {
			t.Errorf("%s is %d s, want %d", name, offset, want)
		}
	}
	for _, name := range []string{"GMT+14:01", "GMT+15", "GMT+8:60", "", "Local", "Nowhere/Else"} {
		if zone := zoneNamed(name); zone != nil {
			t.Errorf("%q is %s", name, zone)
		}
	}
}

func TestSpan(t *testing.T) {
	s := Span(9125500)
	if got := s.Seconds(); got == nil || *got != 9125.5 {
		t.Error(got)
	}
	if (*Span)(nil).Seconds() != nil {
		t.Error("a length where there is none")
	}
}
