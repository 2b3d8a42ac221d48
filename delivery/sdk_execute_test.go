package delivery_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A query whose list fails after its rows ends as if it were complete: both
// streamRows and execute select between the error and the end of the rows, and
// when both are there, half of the selects take the end.
func TestSDKLosesALateError(t *testing.T) {
	for _, test := range []struct {
		in   string
		rows int
	}{
		// While the engine takes the first row, the second fills execute's
		// channel and streamRows holds the third: it finds the error and the
		// end when it comes back.
		{"streamRows", 3},
		// streamRows waits for a second row, so the error reaches it first;
		// execute finds the error and the end after the engine's row.
		{"execute", 1},
	} {
		t.Run(test.in, func(t *testing.T) {
			s := useSDK(t, func(id string, stream func(string)) error {
				for range test.rows {
					stream(id)
				}
				time.Sleep(time.Second)
				return errSDKList
			})
			synctest.Test(t, func(t *testing.T) {
				for range 40 { // 1 in 2 each: none in 40 is less than 1 in 10¹²
					var first sync.Once
					values, err := s.query(t.Context(), s.request(false, "a"), func() {
						first.Do(func() { time.Sleep(2 * time.Second) })
					})
					if err == nil && len(values) == test.rows {
						return
					}
					if !errors.Is(err, errSDKList) {
						t.Fatalf("%d rows, error %v", len(values), err)
					}
				}
				sdkMended(t, "the loss of a late error in "+test.in, ownStream)
			})
		})
	}
}

// With the query cache on, a list that fails while the engine still takes its
// rows kills the process: execute closes its channel under the subscriber that
// sends them.
func TestSDKSendsOnAClosedChannel(t *testing.T) {
	const child = "SDK_FAULT_CHILD"
	if os.Getenv(child) == "" {
		binary, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), binary, "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), child+"=1")
		out, err := cmd.CombinedOutput()
		switch {
		case err == nil:
			sdkMended(t, "the send on a closed channel", ownStream)
		case !strings.Contains(string(out), "panic: send on closed channel"):
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}

	s := useSDK(t, func(id string, stream func(string)) error {
		time.Sleep(time.Second) // until the subscriber, between two looks, will find all rows at once
		for range 10 {
			stream(id)
		}
		time.Sleep(time.Second)
		return errSDKList
	})
	synctest.Test(t, func(t *testing.T) {
		var first sync.Once
		values, err := s.query(t.Context(), s.request(true, "a"), func() {
			first.Do(func() { time.Sleep(2 * time.Second) })
		})
		if len(values) == 0 || err != nil && !errors.Is(err, errSDKList) {
			t.Fatalf("%d rows, error %v", len(values), err)
		}
		// gRPC cancels the context of a call that has returned. Until then, the
		// subscriber goes on.
		synctest.Wait()
	})
}

// A scan's channel of errors holds one, and nobody reads it after the first:
// every further list call of an in list that fails leaves its goroutine behind.
func TestSDKLeavesFailedListCallsBehind(t *testing.T) {
	const ids = 200
	s := useSDK(t, func(string, func(string)) error { return errSDKList })
	in := make([]string, ids)
	for i := range in {
		in[i] = fmt.Sprint(i)
	}
	before := runtime.NumGoroutine()
	if _, err := s.query(t.Context(), s.request(false, in...), nil); !errors.Is(err, errSDKList) {
		t.Fatal(err)
	}
	time.Sleep(200 * time.Millisecond) // ample for goroutines that can end
	if left := runtime.NumGoroutine() - before; left < ids/2 {
		sdkMended(t, "the error channel of one, which blocks failed list calls for ever", ownScan)
	}
}
