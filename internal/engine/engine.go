// Package engine drives a Steampipe plugin in process, through the same server
// and Execute call as Steampipe does, and synchronously.
package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-dingtalk/delivery"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	ggrpc "google.golang.org/grpc"
)

// cacheTTLSeconds is how long results are cached, as by Steampipe's default.
const cacheTTLSeconds = 300

// Server is a plugin's server: plugin.Server's, or one around it.
type Server interface {
	SetAllConnectionConfigs(*proto.SetAllConnectionConfigsRequest) (*proto.SetConnectionConfigResponse, error)
	UpdateConnectionConfigs(*proto.UpdateConnectionConfigsRequest) (*proto.UpdateConnectionConfigsResponse, error)
	SetRateLimiters(*proto.SetRateLimitersRequest) (*proto.SetRateLimitersResponse, error)
	GetSchema(*proto.GetSchemaRequest) (*proto.GetSchemaResponse, error)
	Execute(*proto.ExecuteRequest, proto.WrapperPlugin_ExecuteServer) error
}

// Connection is one of a plugin's connections.
type Connection struct {
	Name string
	// Config is the body of its connection block as a .spc file has it; "" is an
	// empty block.
	Config string
	// Members are the connections of an aggregator, which has no config of its
	// own. Nil for any other.
	Members []string
	// Err is why the connection cannot be scanned, which a scan returns; nil if it
	// can.
	Err error
}

// Engine is a plugin with its connections.
type Engine struct {
	// Schema are the plugin's tables by name.
	Schema map[string]*proto.TableSchema
	// Connections are all connections. A Scan without a connection scans the first.
	Connections []Connection

	server Server
}

// New gives a server its connections, at least one. An aggregator comes after its
// members.
func New(server Server, connections ...Connection) (*Engine, error) {
	if len(connections) == 0 {
		return nil, errors.New("a plugin needs a connection")
	}
	e := &Engine{server: server}
	if err := e.Configure(connections...); err != nil {
		return nil, err
	}
	able := slices.DeleteFunc(slices.Clone(e.Connections), func(c Connection) bool { return c.Err != nil })
	response, err := e.server.GetSchema(&proto.GetSchemaRequest{Connection: able[0].Name})
	if err != nil {
		return nil, fmt.Errorf("reading the plugin's schema: %w", plain(err))
	}
	e.Schema = response.GetSchema().GetSchema()
	return e, nil
}

// Keys returns what conditions on a table's columns mean for its list calls, if the
// server knows.
func (e *Engine) Keys(table string) delivery.Keys {
	if server, ok := e.server.(interface{ Keys(string) delivery.Keys }); ok {
		return server.Keys(table)
	}
	return delivery.Keys{}
}

// IsConnectionColumn reports whether a key column chooses connections, and not rows:
// Steampipe's, and those that the server names.
func (e *Engine) IsConnectionColumn(name string) bool {
	server, ok := e.server.(interface{ ConnectionColumns() []string })
	return IsSteampipeColumn(name) || ok && slices.Contains(server.ConnectionColumns(), name)
}

// Identity returns columns that identify a row of a table, have the same values
// whichever query returns the row, and cost no call. Nil is all columns.
func (e *Engine) Identity(table string) []string {
	if server, ok := e.server.(interface{ Identity(table string) []string }); ok {
		return server.Identity(table)
	}
	return nil
}

// IsSteampipeColumn reports whether the SDK adds a column to every table.
func IsSteampipeColumn(name string) bool { return name == "_ctx" || strings.HasPrefix(name, "sp_") }

// Configure sets all connections, as Steampipe does at its start. A connection that the
// server refuses stays, with its error; if there is no other, Configure returns the
// error.
func (e *Engine) Configure(connections ...Connection) error {
	connections = slices.Clone(connections)
	// Aggregators come later: the server keeps one that it has refused, and then refuses
	// everything.
	single := slices.DeleteFunc(slices.Clone(connections), func(c Connection) bool { return c.Members != nil })
	if e.set(single) != nil {
		// The server refuses all connections because of one.
		for i, c := range connections {
			if c.Err == nil && c.Members == nil {
				connections[i].Err = e.set(connections[i : i+1])
			}
		}
	}
	for i, c := range connections {
		for _, m := range connections {
			if c.Err == nil && m.Err != nil && slices.Contains(c.Members, m.Name) {
				c.Err = fmt.Errorf("connection %q: %w", c.Name, m.Err)
				connections[i] = c
			}
		}
	}
	if err := e.set(connections); err != nil {
		return err
	}
	if !slices.ContainsFunc(connections, func(c Connection) bool { return c.Err == nil }) {
		return connections[0].Err
	}
	e.Connections = connections
	return nil
}

// set gives the server the connections that can be scanned.
func (e *Engine) set(connections []Connection) error {
	var configs []*proto.ConnectionConfig
	for _, c := range connections {
		if c.Err == nil {
			configs = append(configs, c.proto())
		}
	}
	if configs == nil {
		return nil
	}
	_, err := e.server.SetAllConnectionConfigs(&proto.SetAllConnectionConfigsRequest{Configs: configs})
	return plain(err)
}

// Reconfigure changes the config of a connection, as Steampipe does when its
// file has changed.
func (e *Engine) Reconfigure(c Connection) error {
	_, err := e.server.UpdateConnectionConfigs(&proto.UpdateConnectionConfigsRequest{
		Changed: []*proto.ConnectionConfig{c.proto()},
	})
	return plain(err)
}

// OverrideRateLimiter replaces a rate limiter of the plugin's by one of the same
// name, as a limiter block in a plugin block of a .spc file does.
func (e *Engine) OverrideRateLimiter(limiter *proto.RateLimiterDefinition) error {
	_, err := e.server.SetRateLimiters(&proto.SetRateLimitersRequest{Definitions: []*proto.RateLimiterDefinition{limiter}})
	return err
}

func (c Connection) proto() *proto.ConnectionConfig {
	config := &proto.ConnectionConfig{Connection: c.Name, Config: c.Config, ChildConnections: c.Members}
	if c.Members != nil {
		config.Type = "aggregator"
	}
	return config
}

// Qual is a condition on a column, for the plugin.
type Qual struct {
	Column, Operator string
	Value            *proto.QualValue
}

// Equals returns the qual column = value.
func Equals(column, value string) Qual {
	return Qual{column, "=", &proto.QualValue{Value: &proto.QualValue_StringValue{StringValue: value}}}
}

// Scan is one scan of a table.
type Scan struct {
	// Connection is the connection to scan; "" is the first.
	Connection string
	Table      string
	Columns    []string
	Quals      []Qual
	// Limit is how many rows are wanted first. Nil is all.
	Limit *int64
	// More is closed when more rows than Limit are wanted. If it is nil, the scan ends
	// at the limit.
	More <-chan struct{}
	// Cache is whether the result may come from the cache, and is stored there.
	Cache bool
}

// Execute runs a scan and calls each with its rows, one after another, in no
// particular order. It returns when the scan has ended; an error of each ends
// it. The plugin's calls for the scan have the values of ctx.
func (e *Engine) Execute(ctx context.Context, s Scan, each func(*proto.Row) error) error {
	if s.Limit != nil && *s.Limit == 0 && s.More == nil {
		return nil
	}
	request, err := e.request(s)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	err = e.server.Execute(request, &sink{ctx: ctx, cancel: cancel, each: each, more: s.More})
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errEnough):
		return nil
	case cause != nil:
		return cause
	}
	return plain(err)
}

// fetcher is a server that runs several requests at a time, and knows what it has cached.
type fetcher interface {
	Cached(*proto.ExecuteRequest) (delivery.Rows, bool)
	Fetch(context.Context, []*proto.ExecuteRequest) ([]delivery.Rows, error)
}

// CanFetch reports whether the server can do what Cached and Fetch need.
func (e *Engine) CanFetch() bool {
	_, ok := e.server.(fetcher)
	return ok
}

// Cached returns the rows of a scan without a limit, if the server has cached all of them.
func (e *Engine) Cached(s Scan) (rows delivery.Rows, ok bool) {
	request, err := e.request(s)
	if err != nil {
		return nil, false // Fetch returns the error
	}
	return e.server.(fetcher).Cached(request)
}

// Fetch runs scans without a limit, as many at a time as the server runs for one request.
// It returns the rows of each, or the first error, which ends the other scans.
func (e *Engine) Fetch(ctx context.Context, scans []Scan) ([]delivery.Rows, error) {
	requests := make([]*proto.ExecuteRequest, len(scans))
	for i, s := range scans {
		var err error
		if requests[i], err = e.request(s); err != nil {
			return nil, err
		}
	}
	rows, err := e.server.(fetcher).Fetch(ctx, requests)
	return rows, plain(err)
}

// request returns the request of a scan for the server.
func (e *Engine) request(s Scan) (*proto.ExecuteRequest, error) {
	connection := e.Connections[0]
	if s.Connection != "" {
		i := slices.IndexFunc(e.Connections, func(c Connection) bool { return c.Name == s.Connection })
		if i < 0 {
			return nil, fmt.Errorf("there is no connection %q", s.Connection)
		}
		connection = e.Connections[i]
	}
	if connection.Err != nil {
		return nil, connection.Err
	}
	var limit *proto.NullableInt // nil is none
	if s.Limit != nil {
		limit = &proto.NullableInt{Value: *s.Limit}
	}
	quals := map[string]*proto.Quals{}
	for _, q := range s.Quals {
		if quals[q.Column] == nil {
			quals[q.Column] = &proto.Quals{}
		}
		quals[q.Column].Quals = append(quals[q.Column].Quals, &proto.Qual{
			FieldName: q.Column,
			Operator:  &proto.Qual_StringValue{StringValue: q.Operator},
			Value:     q.Value,
		})
	}

	connections := map[string]*proto.ExecuteConnectionData{}
	for _, name := range connection.scanned() {
		connections[name] = &proto.ExecuteConnectionData{Limit: limit, CacheEnabled: s.Cache, CacheTtl: cacheTTLSeconds}
	}
	return &proto.ExecuteRequest{
		Table:                 s.Table,
		QueryContext:          &proto.QueryContext{Columns: s.Columns, Quals: quals},
		CallId:                grpc.BuildCallId(),
		Connection:            connection.Name,
		ExecuteConnectionData: connections,
	}, nil
}

// scanned returns the connections that a scan of c scans.
func (c Connection) scanned() []string {
	if c.Members != nil {
		return c.Members
	}
	return []string{c.Name}
}

// sink receives the rows of one Execute call.
type sink struct {
	ggrpc.ServerStream
	ctx    context.Context
	cancel context.CancelCauseFunc
	each   func(*proto.Row) error
	more   <-chan struct{}
}

// errEnough ends a scan at its limit.
var errEnough = errors.New("enough rows")

// More is called by a server that has sent as many rows as the limit.
func (s *sink) More() <-chan struct{} {
	if s.more == nil {
		s.cancel(errEnough)
	}
	return s.more
}

func (s *sink) Context() context.Context { return s.ctx }

func (s *sink) Send(r *proto.ExecuteResponse) error {
	if r == nil || r.Row == nil || s.ctx.Err() != nil {
		return nil
	}
	if err := s.each(r.Row); err != nil {
		s.cancel(err)
		return err
	}
	return nil
}
