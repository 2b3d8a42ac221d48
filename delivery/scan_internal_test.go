package delivery

import (
	"context"
	"errors"
	"testing"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// A scan ends well only if the SDK has sent each row that was streamed to it. It has the
// error of the list function, the reason why the query ended, or that of the SDK, in this
// order.
func TestEndOfAScan(t *testing.T) {
	refused, sdk, cancelled := errors.New("refused"), errors.New("the SDK's"), errors.New("cancelled")
	lost := errors.New("t: some rows did not come through the plugin SDK (1 did): please report it with the plugin's log")
	type does struct {
		started, ended bool  // the list function
		streamed       int64 // rows, of which one is received
		list, sdk      error
		cancel         bool
	}
	for name, test := range map[string]struct {
		does
		want error
	}{
		"all rows":                              {does{true, true, 1, nil, nil, false}, nil},
		"a row is lost":                         {does{true, true, 2, nil, nil, false}, lost},
		"a row too many":                        {does{true, true, 0, nil, nil, false}, lost},
		"the list function has not ended":       {does{true, false, 1, nil, nil, false}, lost},
		"no list function is called":            {does{false, false, 1, nil, nil, false}, nil},
		"the list function fails":               {does{true, true, 1, refused, sdk, true}, refused},
		"the query is cancelled":                {does{true, true, 1, nil, sdk, true}, cancelled},
		"the SDK fails":                         {does{true, true, 1, nil, sdk, false}, sdk},
		"the SDK fails before it lists":         {does{false, false, 1, nil, sdk, false}, sdk},
		"the SDK fails, and has lost some rows": {does{true, true, 2, nil, sdk, false}, sdk},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			execute := func(_ *proto.ExecuteRequest, stream proto.WrapperPlugin_ExecuteServer) error {
				if err := stream.Send(&proto.ExecuteResponse{}); err != nil {
					t.Error(err)
				}
				s := scanOf(stream.Context())
				s.listStarted, s.listEnded, s.streamed, s.err = test.started, test.ended, test.streamed, test.list
				if test.cancel {
					cancel(cancelled)
				}
				return test.sdk
			}
			rows := 0
			err := runScan(ctx, execute, scanRequest{execute: &proto.ExecuteRequest{Table: "t"}}, newRowsWanted(noLimit), func(*proto.ExecuteResponse) error {
				rows++
				return nil
			})
			if rows != 1 || (err == nil) != (test.want == nil) || err != nil && err.Error() != test.want.Error() {
				t.Errorf("%d rows and error %v, want %v", rows, err, test.want)
			}
		})
	}
}
