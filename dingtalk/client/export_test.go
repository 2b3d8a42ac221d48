package client

import (
	"context"
	"net/http"
	"slices"
	"time"
)

// Apps is the number of apps that are remembered.
func (l *Limits) Apps() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.apps)
}

// Windows is the number of windows that are remembered.
func (l *Limits) Windows() (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, a := range l.apps {
		n += len(a.windows)
	}
	return n
}

// NewTransport is the transport of a client without one of its own.
func NewTransport() *http.Transport { return newTransport(DefaultCallsPerSecond) }

// SetRequestTimeout shortens the time of one attempt.
func (c *Client) SetRequestTimeout(d time.Duration) { c.requestTimeout = d }

// TraceOf is the trace of a context.
func TraceOf(ctx context.Context) *Trace { return traceOf(ctx) }

// DeclaredPaths are the paths of all endpoints but those of tokens, in order.
func DeclaredPaths() []string {
	var paths []string
	for _, e := range declared {
		if e.api != tokenAPI {
			paths = append(paths, e.path)
		}
	}
	slices.Sort(paths)
	return paths
}
