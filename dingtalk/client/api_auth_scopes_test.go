package client_test

import (
	"context"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
)

var authScopesAPI = apiCase{
	name:     "what the app may see",
	declared: "/auth/scopes",
	path:     "/auth/scopes",
	call: func(ctx context.Context, c *client.Client, opt client.PageOptions) (int, error) {
		return one(c.AuthScopes(ctx, opt.Wait))
	},
	asks:  []string{""},
	pages: []string{`{"errcode":0,"errmsg":"ok","auth_org_scopes":{"authed_dept":[7,"12"],"authed_user":["lin04"]},"auth_user_field":["name"],"request_id":"r"}`},
	bad: map[string]string{
		`{}`:                                         "auth_org_scopes is missing",
		`{"errcode":0,"auth_org_scopes":null}`:       "auth_org_scopes is missing",
		`{"errcode":0,"auth_org_scopes":[]}`:         "auth_org_scopes: the JSON array is no",
		`{"auth_org_scopes":{"authed_dept":["x"]}}`:  `auth_org_scopes.authed_dept[0]: "x" is no integer`,
		`{"auth_org_scopes":{"authed_user":[null]}}`: "auth_org_scopes.authed_user[0]: null is no entry",
	},
	unread: []string{"errcode", "errmsg", "request_id", "auth_user_field"},
	codes:  legacyCodes("qyapi_base"),
}

func TestAuthScopes(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		authScopesAPI.answer(t, w, authScopesAPI.good()[0], body(`{"auth_org_scopes":{}}`))
		for _, want := range []*client.AuthScopes{{Departments: client.List[client.LegacyInt]{7, 12}, UserIDs: client.List[client.LegacyText]{"lin04"}}, {}} {
			got, err := w.api.AuthScopes(t.Context(), nil)
			equal(t, "error", error(nil), err)
			equal(t, "scopes", want, got)
		}
	})
}

// An external contact has a user id, and does not belong to the organization.
func TestExternalContact(t *testing.T) {
	for contact, external := range map[string]bool{`0`: false, `"0"`: false, `null`: false, `1`: true, `"1"`: true} {
		inWorld(t, internalApp, func(t *testing.T, w *world) {
			userIDAPI.answer(t, w, body(`{"errcode":0,"result":{"userid":"e","contact_type":`+contact+`}}`))
			_, err := w.api.UserIDByUnionID(t.Context(), "u", nil)
			equal(t, "not found", external, client.IsKind(err, client.NotFound))
		})
	}
}
