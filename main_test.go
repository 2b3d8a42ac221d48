package main_test

import (
	"context"
	"errors"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/go-hclog"
	goplugin "github.com/hashicorp/go-plugin"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/shared"
)

const name = "steampipe-plugin-dingtalk"

// build builds the plugin as make install does.
func build(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), name+".plugin")
	cmd := exec.Command("go", "build", "-tags", "netgo", "-o", bin, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return bin
}

// launch runs the built plugin as Steampipe does, over gRPC.
func launch(t *testing.T, bin, config string) *grpc.PluginClient {
	t.Helper()
	client := goplugin.NewClient(&goplugin.ClientConfig{
		HandshakeConfig:  shared.Handshake,
		Plugins:          map[string]goplugin.Plugin{name: &shared.WrapperPlugin{}},
		Cmd:              exec.Command(bin),
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC},
		Logger:           hclog.NewNullLogger(),
	})
	t.Cleanup(client.Kill)
	p, err := grpc.NewPluginClient(client, name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.SetAllConnectionConfigs(&proto.SetAllConnectionConfigsRequest{
		Configs:        []*proto.ConnectionConfig{{Connection: "dingtalk", Plugin: name, Config: config}},
		MaxCacheSizeMb: 32,
	}); err != nil {
		t.Fatal(err)
	}
	return p
}

func execute(t *testing.T, p *grpc.PluginClient, id string) ([]string, error) {
	t.Helper()
	qual := &proto.Qual{
		FieldName: "schedule_conference_id", Operator: &proto.Qual_StringValue{StringValue: "="},
		Value: &proto.QualValue{Value: &proto.QualValue_StringValue{StringValue: id}},
	}
	qc := proto.NewQueryContext([]string{"conference_id", "title"}, map[string]*proto.Quals{"schedule_conference_id": {Quals: []*proto.Qual{qual}}}, -1, nil)
	stream, _, cancel, err := p.Execute(&proto.ExecuteRequest{
		Table: "dingtalk_schedule_conference", QueryContext: qc, CallId: grpc.BuildCallId(), Connection: "dingtalk",
		ExecuteConnectionData: map[string]*proto.ExecuteConnectionData{"dingtalk": {CacheEnabled: true, CacheTtl: 300}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer cancel()
	var titles []string
	for {
		r, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			slices.Sort(titles)
			return titles, nil
		}
		if err != nil {
			return titles, err
		}
		titles = append(titles, r.Row.Columns["title"].GetStringValue())
	}
}

func TestBuiltBinary(t *testing.T) {
	bin := build(t)
	sim := simulator.Demo()
	server := httptest.NewServer(sim)
	defer server.Close()

	p := launch(t, bin, spc.Body(server.URL, sim.App.ClientID, sim.App.ClientSecret))
	schema, err := p.GetSchema("dingtalk")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(schema.GetSchema()["dingtalk_schedule_conference"].GetColumns()); n != 9+3 {
		t.Errorf("%d columns, want 9 and Steampipe's 3", n)
	}

	titles, err := execute(t, p, simulator.DemoIncident)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"INC-2041 Payment gateway bridge", "INC-2047 登录故障应急"}, titles); d != "" {
		t.Error(d)
	}
	titles, err = execute(t, p, simulator.DemoStandup)
	if err != nil || len(titles) != 230 {
		t.Errorf("%d rows, %v", len(titles), err)
	}
	if got := sim.Count(simulator.TokenCall); got != 1 {
		t.Errorf("%d token calls", got)
	}
	if got := sim.Count(simulator.ConferenceCall); got != 1+3 {
		t.Errorf("%d calls", got)
	}

	sim.Script(simulator.Fault{On: simulator.OnLaterPage, Serve: simulator.Refuse(400, "paramsError", "error:nextToken")})
	sim.Schedules["fails"] = sim.Schedules[simulator.DemoStandup]
	_, err = execute(t, p, "fails")
	if err == nil || !strings.Contains(err.Error(), `dingtalk_schedule_conference, schedule_conference_id "fails": DingTalk answered HTTP 400, code paramsError: error:nextToken`) {
		t.Error(err)
	}
}

func TestBuiltBinaryRefusesAnUnknownArgument(t *testing.T) {
	bin := build(t)
	client := goplugin.NewClient(&goplugin.ClientConfig{
		HandshakeConfig: shared.Handshake, Plugins: map[string]goplugin.Plugin{name: &shared.WrapperPlugin{}}, Cmd: exec.Command(bin),
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC}, Logger: hclog.NewNullLogger(),
	})
	defer client.Kill()
	p, err := grpc.NewPluginClient(client, name)
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.SetAllConnectionConfigs(&proto.SetAllConnectionConfigsRequest{
		Configs: []*proto.ConnectionConfig{{Connection: "dingtalk", Plugin: name, Config: `clientid = "x"`}},
	})
	if err == nil || !strings.Contains(err.Error(), "clientid") {
		t.Error(err)
	}
}

// The client stands alone: no SDK, nothing of ours.
func TestLayers(t *testing.T) {
	deps := func(pkg string) []string {
		out, err := exec.CommandContext(context.Background(), "go", "list", "-deps", pkg).Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.Fields(string(out))
	}
	const module = "github.com/turbot/steampipe-plugin-dingtalk/"
	for _, test := range []struct {
		pkg       string
		forbidden []string
	}{
		{"./dingtalk/client", []string{"github.com/turbot/steampipe-plugin-sdk", module + "internal", module + "cmd"}},
		{"./dingtalk", []string{module + "internal", module + "cmd"}},
		{".", []string{module + "internal", module + "cmd"}},
		{"./internal/simulator", []string{"github.com/turbot/steampipe-plugin-sdk", module + "dingtalk"}},
		{"./internal/engine", []string{module + "dingtalk"}},
		{"./internal/sqlite", []string{module + "dingtalk"}},
	} {
		for _, dep := range deps(test.pkg) {
			for _, f := range test.forbidden {
				if strings.HasPrefix(dep, f) {
					t.Errorf("%s imports %s", test.pkg, dep)
				}
			}
		}
	}
}
