package client_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// worstSecond is the most calls of a kind that any sliding second held, as the
// server saw them.
func worstSecond(w *world, kind simulator.CallKind) int {
	var at []time.Time
	for _, c := range w.sim.Calls() {
		if c.Kind == kind {
			at = append(at, c.At)
		}
	}
	slices.SortFunc(at, time.Time.Compare)
	worst, first := 0, 0
	for i := range at {
		for at[i].Sub(at[first]) >= time.Second {
			first++
		}
		worst = max(worst, i-first+1)
	}
	return worst
}

// askFor lists n schedules at once with each client, and returns how long it
// took.
func askFor(t *testing.T, w *world, n int, clients ...*client.Client) time.Duration {
	t.Helper()
	start := time.Now()
	var wg sync.WaitGroup
	for _, api := range clients {
		for i := range n {
			wg.Go(func() {
				for _, err := range api.ScheduleConferences(t.Context(), fmt.Sprint(i), client.PageOptions{}) {
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	wg.Wait()
	return time.Since(start)
}

// schedules gives the simulator so many of one meeting.
func schedules(w *world, n int) {
	for i := range n {
		schedule(w.sim, fmt.Sprint(i), 1)
	}
}

// In no second does the server get more calls than the limit, and a hundred ids take
// little longer than that allows.
func TestLimit(t *testing.T) {
	tests := []struct {
		latency  time.Duration
		perCall  int // the CallsPerSecond of the client; 0 is the default
		limit    int
		fastest  time.Duration
		slowest  time.Duration
		tokenLag time.Duration
	}{
		{0, 0, 20, 4 * time.Second, 4100 * time.Millisecond, 0},
		{100 * time.Millisecond, 0, 20, 4 * time.Second, 4700 * time.Millisecond, 0},
		{100 * time.Millisecond, 0, 20, 5 * time.Second, 5700 * time.Millisecond, time.Second},
		{0, 2, 2, 49 * time.Second, 50 * time.Second, 0},
		{0, 1, 1, 99 * time.Second, 101 * time.Second, 0},
		{10 * time.Millisecond, 60, 60, time.Second, 1100 * time.Millisecond, 0},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test), func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				w.api.Close()
				w.api = w.newClient(t, internalApp, test.perCall)
				schedules(w, 100)
				w.sim.CallsPerSecond = test.limit
				w.sim.Script(simulator.Fault{On: simulator.OnToken, Serve: simulator.Delay(test.tokenLag)}, simulator.Fault{Serve: simulator.Delay(test.latency)})
				took := askFor(t, w, 100, w.api)
				equal(t, "calls", 100, w.sim.Count(simulator.ConferenceCall)) // none was refused
				equal(t, "worst second", test.limit, worstSecond(w, simulator.ConferenceCall))
				if took < test.fastest || took > test.slowest {
					t.Errorf("took %s", took)
				}
			})
		})
	}
}

// stalling is a transport in a process that stands still now and then, after
// calls took a slot and before they are sent.
type stalling struct {
	next  http.RoundTripper
	until atomic.Pointer[time.Time]
}

func (s *stalling) RoundTrip(r *http.Request) (*http.Response, error) {
	if until := s.until.Load(); until != nil {
		time.Sleep(time.Until(*until))
	}
	return s.next.RoundTrip(r)
}

func TestLimitInAProcessThatStalls(t *testing.T) {
	for _, stall := range []time.Duration{300 * time.Millisecond, 350 * time.Millisecond, 700 * time.Millisecond, time.Second, 2 * time.Second} {
		for _, latency := range []time.Duration{0, 30 * time.Millisecond, 400 * time.Millisecond} {
			t.Run(fmt.Sprint(stall, latency), func(t *testing.T) {
				inWorld(t, internalApp, func(t *testing.T, w *world) {
					network := &stalling{next: w.transport}
					w.api.Close()
					w.api = client.New(client.Config{Endpoint: w.endpoint(), Credentials: internalApp, Transport: network, Limits: w.limits})
					schedules(w, 200)
					w.sim.Script(simulator.Fault{Serve: simulator.Delay(latency)})
					done := make(chan struct{})
					go func() {
						askFor(t, w, 200, w.api)
						close(done)
					}()
					random := rand.New(rand.NewPCG(1, uint64(stall)))
					for ended := false; !ended; {
						select {
						case <-done:
							ended = true
						case <-time.After(time.Duration(random.Int64N(int64(900 * time.Millisecond)))):
							until := time.Now().Add(stall)
							network.until.Store(&until)
						}
					}
					equal(t, "calls", 200, w.sim.Count(simulator.ConferenceCall))
					if worst := worstSecond(w, simulator.ConferenceCall); worst > 20 {
						t.Errorf("%d calls in a second", worst)
					}
				})
			})
		}
	}
}

// The time that DingTalk needs for every answer does not make calls fewer; and however
// late some calls arrive, no second has more of them than the limit.
func TestLimitWhereAnswersTakeLong(t *testing.T) {
	const calls, limit = 1000, 20
	const third = 300 * time.Millisecond
	constant := func(d time.Duration) func(time.Duration) time.Duration {
		return func(time.Duration) time.Duration { return d }
	}
	random := func(from, to time.Duration) func(time.Duration) time.Duration {
		return func(time.Duration) time.Duration { return from + rand.N(to-from+1) }
	}
	tests := []struct {
		name string
		// late is by how much a call arrives late, by the time since the first call; and
		// answer is what its answer takes then, by how late the call was.
		late, answer func(time.Duration) time.Duration
		slowest      float64 // of the least time
	}{
		{"at once", constant(0), constant(0), 1.03},
		{"after 100 ms", constant(0), constant(100 * time.Millisecond), 1.06},
		{"after 300 ms", constant(0), constant(third), 1.11},
		{"after a second", constant(0), constant(time.Second), 1.2},
		{"after 0 to 200 ms", constant(0), random(0, 200*time.Millisecond), 1.25},
		{"after 200 to 300 ms, on a line that is unsteady", random(0, 50*time.Millisecond), random(200*time.Millisecond, third), 1.25},
		{"after 300 ms, except for the first", func(since time.Duration) time.Duration { return min(since, third) }, constant(0), 1.2},
		{"late now and then", func(since time.Duration) time.Duration {
			return []time.Duration{0, 400 * time.Millisecond, 0, 150 * time.Millisecond, 700 * time.Millisecond}[int(since/(1300*time.Millisecond))%5]
		}, constant(third), 1.7},
		{"late for some seconds", func(since time.Duration) time.Duration {
			if since%(9*time.Second) > 4*time.Second {
				return third
			}
			return 0
		}, constant(third), 1.7},
		{"late at first", func(since time.Duration) time.Duration { return max(0, time.Second-since) }, constant(third), 1.15},
		{"late, and faster for it", random(0, 80*time.Millisecond), func(late time.Duration) time.Duration { return third - late }, 1.11},
	}
	type lateKey struct{}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				w.api.Close()
				w.transport.MaxIdleConnsPerHost = 100
				w.api = w.newClient(t, internalApp, limit)
				schedules(w, calls)
				w.sim.CallsPerSecond = limit
				list(t.Context(), w, "0", client.PageOptions{}) // fetches the token
				time.Sleep(2 * time.Second)
				w.sim.ClearCalls()
				start := time.Now()
				w.arrive = func(r *http.Request) *http.Request {
					late := test.late(time.Since(start))
					time.Sleep(late)
					return r.WithContext(context.WithValue(r.Context(), lateKey{}, late))
				}
				w.sim.Script(simulator.Fault{On: isConference, Serve: func(rw http.ResponseWriter, r *http.Request, real http.Handler) {
					real.ServeHTTP(rw, r) // which counts it
					time.Sleep(test.answer(r.Context().Value(lateKey{}).(time.Duration)))
				}})
				var wg sync.WaitGroup
				var next atomic.Int64
				for range 3 * client.UnderWay(limit) {
					wg.Go(func() {
						for i := next.Add(1) - 1; i < calls; i = next.Add(1) - 1 {
							if err := list(t.Context(), w, fmt.Sprint(i), client.PageOptions{}).err; err != nil {
								t.Error(err)
							}
						}
					})
				}
				wg.Wait()
				took, least := time.Since(start).Seconds(), float64(calls-limit)/limit
				t.Logf("%.3f of the least time", took/least)
				equal(t, "calls", calls, w.sim.Count(simulator.ConferenceCall)) // none was refused
				equal(t, "worst second", limit, worstSecond(w, simulator.ConferenceCall))
				if took > test.slowest*least {
					t.Errorf("took %.1f s, and the least is %.1f", took, least)
				}
			})
		})
	}
}

// A call whose connection breaks may have been counted until then, however long answers
// take otherwise: its slot is free a second later, and no later.
func TestLimitWhereConnectionsBreak(t *testing.T) {
	const calls, limit = 400, 20
	const answer = 300 * time.Millisecond
	type breaksKey struct{}
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		w.api.Close()
		w.transport.DisableKeepAlives = true // net/http sends no call again by itself
		w.api = w.newClient(t, internalApp, limit)
		schedules(w, calls)
		var n, broken atomic.Int64
		w.arrive = func(r *http.Request) *http.Request {
			i := n.Add(1)
			breaks := i > 100 && i%3 == 0
			if breaks {
				time.Sleep(answer)
			}
			return r.WithContext(context.WithValue(r.Context(), breaksKey{}, breaks))
		}
		w.sim.Script(simulator.Fault{On: isConference, Serve: func(rw http.ResponseWriter, r *http.Request, real http.Handler) {
			if r.Context().Value(breaksKey{}).(bool) {
				broken.Add(1)
				simulator.Drop(rw, r, real)
				return
			}
			real.ServeHTTP(rw, r)
			time.Sleep(answer)
		}})
		took := askFor(t, w, calls, w.api)
		equal(t, "worst second", limit, worstSecond(w, simulator.ConferenceCall))
		made := w.sim.Count(simulator.ConferenceCall)
		equal(t, "calls", calls+int(broken.Load()), made)
		if least := time.Duration(made-limit) * time.Second / limit; broken.Load() < 100 || took > least*185/100 {
			t.Errorf("%d calls, of which %d broke, took %s, and the least is %s", made, broken.Load(), took, least)
		}
	})
}

// The calls of an app count together, whichever client makes them; those of
// another app, of another endpoint, and to another API don't.
func TestWhoseCallsCountTogether(t *testing.T) {
	ticket := client.ThirdPartyApp{ClientID: "test-id", ClientSecret: client.NewSecret("hush-secret"), CorpID: "test-corp", SuiteTicket: client.NewSecret("hush-ticket")}
	token := func(w *world) client.Credentials {
		return client.AccessToken{Token: client.NewSecret(w.sim.IssueToken())}
	}
	tests := []struct {
		name   string
		others func(t *testing.T, w *world) []*client.Client
		worst  int
	}{
		{"one client", func(*testing.T, *world) []*client.Client { return nil }, 5},
		{"two of one app", func(t *testing.T, w *world) []*client.Client {
			return []*client.Client{w.newClient(t, internalApp, 5)}
		}, 5},
		{"two of one app that sign in differently", func(t *testing.T, w *world) []*client.Client {
			return []*client.Client{w.newClient(t, ticket, 5)}
		}, 5},
		{"the smallest limit counts", func(t *testing.T, w *world) []*client.Client {
			return []*client.Client{w.newClient(t, internalApp, 7), w.newClient(t, internalApp, 3), w.newClient(t, internalApp, 4)}
		}, 3},
		{"until its client is closed", func(t *testing.T, w *world) []*client.Client {
			w.newClient(t, internalApp, 3).Close()
			return nil
		}, 5},
		{"a token of the user's own", func(t *testing.T, w *world) []*client.Client {
			return []*client.Client{w.newClient(t, token(w), 5)}
		}, 10},
		{"two of one token", func(t *testing.T, w *world) []*client.Client {
			own := token(w)
			return []*client.Client{w.newClient(t, own, 5), w.newClient(t, own, 5)}
		}, 10},
		{"another endpoint", func(t *testing.T, w *world) []*client.Client {
			u := w.endpoint()
			u.Host = "127.0.0.2"
			return []*client.Client{client.New(client.Config{Endpoint: u, Credentials: internalApp, Transport: w.transport, CallsPerSecond: 5, Limits: w.limits})}
		}, 10},
		{"the same endpoint in other words", func(t *testing.T, w *world) []*client.Client {
			u := w.endpoint()
			u.Scheme, u.Path = "HTTP", "/"
			return []*client.Client{client.New(client.Config{Endpoint: u, Credentials: internalApp, Transport: w.transport, CallsPerSecond: 5, Limits: w.limits})}
		}, 5},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				w.api.Close()
				w.api = w.newClient(t, internalApp, 5)
				schedules(w, 20)
				clients := append(test.others(t, w), w.api)
				askFor(t, w, 20, clients...)
				equal(t, "worst second", test.worst, worstSecond(w, simulator.ConferenceCall))
				for _, c := range clients {
					c.Close()
				}
			})
		})
	}
	t.Run("another API", func(t *testing.T) {
		inWorld(t, internalApp, func(t *testing.T, w *world) {
			w.api.Close()
			w.api = w.newClient(t, internalApp, 1)
			schedules(w, 1)
			w.sim.Script(simulator.Fault{On: isOrgConferences, Serve: simulator.Answer(200, `{"onGoingConfList":[]}`)})
			took := askFor(t, w, 1, w.api)
			start := time.Now()
			for _, err := range w.api.OngoingConferences(t.Context(), client.PageOptions{}) {
				equal(t, "error", error(nil), err)
			}
			equal(t, "time", time.Duration(0), took+time.Since(start)) // nor does the token call count
		})
	})
}

// A limit that is raised lets those go at once who wait.
func TestLimitFollowsItsClients(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		schedules(w, 10)
		slow := w.newClient(t, internalApp, 1)
		go func() {
			time.Sleep(2500 * time.Millisecond)
			slow.Close()
			slow.Close()
		}()
		equal(t, "time", 2500*time.Millisecond, askFor(t, w, 10, w.api))
	})
}

// Repeats take a slot as well, whether the client makes them or net/http.
func TestRepeatsCount(t *testing.T) {
	for name, serve := range map[string]serveFunc{
		"throttled":            simulator.Refuse(403, "Forbidden.AccessDenied.QpsLimitForApi", ""),
		"a dropped connection": simulator.Drop,
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				w.api.Close()
				w.api = w.newClient(t, internalApp, 10)
				w.transport.MaxIdleConnsPerHost = 10
				schedules(w, 100)
				n := 0
				var mu sync.Mutex
				w.sim.Script(simulator.Fault{On: isConference, Serve: func(rw http.ResponseWriter, r *http.Request, real http.Handler) {
					mu.Lock()
					n++
					bad := n > 10 && n%3 == 0
					mu.Unlock()
					if bad {
						serve(rw, r, real)
					} else {
						real.ServeHTTP(rw, r)
					}
				}})
				askFor(t, w, 100, w.api)
				if calls := w.sim.Count(simulator.ConferenceCall); calls < 130 {
					t.Errorf("%d calls: too few were repeated", calls)
				}
				equal(t, "worst second", 10, worstSecond(w, simulator.ConferenceCall))
			})
		})
	}
}

// First come, first served; who gives up loses nobody's slot.
func TestWaitingIsFair(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		w.api.Close()
		w.api = w.newClient(t, internalApp, 2)
		schedules(w, 40)
		ids := func() (ids []string) {
			for _, c := range w.sim.Calls() {
				if c.Kind == simulator.ConferenceCall {
					ids = append(ids, c.ScheduleConferenceID)
				}
			}
			return ids
		}
		list(t.Context(), w, "0", client.PageOptions{})
		list(t.Context(), w, "1", client.PageOptions{})
		var want []string
		var wg sync.WaitGroup
		for i := range 40 {
			ctx, cancel := context.WithCancel(t.Context())
			if i%4 == 3 {
				time.AfterFunc(500*time.Millisecond, cancel)
			} else {
				want = append(want, fmt.Sprint(i))
			}
			wg.Go(func() {
				defer cancel()
				start := time.Now()
				got := list(ctx, w, fmt.Sprint(i), client.PageOptions{})
				if i%4 == 3 {
					if !errors.Is(got.err, context.Canceled) || time.Since(start) != 500*time.Millisecond {
						t.Errorf("%v after %s", got.err, time.Since(start))
					}
				} else if got.err != nil {
					t.Error(got.err)
				}
			})
			synctest.Wait() // it stands in the queue
		}
		wg.Wait()
		got := ids()[2:]
		for i := 0; i+1 < len(got); i += 2 { // two are sent at a time
			slices.Sort(got[i : i+2])
			slices.Sort(want[i : i+2])
		}
		equal(t, "order", want, got)
	})
}

// Nobody knows when a call arrived that its caller gave up.
func TestCallsGivenUp(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		w.api.Close()
		w.api = w.newClient(t, internalApp, 1)
		schedules(w, 1)
		w.sim.Script(simulator.Fault{On: isConference, Times: 1, Serve: simulator.Delay(time.Hour)})
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		list(ctx, w, "0", client.PageOptions{})
		start := time.Now()
		equal(t, "error", error(nil), list(t.Context(), w, "0", client.PageOptions{}).err)
		if waited := time.Since(start); waited < 2*time.Second || waited > 2100*time.Millisecond {
			t.Errorf("waited %s", waited)
		}
	})
}

// A call that found no connection was not sent, and takes nobody's place.
func TestCallsNeverSent(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		w.api.Close()
		w.api = w.newClient(t, internalApp, 1)
		schedules(w, 1)
		list(t.Context(), w, "0", client.PageOptions{}) // fetches the token
		time.Sleep(2 * time.Second)
		w.transport.CloseIdleConnections()
		w.dialFault = errors.New("no route")
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		list(ctx, w, "0", client.PageOptions{})
		w.dialFault = nil
		start := time.Now()
		equal(t, "error", error(nil), list(t.Context(), w, "0", client.PageOptions{}).err)
		equal(t, "time", time.Duration(0), time.Since(start))
	})
}

// Windows are forgotten after the last client was closed and its calls have left
// them, and not before; an app is a day after its last call, when the next client is made.
func TestLimitsForget(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		w.api.Close()
		equal(t, "apps", 0, w.limits.Apps())
		w.api = w.newClient(t, internalApp, 1)
		schedules(w, 3)
		w.sim.Script(simulator.Fault{On: isConference, Times: 1, Serve: simulator.Delay(5 * time.Second)})
		var wg sync.WaitGroup
		wg.Go(func() { askFor(t, w, 2, w.api) })
		time.Sleep(time.Second)
		w.api.Close()

		// The next client of the app finds the calls of the closed one.
		next := w.newClient(t, internalApp, 1)
		next.Close()
		equal(t, "apps", 1, w.limits.Apps())
		equal(t, "worst second", 1, worstSecond(w, simulator.ConferenceCall))
		wg.Wait()
		equal(t, "windows", 1, w.limits.Windows())
		time.Sleep(3 * time.Second)
		equal(t, "windows", 0, w.limits.Windows())

		// A list of a closed client may go on, and leaves nothing either.
		equal(t, "error", error(nil), list(t.Context(), w, "2", client.PageOptions{}).err)
		equal(t, "windows", 1, w.limits.Windows())
		time.Sleep(3 * time.Second)
		equal(t, "windows", 0, w.limits.Windows())

		equal(t, "apps", 1, w.limits.Apps())
		time.Sleep(24 * time.Hour)
		w.newClient(t, client.InternalApp{ClientID: "another"}, 1).Close()
		equal(t, "apps", 0, w.limits.Apps())
	})
}
