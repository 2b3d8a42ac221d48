package client

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// Tally is what has become of an app's calls to one API since the process began.
type Tally struct {
	// API is the method and the path, with the names of parameters in place of their
	// values.
	API string
	// Counted is whether its calls count against the organization's month.
	Counted bool
	// Calls is how many calls were sent, repeats included; LastSecond, LastHour and
	// LastDay are how many of them in that time. The last two may be a second longer.
	Calls                         int64
	LastSecond, LastHour, LastDay int
	// LastCall is when the last call was sent.
	LastCall time.Time
	// Repeated is how many of the calls were repeats of one that had failed.
	Repeated int64
	// Throttled is how many calls DingTalk refused for too many in a time, and Refused
	// how many others were answered with an error. Codes are both by DingTalk's error
	// code, maxCodes at most.
	Throttled, Refused int64
	Codes              map[string]int64
	// LastErrorCode is the code of the last of both; "" if there was none, or it had no
	// code.
	LastErrorCode string
	// Answered is whether any call was answered. Mean and Worst are how long an answer
	// took; 0 if there was none.
	Answered    bool
	Mean, Worst time.Duration
}

// maxCodes bounds the codes of a tally: an API that is not DingTalk's may send any.
const maxCodes = 100

// tally counts the calls of one app to one API.
type tally struct {
	mu       sync.Mutex
	total    Tally       // without the times
	recent   []time.Time // of the calls in the last second, in order
	usage    usage
	answered int64
	took     time.Duration // of all answers
}

// sent counts a call that is sent.
func (t *tally) sent(repeat bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	t.total.Calls++
	if repeat {
		t.total.Repeated++
	}
	t.total.LastCall = now
	t.usage.add(now, 1)
	t.recent = append(inLastSecond(t.recent, now), now)
}

// inLastSecond returns those of some times in order that are at most a second ago.
func inLastSecond(times []time.Time, now time.Time) []time.Time {
	for len(times) > 0 && now.Sub(times[0]) > time.Second {
		times = times[1:]
	}
	return times
}

// ended counts a call to which an answer came, with an error or nil.
func (t *tally) ended(took time.Duration, e *Error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.answered++
	t.took += took
	t.total.Worst = max(t.total.Worst, took)
	if e == nil {
		return
	}
	if e.throttled() {
		t.total.Throttled++
	} else {
		t.total.Refused++
	}
	code := e.BareCode()
	t.total.LastErrorCode = code
	if _, known := t.total.Codes[code]; code != "" && (known || len(t.total.Codes) < maxCodes) {
		if t.total.Codes == nil {
			t.total.Codes = map[string]int64{}
		}
		t.total.Codes[code]++
	}
}

// now returns the tally at this moment.
func (t *tally) now() Tally {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	t.recent = inLastSecond(t.recent, now)
	total := t.total
	total.Codes = maps.Clone(total.Codes)
	total.LastSecond, total.LastHour, total.LastDay = len(t.recent), t.usage.last(now, time.Hour), t.usage.last(now, day)
	if total.Answered = t.answered > 0; total.Answered {
		total.Mean = t.took / time.Duration(t.answered)
	}
	return total
}

// idle reports whether no call was made for a day.
func (t *tally) idle() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return time.Since(t.total.LastCall) > day
}

// Tallies returns the tally of each API that the client's app has called, by API,
// whichever client made the calls.
func (c *Client) Tallies() []Tally {
	var all []*tally
	c.limits.mu.Lock()
	if a := c.limits.apps[c.app]; a != nil { // it may be removed once the client is closed
		all = slices.Collect(maps.Values(a.tallies))
	}
	c.limits.mu.Unlock()
	tallies := make([]Tally, len(all))
	for i, t := range all {
		tallies[i] = t.now()
	}
	slices.SortFunc(tallies, func(a, b Tally) int { return strings.Compare(a.API, b.API) })
	return tallies
}
