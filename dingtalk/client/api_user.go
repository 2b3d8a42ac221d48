package client

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"strconv"
)

// Users are in the older API. Its calls don't count against the month.
var (
	userByUnionID = declare(endpoint{
		method:     http.MethodPost,
		path:       "/topapi/user/getbyunionid",
		api:        legacyAPI,
		permission: "qyapi_get_member",
	})
	userByID = declare(endpoint{
		method:     http.MethodPost,
		path:       "/topapi/v2/user/get",
		api:        legacyAPI,
		permission: "qyapi_get_member",
	})
	departmentUsers = declare(endpoint{
		method:     http.MethodPost,
		path:       "/topapi/v2/user/list",
		api:        legacyAPI,
		codes:      departmentCodes,
		paging:     byCursor,
		maxPage:    100,
		permission: "qyapi_get_department_member",
	})
)

// User is somebody in the organization. A nil field, or a Flag that is neither yes nor
// no, is one that DingTalk did not return: many are returned only if the app has a
// permission for them, or if they were filled in. An id or code that it left empty
// stays "".
type User struct {
	UserID    *LegacyText `json:"userid"`
	UnionID   *LegacyText `json:"unionid"`
	Name      *LegacyText `json:"name"`
	Avatar    *LegacyText `json:"avatar"`
	JobNumber *LegacyText `json:"job_number"`
	// Title is the job's.
	Title *LegacyText `json:"title"`
	// Email is the person's own, OrgEmail the organization's.
	Email     *LegacyText   `json:"email"`
	OrgEmail  *LegacyText   `json:"org_email"`
	Mobile    *LegacyText   `json:"mobile"`
	Telephone *LegacyText   `json:"telephone"`
	WorkPlace *LegacyText   `json:"work_place"`
	Remark    *LegacyText   `json:"remark"`
	HiredDate *LegacyMillis `json:"hired_date"`
	// DepartmentIDs are the departments that the user is a direct member of.
	DepartmentIDs List[LegacyInt] `json:"dept_id_list"`
	// Active is yes if the user has activated the account.
	Active Flag `json:"active"`
	Admin  Flag `json:"admin"`
	Boss   Flag `json:"boss"`

	// The method User alone returns what follows.

	ManagerUserID *LegacyText `json:"manager_userid"`
	Senior        Flag        `json:"senior"`
	// LeaderInDepartments says for each department whether the user leads it.
	LeaderInDepartments List[*DepartmentLeader] `json:"leader_in_dept"`

	// DepartmentUsers alone returns Leader: whether the user leads the department of
	// the call.
	Leader Flag `json:"leader"`
}

// DepartmentLeader is whether a user leads a department.
type DepartmentLeader struct {
	DepartmentID *LegacyInt `json:"dept_id"`
	Leader       Flag       `json:"leader"`
}

// userIDAnswer is the answer to a union id.
type userIDAnswer struct {
	refusal
	Result userIdentity `json:"result"`
}

type userIdentity struct {
	UserID LegacyText `json:"userid"`
	// ContactType is 0 for a person of the organization and 1 for an external
	// contact, whom User does not return.
	ContactType LegacyInt `json:"contact_type"`
}

const externalContact LegacyInt = 1

func (a *userIDAnswer) check() error {
	if a.Result.UserID == "" {
		return errors.New("result.userid is missing")
	}
	return nil
}

// UserIDByUnionID returns the user id of a union id, never "". The error is an
// *Error of kind NotFound if nobody in the organization has the union id, also if an
// external contact has it: User does not return external contacts. wait is as in
// PageOptions.
func (c *Client) UserIDByUnionID(ctx context.Context, unionID string, wait func(context.Context) error) (string, error) {
	a, err := read[userIDAnswer](ctx, c, wait, request{endpoint: userByUnionID, args: url.Values{"unionid": {unionID}}})
	if err != nil {
		return "", err
	}
	if a.Result.ContactType == externalContact {
		return "", &Error{Kind: NotFound, Status: http.StatusOK, Message: "the user is an external contact", Advice: adviceNoUser}
	}
	return string(a.Result.UserID), nil
}

// userAnswer is the answer to one user.
type userAnswer struct {
	refusal
	Result User `json:"result"`
}

func (a *userAnswer) check() error {
	if a.Result.UserID == nil {
		return errors.New("result.userid is missing")
	}
	return nil
}

// User returns a user. The error is an *Error of kind NotFound if DingTalk does not
// know the user. wait is as in PageOptions.
func (c *Client) User(ctx context.Context, userID string, wait func(context.Context) error) (*User, error) {
	a, err := read[userAnswer](ctx, c, wait, request{endpoint: userByID, args: url.Values{"userid": {userID}}})
	if err != nil {
		return nil, err
	}
	return &a.Result, nil
}

// userPage is one page of the members of a department.
type userPage struct {
	refusal
	Result userList `json:"result"`
}

// userList is a part of the members of a department.
type userList struct {
	cursorFields
	Users List[*User] `json:"list"`
}

func (p *userPage) position() position { return p.Result.position() }

func (u *User) key() string { return keyOf((*string)(u.UserID)) }

func (p *userPage) list() (string, List[*User]) { return "result.list", p.Result.Users }

func (p *userPage) check() error { return checkPage[*User](p) }

// DepartmentUsers returns the direct members of a department page by page, and no page
// if it has none. 1 is the root. People with restricted access are among them:
// DingTalk leaves them out unless contain_access_limit is sent. If there is an error,
// it is yielded last: an *Error of kind NotFound if DingTalk does not know the
// department.
func (c *Client) DepartmentUsers(ctx context.Context, departmentID int64, opt PageOptions) iter.Seq2[*Page[*User], error] {
	return pages[*User, userPage](ctx, c, opt, request{endpoint: departmentUsers, args: url.Values{"dept_id": {strconv.FormatInt(departmentID, 10)}, "contain_access_limit": {"true"}}})
}
