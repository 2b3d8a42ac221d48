package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"
)

// TokenCall is a call that fetches a token.
const TokenCall CallKind = "token"

// POST /v1.0/oauth2/accessToken is for internal apps: asking again while a token
// lives gives the same, renewed.
var _ = declare(route{
	kind: TokenCall, method: http.MethodPost, path: "/v1.0/oauth2/accessToken", api: tokenAPI,
	answer: func(s *Simulator, a arguments) (json.RawMessage, *refusal) {
		if a["appKey"] != s.App.ClientID || a["appSecret"] != s.App.ClientSecret {
			return nil, &refusal{http.StatusBadRequest, "invalidClientIdOrSecret", "the client id or secret is wrong"}
		}
		return reply(object{"accessToken": s.issue(true), "expireIn": s.tokenSeconds()})
	},
})

// POST /v1.0/oauth2/corpAccessToken is for third-party enterprise apps.
var _ = declare(route{
	kind: TokenCall, method: http.MethodPost, path: "/v1.0/oauth2/corpAccessToken", api: tokenAPI,
	answer: func(s *Simulator, a arguments) (json.RawMessage, *refusal) {
		switch {
		case a["suiteKey"] != s.App.ClientID || a["suiteSecret"] != s.App.ClientSecret:
			return nil, &refusal{http.StatusBadRequest, "invalidSuiteKey", "the suite key or secret is wrong"}
		case a["suiteTicket"] != s.App.SuiteTicket:
			return nil, &refusal{http.StatusBadRequest, "invalidSuiteTicket", "the suite ticket is wrong"}
		case a["authCorpId"] != s.App.CorpID:
			return nil, &refusal{http.StatusBadRequest, "invalidAuthInfo", "the organization has not authorized the app"}
		}
		return reply(object{"accessToken": s.issue(false), "expireIn": s.tokenSeconds()})
	},
})

// POST /v1.0/oauth2/{corpId}/token is for either, without a ticket, and spells
// its answer in another way.
var _ = declare(route{
	kind: TokenCall, method: http.MethodPost, path: "/v1.0/oauth2/{corpId}/token", api: tokenAPI,
	answer: func(s *Simulator, a arguments) (json.RawMessage, *refusal) {
		switch {
		case a["grant_type"] != "client_credentials":
			return nil, &refusal{http.StatusBadRequest, "unsupported.grant.type", "the grant type is not supported"}
		case a["client_id"] != s.App.ClientID || a["client_secret"] != s.App.ClientSecret:
			return nil, &refusal{http.StatusBadRequest, "invalid.client", "the client id or secret is wrong"}
		case a["corpId"] != s.App.CorpID:
			return nil, &refusal{http.StatusUnauthorized, "unauthorized.client", "the organization has not authorized the app"}
		}
		return reply(object{"access_token": s.issue(false), "expires_in": s.tokenSeconds()})
	},
})

// IssueToken returns a token of the simulator's, as a user has it who manages
// tokens of their own.
func (s *Simulator) IssueToken() string { return s.issue(false) }

// RevokeTokens makes every token dead that was issued so far.
func (s *Simulator) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
	s.last = ""
}

// issue returns a token; renewed, it is the app's last one while that lives.
func (s *Simulator) issue(renew bool) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if !renew || s.last == "" || !now.Before(s.tokens[s.last]) {
		s.issued++
		s.last = fmt.Sprintf("simulated-token-%d", s.issued)
	}
	s.tokens[s.last] = now.Add(s.TokenLife)
	return s.last
}

func (s *Simulator) tokenSeconds() int { return int(s.TokenLife.Seconds()) }
