package dingtalk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// connection is a scan of the table about the connection, which a cache may answer.
func connection(columns ...string) engine.Scan {
	if columns == nil {
		columns = []string{"api_calls", "corp_id", "demo", "endpoint", "ignore_error_codes", "legacy_endpoint", "plugin_version", "title"}
	}
	return engine.Scan{Table: "dingtalk_connection", Columns: columns, Cache: true}
}

// A row says what the config does, and shows neither the app's ID nor a secret. It costs
// no call, not even one for a token.
func TestConnection(t *testing.T) {
	const china, other = `endpoint = "https://api.dingtalk.com"`, "client_id = \"an-app\"\nclient_secret = \"hush\""
	demo := fmt.Sprintf("client_id = %q\nclient_secret = %q", simulator.DemoApp.ClientID, simulator.DemoApp.ClientSecret)
	international := row{"api_calls": int64(0), "corp_id": nil, "demo": false, "endpoint": "https://api.dingtalk.io", "ignore_error_codes": nil, "legacy_endpoint": "https://oapi.dingtalk.io", "plugin_version": "dev", "title": "dingtalk"}
	but := func(changes row) row {
		r := row{}
		for _, from := range []row{international, changes} {
			for column, v := range from {
				r[column] = v
			}
		}
		return r
	}
	for name, test := range map[string]struct {
		config string
		want   row
	}{
		"an app":             {other, international},
		"an access token":    {`access_token = "hush"`, international},
		"China":              {other + "\n" + china, but(row{"endpoint": "https://api.dingtalk.com", "legacy_endpoint": "https://oapi.dingtalk.com"})},
		"both endpoints":     {other + "\nendpoint = \"https://a.example\"\nlegacy_endpoint = \"https://b.example\"", but(row{"demo": nil, "endpoint": "https://a.example", "legacy_endpoint": "https://b.example"})},
		"ignored codes":      {other + "\nignore_error_codes = [\"a\", \"b.*\"]", but(row{"ignore_error_codes": []any{"a", "b.*"}})},
		"an organization":    {other + "\ncorp_id = \"c\"", but(row{"corp_id": "c"})},
		"the made-up one":    {demo, but(row{"demo": true})},
		"with its own corp":  {demo + "\ncorp_id = \"" + simulator.DemoApp.CorpID + `"`, but(row{"demo": true, "corp_id": simulator.DemoApp.CorpID})},
		"its ID as a secret": {"client_id = \"an-app\"\nclient_secret = \"" + simulator.DemoApp.ClientID + `"`, international},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := engine.New(dingtalk.NewServer(), engine.Connection{Name: "dingtalk", Config: test.config})
			if err != nil {
				t.Fatal(err)
			}
			rows, err := query(t, e, connection())
			if err != nil {
				t.Fatal(err)
			}
			diff(t, "rows", []row{test.want}, rows)
			for _, secret := range []string{"an-app", "hush", simulator.DemoApp.ClientID, simulator.DemoApp.ClientSecret} {
				if text := fmt.Sprint(rows); strings.Contains(text, secret) {
					t.Errorf("the row shows %q: %s", secret, text)
				}
			}
		})
	}
	e, sim := demoEngine(t, dingtalk.NewServer())
	if _, err := query(t, e, connection()); err != nil || len(sim.Calls()) > 0 {
		t.Errorf("%d calls, %v", len(sim.Calls()), err)
	}
	if err := e.Configure(engine.Connection{Name: "dingtalk", Config: `client_id = "an-app"`}); err != nil {
		t.Fatal(err)
	}
	if rows, err := query(t, e, connection()); err == nil || !strings.Contains(err.Error(), "client_secret (DINGTALK_CLIENT_SECRET)") {
		t.Errorf("without a secret: %v, %v", rows, err)
	}
}

// No cache has the number of calls: it has grown after each query that cost counted
// calls, and only then. Calls for people and tokens are not counted.
func TestCallsOfAConnection(t *testing.T) {
	for name, server := range servers() {
		t.Run(name, func(t *testing.T) {
			e, sim := demoEngine(t, server())
			check := func(want int64) {
				t.Helper()
				for range 2 {
					rows, err := query(t, e, connection("api_calls"))
					if err != nil {
						t.Fatal(err)
					}
					diff(t, "rows", []row{{"api_calls": want}}, rows)
				}
			}
			ask := func(s engine.Scan) {
				t.Helper()
				s.Cache = true
				if rows, err := query(t, e, s); err != nil || len(rows) == 0 {
					t.Fatalf("%d rows, %v", len(rows), err)
				}
			}
			running := engine.Scan{Table: "dingtalk_ongoing_conference", Columns: []string{"conference_id"}}
			person := engine.Scan{Table: "dingtalk_user", Columns: []string{"name"}, Quals: []engine.Qual{engine.Equals("user_id", sim.People[0].UserID)}}
			check(0)
			ask(person)
			check(0)
			ask(running)
			check(1)
			ask(running) // from the cache
			check(1)
			ask(scan(simulator.DemoAllHands, simulator.DemoStandup))
			check(int64(len(slices.DeleteFunc(asked(sim), func(c simulator.Call) bool { return strings.HasPrefix(c.Path, "/topapi/") }))))
		})
	}
}

// An aggregator has a row for each connection, and a condition chooses among them.
func TestConnectionsOfAnAggregator(t *testing.T) {
	app := func(name string) engine.Connection {
		return engine.Connection{Name: name, Config: fmt.Sprintf("client_id = %q\nclient_secret = \"s\"\ncorp_id = %q", name, "corp-"+name)}
	}
	e, err := engine.New(dingtalk.NewServer(), app("a"), app("b"), engine.Connection{Name: "all", Members: []string{"a", "b"}})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		quals []engine.Qual
		want  []string
	}{
		"all":               {nil, []string{"a corp-a", "b corp-b"}},
		"by CorpId":         {[]engine.Qual{engine.Equals("corp_id", "corp-b")}, []string{"b corp-b"}},
		"by connection":     {[]engine.Qual{engine.Equals("sp_connection_name", "a")}, []string{"a corp-a"}},
		"by another CorpId": {[]engine.Qual{engine.Equals("corp_id", "corp-c")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := connection("title", "corp_id")
			s.Connection, s.Quals = "all", test.quals
			rows, err := query(t, e, s)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range rows {
				got = append(got, fmt.Sprint(r["title"], " ", r["corp_id"]))
			}
			slices.Sort(got)
			diff(t, "rows", test.want, got)
		})
	}
}
