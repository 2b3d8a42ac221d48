package dingtalk

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/sidebyside"
)

// topLevel is where a walk through the address book began if not at the root: at the
// departments that are in no other which the app may see, and at single people.
type topLevel struct {
	departments []int64
	userIDs     []client.LegacyText
}

// visit is what a walk does with each department.
type visit struct {
	// people reads the people of a department. It is nil for a walk that reads none.
	people func(ctx context.Context, g *sidebyside.Group, id int64) error
	// below returns the departments directly below a department.
	below func(ctx context.Context, g *sidebyside.Group, id int64) ([]*client.Department, error)
}

// walk goes through the departments that the app may see, from the top down, each once.
// It visits many at a time; one after another while the engine may soon have enough rows.
// If the app may not see the root, it begins at the departments that the app may see, and
// returns them.
//
// A department that is not found is an error here: DingTalk has just listed it, so
// rows would be missing. Departments with an id below 1 are not entered: with such an
// id DingTalk lists the home-school address book, and refuses every call about it.
func walk(ctx context.Context, l *listing, v visit) (topLevel, error) {
	_, err := walkFrom(ctx, l, []int64{client.RootDepartmentID}, v)
	if refused, ok := errors.AsType[*rootRefused](err); ok {
		return walkScopes(ctx, l, refused, v)
	}
	return topLevel{}, err
}

// walkScopes walks the parts of the address book that the app may see, if it may not
// see the root.
func walkScopes(ctx context.Context, l *listing, refused *rootRefused, v visit) (topLevel, error) {
	scopes, err := l.api.AuthScopes(ctx, l.wait)
	if err != nil {
		// A connection that ignores the refusal does not ignore this error.
		return topLevel{}, &partError{fmt.Errorf("%w Asking DingTalk which parts it may see failed as well: %w", refused, err)}
	}
	var roots []int64
	for _, id := range scopes.Departments {
		if int64(id) == client.RootDepartmentID {
			return topLevel{}, refused // DingTalk contradicts itself
		}
		roots = append(roots, int64(id))
	}
	if len(roots)+len(scopes.UserIDs) == 0 {
		return topLevel{}, refused // it may see nothing
	}
	listed, err := walkFrom(ctx, l, roots, v)
	if err != nil || listed == nil {
		return topLevel{}, err
	}
	found := topLevel{userIDs: scopes.UserIDs}
	for _, id := range roots {
		if !listed[id] {
			listed[id] = true // DingTalk may name it twice
			found.departments = append(found.departments, id)
		}
	}
	return found, nil
}

// rootRefused is the error if the app may not see the root.
type rootRefused struct{ error }

func (e *rootRefused) Unwrap() error { return e.error }

// isFirstPage reports whether a query failed before it listed anything.
func isFirstPage(err error) bool {
	e, ok := errors.AsType[*client.Error](err)
	return ok && e.Page <= 1 && !errors.As(err, new(*partError))
}

// walkFrom walks from some departments down, and returns the departments that were
// listed in another. It returns nil if no more rows are wanted.
//
// It visits the departments in the order in which they were listed: first their people,
// then the departments below them.
func walkFrom(ctx context.Context, l *listing, roots []int64, v visit) (listed map[int64]bool, err error) {
	listed = map[int64]bool{}
	entered := map[int64]bool{}
	queue := slices.Clone(roots)
	var refused *rootRefused
	stopped, err := l.sideBySide(ctx, func(_ context.Context, g *sidebyside.Group) error {
		people, below := g.Lane(), g.Lane()
		// next takes the next department from the queue, also one that is still to be
		// listed.
		next := func() (id int64, ok bool) {
			g.Await(func() bool {
				if ok = len(queue) > 0; ok {
					id, queue = queue[0], queue[1:]
				}
				return ok || below.Idle()
			})
			return id, ok
		}
		for id, ok := next(); ok; id, ok = next() {
			if id < client.RootDepartmentID || entered[id] {
				continue
			}
			entered[id] = true
			if v.people != nil && !people.Go(func(ctx context.Context) error {
				err := v.people(ctx, g, id)
				if id == client.RootDepartmentID && client.IsKind(err, client.OutOfRange) && isFirstPage(err) {
					return &rootRefused{ofDepartment(id, err)} // before any other call
				}
				return ofDepartment(id, err)
			}) {
				return nil
			}
			if !below.Go(func(ctx context.Context) error {
				found, err := v.below(ctx, g, id)
				if id == client.RootDepartmentID && client.IsKind(err, client.OutOfRange) {
					refused = &rootRefused{ofDepartment(id, err)} // the people of the root go on
					return nil
				}
				if err != nil {
					return ofDepartment(id, err)
				}
				g.Answered()
				g.Change(func() {
					for _, d := range found {
						listed[int64(d.ID)] = true
						queue = append(queue, int64(d.ID))
					}
				})
				return nil
			}) {
				return nil
			}
		}
		return nil
	})
	switch {
	case err != nil || stopped:
		return nil, err
	case refused != nil:
		return nil, refused
	default:
		return listed, nil
	}
}

// ofDepartment returns an error of a call about a department; nil for nil.
func ofDepartment(id int64, err error) error {
	if err == nil {
		return nil
	}
	notFound := client.IsKind(err, client.NotFound)
	if e, ok := errors.AsType[*client.Error](err); ok && notFound {
		e.Advice = client.AdviceGone
	}
	err = fmt.Errorf("department %d: %w", id, err)
	if id == client.RootDepartmentID && !notFound {
		return err // nothing has been listed yet
	}
	return &partError{err}
}
