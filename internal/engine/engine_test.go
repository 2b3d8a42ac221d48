package engine_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/testing/protocmp"
)

// scripted is a plugin's server whose scans do as a test says.
type scripted struct {
	engine.Server // nil: nothing else is called
	scan          func(stream proto.WrapperPlugin_ExecuteServer) error
}

func (s scripted) SetAllConnectionConfigs(*proto.SetAllConnectionConfigsRequest) (*proto.SetConnectionConfigResponse, error) {
	return nil, nil
}

func (s scripted) GetSchema(*proto.GetSchemaRequest) (*proto.GetSchemaResponse, error) {
	return nil, nil
}

func (s scripted) Execute(_ *proto.ExecuteRequest, stream proto.WrapperPlugin_ExecuteServer) error {
	return s.scan(stream)
}

// A scan ends in the first that went wrong: its cancel, its reader or itself.
// Nobody is called with a row after that.
func TestExecute(t *testing.T) {
	var (
		stop   = errors.New("cancelled")
		reader = errors.New("of the reader")
		own    = errors.New("of the scan")
	)
	row := func(title string) *proto.ExecuteResponse {
		return &proto.ExecuteResponse{Row: &proto.Row{Columns: map[string]*proto.Column{
			"title": {Value: &proto.Column_StringValue{StringValue: title}}}}}
	}
	tests := []struct {
		name string
		// scan sends with send, and may cancel itself; a send that isn't taken
		// does not stop it.
		scan func(send func(*proto.ExecuteResponse), cancel func()) error
		// refuse is the row with which the reader fails.
		refuse string
		rows   []string
		err    error
	}{
		{"rows", func(send func(*proto.ExecuteResponse), _ func()) error {
			send(row("a"))
			send(row("b"))
			return nil
		}, "", []string{"a", "b"}, nil},
		{"nothing between rows", func(send func(*proto.ExecuteResponse), _ func()) error {
			send(nil)
			send(&proto.ExecuteResponse{})
			send(row("a"))
			return nil
		}, "", []string{"a"}, nil},
		{"an error", func(send func(*proto.ExecuteResponse), _ func()) error {
			send(row("a"))
			return own
		}, "", []string{"a"}, own},
		{"a cancel", func(send func(*proto.ExecuteResponse), cancel func()) error {
			send(row("a"))
			cancel()
			send(row("b"))
			return nil
		}, "", []string{"a"}, stop},
		{"a cancel, and then an error", func(_ func(*proto.ExecuteResponse), cancel func()) error {
			cancel()
			return own
		}, "", nil, stop},
		{"a reader that fails", func(send func(*proto.ExecuteResponse), _ func()) error {
			send(row("a"))
			send(row("b"))
			send(row("c"))
			return nil
		}, "b", []string{"a", "b"}, reader},
		{"a reader that fails, and then an error", func(send func(*proto.ExecuteResponse), _ func()) error {
			send(row("a"))
			return own
		}, "a", []string{"a"}, reader},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			e, err := engine.New(scripted{scan: func(stream proto.WrapperPlugin_ExecuteServer) error {
				return test.scan(func(r *proto.ExecuteResponse) { _ = stream.Send(r) }, func() { cancel(stop) })
			}}, engine.Connection{Name: "c"})
			if err != nil {
				t.Fatal(err)
			}
			var rows []string
			err = e.Execute(ctx, engine.Scan{Table: "t"}, func(r *proto.Row) error {
				title := r.Columns["title"].GetStringValue()
				rows = append(rows, title)
				if title == test.refuse {
					return reader
				}
				return nil
			})
			if err != test.err {
				t.Errorf("error %v, want %v", err, test.err)
			}
			if d := cmp.Diff(test.rows, rows); d != "" {
				t.Errorf("rows (-want +got):\n%s", d)
			}
		})
	}
}

// asked notes what a server is asked.
type asked struct {
	scripted
	configs  []*proto.ConnectionConfig
	requests []string
}

func (a *asked) SetAllConnectionConfigs(r *proto.SetAllConnectionConfigsRequest) (*proto.SetConnectionConfigResponse, error) {
	a.configs = r.Configs
	return nil, nil
}

func (a *asked) Execute(r *proto.ExecuteRequest, _ proto.WrapperPlugin_ExecuteServer) error {
	a.requests = append(a.requests, fmt.Sprint(r.Connection, slices.Sorted(maps.Keys(r.ExecuteConnectionData))))
	return nil
}

// A scan asks the connection that it names, or the first; of an aggregator its
// members.
func TestConnections(t *testing.T) {
	server := &asked{}
	e, err := engine.New(server, engine.Connection{Name: "b", Config: "x = 1"}, engine.Connection{Name: "a"}, engine.Connection{Name: "all", Members: []string{"a", "b"}})
	if err != nil {
		t.Fatal(err)
	}
	want := []*proto.ConnectionConfig{{Connection: "b", Config: "x = 1"}, {Connection: "a"}, {Connection: "all", Type: "aggregator", ChildConnections: []string{"a", "b"}}}
	if d := cmp.Diff(want, server.configs, protocmp.Transform()); d != "" {
		t.Errorf("configs (-want +got):\n%s", d)
	}
	for _, name := range []string{"", "a", "b", "all"} {
		if err := e.Execute(t.Context(), engine.Scan{Connection: name, Table: "t"}, nil); err != nil {
			t.Error(err)
		}
	}
	if err := e.Execute(t.Context(), engine.Scan{Connection: "c", Table: "t"}, nil); err == nil || err.Error() != `there is no connection "c"` {
		t.Error(err)
	}
	if d := cmp.Diff([]string{"b[b]", "a[a]", "b[b]", "all[a b]"}, server.requests); d != "" {
		t.Errorf("scans (-want +got):\n%s", d)
	}
	if _, err := engine.New(server); err == nil {
		t.Error("an engine without a connection")
	}
}

// picky is a server that refuses some configs.
type picky struct{ asked }

func (p *picky) SetAllConnectionConfigs(r *proto.SetAllConnectionConfigsRequest) (*proto.SetConnectionConfigResponse, error) {
	for _, c := range r.Configs {
		if c.Config == "refused" {
			return nil, fmt.Errorf("the server refuses %s", c.Connection)
		}
	}
	return p.asked.SetAllConnectionConfigs(r)
}

// A connection that cannot be asked fails when it is asked, and so does an
// aggregator of it; the others don't.
func TestConnectionsFailOneByOne(t *testing.T) {
	server := &picky{}
	own := errors.New("of its own")
	e, err := engine.New(server, engine.Connection{Name: "bad", Config: "refused"}, engine.Connection{Name: "good"}, engine.Connection{Name: "unread", Err: own},
		engine.Connection{Name: "some", Members: []string{"good"}}, engine.Connection{Name: "all", Members: []string{"bad", "good"}}, engine.Connection{Name: "none", Err: own})
	if err != nil {
		t.Fatal(err)
	}
	want := []*proto.ConnectionConfig{{Connection: "good"}, {Connection: "some", Type: "aggregator", ChildConnections: []string{"good"}}}
	if d := cmp.Diff(want, server.configs, protocmp.Transform()); d != "" {
		t.Errorf("configs (-want +got):\n%s", d)
	}
	for name, want := range map[string]string{
		"good": "<nil>", "some": "<nil>",
		"": "the server refuses bad", "bad": "the server refuses bad", "unread": "of its own", "none": "of its own",
		"all": `connection "all": the server refuses bad`,
	} {
		if err := e.Execute(t.Context(), engine.Scan{Connection: name, Table: "t"}, nil); fmt.Sprint(err) != want {
			t.Errorf("%q: error %v, want %s", name, err, want)
		}
	}
	for _, alone := range []engine.Connection{{Name: "bad", Config: "refused"}, {Name: "unread", Err: own}} {
		if _, err := engine.New(server, alone); err == nil {
			t.Errorf("an engine with nothing but %+v", alone)
		}
	}
}

// The real server as well, whichever comes first: it remembers an aggregator that it
// has refused.
func TestAnAggregatorOfABrokenConnection(t *testing.T) {
	good := engine.Connection{Name: "good", Config: "access_token = \"a\""}
	all := engine.Connection{Name: "all", Members: []string{"bad", "good"}}
	for name, bad := range map[string]engine.Connection{
		"the server refuses it": {Name: "bad", Config: "nonsense = 1"},
		"it cannot be read":     {Name: "bad", Err: errors.New("no such file")},
	} {
		for _, connections := range [][]engine.Connection{{all, bad, good}, {good, bad, all}} {
			e, err := engine.New(dingtalk.NewServer(), connections...)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, c := range e.Connections {
				if wrong := c.Err != nil; wrong != (c.Name != "good") {
					t.Errorf("%s: %s has the error %v", name, c.Name, c.Err)
				}
			}
		}
	}
}

// What gRPC writes around an error is for nobody.
func TestPlainErrors(t *testing.T) {
	own := errors.New("of its own")
	refused := status.Error(codes.Internal, "what went wrong")
	for _, test := range []struct {
		err  error
		want string
	}{
		{own, "of its own"},
		{refused, "what went wrong"},
		{fmt.Errorf("table t: %w, after all", refused), "table t: what went wrong, after all"},
	} {
		e, err := engine.New(scripted{scan: func(proto.WrapperPlugin_ExecuteServer) error { return test.err }}, engine.Connection{Name: "c"})
		if err != nil {
			t.Fatal(err)
		}
		err = e.Execute(t.Context(), engine.Scan{Table: "t"}, nil)
		if err == nil || err.Error() != test.want || !errors.Is(err, test.err) {
			t.Errorf("error %v, want %s", err, test.want)
		}
	}
}
