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
	// windowTime is how long a call stays in the window, from the moment at
	// which DingTalk has surely counted it: the second of the limit, and a
	// little for two clocks that don't run alike.
	windowTime = time.Second + 10*time.Millisecond
	// doubtTime is added where nobody knows when the call arrived: the caller
	// gave up while it was on its way.
	doubtTime = time.Second
)

// Limits keeps the calls of an app to an API under the limit per second,
// whichever clients make them: DingTalk counts per app and API.
//
// A call takes leave right before it is sent, and holds it until a second after
// its answer began. So two calls with the same leave arrive more than a second
// apart, however long either was on its way, and no second holds more calls than
// there are leaves, not even after the process stood still between taking leave
// and sending.
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
	// rates are the limits that the app's clients want. The smallest counts.
	rates map[*Client]int
	// limit is the smallest; after the last client was closed, what it was.
	limit   int
	windows map[*endpoint]*window
	// sweeping is true while somebody looks whether the app can be forgotten.
	sweeping bool
}

// window is the calls of one app to one API. All is guarded by Limits.mu.
type window struct {
	app *appLimit
	// flying is the number of leaves without an end yet.
	flying int
	// ends are when the others become free, in order.
	ends []time.Time
	// queue is who waits for leave, in the order in which they came.
	queue []*waiter
	wake  *time.Timer // nil while nobody waits for an end
}

type waiter struct{ granted chan struct{} }

// join adds a client that wants that limit.
func (l *Limits) join(c *Client, key appKey, rate int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.app(key, rate).rates[c] = rate
	l.adjust(key)
}

// quit takes the client away. The app is forgotten once nothing of it is in a
// window any more.
func (l *Limits) quit(c *Client, key appKey) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a, ok := l.apps[key]; ok {
		delete(a.rates, c)
		l.adjust(key)
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

// adjust follows a change of clients. l.mu is held.
func (l *Limits) adjust(key appKey) {
	a := l.apps[key]
	if len(a.rates) == 0 {
		l.sweep(key)
		return
	}
	a.limit = 0
	for _, rate := range a.rates {
		if a.limit == 0 || rate < a.limit {
			a.limit = rate
		}
	}
	for _, w := range a.windows {
		l.grant(w)
	}
}

// sweep forgets an app without clients as soon as its windows are empty. l.mu is
// held.
func (l *Limits) sweep(key appKey) {
	a, ok := l.apps[key]
	if !ok || len(a.rates) > 0 || a.sweeping {
		return
	}
	for _, w := range a.windows {
		if l.grant(w); w.flying+len(w.ends)+len(w.queue) > 0 {
			a.sweeping = true
			time.AfterFunc(windowTime, func() {
				l.mu.Lock()
				defer l.mu.Unlock()
				a.sweeping = false
				l.sweep(key)
			})
			return
		}
	}
	delete(l.apps, key)
}

// grant gives leave to those who wait, as far as there is any, and sees to it
// that the next are not forgotten. l.mu is held.
func (l *Limits) grant(w *window) {
	now := time.Now()
	for len(w.ends) > 0 && !w.ends[0].After(now) {
		w.ends = w.ends[1:]
	}
	for len(w.queue) > 0 && w.flying+len(w.ends) < w.app.limit {
		w.flying++
		close(w.queue[0].granted)
		w.queue = w.queue[1:]
	}
	if w.wake != nil {
		w.wake.Stop()
		w.wake = nil
	}
	if len(w.queue) > 0 && len(w.ends) > 0 {
		w.wake = time.AfterFunc(w.ends[0].Sub(now), func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.grant(w)
		})
	}
}

// leave is the right to send one call.
type leave struct {
	limits *Limits
	key    appKey
	rate   int
	of     *endpoint
	w      *window
	// sending and waiting are told of each sending, and of a wait for leave.
	sending, waiting func()

	// told is true where the transport tells of its connections, as net/http's
	// does; sent is true once it had one to send the call on.
	told, sent bool
}

// leave waits for the right to call an API once, first come, first served. It
// fails only with the context.
func (c *Client) leave(ctx context.Context, r request) (*leave, error) {
	trace := traceOf(ctx)
	l := &leave{limits: c.limits, key: c.app, rate: c.rate, of: r.endpoint,
		sending: func() { trace.sent(r) }, waiting: func() { trace.waiting(r) }}
	return l, l.take(ctx)
}

func (l *leave) take(ctx context.Context) error {
	me := &waiter{granted: make(chan struct{})}
	l.limits.mu.Lock()
	l.enter()
	l.w.queue = append(l.w.queue, me)
	l.limits.grant(l.w)
	l.limits.mu.Unlock()
	select {
	case <-me.granted:
		return nil
	default:
		l.waiting()
	}
	select {
	case <-me.granted:
		return nil
	case <-ctx.Done():
	}
	l.limits.mu.Lock()
	defer l.limits.mu.Unlock()
	if i := slices.Index(l.w.queue, me); i >= 0 {
		l.w.queue = slices.Delete(l.w.queue, i, i+1)
	} else {
		l.w.flying-- // it was granted at the same moment
		l.limits.grant(l.w)
	}
	return ctx.Err()
}

// enter finds the window, which may have been forgotten since the client was
// closed: its calls under way still count. limits.mu is held.
func (l *leave) enter() {
	a := l.limits.app(l.key, l.rate)
	if l.w = a.windows[l.of]; l.w == nil {
		l.w = &window{app: a}
		a.windows[l.of] = l.w
	}
}

// unused gives the leave back: nothing was sent.
func (l *leave) unused() { l.end(time.Time{}) }

// used ends the leave: what was sent has arrived by now, or within doubt.
func (l *leave) used(doubt time.Duration) { l.end(time.Now().Add(windowTime + doubt)) }

func (l *leave) end(at time.Time) {
	l.limits.mu.Lock()
	defer l.limits.mu.Unlock()
	l.w.flying--
	i, _ := slices.BinarySearchFunc(l.w.ends, at, time.Time.Compare)
	l.w.ends = slices.Insert(l.w.ends, i, at)
	l.limits.grant(l.w)
	l.limits.sweep(l.key)
}

// watch returns a context by which net/http tells of each sending. It may send a
// call again by itself, where a connection that it kept turns out to be dead;
// that takes another leave.
func (l *leave) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { l.told = true },
		GotConn: func(httptrace.GotConnInfo) {
			if l.sent {
				l.again(ctx)
			}
			l.sent = true
			l.sending()
		},
	})
}

// neverSent reports whether a call that failed had no connection to be sent on.
func (l *leave) neverSent() bool { return l.told && !l.sent }

func (l *leave) again(ctx context.Context) {
	l.used(0)
	if l.take(ctx) != nil {
		// Too late to stop it. It counts, though there was no room.
		l.limits.mu.Lock()
		defer l.limits.mu.Unlock()
		l.enter()
		l.w.flying++
	}
}
