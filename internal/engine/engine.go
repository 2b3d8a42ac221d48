// Package engine drives a Steampipe plugin in process, through the same server
// and Execute call as Steampipe does, and synchronously.
package engine

import (
	"context"
	"fmt"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	ggrpc "google.golang.org/grpc"
)

// cacheTTLSeconds is how long the SDK's query cache may answer, as in
// Steampipe's default.
const cacheTTLSeconds = 300

// Server is a plugin's server: plugin.Server's, or one around it.
type Server interface {
	SetAllConnectionConfigs(*proto.SetAllConnectionConfigsRequest) (*proto.SetConnectionConfigResponse, error)
	UpdateConnectionConfigs(*proto.UpdateConnectionConfigsRequest) (*proto.UpdateConnectionConfigsResponse, error)
	SetRateLimiters(*proto.SetRateLimitersRequest) (*proto.SetRateLimitersResponse, error)
	GetSchema(*proto.GetSchemaRequest) (*proto.GetSchemaResponse, error)
	Execute(*proto.ExecuteRequest, proto.WrapperPlugin_ExecuteServer) error
}

// Engine is a plugin with one connection.
type Engine struct {
	// Schema are the plugin's tables by name.
	Schema map[string]*proto.TableSchema

	server     Server
	connection string
}

// New gives a server one connection. config is the body of its connection block
// as a .spc file has it; "" is an empty block.
func New(server Server, connection, config string) (*Engine, error) {
	e := &Engine{server: server, connection: connection}
	if err := e.Configure(config); err != nil {
		return nil, err
	}
	response, err := e.server.GetSchema(&proto.GetSchemaRequest{Connection: connection})
	if err != nil {
		return nil, fmt.Errorf("reading the plugin's schema: %w", err)
	}
	e.Schema = response.GetSchema().GetSchema()
	return e, nil
}

// Configure sets the connection's config, as Steampipe does at its start.
func (e *Engine) Configure(config string) error {
	_, err := e.server.SetAllConnectionConfigs(&proto.SetAllConnectionConfigsRequest{
		Configs: []*proto.ConnectionConfig{e.connectionConfig(config)},
	})
	return err
}

// Reconfigure changes the connection's config, as Steampipe does when its file
// has changed.
func (e *Engine) Reconfigure(config string) error {
	_, err := e.server.UpdateConnectionConfigs(&proto.UpdateConnectionConfigsRequest{
		Changed: []*proto.ConnectionConfig{e.connectionConfig(config)},
	})
	return err
}

// OverrideRateLimiter replaces a rate limiter of the plugin's by one of the same
// name, as a limiter block in a plugin block of a .spc file does.
func (e *Engine) OverrideRateLimiter(limiter *proto.RateLimiterDefinition) error {
	_, err := e.server.SetRateLimiters(&proto.SetRateLimitersRequest{Definitions: []*proto.RateLimiterDefinition{limiter}})
	return err
}

func (e *Engine) connectionConfig(config string) *proto.ConnectionConfig {
	return &proto.ConnectionConfig{
		Connection: e.connection,
		Config:     config,
	}
}

// Qual is a condition on a column that the plugin is asked to apply.
type Qual struct {
	Column, Operator string
	Value            *proto.QualValue
}

// Equals returns the qual column = value.
func Equals(column, value string) Qual {
	return Qual{column, "=", &proto.QualValue{Value: &proto.QualValue_StringValue{StringValue: value}}}
}

// Scan is one reading of a table.
type Scan struct {
	Table   string
	Columns []string
	Quals   []Qual
	// Limit is the most rows wanted. Nil is all.
	Limit *int64
	// Cache lets the SDK's query cache answer and remember.
	Cache bool
}

// Execute runs a scan and calls each with its rows, one after another, in no
// particular order. It returns when the scan has ended; an error of each ends
// it.
func (e *Engine) Execute(ctx context.Context, s Scan, each func(*proto.Row) error) error {
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

	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	err := e.server.Execute(&proto.ExecuteRequest{
		Table:        s.Table,
		QueryContext: &proto.QueryContext{Columns: s.Columns, Quals: quals},
		CallId:       grpc.BuildCallId(),
		Connection:   e.connection,
		ExecuteConnectionData: map[string]*proto.ExecuteConnectionData{
			e.connection: {Limit: limit, CacheEnabled: s.Cache, CacheTtl: cacheTTLSeconds},
		},
	}, &sink{ctx: ctx, cancel: cancel, each: each})
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// sink takes the rows of one Execute call.
type sink struct {
	ggrpc.ServerStream
	ctx    context.Context
	cancel context.CancelCauseFunc
	each   func(*proto.Row) error
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
