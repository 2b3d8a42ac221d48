package client_test

import (
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// errorOf is the *client.Error of an error.
func errorOf(t *testing.T, err error) *client.Error {
	t.Helper()
	e, ok := errors.AsType[*client.Error](err)
	if !ok {
		t.Fatalf("the error is %v", err)
	}
	return e
}

// A missing permission is named as the answer names it, and the link by which it
// is applied for is shown.
func TestPermissionInTheText(t *testing.T) {
	const link = "https://open-dev.dingtalk.com/appscope/apply?content=dingfakeapp%23qyapi_get_member"
	for name, test := range map[string]struct{ text, scopes, where string }{
		"scopes and link":    {"no: [qyapi_x], apply: " + link + ", {requiredScopes=[qyapi_get_member]}", "qyapi_get_member", "at " + link},
		"Chinese commas":     {"权限：[qyapi_get_member]，点击：" + link + "，{requiredScopes=[a.b, qyapi_get_member]}", "a.b, qyapi_get_member", "at " + link},
		"a full stop":        {"apply: " + link + "。", "qyapi_get_member", "at " + link},
		"a name in brackets": {"the app [Meeting] lacks [qyapi_get_member], apply: " + link + ".", "qyapi_get_member", "at " + link},
		"two scopes":         {"no: [qyapi_get_department_list,qyapi_base]", "qyapi_get_department_list, qyapi_base", "on the app's Permission Management page in the DingTalk developer console"},
		"a scope alone":      {"no: [qyapi_get_member]", "qyapi_get_member", "on the app's Permission Management page in the DingTalk developer console"},
		"another link":       {"see https://open.dingtalk.com/document", "qyapi_get_department_member", "on the app's Permission Management page in the DingTalk developer console"},
		"no word of a scope": {"no", "qyapi_get_department_member", "on the app's Permission Management page in the DingTalk developer console"},
	} {
		for form, refuse := range legacyForms("60011", test.text) {
			t.Run(name+form, func(t *testing.T) {
				inWorld(t, internalApp, func(t *testing.T, w *world) {
					w.sim.Script(simulator.Fault{On: isLegacy, Serve: refuse})
					_, _, err := legacyList(w, client.PageOptions{})
					e := errorOf(t, err)
					equal(t, "message", test.text, e.Message)
					equal(t, "remedy", "Apply for the permission "+test.scopes+" "+test.where+", then run the query again.", e.Remedy())
				})
			})
		}
	}
}

// A permission that was given meanwhile may need a new token: the next call fetches one. A
// token that the user manages stays.
func TestMissingPermissionDropsTheToken(t *testing.T) {
	for name, refuse := range map[string]serveFunc{
		"the newer API": simulator.Refuse(403, "Forbidden.AccessDenied.AccessTokenPermissionDenied", "m"),
		"the older API": simulator.RefuseLegacy(60011, "m"),
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				want := colleagues(w.sim, 2)
				w.sim.Script(simulator.Fault{On: isLegacy, Times: 1, Serve: refuse})
				if _, _, err := legacyList(w, client.PageOptions{}); !client.IsKind(err, client.NoPermission) {
					t.Fatal(err)
				}
				if _, _, err := legacyList(w, client.PageOptions{}); err != nil { // as in a query that ignores the refusal
					t.Error(err)
				}
				equal(t, "token calls of the query", 1, w.sim.Count(simulator.TokenCall))
				time.Sleep(2 * time.Second) // the token is replaced after that
				ids, _, err := legacyList(w, client.PageOptions{})
				equal(t, "error", error(nil), err)
				equal(t, "ids", want, ids)
				equal(t, "token calls", 2, w.sim.Count(simulator.TokenCall))
			})
			inWorld(t, internalApp, func(t *testing.T, w *world) { // behind a dead token
				colleagues(w.sim, 2)
				w.sim.Script(simulator.Fault{On: isLegacy, Times: 1, Serve: simulator.RefuseLegacy(40014, "dead")}, simulator.Fault{On: isLegacy, Times: 1, Serve: refuse})
				if _, _, err := legacyList(w, client.PageOptions{}); !client.IsKind(err, client.NoPermission) {
					t.Fatal(err)
				}
				time.Sleep(2 * time.Second)
				_, _, err := legacyList(w, client.PageOptions{})
				equal(t, "error", error(nil), err)
				equal(t, "token calls", 3, w.sim.Count(simulator.TokenCall))
			})
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				want := colleagues(w.sim, 2)
				w.api.Close()
				w.api = w.newClient(t, client.AccessToken{Token: client.NewSecret(w.sim.IssueToken())}, unlimited)
				w.sim.Script(simulator.Fault{On: isLegacy, Times: 1, Serve: refuse})
				if _, _, err := legacyList(w, client.PageOptions{}); !client.IsKind(err, client.NoPermission) {
					t.Fatal(err)
				}
				ids, _, err := legacyList(w, client.PageOptions{})
				equal(t, "error", error(nil), err)
				equal(t, "ids", want, ids)
			})
		})
	}
}

// DingTalk answers a wrong CorpId with 500 unknownError, which does not pass.
func TestWrongCorpID(t *testing.T) {
	app := client.OrganizationApp{ClientID: "test-id", ClientSecret: client.NewSecret("hush-secret"), CorpID: "other"}
	inWorld(t, app, func(t *testing.T, w *world) {
		w.sim.Script(simulator.Fault{On: simulator.OnToken, Serve: simulator.Refuse(500, "unknownError", "未知错误")})
		got := list(t.Context(), w, "a", client.PageOptions{})
		e := errorOf(t, got.err)
		equal(t, "attempts", 2, e.Attempts)
		equal(t, "token calls", 2, w.sim.Count(simulator.TokenCall))
		for _, name := range []string{"corp_id (DINGTALK_CORP_ID)", "client_id (DINGTALK_CLIENT_ID)"} {
			if !strings.Contains(e.Remedy(), name) {
				t.Errorf("the message lacks %s: %s", name, e)
			}
		}
	})
	inWorld(t, app, func(t *testing.T, w *world) { // it may be an outage all the same
		schedule(w.sim, "a", 1)
		w.sim.App.CorpID = "other"
		w.sim.Script(simulator.Fault{On: simulator.OnToken, Times: 1, Serve: simulator.Refuse(500, "unknownError", "")})
		equal(t, "error", error(nil), list(t.Context(), w, "a", client.PageOptions{}).err)
	})
}

// At other APIs that code may mean a missing permission.
func TestUnknownErrorNamesThePermission(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		w.sim.Script(simulator.Fault{On: simulator.OnFirstPage, Serve: simulator.Refuse(500, "unknownError", "")})
		got := list(t.Context(), w, "a", client.PageOptions{})
		if e := errorOf(t, got.err); e.Attempts != maxAttempts || !strings.HasSuffix(e.Remedy(), "check that the app has the permission VideoConference.Conference.Read.") {
			t.Error(e)
		}
	})
}

// The error of a web page names its most likely source, and never asks to check an id.
func TestWebPages(t *testing.T) {
	for status, want := range map[int]string{
		200: "A web page came in place of an answer.",
		400: "A proxy or gateway refused the request",
		403: "A web page came in place of an answer.",
		404: "A web server that is not the DingTalk Open API answered",
		407: "The proxy does not let this program pass",
		413: "A proxy or gateway refused the request",
		431: "A proxy or gateway refused the request",
		502: "A proxy or gateway answered in place of DingTalk",
	} {
		inWorld(t, internalApp, func(t *testing.T, w *world) {
			w.sim.Script(simulator.Fault{On: simulator.OnFirstPage, Serve: simulator.Answer(status, "<html>Hello</html>", "Content-Type", "text/html")})
			e := errorOf(t, list(t.Context(), w, "a", client.PageOptions{}).err)
			if !strings.HasPrefix(e.Remedy(), want) || strings.Contains(e.Error(), "has blocked") || e.Message != "an HTML page" {
				t.Errorf("%d: %s", status, e)
			}
		})
	}
}

// The error of an unknown code has DingTalk's message, and advice that is right for
// every cause.
func TestUnknownCodes(t *testing.T) {
	const advice = "This program does not know the code: look it up in DingTalk's documentation of error codes, or ask DingTalk's support, with the request id."
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		w.sim.Script(simulator.Fault{On: simulator.OnFirstPage, Serve: simulator.Refuse(400, "somethingNew", "said so")})
		err := list(t.Context(), w, "a", client.PageOptions{}).err
		equal(t, "message", "DingTalk answered HTTP 400, code somethingNew: said so (request id 5E5B5F7C-0000-7000-8000-51AD51AD51AD). "+advice, err.Error())
	})
	for form, refuse := range legacyForms("12345", "said so") {
		inWorld(t, internalApp, func(t *testing.T, w *world) {
			w.sim.Script(simulator.Fault{On: isLegacy, Serve: refuse})
			_, _, err := legacyList(w, client.PageOptions{})
			equal(t, "message"+form, "DingTalk answered HTTP 200, code errcode 12345: said so (request id r). "+advice, err.Error())
		})
	}
	inWorld(t, internalApp, func(t *testing.T, w *world) { // nothing is in the wrapper
		w.sim.Script(simulator.Fault{On: isLegacy, Serve: simulator.Answer(200, `{"errcode":88,"errmsg":"said so","request_id":"r"}`)})
		_, _, err := legacyList(w, client.PageOptions{})
		equal(t, "message", "DingTalk answered HTTP 200, code errcode 88: said so (request id r). "+advice, err.Error())
	})
}

// A message that DingTalk sends in addition to the code is shown as well.
func TestWordsBesideACode(t *testing.T) {
	for body, want := range map[string]string{
		`{"errcode":22,"sub_msg":"invalid ApiName","request_id":"r"}`:                                              "code errcode 22: invalid ApiName (request id r)",
		`{"errcode":22,"errmsg":"invalid ApiName","sub_msg":"invalid ApiName"}`:                                    "code errcode 22: invalid ApiName.",
		`{"errcode":15,"errmsg":"Remote service error","sub_code":"isp.timeout","sub_msg":"the callee timed out"}`: "code errcode 15: Remote service error (isp.timeout: the callee timed out).",
	} {
		inWorld(t, internalApp, func(t *testing.T, w *world) {
			w.sim.Script(simulator.Fault{On: isLegacy, Serve: simulator.Answer(200, body)})
			_, _, err := legacyList(w, client.PageOptions{})
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", body, err)
			}
		})
	}
}

// If DingTalk is busy, the error asks to run the query again later.
func TestBusyIsNoThrottling(t *testing.T) {
	for form, refuse := range legacyForms("-1", "busy") {
		inWorld(t, internalApp, func(t *testing.T, w *world) {
			w.sim.Script(simulator.Fault{On: isLegacy, Serve: refuse})
			_, _, err := legacyList(w, client.PageOptions{})
			if e := errorOf(t, err); e.Attempts != maxAttempts || strings.Contains(e.Remedy(), "calls_per_second") {
				t.Errorf("%s: %v", form, err)
			}
		})
	}
}

// If a proxy refuses the connection, the call is not repeated.
func TestProxyRefuses(t *testing.T) {
	for status, want := range map[int]struct {
		kind     client.Kind
		attempts int
		advice   string
	}{
		407: {client.Unexpected, 0, "The proxy does not let this program pass"},
		403: {client.Unexpected, 0, "A proxy or gateway refused the request"},
		503: {client.Transient, maxAttempts, "Check the network, a proxy"},
	} {
		asked := 0
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked++
			w.WriteHeader(status)
		}))
		address, err := url.Parse(proxy.URL)
		if err != nil {
			t.Fatal(err)
		}
		transport := client.NewTransport()
		transport.Proxy = http.ProxyURL(address)
		api := client.New(client.Config{Endpoint: parseEndpoint(t, "https://dingtalk.invalid"), Credentials: internalApp, Transport: transport, Sleep: noSleep, Limits: &client.Limits{}})
		e := errorOf(t, list(t.Context(), &world{api: api}, "a", client.PageOptions{}).err)
		api.Close()
		proxy.Close()
		equal(t, "kind", want.kind, e.Kind)
		equal(t, "attempts", want.attempts, e.Attempts)
		equal(t, "connections", max(1, want.attempts), asked)
		if !strings.HasPrefix(e.Remedy(), want.advice) || !strings.Contains(e.Message, "the proxy answered HTTP ") {
			t.Errorf("%d: %s", status, e)
		}
	}
}

// What is wrong with a connection by TLS does not pass by asking again.
func TestTLS(t *testing.T) {
	quiet := log.New(io.Discard, "", 0)
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	unknown := httptest.NewUnstartedServer(http.NotFoundHandler())
	unknown.Config.ErrorLog = quiet
	unknown.StartTLS()
	defer unknown.Close()

	elsewhere := unknown.Client().Transport.(*http.Transport).Clone()
	elsewhere.TLSClientConfig.ServerName = "dingtalk.invalid"

	for name, test := range map[string]struct {
		endpoint  string
		transport http.RoundTripper
		advice    string
	}{
		"http at the https port":   {"https://" + plain.Listener.Addr().String(), nil, "What listens there does not speak https"},
		"nobody vouches for it":    {unknown.URL, nil, "This machine does not trust the certificate."},
		"it is for another's name": {unknown.URL, elsewhere, "The certificate is not valid for this host or at this time"},
	} {
		t.Run(name, func(t *testing.T) {
			api := client.New(client.Config{Endpoint: parseEndpoint(t, test.endpoint), Credentials: internalApp, Transport: test.transport, Sleep: noSleep, Limits: &client.Limits{}})
			defer api.Close()
			e := errorOf(t, list(t.Context(), &world{api: api}, "a", client.PageOptions{}).err)
			equal(t, "attempts", 0, e.Attempts)
			if !strings.HasPrefix(e.Remedy(), test.advice) {
				t.Error(e)
			}
		})
	}
}

// A fault of DingTalk's own pages speaks of no proxy.
func TestFaultsOfPagesSpeakOfNoProxy(t *testing.T) {
	for _, page := range []string{`{"totalCount":5,"conferenceList":[],"nextToken":""}`, `{"conferenceList":[{"conferenceId":"a"}],"nextToken":"1"}`} {
		inWorld(t, internalApp, func(t *testing.T, w *world) {
			w.sim.Script(simulator.Fault{On: func(c simulator.Call) bool { return c.Kind == simulator.ConferenceCall }, Serve: simulator.Answer(200, page)})
			e := errorOf(t, list(t.Context(), w, "a", client.PageOptions{}).err)
			if strings.Contains(e.Error(), "proxy") || !strings.HasPrefix(e.Remedy(), "DingTalk's answers contradict one another") {
				t.Error(e)
			}
		})
	}
}

// The error of a proxy that cannot be reached says that it is the proxy.
func TestProxyIsNotThere(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	transport := client.NewTransport()
	transport.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: address})
	api := client.New(client.Config{Endpoint: parseEndpoint(t, "https://dingtalk.invalid"), Credentials: internalApp, Transport: transport, Sleep: noSleep, Limits: &client.Limits{}})
	defer api.Close()
	e := errorOf(t, list(t.Context(), &world{api: api}, "a", client.PageOptions{}).err)
	if e.Kind != client.Transient || !strings.Contains(e.Error(), "proxyconnect") || !strings.Contains(e.Error(), address) {
		t.Error(e)
	}
}

// How long to wait is in the unit in which a person counts.
func TestRetryAfter(t *testing.T) {
	for seconds, want := range map[int64][2]string{
		1:          {"It asks to wait 1 second.", "对方要求等待 1 秒。"},
		119:        {"It asks to wait 119 seconds.", "对方要求等待 119 秒。"},
		121:        {"It asks to wait 3 minutes.", "对方要求等待 3 分钟。"},
		7200:       {"It asks to wait 2 hours.", "对方要求等待 2 小时。"},
		3153600000: {"It asks to wait 36500 days.", "对方要求等待 36500 天。"},
	} {
		e := &client.Error{Kind: client.Throttled, RetryAfter: time.Duration(seconds) * time.Second}
		if !strings.HasPrefix(e.Remedy(), want[0]) || !strings.HasPrefix(e.InChinese(), want[1]) {
			t.Errorf("%d: %s %s", seconds, e.Remedy(), e.InChinese())
		}
	}
}
