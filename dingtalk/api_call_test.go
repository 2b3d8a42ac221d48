package dingtalk_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
)

var ownApps atomic.Int64

// ofItsOwn is an engine for an app that no other test has: the process remembers its
// calls.
func ofItsOwn(t *testing.T, server engine.Server, more string) (*engine.Engine, *simulator.Simulator) {
	t.Helper()
	sim := simulator.Demo(simulator.DemoTime)
	sim.App.ClientID = fmt.Sprintf("%s-%d", t.Name(), ownApps.Add(1))
	http := httptest.NewServer(sim)
	t.Cleanup(http.Close)
	e, err := engine.New(server, engine.Connection{Name: "dingtalk", Config: spc.Body(http.URL, sim.App.ClientID, sim.App.ClientSecret) + more})
	if err != nil {
		t.Fatal(err)
	}
	return e, sim
}

func apiCalls(t *testing.T, e *engine.Engine, columns ...string) map[string]row {
	t.Helper()
	rows, err := query(t, e, engine.Scan{Table: callsTable, Columns: append(columns, "api"), Cache: true})
	if err != nil {
		t.Fatal(err)
	}
	byAPI := map[string]row{}
	for _, r := range rows {
		byAPI[r["api"].(string)] = r
		delete(r, "api")
	}
	return byAPI
}

const (
	ongoingAPI = "GET /v1.0/conference/orgConferences"
	tokenAPI   = "POST /v1.0/oauth2/accessToken"
)

// The table has what the queries before it have called, with the numbers of each API. It
// makes no call itself, and no cache has its rows.
func TestAPICalls(t *testing.T) {
	for name, server := range servers() {
		t.Run(name, func(t *testing.T) {
			e, sim := ofItsOwn(t, server(), "")
			diff(t, "rows before any call", map[string]row{}, apiCalls(t, e, "calls"))
			running := engine.Scan{Table: "dingtalk_ongoing_conference", Columns: []string{"conference_id"}}
			if _, err := query(t, e, running); err != nil {
				t.Fatal(err)
			}
			numbers := []string{"calls", "calls_last_day", "calls_last_hour", "counted", "last_error_code", "refused", "refused_codes", "repeated", "throttled", "title"}
			of := func(api string, counted bool, changes row) row {
				r := row{"calls": int64(1), "calls_last_day": int64(1), "calls_last_hour": int64(1), "counted": counted, "last_error_code": nil, "refused": int64(0), "refused_codes": nil, "repeated": int64(0), "throttled": int64(0), "title": api}
				for column, v := range changes {
					r[column] = v
				}
				return r
			}
			diff(t, "rows", map[string]row{ongoingAPI: of(ongoingAPI, true, nil), tokenAPI: of(tokenAPI, false, nil)}, apiCalls(t, e, numbers...))

			sim.Script(simulator.Fault{On: func(c simulator.Call) bool { return c.Kind == simulator.OngoingCall }, Times: 1, Serve: simulator.Refuse(403, "Forbidden.AccessDenied.IpNotInWhiteList", "no")})
			if _, err := query(t, e, running); err == nil {
				t.Fatal("no error")
			}
			refused := of(ongoingAPI, true, row{"calls": int64(2), "calls_last_day": int64(2), "calls_last_hour": int64(2), "refused": int64(1), "last_error_code": "Forbidden.AccessDenied.IpNotInWhiteList", "refused_codes": map[string]any{"Forbidden.AccessDenied.IpNotInWhiteList": float64(1)}})
			diff(t, "the row with a refusal", refused, apiCalls(t, e, numbers...)[ongoingAPI])
			for api, r := range apiCalls(t, e, "mean_milliseconds", "worst_milliseconds", "last_call_time", "calls_last_second") {
				mean, worst := r["mean_milliseconds"].(float64), r["worst_milliseconds"].(float64)
				if mean <= 0 || worst < mean || r["last_call_time"] == nil || r["calls_last_second"].(int64) > 2 {
					t.Errorf("%s: %v", api, r)
				}
			}
			diff(t, "calls of the simulator", 3, len(sim.Calls()))
		})
	}
}

// Beyond calls_per_day a query is an error that names the argument, what was called and
// when the next call is free; what the cache has, and what is not counted, is still
// answered. The connection shows the day.
func TestCallsPerDay(t *testing.T) {
	for name, server := range servers() {
		t.Run(name, func(t *testing.T) {
			e, sim := ofItsOwn(t, server(), "calls_per_day = 2\n")
			running := engine.Scan{Table: "dingtalk_ongoing_conference", Columns: []string{"conference_id"}, Cache: true}
			rows, err := query(t, e, running)
			if err != nil {
				t.Fatal(err)
			}
			_, err = query(t, e, scan(simulator.DemoAllHands, simulator.DemoStandup, simulator.DemoBoard))
			for _, part := range []string{"dingtalk_schedule_conference", "calls_per_day is 2, and 2 calls that count", "in the last 24 hours", "The next call is free at 2", "raise calls_per_day in the connection"} {
				if err == nil || !strings.Contains(err.Error(), part) {
					t.Errorf("the error lacks %q: %v", part, err)
				}
			}
			counted := int64(len(asked(sim))) // the error of one id may cancel the call for another
			if counted < 1 || counted > 2 {
				t.Errorf("%d calls that count", counted)
			}
			again, err := query(t, e, running)
			diff(t, "the cached rows", rows, again)
			if err != nil {
				t.Error(err)
			}
			person := engine.Scan{Table: "dingtalk_user", Columns: []string{"name"}, Quals: []engine.Qual{engine.Equals("user_id", sim.People[0].UserID)}}
			if rows, err := query(t, e, person); len(rows) != 1 || err != nil {
				t.Errorf("a person: %v, %v", rows, err)
			}
			shown, err := query(t, e, connection("calls_last_day", "calls_per_day"))
			if err != nil {
				t.Fatal(err)
			}
			if n := shown[0]["calls_last_day"].(int64); n < counted || n > 2 || shown[0]["calls_per_day"] != int64(2) {
				t.Errorf("the connection, after %d calls: %v", counted, shown)
			}
		})
	}
}

// Where each row costs a call of its own, the error says how many rows are left.
func TestCallsPerDayWithinRows(t *testing.T) {
	// Eight rows are filled in at a time: the ninth begins when another is done.
	e, sim := ofItsOwn(t, dingtalk.NewServer(), "calls_per_day = 9\nacting_union_id = \""+demoKeys(t)["acting_union_id"]+"\"\n")
	for n := range 12 - len(sim.Rooms) {
		room := sim.Rooms[0]
		room.RoomID = fmt.Sprint("another-", n)
		sim.Rooms = append(sim.Rooms, room)
	}
	_, err := query(t, e, engine.Scan{Table: "dingtalk_meeting_room", Columns: []string{"room_id", "description"}})
	const want = "; ([4-9]|10|11) of the 12 rows still need a call. " // the error may cancel calls for rows
	if err == nil || !regexp.MustCompile(want).MatchString(err.Error()) {
		t.Errorf("the error lacks %q: %v", want, err)
	}
	if n := len(asked(sim)); n > 9 {
		t.Errorf("%d calls", n)
	}
}

// Connections with one CorpId share the day, whichever apps they have; an access token of
// its own keeps it when the token is replaced.
func TestCallsPerDayOfConnections(t *testing.T) {
	sim := simulator.Demo(simulator.DemoTime)
	http := httptest.NewServer(sim)
	t.Cleanup(http.Close)
	corp, other := fmt.Sprint("corp-", ownApps.Add(1)), fmt.Sprint("corp-", ownApps.Add(1))
	of := func(name, corp, token string) engine.Connection {
		c := engine.Connection{Name: name, Config: fmt.Sprintf("endpoint = %q\naccess_token = %q\n", http.URL, token)}
		if corp != "" {
			c.Config += fmt.Sprintf("corp_id = %q\n", corp)
		}
		return c
	}
	token := func() string { return fmt.Sprint("token-", ownApps.Add(1)) } // DingTalk refuses it, and counts the call
	own := fmt.Sprint("own-", ownApps.Add(1))
	e, err := engine.New(dingtalk.NewServer(), of("a", corp, token()), of("b", corp, token()), of("c", other, token()), of(own, "", token()))
	if err != nil {
		t.Fatal(err)
	}
	call := func(connection string) {
		t.Helper()
		if rows, err := query(t, e, engine.Scan{Connection: connection, Table: "dingtalk_ongoing_conference", Columns: []string{"title"}}); err == nil {
			t.Fatalf("%d rows", len(rows))
		}
	}
	calls := func(want map[string]int64) {
		t.Helper()
		for name, n := range want {
			s := connection("calls_last_day", "calls_per_day")
			s.Connection = name
			rows, err := query(t, e, s)
			if err != nil {
				t.Fatal(err)
			}
			diff(t, name, []row{{"calls_last_day": n, "calls_per_day": nil}}, rows)
		}
	}
	call("a")
	call(own)
	calls(map[string]int64{"a": 1, "b": 1, "c": 0, own: 1})
	if err := e.Reconfigure(of(own, "", token())); err != nil {
		t.Fatal(err)
	}
	call("b")
	call(own)
	calls(map[string]int64{"a": 2, "b": 2, "c": 0, own: 2})
}

// An API that has answered no call has no times and no codes.
func TestAPICallsWithoutAnswers(t *testing.T) {
	e, sim := ofItsOwn(t, dingtalk.NewServerWithSleep(func(context.Context, time.Duration) error { return nil }), "")
	sim.Script(simulator.Fault{On: simulator.OnKind(simulator.OngoingCall), Serve: simulator.Drop})
	if _, err := query(t, e, engine.Scan{Table: "dingtalk_ongoing_conference", Columns: []string{"conference_id"}}); err == nil {
		t.Fatal("no error")
	}
	got := apiCalls(t, e, "calls", "last_error_code", "mean_milliseconds", "refused", "refused_codes", "repeated", "worst_milliseconds")[ongoingAPI]
	if n := got["calls"].(int64); n < 6 || got["repeated"].(int64) < 5 { // net/http may send one more
		t.Errorf("%v", got)
	}
	delete(got, "calls")
	delete(got, "repeated")
	diff(t, "the row", row{"last_error_code": nil, "mean_milliseconds": nil, "refused": int64(0), "refused_codes": nil, "worst_milliseconds": nil}, got)
}

// A wrong number of calls_per_day is named, with what may stand there.
func TestWrongCallsPerDay(t *testing.T) {
	for _, value := range []string{"0", "-1", "1.5", `"many"`} {
		e, sim := ofItsOwn(t, dingtalk.NewServer(), "calls_per_day = "+value+"\n")
		_, err := query(t, e, engine.Scan{Table: "dingtalk_ongoing_conference", Columns: []string{"conference_id"}})
		if err == nil || !strings.Contains(err.Error(), "calls_per_day is ") || !strings.Contains(err.Error(), "from 1 to 10000000 (leave it out for no bound)") {
			t.Errorf("%s: %v", value, err)
		}
		diff(t, "calls", 0, len(sim.Calls()))
	}
}

// A server's own allowance bounds the calls of all its connections.
func TestAllowanceOfAServer(t *testing.T) {
	server := dingtalk.NewServer()
	server.Allow(client.Allowance{Argument: "--max-calls", Calls: 1})
	e, sim := ofItsOwn(t, server, "")
	_, err := query(t, e, scan(simulator.DemoAllHands, simulator.DemoStandup))
	if err == nil || !strings.Contains(err.Error(), "--max-calls is 1, and 1 call that counts") || strings.Contains(err.Error(), "calls_per_day") {
		t.Error(err)
	}
	if n := sim.Count(simulator.ConferenceCall); n > 1 {
		t.Errorf("%d calls", n)
	}
}
