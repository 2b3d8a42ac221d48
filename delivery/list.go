package delivery

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// ListFunc reads the rows of one list call and hands each to emit, until emit
// reports that no more are wanted. Its error, or its panic, is the query's. It must
// be done with its calls when ctx is.
type ListFunc func(ctx context.Context, d *plugin.QueryData, emit func(row any) bool) error

// List makes the Hydrate function of a table's ListConfig. The table has no
// Get function and no matrix, and its rows know the values of its key columns:
// in an engine that links the plugin, transform.FromQual returns those of another
// list call.
func List(keys Keys, read ListFunc) plugin.HydrateFunc {
	held := &heldScans{keys: keys, under: map[*plugin.QueryContext]int{}}
	return func(ctx context.Context, d *plugin.QueryData, _ *plugin.HydrateData) (any, error) {
		if ask, ok := ctx.Value(keysKey{}).(*Keys); ok {
			*ask = keys
			return nil, nil
		}
		if s := scanOf(ctx); s != nil {
			return nil, s.list(ctx, d, read)
		}
		return nil, held.list(ctx, d, read)
	}
}

// keysKey is the key of a *Keys in the context of who asks a table for them: the
// SDK has no place for what a table tells the Server.
type keysKey struct{}

func keysOf(ctx context.Context, table *plugin.Table) (keys Keys) {
	_, _ = table.List.Hydrate(context.WithValue(ctx, keysKey{}, &keys), nil, nil)
	return keys
}

// safely calls read; a panic of its is an error, since the SDK's own way to
// make it one may lose it.
func safely(ctx context.Context, d *plugin.QueryData, read ListFunc, emit func(any) bool) (err error) {
	defer func() {
		if r := recover(); r != nil {
			plugin.Logger(ctx).Error(d.Table.Name+": panic", "value", r, "stack", string(debug.Stack()))
			err = fmt.Errorf("%s: the plugin failed (panic: %v): please report it with the plugin's log", d.Table.Name, r)
		}
	}()
	return read(ctx, d, emit)
}
