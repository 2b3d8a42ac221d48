package dingtalk_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/logging"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const table = "dingtalk_schedule_conference"

var columns = []string{
	"schedule_conference_id", "conference_id", "end_time", "room_code",
	"start_time", "status", "status_name", "total_count", "title",
}

func TestMain(m *testing.M) {
	os.Setenv(logging.EnvLogLevel, "OFF")
	os.Setenv("LC_ALL", "C") // the language of messages
	for _, v := range os.Environ() {
		if name, _, _ := strings.Cut(v, "="); strings.HasPrefix(name, "DINGTALK_") {
			os.Unsetenv(name)
		}
	}
	os.Exit(m.Run())
}

// start runs the plugin against a simulator, as in Steampipe.
func start(t testing.TB, sim *simulator.Simulator, config ...string) *engine.Engine {
	t.Helper()
	return startOn(t, dingtalk.NewServer(), sim, config...)
}

func startOn(t testing.TB, pluginServer engine.Server, sim *simulator.Simulator, config ...string) *engine.Engine {
	t.Helper()
	server := httptest.NewServer(sim)
	t.Cleanup(server.Close)
	return startAt(t, pluginServer, sim, server.URL, config...)
}

// startAt is startOn for an API that is served already.
func startAt(t testing.TB, pluginServer engine.Server, sim *simulator.Simulator, url string, config ...string) *engine.Engine {
	t.Helper()
	e, err := engine.New(pluginServer, engine.Connection{Name: "dingtalk", Config: unlimited(sim, url, config...)})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// unlimited is a config in which no limit is in the way, unless it names one.
func unlimited(sim *simulator.Simulator, url string, config ...string) string {
	body := spc.Body(url, sim.App.ClientID, sim.App.ClientSecret) + strings.Join(config, "\n")
	if !strings.Contains(body, "calls_per_second") {
		body += "\ncalls_per_second = 1000"
	}
	return body
}

func scan(ids ...string) engine.Scan {
	s := engine.Scan{Table: table, Columns: columns}
	switch len(ids) {
	case 0:
	case 1:
		s.Quals = []engine.Qual{engine.Equals("schedule_conference_id", ids[0])}
	default:
		list := &proto.QualValueList{}
		for _, id := range ids {
			list.Values = append(list.Values, engine.Equals("", id).Value)
		}
		s.Quals = []engine.Qual{{Column: "schedule_conference_id", Operator: "=",
			Value: &proto.QualValue{Value: &proto.QualValue_ListValue{ListValue: list}}}}
	}
	return s
}

func limited(s engine.Scan, limit int64) engine.Scan {
	s.Limit = &limit
	return s
}

// row is a row as a test writes it: column to value, nil for NULL.
type row map[string]any

// query runs a scan and returns its rows, sorted by conference id.
func query(t testing.TB, e *engine.Engine, s engine.Scan) ([]row, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var rows []row
	err := e.Execute(ctx, s, func(r *proto.Row) error {
		out := row{}
		for _, c := range s.Columns {
			v, err := r.Columns[c].ValueToInterface()
			if err != nil {
				return err
			}
			out[c] = v
		}
		rows = append(rows, out)
		return nil
	})
	slices.SortFunc(rows, func(a, b row) int {
		return strings.Compare(fmt.Sprint(a["schedule_conference_id"], a["conference_id"]), fmt.Sprint(b["schedule_conference_id"], b["conference_id"]))
	})
	return rows, err
}

// conferences returns n meetings of a schedule and the rows that they become.
func conferences(id string, n int) ([]simulator.Conference, []row) {
	var list []simulator.Conference
	var rows []row
	start := time.Date(2026, 11, 2, 1, 0, 0, 0, time.UTC)
	for i := range n {
		status, from, to := int64(i%3), start.Add(time.Duration(i)*time.Hour), start.Add(time.Duration(i)*time.Hour+25*time.Minute)
		fromMs, toMs := from.UnixMilli(), to.UnixMilli()
		c := simulator.Conference{
			ConferenceID: fmt.Sprintf("%06d", i), Title: fmt.Sprintf("会议 %d", i), RoomCode: fmt.Sprintf("90%07d", i),
			Status: &status, StartTime: &fromMs, EndTime: &toMs,
		}
		list = append(list, c)
		rows = append(rows, row{
			"schedule_conference_id": id, "conference_id": c.ConferenceID, "title": c.Title, "room_code": c.RoomCode,
			"status": status, "status_name": []string{"not_started", "ended", "in_progress"}[status],
			"start_time": from.Format(time.RFC3339), "end_time": to.Format(time.RFC3339), "total_count": int64(n),
		})
	}
	return list, rows
}

func newSimulator() *simulator.Simulator {
	return simulator.New(simulator.App{ClientID: "test-id", ClientSecret: "test-secret", CorpID: "test-corp", SuiteTicket: "test-ticket"})
}

// calls lists the calls that a simulator saw, as "token" or "id maxResults".
func calls(sim *simulator.Simulator) []string {
	var out []string
	for _, c := range sim.Calls() {
		switch {
		case c.Kind == simulator.ConferenceCall && c.NextToken == "":
			out = append(out, fmt.Sprintf("%s first %s", c.ScheduleConferenceID, c.MaxResults))
		case c.Kind == simulator.ConferenceCall:
			out = append(out, fmt.Sprintf("%s later %s", c.ScheduleConferenceID, c.MaxResults))
		default:
			out = append(out, string(c.Kind))
		}
	}
	return out
}

func diff(t *testing.T, what string, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestRowsAndCalls(t *testing.T) {
	sim := newSimulator()
	want := map[string][]row{}
	for id, n := range map[string]int{"one": 1, "five": 5, "hundred": 100, "more": 101, "a": 120, "b": 120, "c": 120, "none": 0} {
		sim.Schedules[id], want[id] = conferences(id, n)
	}
	weird := `../a b/ü?x=1#%2e"'`
	sim.Schedules[weird], want[weird] = conferences(weird, 1)

	tests := []struct {
		name   string
		scan   engine.Scan
		config string
		rows   []row
		calls  []string // in any order
	}{
		{"one row", scan("one"), "", want["one"], []string{"token", "one first 100"}},
		{"no rows", scan("none"), "", nil, []string{"token", "none first 100"}},
		{"a full page is the last", scan("hundred"), "", want["hundred"], []string{"token", "hundred first 100"}},
		{"two pages", scan("more"), "", want["more"], []string{"token", "more first 100", "more later 100"}},
		{"smaller pages by config", scan("five"), "page_size = 2", want["five"], []string{"token", "five first 2", "five later 2", "five later 2"}},
		{"a page larger than the server's cap", scan("more"), "page_size = 500", want["more"], []string{"token", "more first 500"}},
		{"three ids of 120 rows are six calls", scan("a", "b", "c"), "", slices.Concat(want["a"], want["b"], want["c"]),
			[]string{"token", "a first 100", "a later 100", "b first 100", "b later 100", "c first 100", "c later 100"}},
		{"limit 5 is one call of 5", limited(scan("a"), 5), "", want["a"][:5], []string{"token", "a first 5"}},
		{"limit 110 is two calls", limited(scan("a"), 110), "", want["a"][:110], []string{"token", "a first 100", "a later 100"}},
		{"a limit of exactly one page is one call", limited(scan("a"), 100), "", want["a"][:100], []string{"token", "a first 100"}},
		{"a limit of one less than a page is one call of that", limited(scan("a"), 99), "", want["a"][:99], []string{"token", "a first 99"}},
		{"a limit of one more than a page is two calls", limited(scan("a"), 101), "", want["a"][:101], []string{"token", "a first 100", "a later 100"}},
		{"a limit of one less than a page by config", limited(scan("five"), 2), "page_size = 3", want["five"][:2], []string{"token", "five first 2"}},
		{"a limit of exactly a page by config", limited(scan("five"), 3), "page_size = 3", want["five"][:3], []string{"token", "five first 3"}},
		{"a limit of one more than a page by config", limited(scan("five"), 4), "page_size = 3", want["five"][:4], []string{"token", "five first 3", "five later 3"}},
		{"limit 0 is no call", limited(scan("a"), 0), "", nil, nil},
		{"an unknown id is no row", scan("stale"), "", nil, []string{"token", "stale first 100"}},
		{"an unknown id among others", scan("one", "stale"), "", want["one"], []string{"token", "one first 100", "stale first 100"}},
		{"an empty id is no call", scan(""), "", nil, nil},
		{"a dot is no call", scan("."), "", nil, nil},
		{"two dots are no call", scan(".."), "", nil, nil},
		{"an id with everything in it", scan(weird), "", want[weird], []string{"token", weird + " first 100"}},
		{"an id that contradicts itself", engine.Scan{Table: table, Columns: columns, Quals: []engine.Qual{
			engine.Equals("schedule_conference_id", "one"), engine.Equals("schedule_conference_id", "five")}}, "", nil, nil},
	}
	server := httptest.NewServer(sim)
	defer server.Close()
	for name, pluginServer := range servers() {
		e := startAt(t, pluginServer(), sim, server.URL)
		for _, cache := range []bool{false, true} {
			for _, test := range tests {
				t.Run(fmt.Sprintf("%s, %s, cache %v", name, test.name, cache), func(t *testing.T) {
					sim.ClearCalls()
					sim.App.ClientID += "." // another app, which has no token
					if name == "linked" && cache {
						// The SDK's own cache sends rows twice at times, once it has some
						// (contributing/sdk-faults.md).
						e = startAt(t, pluginServer(), sim, server.URL)
					}
					if err := e.Reconfigure(engine.Connection{Name: "dingtalk", Config: unlimited(sim, server.URL, test.config)}); err != nil {
						t.Fatal(err)
					}
					test.scan.Cache = cache
					rows, err := query(t, e, test.scan)
					if err != nil {
						t.Fatal(err)
					}
					diff(t, "rows", test.rows, rows)
					got := calls(sim)
					slices.Sort(got)
					slices.Sort(test.calls)
					diff(t, "calls", test.calls, got)
				})
			}
		}
	}
}

// Behind a LIMIT that is not the query's, all rows come: the first page is as
// large as the LIMIT, the others are as large as they can be.
func TestLimitThatIsNotTheQuerys(t *testing.T) {
	sim := newSimulator()
	want := map[string][]row{}
	for _, id := range []string{"a", "b"} {
		sim.Schedules[id], want[id] = conferences(id, 120)
	}
	readsOn := make(chan struct{})
	close(readsOn)
	for _, test := range []struct {
		limit int64
		ids   []string
		calls []string
	}{
		{5, []string{"a"}, []string{"a first 5", "a later 100", "a later 100"}},
		{100, []string{"a"}, []string{"a first 100", "a later 100"}},
		{101, []string{"a"}, []string{"a first 100", "a later 100"}},
		{120, []string{"a"}, []string{"a first 100", "a later 100"}},
		{5, []string{"a", "b"}, []string{"a first 5", "a later 100", "a later 100", "b first 100", "b later 100"}},
		{130, []string{"a", "b"}, []string{"a first 100", "a later 100", "b first 10", "b later 100", "b later 100"}},
	} {
		sim.ClearCalls()
		s := limited(scan(test.ids...), test.limit)
		s.More = readsOn
		rows, err := query(t, start(t, sim), s)
		if err != nil {
			t.Fatal(err)
		}
		var all []row
		for _, id := range test.ids {
			all = append(all, want[id]...)
		}
		diff(t, "rows", all, rows)
		diff(t, "calls", append([]string{"token"}, test.calls...), calls(sim))
	}
}

// Columns that cost a call for each row cost it for as many rows as the LIMIT,
// also where the last page has more; for the others when the engine reads on.
func TestLimitAndColumnsThatCostACall(t *testing.T) {
	sim := newSimulator()
	sim.Schedules["a"], _ = conferences("a", 6)
	for i := range sim.Schedules["a"] {
		sim.Schedules["a"][i].RoomCode = "812"
	}
	e := start(t, sim, "page_size = 4")
	readsOn := make(chan struct{})
	close(readsOn)
	for _, test := range []struct {
		limit       int64
		more        <-chan struct{}
		rows, calls int
	}{{5, nil, 5, 2 + 5}, {2, nil, 2, 1 + 2}, {5, readsOn, 6, 2 + 6}, {6, nil, 6, 2 + 6}} {
		sim.ClearCalls()
		rows, err := query(t, e, engine.Scan{Table: "dingtalk_conference", Columns: []string{"conference_id", "attend_num"},
			Quals: []engine.Qual{engine.Equals("room_code", "812")}, Limit: &test.limit, More: test.more})
		if err != nil || len(rows) != test.rows || len(asked(sim)) != test.calls {
			t.Errorf("limit %d: %d rows, %d calls, %v; want %d and %d", test.limit, len(rows), len(asked(sim)), err, test.rows, test.calls)
		}
	}
}

func TestSecondQueryNeedsNoToken(t *testing.T) {
	sim := newSimulator()
	sim.Schedules["a"], _ = conferences("a", 1)
	e := start(t, sim)
	for range 2 {
		if _, err := query(t, e, scan("a")); err != nil {
			t.Fatal(err)
		}
	}
	diff(t, "calls", []string{"token", "a first 100", "a first 100"}, calls(sim))
}

func TestQueryCacheAnswersTheSameQuery(t *testing.T) {
	sim := newSimulator()
	var want []row
	sim.Schedules["a"], want = conferences("a", 120)
	e := start(t, sim)
	s := scan("a")
	s.Cache = true
	for range 2 {
		rows, err := query(t, e, s)
		if err != nil {
			t.Fatal(err)
		}
		diff(t, "rows", want, rows)
	}
	diff(t, "calls", []string{"token", "a first 100", "a later 100"}, calls(sim))
}

func TestListsThatStartTogetherShareOneToken(t *testing.T) {
	sim := newSimulator()
	var ids []string
	for i := range 12 {
		id := fmt.Sprint("s", i)
		ids = append(ids, id)
		sim.Schedules[id], _ = conferences(id, 1)
	}
	sim.Script(simulator.Fault{On: simulator.OnToken, Serve: simulator.Delay(50 * time.Millisecond)})
	rows, err := query(t, start(t, sim), scan(ids...))
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 12 || sim.Count(simulator.TokenCall) != 1 || sim.Count(simulator.ConferenceCall) != 12 {
		t.Errorf("%d rows, calls %v", len(rows), calls(sim))
	}
}

// Values are written as DingTalk might send them.
func TestValues(t *testing.T) {
	full := row{
		"schedule_conference_id": "a", "conference_id": "636cf59f2b032f014ae32902", "title": "Weekly sync", "room_code": "123456789",
		"status": int64(2), "status_name": "in_progress", "start_time": "2022-11-10T13:42:11Z", "end_time": "2022-11-10T13:42:12.5Z", "total_count": int64(20),
	}
	but := func(changes row) []row {
		r := maps.Clone(full)
		maps.Copy(r, changes)
		return []row{r}
	}
	conference := func(fields string) string {
		return `{"totalCount":20,"conferenceList":[{"conferenceId":"636cf59f2b032f014ae32902","title":"Weekly sync","roomCode":"123456789",` + fields + `}]}`
	}
	const times = `"startTime":1668087731000,"endTime":1668087732500`
	tests := []struct {
		name, body string
		want       []row
	}{
		{"everything", conference(`"status":2,` + times), but(nil)},
		{"status 0 is not started", conference(`"status":0,` + times), but(row{"status": int64(0), "status_name": "not_started"})},
		{"status 1 is ended", conference(`"status":1,` + times), but(row{"status": int64(1), "status_name": "ended"})},
		{"a status not known", conference(`"status":7,` + times), but(row{"status": int64(7), "status_name": nil})},
		{"no status", conference(times), but(row{"status": nil, "status_name": nil})},
		{"times of 0", conference(`"status":2,"startTime":0,"endTime":0`), but(row{"start_time": nil, "end_time": nil})},
		{"no times", conference(`"status":2`), but(row{"start_time": nil, "end_time": nil})},
		{"null times", conference(`"status":2,"startTime":null,"endTime":null`), but(row{"start_time": nil, "end_time": nil})},
		{"fields not known", conference(`"status":2,"bizType":"3","more":{"a":[1]},` + times), but(nil)},
		{"no total count", `{"nextToken":"","conferenceList":[{"conferenceId":"c"}]}`, []row{{
			"schedule_conference_id": "a", "conference_id": "c", "title": nil, "room_code": nil, "status": nil, "status_name": nil,
			"start_time": nil, "end_time": nil, "total_count": nil}}},
		{"nextToken null", `{"nextToken":null,"totalCount":0,"conferenceList":[]}`, nil},
		{"empty strings stay empty", `{"totalCount":1,"conferenceList":[{"conferenceId":"c","title":"","roomCode":""}]}`, []row{{
			"schedule_conference_id": "a", "conference_id": "c", "title": "", "room_code": "", "status": nil, "status_name": nil,
			"start_time": nil, "end_time": nil, "total_count": int64(1)}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			sim := newSimulator()
			sim.Script(simulator.Fault{On: simulator.OnFirstPage, Serve: simulator.Answer(200, test.body, "Content-Type", "application/json")})
			rows, err := query(t, start(t, sim), scan("a"))
			if err != nil {
				t.Fatal(err)
			}
			diff(t, "rows", test.want, rows)
			if n := sim.Count(simulator.ConferenceCall); n != 1 {
				t.Errorf("%d calls, want 1", n)
			}
		})
	}
}

// TestErrors looks at whole messages: they are what a person has.
func TestErrors(t *testing.T) {
	const prefix = `dingtalk: dingtalk_schedule_conference, schedule_conference_id "a": `
	answer := func(body string) simulator.Fault {
		return simulator.Fault{On: simulator.OnFirstPage, Serve: simulator.Answer(200, body)}
	}
	tests := []struct {
		name  string
		fault simulator.Fault
		want  string
	}{
		{"a wrong type",
			answer(`{"conferenceList":[{"status":"2"}]}`),
			`DingTalk answered HTTP 200: the answer does not have the documented form: conferenceList[0].status: the JSON string is no whole number. ` +
				`The answer is not what DingTalk documents. If endpoint is DingTalk's, run the query again, and report an error that comes again as an issue of this plugin, with the text above.`},
		{"no list",
			answer(`{}`),
			`DingTalk answered HTTP 200: the answer does not have the documented form: conferenceList is missing. The answer is not what DingTalk documents. If endpoint is DingTalk's, run the query again, and report an error that comes again as an issue of this plugin, with the text above.`},
		{"a missing permission",
			simulator.Fault{On: simulator.OnFirstPage, Serve: simulator.Answer(403, `{"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied",`+
				`"requestid":"30EE8654","message":"no permission","accessdenieddetail":{"requiredScopes":["VideoConference.Conference.Read"]}}`)},
			`DingTalk answered HTTP 403, code Forbidden.AccessDenied.AccessTokenPermissionDenied: no permission (request id 30EE8654). ` +
				`Apply for the permission VideoConference.Conference.Read on the app's Permission Management page in the DingTalk developer console, then run the query again.`},
		{"a refused secret",
			simulator.Fault{On: simulator.OnToken, Serve: simulator.Refuse(400, "invalidClientIdOrSecret", "wrong")},
			`fetching an access token: DingTalk answered HTTP 400, code invalidClientIdOrSecret: wrong (request id 5E5B5F7C-0000-7000-8000-51AD51AD51AD). ` +
				`The app's credentials are refused: check client_id and client_secret (DINGTALK_CLIENT_ID, DINGTALK_CLIENT_SECRET), ` +
				`corp_id and suite_ticket if you set them, and that endpoint is the region in which the app was created.`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			sim := newSimulator()
			sim.Schedules["a"], _ = conferences("a", 1)
			sim.Script(test.fault)
			rows, err := query(t, start(t, sim), scan("a"))
			if err == nil {
				t.Fatalf("no error, %d rows", len(rows))
			}
			diff(t, "error", prefix+test.want, err.Error())
		})
	}
}

func TestMissingQual(t *testing.T) {
	sim := newSimulator()
	_, err := query(t, start(t, sim), scan())
	diff(t, "error", "dingtalk_schedule_conference: the query must name schedule_conference_id (dingtalk_conference has them), as in: where schedule_conference_id = '...'", fmt.Sprint(err))
	diff(t, "calls", []string(nil), calls(sim))
}

// A connection follows its config: another app is another client and token.
func TestChangedConfig(t *testing.T) {
	before, after := newSimulator(), newSimulator()
	before.Schedules["a"], _ = conferences("a", 1)
	var want []row
	after.Schedules["a"], want = conferences("a", 2)
	e := start(t, before)
	s := scan("a")
	s.Cache = true
	if _, err := query(t, e, s); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(after)
	t.Cleanup(server.Close)
	if err := e.Reconfigure(engine.Connection{Name: "dingtalk", Config: spc.Body(server.URL, after.App.ClientID, after.App.ClientSecret)}); err != nil {
		t.Fatal(err)
	}
	rows, err := query(t, e, s)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "rows", want, rows)
	diff(t, "calls before", []string{"token", "a first 100"}, calls(before))
	diff(t, "calls after", []string{"token", "a first 100"}, calls(after))
}

// When a config has changed, the connections of its old client are closed.
func TestChangedConfigClosesConnections(t *testing.T) {
	sim := newSimulator()
	opened, closed := make(chan net.Conn, 10), make(chan net.Conn, 10)
	before := httptest.NewUnstartedServer(sim)
	before.Config.ConnState = func(c net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			opened <- c
		case http.StateClosed:
			closed <- c
		}
	}
	before.Start()
	after := httptest.NewServer(sim)
	t.Cleanup(before.Close)
	t.Cleanup(after.Close)

	e := start(t, sim)
	for _, server := range []*httptest.Server{before, after} {
		if len(closed) > 0 {
			t.Error("a connection is closed before the config has changed")
		}
		if err := e.Reconfigure(engine.Connection{Name: "dingtalk", Config: spc.Body(server.URL, sim.App.ClientID, sim.App.ClientSecret)}); err != nil {
			t.Fatal(err)
		}
		if _, err := query(t, e, scan("a")); err != nil {
			t.Fatal(err)
		}
	}
	if len(opened) == 0 {
		t.Error("no connection was opened")
	}
	for range len(opened) {
		select {
		case <-closed:
		case <-time.After(30 * time.Second):
			t.Fatal("a connection of the old client is still open")
		}
	}
}

func TestSchema(t *testing.T) {
	e := start(t, newSimulator())
	got, err := json.MarshalIndent(e.Schema, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "schema.json", string(got)+"\n")
	for _, c := range e.Schema[table].Columns {
		if d := c.Description; !strings.HasSuffix(d, ".") || d[:1] != strings.ToUpper(d[:1]) {
			t.Errorf("%s: the description %q is not a sentence", c.Name, d)
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, name, string(want), got)
}

// What means "no rows" means it only for the first page: later, the list would
// end short.
func TestNoRowsOrAnError(t *testing.T) {
	const denied = "Forbidden.AccessDenied.AccessTokenPermissionDenied"
	tests := []struct {
		name   string
		config string
		on     func(simulator.Call) bool
		code   string
		ok     bool
	}{
		{"an unknown schedule", "", simulator.OnFirstPage, "invalidScheduleConferenceId", true},
		{"a schedule that is gone on a later page", "", simulator.OnLaterPage, "invalidScheduleConferenceId", false},
		{"another code", "", simulator.OnFirstPage, denied, false},
		{"a code that is ignored", `ignore_error_codes = ["` + denied + `"]`, simulator.OnFirstPage, denied, true},
		{"a code that a wildcard ignores", `ignore_error_codes = ["x", "Forbidden.*"]`, simulator.OnFirstPage, denied, true},
		{"a wildcard for others", `ignore_error_codes = ["Forbidden.*.X"]`, simulator.OnFirstPage, denied, false},
		{"an ignored code on a later page", `ignore_error_codes = ["*"]`, simulator.OnLaterPage, denied, false},
		{"an ignored code on the token call", `ignore_error_codes = ["*"]`, simulator.OnToken, "invalidClientIdOrSecret", false},
		{"an answer without a code", `ignore_error_codes = ["*"]`, simulator.OnFirstPage, "", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			sim := newSimulator()
			sim.Schedules["a"], _ = conferences("a", 2)
			sim.Script(simulator.Fault{On: test.on, Serve: simulator.Refuse(403, test.code, "")})
			rows, err := query(t, start(t, sim, "page_size = 1", test.config), scan("a"))
			if (err == nil) != test.ok || err == nil && len(rows) > 0 {
				t.Errorf("%d rows, %v", len(rows), err)
			}
		})
	}
}

// The error comes before any call to the API, and every time: the SDK
// may not listen yet when a list call fails at once.
func TestConfigErrorsAreNotLost(t *testing.T) {
	sim := newSimulator()
	e := start(t, sim)
	if err := e.Configure(engine.Connection{Name: "dingtalk", Config: `client_id = "x"`}); err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		s := scan("a")
		s.Cache = i%2 == 0
		if _, err := query(t, e, s); err == nil {
			t.Fatal("a query without credentials is an empty table")
		}
	}
	diff(t, "calls", []string(nil), calls(sim))
}

// The hub's Postgres and export builds import the package and call
// Plugin. Importing it must leave standard output, flags and environment alone.
func TestImportedLikeTheHubDoes(t *testing.T) {
	cmd := exec.Command("go", "run", "./testdata/importer")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	tables := slices.Sorted(maps.Keys(dingtalk.Plugin(t.Context()).TableMap))
	if want := fmt.Sprintf("steampipe-plugin-dingtalk: tables %v, flags [], environment unchanged\n", tables); string(out) != want {
		t.Errorf("got %q, want %q", out, want)
	}
}

// An error shows the beginning of a value that has no end.
func TestLongValuesInErrors(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	sim.Script(simulator.Fault{On: func(c simulator.Call) bool { return c.Kind == simulator.ConferenceCall }, Serve: simulator.Refuse(403, "Forbidden.AccessDenied.IpNotInWhiteList", "no")})
	for _, id := range []string{strings.Repeat("会", 5000), "a\nError: forged"} {
		_, err := query(t, e, scan(id))
		if err == nil || len(err.Error()) > 2000 || strings.Contains(err.Error(), "\n") || (len(id) > 1000) != strings.Contains(err.Error(), "… (5000 characters in all)") {
			t.Errorf("%.300v", err)
		}
	}
}
