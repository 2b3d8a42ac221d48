package client_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

type serveFunc = func(http.ResponseWriter, *http.Request, http.Handler)

// fault is something that DingTalk or the network does.
type fault struct {
	name  string
	serve serveFunc
	kind  client.Kind
	// pause is the least wait before the call is repeated; -1 is a fault that
	// repeating does not mend.
	pause time.Duration
	// token is the kind for a token call with the fault, if it differs.
	token client.Kind
}

const permanent time.Duration = -1

var faults = []fault{
	{"throttled by API", simulator.Refuse(403, "Forbidden.AccessDenied.QpsLimitForApi", "slow down"), client.Throttled, time.Second, 0},
	{"throttled by app and API", simulator.Refuse(403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", "slow down"), client.Throttled, time.Second, 0},
	{"throttled by suite and organization", simulator.Refuse(403, "Forbidden.AccessDenied.QpsLimitForSuitekeyAndOrgAndApi", "slow down"), client.Throttled, time.Second, 0},
	{"throttled by what nobody knows", simulator.Refuse(403, "Forbidden.AccessDenied.QpsLimitForNobodyKnows", "slow down"), client.Throttled, time.Second, 0},
	{"throttled by the minute by what nobody knows", simulator.Refuse(403, "Forbidden.AccessDenied.QpmLimitForNobodyKnows", "slow down"), client.ThrottledMinute, 31 * time.Second, 0},
	{"throttled by the minute", simulator.Refuse(403, "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi", "slow down"), client.ThrottledMinute, 31 * time.Second, 0},
	{"throttled by suite and the minute", simulator.Refuse(403, "Forbidden.AccessDenied.QpmLimitForSuitekeyAndOrgAndApi", "slow down"), client.ThrottledMinute, 31 * time.Second, 0},
	{"qps exceeded", simulator.Refuse(400, "qps.exceed.limit", ""), client.Throttled, time.Second, 0},
	{"busy", simulator.Refuse(400, "system.busy", ""), client.Busy, time.Second, 0},
	{"busy, in the other spelling", simulator.Refuse(429, "systemBusy", ""), client.Busy, time.Second, 0},
	{"429 without a code", simulator.Answer(429, ""), client.Throttled, time.Second, 0},
	{"408", simulator.Answer(408, "{}"), client.Transient, 0, 0},
	{"429 with seconds to wait", simulator.Answer(429, "{}", "Retry-After", "7"), client.Throttled, 7 * time.Second, 0},
	{"503 with a date to wait for", retryAtDate(9 * time.Second), client.Transient, 8 * time.Second, 0},
	{"a system error", simulator.Refuse(500, "systemError", "systemError:x"), client.Transient, 0, 0},
	{"a busy service", simulator.Refuse(503, "serviceBusy", ""), client.Transient, 0, 0},
	{"an unknown error", simulator.Refuse(500, "unknownError", ""), client.Transient, 0, 0},
	{"an operation time-out", simulator.Refuse(504, "operationTimeout", ""), client.Transient, 0, 0},
	{"a token server error", simulator.Refuse(500, "server.error", ""), client.Transient, 0, 0},
	{"500 without a body", simulator.Answer(500, ""), client.Transient, 0, 0},
	{"502 with a gateway's page", simulator.Answer(502, "<html>Bad Gateway</html>", "Content-Type", "text/html"), client.Transient, 0, 0},
	{"a dropped connection", simulator.Drop, client.Transient, 0, 0},
	{"a body cut short", simulator.CutShort, client.Transient, 0, 0},
	{"JSON cut short", simulator.Answer(200, `{"conferenceList":[{"conf`), client.Transient, 0, 0},
	{"no answer for an hour", simulator.Delay(time.Hour), client.Transient, 0, 0},

	{"a missing permission", simulator.Answer(403, `{"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied","requestid":"r","message":"m","accessdenieddetail":{"requiredScopes":["VideoConference.Conference.Read"]}}`), client.NoPermission, permanent, 0},
	{"an address not allowed", simulator.Refuse(403, "Forbidden.AccessDenied.IpNotInWhiteList", ""), client.AddressNotAllowed, permanent, 0},
	{"a spent quota", simulator.Refuse(403, "Forbidden.AccessDenied.ApiCountLimitForOrg", ""), client.QuotaSpent, permanent, 0},
	{"a parameter error", simulator.Refuse(400, "paramsError", "error:x"), client.BadRequest, permanent, client.BadCredentials},
	{"an unknown schedule", simulator.Refuse(400, "invalidScheduleConferenceId", ""), client.NotFound, permanent, client.BadCredentials},
	{"a code that is not documented", simulator.Refuse(400, "somethingNew", ""), client.BadRequest, permanent, client.BadCredentials},
	{"403 without a code", simulator.Answer(403, "{}"), client.Unexpected, permanent, 0},
	{"404 without a body", simulator.Answer(404, ""), client.Unexpected, permanent, 0},
	{"a blocked address", simulator.Answer(403, `{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"u"}`), client.AddressBlocked, permanent, 0},
	{"a blocked address with status 200", simulator.Answer(200, `{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"u"}`), client.AddressBlocked, permanent, 0},
	{"HTML with status 200", simulator.Answer(200, "<!DOCTYPE html><html></html>", "Content-Type", "text/html; charset=utf-8"), client.Unexpected, permanent, 0},
	{"HTML with status 403", simulator.Answer(403, " <html></html>"), client.Unexpected, permanent, 0},
	{"HTML with status 404", simulator.Answer(404, "<html></html>"), client.Unexpected, permanent, 0},
	{"HTML with status 429", simulator.Answer(429, "<html></html>"), client.Throttled, time.Second, 0},
	{"a proxy that speaks http to the https port", simulator.Answer(400, "<html>The plain HTTP request was sent to HTTPS port</html>"), client.Unexpected, permanent, 0},
	{"a proxy that wants a password", simulator.Answer(407, "<html></html>", "Proxy-Authenticate", "Basic"), client.Unexpected, permanent, 0},
	{"headers that are too large", simulator.Answer(431, ""), client.Unexpected, permanent, 0},
	{"a lost header", simulator.Refuse(400, "AuthenticationFailed.MissingParameter", ""), client.BadRequest, permanent, client.BadCredentials},
	{"an unknown path", simulator.Refuse(404, "InvalidAction.NotFound", ""), client.Unexpected, permanent, 0},
	{"an unknown path, as an errcode", simulator.Answer(200, `{"errcode":404,"errmsg":"URI"}`), client.Unexpected, permanent, 0},
	{"a formatting fault in the code", simulator.Refuse(400, "qps.exceed.limit%!(EXTRA string=50513)", ""), client.Throttled, time.Second, 0},
	{"another word for throttled", simulator.Refuse(400, "oaplus.query.limit", ""), client.Throttled, time.Second, 0},
	{"a spent day", simulator.Refuse(400, "daily.call.limit", ""), client.QuotaSpent, permanent, 0},
	{"an errcode with status 200", simulator.Answer(200, `{"errcode":88,"errmsg":"no"}`), client.BadRequest, permanent, client.BadCredentials},
	{"an error body with status 200", simulator.Refuse(200, "paramsError", "error:x"), client.BadRequest, permanent, client.BadCredentials},
	{"an empty body", simulator.Answer(200, ""), client.Unexpected, permanent, 0},
	{"a blank body", simulator.Answer(200, " \n"), client.Unexpected, permanent, 0},
	{"an empty object", simulator.Answer(200, `{}`), client.Unexpected, permanent, 0},
	{"null", simulator.Answer(200, `null`), client.Unexpected, permanent, 0},
	{"an array", simulator.Answer(200, `[]`), client.Unexpected, permanent, 0},
	{"text", simulator.Answer(200, `OK`), client.Unexpected, permanent, 0},
	{"a body with something behind it", simulator.Answer(200, `{"conferenceList":[]}{}`), client.Unexpected, permanent, 0},
	{"204", simulator.Answer(204, ""), client.Unexpected, permanent, 0},
	{"a redirect", simulator.Answer(302, "", "Location", "http://127.0.0.1/elsewhere"), client.Unexpected, permanent, 0},
	{"an endless body", simulator.Endless, client.Unexpected, permanent, 0},
	{"a date beyond all time to wait for", simulator.Answer(503, "", "Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"), client.Transient, permanent, 0},
	{"a century to wait", simulator.Answer(429, "{}", "Retry-After", "3153600000"), client.Throttled, permanent, 0},
	{"an hour to wait", simulator.Answer(429, "{}", "Retry-After", "3600"), client.Throttled, permanent, 0},
}

// Faults that only a page can have.
var pageFaults = []fault{
	{"a string for a number", simulator.Answer(200, `{"conferenceList":[{"status":"1"}]}`), client.Unexpected, permanent, 0},
	{"a number for a string", simulator.Answer(200, `{"conferenceList":[{"title":1}]}`), client.Unexpected, permanent, 0},
	{"a fraction for a number", simulator.Answer(200, `{"conferenceList":[{"startTime":1.5}]}`), client.Unexpected, permanent, 0},
	{"a fraction for the token", simulator.Answer(200, `{"conferenceList":[],"nextToken":19.5}`), client.Unexpected, permanent, 0},
	{"an object for the list", simulator.Answer(200, `{"conferenceList":{}}`), client.Unexpected, permanent, 0},
	{"null for the list", simulator.Answer(200, `{"conferenceList":null,"totalCount":2}`), client.Unexpected, permanent, 0},
	{"null in the list", simulator.Answer(200, `{"conferenceList":[null]}`), client.Unexpected, permanent, 0},
	{"a time after all time", simulator.Answer(200, `{"conferenceList":[{"endTime":9223372036854775807}]}`), client.Unexpected, permanent, 0},
	{"a time before all time", simulator.Answer(200, `{"conferenceList":[{"startTime":-62135596800001}]}`), client.Unexpected, permanent, 0},
	{"a code beside an empty list", simulator.Answer(200, `{"code":"systemError","conferenceList":[]}`), client.Transient, 0, 0},
}

func retryAtDate(d time.Duration) serveFunc {
	return func(w http.ResponseWriter, r *http.Request, real http.Handler) {
		simulator.Answer(503, "", "Retry-After", time.Now().Add(d).UTC().Format(http.TimeFormat))(w, r, real)
	}
}

func (f fault) onToken() fault {
	if f.token != 0 {
		f.kind = f.token
	}
	return f
}

const maxAttempts, maxTotal = 6, 75 * time.Second

// TestFaults is the matrix: each fault on the first page, a later page and the
// token call, once and for good.
func TestFaults(t *testing.T) {
	positions := []struct {
		name string
		on   func(simulator.Call) bool
		kind simulator.CallKind
		// page is the page that the list fails on.
		page int
		// other is how many calls of that kind the list makes besides.
		other int
	}{
		{"the first page", simulator.OnFirstPage, simulator.ConferenceCall, 1, 1},
		{"a later page", simulator.OnLaterPage, simulator.ConferenceCall, 2, 1},
		{"the token call", simulator.OnToken, simulator.TokenCall, 1, 0},
	}
	for _, position := range positions {
		onToken := position.kind == simulator.TokenCall
		all := faults
		if !onToken {
			all = append(all[:len(all):len(all)], pageFaults...)
		}
		for _, f := range all {
			if onToken {
				f = f.onToken()
			}
			t.Run(fmt.Sprintf("%s on %s, for good", f.name, position.name), func(t *testing.T) {
				inWorld(t, internalApp, func(t *testing.T, w *world) {
					want := schedule(w.sim, "a", 4)
					w.sim.Script(simulator.Fault{On: position.on, Serve: f.serve})
					start := time.Now()
					got := list(t.Context(), w, "a", client.PageOptions{Size: 2})
					took := time.Since(start)

					var e *client.Error
					if !errors.As(got.err, &e) {
						t.Fatalf("error %v, %d rows", got.err, len(got.ids))
					}
					equal(t, "kind", f.kind, e.Kind)
					equal(t, "page", position.page, e.Page)
					checkNoSecret(t, "the error", got.err.Error())
					if position.name == "a later page" {
						equal(t, "ids before the error", want[:2], got.ids)
					} else {
						equal(t, "ids before the error", 0, len(got.ids))
					}
					calls := 0
					for _, c := range w.sim.Calls() {
						if position.on(c) {
							calls++
						}
					}
					if f.name == "a dropped connection" {
						calls = min(calls, e.Attempts) // net/http repeats the first on a new connection
					}
					switch {
					case f.pause == permanent:
						equal(t, "calls", 1, calls)
						equal(t, "time", time.Duration(0), took)
					default:
						if calls < 3 || calls > maxAttempts || took < time.Duration(calls-1)*f.pause || took > maxTotal {
							t.Errorf("%d calls in %s", calls, took)
						}
						if e.Attempts != 0 || f.name != "no answer for an hour" { // the call's time may be up before the token's
							equal(t, "attempts reported", calls, e.Attempts)
						}
					}
				})
			})
			if f.pause == permanent {
				continue
			}
			t.Run(fmt.Sprintf("%s on %s, once", f.name, position.name), func(t *testing.T) {
				inWorld(t, internalApp, func(t *testing.T, w *world) {
					want := schedule(w.sim, "a", 4)
					w.sim.Script(simulator.Fault{On: position.on, Serve: f.serve, Times: 1})
					start := time.Now()
					got := list(t.Context(), w, "a", client.PageOptions{Size: 2})
					took := time.Since(start)
					equal(t, "error", error(nil), got.err)
					equal(t, "ids", want, got.ids)
					equal(t, "calls", position.other+2, w.sim.Count(position.kind))
					if f.name == "a dropped connection" {
						return
					}
					if took < max(f.pause, 300*time.Millisecond) || took > f.pause+17*time.Second {
						t.Errorf("took %s", took)
					}
				})
			})
		}
	}
}

func TestHangForGood(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		w.sim.Script(simulator.Fault{Serve: simulator.Delay(1000 * time.Hour)})
		start := time.Now()
		got := list(t.Context(), w, "a", client.PageOptions{})
		if took := time.Since(start); got.err == nil || took > 80*time.Second {
			t.Errorf("%v after %s", got.err, took)
		}
		if want := "fetching an access token: DingTalk could not be reached: no complete answer within "; !strings.HasPrefix(got.err.Error(), want) {
			t.Error(got.err)
		}
	})
}

// An empty list of which DingTalk counts some is not "no rows".
func TestEmptyListOfSome(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		w.sim.Script(simulator.Fault{On: simulator.OnFirstPage, Serve: simulator.Answer(200, `{"totalCount":5,"conferenceList":[],"nextToken":""}`)})
		got := list(t.Context(), w, "a", client.PageOptions{})
		if got.err == nil || !strings.Contains(got.err.Error(), "totalCount is 5, but the list is empty") {
			t.Error(got.err)
		}
	})
}

// Whatever a call meets one after another, it ends in time.
func TestOneThingAfterAnother(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		schedule(w.sim, "a", 1)
		hang := simulator.Delay(1000 * time.Hour)
		w.sim.Script(
			simulator.Fault{On: simulator.OnToken, Times: 3, Serve: hang},
			simulator.Fault{On: simulator.OnFirstPage, Times: 1, Serve: hang},
			simulator.Fault{On: simulator.OnFirstPage, Times: 1, Serve: simulator.Refuse(400, "InvalidAuthentication", "")},
			simulator.Fault{Serve: hang},
		)
		time.Sleep(10 * time.Millisecond)
		start := time.Now()
		got := list(t.Context(), w, "a", client.PageOptions{})
		if took := time.Since(start); got.err == nil || took > maxTotal {
			t.Errorf("%v after %s", got.err, took)
		}
	})
}

// If the server asks for a longer wait than the call may take, the call is not
// repeated.
func TestWaitBeyondAllTime(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		w.sim.Script(simulator.Fault{On: simulator.OnFirstPage, Serve: func(rw http.ResponseWriter, r *http.Request, real http.Handler) {
			time.Sleep(10 * time.Millisecond)
			simulator.Answer(503, "", "Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT")(rw, r, real)
		}})
		start := time.Now()
		if got := list(t.Context(), w, "a", client.PageOptions{}); got.err == nil || time.Since(start) > time.Second {
			t.Errorf("%v after %s", got.err, time.Since(start))
		}
	})
}

func TestSlowButComplete(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		want := schedule(w.sim, "a", 4)
		w.sim.Script(simulator.Fault{Serve: simulator.Delay(14 * time.Second)})
		got := list(t.Context(), w, "a", client.PageOptions{Size: 2})
		equal(t, "error", error(nil), got.err)
		equal(t, "ids", want, got.ids)
		equal(t, "calls", 3, len(w.sim.Calls()))
	})
}

func TestRefusedConnection(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		w.dialFault = syscall.ECONNREFUSED
		got := list(t.Context(), w, "a", client.PageOptions{})
		want := "fetching an access token: DingTalk could not be reached: connection refused [tried 6 times]. Check the network, a proxy if there is one, and the endpoint, then run the query again."
		if got.err == nil || got.err.Error() != want {
			t.Error(got.err)
		}
		equal(t, "attempts", int64(maxAttempts), w.dials.Load())
	})
}

// A name that has no address will hardly get one.
func TestUnknownHost(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		w.dialFault = &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "api.dingtalk.example", IsNotFound: true}}
		got := list(t.Context(), w, "a", client.PageOptions{})
		want := `fetching an access token: DingTalk could not be reached: the host name "api.dingtalk.example" is unknown [tried 2 times]. ` +
			"There is no such host: check the endpoint, a proxy if there is one, and this machine's name service (DNS), then run the query again."
		if got.err == nil || got.err.Error() != want {
			t.Error(got.err)
		}
		equal(t, "attempts", int64(2), w.dials.Load())

		// A name server that is down for a moment is another matter.
		w.dials.Store(0)
		w.dialFault = &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "server misbehaving", Name: "api.dingtalk.example", IsTemporary: true}}
		if got := list(t.Context(), w, "a", client.PageOptions{}); !client.IsKind(got.err, client.Transient) {
			t.Error(got.err)
		}
		equal(t, "attempts", int64(maxAttempts), w.dials.Load())
	})
}

// The log says at the first repeat of a call what is repeated and why, and does not say
// it again.
func TestFirstRepeatIsLogged(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		var out bytes.Buffer
		w.api.Close()
		w.api = client.New(client.Config{Endpoint: w.endpoint(), Credentials: internalApp, Transport: w.transport, Limits: w.limits,
			Logger: hclog.New(&hclog.LoggerOptions{Level: hclog.Warn, Output: &out, DisableTime: true})})
		schedule(w.sim, "a/b", 1)
		list(t.Context(), w, "a/b", client.PageOptions{})
		equal(t, "log", "", out.String())

		w.sim.Script(simulator.Fault{On: simulator.OnFirstPage, Serve: simulator.Answer(503, `{"code":"serviceBusy","message":"token simulated-token-1"}`, "Retry-After", "2")})
		list(t.Context(), w, "a/b", client.PageOptions{})
		equal(t, "log", `[WARN]  repeating a call: method=GET path="/v1.0/conference/videoConferences/scheduleConferences/a%2Fb" attempt=2 after=2s `+
			`error="DingTalk answered HTTP 503, code serviceBusy: token [redacted]. It asks to wait 2 seconds. Run the query again in a few minutes. If the error stays, ask DingTalk's support, with the request id if there is one."`+"\n", out.String())
	})
}

// The caller's context ends a call, a pause and a body, and nothing repeats.
func TestCancel(t *testing.T) {
	for name, serve := range map[string]serveFunc{
		"a call": simulator.Delay(time.Hour), "a pause": simulator.Refuse(403, "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi", ""), "a body": trickle,
	} {
		for position, on := range map[string]func(simulator.Call) bool{"token": simulator.OnToken, "page": simulator.OnFirstPage} {
			t.Run(name+" of a "+position, func(t *testing.T) {
				inWorld(t, internalApp, func(t *testing.T, w *world) {
					schedule(w.sim, "a", 1)
					w.sim.Script(simulator.Fault{On: on, Serve: serve, Times: 1})
					ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
					defer cancel()
					start := time.Now()
					got := list(ctx, w, "a", client.PageOptions{})
					if !errors.Is(got.err, context.DeadlineExceeded) {
						t.Error(got.err)
					}
					equal(t, "time", 3*time.Second, time.Since(start))
				})
			})
		}
	}
}

// trickle sends a byte a second.
func trickle(w http.ResponseWriter, r *http.Request, _ http.Handler) {
	for r.Context().Err() == nil {
		_, _ = w.Write([]byte(" "))
		_ = http.NewResponseController(w).Flush()
		time.Sleep(time.Second)
	}
}

// A redirect is not followed: the token header would travel with it.
func TestRedirectCarriesNoToken(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		for _, status := range []int{301, 302, 303, 307, 308} {
			w.sim.ClearFaults()
			w.sim.ClearCalls()
			w.sim.Script(simulator.Fault{On: simulator.OnFirstPage, Serve: simulator.Answer(status, "<html>", "Location", "http://127.0.0.1/elsewhere", "Content-Type", "text/html")})
			got := list(t.Context(), w, "a", client.PageOptions{})
			want := fmt.Sprintf("DingTalk answered HTTP %d: a redirect. Redirects are not followed, since the access token would travel along: check the endpoint.", status)
			if got.err == nil || got.err.Error() != want {
				t.Error(got.err)
			}
			for _, c := range w.sim.Calls() {
				if c.Path == "/elsewhere" {
					t.Error("the redirect was followed")
				}
			}
		}
	})
}

// Secrets in a message of the server's are not shown.
func TestSecretsInAnswers(t *testing.T) {
	for name, on := range map[string]func(simulator.Call) bool{"token": simulator.OnToken, "page": simulator.OnFirstPage} {
		for spelling, body := range map[string]string{
			"error":   `{"code":"paramsError","message":"appSecret hush-secret of %s is wrong","requestid":"hush-secret"}`,
			"code":    `{"code":"hush-secret %s","message":"x"}`,
			"errcode": `{"errcode":1,"errmsg":"hush-secret %s"}`,
			"scopes":  `{"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied","accessdenieddetail":{"requiredScopes":["hush-secret","%s"]}}`,
			"text":    `hush-secret %s`,
		} {
			t.Run(spelling+" of a "+name, func(t *testing.T) {
				inWorld(t, internalApp, func(t *testing.T, w *world) {
					w.sim.Script(simulator.Fault{On: on, Serve: func(rw http.ResponseWriter, r *http.Request, real http.Handler) {
						simulator.Answer(400, fmt.Sprintf(body, r.Header.Get("x-acs-dingtalk-access-token")))(rw, r, real)
					}})
					got := list(t.Context(), w, "a", client.PageOptions{})
					if got.err == nil {
						t.Fatal("no error")
					}
					checkNoSecret(t, "the error", fmt.Sprintf("%v %+v", got.err, errors.Unwrap(got.err)))
				})
			})
		}
	}
}

// Both spellings of every field.
func TestSpellings(t *testing.T) {
	for name, body := range map[string]string{
		"lower case": `{"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied","message":"m","requestid":"r","accessdenieddetail":{"requiredScopes":["a","b"]}}`,
		"camel case": `{"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied","message":"m","requestId":"r","accessDeniedDetail":{"requiredScopes":["a","b"]}}`,
		"upper case": `{"Code":"Forbidden.AccessDenied.AccessTokenPermissionDenied","Message":"m","RequestId":"r","AccessDeniedDetail":{"RequiredScopes":["a","b"]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				w.sim.Script(simulator.Fault{On: simulator.OnFirstPage, Serve: simulator.Answer(403, body)})
				var e *client.Error
				if err := list(t.Context(), w, "a", client.PageOptions{}).err; !errors.As(err, &e) {
					t.Fatal(err)
				}
				equal(t, "error", &client.Error{Kind: client.NoPermission, Status: 403, Code: "Forbidden.AccessDenied.AccessTokenPermissionDenied",
					Message: "m", RequestID: "r", RequiredScopes: []string{"a", "b"}, Page: 1}, e)
			})
		})
	}
}

// A body is read up to its limit only, even if what was read looks fine.
func TestBodyLimit(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		const page, most = `{"conferenceList":[]}`, 8 << 20
		for over := range 2 {
			w.sim.ClearFaults()
			w.sim.Script(simulator.Fault{On: simulator.OnFirstPage, Serve: simulator.Answer(200, page+strings.Repeat(" ", most+over-len(page)))})
			got := list(t.Context(), w, "a", client.PageOptions{})
			if tooLarge := got.err != nil && strings.Contains(got.err.Error(), "the answer is larger than 8 MiB"); tooLarge != (over == 1) {
				t.Error(over, got.err)
			}
		}
	})
}

// A call is not repeated because of a certificate that is not trusted.
func TestUntrustedCertificate(t *testing.T) {
	sim := simulator.New(testApp)
	server := httptest.NewUnstartedServer(sim)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	endpoint, err := client.ParseEndpoint(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{api: client.New(client.Config{Endpoint: endpoint, Credentials: internalApp})}
	got := list(t.Context(), w, "a", client.PageOptions{})
	var e *client.Error
	if !errors.As(got.err, &e) || e.Kind != client.Unexpected || e.Attempts > 1 || !strings.Contains(got.err.Error(), "certificate") {
		t.Error(got.err)
	}
	equal(t, "calls", 0, len(sim.Calls()))
}
