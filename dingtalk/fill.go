package dingtalk

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"golang.org/x/sync/errgroup"
)

// inTurn yields the rows of a page that the engine wants first, then the others:
// a row that costs a call may cost it only once it is wanted.
func inTurn[R any](l *listing, rows []R) iter.Seq[[]R] {
	return func(yield func([]R) bool) {
		if n, ok := l.wanted(); ok && n > 0 && n < int64(len(rows)) {
			if !yield(rows[:n]) {
				return
			}
			rows = rows[n:]
		}
		yield(rows)
	}
}

// fillAtOnce is how many calls that fill in columns a list call has under way.
const fillAtOnce = 8

// fill fills in the columns of rows that cost a call each, several at a time.
// Not to find what a row tells of is an error as well.
func fill[R any](ctx context.Context, l *listing, columns []string, rows []R, get func(context.Context, R) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(fillAtOnce)
	for _, row := range rows {
		group.Go(func() error {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err := get(ctx, row); err != nil {
				return &partError{fmt.Errorf("filling in %s, for which a query without these columns makes no call: %w", strings.Join(columns, ", "), err)}
			}
			return nil
		})
	}
	return group.Wait()
}

// partError is an error about a part of what was already found to be there.
type partError struct{ error }

func (e *partError) Unwrap() error { return e.error }
