package client_test

import (
	"context"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
)

const noUser = "There is no such user in the organization: check the id."

// legacyCodes are the codes that the older API documents for all.
func legacyCodes(permission string, own ...codeCase) []codeCase {
	return append(own,
		codeCase{200, "-1", client.Busy, ""},
		codeCase{200, "90018", client.Throttled, ""},
		codeCase{200, "90002", client.Throttled, ""},
		codeCase{200, "90020", client.QuotaSpent, ""},
		codeCase{200, "60011", client.NoPermission, "Apply for the permission " + permission + " on the app's Permission Management page in the DingTalk developer console, then run the query again."},
		codeCase{200, "60020", client.AddressNotAllowed, ""},
		codeCase{200, "50002", client.OutOfRange, ""},
		codeCase{200, "50004", client.OutOfRange, ""},
		codeCase{200, "400002", client.BadRequest, ""},
	)
}

var userIDAPI = apiCase{
	name:     "user id of a union id",
	declared: "/topapi/user/getbyunionid",
	path:     "/topapi/user/getbyunionid",
	call: func(ctx context.Context, c *client.Client, opt client.PageOptions) (int, error) {
		id, err := c.UserIDByUnionID(ctx, "x&y", opt.Wait)
		return len(id), err
	},
	asks:  []string{"unionid=x%26y"},
	pages: []string{`{"errcode":0,"errmsg":"ok","result":{"userid":"7","contact_type":0},"request_id":"r"}`},
	bad: map[string]string{
		`{}`:                                        "result.userid is missing",
		`{"errcode":0,"result":{}}`:                 "result.userid is missing",
		`{"errcode":0,"result":{"userid":""}}`:      "result.userid is missing",
		`{"errcode":0,"result":{"userid":null}}`:    "result.userid is missing",
		`{"errcode":0,"result":{"userid":["lin"]}}`: `result.userid: ["lin"] is no text`,
		`{"errcode":0,"result":"lin04"}`:            "result: the JSON string is no object",
	},
	unread: []string{"errcode", "errmsg", "request_id"},
	codes: legacyCodes("qyapi_get_member",
		codeCase{200, "60121", client.NotFound, noUser},
		codeCase{200, "33012", client.NotFound, noUser},
	),
}

var userAPI = apiCase{
	name:     "user by id",
	declared: "/topapi/v2/user/get",
	path:     "/topapi/v2/user/get",
	call: func(ctx context.Context, c *client.Client, opt client.PageOptions) (int, error) {
		return one(c.User(ctx, "x&y", opt.Wait))
	},
	asks: []string{"userid=x%26y"},
	pages: []string{`{"errcode":"0","errmsg":"ok","result":{"userid":"lin04","unionid":"uVq7RkLx2iSbP0yTn8sWQiEiE","name":"Lin","avatar":"https://example.com/lin.png",
		"job_number":417,"title":"Buyer","email":"lin@example.net","org_email":"lin@example.com","mobile":"13900000000","telephone":"010-1","work_place":"Hangzhou","remark":"",
		"hired_date":"1597573616828","dept_id_list":[2,"7"],"active":"true","admin":false,"boss":"false","senior":true,"manager_userid":"mei07",
		"leader_in_dept":[{"dept_id":"2","leader":"true"},{"dept_id":7,"leader":false}],"role_list":[{"id":100}]}}`},
	bad: map[string]string{
		`{}`:                                    "result.userid is missing",
		`{"result":{}}`:                         "result.userid is missing",
		`{"errcode":0,"result":{"name":"Lin"}}`: "result.userid is missing",
		`{"errcode":0,"result":[]}`:             "result: the JSON array is no object",
		`{"errcode":0,"result":{"hired_date":"2020-08-16"}}`:               `result.hired_date: "2020-08-16" is no integer`,
		`{"errcode":0,"result":{"active":"yes"}}`:                          `result.active: "yes" is no flag`,
		`{"errcode":0,"result":{"dept_id_list":[2,"sales"]}}`:              `result.dept_id_list[1]: "sales" is no integer`,
		`{"errcode":0,"result":{"dept_id_list":[2,null]}}`:                 "result.dept_id_list[1]: null is no entry",
		`{"errcode":0,"result":{"leader_in_dept":[{},{"leader":"some"}]}}`: `result.leader_in_dept[1].leader: "some" is no flag`,
		`{"errcode":0,"result":{"leader_in_dept":[{},{"dept_id":1.5}]}}`:   "result.leader_in_dept[1].dept_id: 1.5 is no integer",
		`{"errcode":0,"result":{"email":{"at":"example.com"}}}`:            `result.email: {"at":"example.com"} is no text`,
	},
	unread: []string{"errcode", "errmsg", "result.role_list"},
	codes: legacyCodes("qyapi_get_member",
		codeCase{200, "33012", client.NotFound, noUser},
		codeCase{200, "60121", client.NotFound, noUser},
	),
}

var departmentUsersAPI = apiCase{
	name:     "members of a department",
	declared: "/topapi/v2/user/list",
	path:     "/topapi/v2/user/list",
	call: func(ctx context.Context, c *client.Client, opt client.PageOptions) (int, error) {
		return rowsOf(c.DepartmentUsers(ctx, 7, opt), func(p *client.Page[*client.User]) int { return len(p.Entries) })
	},
	asks: []string{"contain_access_limit=true&cursor=0&dept_id=7&size=100", "contain_access_limit=true&cursor=10&dept_id=7&size=100"},
	pages: []string{
		`{"errcode":0,"errmsg":"ok","result":{"has_more":true,"next_cursor":10,"list":[{"userid":"lin04","unionid":"uVq7RkLx2iSbP0yTn8sWQiEiE","name":"Lin","job_number":"A-0417","title":"Buyer",
			"email":"lin@example.com","dept_id_list":[2,7],"hired_date":1597573616828,"active":true,"admin":false,"boss":false,"leader":true}]}}`,
		`{"errcode":0,"errmsg":"ok","result":{"has_more":false,"next_cursor":20,"list":[{}]}}`,
	},
	ends: map[string]string{
		"has_more in a string":     `{"errcode":"0","result":{"has_more":"false","next_cursor":"20","list":[{}]}}`,
		"has_more 0":               `{"errcode":0,"result":{"has_more":0,"next_cursor":20,"list":[{}]}}`,
		"neither flag nor cursor":  `{"errcode":0,"result":{"list":[{}]}}`,
		"flag and cursor are null": `{"errcode":0,"result":{"has_more":null,"next_cursor":null,"list":[{}]}}`,
	},
	bad: map[string]string{
		`{}`:            "result.list is missing",
		`{"errcode":0}`: "result.list is missing",
		`{"errcode":0,"result":{"has_more":false}}`:                           "result.list is missing",
		`{"errcode":0,"result":{"has_more":true,"list":[]}}`:                  "there is more, but not where",
		`{"errcode":0,"result":{"list":[{},null]}}`:                           "result.list[1]: null is no entry",
		`{"errcode":0,"result":{"list":[{},{"admin":"?"}]}}`:                  `result.list[1].admin: "?" is no flag`,
		`{"errcode":0,"result":{"list":[{},{"dept_id_list":["2",{}]}]}}`:      "result.list[1].dept_id_list[1]: {} is no integer",
		`{"errcode":0,"result":{"list":[{"hired_date":"soon"}]}}`:             `result.list[0].hired_date: "soon" is no integer`,
		`{"errcode":0,"result":{"has_more":"maybe","list":[]}}`:               `result.has_more: "maybe" is no flag`,
		`{"errcode":0,"result":{"has_more":true,"next_cursor":{},"list":[]}}`: "result.next_cursor: {} is no text",
	},
	unread: []string{"errcode", "errmsg"},
	codes: legacyCodes("qyapi_get_department_member",
		codeCase{200, "60003", client.NotFound, "There is no such department: check the id."},
		codeCase{200, "40035", client.BadRequest, ""},
	),
}

func TestUserIDByUnionID(t *testing.T) {
	for text, want := range map[string]string{`"lin04"`: "lin04", `4711`: "4711"} {
		inWorld(t, internalApp, func(t *testing.T, w *world) {
			userIDAPI.answer(t, w, body(`{"errcode":"0","errmsg":"ok","result":{"contact_type":"0","userid":`+text+`}}`))
			got, err := w.api.UserIDByUnionID(t.Context(), "u", nil)
			equal(t, "error", error(nil), err)
			equal(t, "user id", want, got)
		})
	}
}

func text(s string) *client.LegacyText { return to(client.LegacyText(s)) }

func TestUser(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		yes, no := flag(t, "true"), flag(t, "false")
		userAPI.answer(t, w, userAPI.good()[0], body(`{"result":{"userid":"lin04","dept_id_list":[]}}`))
		for _, want := range []*client.User{
			{
				UserID: text("lin04"), UnionID: text("uVq7RkLx2iSbP0yTn8sWQiEiE"), Name: text("Lin"), Avatar: text("https://example.com/lin.png"), JobNumber: text("417"),
				Title: text("Buyer"), Email: text("lin@example.net"), OrgEmail: text("lin@example.com"), Mobile: text("13900000000"), Telephone: text("010-1"),
				WorkPlace: text("Hangzhou"), Remark: text(""), HiredDate: to(client.LegacyMillis(1597573616828)), DepartmentIDs: []client.LegacyInt{2, 7},
				Active: yes, Admin: no, Boss: no, Senior: yes, ManagerUserID: text("mei07"),
				LeaderInDepartments: []*client.DepartmentLeader{{DepartmentID: to(client.LegacyInt(2)), Leader: yes}, {DepartmentID: to(client.LegacyInt(7)), Leader: no}},
			},
			{UserID: text("lin04"), DepartmentIDs: []client.LegacyInt{}},
		} {
			got, err := w.api.User(t.Context(), "lin04", nil)
			equal(t, "error", error(nil), err)
			equal(t, "user", want, got)
		}
	})
}

func TestDepartmentUsers(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		yes, no := flag(t, "true"), flag(t, "false")
		departmentUsersAPI.answer(t, w, departmentUsersAPI.good()...)
		var got []*client.User
		for page, err := range w.api.DepartmentUsers(t.Context(), 7, client.PageOptions{}) {
			equal(t, "error", error(nil), err)
			got = append(got, page.Entries...)
		}
		equal(t, "users", []*client.User{{
			UserID: text("lin04"), UnionID: text("uVq7RkLx2iSbP0yTn8sWQiEiE"), Name: text("Lin"), JobNumber: text("A-0417"), Title: text("Buyer"), Email: text("lin@example.com"),
			DepartmentIDs: []client.LegacyInt{2, 7}, HiredDate: to(client.LegacyMillis(1597573616828)), Active: yes, Admin: no, Boss: no, Leader: yes,
		}, {}}, got)
	})
}
