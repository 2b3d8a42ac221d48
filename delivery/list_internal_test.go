package delivery

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin/context_key"
)

// elsewhere is a panic of another goroutine, which the list function waits for.
type elsewhere struct{}

func (elsewhere) String() string { return "oh" }
func (elsewhere) Stack() []byte  { return []byte("of the other goroutine") }

// The log has the stack of the goroutine that panicked.
func TestStackOfAPanic(t *testing.T) {
	for name, test := range map[string]struct {
		value any
		stack string
	}{
		"of the list function":       {errors.New("oh"), "TestStackOfAPanic"},
		"of another of its routines": {elsewhere{}, "of the other goroutine"},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			ctx := context.WithValue(t.Context(), context_key.Logger, hclog.New(&hclog.LoggerOptions{Output: &log}))
			d := &plugin.QueryData{Table: &plugin.Table{Name: "t"}}
			err := safely(ctx, d, func(context.Context, *plugin.QueryData, func(any) bool) error { panic(test.value) }, nil)
			if err == nil || !strings.Contains(err.Error(), "panic: oh") || strings.Contains(err.Error(), test.stack) {
				t.Error(err)
			}
			if !strings.Contains(log.String(), test.stack) {
				t.Errorf("the log lacks %q: %s", test.stack, log.String())
			}
		})
	}
}

// A list function may ask how many rows are wanted while it emits one.
func TestWantedWhileARowIsEmitted(t *testing.T) {
	call := &bufferedCall{limited: true, want: 1000}
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range 1000 {
			if more := call.add(i); more != (i < 999) {
				t.Errorf("row %d: more are wanted: %t", i, more)
			}
		}
	})
	for last := int64(1000); last > 0; {
		n, limited := call.wanted()
		if n > last || !limited {
			t.Fatalf("%d rows are wanted after %d, limited %t", n, last, limited)
		}
		last = n
	}
	wg.Wait()
}
