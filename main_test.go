package main_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

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

// build builds the plugin without cgo, as a release is built, once for all tests.
func build(t testing.TB) string {
	t.Helper()
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// folder is where the plugin is built; TestMain removes it.
var folder string

var built = sync.OnceValues(func() (string, error) {
	bin := filepath.Join(folder, name+".plugin")
	cmd := exec.Command("go", "build", "-o", bin, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return bin, nil
})

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "plugin"); err != nil {
		panic(err)
	}
	code := m.Run()
	if err := os.RemoveAll(folder); err != nil {
		panic(err)
	}
	os.Exit(code)
}

// launch runs the built plugin as Steampipe does, over gRPC.
func launch(t testing.TB, bin, config string) *grpc.PluginClient {
	t.Helper()
	return launchAs(t, exec.Command(bin), config)
}

// launchAs is launch for a test that needs the process as well.
func launchAs(t testing.TB, process *exec.Cmd, config string) *grpc.PluginClient {
	t.Helper()
	client := goplugin.NewClient(&goplugin.ClientConfig{
		HandshakeConfig:  shared.Handshake,
		Plugins:          map[string]goplugin.Plugin{name: &shared.WrapperPlugin{}},
		Cmd:              process,
		AllowedProtocols: []goplugin.Protocol{goplugin.ProtocolGRPC},
		Logger:           hclog.NewNullLogger(),
		Stderr:           logTo,
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

// execute asks for the meetings of some schedules and returns their titles,
// sorted. pace, if any, is the engine's time for a row.
func execute(t testing.TB, p *grpc.PluginClient, ids []string, pace ...time.Duration) ([]string, error) {
	t.Helper()
	return executeOn(t, p, "dingtalk_schedule_conference", "schedule_conference_id", ids, pace...)
}

// executeOn is execute for another table and its key column.
func executeOn(t testing.TB, p *grpc.PluginClient, table, key string, ids []string, pace ...time.Duration) ([]string, error) {
	t.Helper()
	var titles []string
	err := rowsOf(p, request(table, key, true, ids...), func(r *proto.Row) {
		titles = append(titles, r.Columns["title"].GetStringValue())
		for _, d := range pace {
			time.Sleep(d)
		}
	})
	if err == nil {
		slices.Sort(titles)
	}
	return titles, err
}

// request asks a table for the titles of some keys.
func request(table, key string, cache bool, ids ...string) *proto.ExecuteRequest {
	value := &proto.QualValue{Value: &proto.QualValue_StringValue{StringValue: ids[0]}}
	if len(ids) > 1 {
		list := &proto.QualValueList{}
		for _, id := range ids {
			list.Values = append(list.Values, &proto.QualValue{Value: &proto.QualValue_StringValue{StringValue: id}})
		}
		value = &proto.QualValue{Value: &proto.QualValue_ListValue{ListValue: list}}
	}
	qual := &proto.Qual{FieldName: key, Operator: &proto.Qual_StringValue{StringValue: "="}, Value: value}
	return &proto.ExecuteRequest{
		Table: table, CallId: grpc.BuildCallId(), Connection: "dingtalk",
		QueryContext:          proto.NewQueryContext([]string{"title"}, map[string]*proto.Quals{key: {Quals: []*proto.Qual{qual}}}, -1, nil),
		ExecuteConnectionData: map[string]*proto.ExecuteConnectionData{"dingtalk": {CacheEnabled: cache, CacheTtl: 300}},
	}
}

// rowsOf calls each with the rows of a request.
func rowsOf(p *grpc.PluginClient, request *proto.ExecuteRequest, each func(*proto.Row)) error {
	stream, _, cancel, err := p.Execute(request)
	if err != nil {
		return err
	}
	defer cancel()
	for {
		r, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		each(r.Row)
	}
}

func TestBuiltBinary(t *testing.T) {
	bin := build(t)
	sim := simulator.Demo(simulator.DemoTime)
	server := httptest.NewServer(sim)
	defer server.Close()

	p := launch(t, bin, spc.Body(server.URL, sim.App.ClientID, sim.App.ClientSecret))
	schema, err := p.GetSchema("dingtalk")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(schema.GetSchema()["dingtalk_schedule_conference"].GetColumns()); n != 10+3 {
		t.Errorf("%d columns, want 10 and Steampipe's 3", n)
	}

	unkeyed := request("dingtalk_schedule_conference", "schedule_conference_id", true, "")
	clear(unkeyed.QueryContext.Quals)
	if err := rowsOf(p, unkeyed, func(*proto.Row) {}); err == nil || !strings.Contains(err.Error(), "the query must name schedule_conference_id (dingtalk_conference has them)") ||
		!strings.Contains(err.Error(), "plan_cache_mode") {
		t.Errorf("an error of a missing key as in Steampipe, got %v", err)
	}

	titles, err := execute(t, p, []string{simulator.DemoIncident})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"INC-2041 Payment gateway bridge", "INC-2047 登录故障应急"}, titles); d != "" {
		t.Error(d)
	}
	titles, err = execute(t, p, []string{simulator.DemoStandup})
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
	_, err = execute(t, p, []string{"fails"})
	if err == nil || !strings.Contains(err.Error(), `dingtalk_schedule_conference, schedule_conference_id "fails": DingTalk answered HTTP 400, code paramsError: error:nextToken`) {
		t.Error(err)
	}
}

// Where the connection's language is Chinese, the last line of the error of a missing key
// says in Chinese what the lines before say: what to name, and what Postgres may have done.
func TestBuiltBinaryInChinese(t *testing.T) {
	bin := build(t)
	for language, chinese := range map[string]bool{"zh": true, "en": false} {
		p := launch(t, bin, spc.Body("http://127.0.0.1:1", "id", "secret")+"language = \""+language+"\"\n")
		unkeyed := request("dingtalk_schedule_conference", "schedule_conference_id", true, "")
		clear(unkeyed.QueryContext.Quals)
		err := rowsOf(p, unkeyed, func(*proto.Row) {})
		if err == nil {
			t.Fatal("no error")
		}
		lines := strings.Split(err.Error(), "\n")
		want := 2
		if chinese {
			want = 3
		}
		if len(lines) != want || !strings.HasSuffix(lines[1], "plan_cache_mode = force_custom_plan") || chinese &&
			!strings.HasPrefix(lines[2], "查询必须指定 schedule_conference_id（在 dingtalk_conference 里可以查到），例如：where schedule_conference_id = '...'。如果查询已经指定，就是 Postgres 没有传来这个条件：") {
			t.Errorf("%s: %v", language, err)
		}
	}
}

// In a list, one id is refused while the others stream: the query is that
// error, another query meanwhile has all its rows, and the plugin lives.
func TestBuiltBinaryListWithARefusedID(t *testing.T) {
	bin := build(t)
	sim := simulator.Demo(simulator.DemoTime)
	server := httptest.NewServer(sim)
	defer server.Close()
	p := launch(t, bin, spc.Body(server.URL, sim.App.ClientID, sim.App.ClientSecret)+"calls_per_second = 1000\n")

	standup := sim.Schedules[simulator.DemoStandup]
	var want []string
	for range standup {
		want = append(want, "Stand-up 每日站会")
	}
	const lists = 8
	for i := range lists {
		sim.Schedules[fmt.Sprint("bad", i)] = nil
		for j := range 11 {
			sim.Schedules[fmt.Sprint(i, ".", j)] = standup
		}
	}
	sim.Script(simulator.Fault{On: func(c simulator.Call) bool { return strings.HasPrefix(c.ScheduleConferenceID, "bad") },
		Serve: func(w http.ResponseWriter, r *http.Request, real http.Handler) {
			time.Sleep(100 * time.Millisecond)
			simulator.Refuse(403, "Forbidden.AccessDenied.IpNotInWhiteList", "no")(w, r, real)
		}})
	for i := range lists {
		ids := []string{fmt.Sprint("bad", i)}
		for j := range 11 {
			ids = append(ids, fmt.Sprint(i, ".", j))
		}
		other := make(chan error, 1)
		go func() {
			rows, err := execute(t, p, ids[3:4], time.Millisecond)
			if err == nil {
				if d := cmp.Diff(want, rows); d != "" {
					err = errors.New(d)
				}
			}
			other <- err
		}()
		_, err := execute(t, p, ids, time.Millisecond)
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf(`schedule_conference_id "bad%d": DingTalk answered HTTP 403`, i)) {
			t.Errorf("query %d: %v", i, err)
		}
		if err := <-other; err != nil {
			t.Errorf("the query beside query %d: %v", i, err)
		}
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

// At trace level, the log shows no secret: of a query that succeeds, and of one for each
// way to fail.
func TestNoSecretInTheLog(t *testing.T) {
	bin := build(t)
	sim := simulator.Demo(simulator.DemoTime)
	sim.App.ClientSecret = "hush-client-secret"
	server := httptest.NewServer(sim)
	defer server.Close()

	t.Setenv("STEAMPIPE_LOG_LEVEL", "TRACE")
	t.Setenv(freeMemInterval, "")
	var log syncBuffer
	logTo = &log
	defer func() { logTo = nil }()
	p := launch(t, bin, spc.Body(server.URL, sim.App.ClientID, sim.App.ClientSecret))
	for _, fault := range []simulator.Fault{
		{Times: 1, On: func(simulator.Call) bool { return false }},
		{Times: 1, On: simulator.OnFirstPage, Serve: simulator.Refuse(400, "InvalidAuthentication", "simulated-token-1 is dead, hush-client-secret")},
		{Times: 1, On: simulator.OnFirstPage, Serve: simulator.Refuse(400, "paramsError", "simulated-token-1 simulated-token-2 hush-client-secret")},
		{Times: 1, On: simulator.OnFirstPage, Serve: simulator.Answer(200, "<html>hush-client-secret")},
	} {
		sim.ClearFaults()
		sim.Script(fault)
		_, _ = execute(t, p, []string{simulator.DemoIncident}) // some fail, as they should
		sim.RevokeTokens()
	}
	// The token of the older API is in the URL.
	older := func(c simulator.Call) bool { return strings.HasPrefix(c.Path, "/topapi/") }
	refuse := func(errcode int) func(http.ResponseWriter, *http.Request, http.Handler) {
		return func(w http.ResponseWriter, r *http.Request, real http.Handler) {
			simulator.RefuseLegacy(errcode, "no to "+r.URL.String()+", hush-client-secret")(w, r, real)
		}
	}
	for i, fault := range []simulator.Fault{
		{On: func(simulator.Call) bool { return false }},
		{Times: 1, On: older, Serve: refuse(42001)},
		{Times: 1, On: older, Serve: simulator.Drop},
		{Times: 1, On: older, Serve: simulator.CutShort},
		{On: older, Serve: refuse(60011)},
		{On: older, Serve: func(w http.ResponseWriter, r *http.Request, real http.Handler) {
			simulator.Answer(302, "", "Location", "http://127.0.0.1:1"+r.URL.String())(w, r, real)
		}},
		{On: older, Serve: func(w http.ResponseWriter, r *http.Request, real http.Handler) {
			simulator.Answer(403, "<html>A proxy denies "+r.URL.String(), "Content-Type", "text/html")(w, r, real)
		}},
	} {
		sim.ClearFaults()
		sim.Script(fault)
		names, err := executeOn(t, p, "dingtalk_user", "user_id", []string{sim.People[i].UserID})
		if mends := i < 4; mends != (err == nil) || mends != (len(names) == 1) {
			t.Errorf("person %d: %q, %v", i, names, err)
		}
		if err != nil && (strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), "simulated-token")) {
			t.Error(err)
		}
		sim.RevokeTokens()
	}
	for _, config := range []string{
		spc.Body(server.URL, "x", "hush-wrong-secret"), `access_token = "hush-token"` + "\nendpoint = \"" + server.URL + "\"",
		`client_secret = "hush-other"`, `client_secret = ["hush-list"]`, `endpoint = "https://me:hush-password@host"`,
	} {
		_, _ = p.SetAllConnectionConfigs(&proto.SetAllConnectionConfigsRequest{Configs: []*proto.ConnectionConfig{{Connection: "dingtalk", Plugin: name, Config: config}}, MaxCacheSizeMb: -1})
		if _, err := execute(t, p, []string{simulator.DemoAudit}); err != nil && strings.Contains(err.Error(), "hush") {
			t.Error(err)
		}
	}
	text := log.String()
	if !strings.Contains(text, "Setting free memory interval to 0 rows") {
		t.Error("the SDK's interval for freeing memory is not set")
	}
	if !strings.Contains(text, "scheduleConferences") || !strings.Contains(text, "/topapi/v2/user/get") {
		t.Errorf("the log has no calls: %d bytes", len(text))
	}
	for _, secret := range []string{"hush", "simulated-token"} {
		if i := strings.Index(text, secret); i >= 0 {
			t.Errorf("the log shows a secret: %s", text[max(0, i-300):min(len(text), i+100)])
		}
	}
}

// What the user has set holds, if it is a number.
func TestFreeMemInterval(t *testing.T) {
	bin := build(t)
	sim := simulator.Demo(simulator.DemoTime)
	server := httptest.NewServer(sim)
	defer server.Close()
	t.Setenv("STEAMPIPE_LOG_LEVEL", "INFO")
	defer func() { logTo = nil }()
	for value, want := range map[string]string{"1000": "1000", "100": "100", "": "0", "often": "0"} {
		t.Setenv(freeMemInterval, value)
		var log syncBuffer
		logTo = &log
		if _, err := execute(t, launch(t, bin, spc.Body(server.URL, sim.App.ClientID, sim.App.ClientSecret)), []string{simulator.DemoIncident}); err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("Setting free memory interval to %s rows", want); !strings.Contains(log.String(), want) {
			t.Errorf("the log has no %q", want)
		}
	}
}

const freeMemInterval = "STEAMPIPE_FREE_MEM_INTERVAL"

// logTo takes what launched plugins log; nil throws it away.
var logTo io.Writer

type syncBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
