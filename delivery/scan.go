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

// scan is one scan of the SDK: one value, one connection, and so at most one
// list call. It is also the stream that the SDK sends its rows to.
//
// The SDK is never told that an engine has left: a cancelled scan may leave its
// goroutines behind or send on a closed channel. The list function is told, and
// ends the scan.
type scan struct {
	grpc.ServerStream // nil: the SDK calls none of its other methods

	ctx  context.Context // of who wants the rows
	call listCallOf
	wish *wish
	put  func(*proto.ExecuteResponse) error

	ended chan struct{} // closed when the SDK is done
	moved chan struct{} // holds a value when rows have come through since the last look

	mu       sync.Mutex
	listed   bool  // whether the list function was called
	read     bool  // whether it has ended
	emitted  int64 // rows that it has given so far
	streamed int64 // rows that it gave to the SDK; set with read
	received int64 // rows that came through
	err      error // the first failure: of the list function, or of put
}

// scanKey is the key of a scan in the context of its stream.
type scanKey struct{}

func scanOf(ctx context.Context) *scan {
	s, _ := ctx.Value(scanKey{}).(*scan)
	return s
}

// runScan carries out a question, and calls put with its rows, one after another.
// The SDK may send rows on after put has failed; they fall.
func runScan(ctx context.Context, execute func(*proto.ExecuteRequest, proto.WrapperPlugin_ExecuteServer) error, q question, wish *wish, put func(*proto.ExecuteResponse) error) error {
	request := q.request
	s := &scan{ctx: ctx, call: q.call, wish: wish, put: put, ended: make(chan struct{}), moved: make(chan struct{}, 1)}
	err := execute(request, s)
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
	case s.listed && !s.read || s.received != s.streamed:
		return fmt.Errorf("%s: some rows did not come through the plugin SDK (%d did): please report it with the plugin's log", request.Table, s.received)
	}
	return nil
}

// Context is not cancelled with the engine's.
func (s *scan) Context() context.Context {
	return context.WithValue(context.WithoutCancel(s.ctx), scanKey{}, s)
}

// Send takes a row from the SDK. The rows of a scan that has failed, or that
// nobody wants any more, fall, so that nothing holds up its end.
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
	case s.moved <- struct{}{}:
	default:
	}
	return nil
}

func (s *scan) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// list reads the rows of the scan's list call. It returns an error only when
// all rows have come through, so that none is on its way in the SDK when that
// ends the scan; what the SDK makes of the error does not matter.
func (s *scan) list(ctx context.Context, d *plugin.QueryData, read ListFunc) error {
	s.mu.Lock()
	again := s.listed
	s.listed = true
	s.mu.Unlock()
	if again {
		// It would count the rows of the other.
		return s.fail(errors.New("a scan has several list calls"))
	}
	readCtx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(s.ctx, func() { cancel(context.Cause(s.ctx)) })()

	room := d.RowsRemaining(ctx)
	wanted := func() bool {
		return d.RowsRemaining(ctx) > 0 && readCtx.Err() == nil && s.failure() == nil
	}
	err := safely(context.WithValue(readCtx, listCallKey{}, s), s.call.queryData(d), read, func(row any) bool {
		// The rows of a page beyond those wished for wait as a call would: the
		// SDK hands rows on in any order, and the first are to come first.
		if s.proceed(readCtx) == nil && wanted() {
			s.mu.Lock()
			s.emitted++
			s.mu.Unlock()
			d.StreamListItem(ctx, row)
		}
		return wanted()
	})
	s.mu.Lock()
	s.streamed, s.read = room-d.RowsRemaining(ctx), true
	s.mu.Unlock()
	if err == nil {
		err = readCtx.Err() // rows may be missing
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

func (s *scan) wanted() (n int64, ok bool) { return s.wish.left(s.given()) }

func (s *scan) proceed(ctx context.Context) error { return s.wish.wait(ctx, s.given()) }

// given is how many rows the list function has given so far.
func (s *scan) given() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.emitted
}

// fail makes err the failure of the scan, if it has none.
func (s *scan) fail(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
	return s.err
}

// drain waits until all rows have come through, or the SDK has given up.
func (s *scan) drain() {
	for {
		s.mu.Lock()
		through := s.received == s.streamed
		s.mu.Unlock()
		if through {
			return
		}
		select {
		case <-s.moved:
		case <-s.ended:
			return
		}
	}
}
