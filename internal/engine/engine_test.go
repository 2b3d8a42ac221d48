package engine_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
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
			}}, "c", "")
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
