package client

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

const (
	// refreshMargin is how long before its end a token is replaced. DingTalk's
	// tokens live for two hours; one that lives for less than twice the margin
	// is replaced at half its life.
	refreshMargin = 5 * time.Minute
	// keepAfterFailure is how long a token that still has some life is used on
	// after its early refresh failed.
	keepAfterFailure = 30 * time.Second
)

// doubtAfter is how long a token is used on after a permission was found missing:
// as long as the calls of one query may need that were under way, or that ignore
// the refusal, and less than somebody needs to grant the permission.
const doubtAfter = 2 * time.Second

// token is one access token. Its address is its identity: DingTalk may answer
// a refresh with the same text.
type token struct {
	value     Secret
	expires   time.Time // zero: not known, used until it is refused
	refreshAt time.Time // zero: never; guarded by tokenSource.mu
	// doubted is when a permission was found missing; zero: never; guarded by
	// tokenSource.mu.
	doubted time.Time
}

// tokenSource hands out one token to all calls of a client, and lets all that
// need a new one share the call that fetches it.
type tokenSource struct {
	client *Client
	app    app // nil for a token that the user manages

	mu      sync.Mutex
	current *token
	flight  *flight // nil while no token call is under way
}

// flight is a token call that is shared. It ends when the last of those that
// waited for it has gone.
type flight struct {
	waiting int  // guarded by tokenSource.mu
	kept    bool // so is this: it refreshes a token early, and nobody need wait
	cancel  context.CancelFunc

	done  chan struct{} // closed when token and err are set
	token *token
	err   error
}

func newTokenSource(c *Client, cred Credentials) *tokenSource {
	s := &tokenSource{client: c}
	switch cred := cred.(type) {
	case AccessToken:
		s.current = &token{value: cred.Token}
	case app:
		s.app = cred
	}
	return s
}

func (s *tokenSource) renewable() bool { return s.app != nil }

// token returns a token to call with. One that nears its end is still returned,
// while another is fetched.
func (s *tokenSource) token(ctx context.Context) (*token, error) {
	s.mu.Lock()
	now, current := time.Now(), s.current
	if current != nil && !current.doubted.IsZero() && now.Sub(current.doubted) >= doubtAfter {
		current, s.current = nil, nil
	}
	if current != nil && (current.refreshAt.IsZero() || now.Before(current.refreshAt)) {
		s.mu.Unlock()
		return current, nil
	}
	f := s.flight
	if f == nil {
		flightCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		f = &flight{cancel: cancel, done: make(chan struct{})}
		s.flight = f
		go s.fly(flightCtx, f)
	}
	if current != nil && now.Before(current.expires) {
		f.kept = true
		s.mu.Unlock()
		return current, nil
	}
	f.waiting++
	s.mu.Unlock()

	select {
	case <-f.done:
		return f.token, f.err
	case <-ctx.Done():
		s.mu.Lock()
		defer s.mu.Unlock()
		if f.waiting--; f.waiting == 0 && !f.kept {
			f.cancel()
			if s.flight == f {
				s.flight = nil
			}
		}
		return nil, ctx.Err()
	}
}

// fly fetches a token for a flight and makes it the current one.
func (s *tokenSource) fly(ctx context.Context, f *flight) {
	defer f.cancel()
	f.token, f.err = s.fetch(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.flight == f {
		s.flight = nil
		if f.err == nil {
			s.current = f.token
		} else if old := s.current; old != nil {
			s.client.log.Warn("refreshing the token failed; the old one is used to its end", "until", old.expires, "error", f.err)
			old.refreshAt = time.Now().Add(keepAfterFailure)
			if old.refreshAt.After(old.expires) {
				old.refreshAt = old.expires
			}
		}
	}
	close(f.done)
}

func (s *tokenSource) fetch(ctx context.Context) (*token, error) {
	start := time.Now()
	answer, err := s.app.fetch(ctx, s.client)
	if err != nil {
		var e *Error
		if errors.As(err, &e) {
			e.TokenCall = true
			switch {
			case e.Status == http.StatusNotFound && e.Kind == BadRequest:
				e.Kind, e.Advice = Unexpected, adviceEndpoint // there is no such call
			case e.Kind == Unauthenticated || e.Kind == BadRequest:
				e.Kind = BadCredentials // whatever a token call is refused for
			}
		}
		return nil, err
	}
	value, life := answer.token()
	t := &token{value: NewSecret(value)}
	if life > 0 {
		t.expires = start.Add(life)
		t.refreshAt = t.expires.Add(-min(refreshMargin, life/2))
	}
	return t, nil
}

// doubt has a token replaced soon, since a permission may be granted that it does
// not have yet.
func (s *tokenSource) doubt(t *token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.renewable() && t.doubted.IsZero() {
		t.doubted = time.Now()
	}
}

// invalidate drops a token that DingTalk refused, unless it has been replaced
// already.
func (s *tokenSource) invalidate(t *token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == t {
		s.current = nil
	}
}
