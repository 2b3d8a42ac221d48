// Package sidebyside runs the parts of a task that wait for calls side by side, so that
// the calls need not wait for one another. It knows nothing of what the calls are.
//
// A part makes one call, or several that follow one another, such as the pages of a
// list. The parts that call the same API are in one [Lane]. A [Group] is all parts of a
// task, with one order for what they emit and one error.
//
// How many parts run at a time:
//
//   - A lane has at most as many as its group's width.
//   - A group has at most one more than it has had answers. So it begins with one call,
//     and has twice as many with each round of answers. If an error or the reader ends
//     the group, no more calls were on the way than had been answered.
//   - While the reader may soon have enough, one part runs at a time, and the next one
//     starts after it has ended: no call is made that a task which makes one call after
//     another would not make. One lane is for parts that are wanted all the same.
package sidebyside

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
)

// Group is the parts of one task. Its methods may be called by several goroutines at a
// time.
type Group struct {
	width    int
	oneByOne func() bool

	ctx    context.Context
	cancel context.CancelCauseFunc
	turn   chan struct{} // holds a value while a part emits
	wanted *Lane

	mu       sync.Mutex
	changed  chan struct{} // closed, and replaced, when what follows has changed
	running  int           // parts that run, in all lanes
	answered int
	panicked *partPanic // the first panic of a part; nil if none did
}

// Run calls begin, which starts parts, and waits until all of them have ended. The first
// error, of begin or of a part, ends the context of the others, and is returned; if it is
// a panic, Run panics. stopped is true if the reader wanted no more; then err is nil.
//
// width is how many parts of a lane run at a time, at least 1. oneByOne reports whether
// one part at a time shall run now, since the reader may soon have enough.
func Run(ctx context.Context, width int, oneByOne func() bool, begin func(context.Context, *Group) error) (stopped bool, err error) {
	g := &Group{width: width, oneByOne: oneByOne, turn: make(chan struct{}, 1), changed: make(chan struct{})}
	g.wanted = &Lane{g: g}
	g.ctx, g.cancel = context.WithCancelCause(ctx)
	defer g.cancel(nil)

	g.guard(func() error { return begin(g.ctx, g) })
	g.mu.Lock()
	defer g.mu.Unlock()
	g.await(context.WithoutCancel(ctx), func() bool { return g.running == 0 })
	if g.panicked != nil {
		panic(g.panicked)
	}
	if cause := context.Cause(g.ctx); !errors.Is(cause, errStopped) {
		return false, cause
	}
	return true, nil
}

// errStopped is the cause for which the context of a group ends whose reader wants no
// more.
var errStopped = errors.New("no more is wanted")

// guard calls f. If f fails or panics, guard ends the group's context.
func (g *Group) guard(f func() error) {
	defer func() {
		if r := recover(); r != nil {
			g.Change(func() { g.panicked = cmp.Or(g.panicked, &partPanic{r, debug.Stack()}) })
			g.cancel(errors.New("a part panicked"))
		}
	}()
	if err := f(); err != nil {
		g.cancel(err)
	}
}

// partPanic is what Run panics with if a part did. It prints as the part's own value.
type partPanic struct {
	value any
	stack []byte
}

func (p *partPanic) String() string { return fmt.Sprint(p.value) }

// Stack returns the stack of the part.
func (p *partPanic) Stack() []byte { return p.stack }

// Answered counts an answer. A part calls it for each call of its own.
func (g *Group) Answered() { g.Change(func() { g.answered++ }) }

// Emit calls f unless the group has ended, and never two at a time. f reports whether
// more is wanted; if not, the group ends. Emit reports the same.
func (g *Group) Emit(f func() (more bool)) (more bool) {
	select {
	case g.turn <- struct{}{}:
		defer func() { <-g.turn }()
	case <-g.ctx.Done():
	}
	if g.ctx.Err() != nil {
		return false
	}
	if !f() {
		g.cancel(errStopped)
		return false
	}
	return true
}

// Change calls f, which changes what a condition of Await looks at.
func (g *Group) Change(f func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	f()
	close(g.changed)
	g.changed = make(chan struct{})
}

// Await waits until a condition holds, which Change, the start or the end of a part may
// have changed. It returns false if the group ends before.
func (g *Group) Await(condition func() bool) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.await(g.ctx, condition)
}

// await is Await until ctx ends. g.mu is held, except while it waits.
func (g *Group) await(ctx context.Context, condition func() bool) bool {
	for ctx.Err() == nil {
		if condition() {
			return true
		}
		changed := g.changed
		g.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
		}
		g.mu.Lock()
	}
	return false
}

// Ready waits until the function begin of Run may make a call by itself, as if a part
// started that makes it. It returns an error if the group ends before.
func (g *Group) Ready(ctx context.Context) error {
	if g.Await(func() bool { return g.mayStart(nil) }) {
		return ctx.Err()
	}
	return context.Cause(g.ctx)
}

// mayStart reports whether one more part may run, in a lane that is not nil. g.mu is
// held.
func (g *Group) mayStart(in *Lane) bool {
	if in != g.wanted && g.oneByOne() {
		return g.running == 0
	}
	return g.running <= g.answered
}

// Lane is the parts of a group that call the same API.
type Lane struct {
	g       *Group
	running int // guarded by g.mu
}

// Lane returns a lane of parts that bring what may not be wanted.
func (g *Group) Lane() *Lane { return &Lane{g: g} }

// Wanted returns the group's lane of parts that are wanted, also if the reader may soon
// have enough: they run side by side then as well.
func (g *Group) Wanted() *Lane { return g.wanted }

// Go starts a part as soon as it may run, with the group's context. It returns false if
// the group ends before.
func (l *Lane) Go(part func(context.Context) error) (started bool) {
	g := l.g
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.await(g.ctx, func() bool { return l.running < g.width && g.mayStart(l) }) {
		return false
	}
	l.running++
	g.running++
	go func() {
		defer g.Change(func() {
			l.running--
			g.running--
		})
		g.guard(func() error { return part(g.ctx) })
	}()
	return true
}

// Idle reports whether no part of the lane runs. It is for a condition of Await.
func (l *Lane) Idle() bool { return l.running == 0 }
