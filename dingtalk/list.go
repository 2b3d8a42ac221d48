package dingtalk

import (
	"context"
	"errors"
	"fmt"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/delivery"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// listing is one list call of a table.
type listing struct {
	*plugin.QueryData
	api      *client.Client
	settings settings
	// stream hands a row on and reports whether more are wanted.
	stream func(row any) bool
	rows   int // streamed so far
}

// list makes a List function of a table's loop over the pages of its API. It
// connects, turns what means "no rows" into no rows, and says in an error which
// table and key it is about.
func list(c *connector, read func(context.Context, *listing) error) plugin.HydrateFunc {
	return delivery.List(func(ctx context.Context, d *plugin.QueryData, emit func(any) bool) error {
		l := &listing{QueryData: d}
		l.stream = func(row any) bool {
			l.rows++
			return emit(row)
		}
		err := l.run(ctx, c, read)
		if err != nil && ctx.Err() == nil {
			plugin.Logger(ctx).Error(d.Table.Name+".list", "error", err)
		}
		return err
	})
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
	if err == nil || l.rows == 0 && l.meansNoRows(err) {
		return nil
	}
	for _, k := range l.Table.List.KeyColumns {
		if v, ok := l.EqualsQuals[k.Name]; ok {
			err = fmt.Errorf("%s %q: %w", k.Name, grpc.GetQualValueString(v), err)
		}
	}
	return fmt.Errorf("%s, %w", l.Table.Name, err)
}

// unknownValue is what Postgres hands to a foreign table for a value that it
// does not know when the scan begins.
const unknownValue = "?"

// checkKeys refuses a key that Postgres did not fill in.
func (l *listing) checkKeys() error {
	for _, k := range l.Table.List.KeyColumns {
		if l.EqualsQuals[k.Name].GetStringValue() == unknownValue {
			return fmt.Errorf("Postgres has not passed the value on, as with %s = (select ...): write a join instead, as in: from other_table o join %s t on t.%s = o.id", k.Name, l.Table.Name, k.Name)
		}
	}
	return nil
}

// pages are how a list call reads its pages: no larger than the rows that the
// query wants, each with leave of the user's rate limiters.
func (l *listing) pages() client.PageOptions {
	size := l.settings.pageSize
	if limit := l.QueryContext.Limit; limit != nil && *limit > 0 && *limit < int64(size) {
		size = int(*limit)
	}
	first := true
	return client.PageOptions{
		Size: size,
		Wait: func(ctx context.Context) error {
			// The SDK has asked before it called us.
			if !first {
				l.WaitForListRateLimit(ctx)
			}
			first = false
			return ctx.Err()
		},
	}
}

// meansNoRows reports whether an error says that there is nothing to list: an
// unknown id, or a code that the connection ignores. Once rows have been
// streamed, it is an error like any other: the list would end short.
func (l *listing) meansNoRows(err error) bool {
	var e *client.Error
	if !errors.As(err, &e) || e.TokenCall {
		return false
	}
	return e.Kind == client.NotFound ||
		e.Code != "" && l.settings.ignoreCodes != nil && l.settings.ignoreCodes.MatchString(e.Code)
}
