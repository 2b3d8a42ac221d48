package delivery

import (
	"context"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"golang.org/x/sync/errgroup"
)

// Rows are all rows of an engine's request, packed. They stay, whatever becomes of the
// cache.
type Rows []rowsOf

// rowsOf are the rows of a scan request, of which the engine needs some columns.
type rowsOf struct {
	*result
	columns []string
}

// Reader returns a reader of the rows.
func (r Rows) Reader() *RowReader { return &RowReader{rest: r} }

// RowReader reads rows, one after another.
type RowReader struct {
	rest  Rows         // from the part under way on
	pages int          // of this part that were unpacked
	rows  []*proto.Row // of the last of these
}

// Next returns the next row; nil is the end.
func (r *RowReader) Next() (*proto.Row, error) {
	for len(r.rows) == 0 {
		if len(r.rest) == 0 {
			return nil, nil
		}
		part := r.rest[0]
		if r.pages == len(part.packed) {
			r.rest, r.pages = r.rest[1:], 0
			continue
		}
		rows, err := part.format().unpack(part.packed[r.pages], part.columns)
		if err != nil {
			return nil, err
		}
		r.rows, r.pages = rows, r.pages+1
	}
	row := r.rows[0]
	r.rows = r.rows[1:]
	return row, nil
}

// Fetch runs requests of the plugin's tables without a LIMIT, as many scans at a time as
// Execute does, over the same cache. It returns the rows of each request, or the first
// error, which ends the other scans.
func (s *Server) Fetch(ctx context.Context, requests []*proto.ExecuteRequest) ([]Rows, error) {
	var scans []scanRequest
	all, end := make([]Rows, len(requests)), make([]int, len(requests)) // end of each in scans
	for i, request := range requests {
		more, err := s.scanRequests(request, s.tables[request.Table], nil)
		if err != nil {
			return nil, err
		}
		scans = append(scans, more...)
		end[i] = len(scans)
	}
	rows := make([]rowsOf, len(scans))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(maxScans)
	for i, scan := range scans {
		group.Go(func() (err error) {
			rows[i], err = s.fetch(ctx, scan)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	begin := 0
	for i := range all {
		all[i], begin = rows[begin:end[i]], end[i]
	}
	return all, nil
}

// Cached returns the rows of a request without a LIMIT, if the cache has all of them.
func (s *Server) Cached(request *proto.ExecuteRequest) (rows Rows, ok bool) {
	scans, err := s.scanRequests(request, s.tables[request.Table], nil)
	if err != nil {
		return nil, false // Fetch returns the error
	}
	for _, scan := range scans {
		r := s.cache.finished(scan)
		if r == nil || !scan.useCache {
			return nil, false
		}
		rows = append(rows, rowsOf{r, scan.columns})
	}
	return rows, true
}

// fetch runs a scan request to its end, unless the cache has its result.
func (s *Server) fetch(ctx context.Context, request scanRequest) (rowsOf, error) {
	if ctx.Err() != nil {
		return rowsOf{}, context.Cause(ctx)
	}
	cache := s.cache
	if !request.useCache {
		cache = newResultCache() // of this request only
	}
	r, _ := cache.get(ctx, request, s.scanFunc(request))
	defer cache.release(r)
	select {
	case <-r.ended:
		return rowsOf{r, request.columns}, r.err
	case <-ctx.Done():
		return rowsOf{}, context.Cause(ctx)
	}
}
