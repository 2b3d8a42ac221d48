package dingtalk

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync/atomic"

	"github.com/turbot/steampipe-plugin-dingtalk/delivery"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/sidebyside"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// listing is one list call of a table.
type listing struct {
	*plugin.QueryData
	api      *client.Client
	settings settings
	emit     func(row any) bool
	// wanted returns how many more rows the engine wants before it may end the list
	// call; limited is false if it wants all.
	wanted func() (n int64, limited bool)
	// waited is whether the list call has waited for the user's rate limiters once.
	// For the first API call, the SDK has done so before the list call.
	waited atomic.Bool
}

// list returns the list function of a table, which connects and calls read. Some errors
// mean that there are no rows (meansNoRows): then the list function returns none. To any
// other error it adds the names of the table and of the key, and behind it what to do in
// Chinese, if that is the language.
func (c *connector) list(read func(context.Context, *listing) error) delivery.ListFunc {
	return func(ctx context.Context, d *plugin.QueryData, emit func(any) bool) error {
		l := &listing{QueryData: d, emit: emit, wanted: func() (int64, bool) { return delivery.Wanted(ctx) }}
		err := l.run(ctx, c, read)
		if err != nil && ctx.Err() == nil {
			plugin.Logger(ctx).Error(d.Table.Name+".list", "error", err)
		}
		return explain(d.Connection, err)
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
			err = fmt.Errorf("%s %s: %w", k.Name, quoted(grpc.GetQualValueString(v)), err)
		}
	}
	return fmt.Errorf("%s, %w", l.Table.Name, err)
}

// quoted returns a value of a query for a message: in quotes, and cut after 200 characters.
func quoted(value string) string {
	const most = 200
	if characters := []rune(value); len(characters) > most {
		return fmt.Sprintf("%q… (%d characters in all)", string(characters[:most]), len(characters))
	}
	return fmt.Sprintf("%q", value)
}

// stream streams a row and reports whether more are wanted.
func (l *listing) stream(row any) bool { return l.emit(record{row, l}) }

// sideBySide calls begin, which starts the parts of the list call that make calls of
// their own, and waits until all have ended. While the engine may soon have as many rows
// as its LIMIT, they run one after another. stopped is true if no more rows are wanted.
func (l *listing) sideBySide(ctx context.Context, begin func(context.Context, *sidebyside.Group) error) (stopped bool, err error) {
	mayEnd := func() bool {
		_, limited := l.wanted()
		return limited
	}
	return sidebyside.Run(ctx, l.api.UnderWay(), mayEnd, begin)
}

// waitBeside is wait for the calls that begin makes itself, while parts run.
func (l *listing) waitBeside(g *sidebyside.Group) func(context.Context) error {
	return func(ctx context.Context) error {
		if err := g.Ready(ctx); err != nil {
			return err
		}
		return l.wait(ctx)
	}
}

// streamAll streams the entries of a list, until no more are wanted.
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

// pages returns the page sizes of a list call. The first page has no more rows than
// the engine wants first. The others, which are read only if the engine goes on, have
// page_size rows.
func (l *listing) pages() client.PageOptions {
	opt := l.fullPages()
	if n, ok := l.wanted(); ok && n > 0 && n < int64(opt.Size) {
		opt.First = int(n)
	}
	return opt
}

// fullPages returns the page sizes of a list call that leaves some entries out, so
// that a LIMIT does not say how many to read.
func (l *listing) fullPages() client.PageOptions {
	return client.PageOptions{Size: l.settings.pageSize, Wait: l.wait}
}

// wait waits before an API call until the engine wants its rows, and then for the
// user's rate limiters.
func (l *listing) wait(ctx context.Context) error {
	if err := delivery.Proceed(ctx); err != nil {
		return err
	}
	if l.waited.Swap(true) {
		l.WaitForListRateLimit(ctx)
	}
	return ctx.Err()
}

// meansNoRows reports whether an error means that there is nothing to list: an
// unknown id, or a code that the connection ignores. On a later page, or for a row
// that was listed, it is an error like any other, since rows would be missing.
func (l *listing) meansNoRows(err error) bool {
	var e *client.Error
	if !errors.As(err, &e) || e.TokenCall || e.Page > 1 || errors.As(err, new(*partError)) {
		return false
	}
	return e.Kind == client.NotFound || l.settings.ignores(e)
}
