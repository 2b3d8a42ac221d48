package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// topapi/v2/department/listsub has no pages, and returns one level.
var subDepartments = declare(endpoint{
	method:     http.MethodPost,
	path:       "/topapi/v2/department/listsub",
	api:        legacyAPI,
	codes:      departmentCodes,
	permission: "qyapi_get_department_list",
})

// departmentCodes are the codes of the APIs that take a department's id.
var departmentCodes = map[string]meaning{
	"60003": {kind: NotFound, advice: adviceNoDepartment},
	"40009": {kind: NotFound, advice: adviceNoDepartment},
}

// RootDepartmentID is the department that all others are in.
const RootDepartmentID int64 = 1

// Department is a department of the organization. A nil field is one that
// DingTalk did not return.
type Department struct {
	// ID is never 0.
	ID       LegacyInt   `json:"dept_id"`
	Name     *LegacyText `json:"name"`
	ParentID *LegacyInt  `json:"parent_id"`
}

// departmentsAnswer is the answer with the departments below one.
type departmentsAnswer struct {
	refusal
	Result List[*Department] `json:"result"`
}

// check returns an error for a department without an id, because the departments below
// it could not be read.
func (a *departmentsAnswer) check() error {
	if a.Result == nil {
		return errors.New("result is missing")
	}
	if i := slices.IndexFunc(a.Result, func(d *Department) bool { return d.ID == 0 }); i >= 0 {
		return fmt.Errorf("result[%d].dept_id is missing", i)
	}
	return nil
}

// SubDepartments returns the departments one level below another. The error is an
// *Error of kind NotFound if DingTalk does not know the department. wait is as in
// PageOptions.
func (c *Client) SubDepartments(ctx context.Context, departmentID int64, wait func(context.Context) error) ([]*Department, error) {
	a, err := read[departmentsAnswer](ctx, c, wait, request{endpoint: subDepartments, args: url.Values{"dept_id": {strconv.FormatInt(departmentID, 10)}}})
	if IsKind(err, Empty) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return a.Result, nil
}
