package client

import (
	"context"
	"time"
)

// Trace has functions that are called for the calls made with a context, as
// net/http/httptrace has for HTTP requests. Each may be nil. Several goroutines call
// them at a time, and they must not block. Their arguments show no secret.
type Trace struct {
	// Sent is called for each call that is sent, also for a repeat: for all calls
	// that DingTalk counts, and those for people. It is not called for token calls.
	Sent func(Call)
	// Waiting is called for a call that waits because of the limit of calls per
	// second.
	Waiting func(Call)
	// Repeating is called for a call that will be sent again after some time, with
	// the reason. It may be a token call.
	Repeating func(c Call, after time.Duration, why *Error)
}

// Call is a call to the API, for a Trace.
type Call struct {
	// API is the method and the path, with the names of parameters in place of
	// their values, as in "GET /v1.0/conference/videoConferences/{conferenceId}".
	API string
	// Page is the page of a list, from 1; 0 if it is no list.
	Page int
	// Counted is whether DingTalk counts the call against the organization's month.
	Counted bool
}

type traceKey struct{}

// WithTrace returns a context with a trace, in place of one that ctx has. If two
// queries wait for the same call, the trace of the first gets it.
func WithTrace(ctx context.Context, t *Trace) context.Context {
	return context.WithValue(ctx, traceKey{}, t)
}

// traceOf returns the context's trace, or an empty one.
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
		e := *why // a copy: the client changes its own later
		t.Repeating(r.call(), after, &e)
	}
}

func (r request) call() Call {
	return Call{API: r.method + " " + r.path, Page: r.number, Counted: r.api.counted}
}
