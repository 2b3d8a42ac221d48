package delivery

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	goplugin "github.com/hashicorp/go-plugin"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/shared"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"github.com/turbot/steampipe-plugin-sdk/v5/query_cache"
	"golang.org/x/sync/errgroup"
	gproto "google.golang.org/protobuf/proto"
)

// atOnce is how many scans an Execute call has under way. At 20 calls a second,
// a paid limit of 60 is reached with an API that takes a third of a second.
const atOnce = 20

// noSDKCache are the options of the SDK's query cache, which nothing asks:
// answers are the server's. The SDK (5.14.1) makes one all the same, and for
// any other size a store that takes 37 MB at the least and a goroutine
// (query_cache.go, createCacheStore).
var noSDKCache = &proto.SetCacheOptionsRequest{Enabled: false, MaxSizeMb: -1}

// Server serves a plugin with a static schema, whose tables list through List.
type Server struct {
	*grpc.PluginServer
	tables map[string]*plugin.Table
	keys   map[string]Keys // by the name of their table
	// connectionColumns are the key columns by which the SDK chooses
	// connections.
	connectionColumns []string
	answers           *answers
	// moment is how long to wait for an engine to end a scan of which it has as
	// many rows as its LIMIT.
	moment time.Duration
}

// NewServer returns a Server with a plugin of its own.
func NewServer(make plugin.PluginFunc) *Server {
	s := &Server{answers: newAnswers(), moment: moment, connectionColumns: []string{"sp_connection_name"}}
	s.PluginServer = plugin.Server(&plugin.ServeOpts{PluginFunc: func(ctx context.Context) *plugin.Plugin {
		p := make(ctx)
		s.tables = p.TableMap
		s.keys = map[string]Keys{}
		for name, t := range p.TableMap {
			s.keys[name] = keysOf(ctx, t)
		}
		for _, c := range p.ConnectionKeyColumns {
			s.connectionColumns = append(s.connectionColumns, c.Name)
		}
		return p
	}})
	return s
}

// Keys is what conditions on a table's columns mean for its list calls.
func (s *Server) Keys(table string) Keys { return s.keys[table] }

// ConnectionColumns are the key columns by which an aggregator chooses
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
	SetFreeMemInterval()
	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig: shared.Handshake,
		Plugins:         map[string]goplugin.Plugin{name: &shared.WrapperPlugin{Impl: served{NewServer(make)}}},
		GRPCServer:      goplugin.DefaultGRPCServer,
	})
}

// Execute answers a request with all its rows or with an error. The first
// failure ends the other scans, and they have ended when it returns.
//
// A LIMIT ends nothing: when the stream has as many rows, and is not cancelled
// within a moment, the others follow. A stream that has a method More() <-chan
// struct{} is asked instead: they follow when the channel is closed.
func (s *Server) Execute(request *proto.ExecuteRequest, stream proto.WrapperPlugin_ExecuteServer) error {
	table, ok := s.tables[request.Table]
	if !ok {
		return s.PluginServer.Execute(request, stream) // refuses it
	}
	if request.ExecuteConnectionData == nil { // from an engine before aggregators
		if request.Connection == "" {
			return fmt.Errorf("%s: the engine names no connection to ask: use a newer Steampipe", request.Table)
		}
		request.ExecuteConnectionData = map[string]*proto.ExecuteConnectionData{request.Connection: {}}
	}
	if err := missingKeys(request, table); err != nil {
		return err
	}
	questions, err := s.split(request, table)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(stream.Context())
	defer cancel()
	out := &outlet{stream: stream, left: noLimit, moment: s.moment, fetched: map[string]*proto.QueryMetadata{}}
	if len(questions) > 0 {
		out.left = questions[0].limit
	}
	// The first scans may bring all that is wanted: every further one would cost
	// a call.
	for len(questions) > 0 && out.left != noLimit {
		q := questions[0]
		questions = questions[1:]
		q.limit = out.left
		if err := s.ask(ctx, q, out); err != nil {
			return err
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, q := range questions {
		q.limit = noLimit
		group.Go(func() error {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return s.ask(ctx, q, out)
		})
	}
	return group.Wait()
}

// ask brings the answer to one question.
func (s *Server) ask(ctx context.Context, q question, out *outlet) error {
	scan := func(ctx context.Context, wish *wish, put func(*proto.ExecuteResponse) error) error {
		return runScan(ctx, s.PluginServer.Execute, q, wish, put)
	}
	send := func(wish *wish, row *proto.Row, remembered bool) error {
		all, err := out.send(ctx, q.connection, row, remembered)
		if all {
			wish.raise(noLimit)
		}
		return err
	}
	if !q.shared {
		wish := newWish(q.limit)
		return scan(ctx, wish, func(r *proto.ExecuteResponse) error { return send(wish, r.GetRow(), false) })
	}
	a, fresh := s.answers.join(ctx, q, scan)
	defer s.answers.leave(a)
	if a.beginning == 0 {
		return a.read(ctx, func(row *proto.Row) error { return send(a.wish, row, !fresh) })
	}
	sent := rowBag{columns: q.columns, count: map[string]int{}}
	err := a.read(ctx, func(row *proto.Row) error {
		if err := sent.add(row); err != nil {
			return err
		}
		switch all, err := out.send(ctx, q.connection, row, true); {
		case err != nil:
			return err
		case all:
			return errReadsOn
		}
		return nil
	})
	if !errors.Is(err, errReadsOn) {
		return err
	}
	// The LIMIT is not the query's: all rows are asked for, and those that the
	// engine has had are left out.
	q.limit = noLimit
	whole, fresh := s.answers.join(ctx, q, scan)
	defer s.answers.leave(whole)
	err = whole.read(ctx, func(row *proto.Row) error {
		if had, err := sent.take(row); had || err != nil {
			return err
		}
		return send(whole.wish, row, !fresh)
	})
	if err == nil && sent.rows > 0 {
		s.answers.drop(a)
		err = fmt.Errorf("%s: %s: the rows have changed since they were remembered: run the query again", q.connection, q.request.Table)
	}
	return err
}

// errReadsOn ends the reading of a beginning.
var errReadsOn = errors.New("the engine reads on")

// rowBag counts rows by what some columns hold.
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

// take takes such a row out, and reports whether there was one.
func (b *rowBag) take(row *proto.Row) (had bool, err error) {
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
	some := &proto.Row{Columns: map[string]*proto.Column{}}
	for _, c := range b.columns {
		if v, ok := row.GetColumns()[c]; ok {
			some.Columns[c] = v
		}
	}
	key, err := gproto.MarshalOptions{Deterministic: true}.Marshal(some)
	if err != nil {
		return "", fmt.Errorf("comparing the rows kept: %w", err)
	}
	return string(key), nil
}

// missingKeys is the error of a request that lacks a condition on a key column.
// The SDK's own may get lost.
func missingKeys(request *proto.ExecuteRequest, table *plugin.Table) error {
	missing := plugin.NewKeyColumnQualValueMap(request.QueryContext.GetQuals(), table.List.KeyColumns).
		GetUnsatisfiedKeyColumns(table.List.KeyColumns)
	if len(missing) == 0 {
		return nil
	}
	var names []string
	join := " and "
	for _, k := range missing {
		names = append(names, k.Name+" = '...'")
		if k.Require == plugin.AnyOf {
			join = " or "
		}
	}
	return fmt.Errorf("'List' call for table '%s' is missing %d required qual: %s\nName what to look up, as in: where %s\n"+
		"In Postgres, a prepared statement loses a condition such as in ($1, $2) at its sixth execution: write = any($1), or set plan_cache_mode = force_custom_plan",
		table.Name, len(missing), missing.String(), strings.Join(names, join))
}

// outlet is the engine's stream, shared by the scans of an Execute call.
type outlet struct {
	mu     sync.Mutex
	stream proto.WrapperPlugin_ExecuteServer
	// left is how many rows are missing from as many as the engine's LIMIT;
	// noLimit where all are wanted. While it is another, there is one scan.
	left   int64
	moment time.Duration
	// fetched counts by connection; the engine takes the last count that it
	// sees for that of the whole call.
	fetched map[string]*proto.QueryMetadata
}

// send hands a row to the engine, at the engine's pace. After as many as the
// engine's LIMIT it waits; all is true when the engine reads on.
func (o *outlet) send(ctx context.Context, connection string, row *proto.Row, remembered bool) (all bool, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	count := o.fetched[connection]
	if count == nil {
		count = &proto.QueryMetadata{CacheHit: true}
		o.fetched[connection] = count
	}
	count.RowsFetched++
	count.CacheHit = count.CacheHit && remembered
	if err := o.stream.Send(&proto.ExecuteResponse{
		Row:        row,
		Metadata:   &proto.QueryMetadata{RowsFetched: count.RowsFetched, CacheHit: count.CacheHit},
		Connection: connection,
	}); err != nil || o.left == noLimit {
		return false, err
	}
	if o.left--; o.left > 0 {
		return false, nil
	}
	if err := o.more(ctx); err != nil {
		return false, err
	}
	o.left = noLimit
	return true, nil
}

// more returns when the engine reads on, though it has as many rows as its
// LIMIT, or with the reason why it does not.
func (o *outlet) more(ctx context.Context) error {
	asks, ok := o.stream.(interface{ More() <-chan struct{} })
	if !ok {
		select {
		case <-time.After(o.moment):
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	select {
	case <-asks.More():
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// SetAllConnectionConfigs sets the configs of all connections.
func (s *Server) SetAllConnectionConfigs(request *proto.SetAllConnectionConfigsRequest) (*proto.SetConnectionConfigResponse, error) {
	s.answers.forgetConnections()
	if request.MaxCacheSizeMb >= 0 { // -1: SetCacheOptions follows
		s.answers.configure(true, query_cache.DefaultMaxTtl, request.MaxCacheSizeMb)
	}
	if _, err := s.PluginServer.SetCacheOptions(noSDKCache); err != nil {
		return nil, err
	}
	return s.PluginServer.SetAllConnectionConfigs(&proto.SetAllConnectionConfigsRequest{Configs: request.Configs, MaxCacheSizeMb: -1})
}

// UpdateConnectionConfigs adds, changes and removes connections.
func (s *Server) UpdateConnectionConfigs(request *proto.UpdateConnectionConfigsRequest) (*proto.UpdateConnectionConfigsResponse, error) {
	defer func() {
		// Afterwards, so that no answer of the old config is left.
		for _, configs := range [][]*proto.ConnectionConfig{request.Added, request.Changed, request.Deleted} {
			for _, c := range configs {
				s.answers.forgetConnections(c.Connection)
			}
		}
	}()
	return s.PluginServer.UpdateConnectionConfigs(request)
}

// SetCacheOptions says what may be remembered.
func (s *Server) SetCacheOptions(request *proto.SetCacheOptionsRequest) (*proto.SetCacheOptionsResponse, error) {
	s.answers.configure(request.Enabled, time.Duration(request.Ttl)*time.Second, request.MaxSizeMb)
	return s.PluginServer.SetCacheOptions(noSDKCache)
}

// SetConnectionCacheOptions forgets the answers of a connection.
func (s *Server) SetConnectionCacheOptions(request *proto.SetConnectionCacheOptionsRequest) (*proto.SetConnectionCacheOptionsResponse, error) {
	s.answers.forgetConnections(request.ClearCacheForConnection)
	return s.PluginServer.SetConnectionCacheOptions(request)
}
