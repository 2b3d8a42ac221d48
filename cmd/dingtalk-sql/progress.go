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
	// statusAfter is how long a query is waited for in silence.
	statusAfter = time.Second
	// statusEvery is how often the status line may change.
	statusEvery = 200 * time.Millisecond
)

// watch counts the API calls of a query. Where it is longer under way, it says
// on one line of a terminal what the query waits for, and takes the line away in
// the end.
type watch struct {
	terminal io.Writer     // nil is none
	over     chan struct{} // closed by end
	gone     chan struct{} // closed when the line is taken away

	mu    sync.Mutex
	calls int
	last  string    // what was heard last
	again string    // which call is repeated, and why
	at    time.Time // when it is
}

// newWatch begins to watch a query. w is where a line may be shown.
func newWatch(w io.Writer) *watch {
	h := &watch{over: make(chan struct{}), gone: make(chan struct{})}
	if !isTerminal(w) {
		close(h.gone)
		return h
	}
	h.terminal = w
	go h.show()
	return h
}

// end ends the watch.
func (h *watch) end() {
	close(h.over)
	<-h.gone
}

func (h *watch) sent() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.calls
}

func (h *watch) trace() *client.Trace {
	return &client.Trace{
		Sent: func(c client.Call) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.calls++
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
			h.at = time.Now().Add(after)
			h.again = fmt.Sprintf("to repeat %s: %s", name(c), why.Reason())
		},
	}
}

// name is what a person reads of a call.
func name(c client.Call) string {
	if c.Page > 1 {
		return fmt.Sprintf("page %d of %s", c.Page, c.API)
	}
	return c.API
}

// line is what the query waits for.
func (h *watch) line(now time.Time) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	what := h.last
	switch left := h.at.Sub(now); {
	case left > 0:
		what = fmt.Sprintf("waiting %.0f s %s", max(1, left.Seconds()), h.again)
	case what == "":
		what = "waiting"
	}
	return count(h.calls, "API call") + ", " + what
}

// show shows the line once the query has taken long enough, until it is over.
func (h *watch) show() {
	defer close(h.gone)
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
