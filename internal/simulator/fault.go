package simulator

import (
	"net/http"
	"slices"
	"time"
)

// Fault replaces the answers of some calls.
type Fault struct {
	// On says which calls. Nil is every call.
	On func(Call) bool
	// Times is how many of those calls; 0 is all of them.
	Times int
	// Serve answers the call; real is what the answer would have been.
	Serve func(w http.ResponseWriter, r *http.Request, real http.Handler)

	served int
}

// Script adds faults. The first that matches a call and isn't used up serves
// it.
func (s *Simulator) Script(faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range faults {
		s.faults = append(s.faults, &f)
	}
}

// ClearFaults removes all faults.
func (s *Simulator) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// takeFault returns the fault for a call, if any. s.mu is held.
func (s *Simulator) takeFault(call Call) *Fault {
	for _, f := range s.faults {
		if (f.On == nil || f.On(call)) && (f.Times == 0 || f.served < f.Times) {
			f.served++
			return f
		}
	}
	return nil
}

// OnKind matches the calls of a kind.
func OnKind(kind CallKind) func(Call) bool {
	return func(c Call) bool { return c.Kind == kind }
}

// OnFirst matches the calls of a kind for a first page.
func OnFirst(kind CallKind) func(Call) bool {
	return func(c Call) bool { return c.Kind == kind && c.first() }
}

// OnLater matches the calls of a kind for a later page.
func OnLater(kind CallKind) func(Call) bool {
	return func(c Call) bool { return c.Kind == kind && !c.first() }
}

// OnToken matches token calls.
func OnToken(c Call) bool { return c.Kind == TokenCall }

// OnFirstPage matches the first call of a list, whichever API it is.
func OnFirstPage(c Call) bool { return c.paged() && c.first() }

// OnLaterPage matches the later calls of a list, whichever API it is.
func OnLaterPage(c Call) bool { return c.paged() && !c.first() }

// first reports whether a call is for a first page, at "0" or without a position.
func (c Call) first() bool { return c.NextToken == "" || c.NextToken == "0" }

func (c Call) paged() bool {
	return slices.ContainsFunc(routes, func(r *route) bool { return r.kind == c.Kind && r.paged })
}

type serve = func(w http.ResponseWriter, r *http.Request, real http.Handler)

// Refuse answers with a status and an error body of the Open API.
func Refuse(status int, code, message string) serve {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		openAPI.refuse(w, &refusal{status, code, message})
	}
}

// Answer answers with a status, a body and header fields (name, value, …).
func Answer(status int, body string, header ...string) serve {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// Delay answers as usual, but late, unless the caller goes away first.
func Delay(d time.Duration) serve {
	return func(w http.ResponseWriter, r *http.Request, real http.Handler) {
		select {
		case <-time.After(d):
			real.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	}
}

// Drop closes the connection without an answer.
func Drop(http.ResponseWriter, *http.Request, http.Handler) { panic(http.ErrAbortHandler) }

// CutShort sends the beginning of a body and closes the connection.
func CutShort(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
	w.Header().Set("Content-Length", "4096")
	_, _ = w.Write([]byte(`{"totalCount":3,"conferenceList":[{"conf`))
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// Endless sends a body that has no end, until the caller goes away.
func Endless(w http.ResponseWriter, r *http.Request, _ http.Handler) {
	chunk := make([]byte, 64<<10)
	for i := range chunk {
		chunk[i] = ' '
	}
	for r.Context().Err() == nil {
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}
