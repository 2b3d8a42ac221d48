package client

import (
	"testing"
	"time"
)

// A call counts for the period after it and up to a second more, never less. Calls that are
// taken back after they were forgotten change nothing.
func TestUsage(t *testing.T) {
	at := func(seconds float64) time.Time { return time.UnixMilli(int64(seconds * 1000)) }
	var u usage
	u.add(at(10.9), 1)
	u.add(at(20.1), 2)
	u.add(at(10.2), 1) // the clock was put back
	hour := time.Hour.Seconds()
	for _, test := range []struct {
		now  float64
		want int
	}{{30, 4}, {10.9 + hour, 4}, {10.999 + hour, 4}, {11 + hour, 2}, {20.999 + hour, 2}, {21 + hour, 0}} {
		if got := u.last(at(test.now), time.Hour); got != test.want {
			t.Errorf("%d calls in the hour before %v, want %d", got, test.now, test.want)
		}
	}
	for than, want := range map[int]float64{5: 30, 4: 11 + hour, 3: 11 + hour, 2: 21 + hour, 1: 21 + hour} {
		if got := u.fewer(at(30), time.Hour, than); !got.Equal(at(want)) {
			t.Errorf("fewer than %d from %v on, want %v", than, got, at(want))
		}
	}
	if got, want := u.fewer(at(10+hour), time.Hour, 4), at(11+hour); !got.Equal(want) {
		t.Errorf("fewer than 4 from %v on, want %v", got, want)
	}
	later := day.Seconds() + 11
	if got := u.last(at(later-0.001), day); got != 4 {
		t.Errorf("%d calls of the day", got)
	}
	if got := u.last(at(later), day); got != 2 {
		t.Errorf("%d calls of the day, when two are forgotten", got)
	}
	u.add(at(10.9), -1)
	u.add(at(20.5), -1)
	if got := u.last(at(later), day); got != 1 || len(u.seconds) != 1 {
		t.Errorf("%d calls of the day in %d seconds, when one is taken back", got, len(u.seconds))
	}
	if u.add(at(2*later), 1); u.total != 1 || len(u.seconds) != 1 {
		t.Errorf("a call of a later day is kept with %d seconds", len(u.seconds)-1)
	}
}
