package delivery

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// ListFunc reads the rows of one list call and passes each to emit, until emit
// returns false: no more rows are wanted. Its error or panic becomes the query's
// error. It must end its calls when ctx ends. It may read rows in several goroutines, but
// must not call emit in two of them at a time.
type ListFunc func(ctx context.Context, d *plugin.QueryData, emit func(row any) bool) error

// List returns the Hydrate function of a table's ListConfig, and leaves memory to the
// garbage collector of Go, unless STEAMPIPE_FREE_MEM_INTERVAL is set. The table must have
// no Get function and no matrix. Its rows must have the values of its key columns: in
// an engine that links the plugin, transform.FromQual returns the values of another
// list call.
func List(keys Keys, read ListFunc) plugin.HydrateFunc {
	setFreeMemInterval()
	buffered := &bufferedScans{keys: keys, running: map[*plugin.QueryContext]int{}}
	return func(ctx context.Context, d *plugin.QueryData, _ *plugin.HydrateData) (any, error) {
		if to, ok := ctx.Value(keysKey{}).(*Keys); ok {
			*to = keys
			return nil, nil
		}
		if s := scanOf(ctx); s != nil {
			return nil, s.list(ctx, d, read)
		}
		return nil, buffered.list(ctx, d, read)
	}
}

// keysKey is the key of a *Keys in the context with which keysOf calls a table's
// Hydrate function, which then only sets them. A table of the SDK has no field where
// the Server could read them.
type keysKey struct{}

func keysOf(ctx context.Context, table *plugin.Table) (keys Keys) {
	_, _ = table.List.Hydrate(context.WithValue(ctx, keysKey{}, &keys), nil, nil)
	return keys
}

// safely calls read, and returns its panic as an error: the SDK recovers panics as
// well, but can lose the error.
func safely(ctx context.Context, d *plugin.QueryData, read ListFunc, emit func(any) bool) (err error) {
	defer func() {
		if r := recover(); r != nil {
			stack := debug.Stack()
			if elsewhere, ok := r.(interface{ Stack() []byte }); ok { // a goroutine of the list function's
				stack = elsewhere.Stack()
			}
			plugin.Logger(ctx).Error(d.Table.Name+": panic", "value", r, "stack", string(stack))
			err = fmt.Errorf("%s: the plugin failed (panic: %v): please report it with the plugin's log", d.Table.Name, r)
		}
	}()
	return read(ctx, d, emit)
}
