package dingtalk

import (
	"context"
	"errors"
	"fmt"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
)

// tops are where a walk through the address book began, if not at the root: the
// departments that are in no other which the app may see, and single people.
type tops struct {
	departments []int64
	userIDs     []client.LegacyText
}

// walk goes through the departments that the app may see, from the top down, each
// once. expand reads what is wanted of one, and returns those directly below it
// and whether to go on. With an error, that says whether the department itself was
// read, and only what is below it was not. Where the app may not see the root, walk begins at the
// departments that it may see, and returns them.
//
// That a department is not found is an error here: it was listed a moment ago, so
// the list would end short. Those with an id below 1 are never entered: DingTalk
// lists the home-school address book so, and refuses every call about it.
func walk(ctx context.Context, l *listing, expand func(id int64) (below []*client.Department, more bool, err error)) (tops, error) {
	_, err := walkFrom([]int64{client.RootDepartmentID}, expand)
	if refused, ok := errors.AsType[*rootRefused](err); ok {
		return walkScopes(ctx, l, refused, expand)
	}
	return tops{}, err
}

// walkScopes walks what the app may see of an address book whose root it may not.
func walkScopes(ctx context.Context, l *listing, refused *rootRefused, expand func(id int64) ([]*client.Department, bool, error)) (tops, error) {
	scopes, err := l.api.AuthScopes(ctx, l.wait)
	if err != nil {
		// To ignore the refusal is not to ignore what comes of asking further.
		return tops{}, &partError{fmt.Errorf("%w Asking DingTalk which parts it may see failed as well: %w", refused, err)}
	}
	var roots []int64
	for _, id := range scopes.Departments {
		if int64(id) == client.RootDepartmentID {
			return tops{}, refused // DingTalk contradicts itself
		}
		roots = append(roots, int64(id))
	}
	if len(roots)+len(scopes.UserIDs) == 0 {
		return tops{}, refused // it may see nothing
	}
	listed, err := walkFrom(roots, expand)
	if err != nil || listed == nil {
		return tops{}, err
	}
	found := tops{userIDs: scopes.UserIDs}
	for _, id := range roots {
		if !listed[id] {
			listed[id] = true // named twice, it is one
			found.departments = append(found.departments, id)
		}
	}
	return found, nil
}

// rootRefused is the error of an app that may not see the root.
type rootRefused struct{ error }

func (e *rootRefused) Unwrap() error { return e.error }

// isFirst reports whether a query failed before it listed anything.
func isFirst(err error) bool {
	e, ok := errors.AsType[*client.Error](err)
	return ok && e.Page <= 1 && !errors.As(err, new(*partError))
}

// walkFrom walks from some departments down, and returns which departments were
// listed in another. It returns nil where no more rows are wanted.
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
		case root && client.IsKind(err, client.OutOfRange) && (more || isFirst(err)):
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
