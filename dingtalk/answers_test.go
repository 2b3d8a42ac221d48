package dingtalk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
)

// answersCase is a case of testdata/answers.json: what DingTalk answered, and
// what has to come of it. To add one, put the answer there as it came, with other
// ids and names in it, and what the query should return.
type answersCase struct {
	// About is a sentence on the answer.
	About string
	// Source is "seen" if somebody got the answer, "page" if a page of DingTalk's
	// has it, "likely" if it was seen in a similar place.
	Source string
	// From is who saw it, or which page.
	From  string
	Query string
	// Connection are the arguments in place of a client id and secret.
	Connection map[string]string
	// Calls are the answers; a call that no entry fits is not found. Token calls
	// are answered in any case.
	Calls []*cannedCall
	Want  struct {
		// Rows are all rows, in order; Count is only their number.
		Rows  []map[string]any
		Count int
		// Error has expressions that the error matches, ErrorLacks those that it
		// does not.
		Error      []string
		ErrorLacks []string `json:"error_lacks"`
		// Calls are how often calls are made.
		Calls map[string]int
	}
}

// cannedCall is the answers to a call, one after another; the last of them also
// to all that follow.
type cannedCall struct {
	// To is the method and the path.
	To string
	// With are arguments that the call has.
	With    map[string]string
	Answers []struct {
		Status int // 0 is 200
		Header map[string]string
		Body   json.RawMessage
		// Text is a body that is no JSON.
		Text string
	}
	served int
}

// cannedAPI answers the calls of a case.
type cannedAPI struct {
	t     *testing.T
	calls []*cannedCall

	mu     sync.Mutex
	made   map[string]int
	tokens int
}

func (a *cannedAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		a.t.Error(err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	to := r.Method + " " + r.URL.EscapedPath()
	a.made[to]++
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	for _, call := range a.calls {
		if call.To != to || slices.ContainsFunc(slices.Collect(maps.Keys(call.With)), func(name string) bool { return r.FormValue(name) != call.With[name] }) {
			continue
		}
		answer := call.Answers[min(call.served, len(call.Answers)-1)]
		call.served++
		for name, value := range answer.Header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(max(answer.Status, 200))
		fmt.Fprint(w, string(answer.Body)+answer.Text)
		return
	}
	if strings.HasPrefix(r.URL.Path, "/v1.0/oauth2/") {
		a.tokens++
		fmt.Fprintf(w, `{"accessToken":"t%[1]d","expireIn":7200,"access_token":"t%[1]d","expires_in":7200}`, a.tokens)
		return
	}
	w.WriteHeader(http.StatusNotFound)
	fmt.Fprint(w, `{"code":"InvalidAction.NotFound","message":"Specified api is not found, please check your url and method."}`)
}

// What DingTalk really answers, as people saw it or as its pages have it, and
// what has to come of it in SQL.
func TestAnswers(t *testing.T) {
	text, err := os.ReadFile("testdata/answers.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []answersCase
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&cases); err != nil {
		t.Fatal(err)
	}
	sources := map[string]int{}
	for _, c := range cases {
		sources[c.Source]++
		t.Run(c.About, func(t *testing.T) {
			t.Parallel()
			c.play(t)
		})
	}
	if len(sources) != 3 || sources["seen"] == 0 || sources["page"] == 0 || sources["likely"] == 0 {
		t.Errorf("the sources are %v, want seen, page and likely", sources)
	}
}

func (c *answersCase) play(t *testing.T) {
	api := &cannedAPI{t: t, calls: c.Calls, made: map[string]int{}}
	server := httptest.NewServer(api)
	defer server.Close()
	connection := c.Connection
	if connection == nil {
		connection = map[string]string{"client_id": "dingfakeapp", "client_secret": "fakesecretfakesecret"}
	}
	config := fmt.Sprintf("endpoint = %q\n", server.URL)
	for name, value := range connection {
		config += fmt.Sprintf("%s = %q\n", name, value)
	}
	noSleep := func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	e, err := engine.New(dingtalk.NewServerWithSleep(noSleep), engine.Connection{Name: "dingtalk", Config: config})
	if err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(e, "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	result, err := db.Query(t.Context(), c.Query)

	switch {
	case c.Want.Error != nil || c.Want.ErrorLacks != nil:
		if err == nil {
			t.Fatalf("no error, but %v", result.Rows)
		}
		for _, expression := range c.Want.Error {
			if !regexp.MustCompile(expression).MatchString(err.Error()) {
				t.Errorf("the error lacks %q: %v", expression, err)
			}
		}
		for _, expression := range c.Want.ErrorLacks {
			if regexp.MustCompile(expression).MatchString(err.Error()) {
				t.Errorf("the error has %q: %v", expression, err)
			}
		}
		if secret := connection["client_secret"]; secret != "" && strings.Contains(err.Error(), secret) {
			t.Errorf("the error shows the secret: %v", err)
		}
	case err != nil:
		t.Fatal(err)
	case c.Want.Rows != nil:
		got := []map[string]any{}
		for _, row := range result.Rows {
			named := map[string]any{}
			for i, column := range result.Columns {
				named[column] = row[i]
			}
			got = append(got, named)
		}
		diff(t, "rows", roundTrip(t, c.Want.Rows), roundTrip(t, got))
	case c.Want.Count > 0:
		diff(t, "number of rows", c.Want.Count, len(result.Rows))
	default:
		t.Fatal("the case wants nothing")
	}
	for call, n := range c.Want.Calls {
		diff(t, "calls of "+call, n, api.made[call])
	}
}

// roundTrip is a value as JSON has it.
func roundTrip(t *testing.T, v any) (decoded any) {
	t.Helper()
	b, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(b, &decoded)
	}
	if err != nil {
		t.Fatal(err)
	}
	return decoded
}
