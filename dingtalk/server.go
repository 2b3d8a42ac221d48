package dingtalk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	goplugin "github.com/hashicorp/go-plugin"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/shared"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// Server serves the plugin, and lets no error get lost on the way (see
// drain.go), however slow the engine is. It hears of every failed list call
// from the list function itself. Then it lets the rows fall that the engine has
// yet to take, so that they hold nothing up, and the Execute call ends in that
// error, whatever the SDK says.
type Server struct {
	*grpc.PluginServer
	watches *watches
}

// NewServer returns a Server with a plugin of its own.
func NewServer() *Server {
	c := newConnector()
	return &Server{
		PluginServer: plugin.Server(&plugin.ServeOpts{PluginFunc: func(context.Context) *plugin.Plugin { return newPlugin(c) }}),
		watches:      c.watches,
	}
}

// Execute runs a scan as the SDK does. Its error is that of a list call that
// served it, or else the SDK's.
func (s *Server) Execute(request *proto.ExecuteRequest, stream proto.WrapperPlugin_ExecuteServer) error {
	one := s.watches.begin(request, stream)
	forwarded := make(chan error, 1)
	go func() { forwarded <- one.forward() }()
	err := s.PluginServer.Execute(request, one)
	close(one.rows)
	sendErr := <-forwarded
	return cmp.Or(s.watches.end(one), err, sendErr)
}

// Serve serves the plugin to Steampipe, as plugin.Serve does, until Steampipe
// ends it.
func Serve() {
	defer func() {
		if r := recover(); r != nil {
			// The plugin manager looks for this text on standard output.
			fmt.Printf("%s%v\n", plugin.PluginStartupFailureMessage, r)
		}
	}()
	goplugin.Serve(&goplugin.ServeConfig{
		HandshakeConfig: shared.Handshake,
		Plugins:         map[string]goplugin.Plugin{pluginName: &shared.WrapperPlugin{Impl: NewServer()}},
		GRPCServer:      goplugin.DefaultGRPCServer,
	})
}

// watches are the Execute calls under way in a Server; none elsewhere.
type watches struct {
	mu  sync.Mutex
	all map[*watch]struct{}
}

// watch is one Execute call, and the stream that the SDK sends its rows to.
type watch struct {
	proto.WrapperPlugin_ExecuteServer
	table string
	quals map[string]*proto.Quals
	// cached are the connections for which the query cache is on.
	cached map[string]bool

	rows chan *proto.ExecuteResponse // to the engine

	failed  chan struct{} // closed when a list call that serves this has failed
	failure error         // why; set before failed is closed
}

// begin watches an Execute call.
func (w *watches) begin(request *proto.ExecuteRequest, stream proto.WrapperPlugin_ExecuteServer) *watch {
	// The SDK writes to the request while it runs, so this reads it first.
	one := &watch{
		WrapperPlugin_ExecuteServer: stream,
		table:                       request.Table,
		quals:                       request.QueryContext.GetQuals(),
		cached:                      map[string]bool{},
		rows:                        make(chan *proto.ExecuteResponse),
		failed:                      make(chan struct{}),
	}
	for connection, data := range request.ExecuteConnectionData {
		one.cached[connection] = data.GetCacheEnabled()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all[one] = struct{}{}
	return one
}

// end returns the failure of a list call that served the Execute call, if any.
func (w *watches) end(one *watch) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.all, one)
	return one.failure
}

// report tells the Execute calls that a failed list call serves.
//
// With the query cache off that is one, found in the list call's context. With
// it on the list call has a context of its own, and several Execute calls may
// wait for its rows; then it is all that ask for the same. One that asked for
// them before and has them, but is not done, fails as well: an error too many,
// never one too few.
func (w *watches) report(ctx context.Context, d *plugin.QueryData, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	own, _ := ctx.Value(watchKey{}).(*watch)
	for one := range w.all {
		if one.failure == nil && (one == own || own == nil && one.servedBy(d)) {
			one.failure = fmt.Errorf("%s: %w", d.Connection.Name, err)
			close(one.failed)
		}
	}
}

// watchKey is the key of a watch in the context of its stream.
type watchKey struct{}

// Context is the stream's, and tells a list call whom it serves.
func (one *watch) Context() context.Context {
	return context.WithValue(one.WrapperPlugin_ExecuteServer.Context(), watchKey{}, one)
}

// servedBy reports whether the list call may read rows for the Execute call, by
// way of the query cache.
func (one *watch) servedBy(d *plugin.QueryData) bool {
	if !one.cached[d.Connection.Name] || one.table != d.Table.Name {
		return false
	}
	for column, value := range d.EqualsQuals {
		quals := one.quals[column].GetQuals()
		if !slices.ContainsFunc(quals, func(q *proto.Qual) bool { return isOrHas(q.GetValue(), value) }) {
			return false
		}
	}
	return true
}

// isOrHas reports whether a qual's value is that value, or a list with it.
func isOrHas(qual, value *proto.QualValue) bool {
	if list := qual.GetListValue(); list != nil {
		return slices.ContainsFunc(list.GetValues(), value.Equals)
	}
	return qual.Equals(value)
}

// Send takes a row from the SDK. Rows of a list that failed fall: the engine
// gets an error, and may be slow to take what it has.
func (one *watch) Send(r *proto.ExecuteResponse) error {
	select {
	case one.rows <- r:
	case <-one.failed:
	case <-one.WrapperPlugin_ExecuteServer.Context().Done():
	}
	return nil
}

// forward sends the rows on to the engine, until there are no more or it takes
// no more.
func (one *watch) forward() (err error) {
	for r := range one.rows {
		if err == nil {
			err = one.WrapperPlugin_ExecuteServer.Send(r)
		}
	}
	return err
}
