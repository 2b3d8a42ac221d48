// Package delivery sees to it that the answer to a scan arrives whole or as an
// error, which the Steampipe plugin SDK (5.14.1) does not promise. It knows no
// table and no API: it takes list functions and gives what the SDK calls
// hydrate functions, and a Server that carries out what an engine asks.
//
// The SDK hands rows and errors on in separate channels, twice, and where an
// error and the end of the rows are both there to be taken, select takes one of
// them at random. contributing/sdk-faults.md has this and its other faults. So:
//
//   - In Steampipe the Server (server.go) runs one scan of the SDK for each
//     value and connection. It hears of a failure from the list function
//     itself, knows how many rows are on their way, and remembers answers in
//     place of the SDK's query cache. Rows are handed on as they are read.
//   - In an engine that links the plugin into itself there is no Server, and
//     no error that comes after a row is sure to arrive. There (held.go) the
//     rows are held until all have been read.
package delivery

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// ListFunc reads the rows of one list call and hands each to emit, until emit
// reports that no more are wanted. It must be done with its calls when ctx is.
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
