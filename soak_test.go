//go:build soak

package main_test

import (
	"encoding/pem"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

var soak = flag.Duration("soak", 10*time.Minute, "how long TestSoak puts load on the plugin")

// The built plugin answers all queries of a long load in full, whatever faults their calls
// meet, and then holds what it held at the beginning: descriptors, goroutines and memory.
// The beginning is a second process, which has the warm-up and is idle from then on. The
// load is over HTTP/1.1 and over HTTP/2 at the same time.
func TestSoak(t *testing.T) {
	bin := build(t)
	warmUp := min(time.Minute, *soak/5)
	t.Setenv("GODEBUG", "gctrace=1")
	t.Setenv("GOMEMLIMIT", strconv.Itoa(1024<<20)) // as Steampipe sets it
	t.Setenv(freeMemInterval, "")
	certificate := filepath.Join(t.TempDir(), "front.pem")
	t.Setenv("SSL_CERT_FILE", certificate)
	for _, http2 := range []bool{false, true} {
		t.Run(fmt.Sprintf("HTTP/2 %t", http2), func(t *testing.T) {
			launch := func() *soaked {
				f := newFront(soakOrganization(), http2)
				t.Cleanup(f.Close)
				if http2 {
					text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: f.Certificate().Raw})
					if err := os.WriteFile(certificate, text, 0o600); err != nil {
						t.Fatal(err)
					}
				}
				return launchSoaked(t, bin, f)
			}
			beginning, s := launch(), launch()
			t.Parallel()
			var others sync.WaitGroup
			others.Go(func() { beginning.load(t, warmUp) })
			s.load(t, warmUp)
			others.Wait()

			s.state(t)
			var during []state
			steps := max(1, int(*soak/time.Minute))
			others.Go(func() {
				for range steps {
					time.Sleep(*soak / time.Duration(steps))
					during = append(during, s.state(t))
					t.Log(during[len(during)-1])
				}
			})
			s.load(t, *soak)
			others.Wait()

			var atFirst state
			others.Go(func() { atFirst = beginning.settle(t) })
			atLast := s.settle(t)
			others.Wait()
			compare(t, atFirst, atLast, during)
			compareGoroutines(t, beginning, s)
			t.Log("faults: ", s.front.served)
		})
	}
}

// load asks random queries for a time, several at once, while the front disturbs.
func (s *soaked) load(t *testing.T, d time.Duration) {
	end := time.Now().Add(d)
	var others, askers sync.WaitGroup
	// The last seconds are undisturbed: connections that the plugin has forgotten stay open.
	others.Go(func() { s.front.disturb(end.Add(-10 * time.Second)) })
	others.Go(func() {
		for time.Sleep(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Second) {
			s.reconfigure(t)
		}
	})
	kinds := slices.Sorted(maps.Keys(mix))
	count, wrong := map[string]int{}, map[string]int{}
	var mu sync.Mutex
	for range 8 {
		askers.Go(func() {
			for time.Now().Before(end) {
				kind := kinds[rand.N(len(kinds))]
				for _, q := range mix[kind](s) {
					err := s.ask(q)
					mu.Lock()
					count[kind]++
					if err != nil {
						wrong[kind]++
						if wrong[kind] <= 5 {
							t.Errorf("%s, %s %q: %v", kind, q.table, q.ids, err)
						}
					}
					mu.Unlock()
				}
			}
		})
	}
	askers.Wait()
	others.Wait()
	t.Logf("queries of %s: %v; wrong: %v; with rows from the cache: %d", d, count, wrong, s.cached.Swap(0))
}

// settle ends the faults, and returns the state when idle connections have had the time to
// close, with the memory that more queries leave behind, during which it is collected.
func (s *soaked) settle(t *testing.T) state {
	s.front.calm()
	s.renew(t)
	time.Sleep(95 * time.Second)
	end := s.state(t)
	for range 50 {
		if err := s.ask(s.people()); err != nil {
			t.Error(err)
		}
	}
	memory := s.state(t)
	end.resident, end.live = memory.resident, memory.live
	s.renew(t)
	return end
}

// renew asks one query by a new client, which closes the connections of the one before: all
// others are forgotten ones.
func (s *soaked) renew(t *testing.T) {
	s.reconfigure(t)
	if err := s.ask(s.people("p1")); err != nil {
		t.Error(err)
	}
	time.Sleep(time.Second) // what was cancelled ends
	if n := s.front.open(); n > 1 {
		t.Errorf("%d connections stay open, 1 is of use", n)
	}
}

const (
	// liveTolerance and residentTolerance are MiB. What is live is rounded, and some of it
	// is of the last calls; what is resident depends on the most that was live at once, and
	// on when Go returns the rest.
	liveTolerance     = 2
	residentTolerance = 16
)

// compare compares what a plugin holds with what it held at the beginning, and what it
// held during the load.
func compare(t *testing.T, beginning, end state, during []state) {
	t.Logf("beginning: %s", beginning)
	t.Logf("end: %s", end)
	if end.connections > 0 || end.descriptors > beginning.descriptors {
		t.Errorf("%d descriptors at the end, of which %d are connections, and %d at the beginning", end.descriptors, end.connections, beginning.descriptors)
	}
	first, last := during[0], during[len(during)-1]
	for _, test := range []struct {
		what      string
		then, now float64
		tolerance float64
	}{
		{"live at the end", float64(beginning.live), float64(end.live), liveTolerance},
		{"live in the last minute", float64(first.live), float64(last.live), liveTolerance},
		{"resident at the end", beginning.resident, end.resident, residentTolerance},
		{"resident in the last minute", first.resident, last.resident, residentTolerance},
	} {
		if test.then < 0 || test.now < 0 || test.now > test.then+test.tolerance {
			t.Errorf("%.0f MiB are %s, %.0f at first", test.now, test.what, test.then)
		}
	}
}

// compareGoroutines ends both plugins, and compares their goroutines.
func compareGoroutines(t *testing.T, beginning, end *soaked) {
	then, all := beginning.goroutines(t)
	now, allNow := end.goroutines(t)
	t.Logf("%d goroutines, at the beginning %d", allNow, all)
	if all == 0 {
		t.Error("no goroutines were printed")
	}
	for started, n := range now {
		if n > then[started] {
			t.Errorf("%d goroutines started by %s, at the beginning %d", n, started, then[started])
		}
	}
}
