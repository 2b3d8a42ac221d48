package simulator_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// Other tests trust that the simulator refuses what DingTalk refuses: where it
// let everything through, they would pass whatever the client does.

var app = simulator.App{ClientID: "id", ClientSecret: "sec", CorpID: "corp", SuiteTicket: "ticket"}

// reply is what a test looks at of an answer.
type reply struct {
	Status int
	Code   string // of a refusal
	Page   string // the meetings of a page, as "a0 a1"
	Token  string // of a token call
	Life   int    // seconds
}

// ask makes a call without a network. next is the page's nextToken.
func ask(ctx context.Context, sim *simulator.Simulator, method, target, token, body string) (r reply, next string) {
	request := httptest.NewRequestWithContext(ctx, method, target, strings.NewReader(body))
	request.Header.Set("x-acs-dingtalk-access-token", token)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	return sendTo(sim, request)
}

func sendTo(sim *simulator.Simulator, request *http.Request) (r reply, next string) {
	recorder := httptest.NewRecorder()
	sim.ServeHTTP(recorder, request)
	var a struct {
		Code           string
		NextToken      string
		ConferenceList []simulator.Conference
		AccessToken    string
		ExpireIn       int
		OtherToken     string `json:"access_token"`
		OtherLife      int    `json:"expires_in"`
	}
	_ = json.Unmarshal(recorder.Body.Bytes(), &a) // an answer that isn't JSON is an empty reply
	var ids []string
	for _, c := range a.ConferenceList {
		ids = append(ids, c.ConferenceID)
	}
	return reply{recorder.Code, a.Code, strings.Join(ids, " "), a.AccessToken + a.OtherToken, a.ExpireIn + a.OtherLife}, a.NextToken
}

const conferences = "/v1.0/conference/videoConferences/scheduleConferences/"

// page asks for a page with a token that is good.
func page(t *testing.T, sim *simulator.Simulator, schedule string, query ...string) (r reply, next string) {
	t.Helper()
	values := url.Values{}
	for i := 0; i < len(query); i += 2 {
		values.Set(query[i], query[i+1])
	}
	return ask(t.Context(), sim, http.MethodGet, conferences+schedule+"?"+values.Encode(), sim.IssueToken(), "")
}

// organization returns a simulator with schedules a and b of n meetings, which
// have the ids a0, a1, ….
func organization(n int) *simulator.Simulator {
	sim := simulator.New(app)
	for _, id := range []string{"a", "b"} {
		for i := range n {
			sim.Schedules[id] = append(sim.Schedules[id], simulator.Conference{ConferenceID: fmt.Sprint(id, i)})
		}
	}
	return sim
}

func equal(t *testing.T, what string, want, got any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func refused(status int, code string) reply { return reply{Status: status, Code: code} }

// Any sliding second holds so many calls and no more. Refused calls don't count.
func TestThrottle(t *testing.T) {
	type call struct {
		at time.Duration
		ok bool
	}
	tests := []struct {
		name  string
		limit int
		calls []call
	}{
		{"no limit", 0, []call{{0, true}, {0, true}, {0, true}, {0, true}}},
		{"all at once", 2, []call{{0, true}, {0, true}, {0, false}, {0, false}}},
		{"to the end of the second", 2, []call{{0, true}, {0, true}, {999 * time.Millisecond, false}, {time.Second, true}, {time.Second, true}, {time.Second, false}}},
		{"across two seconds", 2, []call{{900 * time.Millisecond, true}, {950 * time.Millisecond, true}, {1050 * time.Millisecond, false},
			{1899 * time.Millisecond, false}, {1900 * time.Millisecond, true}, {1949 * time.Millisecond, false}, {1950 * time.Millisecond, true}}},
		{"a refused call does not count", 1, []call{{0, true}, {500 * time.Millisecond, false}, {time.Second, true}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := organization(1)
				sim.CallsPerSecond = test.limit
				start, throttled := time.Now(), 0
				for _, c := range test.calls {
					time.Sleep(c.at - time.Since(start))
					want := refused(403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi")
					if c.ok {
						want = reply{Status: 200, Page: "a0"}
					} else {
						throttled++
					}
					got, _ := page(t, sim, "a")
					equal(t, fmt.Sprint("call at ", c.at), want, got)
				}
				equal(t, "throttled", throttled, sim.Throttled())
			})
		})
	}
}

// Token calls are not what CallsPerSecond limits.
func TestThrottleLeavesTokenCalls(t *testing.T) {
	sim := organization(1)
	sim.CallsPerSecond = 1
	for range 3 {
		got, _ := ask(t.Context(), sim, http.MethodPost, "/v1.0/oauth2/accessToken", "", `{"appKey":"id","appSecret":"sec"}`)
		equal(t, "token", reply{Status: 200, Token: "simulated-token-1", Life: 7200}, got)
	}
}

func TestPages(t *testing.T) {
	sim := organization(5)
	var got []string
	next := ""
	for more := true; more; more = next != "" {
		var r reply
		r, next = page(t, sim, "a", "maxResults", "2", "nextToken", next)
		got = append(got, r.Page)
	}
	equal(t, "pages", []string{"a0 a1", "a2 a3", "a4"}, got)
}

// A position is good for its own schedule, and as long as that has so many
// meetings.
func TestPositions(t *testing.T) {
	_, third := page(t, organization(5), "a", "maxResults", "2")
	_, last := page(t, organization(5), "a", "maxResults", "4")
	// forged is the third's position with another number.
	forged := func(n string) string {
		b, _ := base64.RawURLEncoding.DecodeString(third)
		return base64.RawURLEncoding.EncodeToString(bytes.Replace(b, []byte("2"), []byte(n), 1))
	}
	wrong := refused(400, "paramsError")
	tests := []struct {
		name, schedule, position string
		n                        int // meetings of the schedule
		want                     reply
	}{
		{"its own schedule", "a", third, 5, reply{Status: 200, Page: "a2 a3 a4"}},
		{"another schedule", "b", third, 5, wrong},
		{"the end of a schedule that became shorter", "a", last, 4, reply{Status: 200}},
		{"beyond the end of a schedule that became shorter", "a", last, 3, wrong},
		{"the beginning", "a", "0", 5, reply{Status: 200, Page: "a0 a1 a2 a3 a4"}},
		{"another number", "a", forged("4"), 5, reply{Status: 200, Page: "a4"}},
		{"before the beginning", "a", forged("-1"), 5, wrong},
		{"no number", "a", forged("x"), 5, wrong},
		{"no schedule", "a", base64.RawURLEncoding.EncodeToString([]byte("2")), 5, wrong},
		{"nothing that the simulator wrote", "a", "2!", 5, wrong},
		{"not base64 behind one that is", "a", third + "!", 5, wrong},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, _ := page(t, organization(test.n), test.schedule, "nextToken", test.position)
			equal(t, "answer", test.want, got)
		})
	}
}

func TestPageSizes(t *testing.T) {
	tests := []struct {
		maxResults string
		n          int // meetings on the page; 0 is a refusal
	}{
		{"", 20}, {"1", 1}, {"7", 7}, {"200", 200}, {"201", 200}, {"500", 200},
		{"0", 0}, {"-1", 0}, {"x", 0}, {"99999999999999999999", 0},
	}
	for _, test := range tests {
		got, next := page(t, organization(201), "a", "maxResults", test.maxResults)
		n := len(strings.Fields(got.Page))
		if n != test.n || (next != "") != (test.n > 0) || (got.Code == "paramsError") != (test.n == 0) {
			t.Errorf("maxResults %q: %d meetings, nextToken %q, code %q", test.maxResults, n, next, got.Code)
		}
	}
}

// Each flow's token call refuses whatever is wrong in it.
func TestTokenCalls(t *testing.T) {
	token := reply{Status: 200, Token: "simulated-token-1", Life: 7200}
	tests := []struct {
		name, path, body string
		want             reply
	}{
		{"an internal app", "accessToken", `{"appKey":"id","appSecret":"sec"}`, token},
		{"an internal app, another id", "accessToken", `{"appKey":"x","appSecret":"sec"}`, refused(400, "invalidClientIdOrSecret")},
		{"an internal app, another secret", "accessToken", `{"appKey":"id","appSecret":"x"}`, refused(400, "invalidClientIdOrSecret")},
		{"no JSON", "accessToken", `appKey=id&appSecret=sec`, refused(400, "paramsError")},
		{"no object", "accessToken", `null`, refused(400, "paramsError")},
		{"no body", "accessToken", ``, refused(400, "paramsError")},
		{"a third-party app", "corpAccessToken", `{"suiteKey":"id","suiteSecret":"sec","suiteTicket":"ticket","authCorpId":"corp"}`, token},
		{"a third-party app, another id", "corpAccessToken", `{"suiteKey":"x","suiteSecret":"sec","suiteTicket":"ticket","authCorpId":"corp"}`, refused(400, "invalidSuiteKey")},
		{"a third-party app, another secret", "corpAccessToken", `{"suiteKey":"id","suiteSecret":"x","suiteTicket":"ticket","authCorpId":"corp"}`, refused(400, "invalidSuiteKey")},
		{"a third-party app, another ticket", "corpAccessToken", `{"suiteKey":"id","suiteSecret":"sec","suiteTicket":"x","authCorpId":"corp"}`, refused(400, "invalidSuiteTicket")},
		{"a third-party app, another organization", "corpAccessToken", `{"suiteKey":"id","suiteSecret":"sec","suiteTicket":"ticket","authCorpId":"x"}`, refused(400, "invalidAuthInfo")},
		{"an organization", "corp/token", `{"client_id":"id","client_secret":"sec","grant_type":"client_credentials"}`, token},
		{"an organization, another id", "corp/token", `{"client_id":"x","client_secret":"sec","grant_type":"client_credentials"}`, refused(400, "invalid.client")},
		{"an organization, another secret", "corp/token", `{"client_id":"id","client_secret":"x","grant_type":"client_credentials"}`, refused(400, "invalid.client")},
		{"an organization, another grant", "corp/token", `{"client_id":"id","client_secret":"sec","grant_type":"x"}`, refused(400, "unsupported.grant.type")},
		{"another organization", "x/token", `{"client_id":"id","client_secret":"sec","grant_type":"client_credentials"}`, refused(401, "unauthorized.client")},
		{"another flow", "userAccessToken", `{}`, refused(404, "InvalidAction.NotFound")},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, _ := ask(t.Context(), simulator.New(app), http.MethodPost, "/v1.0/oauth2/"+test.path, "", test.body)
			equal(t, "answer", test.want, got)
		})
	}
}

// DingTalk refuses a form, whatever is in it.
func TestTokenCallThatIsAForm(t *testing.T) {
	for contentType, want := range map[string]reply{
		"application/json; charset=utf-8":   {Status: 200, Token: "simulated-token-1", Life: 7200},
		"application/x-www-form-urlencoded": refused(400, "paramsError"),
		"":                                  refused(400, "paramsError"),
	} {
		request := httptest.NewRequest(http.MethodPost, "/v1.0/oauth2/accessToken", strings.NewReader(`{"appKey":"id","appSecret":"sec"}`))
		request.Header.Set("Content-Type", contentType)
		got, _ := sendTo(simulator.New(app), request)
		equal(t, contentType, want, got)
	}
}

// A token is good until the end of its life, or until it is revoked; an
// internal app's next token call renews the one that lives.
func TestTokenLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := organization(1)
		sim.TokenLife = time.Minute
		try := func(what, token string, want reply) {
			t.Helper()
			got, _ := ask(t.Context(), sim, http.MethodGet, conferences+"a", token, "")
			equal(t, what, want, got)
		}
		fetch := func(what, want string) {
			t.Helper()
			got, _ := ask(t.Context(), sim, http.MethodPost, "/v1.0/oauth2/accessToken", "", `{"appKey":"id","appSecret":"sec"}`)
			equal(t, what, reply{Status: 200, Token: want, Life: 60}, got)
		}
		good, dead := reply{Status: 200, Page: "a0"}, refused(400, "InvalidAuthentication")

		try("no token", "", dead)
		try("a token that nobody issued", "simulated-token-1", dead)
		fetch("the first token", "simulated-token-1")
		try("the first token", "simulated-token-1", good)
		time.Sleep(40 * time.Second)
		fetch("the first token, renewed", "simulated-token-1")
		time.Sleep(59 * time.Second)
		try("the first token, late in its second life", "simulated-token-1", good)
		time.Sleep(time.Second)
		try("the first token, at the end of its life", "simulated-token-1", dead)
		fetch("the second token", "simulated-token-2")
		sim.RevokeTokens()
		try("the second token, revoked", "simulated-token-2", dead)
		fetch("the third token", "simulated-token-3")
		try("the third token", "simulated-token-3", good)
	})
}

// What isn't exactly a call that DingTalk knows is none.
func TestOtherCalls(t *testing.T) {
	none := refused(404, "InvalidAction.NotFound")
	tests := []struct {
		name, method, target string
		want                 reply
	}{
		{"a schedule", http.MethodGet, conferences + "a", reply{Status: 200, Page: "a0"}},
		{"an escaped schedule", http.MethodGet, conferences + "%61", reply{Status: 200, Page: "a0"}},
		{"a schedule that isn't there", http.MethodGet, conferences + "x", refused(400, "invalidScheduleConferenceId")},
		{"another method", http.MethodPost, conferences + "a", none},
		{"no schedule", http.MethodGet, conferences, none},
		{"a path below a schedule", http.MethodGet, conferences + "a/b", none},
		{"an escaped slash is part of the schedule", http.MethodGet, conferences + "a%2Fb", refused(400, "invalidScheduleConferenceId")},
		{"another path", http.MethodGet, "/a", none},
		{"a token call by another method", http.MethodGet, "/v1.0/oauth2/accessToken", none},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			sim := organization(1)
			got, _ := ask(t.Context(), sim, test.method, test.target, sim.IssueToken(), "")
			equal(t, "answer", test.want, got)
		})
	}
}

// The first fault that matches serves a call, as often as it says; then comes
// the next.
func TestFaults(t *testing.T) {
	sim := organization(2)
	sim.Script(
		simulator.Fault{On: simulator.OnLaterPage, Serve: simulator.Refuse(500, "later", "")},
		simulator.Fault{On: simulator.OnFirstPage, Times: 2, Serve: simulator.Refuse(500, "twice", "")},
		simulator.Fault{On: simulator.OnToken, Serve: simulator.Refuse(500, "token", "")},
		simulator.Fault{Times: 1, Serve: simulator.Refuse(500, "once", "")},
	)
	var got []string
	for range 4 {
		r, _ := page(t, sim, "a")
		got = append(got, r.Code)
	}
	r, _ := page(t, sim, "a", "nextToken", "x")
	got = append(got, r.Code)
	sim.ClearFaults()
	r, _ = page(t, sim, "a", "nextToken", "x")
	got = append(got, r.Code)
	equal(t, "codes", []string{"twice", "twice", "once", "", "later", "paramsError"}, got)
}

// A late answer comes at its time, and not at all to a caller that has left.
func TestDelay(t *testing.T) {
	for _, test := range []struct {
		name string
		stay time.Duration
		want string
		took time.Duration
	}{
		{"a caller that stays", time.Hour, "a0", time.Minute},
		{"a caller that leaves", time.Second, "", time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := organization(1)
				token := sim.IssueToken()
				sim.Script(simulator.Fault{Serve: simulator.Delay(time.Minute)})
				ctx, cancel := context.WithTimeout(t.Context(), test.stay)
				defer cancel()
				start := time.Now()
				got, _ := ask(ctx, sim, http.MethodGet, conferences+"a", token, "")
				equal(t, "page", test.want, got.Page)
				equal(t, "time", test.took, time.Since(start))
			})
		})
	}
}

// The log says what was asked, and is a caller's own copy.
func TestLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := organization(3)
		page(t, sim, "a", "maxResults", "2")
		time.Sleep(time.Minute)
		page(t, sim, "b%2Fc", "nextToken", "x")
		want := []simulator.Call{
			{Kind: simulator.ConferenceCall, Method: "GET", Path: conferences + "a", ScheduleConferenceID: "a", MaxResults: "2",
				Params: map[string]string{"scheduleConferenceId": "a", "maxResults": "2"},
				Token:  "simulated-token-1", At: time.Now().Add(-time.Minute)},
			{Kind: simulator.ConferenceCall, Method: "GET", Path: conferences + "b%2Fc", ScheduleConferenceID: "b/c", NextToken: "x",
				Params: map[string]string{"scheduleConferenceId": "b/c", "nextToken": "x"},
				Token:  "simulated-token-2", At: time.Now()},
		}
		calls := sim.Calls()
		equal(t, "calls", want, calls)
		clear(calls)
		equal(t, "calls, after a caller changed its copy", want, sim.Calls())
		sim.ClearCalls()
		equal(t, "calls, cleared", 0, len(sim.Calls()))
	})
}
