package client

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"
)

const (
	// refreshMargin is how long before it expires a token is replaced. DingTalk's
	// tokens live for two hours; a token that lives for less than twice the margin
	// is replaced after half its life.
	refreshMargin = 5 * time.Minute
	// keepAfterFailure is how long a token that has not expired is still used after
	// its early refresh failed.
	keepAfterFailure = 30 * time.Second
)

// replaceAfterDenial is how long a token is still used after a call lacked a
// permission: long enough for the other calls of the query, and shorter than a person
// needs to give the permission.
const replaceAfterDenial = 2 * time.Second

// token is one access token. Tokens are compared by their address: DingTalk may
// return the same text for a refresh.
type token struct {
	value     Secret
	expires   time.Time // zero: not known, used until it is refused
	refreshAt time.Time // zero: never; guarded by tokenSource.mu
	// deniedAt is when a call first lacked a permission; zero: never; guarded by
	// tokenSource.mu.
	deniedAt time.Time
}

// tokenSource returns one token to all calls of a client. Calls that need a new one
// share the token call.
type tokenSource struct {
	client *Client
	app    app // nil for a token that the user manages

	mu      sync.Mutex
	current *token
	flight  *flight // nil while no token call is running
}

// flight is a token call that several calls share. It is cancelled when none of them
// waits any longer.
type flight struct {
	waiting int  // guarded by tokenSource.mu
	early   bool // it refreshes a token that has not expired, and is never cancelled; guarded likewise
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

// token returns the token for a call. A token that expires soon is still returned,
// while a new one is fetched.
func (s *tokenSource) token(ctx context.Context) (*token, error) {
	s.mu.Lock()
	now, current := time.Now(), s.current
	if current != nil && !current.deniedAt.IsZero() && now.Sub(current.deniedAt) >= replaceAfterDenial {
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
		go s.run(flightCtx, f)
	}
	if current != nil && now.Before(current.expires) {
		f.early = true
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
		if f.waiting--; f.waiting == 0 && !f.early {
			f.cancel()
			if s.flight == f {
				s.flight = nil
			}
		}
		return nil, ctx.Err()
	}
}

// run makes the token call of a flight, and makes its token the current one.
func (s *tokenSource) run(ctx context.Context, f *flight) {
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
				e.Kind = BadCredentials // for every reason to refuse a token call
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

// replaceSoon makes token fetch a new token soon, since an old one lacks permissions
// that are given later.
func (s *tokenSource) replaceSoon(t *token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.renewable() && t.deniedAt.IsZero() {
		t.deniedAt = time.Now()
	}
}

// invalidate removes a token that DingTalk refused, if it is still the current one.
func (s *tokenSource) invalidate(t *token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == t {
		s.current = nil
	}
}
