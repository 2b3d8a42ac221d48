package dingtalk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// leaveTime is how long the rate limiter's leave is good for.
const leaveTime = 20 * time.Millisecond

// listing is one list call of a table.
type listing struct {
	*plugin.QueryData
	api *client.Client

	settings settings
	started  time.Time
	rows     int // streamed so far
}

// list makes a List function of a table's loop over the pages of its API. It
// connects, turns what means "no rows" into no rows, says in an error which
// table and key it is about, and sees to it that the error arrives.
func list(c *connector, read func(context.Context, *listing) error) plugin.HydrateFunc {
	return func(ctx context.Context, d *plugin.QueryData, _ *plugin.HydrateData) (any, error) {
		l := &listing{QueryData: d, started: time.Now()}
		err := l.run(ctx, c, read)
		if err == nil {
			return nil, nil
		}
		plugin.Logger(ctx).Error(d.Table.Name+".list", "error", err)
		if ctx.Err() == nil {
			c.watches.report(ctx, d, err)
			l.drain(ctx)
		}
		return nil, err
	}
}

func (l *listing) run(ctx context.Context, c *connector, read func(context.Context, *listing) error) (err error) {
	if l.api, l.settings, err = c.connect(ctx, l.QueryData); err != nil {
		return err
	}
	if l.RowsRemaining(ctx) == 0 { // limit 0
		return nil
	}
	err = read(ctx, l)
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

// stream hands a row on and reports whether more are wanted.
func (l *listing) stream(ctx context.Context, row any) bool {
	l.StreamListItem(ctx, row)
	l.rows++
	return l.RowsRemaining(ctx) > 0
}

// pages are how a list call reads its pages: no larger than the rows that the
// query wants, each with leave of the rate limiter.
func (l *listing) pages() client.PageOptions {
	size := l.settings.pageSize
	if limit := l.QueryContext.Limit; limit != nil && *limit > 0 && *limit < int64(size) {
		size = int(*limit)
	}
	first := true
	return client.PageOptions{
		Size: size,
		Wait: func(ctx context.Context) error {
			// The SDK has asked the limiter once before it called us. That
			// leave is no longer good after a wait, as for a token: lists
			// that wait together would all call at once.
			if !first || time.Since(l.started) > leaveTime {
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
	return e.Kind == client.UnknownSchedule ||
		e.Code != "" && l.settings.ignoreCodes != nil && l.settings.ignoreCodes.MatchString(e.Code)
}
