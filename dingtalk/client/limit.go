package client

import (
	"context"
	"maps"
	"net/http/httptrace"
	"slices"
	"sync"
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

// Limits keeps the calls of an app to an API under the limit per second,
// whichever clients make them: DingTalk counts per app and API.
//
// For each app and API, there are as many slots as the limit allows calls in a second.
// A call takes a slot right before it is sent, and frees it a second after its answer
// has begun. So two calls with the same slot arrive more than a second apart, however
// long each takes to arrive. In any second, no more calls arrive than there are slots,
// even if the process is stopped between taking a slot and sending the call.
//
// The zero value is ready to use.
type Limits struct {
	mu   sync.Mutex
	apps map[appKey]*appLimit
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
}

// window has the slots of one app at one API. Limits.mu guards all fields.
type window struct {
	taken int
	queue []*queuedCall // in the order in which they came
}

type queuedCall struct {
	rate    int // the calls per second that its client allows
	granted chan struct{}
}

// add adds a client with its limit.
func (l *Limits) add(c *Client) { l.update(c.app, func(a *appLimit) { a.rates[c] = c.rate }) }

// remove removes a client.
func (l *Limits) remove(c *Client) { l.update(c.app, func(a *appLimit) { delete(a.rates, c) }) }

// update changes an app's limit, and then hands the free slots to the queued calls.
// It removes an app without clients and calls.
func (l *Limits) update(key appKey, change func(*appLimit)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.apps[key]
	if a == nil {
		a = &appLimit{rates: map[*Client]int{}, windows: map[*endpoint]*window{}}
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
	if len(a.rates)+len(a.windows) == 0 {
		delete(l.apps, key)
	}
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
	c  *Client
	of *endpoint
	// sending counts the call, and reports to the trace that it is sent. waiting
	// reports that it waits for a slot.
	sending, waiting func()

	// traced is true if the transport reports its connections, as that of net/http
	// does; sent is true once it has a connection for the call.
	traced, sent bool
}

// slot waits for a slot to call an API once, first come, first served. It returns an
// error only if the context ends.
func (c *Client) slot(ctx context.Context, r request) (*slot, error) {
	trace := traceOf(ctx)
	sending := func() {
		if r.api.counted {
			c.counted.Add(1)
		}
		trace.sent(r)
	}
	s := &slot{c: c, of: r.endpoint, sending: sending, waiting: func() { trace.waiting(r) }}
	return s, s.take(ctx)
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
		if i := slices.Index(w.queue, me); i >= 0 {
			w.queue = slices.Delete(w.queue, i, i+1)
		} else {
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

// releaseLater frees the slot of a call that has arrived, or arrives within extra.
func (s *slot) releaseLater(extra time.Duration) { time.AfterFunc(slotTime+extra, s.release) }

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
			s.sending()
		},
	})
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
