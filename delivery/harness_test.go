package delivery_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/delivery"
	"github.com/turbot/steampipe-plugin-sdk/v5/anywhere"
	sdkgrpc "github.com/turbot/steampipe-plugin-sdk/v5/grpc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/logging"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin/transform"
	"google.golang.org/grpc"
)

// runs is how often the races are run. Hundreds:
//
//	go test ./delivery -runs 500
var runs = flag.Int("runs", 10, "how often each race runs")

func init() {
	os.Setenv(logging.EnvLogLevel, "OFF")
}

// call is what a list function of a test is called for.
type call struct {
	connection, id string
	columns        []string
	limit          int64 // rows that are wanted first; 0 is all
	// ctx is the list call's, for proceed.
	ctx context.Context
	// emit streams a row with that number.
	emit func(n int) bool
}

// source is the list function of a test's table, and a log of its calls.
type source struct {
	read func(context.Context, call) error
	keys delivery.Keys // of the table

	mu    sync.Mutex
	calls []string // connection:id, or the id alone for the connection "c"
}

func (s *source) list(ctx context.Context, d *plugin.QueryData, emit func(any) bool) error {
	c := call{
		connection: d.Connection.Name, id: d.EqualsQualString("id"), columns: d.QueryContext.Columns, ctx: ctx,
		emit: func(n int) bool { return emit(testRow{d.EqualsQualString("id"), n}) },
	}
	c.limit, _ = delivery.Wanted(ctx)
	name := c.id
	if c.connection != "c" {
		name = c.connection + ":" + name
	}
	s.mu.Lock()
	s.calls = append(s.calls, name)
	s.mu.Unlock()
	return s.read(ctx, c)
}

// taken returns the calls since it was called last, sorted.
func (s *source) taken() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls = nil
	slices.Sort(calls)
	return calls
}

// testRow is a row of a test's table.
type testRow struct {
	id string
	n  int
}

// plugin is a plugin with one table: rows with a number for each id.
func (s *source) plugin(context.Context) *plugin.Plugin {
	number := transform.From(func(_ context.Context, d *transform.TransformData) (any, error) {
		if n := d.HydrateItem.(testRow).n; n >= 0 {
			return n, nil
		}
		return nil, errors.New("no number") // which a table must never do
	})
	return &plugin.Plugin{
		Name:                   "steampipe-plugin-test",
		ConnectionConfigSchema: &plugin.ConnectionConfigSchema{NewInstance: func() any { return &struct{}{} }},
		ConnectionKeyColumns:   []plugin.ConnectionKeyColumn{{Name: "owner", Hydrate: owner}},
		TableMap: map[string]*plugin.Table{"t": {
			Name: "t",
			List: &plugin.ListConfig{
				KeyColumns: plugin.KeyColumnSlice{
					{Name: "id", Require: plugin.Required, Operators: []string{"="}},
					{Name: "n", Require: plugin.Optional, Operators: []string{"=", ">"}},
				},
				Hydrate: delivery.List(s.keys, s.list),
			},
			Columns: []*plugin.Column{
				{Name: "id", Type: proto.ColumnType_STRING, Transform: transform.From(func(_ context.Context, d *transform.TransformData) (any, error) {
					return d.HydrateItem.(testRow).id, nil
				})},
				{Name: "n", Type: proto.ColumnType_INT, Transform: number},
				{Name: "other", Type: proto.ColumnType_INT, Transform: number},
				{Name: "owner", Type: proto.ColumnType_STRING, Hydrate: owner, Transform: transform.FromValue()},
			},
		}},
	}
}

// owner is who owns a connection, by which an aggregator chooses.
func owner(_ context.Context, d *plugin.QueryData, _ *plugin.HydrateData) (any, error) {
	return "owner of " + d.Connection.Name, nil
}

// server is the Server with connections c, d and e and an aggregator of them.
func (s *source) server(t testing.TB) *delivery.Server {
	t.Helper()
	server := delivery.NewServer(s.plugin)
	configure(t, server)
	return server
}

type configurable interface {
	SetAllConnectionConfigs(*proto.SetAllConnectionConfigsRequest) (*proto.SetConnectionConfigResponse, error)
}

func configure(t testing.TB, server configurable) {
	t.Helper()
	if _, err := server.SetAllConnectionConfigs(&proto.SetAllConnectionConfigsRequest{Configs: []*proto.ConnectionConfig{
		{Connection: "c"}, {Connection: "d"}, {Connection: "e"},
		{Connection: "all", Type: "aggregator", ChildConnections: []string{"c", "d", "e"}},
	}}); err != nil {
		t.Fatal(err)
	}
}

// query is a request; the zero value is one for connection c, with the cache, for all
// columns.
type query struct {
	ids         []string
	connections []string
	limit       int64 // 0 is none
	readsAll    bool  // the limit is not the query's: all rows are read
	uncached    bool
	columns     []string
	quals       map[string]*proto.Quals // instead of ids
	ttl         int64                   // seconds; 0 is 300
}

func text(s string) *proto.QualValue {
	return &proto.QualValue{Value: &proto.QualValue_StringValue{StringValue: s}}
}

func values(ids ...string) *proto.QualValue {
	if len(ids) == 1 {
		return text(ids[0])
	}
	list := &proto.QualValueList{}
	for _, id := range ids {
		list.Values = append(list.Values, text(id))
	}
	return &proto.QualValue{Value: &proto.QualValue_ListValue{ListValue: list}}
}

func equals(column string, all ...*proto.QualValue) *proto.Quals {
	out := &proto.Quals{}
	for _, v := range all {
		out.Quals = append(out.Quals, &proto.Qual{FieldName: column, Operator: &proto.Qual_StringValue{StringValue: "="}, Value: v})
	}
	return out
}

func (q query) request() *proto.ExecuteRequest {
	if q.connections == nil {
		q.connections = []string{"c"}
	}
	if q.columns == nil {
		q.columns = []string{"id", "n"}
	}
	if q.quals == nil {
		q.quals = map[string]*proto.Quals{"id": equals("id", values(q.ids...))}
	}
	if q.ttl == 0 {
		q.ttl = 300
	}
	connection := q.connections[0]
	if len(q.connections) > 1 {
		connection = "all"
	}
	r := &proto.ExecuteRequest{
		Table: "t", Connection: connection, CallId: "call",
		QueryContext:          &proto.QueryContext{Columns: q.columns, Quals: q.quals},
		ExecuteConnectionData: map[string]*proto.ExecuteConnectionData{},
	}
	for _, c := range q.connections {
		data := &proto.ExecuteConnectionData{CacheEnabled: !q.uncached, CacheTtl: q.ttl}
		if q.limit > 0 {
			data.Limit = &proto.NullableInt{Value: q.limit}
		}
		r.ExecuteConnectionData[c] = data
	}
	return r
}

// sink takes the rows of an Execute call.
type sink struct {
	grpc.ServerStream
	ctx  context.Context
	each func(*proto.ExecuteResponse) error
}

func (s sink) Context() context.Context            { return s.ctx }
func (s sink) Send(r *proto.ExecuteResponse) error { return s.each(r) }

// run runs a query and returns the rows as "id n", sorted. As Steampipe does,
// it cancels a query that has as many rows as its limit.
func run(ctx context.Context, server *delivery.Server, q query, pace ...func()) ([]string, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var rows []string
	err := server.Execute(q.request(), sink{ctx: ctx, each: func(r *proto.ExecuteResponse) error {
		rows = append(rows, rowText(r))
		for _, p := range pace {
			p()
		}
		if q.limit > 0 && !q.readsAll && len(rows) == int(q.limit) {
			cancel(errEnough)
		}
		return nil
	}})
	if errors.Is(context.Cause(ctx), errEnough) {
		err = nil
	}
	slices.Sort(rows)
	return rows, err
}

var errEnough = errors.New("enough rows")

func rowText(r *proto.ExecuteResponse) string {
	out := fmt.Sprintf("%s %03d", r.Row.Columns["id"].GetStringValue(), r.Row.Columns["n"].GetIntValue())
	if r.Connection != "c" {
		out = r.Connection + ":" + out
	}
	return out
}

// rowsOf are the rows with the numbers 0 to n-1 of an id.
func rowsOf(id string, n int) []string {
	var rows []string
	for i := range n {
		rows = append(rows, fmt.Sprintf("%s %03d", id, i))
	}
	return rows
}

// pages emits the numbers 0 to n-1 in pages of a size, each a call more. It
// returns how many it has read.
func (c call) pages(n, size int) (read int, err error) {
	for i := range n {
		if i%size == 0 {
			if err := delivery.Proceed(c.ctx); err != nil {
				return read, err
			}
			read++
		}
		if !c.emit(i) {
			break
		}
	}
	return read, nil
}

// emitAll emits the numbers 0 to n-1, as long as rows are wanted.
func (c call) emitAll(n int) {
	for i := range n {
		if !c.emit(i) {
			return
		}
	}
}

// linked is the SDK's own server, as an engine has it that links the plugin.
func (s *source) linked(t testing.TB) *sdkgrpc.PluginServer {
	t.Helper()
	server := plugin.Server(&plugin.ServeOpts{PluginFunc: s.plugin})
	configure(t, server)
	return server
}

// runLinked runs a query as such an engine does: by LocalPluginStream, until it
// receives nothing.
func runLinked(ctx context.Context, server *sdkgrpc.PluginServer, q query) ([]string, error) {
	stream := anywhere.NewLocalPluginStream(ctx)
	server.CallExecuteAsync(q.request(), stream)
	var rows []string
	for {
		r, err := stream.Recv()
		if err != nil {
			return rows, err
		}
		if r == nil {
			slices.Sort(rows)
			return rows, nil
		}
		rows = append(rows, rowText(r))
	}
}

func diff(t testing.TB, what string, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func wantError(t testing.TB, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("error %v, want one with %q", err, text)
	}
}

// noneLeft fails if goroutines stay that were not there before.
func noneLeft(t testing.TB, before int) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for runtime.NumGoroutine() > before {
		if time.Now().After(deadline) {
			all := make([]byte, 1<<20)
			t.Errorf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, all[:runtime.Stack(all, true)])
			return
		}
		time.Sleep(time.Millisecond)
	}
}
