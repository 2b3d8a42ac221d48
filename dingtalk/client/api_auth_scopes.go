package client

import (
	"context"
	"errors"
	"net/http"
)

// GET /auth/scopes belongs to the older API, and has its arguments in the query.
var authScopes = declare(endpoint{
	method:     http.MethodGet,
	path:       "/auth/scopes",
	api:        legacyAPI,
	permission: "qyapi_base",
})

// AuthScopes are the parts of the address book that the app may see: these
// departments with all that is below them, and these people.
type AuthScopes struct {
	Departments List[LegacyInt]  `json:"authed_dept"`
	UserIDs     List[LegacyText] `json:"authed_user"`
}

type authScopesAnswer struct {
	refusal
	Scopes *AuthScopes `json:"auth_org_scopes"`
}

func (a *authScopesAnswer) check() error {
	if a.Scopes == nil {
		return errors.New("auth_org_scopes is missing")
	}
	return nil
}

// AuthScopes returns which parts of the address book the app may see. wait is as
// in PageOptions.
func (c *Client) AuthScopes(ctx context.Context, wait func(context.Context) error) (*AuthScopes, error) {
	a, err := read[authScopesAnswer](ctx, c, wait, request{endpoint: authScopes})
	if err != nil {
		return nil, err
	}
	return a.Scopes, nil
}
