package dingtalk

import (
	"context"
	"errors"
	"fmt"
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
	// asked is whether the user's rate limiters were asked for the first call,
	// which the SDK does before it calls us.
	asked atomic.Bool
}

// list makes a list function of a table's loop over the pages of its API. It
// connects, turns what means "no rows" into no rows, and says in an error which
// table and key it is about.
func (c *connector) list(read func(context.Context, *listing) error) delivery.ListFunc {
	return func(ctx context.Context, d *plugin.QueryData, emit func(any) bool) error {
		l := &listing{QueryData: d, emit: emit}
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
		if isUnknown(l.EqualsQuals[k.Name]) {
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
func (l *listing) stream(row any) bool { return l.emit(record{row, l.settings.corpID}) }

// pages are how a list call reads its pages: no larger than the rows that the
// query wants.
func (l *listing) pages() client.PageOptions {
	size := l.settings.pageSize
	if limit := l.QueryContext.Limit; limit != nil && *limit > 0 && *limit < int64(size) {
		size = int(*limit)
	}
	return client.PageOptions{Size: size, Wait: l.wait}
}

// wait asks the user's rate limiters before a call.
func (l *listing) wait(ctx context.Context) error {
	if l.asked.Swap(true) {
		l.WaitForListRateLimit(ctx)
	}
	return ctx.Err()
}

// fillAtOnce is how many calls that fill in columns a list call has under way.
const fillAtOnce = 8

// fill fills in the columns of rows that cost a call each, several at a time,
// for as many of the rows as the query wants. Not to find what a row tells of
// is an error as well.
func fill[R any](ctx context.Context, l *listing, columns []string, rows []R, get func(context.Context, R) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(fillAtOnce)
	for _, row := range rows[:min(int64(len(rows)), l.RowsRemaining(ctx))] {
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
