package dingtalk

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync/atomic"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/sidebyside"
)

// filling says how a table streams rows of which some columns cost a call for each row.
type filling[R any] struct {
	columns []string
	// get fills in the columns of a row.
	get func(context.Context, R) error
	// stream streams a row, and reports whether more are wanted.
	stream func(R) (more bool)
}

// streamPages streams the entries of a list. Its pages follow one another; the calls for
// the columns of their rows are made side by side.
func (f filling[R]) streamPages(ctx context.Context, l *listing, list func(context.Context, client.PageOptions) iter.Seq2[*client.Page[R], error]) error {
	_, err := l.sideBySide(ctx, func(ctx context.Context, g *sidebyside.Group) error {
		opt := l.pages()
		opt.Wait = l.waitBeside(g)
		for page, err := range list(ctx, opt) {
			if err != nil {
				return err
			}
			g.Answered()
			if !f.streamRows(l, g, page.Entries) {
				return nil
			}
		}
		return nil
	})
	return err
}

// streamRows streams rows, each when its columns are filled in, if the query wants these,
// and reports whether more rows are wanted. When it returns, all calls have been started;
// those that run may be as many as a lane has places.
//
// If DingTalk does not find what it has listed before, that is an error.
func (f filling[R]) streamRows(l *listing, g *sidebyside.Group, rows []R) (more bool) {
	if !l.wants(f.columns...) {
		return g.Emit(func() bool {
			for _, row := range rows {
				if !f.stream(row) {
					return false
				}
			}
			return true
		})
	}
	var filled atomic.Int64
	for some := range inTurn(l, rows) {
		for _, row := range some {
			if !g.Wanted().Go(func(ctx context.Context) error {
				if err := f.get(ctx, row); err != nil {
					if e, ok := errors.AsType[*client.Error](err); ok && e.Kind == client.AllowanceSpent {
						e.Message += fmt.Sprintf("; %d of the %d rows still need a call", int64(len(rows))-filled.Load(), len(rows))
					}
					return &partError{fmt.Errorf("filling in %s, for which a query without these columns makes no call: %w", strings.Join(f.columns, ", "), err)}
				}
				g.Answered()
				filled.Add(1)
				g.Emit(func() bool { return f.stream(row) })
				return nil
			}) {
				return false
			}
		}
		// The engine may have enough rows when it has these.
		if _, limited := l.wanted(); limited && !g.Await(g.Wanted().Idle) {
			return false
		}
	}
	return true
}

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

// partError is an error about a part of something that DingTalk has already returned.
type partError struct{ error }

func (e *partError) Unwrap() error { return e.error }
