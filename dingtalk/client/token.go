package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// Credentials are one kind of app and its secrets: InternalApp, ThirdPartyApp,
// OrganizationApp or AccessToken.
type Credentials interface {
	// secrets are the values that must never be shown.
	secrets() []Secret
}

// app is Credentials that can fetch a token.
type app interface {
	Credentials
	tokenRequest() (request, error)
	newAnswer() tokenAnswer
}

// InternalApp is an app that an organization made for itself. Its client id and
// secret are also called AppKey and AppSecret.
type InternalApp struct {
	ClientID     string
	ClientSecret Secret
}

// ThirdPartyApp is a third-party enterprise app in the classic flow, with the
// ticket that DingTalk pushes to it. Client id and secret are also called
// SuiteKey and SuiteSecret.
type ThirdPartyApp struct {
	ClientID     string
	ClientSecret Secret
	CorpID       string
	SuiteTicket  Secret
}

// OrganizationApp is either kind of app in the newer flow, which needs the
// organization's id and no ticket.
type OrganizationApp struct {
	ClientID     string
	ClientSecret Secret
	CorpID       string
}

// AccessToken is a token that the user manages. It is used as it is and never
// refreshed.
type AccessToken struct{ Token Secret }

// post is a token call. A body that is not JSON is refused, so no form.
func post(body map[string]string, path ...string) (request, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return request{}, fmt.Errorf("encoding the token request: %w", err)
	}
	return request{method: http.MethodPost, path: path, body: b}, nil
}

func (a InternalApp) tokenRequest() (request, error) {
	return post(map[string]string{"appKey": a.ClientID, "appSecret": a.ClientSecret.reveal()},
		"v1.0", "oauth2", "accessToken")
}

func (a ThirdPartyApp) tokenRequest() (request, error) {
	return post(map[string]string{"suiteKey": a.ClientID, "suiteSecret": a.ClientSecret.reveal(), "authCorpId": a.CorpID, "suiteTicket": a.SuiteTicket.reveal()},
		"v1.0", "oauth2", "corpAccessToken")
}

func (a OrganizationApp) tokenRequest() (request, error) {
	return post(map[string]string{"client_id": a.ClientID, "client_secret": a.ClientSecret.reveal(), "grant_type": "client_credentials"},
		"v1.0", "oauth2", a.CorpID, "token")
}

func (InternalApp) newAnswer() tokenAnswer     { return new(camelToken) }
func (ThirdPartyApp) newAnswer() tokenAnswer   { return new(camelToken) }
func (OrganizationApp) newAnswer() tokenAnswer { return new(snakeToken) }

func (a InternalApp) secrets() []Secret     { return []Secret{a.ClientSecret} }
func (a ThirdPartyApp) secrets() []Secret   { return []Secret{a.ClientSecret, a.SuiteTicket} }
func (a OrganizationApp) secrets() []Secret { return []Secret{a.ClientSecret} }
func (a AccessToken) secrets() []Secret     { return []Secret{a.Token} }

// tokenAnswer is the body of a token call.
type tokenAnswer interface {
	answer
	// token returns the token and its life; 0 where none was told.
	token() (string, time.Duration)
}

// camelToken is the answer of accessToken and corpAccessToken.
type camelToken struct {
	refusal
	AccessToken string `json:"accessToken"`
	ExpireIn    int64  `json:"expireIn"` // seconds
}

// snakeToken is the answer of /v1.0/oauth2/{corpId}/token.
type snakeToken struct {
	refusal
	AccessToken string `json:"access_token"`
	ExpiresIn   int64  `json:"expires_in"` // seconds
}

func (t *camelToken) token() (string, time.Duration) { return t.AccessToken, seconds(t.ExpireIn) }
func (t *snakeToken) token() (string, time.Duration) { return t.AccessToken, seconds(t.ExpiresIn) }

func seconds(n int64) time.Duration { return time.Duration(min(max(n, 0), 1e9)) * time.Second }

func (t *camelToken) check() error { return checkToken(t.AccessToken, "accessToken") }
func (t *snakeToken) check() error { return checkToken(t.AccessToken, "access_token") }

func checkToken(token, field string) error {
	if token == "" {
		return fmt.Errorf("%s is missing", field)
	}
	return nil
}

const (
	// refreshMargin is how long before its end a token is replaced. DingTalk's
	// tokens live for two hours; one that lives for less than twice the margin
	// is replaced at half its life.
	refreshMargin = 5 * time.Minute
	// keepAfterFailure is how long a token that still has some life is used on
	// after its early refresh failed.
	keepAfterFailure = 30 * time.Second
)

// token is one access token. Its address is its identity: DingTalk may answer
// a refresh with the same text.
type token struct {
	value     Secret
	expires   time.Time // zero: not known, used until it is refused
	refreshAt time.Time // zero: never
}

// tokenSource hands out one token to all calls of a client, and lets all that
// need a new one share the call that fetches it.
type tokenSource struct {
	client  *Client
	app     app // nil for a token that the user manages
	flights singleflight.Group

	mu      sync.Mutex
	current *token
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

// fresh returns the current token while it needs no refresh, and the current
// token in any case.
func (s *tokenSource) fresh() (fresh, current *token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.current; t != nil && (t.refreshAt.IsZero() || time.Now().Before(t.refreshAt)) {
		return t, t
	}
	return nil, s.current
}

// token returns a token to call with, fetching one if need be.
func (s *tokenSource) token(ctx context.Context) (*token, error) {
	if t, _ := s.fresh(); t != nil {
		return t, nil
	}
	// The call is shared, so it must outlive the caller that happens to start
	// it. It is bounded by retrying.
	flight := s.flights.DoChan("", func() (any, error) {
		return s.refresh(context.WithoutCancel(ctx))
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-flight:
		if r.Err != nil {
			return nil, r.Err
		}
		return r.Val.(*token), nil
	}
}

// refresh fetches a token and makes it the current one.
func (s *tokenSource) refresh(ctx context.Context) (*token, error) {
	fresh, old := s.fresh()
	if fresh != nil {
		return fresh, nil // another call has just brought it
	}
	t, err := s.fetch(ctx)
	if err != nil {
		now := time.Now()
		if old == nil || !now.Before(old.expires) || IsKind(err, BadCredentials) {
			return nil, err
		}
		s.client.log.Warn("refreshing the token failed; the old one is still valid", "until", old.expires, "error", err)
		t = &token{value: old.value, expires: old.expires, refreshAt: now.Add(keepAfterFailure)}
	}
	s.mu.Lock()
	s.current = t
	s.mu.Unlock()
	return t, nil
}

func (s *tokenSource) fetch(ctx context.Context) (*token, error) {
	r, err := s.app.tokenRequest()
	if err != nil {
		return nil, err
	}
	answer := s.app.newAnswer()
	start := time.Now()
	if err := s.client.exchange(ctx, r, Secret{}, answer); err != nil {
		var e *Error
		if errors.As(err, &e) && (e.Kind == Unauthenticated || e.Kind == BadRequest) {
			e.Kind = BadCredentials // whatever a token call is refused for
		}
		return nil, fmt.Errorf("fetching an access token: %w", err)
	}
	value, life := answer.token()
	t := &token{value: NewSecret(value)}
	if life > 0 {
		t.expires = start.Add(life)
		t.refreshAt = t.expires.Add(-min(refreshMargin, life/2))
	}
	return t, nil
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
