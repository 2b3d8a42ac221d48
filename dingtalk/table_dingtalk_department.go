package dingtalk

import (
	"context"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/sidebyside"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

//// TABLE DEFINITION

func tableDepartment(c *connector) *plugin.Table {
	return c.table(definition{
		name:        "dingtalk_department",
		description: "The departments of the organization in DingTalk, below the root department 1.",
		keys:        plugin.KeyColumnSlice{optional("parent_id")},
		columns: []*plugin.Column{
			column("parent_id", "The ID of the department that it is directly in; 1 is the root. Null for a department at the top of what the app may see, where the app may not see the root.", func(r department) *int64 { return r.parent }),
			column("department_id", "The ID of the department.", func(r department) *int64 { id := int64(r.ID); return &id }),
			legacyText("name", "The name of the department. Null where parent_id is.", func(r department) *client.LegacyText { return r.Name }),
			legacyText("title", "The name of the department. Null where parent_id is.", func(r department) *client.LegacyText { return r.Name }),
		},
		read: readDepartments,
	})
}

// department is a row: a department, and the department in which it was found, which
// may be nil.
type department struct {
	*client.Department
	parent *int64
}

//// LIST FUNCTION

func readDepartments(ctx context.Context, l *listing) error {
	if parent, ok := l.number("parent_id"); ok {
		if parent < client.RootDepartmentID {
			return nil // DingTalk lists such departments, and refuses calls about them
		}
		below, err := l.api.SubDepartments(ctx, parent, l.wait)
		streamSubDepartments(l, parent, below)
		return err
	}
	tops, err := walk(ctx, l, visit{below: func(ctx context.Context, g *sidebyside.Group, parent int64) ([]*client.Department, error) {
		below, err := l.api.SubDepartments(ctx, parent, l.wait)
		if err != nil {
			return nil, err
		}
		g.Emit(func() bool { return streamSubDepartments(l, parent, below) })
		return below, nil
	}})
	if err != nil {
		return err
	}
	for _, id := range tops.departments {
		if !l.stream(department{&client.Department{ID: client.LegacyInt(id)}, nil}) {
			return nil
		}
	}
	return nil
}

// streamSubDepartments streams the departments one level below another, and reports
// whether more are wanted.
func streamSubDepartments(l *listing, parent int64, below []*client.Department) (more bool) {
	for _, d := range below {
		if !l.stream(department{d, &parent}) {
			return false
		}
	}
	return true
}
