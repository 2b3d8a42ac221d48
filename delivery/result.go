package delivery

import (
	"container/list"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
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
	packed  [][]byte      // pages of pageRows rows; the last may have fewer when the scan has ended
	tail    []*proto.Row  // the rows after those
	count   int64         // of all rows
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
		err := errors.Join(scan(ctx, r.wanted, r.add), r.packTail())
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
	r.count++
	if len(r.tail) == pageRows {
		if err := r.pack(); err != nil {
			return err
		}
	}
	close(r.changed)
	r.changed = make(chan struct{})
	return nil
}

// format is how the rows are packed: with the columns that were scanned, without those
// that the SDK adds to every row and that no query has named.
func (r *result) format() rowFormat { return r.request.scanned }

// pack packs the tail. The caller holds r.mu.
func (r *result) pack() error {
	page, err := r.format().pack(r.tail)
	if err != nil {
		return err
	}
	// A new slice: readers may still read the old one.
	r.packed, r.tail = append(r.packed, page), nil
	return nil
}

// packTail packs what is left when the scan has ended.
func (r *result) packTail() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.tail) == 0 {
		return nil
	}
	return r.pack()
}

// read calls each with all rows, also with those that are still to come, and with some
// of their columns. It returns the error of each or of the scan, or the reason why ctx
// ended.
func (r *result) read(ctx context.Context, columns []string, each func(*proto.Row) error) error {
	for page, row := 0, 0; ; {
		rows, endOfPage, done, changed, err := r.rowsFrom(page, row, columns)
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

// rowsFrom returns the rows of a page from one row on, with some of their columns.
// endOfPage is true for a page that is packed, and has no more. A result that failed has
// no rows.
func (r *result) rowsFrom(page, row int, columns []string) (rows []*proto.Row, endOfPage, done bool, changed <-chan struct{}, err error) {
	r.mu.Lock()
	if r.err != nil || page == len(r.packed) {
		defer r.mu.Unlock()
		if r.err != nil {
			return nil, false, true, nil, r.err
		}
		for _, full := range r.tail[row:] {
			rows = append(rows, project(full, columns))
		}
		return rows, false, r.done, r.changed, nil
	}
	packed := r.packed[page]
	r.mu.Unlock()
	rows, err = r.format().unpack(packed, columns)
	if err != nil {
		return nil, false, false, nil, err
	}
	return rows[row:], true, false, nil, nil
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
	remaining, limited := r.wanted.remaining(r.count)
	return r.count, limited && remaining == 0 && r.count > 0 && errors.Is(r.err, context.Canceled)
}

// memory is about how many bytes the result takes. Its scan has ended.
func (r *result) memory() int64 {
	n := int64(resultOverhead + len(r.request.key))
	for _, page := range r.packed {
		n += int64(len(page))
	}
	return n
}

// resultOverhead is how many bytes a result takes besides its rows.
const resultOverhead = 2048
