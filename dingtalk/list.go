package dingtalk

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync/atomic"

	"github.com/turbot/steampipe-plugin-dingtalk/delivery"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
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
