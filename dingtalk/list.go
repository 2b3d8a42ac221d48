package dingtalk

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/delivery"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"golang.org/x/sync/errgroup"
)

// listing is one list call of a table.
type listing struct {
	*plugin.QueryData
	api      *client.Client
	settings settings
	emit     func(row any) bool
	// wanted is how many more rows the engine wants before it may end the list
	// call; ok is false where that is all.
	wanted func() (n int64, ok bool)
	// asked is whether the user's rate limiters were asked for the first call,
	// which the SDK does before it calls us.
	asked atomic.Bool
}

// list makes a list function of a table's loop over the pages of its API. It
// connects, turns what means "no rows" into no rows, and says in an error which
// table and key it is about.
func (c *connector) list(read func(context.Context, *listing) error) delivery.ListFunc {
	return func(ctx context.Context, d *plugin.QueryData, emit func(any) bool) error {
		l := &listing{QueryData: d, emit: emit, wanted: func() (int64, bool) { return delivery.Wanted(ctx) }}
		err := l.run(ctx, c, read)
		if err != nil && ctx.Err() == nil {
			plugin.Logger(ctx).Error(d.Table.Name+".list", "error", err)
		}
		return err
	}
}

func (l *listing) run(ctx context.Context, c *connector, read func(context.Context, *listing) error) (err error) {
	if l.api, l.settings, err = c.connect(ctx, l.QueryData); err != nil {
		return err
	}
	if l.RowsRemaining(ctx) == 0 { // limit 0
		return nil
	}
	if err = l.checkKeys(); err == nil {
		err = read(ctx, l)
	}
	if err == nil || l.meansNoRows(err) {
		return nil
	}
	for _, k := range l.Table.List.KeyColumns {
		if v, ok := l.EqualsQuals[k.Name]; ok {
			err = fmt.Errorf("%s %q: %w", k.Name, grpc.GetQualValueString(v), err)
		}
	}
	return fmt.Errorf("%s, %w", l.Table.Name, err)
}

// isUnknown reports what Postgres hands to a foreign table for a value that it
// does not know when the scan begins. No id is such a text or number.
func isUnknown(v *proto.QualValue) bool {
	switch v := v.GetValue().(type) {
	case *proto.QualValue_StringValue:
		return v.StringValue == "?"
	case *proto.QualValue_Int64Value:
		return v.Int64Value == 0
	default:
		return false
	}
}

// checkKeys refuses a key that Postgres did not fill in.
func (l *listing) checkKeys() error {
	for _, k := range l.Table.List.KeyColumns {
		if slices.ContainsFunc(l.named(k.Name), isUnknown) {
			return fmt.Errorf("no value: Postgres has not passed it on, as with %s = (select ...): write a join instead, as in: from other_table o join %s t on t.%s = o.id", k.Name, l.Table.Name, k.Name)
		}
	}
	return nil
}

// key returns the value of a text column that the query names with =, and
// whether it names one.
func (l *listing) key(name string) (string, bool) {
	v, ok := l.EqualsQuals[name]
	return v.GetStringValue(), ok
}

// named are the values that the query names with = for a column, which need not
// be a key column.
func (l *listing) named(column string) (values []*proto.QualValue) {
	conditions := l.QueryContext.UnsafeQuals[column].GetQuals()
	if q, ok := l.Quals[column]; ok { // those of this list call
		conditions = q.Quals.ToProto().GetQuals()
	}
	for _, q := range conditions {
		switch list := q.GetValue().GetListValue(); {
		case q.GetStringValue() != "=":
		case list != nil:
			values = append(values, list.GetValues()...)
		default:
			values = append(values, q.GetValue())
		}
	}
	return values
}

// accepts reports whether the conditions on a key column, by which a query may
// filter, let a row with that value in; nil is NULL. What they don't must not be
// streamed: it would count against a LIMIT.
func accepts[V string | int64](l *listing, column string, value *V) bool {
	named := l.named(column)
	if named == nil {
		return true
	}
	return value != nil && slices.ContainsFunc(named, func(v *proto.QualValue) bool { return grpc.GetQualValue(v) == any(*value) })
}

// actingUser returns the union id of the user in whose name to ask DingTalk, and
// whether the query or the connection names one.
func (l *listing) actingUser() (unionID string, named bool) {
	if id, ok := l.key("acting_union_id"); ok {
		return id, true
	}
	return l.settings.actingUnionID, l.settings.actingUnionID != ""
}

// number is key for an integer column.
func (l *listing) number(name string) (int64, bool) {
	v, ok := l.EqualsQuals[name]
	return v.GetInt64Value(), ok
}

// wants reports whether the query wants one of some columns.
func (l *listing) wants(columns ...string) bool {
	return slices.ContainsFunc(columns, func(c string) bool { return slices.Contains(l.QueryContext.Columns, c) })
}

// stream hands a row on and reports whether more are wanted.
func (l *listing) stream(row any) bool { return l.emit(record{row, l}) }

// streamAll hands all entries of a list on, until no more are wanted.
func streamAll[E any](l *listing, pages iter.Seq2[*client.Page[E], error]) error {
	for entry, err := range client.Entries(pages) {
		if err != nil {
			return err
		}
		if !l.stream(entry) {
			return nil
		}
	}
	return nil
}

// pages are how a list call reads its pages: the first no larger than the rows
// that the engine wants first, the others, for which it has to ask, as large as
// may be.
func (l *listing) pages() client.PageOptions {
	opt := l.fullPages()
	if n, ok := l.wanted(); ok && n > 0 && n < int64(opt.Size) {
		opt.First = int(n)
	}
	return opt
}

// fullPages are pages for a list call that has to leave entries out.
func (l *listing) fullPages() client.PageOptions {
	return client.PageOptions{Size: l.settings.pageSize, Wait: l.wait}
}

// wait waits before a call until the engine wants its rows, and asks the user's
// rate limiters.
func (l *listing) wait(ctx context.Context) error {
	if err := delivery.Proceed(ctx); err != nil {
		return err
	}
	if l.asked.Swap(true) {
		l.WaitForListRateLimit(ctx)
	}
	return ctx.Err()
}

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

// meansNoRows reports whether an error says that there is nothing to list: an
// unknown id, or a code that the connection ignores. On a later page, or for a
// row that was listed, it is an error like any other: the list would end short.
func (l *listing) meansNoRows(err error) bool {
	var e *client.Error
	if !errors.As(err, &e) || e.TokenCall || e.Page > 1 || errors.As(err, new(*partError)) {
		return false
	}
	return e.Kind == client.NotFound || l.settings.ignores(e)
}
