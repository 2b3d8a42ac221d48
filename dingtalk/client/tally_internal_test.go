package client

import (
	"testing"
	"testing/synctest"
	"time"
)

// A call counts for the whole second, and its API is remembered for the whole day.
func TestTallyAtItsEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var of tally
		of.sent(false)
		time.Sleep(time.Second)
		if n := of.now().LastSecond; n != 1 {
			t.Errorf("%d calls in the last second", n)
		}
		time.Sleep(time.Nanosecond)
		if n := of.now().LastSecond; n != 0 {
			t.Errorf("%d calls in the last second, after it", n)
		}
		time.Sleep(day - time.Second - 1)
		if of.idle() {
			t.Error("idle within a day")
		}
		time.Sleep(time.Nanosecond)
		if !of.idle() {
			t.Error("not idle after a day")
		}
	})
}
