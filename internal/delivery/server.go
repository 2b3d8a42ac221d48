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
	// connectionColumns are the key columns by which the SDK chooses
	// connections.
	connectionColumns []string
	answers           *answers
}

// NewServer returns a Server with a plugin of its own.
func NewServer(make plugin.PluginFunc) *Server {
	s := &Server{answers: newAnswers(), connectionColumns: []string{"sp_connection_name"}}
	s.PluginServer = plugin.Server(&plugin.ServeOpts{PluginFunc: func(ctx context.Context) *plugin.Plugin {
		p := make(ctx)
		s.tables = p.TableMap
		for _, c := range p.ConnectionKeyColumns {
			s.connectionColumns = append(s.connectionColumns, c.Name)
		}
		return p
	}})
	return s
}

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
	out := &outlet{stream: stream, left: noLimit, fetched: map[string]*proto.QueryMetadata{}}
	group, ctx := errgroup.WithContext(stream.Context())
	group.SetLimit(atOnce)
	if len(questions) > 0 && questions[0].limit != noLimit {
		// The first scans may bring all that is wanted: every further one
		// would cost a call.
		out.left = questions[0].limit
		group.SetLimit(1)
	}
	for _, q := range questions {
		group.Go(func() error {
			left := out.wanted()
			if left == 0 || ctx.Err() != nil {
				return context.Cause(ctx)
			}
			err := s.ask(ctx, q.limited(left), out)
			if errors.Is(err, errEnough) {
				return nil
			}
			return err
		})
	}
	return group.Wait()
}

// ask brings the answer to one question.
func (s *Server) ask(ctx context.Context, q question, out *outlet) error {
	scan := func(ctx context.Context, put func(*proto.ExecuteResponse) error) error {
		return runScan(ctx, s.PluginServer.Execute, q.request, put)
	}
	if !q.shared {
		return scan(ctx, func(r *proto.ExecuteResponse) error { return out.send(q.connection, r.GetRow(), false) })
	}
	a, fresh := s.answers.join(ctx, q, scan)
	defer s.answers.leave(a)
	return a.read(ctx, func(row *proto.Row) error { return out.send(q.connection, row, !fresh) })
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
	return fmt.Errorf("'List' call for table '%s' is missing %d required qual: %s\nName what to look up, as in: where %s",
		table.Name, len(missing), missing.String(), strings.Join(names, join))
}

// errEnough ends a scan whose rows are no longer wanted.
var errEnough = errors.New("enough rows")

// outlet is the engine's stream, shared by the scans of an Execute call.
type outlet struct {
	mu     sync.Mutex
	stream proto.WrapperPlugin_ExecuteServer
	left   int64 // rows wanted; noLimit is all
	// fetched counts by connection; the engine takes the last count that it
	// sees for that of the whole call.
	fetched map[string]*proto.QueryMetadata
}

// wanted is how many more rows are wanted; noLimit is all.
func (o *outlet) wanted() int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.left
}

// send hands a row to the engine, at the engine's pace.
func (o *outlet) send(connection string, row *proto.Row, remembered bool) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.left == 0 {
		return errEnough
	}
	count := o.fetched[connection]
	if count == nil {
		count = &proto.QueryMetadata{CacheHit: true}
		o.fetched[connection] = count
	}
	count.RowsFetched++
	count.CacheHit = count.CacheHit && remembered
	err := o.stream.Send(&proto.ExecuteResponse{
		Row:        row,
		Metadata:   &proto.QueryMetadata{RowsFetched: count.RowsFetched, CacheHit: count.CacheHit},
		Connection: connection,
	})
	if err == nil && o.left > 0 {
		o.left--
	}
	return err
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
