package dingtalk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

//// TABLE DEFINITION

func tableUser(c *connector) *plugin.Table {
	return c.table(definition{
		name:        "dingtalk_user",
		description: "The people of the organization in DingTalk. What the app has no grant for is null.",
		keys: plugin.KeyColumnSlice{optional("user_id"), optional("union_id"),
			{Name: "department_id", Require: plugin.Optional, Operators: []string{"="}}},
		columns: []*plugin.Column{
			legacyID("user_id", "The ID of the user in the organization.", func(r user) *client.LegacyText { return r.UserID }),
			legacyID("union_id", "The union ID of the user, by which meetings and calendars name people. It is the same for all apps of one developer.", func(r user) *client.LegacyText { return r.UnionID }),
			column("department_id", "The department that the query names; null where it names none. The departments of the user are in department_ids.", func(r user) *int64 { return r.department }),
			flag("active", "True if the user has activated the account.", func(r user) client.Flag { return r.Active }),
			flag("admin", "True for an administrator.", func(r user) client.Flag { return r.Admin }),
			legacyText("avatar_url", "The link to the user's picture.", func(r user) *client.LegacyText { return r.Avatar }),
			flag("boss", "True for a boss of the organization.", func(r user) client.Flag { return r.Boss }),
			object("department_ids", "The departments that the user is a direct member of.", func(r user) json.RawMessage { return jsonList(r.DepartmentIDs) }),
			legacyText("email", "The e-mail address of the user.", func(r user) *client.LegacyText { return r.Email }),
			column("hired_date", "The day on which the user was hired: midnight in China, which is the day before in UTC.", func(r user) *time.Time { return r.HiredDate.Time() }),
			legacyID("job_number", "The employee number.", func(r user) *client.LegacyText { return r.JobNumber }),
			legacyText("job_title", "The job title.", func(r user) *client.LegacyText { return r.Title }),
			object("leader_department_ids", "The departments that the user leads. It costs a call for each user, unless the query names the user.", func(r user) json.RawMessage { return jsonList(led(r.User)) }),
			legacyID("manager_user_id", "The user ID of the user's manager. It costs a call for each user, unless the query names the user.", func(r user) *client.LegacyText { return r.ManagerUserID }),
			legacyText("mobile", "The mobile phone number.", func(r user) *client.LegacyText { return r.Mobile }),
			legacyText("name", "The name of the user.", func(r user) *client.LegacyText { return r.Name }),
			legacyText("org_email", "The e-mail address that the organization gave the user.", func(r user) *client.LegacyText { return r.OrgEmail }),
			legacyText("remark", "The remark on the user.", func(r user) *client.LegacyText { return r.Remark }),
			flag("senior", "True for a senior manager. It costs a call for each user, unless the query names the user.", func(r user) client.Flag { return r.Senior }),
			legacyText("telephone", "The extension number.", func(r user) *client.LegacyText { return r.Telephone }),
			legacyText("work_place", "The place of work.", func(r user) *client.LegacyText { return r.WorkPlace }),
			legacyText("title", "The name of the user.", func(r user) *client.LegacyText { return r.Name }),
		},
		read: readUsers,
	})
}

// user is a row: a user, and the department that the query names.
type user struct {
	*client.User
	department *int64
}

// byUserOnly are the columns that only the call for one user brings.
var byUserOnly = []string{"leader_department_ids", "manager_user_id", "senior"}

//// LIST FUNCTION

// errNoDepartment is the error of a query that reads the whole directory and
// compares departments itself. An engine may choose to do so for a join on
// department_id; each person is one row, and so would be in one department only.
var errNoDepartment = errors.New("department_id is known only where DingTalk is asked for one department, and this query reads the whole directory: " +
	"to join on it, put the departments into a materialized expression first, as in: with d as materialized (select department_id, name from dingtalk_department) select d.name, u.name from d join dingtalk_user u on u.department_id = d.department_id; or use department_ids")

func readUsers(ctx context.Context, l *listing) error {
	userID, byUserID := l.key("user_id")
	unionID, byUnionID := l.key("union_id")
	department, byDepartment := l.number("department_id")
	if (byUserID && userID == "") || (byUnionID && unionID == "") {
		return nil // no row has an empty one
	}
	if byUnionID && !byUserID {
		id, err := l.api.UserIDByUnionID(ctx, unionID, l.wait)
		if err != nil {
			return err
		}
		userID, byUserID = id, true
	}
	switch {
	case byUserID:
		one, err := l.api.User(ctx, userID, l.wait)
		if err != nil {
			return err
		}
		if byUnionID && (one.UnionID == nil || string(*one.UnionID) != unionID) {
			return nil // the query names both, and both must hold
		}
		row := user{one, nil}
		if byDepartment {
			row.department = &department
			if !isIn(one, department) {
				return nil
			}
		}
		l.stream(row)
		return nil
	case byDepartment:
		_, err := readDepartmentUsers(ctx, l, department, &department, map[string]bool{})
		return err
	}
	if l.wants("department_id") && !l.wantsAll() {
		return errNoDepartment
	}
	seen := map[string]bool{}
	tops, err := walk(ctx, l, func(id int64) ([]*client.Department, bool, error) {
		more, err := readDepartmentUsers(ctx, l, id, nil, seen)
		if err != nil || !more {
			return nil, false, err
		}
		below, err := l.api.SubDepartments(ctx, id, l.wait)
		if err != nil {
			err = &partError{err} // people may have been listed
		}
		return below, true, err
	})
	if err != nil {
		return err
	}
	return readSingleUsers(ctx, l, tops.userIDs, seen)
}

// readSingleUsers streams the people of whom the app may see no department, and
// leaves out those who are not in the organization any more.
func readSingleUsers(ctx context.Context, l *listing, userIDs []client.LegacyText, seen map[string]bool) error {
	for _, id := range userIDs {
		if seen[string(id)] {
			continue
		}
		seen[string(id)] = true
		one, err := l.api.User(ctx, string(id), l.wait)
		if client.IsKind(err, client.NotFound) {
			continue
		}
		if err != nil {
			return &partError{fmt.Errorf("user %s: %w", id, err)}
		}
		if !l.stream(user{one, nil}) {
			return nil
		}
	}
	return nil
}

// readDepartmentUsers streams the direct members of a department that were not
// seen before, and reports whether more are wanted.
func readDepartmentUsers(ctx context.Context, l *listing, department int64, asked *int64, seen map[string]bool) (more bool, err error) {
	for page, err := range l.api.DepartmentUsers(ctx, department, l.pages()) {
		if err != nil {
			return false, err
		}
		var users []*client.User
		for _, u := range page.Result.Users {
			if u.UserID != nil {
				if seen[string(*u.UserID)] {
					continue
				}
				seen[string(*u.UserID)] = true
			}
			users = append(users, u)
		}
		if l.wants(byUserOnly...) {
			err := fill(ctx, l, byUserOnly, users, func(ctx context.Context, u *client.User) error { return fillUser(ctx, l, u) })
			if err != nil {
				return false, err
			}
		}
		for _, u := range users {
			if !l.stream(user{u, asked}) {
				return false, nil
			}
		}
	}
	return true, nil
}

// fillUser fills in what the call for one user alone brings.
func fillUser(ctx context.Context, l *listing, u *client.User) error {
	if u.UserID == nil {
		return nil // there is nothing to ask by
	}
	full, err := l.api.User(ctx, string(*u.UserID), l.wait)
	if left, ok := errors.AsType[*client.Error](err); ok && left.Kind == client.NotFound {
		left.Advice = client.AdviceLeft
	}
	if err != nil {
		return fmt.Errorf("user %s: %w", *u.UserID, err)
	}
	u.ManagerUserID, u.Senior, u.LeaderInDepartments = full.ManagerUserID, full.Senior, full.LeaderInDepartments
	return nil
}

//// TRANSFORM FUNCTIONS

// led are the departments that a user leads; nil where DingTalk did not tell.
func led(u *client.User) client.List[client.LegacyInt] {
	if u.LeaderInDepartments == nil {
		return nil
	}
	ids := client.List[client.LegacyInt]{}
	for _, d := range u.LeaderInDepartments {
		if leads := d.Leader.Bool(); leads != nil && *leads && d.DepartmentID != nil {
			ids = append(ids, *d.DepartmentID)
		}
	}
	return ids
}

func isIn(u *client.User, department int64) bool {
	for _, id := range u.DepartmentIDs {
		if int64(id) == department {
			return true
		}
	}
	return false
}
