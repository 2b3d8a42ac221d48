package delivery_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/logging"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin/transform"
	ggrpc "google.golang.org/grpc"
)

// The tests named TestSDK each show one fault of the Steampipe plugin SDK that
// this package works around, in a plugin of one table that is made for it. A
// test passes while the SDK has the fault. contributing/sdk-faults.md explains them.
//
// Where a fault is a race, the test runs in a synctest bubble: the clock moves
// on only when every goroutine of the query waits, so that "the list function
// fails while the engine still takes the row" is a pair of sleeps.

func init() {
	os.Setenv(logging.EnvLogLevel, "OFF")
}

// A workaround goes when every fault that it is for has been mended.
const (
	ownStream    = "the Server's stream of its own for each scan, with the error from the list function itself (delivery),"
	ownScan      = "the Server's scan for each value of an in list (delivery)"
	ownCache     = "the Server's own cache in place of the SDK's query cache (delivery)"
	bufferedRows = "buffering the rows of a linked engine until the last page (delivery.List), and linkedError,"
)

// sdkMended fails a test that has not seen its fault.
func sdkMended(t *testing.T, fault, workaround string) {
	t.Helper()
	t.Errorf("the SDK has mended %s: %s may go (contributing/sdk-faults.md)", fault, workaround)
}

// errSDKList is what the list functions of these tests fail with.
var errSDKList = errors.New("the API refused")

// sdkList is a list function: it streams the values of an id.
type sdkList func(id string, stream func(value string)) error

// sdk is the SDK's server for a plugin of one table, t, with the columns id,
// which is its required key column, and value.
type sdk struct {
	*grpc.PluginServer
	connection string
}

// useSDK returns a connection, new and so with nothing in the query cache, that
// has the list function. Its server is the same for all, since the SDK keeps a
// query cache (40 MB) for as long as the process lives.
func useSDK(t *testing.T, list sdkList) sdk {
	t.Helper()
	// The SDK runs the garbage collector at every hundredth row, the first
	// included, which would be most of the time of these tests.
	t.Setenv("STEAMPIPE_FREE_MEM_INTERVAL", "0")
	server, err := sdkServer()
	if err != nil {
		t.Fatal(err)
	}
	s := sdk{server, fmt.Sprint("c", sdkConnections.Add(1))}
	if _, err := server.UpdateConnectionConfigs(&proto.UpdateConnectionConfigsRequest{
		Added: []*proto.ConnectionConfig{{Connection: s.connection}},
	}); err != nil {
		t.Fatal(err)
	}
	// The first query makes the SDK start goroutines for the connection, which
	// must not be in a bubble.
	sdkLists.set(s.connection, func(string, func(string)) error { return nil })
	if _, err := s.query(t.Context(), s.request(false, "first"), nil); err != nil {
		t.Fatal(err)
	}
	sdkLists.set(s.connection, list)
	return s
}

var (
	sdkServer      = sync.OnceValues(newSDKServer)
	sdkConnections atomic.Int64
	sdkLists       = sdkConnectionLists{lists: map[string]sdkList{}}
)

// sdkConnectionLists are the list functions by the name of their connection.
type sdkConnectionLists struct {
	mutex sync.Mutex
	lists map[string]sdkList
}

func (l *sdkConnectionLists) set(connection string, list sdkList) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.lists[connection] = list
}

func (l *sdkConnectionLists) of(connection string) sdkList {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.lists[connection]
}

func newSDKServer() (*grpc.PluginServer, error) {
	hydrate := func(ctx context.Context, d *plugin.QueryData, _ *plugin.HydrateData) (any, error) {
		list := sdkLists.of(d.Connection.Name)
		return nil, list(d.EqualsQualString("id"), func(value string) { d.StreamListItem(ctx, value) })
	}
	table := &plugin.Table{
		Name: "t",
		List: &plugin.ListConfig{KeyColumns: plugin.SingleColumn("id"), Hydrate: hydrate},
		Columns: []*plugin.Column{
			{Name: "id", Type: proto.ColumnType_STRING, Transform: transform.FromQual("id")},
			{Name: "value", Type: proto.ColumnType_STRING, Transform: transform.FromValue()},
		},
	}
	server := plugin.Server(&plugin.ServeOpts{PluginFunc: func(context.Context) *plugin.Plugin {
		return &plugin.Plugin{
			Name:     "sdk-faults",
			TableMap: map[string]*plugin.Table{table.Name: table},
		}
	}})
	_, err := server.SetAllConnectionConfigs(&proto.SetAllConnectionConfigsRequest{
		MaxCacheSizeMb: 4, // in two shards, the fewest that the SDK makes
	})
	return server, err
}

// request is a query for an id, as where id = 'a', or for several, as
// where id in ('a', 'b').
func (s sdk) request(cache bool, ids ...string) *proto.ExecuteRequest {
	values := make([]*proto.QualValue, len(ids))
	for i, id := range ids {
		values[i] = &proto.QualValue{Value: &proto.QualValue_StringValue{StringValue: id}}
	}
	value := values[0]
	if len(ids) > 1 {
		value = &proto.QualValue{Value: &proto.QualValue_ListValue{ListValue: &proto.QualValueList{Values: values}}}
	}
	return &proto.ExecuteRequest{
		Table: "t",
		QueryContext: &proto.QueryContext{
			Columns: []string{"id", "value"},
			Quals: map[string]*proto.Quals{"id": {Quals: []*proto.Qual{{
				FieldName: "id",
				Operator:  &proto.Qual_StringValue{StringValue: "="},
				Value:     value,
			}}}},
		},
		CallId:                grpc.BuildCallId(),
		Connection:            s.connection,
		ExecuteConnectionData: map[string]*proto.ExecuteConnectionData{s.connection: {CacheEnabled: cache, CacheTtl: 300}},
	}
}

// query runs a request as one that came by gRPC and returns its values. each, if
// not nil, is the engine's work on a row.
func (s sdk) query(ctx context.Context, request *proto.ExecuteRequest, each func()) ([]string, error) {
	sink := &sdkSink{ctx: ctx, each: each}
	err := s.Execute(request, sink)
	return sink.values, err
}

// sdkSink takes the rows of a query.
type sdkSink struct {
	ggrpc.ServerStream
	ctx    context.Context
	each   func()
	values []string
}

func (s *sdkSink) Context() context.Context { return s.ctx }

func (s *sdkSink) Send(r *proto.ExecuteResponse) error {
	s.values = append(s.values, r.Row.Columns["value"].GetStringValue())
	if s.each != nil {
		s.each()
	}
	return nil
}
