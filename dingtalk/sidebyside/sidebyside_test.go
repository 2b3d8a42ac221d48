package sidebyside

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Time is simulated: it passes only while every goroutine waits. A goroutine that a
// group leaves behind fails its test.

func never() bool  { return false }
func always() bool { return true }

// meter counts the calls that run at a time.
type meter struct {
	running, most, all atomic.Int64
	mu                 sync.Mutex // of most
}

// call takes a second, or until ctx ends.
func (m *meter) call(ctx context.Context) error {
	n := m.running.Add(1)
	defer m.running.Add(-1)
	m.all.Add(1)
	m.mu.Lock()
	m.most.Store(max(m.most.Load(), n))
	m.mu.Unlock()
	select {
	case <-time.After(time.Second):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// part is a part of one call.
func (m *meter) part(g *Group) func(context.Context) error {
	return func(ctx context.Context) error {
		err := m.call(ctx)
		g.Answered()
		return err
	}
}

// seconds is how long f takes.
func seconds(f func()) float64 {
	start := time.Now()
	f()
	return time.Since(start).Seconds()
}

// A group begins with one call, and then has one more under way than it has had answers,
// up to the width of each lane.
func TestWidth(t *testing.T) {
	for _, test := range []struct {
		width, lanes, parts int
		most                int64
		seconds             float64
	}{
		{8, 1, 7, 4, 3},          // 1, 2, 4
		{8, 1, 31, 8, 6},         // 1, 2, 4, 8, 8, 8
		{8, 2, 31, 16, 5},        // 1, 2, 4, 8, and 16 in two lanes
		{1, 1, 5, 1, 5},          // one at a time
		{1000, 1, 1023, 512, 10}, // twice as many each second
	} {
		t.Run(fmt.Sprint(test), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var calls meter
				var stopped bool
				var err error
				var within context.Context
				took := seconds(func() {
					stopped, err = Run(t.Context(), test.width, never, func(ctx context.Context, g *Group) error {
						within = ctx
						lanes := make([]*Lane, test.lanes)
						for i := range lanes {
							lanes[i] = g.Lane()
						}
						for i := range test.parts {
							if !lanes[i%len(lanes)].Go(calls.part(g)) {
								t.Error("a part did not start")
							}
						}
						return nil
					})
				})
				if stopped || err != nil || calls.all.Load() != int64(test.parts) {
					t.Errorf("%d calls, stopped %t, %v", calls.all.Load(), stopped, err)
				}
				if within.Err() == nil {
					t.Error("the group's context goes on")
				}
				if calls.most.Load() > test.most || took != test.seconds {
					t.Errorf("at most %d calls at a time, in %g s", calls.most.Load(), took)
				}
			})
		})
	}
}

// A part that has several calls takes one place. What it waits for may run in another
// lane meanwhile.
func TestPartsOfSeveralCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var lists, calls meter
		_, err := Run(t.Context(), 4, never, func(_ context.Context, g *Group) error {
			listing, each := g.Lane(), g.Wanted()
			for range 10 {
				listing.Go(func(ctx context.Context) error {
					for range 3 {
						if err := lists.part(g)(ctx); err != nil {
							return err
						}
						for range 5 {
							each.Go(calls.part(g))
						}
					}
					return nil
				})
			}
			return nil
		})
		if err != nil || lists.all.Load() != 30 || calls.all.Load() != 150 || lists.most.Load() > 4 || calls.most.Load() != 4 {
			t.Errorf("%d lists, %d at a time, and %d calls, %d at a time; %v", lists.all.Load(), lists.most.Load(), calls.all.Load(), calls.most.Load(), err)
		}
	})
}

// While the reader may have enough, each part starts after the last has ended, whatever
// lane it is in, and so does a call of begin; those that are wanted all the same do not.
func TestOneByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var limited atomic.Bool
		limited.Store(true)
		var calls, wanted meter
		_, err := Run(t.Context(), 8, limited.Load, func(ctx context.Context, g *Group) error {
			a, b, c := g.Lane(), g.Lane(), g.Wanted()
			for range 3 {
				a.Go(calls.part(g))
				b.Go(calls.part(g))
				if err := g.Ready(ctx); err != nil || calls.running.Load() > 0 {
					t.Errorf("ready for a call, while %d run, %v", calls.running.Load(), err)
				}
			}
			if calls.most.Load() != 1 {
				t.Errorf("%d calls at a time", calls.most.Load())
			}
			for range 5 {
				c.Go(wanted.part(g))
			}
			synctest.Wait()
			if n := wanted.running.Load(); n != 5 {
				t.Errorf("%d wanted calls at a time", n)
			}
			if !g.Await(c.Idle) || wanted.running.Load() > 0 {
				t.Error("the lane is not idle")
			}
			limited.Store(false)
			for range 8 {
				a.Go(calls.part(g))
			}
			return nil
		})
		if err != nil || calls.most.Load() != 8 {
			t.Errorf("%d calls at a time, then; %v", calls.most.Load(), err)
		}
	})
}

// The first error ends the others and what waits, and is the group's. Run returns when
// all have ended.
func TestFirstError(t *testing.T) {
	refused := errors.New("refused")
	for name, fail := range map[string]func(ctx context.Context, g *Group) error{
		"of a part": func(ctx context.Context, g *Group) error {
			g.Lane().Go(func(ctx context.Context) error {
				time.Sleep(2500 * time.Millisecond)
				return refused
			})
			<-ctx.Done()
			return ctx.Err()
		},
		"of begin": func(context.Context, *Group) error {
			time.Sleep(2500 * time.Millisecond)
			return refused
		},
		"of a part that begin waits for": func(ctx context.Context, g *Group) error {
			lane := g.Lane()
			lane.Go(func(context.Context) error {
				time.Sleep(2500 * time.Millisecond)
				return refused
			})
			if g.Await(lane.Idle) || lane.Go(func(context.Context) error { return nil }) || g.Ready(ctx) == nil || g.Emit(always) {
				t.Error("something goes on after an error")
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var calls meter
				took := seconds(func() {
					stopped, err := Run(t.Context(), 4, never, func(ctx context.Context, g *Group) error {
						g.answered = 100
						lane := g.Lane()
						for range 4 {
							lane.Go(func(ctx context.Context) error {
								for calls.call(ctx) == nil {
								}
								time.Sleep(time.Second) // it ends in its own time
								return ctx.Err()
							})
						}
						return fail(ctx, g)
					})
					if stopped || !errors.Is(err, refused) || calls.running.Load() > 0 {
						t.Errorf("stopped %t, %v", stopped, err)
					}
				})
				if took != 3.5 || calls.all.Load() != 4*3 {
					t.Errorf("%d calls, %g s", calls.all.Load(), took)
				}
			})
		})
	}
}

// Parts emit in turn. When the reader wants no more, the group ends without an error.
func TestEmit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var emitted, emitting atomic.Int64
		stopped, err := Run(t.Context(), 10, never, func(_ context.Context, g *Group) error {
			g.answered = 100
			lane := g.Lane()
			for range 1000 {
				lane.Go(func(ctx context.Context) error {
					more := g.Emit(func() bool {
						if emitting.Add(1) > 1 {
							t.Error("two emit at a time")
						}
						defer emitting.Add(-1)
						time.Sleep(time.Second)
						return emitted.Add(1) < 25
					})
					if more != (ctx.Err() == nil) {
						t.Errorf("more is wanted: %t, and %v", more, ctx.Err())
					}
					return ctx.Err()
				})
			}
			return nil
		})
		if !stopped || err != nil || emitted.Load() != 25 {
			t.Errorf("%d were emitted, stopped %t, %v", emitted.Load(), stopped, err)
		}
	})
}

// What waits for its turn, or for a condition, ends with the group, though nothing else
// does yet.
func TestWaitingEnds(t *testing.T) {
	for name, waits := range map[string]func(g *Group) bool{
		"for its turn":    func(g *Group) bool { return g.Emit(always) },
		"for a condition": func(g *Group) bool { return g.Await(never) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				refused := errors.New("refused")
				_, err := Run(t.Context(), 10, never, func(_ context.Context, g *Group) error {
					g.answered = 100
					lane := g.Lane()
					lane.Go(func(context.Context) error {
						g.Emit(func() bool {
							time.Sleep(time.Hour)
							return true
						})
						return nil
					})
					synctest.Wait()
					start := time.Now()
					lane.Go(func(context.Context) error {
						if waits(g) || time.Since(start) != time.Second {
							t.Errorf("it ends after %s", time.Since(start))
						}
						return nil
					})
					time.Sleep(time.Second)
					return refused
				})
				if !errors.Is(err, refused) {
					t.Error(err)
				}
			})
		})
	}
}

// When the context of the whole ends, so does the group, with its reason.
func TestContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		gone := errors.New("the reader has gone")
		var calls meter
		took := seconds(func() {
			time.AfterFunc(9500*time.Millisecond, func() { cancel(gone) })
			stopped, err := Run(ctx, 4, never, func(_ context.Context, g *Group) error {
				for lane := g.Lane(); lane.Go(calls.part(g)); {
				}
				return nil
			})
			if stopped || !errors.Is(err, gone) {
				t.Errorf("stopped %t, %v", stopped, err)
			}
		})
		if took != 9.5 || calls.most.Load() != 4 {
			t.Errorf("%d calls, %g s", calls.all.Load(), took)
		}
		stopped, err := Run(ctx, 4, never, func(ctx context.Context, g *Group) error {
			if g.Lane().Go(calls.part(g)) {
				t.Error("a part has started")
			}
			return nil
		})
		if stopped || !errors.Is(err, gone) {
			t.Errorf("stopped %t, %v", stopped, err)
		}
	})
}

// A part's panic is one of Run, after the others have ended, with its value and stack.
func TestPanic(t *testing.T) {
	for name, begin := range map[string]func(ctx context.Context, g *Group) error{
		"of a part": func(_ context.Context, g *Group) error {
			g.Lane().Go(func(context.Context) error { return thatPanics() })
			return nil
		},
		"of begin": func(context.Context, *Group) error { return thatPanics() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var calls meter
				start := time.Now()
				defer func() {
					if took := time.Since(start); took > 0 {
						t.Errorf("the others went on for %s", took)
					}
					r := recover()
					at, ok := r.(interface{ Stack() []byte })
					if fmt.Sprint(r) != "of mine" || !ok || !strings.Contains(string(at.Stack()), "thatPanics") || calls.running.Load() > 0 {
						t.Errorf("%v, while %d calls run", r, calls.running.Load())
					}
				}()
				_, err := Run(t.Context(), 4, never, func(ctx context.Context, g *Group) error {
					g.answered = 100
					g.Lane().Go(calls.part(g))
					synctest.Wait()
					return begin(ctx, g)
				})
				t.Errorf("no panic, but %v", err)
			})
		})
	}
}

func thatPanics() error { panic("of mine") }
