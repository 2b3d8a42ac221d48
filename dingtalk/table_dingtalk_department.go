package dingtalk

import (
	"context"
	"fmt"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

//// TABLE DEFINITION

func tableDepartment(c *connector) *plugin.Table {
	return c.table(definition{
		name:        "dingtalk_department",
		description: "The departments of the organization in DingTalk, below the root department 1.",
		keys:        plugin.KeyColumnSlice{optional("parent_id")},
		columns: []*plugin.Column{
			column("parent_id", "The ID of the department that it is directly in; 1 is the root.", func(r department) *int64 { return &r.parent }),
			column("department_id", "The ID of the department.", func(r department) *int64 { id := int64(r.ID); return &id }),
			legacyText("name", "The name of the department.", func(r department) *client.LegacyText { return r.Name }),
			legacyText("title", "The name of the department.", func(r department) *client.LegacyText { return r.Name }),
		},
		read: readDepartments,
	})
}

// department is a row: a department, and the one that it was found in.
type department struct {
	*client.Department
	parent int64
}

//// LIST FUNCTION

func readDepartments(ctx context.Context, l *listing) error {
	if parent, ok := l.number("parent_id"); ok {
		_, _, err := readSubDepartments(ctx, l, parent)
		return err
	}
	return walk(func(id int64) ([]*client.Department, bool, error) { return readSubDepartments(ctx, l, id) })
}

// readSubDepartments streams the departments one level below another, and
// reports whether more are wanted.
func readSubDepartments(ctx context.Context, l *listing, parent int64) (below []*client.Department, more bool, err error) {
	below, err = l.api.SubDepartments(ctx, parent, l.wait)
	if err != nil {
		return nil, false, err
	}
	for _, d := range below {
		if !l.stream(department{d, parent}) {
			return nil, false, nil
		}
	}
	return below, true, nil
}

// walk goes through the departments from the root down. expand reads what is
// wanted of one, and returns those directly below it and whether to go on. That
// a department is not found is an error here: it was listed a moment ago, so
// the list would end short.
func walk(expand func(id int64) (below []*client.Department, more bool, err error)) error {
	seen := map[int64]bool{client.RootDepartmentID: true}
	for queue := []int64{client.RootDepartmentID}; len(queue) > 0; queue = queue[1:] {
		below, more, err := expand(queue[0])
		if err != nil {
			return &partError{fmt.Errorf("department %d: %w", queue[0], err)}
		}
		if !more {
			return nil
		}
		for _, d := range below {
			if id := int64(d.ID); !seen[id] {
				seen[id] = true
				queue = append(queue, id)
			}
		}
	}
	return nil
}
