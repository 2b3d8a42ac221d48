package client

import (
	"context"
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
	// rates are the limits of the app's clients. The smallest counts.
	rates map[*Client]int
	// limit is the smallest; after the last client was closed, what it was.
	limit   int
	windows map[*endpoint]*window
	// forgetting is true while a timer is set to forget the app.
	forgetting bool
}

// window is the slots of one app at one API. All is guarded by Limits.mu.
type window struct {
	app *appLimit
	// inUse is the number of slots whose calls have not ended.
	inUse int
	// freeAt is when the other slots that are taken become free, in order.
	freeAt []time.Time
	// queue is the calls that wait for a slot, in order.
	queue []*waiter
	timer *time.Timer // hands out the next slot that becomes free; nil while no call waits
}

type waiter struct{ granted chan struct{} }

// add adds a client with its limit.
func (l *Limits) add(c *Client, key appKey, rate int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.app(key, rate).rates[c] = rate
	l.update(key)
}

// remove removes a client. The app is forgotten once all its slots are free.
func (l *Limits) remove(c *Client, key appKey) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a, ok := l.apps[key]; ok {
		delete(a.rates, c)
		l.update(key)
	}
}

// app returns an app's limit. l.mu is held.
func (l *Limits) app(key appKey, rate int) *appLimit {
	a, ok := l.apps[key]
	if !ok {
		a = &appLimit{rates: map[*Client]int{}, limit: rate, windows: map[*endpoint]*window{}}
		if l.apps == nil {
			l.apps = map[appKey]*appLimit{}
		}
		l.apps[key] = a
	}
	return a
}

// update computes an app's limit anew after a change of its clients. l.mu is
// held.
func (l *Limits) update(key appKey) {
	a := l.apps[key]
	if len(a.rates) == 0 {
		l.forget(key)
		return
	}
	a.limit = 0
	for _, rate := range a.rates {
		if a.limit == 0 || rate < a.limit {
			a.limit = rate
		}
	}
	for _, w := range a.windows {
		l.handOut(w)
	}
}

// forget forgets an app without clients, as soon as all its slots are free. l.mu
// is held.
func (l *Limits) forget(key appKey) {
	a, ok := l.apps[key]
	if !ok || len(a.rates) > 0 || a.forgetting {
		return
	}
	for _, w := range a.windows {
		if l.handOut(w); w.inUse+len(w.freeAt)+len(w.queue) > 0 {
			a.forgetting = true
			time.AfterFunc(slotTime, func() {
				l.mu.Lock()
				defer l.mu.Unlock()
				a.forgetting = false
				l.forget(key)
			})
			return
		}
	}
	delete(l.apps, key)
}

// handOut hands the free slots to the waiting calls in order, and sets a timer for
// the next slot that becomes free. l.mu is held.
func (l *Limits) handOut(w *window) {
	now := time.Now()
	for len(w.freeAt) > 0 && !w.freeAt[0].After(now) {
		w.freeAt = w.freeAt[1:]
	}
	for len(w.queue) > 0 && w.inUse+len(w.freeAt) < w.app.limit {
		w.inUse++
		close(w.queue[0].granted)
		w.queue = w.queue[1:]
	}
	if w.timer != nil {
		w.timer.Stop()
		w.timer = nil
	}
	if len(w.queue) > 0 && len(w.freeAt) > 0 {
		w.timer = time.AfterFunc(w.freeAt[0].Sub(now), func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.handOut(w)
		})
	}
}

// slot is the right to send one call.
type slot struct {
	limits *Limits
	key    appKey
	rate   int
	of     *endpoint
	w      *window
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
	s := &slot{limits: c.limits, key: c.app, rate: c.rate, of: r.endpoint,
		sending: func() { trace.sent(r) }, waiting: func() { trace.waiting(r) }}
	return s, s.take(ctx)
}

func (s *slot) take(ctx context.Context) error {
	me := &waiter{granted: make(chan struct{})}
	s.limits.mu.Lock()
	s.findWindow()
	s.w.queue = append(s.w.queue, me)
	s.limits.handOut(s.w)
	s.limits.mu.Unlock()
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
	s.limits.mu.Lock()
	defer s.limits.mu.Unlock()
	if i := slices.Index(s.w.queue, me); i >= 0 {
		s.w.queue = slices.Delete(s.w.queue, i, i+1)
	} else {
		s.w.inUse-- // it was granted at the same moment
		s.limits.handOut(s.w)
	}
	return ctx.Err()
}

// findWindow finds the window, which may have been forgotten since the client was
// closed: its calls under way still count. limits.mu is held.
func (s *slot) findWindow() {
	a := s.limits.app(s.key, s.rate)
	if s.w = a.windows[s.of]; s.w == nil {
		s.w = &window{app: a}
		a.windows[s.of] = s.w
	}
}

// release frees the slot at once: nothing was sent.
func (s *slot) release() { s.free(time.Time{}) }

// releaseLater frees the slot of a call that has arrived by now, or within doubt.
func (s *slot) releaseLater(doubt time.Duration) { s.free(time.Now().Add(slotTime + doubt)) }

func (s *slot) free(at time.Time) {
	s.limits.mu.Lock()
	defer s.limits.mu.Unlock()
	s.w.inUse--
	i, _ := slices.BinarySearchFunc(s.w.freeAt, at, time.Time.Compare)
	s.w.freeAt = slices.Insert(s.w.freeAt, i, at)
	s.limits.handOut(s.w)
	s.limits.forget(s.key)
}

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
		// Too late to stop it. It counts, though no slot was free.
		s.limits.mu.Lock()
		defer s.limits.mu.Unlock()
		s.findWindow()
		s.w.inUse++
	}
}
