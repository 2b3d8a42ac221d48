package dingtalk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/sidebyside"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

//// TABLE DEFINITION

func tableUser(c *connector) *plugin.Table {
	return c.table(definition{
		name:        "dingtalk_user",
		description: "The people of the organization in DingTalk. Columns for which the app has no permission are null.",
		oneOf:       []string{"user_id", "union_id"},
		keys:        plugin.KeyColumnSlice{optional("user_id"), optional("union_id")},
		columns: []*plugin.Column{
			legacyID("user_id", "The ID of the user in the organization.", func(r *client.User) *client.LegacyText { return r.UserID }),
			legacyID("union_id", "The union ID of the user, by which meetings and calendars name people. It is the same for all apps of one developer.", func(r *client.User) *client.LegacyText { return r.UnionID }),
			flag("active", "True if the user has activated the account.", func(r *client.User) client.Flag { return r.Active }),
			flag("admin", "True for an administrator.", func(r *client.User) client.Flag { return r.Admin }),
			legacyText("avatar_url", "The link to the user's picture.", func(r *client.User) *client.LegacyText { return r.Avatar }),
			flag("boss", "True for a boss of the organization.", func(r *client.User) client.Flag { return r.Boss }),
			object("department_ids", "The departments that the user is a direct member of.", func(r *client.User) json.RawMessage { return jsonList(r.DepartmentIDs) }),
			legacyText("email", "The e-mail address of the user.", func(r *client.User) *client.LegacyText { return r.Email }),
			column("hired_date", hiredDateDescription, func(r *client.User) *time.Time { return r.HiredDate.Time() }),
			legacyID("job_number", "The employee number.", func(r *client.User) *client.LegacyText { return r.JobNumber }),
			legacyText("job_title", "The job title.", func(r *client.User) *client.LegacyText { return r.Title }),
			object("leader_department_ids", "The departments that the user leads. It costs a call for each user, unless the query names the user.", func(r *client.User) json.RawMessage { return jsonList(led(r)) }),
			legacyID("manager_user_id", "The user ID of the user's manager. It costs a call for each user, unless the query names the user.", func(r *client.User) *client.LegacyText { return r.ManagerUserID }),
			legacyText("mobile", "The mobile phone number.", func(r *client.User) *client.LegacyText { return r.Mobile }),
			legacyText("name", "The name of the user.", func(r *client.User) *client.LegacyText { return r.Name }),
			legacyText("org_email", "The e-mail address that the organization gave the user.", func(r *client.User) *client.LegacyText { return r.OrgEmail }),
			legacyText("remark", "The remark on the user.", func(r *client.User) *client.LegacyText { return r.Remark }),
			flag("senior", "True for a senior manager. It costs a call for each user, unless the query names the user.", func(r *client.User) client.Flag { return r.Senior }),
			legacyText("telephone", "The extension number.", func(r *client.User) *client.LegacyText { return r.Telephone }),
			legacyText("work_place", "The place of work.", func(r *client.User) *client.LegacyText { return r.WorkPlace }),
			legacyText("title", "The name of the user.", func(r *client.User) *client.LegacyText { return r.Name }),
		},
		costly:   byUserOnly,
		freeWith: []string{"user_id", "union_id"},
		read:     readUsers,
	})
}

// byUserOnly are the columns that only the call for one user returns.
var byUserOnly = []string{"leader_department_ids", "manager_user_id", "senior"}

//// LIST FUNCTION

func readUsers(ctx context.Context, l *listing) error {
	userID, byUserID := l.key("user_id")
	unionID, byUnionID := l.key("union_id")
	if (byUserID && userID == "") || (byUnionID && unionID == "") {
		return nil // no row has an empty id
	}
	if byUnionID && !byUserID {
		id, err := l.api.UserIDByUnionID(ctx, unionID, l.wait)
		if err != nil {
			return err
		}
		userID, byUserID = id, true
	}
	if byUserID {
		one, err := l.api.User(ctx, userID, l.wait)
		if err != nil {
			return err
		}
		if !accepts(l, "union_id", (*string)(one.UnionID)) {
			return nil
		}
		l.stream(one)
		return nil
	}
	rows := filling[*client.User]{
		columns: byUserOnly,
		get:     func(ctx context.Context, u *client.User) error { return fillUser(ctx, l, u) },
		stream:  func(u *client.User) (more bool) { return l.stream(u) },
	}
	var seen idSet[string]
	single, err := walkUsers(ctx, l, func(ctx context.Context, g *sidebyside.Group, id int64) error {
		for users, err := range newUsers(ctx, l, id, &seen) {
			if err != nil {
				return err
			}
			g.Answered()
			if !rows.streamRows(l, g, users) {
				return nil
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	single = slices.DeleteFunc(single, func(id client.LegacyText) bool { return seen.has(string(id)) })
	return readSingleUsers(ctx, l, single, func(u *client.User) (more bool, err error) { return l.stream(u), nil })
}

// hiredDateDescription describes a date that SQL has as a time.
const hiredDateDescription = "The day on which the user was hired: midnight in China, which is the day before in UTC."

// walkUsers calls read with each department. It returns the ids of people whom the app
// may see although it may see none of their departments.
func walkUsers(ctx context.Context, l *listing, read func(ctx context.Context, g *sidebyside.Group, department int64) error) (single []client.LegacyText, err error) {
	tops, err := walk(ctx, l, visit{people: read, below: func(ctx context.Context, _ *sidebyside.Group, id int64) ([]*client.Department, error) {
		below, err := l.api.SubDepartments(ctx, id, l.wait)
		if err != nil {
			err = &partError{err} // some people may have been listed
		}
		return below, err
	}})
	return tops.userIDs, err
}

// readSingleUsers calls stream with each of some people, one at a time, until it reports
// that no more are wanted. It leaves out people who are no longer in the organization.
func readSingleUsers(ctx context.Context, l *listing, userIDs []client.LegacyText, stream func(*client.User) (more bool, err error)) error {
	_, err := l.sideBySide(ctx, func(_ context.Context, g *sidebyside.Group) error {
		calls := g.Lane()
		for _, id := range slices.Compact(slices.Sorted(slices.Values(userIDs))) {
			if !calls.Go(func(ctx context.Context) error {
				one, err := l.api.User(ctx, string(id), l.wait)
				g.Answered()
				switch {
				case client.IsKind(err, client.NotFound):
					return nil
				case err != nil:
					return &partError{fmt.Errorf("user %s: %w", id, err)}
				}
				var failed error
				g.Emit(func() (more bool) {
					more, failed = stream(one)
					return more || failed != nil
				})
				return failed
			}) {
				return nil
			}
		}
		return nil
	})
	return err
}

// newUsers yields the direct members of a department who were not seen before, page by
// page. If there is an error, it is yielded last.
func newUsers(ctx context.Context, l *listing, department int64, seen *idSet[string]) iter.Seq2[[]*client.User, error] {
	return func(yield func([]*client.User, error) bool) {
		for page, err := range l.api.DepartmentUsers(ctx, department, l.pages()) {
			if err != nil {
				yield(nil, err)
				return
			}
			var users []*client.User
			for _, u := range page.Entries {
				if u.UserID == nil || seen.add(string(*u.UserID)) {
					users = append(users, u)
				}
			}
			if !yield(users, nil) {
				return
			}
		}
	}
}

// idSet is a set of ids. Several goroutines may use it at a time. The zero value is empty.
type idSet[ID comparable] struct {
	mu  sync.Mutex
	ids map[ID]bool
}

// add adds an id, and reports whether it was not there before.
func (s *idSet[ID]) add(id ID) (added bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids == nil {
		s.ids = map[ID]bool{}
	}
	added = !s.ids[id]
	s.ids[id] = true
	return added
}

func (s *idSet[ID]) has(id ID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ids[id]
}

// fillUser fills in what only the call for one user returns.
func fillUser(ctx context.Context, l *listing, u *client.User) error {
	if u.UserID == nil {
		return nil // there is no id for the call
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

// led returns the departments that a user leads; nil if DingTalk did not return them.
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
