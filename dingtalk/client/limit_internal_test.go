package client

import (
	"context"
	"net/http/httptrace"
	"net/url"
	"testing"
	"testing/synctest"
	"time"
)

func limited(limit int) *Client {
	return New(Config{Endpoint: &url.URL{Scheme: "http", Host: "127.0.0.1"}, Credentials: InternalApp{ClientID: "a"}, CallsPerSecond: limit, Limits: &Limits{}})
}

// taken is how many slots are taken.
func (c *Client) taken(of *endpoint) int {
	c.limits.mu.Lock()
	defer c.limits.mu.Unlock()
	a, ok := c.limits.apps[c.app]
	if !ok || a.windows[of] == nil {
		return 0
	}
	return a.windows[of].taken
}

// A slot that is granted at the moment at which its call is cancelled is not lost,
// whichever the waiter sees first.
func TestSlotGrantedTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := limited(1)
		defer c.Close()
		refused := 0
		for range 200 {
			first, err := c.slot(t.Context(), request{endpoint: orgConferences}, false)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan struct{})
			go func() {
				defer close(done)
				if l, err := c.slot(ctx, request{endpoint: orgConferences}, false); err == nil {
					l.release()
				} else {
					refused++
				}
			}()
			synctest.Wait()
			c.limits.mu.Lock() // both happen before the call sees either
			cancel()
			c.limits.mu.Unlock()
			first.release()
			<-done
			time.Sleep(time.Second)
			if n := c.taken(orgConferences); n != 0 {
				t.Fatalf("%d slots are lost", n)
			}
		}
		if refused == 0 {
			t.Error("nobody gave up")
		}
	})
}

// A call of a closed client that is cancelled in the queue leaves nothing behind.
func TestWaitingForAClosedClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := limited(1)
		first, _ := c.slot(t.Context(), request{endpoint: orgConferences}, false)
		c.Close()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		if _, err := c.slot(ctx, request{endpoint: orgConferences}, false); err == nil {
			t.Error("a slot that there was not")
		}
		if n := c.taken(orgConferences); n != 1 {
			t.Errorf("%d slots instead of the one that is taken", n)
		}
		first.release()
		time.Sleep(10 * time.Second)
		if n := c.limits.Apps(); n != 0 {
			t.Errorf("%d apps are remembered", n)
		}
	})
}

// A call that net/http repeats although its time is up counts.
func TestRepeatThatNobodyStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := limited(1)
		defer c.Close()
		l, _ := c.slot(t.Context(), request{endpoint: orgConferences}, false)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		l.takeAnother(ctx)
		if n := c.taken(orgConferences); n != 2 {
			t.Errorf("%d slots instead of two", n)
		}
		time.Sleep(2 * time.Second)
		if n := c.taken(orgConferences); n != 1 {
			t.Errorf("%d slots instead of the repeat's", n)
		}
		l.releaseLater(0)
		time.Sleep(2 * time.Second)
		if n := c.taken(orgConferences); n != 0 {
			t.Errorf("%d slots instead of none", n)
		}
	})
}

// A call that net/http sends again is answered after its second sending: what it took is
// not measured from the first.
func TestAnswerAfterTheSecondSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := limited(20)
		defer c.Close()
		for range knownAfter(20) {
			s, err := c.slot(t.Context(), request{endpoint: orgConferences}, false)
			if err != nil {
				t.Fatal(err)
			}
			trace := httptrace.ContextClientTrace(s.trace(t.Context()))
			trace.GotConn(httptrace.GotConnInfo{})
			trace.WroteRequest(httptrace.WroteRequestInfo{})
			time.Sleep(time.Second)
			trace.GotConn(httptrace.GotConnInfo{})
			s.releaseAnswered()
		}
		s, _ := c.slot(t.Context(), request{endpoint: orgConferences}, false)
		s.release()
		var usual time.Duration
		s.update(func(w *window) { usual = w.answers.add(time.Second, 20) })
		if usual != 0 {
			t.Errorf("%s do not count of answers whose calls were not written", usual)
		}
		time.Sleep(2 * time.Second)
	})
}
