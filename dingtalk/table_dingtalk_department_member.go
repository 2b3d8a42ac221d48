package dingtalk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/sidebyside"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

//// TABLE DEFINITION

func tableDepartmentMember(c *connector) *plugin.Table {
	return c.table(definition{
		name:        "dingtalk_department_member",
		description: "The people of each department in DingTalk: one row for each person in each department. Columns for which the app has no permission are null.",
		oneOf:       []string{"user_id", "department_id"},
		// user_id first: in a join by it, Steampipe then keeps a condition on the connection
		// beside a constant department, which is the more frequent query.
		keys: plugin.KeyColumnSlice{optional("user_id"), optional("department_id")},
		columns: []*plugin.Column{
			column("department_id", "The ID of the department that the user is a direct member of; 1 is the root.", func(r departmentMember) *int64 { return &r.department }),
			legacyID("user_id", "The ID of the user in the organization.", func(r departmentMember) *client.LegacyText { return r.UserID }),
			flag("active", "True if the user has activated the account.", func(r departmentMember) client.Flag { return r.Active }),
			flag("admin", "True for an administrator.", func(r departmentMember) client.Flag { return r.Admin }),
			legacyText("avatar_url", "The link to the user's picture.", func(r departmentMember) *client.LegacyText { return r.Avatar }),
			flag("boss", "True for a boss of the organization.", func(r departmentMember) client.Flag { return r.Boss }),
			legacyText("email", "The e-mail address of the user.", func(r departmentMember) *client.LegacyText { return r.Email }),
			column("hired_date", hiredDateDescription, func(r departmentMember) *time.Time { return r.HiredDate.Time() }),
			legacyID("job_number", "The employee number.", func(r departmentMember) *client.LegacyText { return r.JobNumber }),
			legacyText("job_title", "The job title.", func(r departmentMember) *client.LegacyText { return r.Title }),
			flag("leader", "True if the user leads the department.", func(r departmentMember) client.Flag { return r.leads }),
			legacyText("mobile", "The mobile phone number.", func(r departmentMember) *client.LegacyText { return r.Mobile }),
			legacyText("name", "The name of the user.", func(r departmentMember) *client.LegacyText { return r.Name }),
			legacyText("org_email", "The e-mail address that the organization gave the user.", func(r departmentMember) *client.LegacyText { return r.OrgEmail }),
			legacyText("remark", "The remark on the user.", func(r departmentMember) *client.LegacyText { return r.Remark }),
			legacyText("telephone", "The extension number.", func(r departmentMember) *client.LegacyText { return r.Telephone }),
			legacyID("union_id", "The union ID of the user, by which meetings and calendars name people. It is the same for all apps of one developer.", func(r departmentMember) *client.LegacyText { return r.UnionID }),
			legacyText("work_place", "The place of work.", func(r departmentMember) *client.LegacyText { return r.WorkPlace }),
			legacyText("title", "The name of the user.", func(r departmentMember) *client.LegacyText { return r.Name }),
		},
		read: readDepartmentMembers,
	})
}

// departmentMember is a row: a user, a department that the user is in, and
// whether the user leads it.
type departmentMember struct {
	*client.User
	department int64
	leads      client.Flag
}

//// LIST FUNCTION

func readDepartmentMembers(ctx context.Context, l *listing) error {
	department, byDepartment := l.number("department_id")
	if byDepartment && department < client.RootDepartmentID {
		return nil // DingTalk lists such departments, and refuses calls about them
	}
	if userID, ok := l.key("user_id"); ok {
		return readMemberships(ctx, l, userID, func(id int64) bool { return accepts(l, "department_id", &id) })
	}
	stream := func(id int64, users []*client.User) (more bool) {
		for _, u := range users {
			if !l.stream(departmentMember{u, id, u.Leader}) {
				return false
			}
		}
		return true
	}
	if byDepartment {
		for users, err := range newUsers(ctx, l, department, &idSet[string]{}) {
			if err != nil || !stream(department, users) {
				return err
			}
		}
		return nil
	}
	var read idSet[int64]
	single, err := walkUsers(ctx, l, func(ctx context.Context, g *sidebyside.Group, id int64) error {
		for users, err := range newUsers(ctx, l, id, &idSet[string]{}) {
			if err != nil {
				return err
			}
			g.Answered()
			if !g.Emit(func() bool { return stream(id, users) }) {
				return nil
			}
		}
		read.add(id)
		return nil
	})
	if err != nil {
		return err
	}
	return readSingleUsers(ctx, l, single, func(u *client.User) (more bool, err error) {
		return streamMemberships(l, u, func(id int64) bool { return !read.has(id) })
	})
}

// readMemberships streams a row for each of a user's departments that is wanted.
func readMemberships(ctx context.Context, l *listing, userID string, wanted func(department int64) bool) error {
	u, err := l.api.User(ctx, userID, l.wait)
	if err != nil {
		return err
	}
	_, err = streamMemberships(l, u, wanted)
	return err
}

func streamMemberships(l *listing, u *client.User, wanted func(department int64) bool) (more bool, err error) {
	if u.DepartmentIDs == nil {
		return false, client.Advice{
			English: fmt.Sprintf("user %s: DingTalk returned the user without the departments (result.dept_id_list is missing), so that the memberships are not known: name a department_id in the query, and no user_id", *u.UserID),
			Chinese: "钉钉返回的员工信息里没有所属部门：请在查询里写明 department_id，不要写 user_id。",
		}
	}
	leads := map[int64]client.Flag{}
	for _, d := range u.LeaderInDepartments {
		if d.DepartmentID != nil {
			leads[int64(*d.DepartmentID)] = d.Leader
		}
	}
	for _, d := range slices.Compact(slices.Sorted(slices.Values(u.DepartmentIDs))) {
		id := int64(d)
		if id < client.RootDepartmentID || !wanted(id) {
			continue
		}
		if !l.stream(departmentMember{u, id, leads[id]}) {
			return false, nil
		}
	}
	return true, nil
}
