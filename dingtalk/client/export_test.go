package client

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"time"
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

func (p *LegacyUserPage) position() position { return p.Result.position() }
func (p *LegacyUserPage) entries() entries   { return entriesOf("result.list", p.Result.List) }
func (u *LegacyUser) key() string            { return string(u.UserID) }
func (p *LegacyUserPage) check() error       { return checkPage(p) }
func (c *Client) LegacyUsers(ctx context.Context, dept string, opt PageOptions) iter.Seq2[*LegacyUserPage, error] {
	return pages[LegacyUserPage](ctx, c, legacyUsers, opt, dept)
}

func (c *Client) LegacyUser(ctx context.Context, id string) (*LegacyUser, error) {
	return read[LegacyUser](ctx, c, nil, request{endpoint: legacyUser, ids: []string{id}})
}

// Apps is the number of apps that are remembered.
func (l *Limits) Apps() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.apps)
}

// NewTransport is the transport of a client without one of its own.
func NewTransport() *http.Transport { return newTransport() }

// SetRequestTimeout shortens the time of one attempt.
func (c *Client) SetRequestTimeout(d time.Duration) { c.requestTimeout = d }
