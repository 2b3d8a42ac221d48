// Package answers plays answers of DingTalk, which people have seen or which its
// documentation has, and judges what a query returns for them.
package answers

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Case is some answers of DingTalk, and what a query has to return for them. To add one
// to the file, write the answer there as it came, with other ids and names in it, and
// what the query should return.
type Case struct {
	// About is a sentence on the answer.
	About string
	// Source is "seen" if somebody got the answer, "page" if DingTalk's documentation
	// has it, "likely" if a similar API gave it.
	Source string
	// From is who saw it, or which page of the documentation has it.
	From  string
	Query string
	// Connection are the arguments in place of a client id and secret.
	Connection map[string]string
	// Calls are the answers; a call that no entry fits is not found. Token calls
	// are answered in any case.
	Calls []*Call
	Want  Want
}

// Want is what the query of a case has to return.
type Want struct {
	// Rows are all rows, in order; Count is only their number.
	Rows  []map[string]any
	Count int
	// Error has expressions that the error matches, ErrorLacks those that it does
	// not.
	Error      []string
	ErrorLacks []string `json:"error_lacks"`
	// Calls are how often calls are made.
	Calls map[string]int
}

// Call is a call and its answers, one after another. Further calls get the last answer.
type Call struct {
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
}

// Load reads a file of cases.
func Load(path string) ([]*Case, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var cases []*Case
	decoder := json.NewDecoder(file)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&cases); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return cases, nil
}

// Arguments returns the arguments of the case's connection, with an endpoint.
func (c *Case) Arguments(endpoint string) map[string]string {
	args := map[string]string{"client_id": "dingfakeapp", "client_secret": "fakesecretfakesecret"}
	if c.Connection != nil {
		args = maps.Clone(c.Connection)
	}
	args["endpoint"] = endpoint
	return args
}

// API answers the calls of a case.
type API struct {
	of *Case

	mu     sync.Mutex
	served map[*Call]int
	made   map[string]int
	tokens int
}

// NewAPI returns an API that has answered no call yet.
func NewAPI(c *Case) *API {
	return &API{of: c, served: map[*Call]int{}, made: map[string]int{}}
}

// Made returns how often each call was made.
func (a *API) Made() map[string]int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return maps.Clone(a.made)
}

func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm() // a body that is no form has no arguments
	a.mu.Lock()
	defer a.mu.Unlock()
	to := r.Method + " " + r.URL.EscapedPath()
	a.made[to]++
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	for _, call := range a.of.Calls {
		if call.To != to || slices.ContainsFunc(slices.Collect(maps.Keys(call.With)), func(name string) bool { return r.FormValue(name) != call.With[name] }) {
			continue
		}
		answer := call.Answers[min(a.served[call], len(call.Answers)-1)]
		a.served[call]++
		for name, value := range answer.Header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(max(answer.Status, http.StatusOK))
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

// Judge returns what is wrong with the rows of a case, or with its error, which is a
// text. same compares the rows with those wanted; nil compares their JSON.
func (c *Case) Judge(rows []map[string]any, failed string, made map[string]int, same func(want, got any) bool) (wrong []string) {
	wantsError := c.Want.Error != nil || c.Want.ErrorLacks != nil
	switch {
	case wantsError && failed == "":
		return []string{fmt.Sprintf("there are %d rows in place of an error", len(rows))}
	case !wantsError && failed != "":
		return []string{"there is an error: " + failed}
	}
	for _, expression := range c.Want.Error {
		if !regexp.MustCompile(expression).MatchString(failed) {
			wrong = append(wrong, fmt.Sprintf("the error lacks %q: %s", expression, failed))
		}
	}
	for _, expression := range c.Want.ErrorLacks {
		if regexp.MustCompile(expression).MatchString(failed) {
			wrong = append(wrong, fmt.Sprintf("the error has %q: %s", expression, failed))
		}
	}
	for name, value := range c.Connection {
		if (strings.HasSuffix(name, "secret") || strings.HasSuffix(name, "token")) && strings.Contains(failed, value) {
			wrong = append(wrong, "the error shows "+name)
		}
	}
	if same == nil {
		same = sameJSON
	}
	switch {
	case c.Want.Rows != nil && (len(rows) != len(c.Want.Rows) || len(rows) > 0 && !same(c.Want.Rows, rows)):
		wrong = append(wrong, fmt.Sprintf("the rows are %s, want %s", asJSON(rows), asJSON(c.Want.Rows)))
	case c.Want.Count > 0 && len(rows) != c.Want.Count:
		wrong = append(wrong, fmt.Sprintf("there are %d rows, want %d", len(rows), c.Want.Count))
	case !wantsError && c.Want.Rows == nil && c.Want.Count == 0:
		wrong = append(wrong, "the case wants nothing")
	}
	for call, n := range c.Want.Calls {
		if made[call] != n {
			wrong = append(wrong, fmt.Sprintf("%s was called %d times, want %d", call, made[call], n))
		}
	}
	return wrong
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func sameJSON(want, got any) bool {
	var a, b any
	return json.Unmarshal([]byte(asJSON(want)), &a) == nil && json.Unmarshal([]byte(asJSON(got)), &b) == nil && reflect.DeepEqual(a, b)
}
