package client

import (
	"context"
	"errors"
	"iter"
	"net/http"
)

// The older API, as the tests call it: a list by cursor, and a single read.
var (
	legacyUsers = &endpoint{
		method:     http.MethodPost,
		path:       "/topapi/v2/user/list?dept_id={dept_id}",
		api:        legacyAPI,
		codes:      map[string]meaning{"60003": {NotFound, "There is no such department."}},
		paging:     byCursor,
		maxPage:    100,
		permission: "qyapi_get_department_member",
	}
	legacyUser = &endpoint{
		method: http.MethodPost,
		path:   "/topapi/v2/user/get?userid={userid}",
		api:    legacyAPI,
		codes:  map[string]meaning{"33012": {kind: NotFound}},
	}
)

type LegacyUser struct {
	refusal
	UserID LegacyText `json:"userid"`
}

func (u *LegacyUser) check() error {
	if u.UserID == "" {
		return errors.New("userid is missing")
	}
	return nil
}

type LegacyUserPage struct {
	refusal
	Result struct {
		cursorFields
		List List[*LegacyUser] `json:"list"`
	} `json:"result"`
}

func (p *LegacyUserPage) position() position         { return p.Result.position() }
func (p *LegacyUserPage) entries() (string, entries) { return "result.list", p.Result.List }
func (p *LegacyUserPage) check() error               { return checkPage(p) }
func (c *Client) LegacyUsers(ctx context.Context, dept string, opt PageOptions) iter.Seq2[*LegacyUserPage, error] {
	return pages[LegacyUserPage](ctx, c, legacyUsers, opt, dept)
}

func (c *Client) LegacyUser(ctx context.Context, id string) (*LegacyUser, error) {
	return read[LegacyUser](ctx, c, nil, request{endpoint: legacyUser, ids: []string{id}})
}
