package client_test

import (
	"context"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
)

var subDepartmentsAPI = apiCase{
	name:     "departments below one",
	declared: "/topapi/v2/department/listsub",
	path:     "/topapi/v2/department/listsub",
	call: func(ctx context.Context, c *client.Client, opt client.PageOptions) (int, error) {
		departments, err := c.SubDepartments(ctx, client.RootDepartmentID, opt.Wait)
		return len(departments), err
	},
	asks:  []string{"dept_id=1"},
	pages: []string{`{"errcode":0,"errmsg":"ok","result":[{"dept_id":37,"name":"Sales","parent_id":1,"auto_add_user":true,"create_dept_group":true}],"request_id":"r"}`},
	bad: map[string]string{
		`{}`:                            "result is missing",
		`{"errcode":0}`:                 "result is missing",
		`{"errcode":0,"result":null}`:   "result is missing",
		`{"errcode":0,"result":{}}`:     "result: the JSON object is no",
		`{"errcode":0,"result":[null]}`: "result[0]: null is no entry",
		`{"errcode":0,"result":[{"dept_id":37},{"name":"Sales"}]}`:  "result[1].dept_id is missing",
		`{"errcode":0,"result":[{"dept_id":null}]}`:                 "result[0].dept_id is missing",
		`{"errcode":0,"result":[{"dept_id":37},{"dept_id":"all"}]}`: `result[1].dept_id: "all" is no integer`,
		`{"errcode":0,"result":[{"dept_id":37,"name":["Sales"]}]}`:  `result[0].name: ["Sales"] is no text`,
		`{"errcode":0,"result":[{"dept_id":37,"parent_id":1.5}]}`:   "result[0].parent_id: 1.5 is no integer",
	},
	unread: []string{"errcode", "errmsg", "request_id", "result[0].auto_add_user", "result[0].create_dept_group"},
	codes: legacyCodes("qyapi_get_department_list",
		codeCase{200, "60003", client.NotFound, "There is no such department: check the id."},
	),
}

func TestSubDepartments(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		subDepartmentsAPI.answer(t, w,
			body(`{"errcode":"0","result":[{"dept_id":37,"name":"Sales","parent_id":1},{"dept_id":"38","name":39,"parent_id":"1"},{"dept_id":40,"name":""}]}`),
			body(`{"errcode":0,"errmsg":"ok","result":[]}`))
		for _, want := range [][]*client.Department{
			{{ID: 37, Name: text("Sales"), ParentID: to(client.LegacyInt(1))}, {ID: 38, Name: text("39"), ParentID: to(client.LegacyInt(1))}, {ID: 40, Name: text("")}},
			{},
		} {
			got, err := w.api.SubDepartments(t.Context(), 1, nil)
			equal(t, "error", error(nil), err)
			equal(t, "departments", want, got)
		}
	})
}
