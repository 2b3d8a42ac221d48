package client

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"time"

	"golang.org/x/net/http/httpguts"
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

// The token calls. DingTalk documents codes for these calls only.
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

// corpTokenCodes are the codes of the call that names the organization. It returns
// unknownError for a wrong CorpId, which a repeat does not change.
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

// post makes a token call. Its body is JSON, since DingTalk refuses a form.
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

// Sendable reports whether a token can be sent in a header: it has no line break, and no
// other control character but tabs.
func Sendable(token string) bool { return httpguts.ValidHeaderFieldValue(token) }

// tokenAnswer is the body of a token call.
type tokenAnswer interface {
	answer
	// token returns the token, and how long it lives; 0 if the answer does not say.
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
	if !Sendable(token) {
		return fmt.Errorf("%s has a character that no header can have", field)
	}
	return nil
}
