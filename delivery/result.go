package delivery

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	gproto "google.golang.org/protobuf/proto"
)

// pageRows is how many rows of a result are kept unpacked. When there are as
// many, they are packed into a page.
const pageRows = 1000

// result is the rows of one scan request, those that its scan has brought so far.
// Any number of readers read it, each at its own pace. When the last reader of a
// running scan releases the result, the scan is cancelled.
type result struct {
	request scanRequest
	wanted  *rowsWanted // the most that any of its readers wants
	cancel  context.CancelFunc
	ended   chan struct{} // closed when the scan has ended

	mu      sync.Mutex
	changed chan struct{} // closed, and replaced, when there are more rows
	packed  [][]byte      // pages of pageRows rows
	tail    []*proto.Row  // the rows after those
	done    bool
	err     error

	// Guarded by resultCache.mu:
	readers  int
	element  *list.Element // in resultCache.order; nil after the result was removed
	cachedAt time.Time     // when its scan had ended; zero while it runs
	size     int64         // about how many bytes it takes; set with cachedAt
	// partial is how many rows it has if its scan was cancelled after as many rows
	// as its readers' LIMIT; 0 for a result with all rows.
	partial int64
}

// scanFunc runs a scan, and calls put with each of its rows.
type scanFunc func(ctx context.Context, wanted *rowsWanted, put func(*proto.ExecuteResponse) error) error

// startScan starts a scan, and returns the result that it fills. onEnd is called
// when the scan has ended, with its error.
func startScan(ctx context.Context, request scanRequest, scan scanFunc, onEnd func(*result, error)) *result {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r := &result{request: request, wanted: newRowsWanted(request.limit), cancel: cancel, ended: make(chan struct{}), changed: make(chan struct{})}
	go func() {
		defer close(r.ended)
		defer cancel()
		err := scan(ctx, r.wanted, r.add)
		// Before the readers see the end: they may release the result at once.
		onEnd(r, err)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.done, r.err = true, err
		close(r.changed)
	}()
	return r
}

// add appends a row.
func (r *result) add(response *proto.ExecuteResponse) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tail = append(r.tail, response.GetRow())
	if len(r.tail) == pageRows {
		page, err := gproto.Marshal(&proto.QueryResult{Rows: r.tail})
		if err != nil {
			return fmt.Errorf("packing the rows of a result: %w", err)
		}
		// A new slice: readers may still read the old one.
		r.packed, r.tail = append(r.packed, page), nil
	}
	close(r.changed)
	r.changed = make(chan struct{})
	return nil
}

// read calls each with all rows, also with those that are still to come. It
// returns the error of each or of the scan, or the reason why ctx ended.
func (r *result) read(ctx context.Context, each func(*proto.Row) error) error {
	for page, row := 0, 0; ; {
		rows, endOfPage, done, changed, err := r.rowsFrom(page, row)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err := each(row); err != nil {
				return err
			}
		}
		switch {
		case endOfPage:
			page, row = page+1, 0
		case len(rows) > 0:
			row += len(rows)
		case done:
			return nil
		default:
			select {
			case <-changed:
			case <-ctx.Done():
				return context.Cause(ctx)
			}
		}
	}
}

// rowsFrom returns the rows of a page from one row on. endOfPage is true for a
// page that is packed, and has no more. A result that failed has no rows.
func (r *result) rowsFrom(page, row int) (rows []*proto.Row, endOfPage, done bool, changed <-chan struct{}, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err != nil {
		return nil, false, true, nil, r.err
	}
	if page == len(r.packed) {
		return r.tail[row:len(r.tail):len(r.tail)], false, r.done, r.changed, nil
	}
	var unpacked proto.QueryResult
	if err := gproto.Unmarshal(r.packed[page], &unpacked); err != nil {
		return nil, false, false, nil, fmt.Errorf("unpacking the rows of a result: %w", err)
	}
	return unpacked.Rows[row:], true, false, nil, nil
}

// cacheable reports whether a result whose scan was cancelled may be cached: the
// scan had brought all rows after all (partial is 0), or as many as its readers'
// LIMIT (partial is that number).
func (r *result) cacheable() (partial int64, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		return 0, true
	}
	n := int64(len(r.packed)*pageRows + len(r.tail))
	remaining, limited := r.wanted.remaining(n)
	return n, limited && remaining == 0 && n > 0 && errors.Is(r.err, context.Canceled)
}

// memory is about how many bytes the result takes. Its scan has ended.
func (r *result) memory() int64 {
	n := int64(512)
	for _, page := range r.packed {
		n += int64(len(page))
	}
	for _, row := range r.tail {
		n += int64(rowOverhead + gproto.Size(row))
	}
	return n
}

// rowOverhead is how many bytes a row takes besides its values.
const rowOverhead = 1500
