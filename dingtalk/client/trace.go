package client

import (
	"context"
	"time"
)

// Trace hears of the calls that are made for whoever holds a context, as
// net/http/httptrace does of HTTP requests. Each func may be nil. They are
// called by several goroutines at a time, and must not block. Nothing that they
// are told shows a secret.
type Trace struct {
	// Sent is told of each call that is sent, repeats included: of what DingTalk
	// counts. Calls for a token, which it doesn't count, are left out.
	Sent func(Call)
	// Waiting is told of a call that waits for its turn, so that the limit of
	// calls per second is kept.
	Waiting func(Call)
	// Repeating is told of a call that will be sent again after some time, and
	// why. It may be for a token.
	Repeating func(c Call, after time.Duration, why *Error)
}

// Call is what a Trace is told of a call to the API.
type Call struct {
	// API is the method and the path, with the names of parameters in place of
	// their values, as in "GET /v1.0/conference/videoConferences/{conferenceId}".
	API string
	// Page is the page of a list that is asked for, from 1; 0 where it is no
	// list.
	Page int
}

type traceKey struct{}

// WithTrace returns a context whose calls are told to a trace, in place of one
// that ctx has. Two queries that wait for the same call share the first's trace.
func WithTrace(ctx context.Context, t *Trace) context.Context {
	return context.WithValue(ctx, traceKey{}, t)
}

// traceOf returns the context's trace, or one that hears nothing.
func traceOf(ctx context.Context) *Trace {
	if t, ok := ctx.Value(traceKey{}).(*Trace); ok && t != nil {
		return t
	}
	return &Trace{}
}

func (t *Trace) sent(r request) {
	if t.Sent != nil && r.api != tokenAPI {
		t.Sent(r.call())
	}
}

func (t *Trace) waiting(r request) {
	if t.Waiting != nil {
		t.Waiting(r.call())
	}
}

func (t *Trace) repeating(r request, after time.Duration, why *Error) {
	if t.Repeating != nil {
		e := *why // the client goes on to change its own
		t.Repeating(r.call(), after, &e)
	}
}

func (r request) call() Call {
	return Call{API: r.method + " " + r.path, Page: r.number}
}
