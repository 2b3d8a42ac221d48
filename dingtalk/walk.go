package dingtalk

import (
	"context"
	"errors"
	"fmt"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
)

// topLevel is where a walk through the address book began if not at the root: at the
// departments that are in no other which the app may see, and at single people.
type topLevel struct {
	departments []int64
	userIDs     []client.LegacyText
}

// walk goes through the departments that the app may see, from the top down, each
// once. expand reads a department, and returns the departments directly below it and
// whether to go on. If expand returns an error, more says whether the department
// itself was read, and only the departments below it were not. If the app may not see
// the root, walk begins at the departments that it may see, and returns them.
//
// A department that is not found is an error here: DingTalk has just listed it, so
// rows would be missing. Departments with an id below 1 are not entered: with such an
// id DingTalk lists the home-school address book, and refuses every call about it.
func walk(ctx context.Context, l *listing, expand func(id int64) (below []*client.Department, more bool, err error)) (topLevel, error) {
	_, err := walkFrom([]int64{client.RootDepartmentID}, expand)
	if refused, ok := errors.AsType[*rootRefused](err); ok {
		return walkScopes(ctx, l, refused, expand)
	}
	return topLevel{}, err
}

// walkScopes walks the parts of the address book that the app may see, if it may not
// see the root.
func walkScopes(ctx context.Context, l *listing, refused *rootRefused, expand func(id int64) ([]*client.Department, bool, error)) (topLevel, error) {
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
	listed, err := walkFrom(roots, expand)
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
func walkFrom(roots []int64, expand func(id int64) ([]*client.Department, bool, error)) (listed map[int64]bool, err error) {
	listed = map[int64]bool{}
	entered := map[int64]bool{}
	for queue := roots; len(queue) > 0; queue = queue[1:] {
		id := queue[0]
		if id < client.RootDepartmentID || entered[id] {
			continue
		}
		entered[id] = true
		below, more, err := expand(id)
		if e, ok := errors.AsType[*client.Error](err); ok && e.Kind == client.NotFound {
			e.Advice = client.AdviceGone
		}
		if err != nil {
			err = fmt.Errorf("department %d: %w", id, err)
		}
		root := id == client.RootDepartmentID
		switch {
		case root && client.IsKind(err, client.OutOfRange) && (more || isFirstPage(err)):
			return nil, &rootRefused{err}
		case root && err != nil && !client.IsKind(err, client.NotFound):
			return nil, err // nothing has been listed yet
		case err != nil:
			return nil, &partError{err}
		case !more:
			return nil, nil
		}
		for _, d := range below {
			listed[int64(d.ID)] = true
			queue = append(queue, int64(d.ID))
		}
	}
	return listed, nil
}
