package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/plaintext"
)

const (
	// statusAfter is how long a query runs before the status line is shown.
	statusAfter = time.Second
	// statusEvery is how often the status line may change.
	statusEvery = 200 * time.Millisecond
)

// watch counts the API calls of a query. If the query takes long, one line of the
// terminal shows what it waits for, until the query ends.
type watch struct {
	terminal io.Writer     // nil is none
	over     chan struct{} // closed by end
	erased   chan struct{} // closed when the line is erased

	mu       sync.Mutex
	calls    apiCalls
	last     string    // what the query waits for
	repeat   string    // which call is repeated, and why
	repeatAt time.Time // when it is repeated
}

// newWatch starts to watch a query. If w is a terminal, it shows the line.
func newWatch(w io.Writer) *watch {
	h := &watch{over: make(chan struct{}), erased: make(chan struct{})}
	if !isTerminal(w) {
		close(h.erased)
		return h
	}
	h.terminal = w
	go h.show()
	return h
}

// end ends the watch.
func (h *watch) end() {
	close(h.over)
	<-h.erased
}

func (h *watch) sent() apiCalls {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.calls
}

func (h *watch) trace() *client.Trace {
	return &client.Trace{
		Sent: func(c client.Call) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.calls.all++
			if c.Counted {
				h.calls.counted++
			}
			h.last = "waiting for " + name(c)
		},
		Waiting: func(client.Call) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.last = "waiting for the limit of calls per second"
		},
		Repeating: func(c client.Call, after time.Duration, why *client.Error) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.repeatAt = time.Now().Add(after)
			h.repeat = fmt.Sprintf("to repeat %s: %s", name(c), why.Reason())
		},
	}
}

// name returns a call as a person reads it.
func name(c client.Call) string {
	if c.Page > 1 {
		return fmt.Sprintf("page %d of %s", c.Page, c.API)
	}
	return c.API
}

// line returns the status line.
func (h *watch) line(now time.Time) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	what := h.last
	switch left := h.repeatAt.Sub(now); {
	case left > 0:
		what = fmt.Sprintf("waiting %.0f s %s", max(1, left.Seconds()), h.repeat)
	case what == "":
		what = "waiting"
	}
	return count(h.calls.all, "API call") + ", " + what
}

// show shows the line after statusAfter, until the query ends.
func (h *watch) show() {
	defer close(h.erased)
	select {
	case <-h.over:
		return
	case <-time.After(statusAfter):
	}
	const eraseRest = "\x1b[K"
	every := time.NewTicker(statusEvery)
	defer every.Stop()
	for before := ""; ; {
		line := plaintext.Of(h.line(time.Now()))
		if width := terminalWidth(h.terminal); width > 1 {
			line = text.Snip(line, width-1, "…") // the last column would wrap
		}
		if line != before {
			fmt.Fprint(h.terminal, "\r", line, eraseRest)
			before = line
		}
		select {
		case <-h.over:
			fmt.Fprint(h.terminal, "\r", eraseRest)
			return
		case <-every.C:
		}
	}
}
