package dingtalk

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"golang.org/x/sync/errgroup"
)

// inTurn yields the rows of a page that the engine wants first, and then the others.
// So the calls for the columns of a row are made only when the row is wanted.
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

// fillAtOnce is how many calls that fill in columns a list call makes at a time.
const fillAtOnce = 8

// fill fills in columns that cost a call for each row, several at a time. If DingTalk
// does not find what it has listed before, that is an error.
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

// partError is an error about a part of something that DingTalk has already returned.
type partError struct{ error }

func (e *partError) Unwrap() error { return e.error }
