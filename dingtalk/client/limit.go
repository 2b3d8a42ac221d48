package client

import (
	"context"
	"maps"
	"net/http/httptrace"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// DefaultCallsPerSecond is what DingTalk's standard edition allows an app to
// call one API.
const DefaultCallsPerSecond = 20

const (
	// slotTime is how long a slot stays taken after DingTalk has counted its call:
	// the second of the limit, and a little more, since two clocks may differ.
	slotTime = time.Second + 10*time.Millisecond
	// arrivalTime is added if the caller cancelled the call on its way: it may still
	// arrive within that time.
	arrivalTime = time.Second
)

// mostUnderWay bounds UnderWay, since each call has a connection and may hold a page of
// people, some 100 KiB.
const mostUnderWay = 100

// UnderWay returns how many calls to one API, at the same time, use the whole limit if
// DingTalk needs up to a second for an answer: as many as the limit allows in a second.
// It is at most 100, which use 1,000 calls per second if an answer takes 100 ms.
func UnderWay(callsPerSecond int) int { return min(callsPerSecond, mostUnderWay) }

// Limits keeps the calls of an app to an API under the limit per second,
// whichever clients make them: DingTalk counts per app and API.
//
// For each app and API, there are as many slots as the limit allows calls in a second.
// A call takes a slot right before it is sent, and frees it a second after DingTalk has
// counted it, so that two calls with the same slot are counted more than a second apart.
// Then in any second no more calls are counted than there are slots, even if the process
// is stopped between taking a slot and sending the call.
//
// When DingTalk has counted a call, nobody knows: at the latest when its answer begins.
// But what every call takes, such as the time in which DingTalk makes the answer, makes
// none of them late: a call is counted later than others by no more than its answer took
// longer than the fastest. So the least time that any of the last calls took does not
// count (answerTimes), except for a part: a call that arrives late may be one whose
// answer is made faster. Only where all calls were counted late and the next ones suddenly
// are not may some of these come too early; DingTalk refuses them, and they are repeated.
//
// Limits also keeps the calls that count against a month within allowances: its own, of
// all clients together, and that of each organization.
//
// The zero value is ready to use.
type Limits struct {
	// Allowance is how many calls all clients may make together.
	Allowance Allowance
	purse     purse

	mu            sync.Mutex
	apps          map[appKey]*appLimit
	organizations map[organization]*purse
}

// processLimits are the limits of all clients whose Config has none.
var processLimits Limits

// appKey is an app as DingTalk counts it: its client id or its token, in a
// region.
type appKey struct {
	base, id string
	token    Secret
}

// appLimit is the limit of one app. Limits.mu guards all fields.
type appLimit struct {
	rates   map[*Client]int // the calls per second that each open client of the app allows
	windows map[*endpoint]*window
	tallies map[*endpoint]*tally
}

// window has the slots of one app at one API. Limits.mu guards all fields.
type window struct {
	taken   int
	queue   []*queuedCall // in the order in which they came
	answers answerTimes
}

// answerTimes is the least time between a call that was written and its answer. It is
// known soon, after as many calls as the limit allows in two seconds, since all of fewer
// may have been late. What a call took is forgotten late, after the calls of ten to
// twenty seconds, or with its window, when no call was made for a second.
type answerTimes struct {
	// calls are those since least began.
	calls int
	// least is of these calls, and before of as many as forgottenAfter before them, or 0.
	least, before time.Duration
}

// knownAfter and forgottenAfter are numbers of calls.
func knownAfter(callsPerSecond int) int     { return 2 * max(callsPerSecond, DefaultCallsPerSecond) }
func forgottenAfter(callsPerSecond int) int { return 5 * knownAfter(callsPerSecond) }

// mostDifference is by how much, at most, the time in which an answer is made is taken to
// differ. A quarter of the least time is enough if that is less.
const mostDifference = 100 * time.Millisecond

// add adds a call, and returns how much of the least time does not count.
func (t *answerTimes) add(took time.Duration, callsPerSecond int) time.Duration {
	if t.calls == 0 {
		t.least = took
	}
	t.least = min(t.least, took)
	t.calls++
	usual := t.least
	switch {
	case t.before > 0:
		usual = min(usual, t.before)
	case t.calls < knownAfter(callsPerSecond):
		usual = 0
	}
	if t.calls == forgottenAfter(callsPerSecond) {
		*t = answerTimes{before: t.least}
	}
	return usual - min(usual/4, mostDifference)
}

type queuedCall struct {
	rate    int // the calls per second that its client allows
	granted chan struct{}
}

// add adds a client with its limit. It removes the apps without clients that have made no
// call for a day.
func (l *Limits) add(c *Client) {
	l.update(c.app, func(a *appLimit) { a.rates[c] = c.rate })
	l.mu.Lock()
	defer l.mu.Unlock()
	maps.DeleteFunc(l.apps, func(_ appKey, a *appLimit) bool { return a.unused() })
}

// organization is an organization by its name, or the one of an app.
type organization struct {
	name string
	app  appKey
}

func organizationOf(name string, app appKey) organization {
	if name != "" {
		return organization{name: name}
	}
	return organization{app: app}
}

// purseOf returns the purse of an organization.
func (l *Limits) purseOf(o organization) *purse {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.organizations == nil {
		l.organizations = map[organization]*purse{}
	}
	if l.organizations[o] == nil {
		l.organizations[o] = &purse{}
	}
	return l.organizations[o]
}

// remove removes a client.
func (l *Limits) remove(c *Client) { l.update(c.app, func(a *appLimit) { delete(a.rates, c) }) }

// update changes an app's limit, and then hands the free slots to the queued calls.
// It removes an app without clients that has made no call for a day.
func (l *Limits) update(key appKey, change func(*appLimit)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.apps[key]
	if a == nil {
		a = &appLimit{rates: map[*Client]int{}, windows: map[*endpoint]*window{}, tallies: map[*endpoint]*tally{}}
		if l.apps == nil {
			l.apps = map[appKey]*appLimit{}
		}
		l.apps[key] = a
	}
	change(a)
	for api, w := range a.windows {
		for len(w.queue) > 0 && w.taken < a.limit(w.queue[0]) {
			w.taken++
			close(w.queue[0].granted)
			w.queue = w.queue[1:]
		}
		if w.taken+len(w.queue) == 0 {
			delete(a.windows, api)
		}
	}
	if a.unused() {
		delete(l.apps, key)
	}
}

// unused reports whether an app has no clients and no calls of the last day.
func (a *appLimit) unused() bool {
	if len(a.rates)+len(a.windows) > 0 {
		return false
	}
	for _, t := range a.tallies {
		if !t.idle() {
			return false
		}
	}
	return true
}

// tally returns the tally of an API.
func (a *appLimit) tally(of *endpoint) *tally {
	t := a.tallies[of]
	if t == nil {
		t = &tally{total: Tally{API: of.method + " " + of.path, Counted: of.api.counted}}
		a.tallies[of] = t
	}
	return t
}

// limit returns how many calls per second the app may make: the smallest number that
// one of its open clients allows. If all clients are closed, it returns the number of
// the client that makes the next call.
func (a *appLimit) limit(next *queuedCall) int {
	if len(a.rates) == 0 {
		return next.rate
	}
	return slices.Min(slices.Collect(maps.Values(a.rates)))
}

// slot is the right to send one call.
type slot struct {
	c      *Client
	of     *endpoint
	permit *permit
	tally  *tally // nil before the call is sent
	// sending counts the call, and reports to the trace that it is sent. waiting
	// reports that it waits for a slot.
	sending, waiting func()

	// traced is true if the transport reports its connections, as that of net/http
	// does; sent is true once it has a connection for the call.
	traced, sent bool
	// written is when the whole call had been written to the connection; nil before.
	written atomic.Pointer[time.Time]
}

// slot waits for a slot to call an API once, first come, first served. repeat is whether
// the call failed before. slot returns an error if an allowance is spent, or the context
// ends.
func (c *Client) slot(ctx context.Context, r request, repeat bool) (*slot, error) {
	p, err := c.permit(r)
	if err != nil {
		return nil, err
	}
	trace := traceOf(ctx)
	s := &slot{c: c, of: r.endpoint, permit: p, waiting: func() { trace.waiting(r) }}
	s.sending = func() {
		p.send()
		// Not before: until the slot is taken, the app of a closed client may be removed.
		c.limits.update(c.app, func(a *appLimit) { s.tally = a.tally(r.endpoint) })
		s.tally.sent(repeat)
		if r.api.counted {
			c.counted.Add(1)
		}
		trace.sent(r)
	}
	if err := s.take(ctx); err != nil {
		p.close()
		return nil, err
	}
	return s, nil
}

func (s *slot) take(ctx context.Context) error {
	me := &queuedCall{rate: s.c.rate, granted: make(chan struct{})}
	s.update(func(w *window) { w.queue = append(w.queue, me) })
	select {
	case <-me.granted:
		return nil
	default:
		s.waiting()
	}
	select {
	case <-me.granted:
		return nil
	case <-ctx.Done():
	}
	s.update(func(w *window) {
		queued := len(w.queue)
		if w.queue = slices.DeleteFunc(w.queue, func(q *queuedCall) bool { return q == me }); len(w.queue) == queued {
			w.taken-- // the call got its slot in the meantime
		}
	})
	return ctx.Err()
}

// update changes the slots of the client's app at the API.
func (s *slot) update(change func(*window)) {
	s.c.limits.update(s.c.app, func(a *appLimit) {
		w := a.windows[s.of]
		if w == nil {
			w = &window{}
			a.windows[s.of] = w
		}
		change(w)
	})
}

// release frees the slot at once.
func (s *slot) release() { s.update(func(w *window) { w.taken-- }) }

// unsent frees the slot of a call that was not sent.
func (s *slot) unsent() {
	s.permit.close()
	s.release()
}

// releaseLater frees the slot of a call that has arrived, or arrives within extra. A
// negative extra is how long ago it had arrived.
func (s *slot) releaseLater(extra time.Duration) { time.AfterFunc(slotTime+extra, s.release) }

// releaseAnswered frees the slot of a call whose answer has begun, a second after DingTalk
// has counted it at the latest.
func (s *slot) releaseAnswered() {
	var took, usual time.Duration // took is 0 if the answer was faster than the report
	if written := s.written.Load(); written != nil {
		took = time.Since(*written)
	}
	s.update(func(w *window) { usual = w.answers.add(took, s.c.rate) })
	s.releaseLater(-usual)
}

// trace returns a context through which net/http reports each sending. If an idle
// connection turns out to be dead, net/http sends the call again by itself; that takes
// another slot.
func (s *slot) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { s.traced = true },
		GotConn: func(httptrace.GotConnInfo) {
			if s.sent {
				s.takeAnother(ctx)
			}
			s.sent = true
			s.written.Store(nil)
			s.sending()
		},
		// In a goroutine of its own, and late rather than early: a call then seems to
		// have been answered faster.
		WroteRequest: func(httptrace.WroteRequestInfo) {
			now := time.Now()
			s.written.Store(&now)
		},
	})
}

// answered counts a call to which an answer came, with an error or nil.
func (s *slot) answered(took time.Duration, e *Error) {
	s.tally.ended(took, e)
	if e != nil && e.throttled() {
		s.permit.refund()
	}
}

// neverSent reports whether a failed call never had a connection.
func (s *slot) neverSent() bool { return s.traced && !s.sent }

// takeAnother takes a slot for a call that is sent again.
func (s *slot) takeAnother(ctx context.Context) {
	s.releaseLater(0)
	if s.take(ctx) != nil {
		// The call cannot be stopped any more: it counts, though no slot was free.
		s.update(func(w *window) { w.taken++ })
	}
}
