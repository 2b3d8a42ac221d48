// Package simulator is a stand-in for the DingTalk Open API: an http.Handler
// with an organization, token calls, limits, scripted faults and a log of the
// calls. It answers as the API documents; no part of the plugin knows it. The files
// api_*.go have one API each: its route, its answer and its data.
package simulator

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

// App is an app that may fetch tokens. CorpID and SuiteTicket are only needed
// by the flows that use them.
type App struct{ ClientID, ClientSecret, CorpID, SuiteTicket string }

// Simulator answers the calls that the package has a route for. Set its fields
// before the first call.
type Simulator struct {
	App App
	Organization

	// MaxPage is how many entries a page of any API has at most, also if the caller
	// asks for more. DefaultPage is the number if the caller does not ask and
	// DingTalk documents none.
	MaxPage, DefaultPage int
	// TokenLife is how long a token is accepted, and what its answer says.
	TokenLife time.Duration
	// BareErrors makes the legacy API refuse with the errcode itself, not wrapped in
	// the errcode 88.
	BareErrors bool
	// CallsPerSecond is how many calls to one API may come in any second; 0 is no
	// limit. Token calls have none.
	CallsPerSecond int

	mu     sync.Mutex
	tokens map[string]time.Time // token to end of life
	issued int
	last   string // the token that the app's next call renews
	calls  []Call
	recent map[*route][]time.Time // calls of the last second
	// throttled counts the calls that came too early.
	throttled int
	faults    []*Fault
}

// New returns a Simulator of an empty organization, for that app.
func New(app App) *Simulator {
	return &Simulator{
		App:          app,
		Organization: newOrganization(),
		MaxPage:      200,
		DefaultPage:  20,
		TokenLife:    2 * time.Hour,
		tokens:       map[string]time.Time{},
		recent:       map[*route][]time.Time{},
	}
}

// CallKind is the API of a call. Each route has one, beside it; the three
// token calls share theirs.
type CallKind string

// OtherCall is a call that the simulator has no route for.
const OtherCall CallKind = "other"

// Call is one request as the simulator saw it.
type Call struct {
	Kind   CallKind
	Method string
	// Path is the path as it was escaped on the wire.
	Path string
	// Params are the arguments by their names: those of the path's template, of
	// the query and, for the legacy API, of the body. The token and what the
	// token calls send in their bodies are not among them.
	Params map[string]string
	// ScheduleConferenceID is the argument of that name.
	ScheduleConferenceID string
	// NextToken and MaxResults are the arguments for the page, whatever the API
	// names them, as sent; "" if they were not sent.
	NextToken, MaxResults string
	// Token is the token as sent, in the header, the form or the query.
	Token string
	At    time.Time
}

// Calls returns the log, oldest first.
func (s *Simulator) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Count returns how many calls of a kind are in the log.
func (s *Simulator) Count(kind CallKind) int {
	n := 0
	for _, c := range s.Calls() {
		if c.Kind == kind {
			n++
		}
	}
	return n
}

// Throttled returns how many calls were refused because they came too early.
func (s *Simulator) Throttled() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.throttled
}

// ClearCalls empties the log.
func (s *Simulator) ClearCalls() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = nil
}

// ServeHTTP logs the call, then answers it, or serves a fault.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// The server notices that a caller has gone only after the body was read.
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	route, args, refused := match(r, body)
	call := newCall(r, route, args)
	s.mu.Lock()
	s.calls = append(s.calls, call)
	fault := s.takeFault(call)
	s.mu.Unlock()

	real := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		var answer json.RawMessage
		problem := s.admit(route, call.Token)
		if problem == nil {
			problem = refused
		}
		if problem == nil {
			answer, problem = route.answer(s, args)
		}
		switch {
		case problem != nil:
			s.refuse(w, route.api, problem)
		case route.write != nil:
			route.write(w, answer)
		default:
			route.api.write(w, answer)
		}
	})
	if fault != nil {
		fault.Serve(w, r, real)
		return
	}
	real(w, r)
}

// refuse refuses a call as its API does.
func (s *Simulator) refuse(w http.ResponseWriter, of *api, r *refusal) {
	if s.BareErrors && of == legacyAPI {
		refuseBare(w, r)
		return
	}
	of.refuse(w, r)
}

func newCall(r *http.Request, route *route, args arguments) Call {
	call := Call{
		Kind:                 route.kind,
		Method:               r.Method,
		Path:                 r.URL.EscapedPath(),
		ScheduleConferenceID: args["scheduleConferenceId"],
		NextToken:            args[route.api.position],
		MaxResults:           args[route.api.size],
		Token:                route.api.token(r, args),
		At:                   time.Now(),
	}
	delete(args, "access_token")
	if route.api != tokenAPI {
		call.Params = args
	}
	return call
}

// admit refuses a call whose token is dead, and one that comes too early.
func (s *Simulator) admit(route *route, token string) *refusal {
	if route.api == tokenAPI || route.kind == OtherCall {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if end, issued := s.tokens[token]; !issued || !now.Before(end) {
		return route.api.dead(token, issued)
	}
	if s.throttle(route, now) {
		return &route.api.tooOften
	}
	return nil
}

// throttle reports whether a call to an API comes too early. s.mu is held.
func (s *Simulator) throttle(route *route, now time.Time) bool {
	if s.CallsPerSecond == 0 {
		return false
	}
	recent := slices.DeleteFunc(s.recent[route], func(t time.Time) bool { return now.Sub(t) >= time.Second })
	early := len(recent) >= s.CallsPerSecond
	if early {
		s.throttled++
	} else {
		recent = append(recent, now)
	}
	s.recent[route] = recent
	return early
}
