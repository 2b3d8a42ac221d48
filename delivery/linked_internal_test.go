package delivery

import (
	"testing"
	"time"
)

// The longer a list call took, the less it waits, but never not at all.
func TestTurnsToSettle(t *testing.T) {
	for took, want := range map[time.Duration]int{
		0: 50, 999 * time.Microsecond: 50, time.Millisecond: 49, 39 * time.Millisecond: 11, 40 * time.Millisecond: 10,
		41 * time.Millisecond: 10, time.Minute: 10,
	} {
		if got := turnsToSettle(took); got != want {
			t.Errorf("%d turns after %s, want %d", got, took, want)
		}
	}
}
