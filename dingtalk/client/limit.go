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
	// slotTime is how long a slot stays taken after DingTalk has surely counted
	// its call: the second of the limit, and a little for two clocks that don't
	// run alike.
	slotTime = time.Second + 10*time.Millisecond
	// doubtTime is added where nobody knows when the call arrived: the caller
	// gave up while it was on its way.
	doubtTime = time.Second
)

// Limits keeps the calls of an app to an API under the limit per second,
// whichever clients make them: DingTalk counts per app and API.
//
// Each app and API have as many slots as the limit allows calls in a second. A
// call takes a slot right before it is sent, and frees it a second after its
// answer began. So two calls of the same slot arrive more than a second apart,
// however long either was on its way, and no second holds more calls than there
// are slots, not even after the process stood still between taking a slot and
// sending.
//
// The zero value is ready to use.
type Limits struct {
	mu   sync.Mutex
	apps map[appKey]*appLimit
}

// processLimits are those of all clients without others of their own.
var processLimits Limits

// appKey is an app as DingTalk counts it: its client id or its token, in a
// region.
type appKey struct {
	base, id string
	token    Secret
}

// appLimit is the limit of one app. All is guarded by Limits.mu.
type appLimit struct {
	rates   map[*Client]int // the limits of the app's open clients
	windows map[*endpoint]*window
}

// window is the slots of one app at one API. All is guarded by Limits.mu.
type window struct {
	taken int
	queue []*waiter // the calls that wait for a slot, in order
}

type waiter struct {
	rate    int // the limit of its client
	granted chan struct{}
}

// add adds a client with its limit.
func (l *Limits) add(c *Client) { l.update(c.app, func(a *appLimit) { a.rates[c] = c.rate }) }

// remove removes a client.
func (l *Limits) remove(c *Client) { l.update(c.app, func(a *appLimit) { delete(a.rates, c) }) }

// update changes an app's limit, and hands out the slots that are free then. An
// app without clients and calls is forgotten.
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

// limit is the smallest limit of the app's open clients; without one, that of the
// closed client which waits.
func (a *appLimit) limit(next *waiter) int {
	if len(a.rates) == 0 {
		return next.rate
	}
	return slices.Min(slices.Collect(maps.Values(a.rates)))
}

// slot is the right to send one call.
type slot struct {
	c  *Client
	of *endpoint
	// sending and waiting report each sending, and a wait for the slot.
	sending, waiting func()

	// traced is true where the transport reports its connections, as net/http's
	// does; sent is true once it had one to send the call on.
	traced, sent bool
}

// slot waits for the right to call an API once, first come, first served. It fails
// only with the context.
func (c *Client) slot(ctx context.Context, r request) (*slot, error) {
	trace := traceOf(ctx)
	s := &slot{c: c, of: r.endpoint, sending: func() { trace.sent(r) }, waiting: func() { trace.waiting(r) }}
	return s, s.take(ctx)
}

func (s *slot) take(ctx context.Context) error {
	me := &waiter{rate: s.c.rate, granted: make(chan struct{})}
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
			w.taken-- // it was granted at the same moment
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

// release frees the slot at once: nothing was sent, or long ago.
func (s *slot) release() { s.update(func(w *window) { w.taken-- }) }

// releaseLater frees the slot of a call that has arrived by now, or within doubt.
func (s *slot) releaseLater(doubt time.Duration) { time.AfterFunc(slotTime+doubt, s.release) }

// trace returns a context by which net/http reports each sending. It may send a
// call again by itself, where a connection that it kept turns out to be dead; that
// takes another slot.
func (s *slot) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { s.traced = true },
		GotConn: func(httptrace.GotConnInfo) {
			if s.sent {
				s.again(ctx)
			}
			s.sent = true
			s.sending()
		},
	})
}

// neverSent reports whether a call that failed had no connection to be sent on.
func (s *slot) neverSent() bool { return s.traced && !s.sent }

func (s *slot) again(ctx context.Context) {
	s.releaseLater(0)
	if s.take(ctx) != nil {
		s.update(func(w *window) { w.taken++ }) // too late to stop it: it counts, though no slot was free
	}
}
