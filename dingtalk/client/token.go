package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"time"
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
	clientID() string
	// fetch makes the app's token call.
	fetch(context.Context, *Client) (tokenAnswer, error)
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

// The token calls. Codes are documented for them alone.
var (
	accessTokenCall     = declare(endpoint{method: http.MethodPost, path: "/v1.0/oauth2/accessToken", api: tokenAPI, codes: tokenCodes})
	corpAccessTokenCall = declare(endpoint{method: http.MethodPost, path: "/v1.0/oauth2/corpAccessToken", api: tokenAPI, codes: tokenCodes})
	corpTokenCall       = declare(endpoint{method: http.MethodPost, path: "/v1.0/oauth2/{corpId}/token", api: tokenAPI, codes: corpTokenCodes})
)

var tokenCodes = map[string]meaning{
	"invalidClientIdOrSecret": {kind: BadCredentials},
	"invalidSuiteKey":         {kind: BadCredentials},
	"invalidSuiteTicket":      {kind: BadCredentials},
	"invalidAuthInfo":         {kind: BadCredentials},
	"invalid.client":          {kind: BadCredentials},
	"unsupported.grant.type":  {kind: BadCredentials},
	"unauthorized.client":     {kind: BadCredentials},
	"server.error":            {kind: Transient},
}

// corpTokenCodes are those where the call names the organization. A wrong CorpId
// is an unknownError there, which does not pass.
var corpTokenCodes = func() map[string]meaning {
	codes := maps.Clone(tokenCodes)
	codes["unknownError"] = meaning{kind: Transient, advice: adviceCorpID, attempts: 2}
	return codes
}()

func (a InternalApp) fetch(ctx context.Context, c *Client) (tokenAnswer, error) {
	return post[camelToken](ctx, c, accessTokenCall, map[string]string{"appKey": a.ClientID, "appSecret": a.ClientSecret.reveal()})
}

func (a ThirdPartyApp) fetch(ctx context.Context, c *Client) (tokenAnswer, error) {
	return post[camelToken](ctx, c, corpAccessTokenCall, map[string]string{"suiteKey": a.ClientID, "suiteSecret": a.ClientSecret.reveal(), "authCorpId": a.CorpID, "suiteTicket": a.SuiteTicket.reveal()})
}

func (a OrganizationApp) fetch(ctx context.Context, c *Client) (tokenAnswer, error) {
	return post[snakeToken](ctx, c, corpTokenCall, map[string]string{"client_id": a.ClientID, "client_secret": a.ClientSecret.reveal(), "grant_type": "client_credentials"}, a.CorpID)
}

// post makes a token call. DingTalk refuses a body that is not JSON, so no form.
func post[A any, PA interface {
	answerTo[A]
	tokenAnswer
}](ctx context.Context, c *Client, of *endpoint, body map[string]string, ids ...string) (tokenAnswer, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("encoding the token request: %w", err)
	}
	a, err := send[A, PA](ctx, c, &budget{}, nil, request{endpoint: of, ids: ids, body: b}, Secret{})
	if err != nil {
		return nil, err
	}
	return PA(a), nil
}

func (a InternalApp) clientID() string     { return a.ClientID }
func (a ThirdPartyApp) clientID() string   { return a.ClientID }
func (a OrganizationApp) clientID() string { return a.ClientID }

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
