package dingtalk

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// apiCalls are the calls that a simulator has had, without those for tokens.
func apiCalls(sim *simulator.Simulator) []simulator.Call {
	return slices.DeleteFunc(sim.Calls(), func(c simulator.Call) bool { return c.Kind == simulator.TokenCall })
}

// nothingRuns fails a test if parts of a list call still run.
func nothingRuns(t *testing.T) {
	t.Helper()
	synctest.Wait() // the last part ends, and what was sent arrives
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	if strings.Contains(string(stacks), "sidebyside.") {
		t.Errorf("parts still run:\n%s", stacks)
	}
}

// While a LIMIT may end the query, one call is made after another, so that it costs what it
// costs without width. If the engine reads on, the calls are made side by side.
func TestWidthBehindALimit(t *testing.T) {
	const latency, limit = 300 * time.Millisecond, 5
	want := map[string]struct {
		calls string
		// rounds is how long they take, with the one for a token, in times of a call.
		rounds int
	}{
		// The root has nobody, and the first department three people, with the one of the
		// last. Two are asked for of the second, of whom one was seen.
		"people":      {"users departments users departments users users", 7},
		"members":     {"users departments users departments users departments users", 8},
		"departments": {"departments", 2},
		// Columns are filled in for rows that are wanted, so side by side.
		"people and their managers":      {"users departments users user user user user user", 6},
		"people who may be seen alone":   {"users auth scopes user user user user user", 8},
		"bookings of rooms":              {"rooms bookings bookings bookings bookings bookings", 7}, // in the fifth span
		"rooms and who may book them":    {"rooms room room room room room", 4},
		"meetings and how many attended": {"room code conference info conference info conference info conference info conference info", 4},
		"years of a calendar":            {"events view events view events view events view events view", 6},
	}
	for _, w := range wides() {
		t.Run(w.name, func(t *testing.T) {
			sim := simulator.New(simulator.DemoApp)
			rows, all := w.fill(sim, w.n)
			inNetwork(t, sim, w.config, func(t *testing.T, e *engine.Engine, _ *network) {
				sim.Script(simulator.Fault{Serve: simulator.Delay(latency)})
				s, got := w.scan, 0
				n := int64(limit)
				s.Limit = &n
				start := time.Now()
				if err := e.Execute(t.Context(), s, func(*proto.Row) error { got++; return nil }); err != nil {
					t.Fatal(err)
				}
				nothingRuns(t)
				if rounds := int(time.Since(start) / latency); rounds != want[w.name].rounds {
					t.Errorf("it takes %d times of a call, want %d", rounds, want[w.name].rounds)
				}
				var kinds []string
				for _, c := range apiCalls(sim) {
					kinds = append(kinds, string(c.Kind))
				}
				if made := strings.Join(kinds, " "); made != want[w.name].calls || got != limit {
					t.Errorf("%d rows, calls: %s\nwant: %s", got, made, want[w.name].calls)
				}

				time.Sleep(2 * time.Second)
				sim.ClearCalls()
				readsOn := make(chan struct{})
				close(readsOn)
				s.More = readsOn
				start, got = time.Now(), 0
				if err := e.Execute(t.Context(), s, func(*proto.Row) error { got++; return nil }); err != nil || got != rows {
					t.Errorf("%d rows, want %d; %v", got, rows, err)
				}
				least := 0.0
				for kind, n := range all {
					least = max(least, float64(n-20)/20)
					if made := sim.Count(kind); made > n+1 { // the first page is smaller
						t.Errorf("%d calls for %s, want %d", made, kind, n)
					}
				}
				if took := time.Since(start).Seconds(); took > 1.1*least+20*latency.Seconds() {
					t.Errorf("%.1f s, and the limit says %.1f", took, least)
				}
			})
		})
	}
}

// Nor is the next page of rooms read while the bookings of the first may be enough.
func TestRoomsBehindALimit(t *testing.T) {
	w := wides()[slices.IndexFunc(wides(), func(w wide) bool { return w.name == "bookings of rooms" })]
	sim := simulator.New(simulator.DemoApp)
	w.fill(sim, 10*5)
	inNetwork(t, sim, "page_size = 5\n", func(t *testing.T, e *engine.Engine, _ *network) {
		sim.Script(simulator.Fault{Serve: simulator.Delay(300 * time.Millisecond)})
		n := int64(5)
		w.scan.Limit = &n
		if err := e.Execute(t.Context(), w.scan, func(*proto.Row) error { return nil }); err != nil || sim.Count(simulator.RoomsCall) != 1 || sim.Count(simulator.BookingsCall) != 5 {
			t.Errorf("%d calls for rooms, %d for bookings, %v", sim.Count(simulator.RoomsCall), sim.Count(simulator.BookingsCall), err)
		}
	})
}

// A query begins with one call: if that is refused, no other has been made.
func TestWidthOfARefusal(t *testing.T) {
	for _, w := range wides() {
		t.Run(w.name, func(t *testing.T) {
			sim := simulator.New(simulator.DemoApp)
			w.fill(sim, w.n)
			inNetwork(t, sim, w.config, func(t *testing.T, e *engine.Engine, _ *network) {
				refuse := simulator.Refuse(403, "Forbidden.AccessDenied.AccessTokenPermissionDenied", "no")
				legacy := simulator.RefuseLegacy(60011, "no")
				sim.Script(simulator.Fault{On: func(c simulator.Call) bool { return c.Kind != simulator.TokenCall }, Serve: func(rw http.ResponseWriter, r *http.Request, real http.Handler) {
					time.Sleep(time.Second)
					if strings.HasPrefix(r.URL.Path, "/topapi/") {
						legacy(rw, r, real)
					} else {
						refuse(rw, r, real)
					}
				}})
				err := e.Execute(t.Context(), w.scan, func(*proto.Row) error { return nil })
				nothingRuns(t)
				if n := len(apiCalls(sim)); err == nil || n != 1 {
					t.Errorf("%d calls, %v", n, err)
				}
			})
		})
	}
}

// When the reader leaves without a LIMIT, or a call fails, no more calls are under way
// than have been answered, and one; nothing is asked after that, and nothing goes on.
func TestWidthAtAnEarlyEnd(t *testing.T) {
	enough := errors.New("enough")
	for _, w := range wides() {
		for _, after := range []int{1, 3, 10, 60} {
			for _, why := range []string{"the reader leaves", "a call fails"} {
				t.Run(fmt.Sprintf("%s, %s after %d", w.name, why, after), func(t *testing.T) {
					sim := simulator.New(simulator.DemoApp)
					w.fill(sim, w.n)
					inNetwork(t, sim, w.config, func(t *testing.T, e *engine.Engine, _ *network) {
						var answered atomic.Int64
						fails := int64(after)
						if why != "a call fails" {
							fails = math.MaxInt64
						}
						sim.Script(simulator.Fault{On: func(c simulator.Call) bool { return c.Kind != simulator.TokenCall }, Serve: func(rw http.ResponseWriter, r *http.Request, real http.Handler) {
							select {
							case <-time.After(300 * time.Millisecond):
							case <-r.Context().Done():
								return
							}
							if answered.Add(1) > fails {
								simulator.Answer(404, "{}")(rw, r, real)
							} else {
								real.ServeHTTP(rw, r)
							}
						}})
						rows := 0
						err := e.Execute(t.Context(), w.scan, func(*proto.Row) error {
							if rows++; why == "the reader leaves" && rows == after {
								return enough
							}
							return nil
						})
						nothingRuns(t)
						if err == nil || errors.Is(err, enough) != (why == "the reader leaves") {
							t.Errorf("%d rows, %v", rows, err)
						}
						made := len(apiCalls(sim))
						if n := answered.Load(); int64(made) > 2*n+1 {
							t.Errorf("%d calls, of which %d were answered", made, n)
						}
						time.Sleep(10 * time.Second)
						if later := len(apiCalls(sim)); later > made {
							t.Errorf("%d calls came later", later-made)
						}
					})
				})
			}
		}
	}
}

// Whatever DingTalk needs for which call, and though it throttles some, all rows come,
// each once.
func TestWidthIsComplete(t *testing.T) {
	for _, w := range wides() {
		t.Run(w.name, func(t *testing.T) {
			sim := simulator.New(simulator.DemoApp)
			rows, _ := w.fill(sim, w.n/4)
			inNetwork(t, sim, w.config, func(t *testing.T, e *engine.Engine, _ *network) {
				sim.Script(simulator.Fault{Serve: func(rw http.ResponseWriter, r *http.Request, real http.Handler) {
					time.Sleep(rand.N(500 * time.Millisecond))
					if rand.N(20) == 0 {
						simulator.Drop(rw, r, real)
					}
					real.ServeHTTP(rw, r)
				}})
				seen := map[string]int{}
				if err := e.Execute(t.Context(), w.scan, func(r *proto.Row) error {
					var values []string
					for _, c := range w.scan.Columns {
						values = append(values, r.Columns[c].String())
					}
					seen[strings.Join(values, " ")]++
					return nil
				}); err != nil {
					t.Fatal(err)
				}
				for row, times := range seen {
					if times > 1 {
						t.Errorf("%d times %s", times, row)
					}
				}
				if len(seen) != rows {
					t.Errorf("%d rows, want %d", len(seen), rows)
				}
				nothingRuns(t)
			})
		})
	}
}

// While the people of one department are read page by page, the others are read as well.
func TestWidthBesideALongList(t *testing.T) {
	const latency, pages, departments = 300 * time.Millisecond, 12, 6 // fewer calls than a second may have
	for _, name := range []string{"people", "members"} {
		t.Run(name, func(t *testing.T) {
			w := wides()[slices.IndexFunc(wides(), func(w wide) bool { return w.name == name })]
			sim := simulator.New(simulator.DemoApp)
			rows, _ := peopleIn(sim, departments, func(int) int { return 1 })
			if name == "members" {
				rows *= 2
			}
			for i := range pages * 100 {
				id := fmt.Sprint("root", i)
				sim.People = append(sim.People, simulator.Person{UserID: id, UnionID: id, DepartmentIDs: []int64{simulator.RootDepartment}})
			}
			inNetwork(t, sim, "", func(t *testing.T, e *engine.Engine, _ *network) {
				sim.Script(simulator.Fault{Serve: simulator.Delay(latency)})
				start, got := time.Now(), 0
				if err := e.Execute(t.Context(), w.scan, func(*proto.Row) error { got++; return nil }); err != nil || got != rows+pages*100 {
					t.Errorf("%d rows, want %d; %v", got, rows+pages*100, err)
				}
				if rounds := int(time.Since(start) / latency); rounds > 1+pages {
					t.Errorf("it takes %d times of a call, and the pages take %d", rounds, 1+pages)
				}
			})
		})
	}
}

// A query whose context ends, as by a time limit on a statement, ends.
func TestWidthAtATimeLimit(t *testing.T) {
	for _, w := range wides() {
		t.Run(w.name, func(t *testing.T) {
			sim := simulator.New(simulator.DemoApp)
			w.fill(sim, w.n)
			inNetwork(t, sim, w.config, func(t *testing.T, e *engine.Engine, _ *network) {
				sim.Script(simulator.Fault{Serve: simulator.Delay(300 * time.Millisecond)})
				ctx, cancel := context.WithTimeout(t.Context(), 7*time.Second)
				defer cancel()
				start := time.Now()
				err := e.Execute(ctx, w.scan, func(*proto.Row) error { return nil })
				if took := time.Since(start); !errors.Is(err, context.DeadlineExceeded) || took > 7*time.Second {
					t.Errorf("%v after %s", err, took)
				}
				nothingRuns(t)
			})
		})
	}
}
