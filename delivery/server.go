package delivery

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/shared"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"github.com/turbot/steampipe-plugin-sdk/v5/query_cache"
	"golang.org/x/sync/errgroup"
	gproto "google.golang.org/protobuf/proto"
)

// maxScans is how many scans an Execute call runs at a time. With 20, calls that take
// a third of a second each reach a limit of 60 calls per second.
const maxScans = 20

// noSDKCache are the options of the SDK's query cache, which the server does not use.
// The SDK (5.14.1) makes it all the same, and for any other size a store for it that
// takes at least 37 MB and a goroutine (query_cache.go, createCacheStore).
var noSDKCache = &proto.SetCacheOptionsRequest{Enabled: false, MaxSizeMb: -1}

// Server serves a plugin with a static schema, whose tables list through List.
type Server struct {
	*grpc.PluginServer
	plugin *plugin.Plugin
	// configuring is locked while the SDK changes the plugin's ConnectionMap.
	configuring sync.RWMutex
	tables      map[string]*plugin.Table
	keys        map[string]Keys // by the name of their table
	// connectionColumns are the key columns by which the SDK chooses
	// connections.
	connectionColumns []string
	cache             *resultCache
	// limitWait is how long to wait for an engine to end a scan of which it has as
	// many rows as its LIMIT.
	limitWait time.Duration
}

// NewServer returns a Server with a plugin of its own.
func NewServer(make plugin.PluginFunc) *Server {
	s := &Server{cache: newResultCache(), limitWait: limitWait, connectionColumns: []string{connectionNameColumn}}
	s.PluginServer = plugin.Server(&plugin.ServeOpts{PluginFunc: func(ctx context.Context) *plugin.Plugin {
		p := make(ctx)
		s.plugin, s.tables = p, p.TableMap
		s.keys = map[string]Keys{}
		for name, t := range p.TableMap {
			s.keys[name] = keysOf(ctx, t)
		}
		for _, c := range p.ConnectionKeyColumns {
			s.connectionColumns = append(s.connectionColumns, c.Name)
		}
		return p
	}})
	if !s.plugin.Logger.IsError() {
		// The log is off. The SDK (5.14.1) formats its lines all the same, which took a
		// fifth of the time of a report, unless their writer is io.Discard.
		s.plugin.Logger = hclog.NewNullLogger()
		log.SetOutput(io.Discard)
	}
	return s
}

// Keys returns what conditions on a table's columns mean for its list calls.
func (s *Server) Keys(table string) Keys { return s.keys[table] }

// ConnectionColumns returns the key columns by which an aggregator chooses
// connections.
func (s *Server) ConnectionColumns() []string { return s.connectionColumns }

// Serve serves the plugin of that name to Steampipe, as plugin.Serve does,
// until Steampipe ends it.
func Serve(name string, make plugin.PluginFunc) {
	defer func() {
		if r := recover(); r != nil {
			// The plugin manager looks for this text on standard output.
			fmt.Printf("%s%v\n", plugin.PluginStartupFailureMessage, r)
		}
	}()
	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig: shared.Handshake,
		Plugins:         map[string]goplugin.Plugin{name: &shared.WrapperPlugin{Impl: steampipeServer{NewServer(make)}}},
		GRPCServer:      goplugin.DefaultGRPCServer,
	})
}

// Execute streams all rows of a request, or returns an error. The first error ends
// the other scans, and Execute returns after they have ended.
//
// A LIMIT is not the end: after as many rows, Execute waits for limitWait, and then
// streams the others unless the stream was cancelled. If the stream has a method
// More() <-chan struct{}, Execute waits instead until that channel is closed.
func (s *Server) Execute(request *proto.ExecuteRequest, stream proto.WrapperPlugin_ExecuteServer) error {
	return s.execute(request, stream, nil)
}

// execute does what Execute does. missing is joined to the error of a missing key; nil
// is nothing.
func (s *Server) execute(request *proto.ExecuteRequest, stream proto.WrapperPlugin_ExecuteServer, missing error) error {
	table, ok := s.tables[request.Table]
	if !ok {
		return s.PluginServer.Execute(request, stream) // which returns an error
	}
	requests, err := s.scanRequests(request, table, missing)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(stream.Context())
	defer cancel()
	out := &engineStream{stream: stream, remaining: noLimit, limitWait: s.limitWait, fetched: map[string]*proto.QueryMetadata{}}
	if len(requests) > 0 {
		out.remaining = requests[0].limit
	}
	// Up to the LIMIT one scan after another: the first may have as many rows, and
	// each further one costs a call.
	for len(requests) > 0 && out.remaining != noLimit {
		r := requests[0]
		requests = requests[1:]
		r.limit = out.remaining
		if err := s.runRequest(ctx, r, out); err != nil {
			return err
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(maxScans)
	for _, r := range requests {
		r.limit = noLimit
		group.Go(func() error {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return s.runRequest(ctx, r, out)
		})
	}
	return group.Wait()
}

// scanRequests returns the scan requests of an engine's request, or the error of one that
// cannot be scanned.
func (s *Server) scanRequests(request *proto.ExecuteRequest, table *plugin.Table, missing error) ([]scanRequest, error) {
	if request.ExecuteConnectionData == nil { // from an engine before aggregators
		if request.Connection == "" {
			return nil, fmt.Errorf("%s: the engine names no connection to ask: use a newer Steampipe", request.Table)
		}
		request.ExecuteConnectionData = map[string]*proto.ExecuteConnectionData{request.Connection: {}}
	}
	if err := s.missingKeys(request, table); err != nil {
		return nil, s.explain(request.Table, request.Connection, errors.Join(err, missing))
	}
	requests, err := s.split(request, table)
	if err != nil {
		return nil, s.explain(request.Table, request.Connection, err)
	}
	return requests, nil
}

// explain returns an error of a query of a table with what the plugin adds to it.
func (s *Server) explain(table, connection string, err error) error {
	s.configuring.RLock()
	data := s.plugin.ConnectionMap[connection]
	s.configuring.RUnlock()
	if data == nil {
		return err
	}
	return s.keys[table].explain(data.Connection, err)
}

// scanFunc returns what runs a scan request.
func (s *Server) scanFunc(request scanRequest) scanFunc {
	return func(ctx context.Context, want *rowsWanted, put func(*proto.ExecuteResponse) error) error {
		return runScan(ctx, s.PluginServer.Execute, request, want, put)
	}
}

// runRequest streams the result of a scan request.
func (s *Server) runRequest(ctx context.Context, request scanRequest, out *engineStream) error {
	scan := s.scanFunc(request)
	send := func(want *rowsWanted, row *proto.Row, cached bool) error {
		readsOn, err := out.send(ctx, request.connection, row, cached)
		if readsOn {
			want.raise(noLimit)
		}
		return err
	}
	if !request.useCache {
		want := newRowsWanted(request.limit)
		return scan(ctx, want, func(r *proto.ExecuteResponse) error { return send(want, r.GetRow(), false) })
	}
	r, started := s.cache.get(ctx, request, scan)
	defer s.cache.release(r)
	if r.partial == 0 {
		return r.read(ctx, request.columns, func(row *proto.Row) error { return send(r.wanted, row, !started) })
	}
	sent := rowBag{columns: request.columns, count: map[string]int{}}
	err := r.read(ctx, request.columns, func(row *proto.Row) error {
		if err := sent.add(row); err != nil {
			return err
		}
		switch readsOn, err := out.send(ctx, request.connection, row, true); {
		case err != nil:
			return err
		case readsOn:
			return errReadsOn
		}
		return nil
	})
	if !errors.Is(err, errReadsOn) {
		return err
	}
	// The engine needs more rows than its LIMIT: request all of them, and leave out
	// those that were sent.
	request.limit = noLimit
	whole, started := s.cache.get(ctx, request, scan)
	defer s.cache.release(whole)
	err = whole.read(ctx, request.columns, func(row *proto.Row) error {
		if wasSent, err := sent.take(row); wasSent || err != nil {
			return err
		}
		return send(whole.wanted, row, !started)
	})
	if err == nil && sent.rows > 0 {
		s.cache.remove(r)
		err = s.explain(request.execute.Table, request.connection, Text{
			English: fmt.Sprintf("%s: %s: the rows have changed since they were cached: run the query again", request.connection, request.execute.Table),
			Chinese: "这些行在缓存之后有变化：请重新查询。",
		})
	}
	return err
}

// errReadsOn ends the reading of a partial result.
var errReadsOn = errors.New("the engine reads on")

// rowBag counts rows by their values of some columns.
type rowBag struct {
	columns []string
	count   map[string]int
	rows    int
}

func (b *rowBag) add(row *proto.Row) error {
	key, err := b.key(row)
	b.count[key]++
	b.rows++
	return err
}

// take removes one row with the same values, and reports whether there was one.
func (b *rowBag) take(row *proto.Row) (found bool, err error) {
	if b.rows == 0 {
		return false, nil
	}
	key, err := b.key(row)
	if err != nil || b.count[key] == 0 {
		return false, err
	}
	b.count[key]--
	b.rows--
	return true, nil
}

func (b *rowBag) key(row *proto.Row) (string, error) {
	key, err := gproto.MarshalOptions{Deterministic: true}.Marshal(project(row, b.columns))
	if err != nil {
		return "", fmt.Errorf("comparing rows: %w", err)
	}
	return string(key), nil
}

// engineStream is the engine's stream, which the scans of an Execute call share.
type engineStream struct {
	mu     sync.Mutex
	stream proto.WrapperPlugin_ExecuteServer
	// remaining is how many rows are still to be sent before the engine's LIMIT is
	// reached; noLimit is all. While it is not noLimit, one scan runs at a time.
	remaining int64
	limitWait time.Duration
	// fetched counts the rows by connection. The engine uses the last count that it
	// receives for the whole call.
	fetched map[string]*proto.QueryMetadata
}

// send sends a row to the engine. After as many rows as the engine's LIMIT, it waits;
// readsOn is true if the engine then reads on.
func (o *engineStream) send(ctx context.Context, connection string, row *proto.Row, cached bool) (readsOn bool, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	count := o.fetched[connection]
	if count == nil {
		count = &proto.QueryMetadata{CacheHit: true}
		o.fetched[connection] = count
	}
	count.RowsFetched++
	count.CacheHit = count.CacheHit && cached
	if err := o.stream.Send(&proto.ExecuteResponse{
		Row:        row,
		Metadata:   &proto.QueryMetadata{RowsFetched: count.RowsFetched, CacheHit: count.CacheHit},
		Connection: connection,
	}); err != nil || o.remaining == noLimit {
		return false, err
	}
	if o.remaining--; o.remaining > 0 {
		return false, nil
	}
	if err := o.waitForMore(ctx); err != nil {
		return false, err
	}
	o.remaining = noLimit
	return true, nil
}

// waitForMore waits until an engine with as many rows as its LIMIT reads on. If the
// engine ends the query, it returns the reason.
func (o *engineStream) waitForMore(ctx context.Context) error {
	stream, ok := o.stream.(interface{ More() <-chan struct{} })
	if !ok {
		select {
		case <-time.After(o.limitWait):
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	select {
	case <-stream.More():
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// SetAllConnectionConfigs sets the configs of all connections.
func (s *Server) SetAllConnectionConfigs(request *proto.SetAllConnectionConfigsRequest) (*proto.SetConnectionConfigResponse, error) {
	s.cache.clear()
	if request.MaxCacheSizeMb >= 0 { // -1: SetCacheOptions follows
		s.cache.configure(true, query_cache.DefaultMaxTtl, request.MaxCacheSizeMb)
	}
	if _, err := s.PluginServer.SetCacheOptions(noSDKCache); err != nil {
		return nil, err
	}
	s.configuring.Lock()
	defer s.configuring.Unlock()
	return s.PluginServer.SetAllConnectionConfigs(&proto.SetAllConnectionConfigsRequest{Configs: request.Configs, MaxCacheSizeMb: -1})
}

// UpdateConnectionConfigs adds, changes and removes connections.
func (s *Server) UpdateConnectionConfigs(request *proto.UpdateConnectionConfigsRequest) (*proto.UpdateConnectionConfigsResponse, error) {
	defer func() {
		// After the change, so that no result of the old config stays.
		for _, configs := range [][]*proto.ConnectionConfig{request.Added, request.Changed, request.Deleted} {
			for _, c := range configs {
				s.cache.clear(c.Connection)
			}
		}
	}()
	s.configuring.Lock()
	defer s.configuring.Unlock()
	return s.PluginServer.UpdateConnectionConfigs(request)
}

// SetCacheOptions sets the bounds of the cache.
func (s *Server) SetCacheOptions(request *proto.SetCacheOptionsRequest) (*proto.SetCacheOptionsResponse, error) {
	s.cache.configure(request.Enabled, time.Duration(request.Ttl)*time.Second, request.MaxSizeMb)
	return s.PluginServer.SetCacheOptions(noSDKCache)
}

// SetConnectionCacheOptions removes the results of a connection from the cache.
func (s *Server) SetConnectionCacheOptions(request *proto.SetConnectionCacheOptionsRequest) (*proto.SetConnectionCacheOptionsResponse, error) {
	s.cache.clear(request.ClearCacheForConnection)
	return s.PluginServer.SetConnectionCacheOptions(request)
}
