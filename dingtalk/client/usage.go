package client

import (
	"slices"
	"time"
)

// day is the period of which usage knows the calls.
const day = 24 * time.Hour

// usage is how many calls were made in each second of the last day. It goes by the wall
// clock: a machine that sleeps makes no calls, and its day passes all the same. The zero
// value is ready to use.
type usage struct {
	seconds []second // in order of time
	total   int      // of all seconds
}

// second is a second with calls.
type second struct {
	at    int64 // Unix time
	calls int
}

// add adds calls at a time, and forgets those of more than a day before. A negative number
// takes back calls of that time.
func (u *usage) add(at time.Time, calls int) {
	u.forget(at)
	i, found := slices.BinarySearchFunc(u.seconds, at.Unix(), func(s second, at int64) int { return int(s.at - at) })
	switch {
	case found:
		u.seconds[i].calls += calls
	case calls > 0:
		u.seconds = slices.Insert(u.seconds, i, second{at.Unix(), calls})
	default:
		return // it is forgotten
	}
	u.total += calls
}

// last returns how many calls were made within a period before now, a day at most. It
// counts a second that began within it, or less than a second before, as a whole.
func (u *usage) last(now time.Time, period time.Duration) (calls int) {
	u.forget(now)
	if period >= day {
		return u.total
	}
	since := now.Add(-period).Unix()
	for _, s := range slices.Backward(u.seconds) {
		if s.at < since {
			break
		}
		calls += s.calls
	}
	return calls
}

// fewer returns when last, for a period, will be less than a number of calls, if no
// further call is made.
func (u *usage) fewer(now time.Time, period time.Duration, than int) time.Time {
	left := u.last(now, period)
	since := now.Add(-period).Unix()
	at := now
	for _, s := range u.seconds {
		if left < than {
			break
		}
		if s.at >= since {
			left -= s.calls
			at = time.Unix(s.at+1, 0).Add(period)
		}
	}
	return at
}

// forget forgets the calls that were made more than a day before now.
func (u *usage) forget(now time.Time) {
	since := now.Add(-day).Unix()
	old := 0
	for old < len(u.seconds) && u.seconds[old].at < since {
		u.total -= u.seconds[old].calls
		old++
	}
	u.seconds = slices.Delete(u.seconds, 0, old)
}
