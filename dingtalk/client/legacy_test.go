package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

func isLegacy(c simulator.Call) bool {
	return strings.HasPrefix(c.Path, "/topapi/") || c.Path == authScopesAPI.path
}

// legacyList reads a list of the older API to the end.
func legacyList(w *world, opt client.PageOptions) (ids []string, pages int, err error) {
	for page, err := range w.api.DepartmentUsers(context.Background(), 7, opt) {
		if err != nil {
			return ids, pages, err
		}
		pages++
		for _, u := range page.Entries {
			ids = append(ids, string(*u.UserID))
		}
	}
	return ids, pages, nil
}

func TestLegacyPages(t *testing.T) {
	for name, end := range map[string]string{
		"no more":                "{\"errcode\":0,\"result\":{\"has_more\":false,\"next_cursor\":9,\"list\":[{\"userid\":3}]}}",
		"no more, as strings":    "{\"errcode\":\"0\",\"result\":{\"has_more\":\"false\",\"list\":[{\"userid\":\"3\"}]}}",
		"no has_more":            "{\"errcode\":0,\"result\":{\"list\":[{\"userid\":\"3\"}]}}",
		"next_cursor is null":    "{\"result\":{\"next_cursor\":null,\"list\":[{\"userid\":\"3\"}]}}",
		"errcode with a message": "{\"errcode\":0,\"errmsg\":\"ok\",\"result\":{\"has_more\":0,\"list\":[{\"userid\":\"3\"}]}}",
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				var got []string
				w.sim.Script(simulator.Fault{On: isLegacy, Serve: func(rw http.ResponseWriter, r *http.Request, real http.Handler) {
					equal(t, "method", http.MethodPost, r.Method)
					equal(t, "query", "", r.URL.RawQuery)
					equal(t, "header", "", r.Header.Get("x-acs-dingtalk-access-token"))
					equal(t, "content type", "application/x-www-form-urlencoded", r.Header.Get("Content-Type"))
					if err := r.ParseForm(); err != nil {
						t.Error(err)
					}
					got = append(got, r.PostForm.Encode())
					if r.PostForm.Get("cursor") == "0" {
						fmt.Fprint(rw, `{"errcode":0,"errmsg":"ok","result":{"has_more":"true","next_cursor":2,"list":[{"userid":"1"},{"userid":"2"}]}}`)
					} else {
						fmt.Fprint(rw, end)
					}
				}})
				ids, _, err := legacyList(w, client.PageOptions{})
				equal(t, "error", error(nil), err)
				equal(t, "ids", []string{"1", "2", "3"}, ids)
				equal(t, "forms", []string{"access_token=simulated-token-1&contain_access_limit=true&cursor=0&dept_id=7&size=100", "access_token=simulated-token-1&contain_access_limit=true&cursor=2&dept_id=7&size=100"}, got)
			})
		})
	}
}

func TestPageSizes(t *testing.T) {
	for size, want := range map[int]string{0: "100", 1: "1", 100: "100", 500: "100"} {
		inWorld(t, internalApp, func(t *testing.T, w *world) {
			w.sim.Script(simulator.Fault{On: isLegacy, Serve: func(rw http.ResponseWriter, r *http.Request, real http.Handler) {
				equal(t, "size", want, r.FormValue("size"))
				fmt.Fprint(rw, `{"result":{"list":[]}}`)
			}})
			_, pages, err := legacyList(w, client.PageOptions{Size: size})
			equal(t, "error", error(nil), err)
			equal(t, "pages", 1, pages)
		})
	}
}

func TestLegacyCodes(t *testing.T) {
	tests := []struct {
		code  string
		kind  client.Kind
		pause time.Duration
	}{
		{"-1", client.Busy, time.Second},
		{"90018", client.Throttled, time.Second},
		{"90002", client.Throttled, time.Second},
		{"90020", client.QuotaSpent, permanent},
		{"60011", client.NoPermission, permanent},
		{"60020", client.AddressNotAllowed, permanent},
		{"90001", client.Throttled, time.Second},
		{"90008", client.Throttled, time.Second},
		{"90014", client.Throttled, time.Second},
		{"90017", client.NotAllowed, permanent},
		{"50002", client.OutOfRange, permanent},
		{"50003", client.NotAllowed, permanent},
		{"50004", client.OutOfRange, permanent},
		{"50005", client.NotAllowed, permanent},
		{"60003", client.NotFound, permanent},
		{"40009", client.NotFound, permanent},
		{"60121", client.NotFound, permanent},
		{"33012", client.NotFound, permanent},
		{"40000", client.BadRequest, permanent},
		{"22", client.Unexpected, permanent},
		{"404", client.Unexpected, permanent},
		{"400002", client.BadRequest, permanent},
		{"40035", client.BadRequest, permanent},
		{"12345", client.BadRequest, permanent},
	}
	for _, test := range tests {
		for form, refuse := range legacyForms(test.code, "m") {
			t.Run(test.code+form, func(t *testing.T) {
				inWorld(t, internalApp, func(t *testing.T, w *world) {
					w.sim.Script(simulator.Fault{On: isLegacy, Serve: refuse})
					start := time.Now()
					_, _, err := legacyList(w, client.PageOptions{})
					var e *client.Error
					if !errors.As(err, &e) {
						t.Fatal(err)
					}
					equal(t, "kind", test.kind, e.Kind)
					equal(t, "code", "errcode "+test.code, e.Code)
					equal(t, "message", "m", e.Message)
					equal(t, "request id", "r", e.RequestID)
					switch took := time.Since(start); {
					case test.pause == permanent && took != 0:
						t.Errorf("it was repeated for %s", took)
					case test.pause != permanent && took < test.pause:
						t.Errorf("it was not repeated")
					}
					if e.Kind == client.NoPermission && !strings.Contains(e.Error(), "the permission qyapi_get_department_member") {
						t.Error(e)
					}
				})
			})
		}
	}
}

// A token that dies is renewed once, on whichever page, and one of the user's own
// is not.
func TestLegacyDeadToken(t *testing.T) {
	for _, code := range []string{"40014", "42001", "41001"} {
		for form, dead := range legacyForms(code, "dead") {
			code := code + form
			for where, on := range map[string]func(simulator.Call) bool{"the first page": simulator.OnFirstPage, "a later page": simulator.OnLaterPage} {
				t.Run(code+" on "+where+", once", func(t *testing.T) {
					inWorld(t, internalApp, func(t *testing.T, w *world) {
						want := colleagues(w.sim, 4)
						w.sim.Script(simulator.Fault{On: on, Times: 1, Serve: dead})
						start := time.Now()
						ids, pages, err := legacyList(w, client.PageOptions{Size: 2})
						equal(t, "error", error(nil), err)
						equal(t, "ids", want, ids)
						equal(t, "pages", 2, pages)
						equal(t, "token calls", 2, w.sim.Count(simulator.TokenCall))
						equal(t, "calls", 3, w.sim.Count(simulator.UsersCall))
						equal(t, "time", time.Duration(0), time.Since(start))
					})
				})
				t.Run(code+" on "+where+", for good", func(t *testing.T) {
					inWorld(t, internalApp, func(t *testing.T, w *world) {
						colleagues(w.sim, 4)
						w.sim.Script(simulator.Fault{On: on, Serve: dead})
						if _, _, err := legacyList(w, client.PageOptions{Size: 2}); !client.IsKind(err, client.Unauthenticated) {
							t.Error(err)
						}
						equal(t, "token calls", 2, w.sim.Count(simulator.TokenCall))
					})
				})
				t.Run(code+" on "+where+", a token of the user's own", func(t *testing.T) {
					inWorld(t, internalApp, func(t *testing.T, w *world) {
						colleagues(w.sim, 4)
						w.api.Close()
						w.api = w.newClient(t, client.AccessToken{Token: client.NewSecret(w.sim.IssueToken())}, unlimited)
						w.sim.Script(simulator.Fault{On: on, Serve: dead})
						if _, _, err := legacyList(w, client.PageOptions{Size: 2}); !client.IsKind(err, client.OwnTokenRefused) {
							t.Error(err)
						}
						equal(t, "token calls", 0, w.sim.Count(simulator.TokenCall))
					})
				})
			}
		}
	}
}

// legacyForms are the ways in which the older API sends a code, by their names.
// Bare and wrapped forms were both seen; a code in the text alone, and a code as
// a number, are what its page of error codes allows.
func legacyForms(code, message string) map[string]serveFunc {
	bodies := map[string]string{
		" bare":                `{"errcode":%[1]s,"errmsg":"%[2]s","request_id":"r"}`,
		" bare, in quotes":     `{"errcode":"%[1]s","errmsg":"%[2]s","request_id":"r"}`,
		" wrapped":             `{"errcode":88,"sub_code":"%[1]s","sub_msg":"%[2]s","errmsg":"ding talk error[subcode=%[1]s,submsg=%[2]s]","request_id":"r"}`,
		" wrapped, as numbers": `{"errcode":"88","sub_code":%[1]s,"sub_msg":"%[2]s","errmsg":"","request_id":"r"}`,
		" as its page has it":  `{"errcode":88,"subCode":"%[1]s","subMsg":"%[2]s","errmsg":"error","request_id":"r"}`,
		" in the text, spaced": `{"errcode":88,"errmsg":"error [subcode = %[1]s, submsg = %[2]s]","request_id":"r"}`,
		" in the text":         `{"errcode":88,"errmsg":"ding talk error[subcode=%[1]s,submsg=%[2]s]","request_id":"r"}`,
	}
	forms := map[string]serveFunc{}
	for name, body := range bodies {
		forms[name] = simulator.Answer(200, fmt.Sprintf(body, code, message))
	}
	return forms
}

// colleagues adds people to department 7.
func colleagues(sim *simulator.Simulator, n int) (ids []string) {
	sim.Departments = []simulator.Department{{ID: 7, ParentID: simulator.RootDepartment}}
	for i := range n {
		id := fmt.Sprint("user", i)
		ids = append(ids, id)
		sim.People = append(sim.People, simulator.Person{UserID: id, UnionID: "union" + id, DepartmentIDs: []int64{7}})
	}
	return ids
}

// Every token dies under many lists of both APIs, again and again: each list is
// complete, and no death costs more than one token call.
func TestTokensDieUnderBothAPIs(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		const lists, deaths = 30, 6
		w.transport.MaxIdleConnsPerHost = 2 * lists
		wantPeople, wantMeetings := colleagues(w.sim, 30), schedule(w.sim, "a", 90)
		// The older API is slow: it refuses a dead token after another list has already
		// fetched a new one.
		slowly := func(d time.Duration) serveFunc {
			return func(rw http.ResponseWriter, r *http.Request, real http.Handler) {
				time.Sleep(d)
				real.ServeHTTP(rw, r)
			}
		}
		w.sim.Script(simulator.Fault{On: isLegacy, Serve: slowly(150 * time.Millisecond)}, simulator.Fault{Serve: slowly(50 * time.Millisecond)})
		var wg sync.WaitGroup
		for range lists {
			wg.Go(func() {
				ids, _, err := legacyList(w, client.PageOptions{Size: 1})
				equal(t, "error of people", error(nil), err)
				equal(t, "people", wantPeople, ids)
			})
			wg.Go(func() {
				got := list(t.Context(), w, "a", client.PageOptions{Size: 1})
				equal(t, "error of meetings", error(nil), got.err)
				equal(t, "meetings", wantMeetings, got.ids)
			})
		}
		for range deaths {
			// Longer than a call, a token and the repeat take, so that no call
			// meets two deaths.
			time.Sleep(451 * time.Millisecond)
			w.sim.RevokeTokens()
		}
		wg.Wait()
		if n := w.sim.Count(simulator.TokenCall); n < 2 || n > deaths+1 {
			t.Errorf("%d token calls for %d deaths", n, deaths)
		}
	})
}

// One token, fetched from the newer host, is good for both.
func TestHostsShareOneToken(t *testing.T) {
	sim := simulator.New(testApp)
	colleagues(sim, 1)
	schedule(sim, "a", 1)
	var hosts []string
	api := client.New(client.Config{
		Endpoint: parseEndpoint(t, client.EndpointInternational), Credentials: internalApp, CallsPerSecond: unlimited,
		Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			hosts = append(hosts, r.URL.Host)
			answer := httptest.NewRecorder()
			sim.ServeHTTP(answer, r)
			return answer.Result(), nil
		}),
	})
	w := &world{api: api, sim: sim}
	for range 2 {
		ids, _, err := legacyList(w, client.PageOptions{})
		equal(t, "error of people", error(nil), err)
		equal(t, "people", []string{"user0"}, ids)
		equal(t, "error of meetings", error(nil), list(t.Context(), w, "a", client.PageOptions{}).err)
	}
	equal(t, "hosts", []string{"api.dingtalk.io", "oapi.dingtalk.io", "api.dingtalk.io", "oapi.dingtalk.io", "api.dingtalk.io"}, hosts)
	var tokens []string
	for _, c := range sim.Calls() {
		tokens = append(tokens, c.Token)
	}
	equal(t, "tokens", []string{"", "simulated-token-1", "simulated-token-1", "simulated-token-1", "simulated-token-1"}, tokens)
}

func parseEndpoint(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := client.ParseEndpoint(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// A department without members is refused, and an empty list; but a list does
// not end so in the middle.
func TestEmptyThatIsRefused(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		none := simulator.Fault{On: isLegacy, Serve: simulator.Answer(200, `{"errcode":60019,"errmsg":"no members"}`)}
		w.sim.Script(none)
		_, pages, err := legacyList(w, client.PageOptions{})
		equal(t, "error", error(nil), err)
		equal(t, "pages", 0, pages)

		w.sim.ClearFaults()
		w.sim.Script(simulator.Fault{On: isLegacy, Times: 1, Serve: simulator.Answer(200, `{"result":{"has_more":true,"next_cursor":1,"list":[]}}`)}, none)
		if _, _, err = legacyList(w, client.PageOptions{}); !client.IsKind(err, client.Empty) || !strings.HasSuffix(err.Error(), "refused the rest: run the query again.") {
			t.Error(err)
		}

		w.sim.ClearFaults()
		w.sim.Script(none)
		departments, err := w.api.SubDepartments(context.Background(), 7, nil)
		equal(t, "error", error(nil), err)
		equal(t, "departments", 0, len(departments))
	})
}

func TestMoreButNotWhere(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		w.sim.Script(simulator.Fault{On: isLegacy, Serve: simulator.Answer(200, `{"result":{"has_more":true,"list":[{"userid":"1"}]}}`)})
		_, _, err := legacyList(w, client.PageOptions{})
		if !client.IsKind(err, client.Unexpected) || !strings.Contains(err.Error(), "there is more, but not where") {
			t.Error(err)
		}
	})
}

func TestLegacyIDs(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		_, err := w.api.User(t.Context(), "", nil)
		if !client.IsKind(err, client.NotFound) || err.Error() != "no call was made, since this cannot be an id. There is no such thing: check the id." {
			t.Error(err)
		}
		equal(t, "calls", 0, len(w.sim.Calls()))
		for _, id := range []string{".", "..", "a&b=c", "a b", "会议"} { // not in a path
			w.sim.ClearFaults()
			w.sim.Script(simulator.Fault{On: isLegacy, Serve: func(rw http.ResponseWriter, r *http.Request, real http.Handler) {
				equal(t, "userid", id, r.PostFormValue("userid"))
				fmt.Fprint(rw, `{"result":{"userid":"u"}}`)
			}})
			if _, err := w.api.User(t.Context(), id, nil); err != nil {
				t.Error(err)
			}
		}
	})
}

// The token is in the form, and in nothing that a person sees: the log (which
// the world watches), the error and whatever it wraps.
func TestLegacyTokenIsNeverShown(t *testing.T) {
	for name, serve := range map[string]serveFunc{
		"dropped":   simulator.Drop,
		"cut short": simulator.CutShort,
		"hanging":   simulator.Delay(time.Hour),
		"not HTTP": func(rw http.ResponseWriter, _ *http.Request, _ http.Handler) {
			conn, _, _ := http.NewResponseController(rw).Hijack()
			fmt.Fprint(conn, "what?\n\n")
			conn.Close()
		},
		"a redirect": func(rw http.ResponseWriter, r *http.Request, real http.Handler) {
			simulator.Answer(302, "", "Location", "http://127.0.0.1/"+r.URL.RawQuery)(rw, r, real)
		},
		"a proxy's page": func(rw http.ResponseWriter, r *http.Request, real http.Handler) {
			simulator.Answer(502, "<html>Cannot reach "+r.Host+r.URL.String()+"</html>", "Content-Type", "text/html")(rw, r, real)
		},
		"a proxy's text": func(rw http.ResponseWriter, r *http.Request, real http.Handler) {
			simulator.Answer(403, "Denied: "+r.URL.String(), "Via", r.URL.String())(rw, r, real)
		},
		"a proxy's JSON": func(rw http.ResponseWriter, r *http.Request, real http.Handler) {
			simulator.Answer(403, fmt.Sprintf(`{"code":%q,"message":%q,"requestid":%q}`, r.URL, r.URL, r.URL))(rw, r, real)
		},
		"an echo": func(rw http.ResponseWriter, r *http.Request, real http.Handler) {
			q := r.FormValue("access_token")
			simulator.Answer(200, fmt.Sprintf(`{"errcode":1,"errmsg":"%s and %s"}`, q, url.QueryEscape(q)))(rw, r, real)
		},
		"a wrapped echo": func(rw http.ResponseWriter, r *http.Request, real http.Handler) {
			q := r.FormValue("access_token")
			simulator.RefuseLegacy(60011, "https://x.invalid/appscope/"+q+" {requiredScopes=["+q+"]}")(rw, r, real)
		},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				odd := simulator.Answer(200, `{"accessToken":"hush/token+%&=","expireIn":7200}`)
				w.sim.Script(simulator.Fault{On: simulator.OnToken, Serve: odd}, simulator.Fault{On: isLegacy, Serve: serve})
				_, err := w.api.User(t.Context(), "u", nil)
				if err == nil {
					t.Fatal("no error")
				}
				showsNoSecret(t, err)
			})
		})
	}
}

// Nor is it shown if no answer comes: the error of a transport may have the URL in it.
func TestLegacyTokenIsNotShownByTransports(t *testing.T) {
	type transport = func(w *world) http.RoundTripper
	failing := func(err func(r *http.Request) error) transport {
		return func(*world) http.RoundTripper {
			return &carrier{func(r *http.Request) (*http.Response, error) { return nil, err(r) }}
		}
	}
	for name, of := range map[string]transport{
		"a refused connection": func(w *world) http.RoundTripper {
			w.dialFault = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
			return w.transport
		},
		"a proxy that refuses": func(w *world) http.RoundTripper {
			w.transport.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: "127.0.0.1:3128"})
			w.sim.Script(simulator.Fault{Serve: simulator.Answer(407, "no", "Proxy-Authenticate", "Basic")})
			return w.transport
		},
		"an error like http.Client's": failing(func(r *http.Request) error {
			return &url.Error{Op: "Post", URL: r.URL.String(), Err: io.ErrUnexpectedEOF}
		}),
		"one within another": failing(func(r *http.Request) error {
			return fmt.Errorf("sending: %w", &url.Error{Op: "Post", URL: r.URL.String(), Err: io.ErrUnexpectedEOF})
		}),
		"a time-out like http.Client's": failing(func(r *http.Request) error {
			return &url.Error{Op: "Post", URL: r.URL.String(), Err: context.DeadlineExceeded}
		}),
		"an unknown host": failing(func(r *http.Request) error {
			return &url.Error{Op: "Post", URL: r.URL.String(), Err: &net.DNSError{Name: r.URL.Hostname(), IsNotFound: true}}
		}),
		"two at once": failing(func(r *http.Request) error {
			shown := &url.Error{Op: "Post", URL: r.URL.String(), Err: io.ErrUnexpectedEOF}
			return errors.Join(shown, shown)
		}),
		"one within its own": failing(func(r *http.Request) error {
			return &url.Error{Op: "Post", URL: "x", Err: &url.Error{Op: "Post", URL: r.URL.String(), Err: io.ErrUnexpectedEOF}}
		}),
		"words of its own": failing(func(r *http.Request) error { return errors.New("cannot send " + r.URL.String()) }),
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				api := client.New(client.Config{
					Endpoint: parseEndpoint(t, client.EndpointInternational), Transport: of(w), CallsPerSecond: unlimited, Limits: w.limits,
					Credentials: client.AccessToken{Token: client.NewSecret("hush/token+%&=")},
					Logger:      hclog.New(&hclog.LoggerOptions{Level: hclog.Trace, Output: logGuard{t}}),
				})
				_, err := api.User(t.Context(), "u", nil)
				checkNoSecret(t, "the client", fmt.Sprintf("%v %+v %#v", api, api, api))
				api.Close()
				if err == nil {
					t.Fatal("no error")
				}
				if name == "words of its own" {
					// What it wraps is the transport's.
					checkNoSecret(t, "the error", fmt.Sprintf("%v %+v %#v", err, err, err))
					return
				}
				showsNoSecret(t, err)
			})
		})
	}
}

// showsNoSecret looks into an error and all that it wraps.
func showsNoSecret(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	checkNoSecret(t, "the error", fmt.Sprintf("%v %+v %#v", err, err, err))
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		showsNoSecret(t, e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, err := range e.Unwrap() {
			showsNoSecret(t, err)
		}
	}
}

func TestLegacyEndpoint(t *testing.T) {
	for base, want := range map[string]string{
		"https://api.dingtalk.io":   "https://oapi.dingtalk.io",
		"https://api.dingtalk.com/": "https://oapi.dingtalk.com/",
		"https://API.dingtalk.com":  "https://oapi.dingtalk.com",
		// No host that nobody named gets the token.
		"https://api.example.com":          "https://api.example.com",
		"https://api.dingtalk.com.example": "https://api.dingtalk.com.example",
		"https://api.dingtalk.com:8443":    "https://api.dingtalk.com:8443",
		"https://dingtalk.example":         "https://dingtalk.example",
		"http://127.0.0.1:8080":            "http://127.0.0.1:8080",
	} {
		var asked []string
		u, err := client.ParseEndpoint(base)
		if err != nil {
			t.Fatal(err)
		}
		hosts := roundTripper(func(r *http.Request) (*http.Response, error) {
			asked = append(asked, r.URL.Scheme+"://"+r.URL.Host+strings.TrimSuffix(r.URL.Path, "topapi/v2/user/get"))
			return nil, context.Canceled
		})
		ctx, cancel := context.WithCancel(t.Context())
		api := client.New(client.Config{Endpoint: u, Credentials: client.AccessToken{Token: client.NewSecret("hush")}, Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			cancel()
			return hosts(r)
		})})
		_, _ = api.User(ctx, "u", nil)
		equal(t, base, []string{strings.TrimSuffix(want, "/") + "/"}, asked)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// carrier is a transport that fails, so it has to be comparable.
type carrier struct {
	send func(*http.Request) (*http.Response, error)
}

func (c *carrier) RoundTrip(r *http.Request) (*http.Response, error) { return c.send(r) }
