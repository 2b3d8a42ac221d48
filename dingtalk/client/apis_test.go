package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// apis are all APIs without those of tokens. What holds for each is tested here.
var apis = []apiCase{
	scheduleConferencesAPI,
	ongoingConferencesAPI,
	conferenceAPI,
	roomCodeAPI,
	conferenceMembersAPI,
	recordingsAPI,
	scheduleSettingAPI,
	schedulePlanAPI,
	calendarViewAPI,
	calendarSeriesAPI,
	calendarEventAPI,
	calendarAttendeesAPI,
	meetingRoomsAPI,
	meetingRoomAPI,
	meetingRoomBookingsAPI,
	userIDAPI,
	userAPI,
	departmentUsersAPI,
	subDepartmentsAPI,
	authScopesAPI,
}

// apiCase is an API as the tests call it.
type apiCase struct {
	name string
	// declared is its path as it is declared, path the one that call calls.
	declared, path string
	// inBody is true where it takes its arguments as JSON.
	inBody bool
	// call calls it, with ids that are "x" or 7, and returns the number of rows.
	call func(context.Context, *client.Client, client.PageOptions) (rows int, err error)
	// asks are the arguments of each call that the list needs.
	asks []string
	// pages are the answers, with a row each.
	pages []string
	// ends are other answers that end a list of two pages, with a row each.
	ends map[string]string
	// bad are answers that are errors, which end in the text. That of {} names what
	// an answer has at the least.
	bad map[string]string
	// needs are fields of which an answer has at least one, if no single field is
	// required.
	needs []string
	// unread are the fields of pages[0] that may be anything.
	unread []string
	// codes are the errors that DingTalk documents for it.
	codes []codeCase
}

// codeCase is an error code.
type codeCase struct {
	status int
	code   string
	kind   client.Kind
	// advice is how the error ends; "" is any.
	advice string
}

// isLegacyAPI is true for the older API.
func (a apiCase) isLegacyAPI() bool { return isLegacy(simulator.Call{Path: a.path}) }

// inQuery is true for the older API that has its arguments and its token in the query.
func (a apiCase) inQuery() bool { return a.path == authScopesAPI.path }

func (a apiCase) on(c simulator.Call) bool { return c.Path == a.path }

// answer lets the API give these answers one after another; the last of them
// also to all calls that follow. It returns the arguments of the calls.
func (a apiCase) answer(t *testing.T, w *world, serve ...serveFunc) *[]string {
	asked := new([]string)
	w.sim.Script(simulator.Fault{On: a.on, Serve: func(rw http.ResponseWriter, r *http.Request, real http.Handler) {
		args, method := r.URL.RawQuery, http.MethodGet
		switch {
		case a.inQuery():
			equal(t, "query", "access_token=simulated-token-1", args)
			args = ""
		case a.isLegacyAPI():
			equal(t, "query", "", args)
			if err := r.ParseForm(); err != nil {
				t.Error(err)
			}
			equal(t, "token", "simulated-token-1", r.PostForm.Get("access_token"))
			r.PostForm.Del("access_token")
			args, method = r.PostForm.Encode(), http.MethodPost
		default:
			equal(t, "token", "simulated-token-1", r.Header.Get("x-acs-dingtalk-access-token"))
		}
		if a.inBody {
			equal(t, "query", "", args)
			equal(t, "content type", "application/json", r.Header.Get("Content-Type"))
			sent, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			args, method = string(sent), http.MethodPost
		}
		equal(t, "method", method, r.Method)
		n := len(*asked)
		*asked = append(*asked, args)
		serve[min(n, len(serve)-1)](rw, r, real)
	}})
	return asked
}

// good are the API's own answers.
func (a apiCase) good() []serveFunc {
	var all []serveFunc
	for _, page := range a.pages {
		all = append(all, body(page))
	}
	return all
}

// body answers with a body, and no refusal.
func body(text string) serveFunc { return simulator.Answer(200, text) }

// Each API is among the cases.
func TestEveryAPIIsTested(t *testing.T) {
	want := client.DeclaredPaths()
	var got []string
	for _, a := range apis {
		got = append(got, a.declared)
		if a.needed() == nil {
			t.Errorf("%s: bad does not say what is missing from {}", a.name)
		}
	}
	slices.Sort(got)
	equal(t, "paths", want, got)
}

func TestAPIs(t *testing.T) {
	for _, a := range apis {
		t.Run(a.name, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				asked := a.answer(t, w, a.good()...)
				rows, err := a.call(t.Context(), w.api, client.PageOptions{})
				equal(t, "error", error(nil), err)
				equal(t, "rows", len(a.pages), rows)
				equal(t, "arguments", a.asks, *asked)
			})
		})
		for name, end := range a.ends {
			t.Run(a.name+", "+name, func(t *testing.T) {
				inWorld(t, internalApp, func(t *testing.T, w *world) {
					asked := a.answer(t, w, a.good()[0], body(end))
					rows, err := a.call(t.Context(), w.api, client.PageOptions{})
					equal(t, "error", error(nil), err)
					equal(t, "rows", 2, rows)
					equal(t, "arguments", a.asks, *asked)
				})
			})
		}
	}
}

func TestBadAnswers(t *testing.T) {
	for _, a := range apis {
		for text, want := range a.bad {
			t.Run(a.name+" "+text, func(t *testing.T) {
				inWorld(t, internalApp, func(t *testing.T, w *world) {
					asked := a.answer(t, w, body(text))
					rows, err := a.call(t.Context(), w.api, client.PageOptions{})
					checkUnexpected(t, err, want)
					equal(t, "rows", 0, rows)
					equal(t, "calls", 1, len(*asked))
				})
			})
		}
	}
}

// checkUnexpected wants an error of kind Unexpected with a text in it.
func checkUnexpected(t *testing.T, err error, text string) {
	t.Helper()
	if !client.IsKind(err, client.Unexpected) || !strings.Contains(err.Error(), text) {
		t.Errorf("error %v, want %q", err, text)
	}
}

// A field of the wrong JSON type is an error that names it.
func TestTypesOfFields(t *testing.T) {
	for _, a := range apis {
		inWorld(t, internalApp, func(t *testing.T, w *world) {
			unread := slices.Clone(a.unread)
			eachField(json.RawMessage(a.pages[0]), "", func(s string) string { return s }, func(name string, value json.RawMessage, with func(string) string) bool {
				if i := slices.Index(unread, name); i >= 0 {
					unread = slices.Delete(unread, i, i+1)
					return false
				}
				for _, wrong := range []string{`{"odd":1}`, `["odd"]`, `"odd"`} {
					if wrong[0] == value[0] || wrong[0] == '"' && value[0] != '{' && value[0] != '[' {
						continue
					}
					w.sim.ClearFaults()
					a.answer(t, w, body(with(wrong)))
					_, err := a.call(t.Context(), w.api, client.PageOptions{})
					checkUnexpected(t, err, ": "+name+": ")
				}
				return true
			})
			if len(unread) > 0 {
				t.Errorf("%s: the answer has no %q", a.name, unread)
			}
		})
	}
}

// eachField visits the fields and entries of a JSON value; those within one
// while visit returns true. with is the whole with another value in its place.
func eachField(value json.RawMessage, name string, with func(string) string, visit func(name string, value json.RawMessage, with func(string) string) bool) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(value, &fields) == nil {
		for _, key := range slices.Sorted(maps.Keys(fields)) {
			withField := func(v string) string {
				all := maps.Clone(fields)
				all[key] = json.RawMessage(v)
				b, _ := json.Marshal(all)
				return with(string(b))
			}
			if name := strings.TrimPrefix(name+"."+key, "."); visit(name, fields[key], withField) {
				eachField(fields[key], name, withField, visit)
			}
		}
	}
	var entries []json.RawMessage
	if json.Unmarshal(value, &entries) == nil {
		for i, entry := range entries {
			withEntry := func(v string) string {
				all := slices.Clone(entries)
				all[i] = json.RawMessage(v)
				b, _ := json.Marshal(all)
				return with(string(b))
			}
			if name := fmt.Sprintf("%s[%d]", name, i); visit(name, entry, withEntry) {
				eachField(entry, name, withEntry, visit)
			}
		}
	}
}

// The codes that DingTalk documents.
func TestCodes(t *testing.T) {
	for _, a := range apis {
		for _, c := range a.codes {
			for form, refuse := range a.refusals(c.status, c.code) {
				t.Run(a.name+" "+c.code+form, func(t *testing.T) {
					inWorld(t, internalApp, func(t *testing.T, w *world) {
						asked := a.answer(t, w, refuse)
						start := time.Now()
						_, err := a.call(t.Context(), w.api, client.PageOptions{})
						took := time.Since(start)
						var e *client.Error
						if !errors.As(err, &e) {
							t.Fatal(err)
						}
						equal(t, "kind", c.kind, e.Kind)
						equal(t, "status", c.status, e.Status)
						if !strings.HasSuffix(err.Error(), c.advice) {
							t.Errorf("%q does not end in %q", err, c.advice)
						}
						switch c.kind {
						case client.Transient, client.Throttled, client.Busy:
							equal(t, "calls", maxAttempts, len(*asked))
						default:
							equal(t, "calls", 1, len(*asked))
							equal(t, "time", time.Duration(0), took)
						}
					})
				})
			}
		}
	}
}

// refusals are an error as the API sends it, by the name of its form.
func (a apiCase) refusals(status int, code string) map[string]serveFunc {
	if !a.isLegacyAPI() {
		return map[string]serveFunc{"": a.refuse(status, code)}
	}
	return legacyForms(code, "m")
}

// refuse is an error as the Open API sends it.
func (a apiCase) refuse(status int, code string) serveFunc {
	return simulator.Refuse(status, code, "m")
}

// Whatever goes wrong, on the first page or a later one, is an error, or was
// only for the moment.
func TestFaultsOfAPIs(t *testing.T) {
	for _, a := range apis {
		for _, f := range faults {
			if openCodes[f.name] && (a.isLegacyAPI() || f.kind == client.NotFound) || f.name == "an endless body" { // TestFaults has it
				continue
			}
			for page := range a.pages {
				t.Run(fmt.Sprintf("%s, %s on page %d", a.name, f.name, page+1), func(t *testing.T) {
					inWorld(t, internalApp, func(t *testing.T, w *world) {
						good := a.good()
						a.answer(t, w, append(good[:page:page], f.serve)...)
						rows, err := a.call(t.Context(), w.api, client.PageOptions{})
						if !client.IsKind(err, f.kind) {
							t.Fatalf("kind %d, %d rows, %v", f.kind, rows, err)
						}
						equal(t, "rows before the error", page, rows)
						checkNoSecret(t, "the error", err.Error())
						if f.pause == permanent {
							return
						}
						w.sim.ClearFaults()
						once := slices.Insert(slices.Clone(good), page, f.serve)
						if f.name == "a dropped connection" { // net/http repeats it on a new one
							once = slices.Insert(once, page, f.serve)
						}
						a.answer(t, w, once...)
						rows, err = a.call(t.Context(), w.api, client.PageOptions{})
						equal(t, "error", error(nil), err)
						equal(t, "rows", len(a.pages), rows)
					})
				})
			}
		}
	}
}

// openCodes are the faults that the older API has other codes for.
var openCodes = map[string]bool{
	"throttled by API": true, "qps exceeded": true, "busy": true, "a missing permission": true, "an address not allowed": true, "a spent quota": true, "an unknown schedule": true,
}

// Wait is called before each call, and its error ends the list.
func TestWaitOfAPIs(t *testing.T) {
	for _, a := range apis {
		inWorld(t, internalApp, func(t *testing.T, w *world) {
			asked := a.answer(t, w, a.good()...)
			stop := errors.New("no slot")
			leave := len(a.pages) - 1
			_, err := a.call(t.Context(), w.api, client.PageOptions{Wait: func(context.Context) error {
				if len(*asked) == leave {
					return stop
				}
				return nil
			}})
			if !errors.Is(err, stop) {
				t.Error(a.name, err)
			}
			equal(t, a.name+": calls", leave, len(*asked))
		})
	}
}

// rowsOf counts the rows of a list.
func rowsOf[P any](list iter.Seq2[P, error], rows func(P) int) (n int, err error) {
	for page, err := range list {
		if err != nil {
			return n, err
		}
		n += rows(page)
	}
	return n, nil
}

var scheduleConferencesAPI = apiCase{
	name:     "conferences of a schedule",
	declared: "/v1.0/conference/videoConferences/scheduleConferences/{scheduleConferenceId}",
	path:     "/v1.0/conference/videoConferences/scheduleConferences/x",
	call: func(ctx context.Context, c *client.Client, opt client.PageOptions) (int, error) {
		return rowsOf(c.ScheduleConferences(ctx, "x", opt), func(p *client.Page[*client.ScheduleConference]) int { return len(p.Entries) })
	},
	asks: []string{"", "nextToken=19"},
	pages: []string{
		`{"totalCount":2,"nextToken":"19","conferenceList":[{"conferenceId":"c1","title":"Weekly sync","roomCode":"123456789","status":2,"startTime":1668087731000,"endTime":1668087732000}]}`,
		`{"totalCount":2,"nextToken":"","conferenceList":[{}]}`,
	},
	bad: map[string]string{`{}`: "conferenceList is missing"},
	codes: []codeCase{
		{400, "invalidScheduleConferenceId", client.NotFound, "There is no such schedule: check the id."},
		{400, "paramsError", client.BadRequest, ""},
		{500, "systemError", client.Transient, ""},
	},
}

var ongoingConferencesAPI = apiCase{
	name:     "conferences in progress",
	declared: "/v1.0/conference/orgConferences",
	path:     "/v1.0/conference/orgConferences",
	call: func(ctx context.Context, c *client.Client, opt client.PageOptions) (int, error) {
		return rowsOf(c.OngoingConferences(ctx, opt), func(p *client.Page[*client.OngoingConference]) int { return len(p.Entries) })
	},
	asks: []string{"", "nextToken=50742351870"},
	pages: []string{
		`{"nextToken":"50742351870","totalCount":2,"hasMore":true,"onGoingConfList":[{"conferenceId":"a","title":"Vendor review","roomCode":"81236540097","status":2,"startTime":1755500400000,"endTime":"","creatorId":"u","creatorNick":"Lin","bizType":"0"}]}`,
		`{"hasMore":false,"onGoingConfList":[{}]}`,
	},
	bad:    map[string]string{`{}`: "onGoingConfList is missing"},
	unread: []string{"onGoingConfList[0].endTime"},
	codes: []codeCase{
		{400, "paramError", client.BadRequest, ""},
		{500, "systemError", client.Transient, ""},
	},
}
