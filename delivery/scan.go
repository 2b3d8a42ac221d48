package delivery

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"google.golang.org/grpc"
)

// scan runs one scan request in the SDK, which makes at most one list call for it.
// It is also the stream that the SDK sends the rows to.
//
// When an engine ends its query, the context of the list function is cancelled,
// which ends the scan. The context that the SDK has is never cancelled: it would
// leave goroutines behind, or send on a closed channel.
type scan struct {
	grpc.ServerStream // nil: the SDK calls none of its other methods

	ctx  context.Context // of those who read the rows
	call listCallQuals
	want *rowsWanted
	put  func(*proto.ExecuteResponse) error

	ended    chan struct{} // closed when the SDK has ended the scan
	progress chan struct{} // has a value if rows were received since the last receive from it

	mu          sync.Mutex
	listStarted bool  // whether the list function was called
	listEnded   bool  // whether it has returned
	emitted     int64 // rows from the list function, so far
	streamed    int64 // rows that were streamed to the SDK; set with listEnded
	received    int64 // rows that the SDK has sent, so far
	err         error // the first failure: of the list function, or of put
}

// scanKey is the key of a scan in the context of its stream.
type scanKey struct{}

func scanOf(ctx context.Context) *scan {
	s, _ := ctx.Value(scanKey{}).(*scan)
	return s
}

// runScan runs a scan request in the SDK, and calls put with the rows, one after
// another. After put has failed, it drops the rows that the SDK still sends.
func runScan(ctx context.Context, execute func(*proto.ExecuteRequest, proto.WrapperPlugin_ExecuteServer) error, request scanRequest, want *rowsWanted, put func(*proto.ExecuteResponse) error) error {
	s := &scan{ctx: ctx, call: request.call, want: want, put: put, ended: make(chan struct{}), progress: make(chan struct{}, 1)}
	err := execute(request.execute, s)
	close(s.ended)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.err != nil:
		return s.err
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return err
	case s.listStarted && !s.listEnded || s.received != s.streamed:
		return fmt.Errorf("%s: some rows did not come through the plugin SDK (%d did): please report it with the plugin's log", request.execute.Table, s.received)
	}
	return nil
}

// Context returns the scan's context for the SDK, which is never cancelled.
func (s *scan) Context() context.Context {
	return context.WithValue(context.WithoutCancel(s.ctx), scanKey{}, s)
}

// Send receives a row from the SDK. It drops the rows of a scan that has failed or
// was cancelled, so that the scan ends soon.
func (s *scan) Send(r *proto.ExecuteResponse) error {
	var err error
	if s.failure() == nil && s.ctx.Err() == nil {
		err = s.put(r)
	}
	s.mu.Lock()
	s.received++
	if s.err == nil {
		s.err = err
	}
	s.mu.Unlock()
	select {
	case s.progress <- struct{}{}:
	default:
	}
	return nil
}

func (s *scan) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// list runs the list function. A late error, which comes after the list function has
// emitted rows, must not be lost: fail sets it as the scan's error, which runScan
// returns whatever the SDK does with it. Then drain waits until the SDK has sent all
// rows, because the SDK drops those that it has not sent when list returns an error.
func (s *scan) list(ctx context.Context, d *plugin.QueryData, read ListFunc) error {
	s.mu.Lock()
	again := s.listStarted
	s.listStarted = true
	s.mu.Unlock()
	if again {
		// The rows of both would be counted together.
		return s.fail(errors.New("a scan has several list calls"))
	}
	readCtx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(s.ctx, func() { cancel(context.Cause(s.ctx)) })()

	before := d.RowsRemaining(ctx)
	wanted := func() bool { return readCtx.Err() == nil && s.failure() == nil }
	err := safely(context.WithValue(readCtx, listCallKey{}, s), s.call.queryData(d), read, func(row any) bool {
		// Of a page, the rows beyond those wanted wait here, as a call would: the SDK
		// sends rows in any order, and the first rows have to arrive first.
		if s.proceed(readCtx) == nil && wanted() {
			s.mu.Lock()
			s.emitted++
			s.mu.Unlock()
			d.StreamListItem(ctx, row)
		}
		return wanted()
	})
	s.mu.Lock()
	s.streamed, s.listEnded = before-d.RowsRemaining(ctx), true
	s.mu.Unlock()
	if err == nil {
		err = readCtx.Err() // the list function may have left rows out
	}
	if err != nil {
		err = s.fail(fmt.Errorf("%s: %w", d.Connection.Name, err))
	} else {
		err = s.failure()
	}
	if err != nil {
		s.drain()
	}
	return err
}

func (s *scan) wanted() (n int64, limited bool) { return s.want.remaining(s.emittedRows()) }

func (s *scan) proceed(ctx context.Context) error { return s.want.wait(ctx, s.emittedRows()) }

// emittedRows returns how many rows the list function has emitted so far.
func (s *scan) emittedRows() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.emitted
}

// fail sets the error of the scan, if it has none, and returns the scan's error.
func (s *scan) fail(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
	return s.err
}

// drain waits until the SDK has sent all rows, or has ended the scan.
func (s *scan) drain() {
	for {
		s.mu.Lock()
		all := s.received == s.streamed
		s.mu.Unlock()
		if all {
			return
		}
		select {
		case <-s.progress:
		case <-s.ended:
			return
		}
	}
}
