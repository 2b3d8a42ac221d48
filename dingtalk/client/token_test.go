package client_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

func TestTokenLife(t *testing.T) {
	tests := []struct {
		name string
		life time.Duration
		// after is when a second list starts, after the first.
		after time.Duration
		calls int
	}{
		{"a fresh token is kept", 2 * time.Hour, time.Hour, 1},
		{"and kept until five minutes before its end", 2 * time.Hour, 115*time.Minute - time.Second, 1},
		{"when it is replaced", 2 * time.Hour, 115*time.Minute + time.Second, 2},
		{"an expired token is replaced", 2 * time.Hour, 3 * time.Hour, 2},
		{"a short life is used for half", 60 * time.Second, 29 * time.Second, 1},
		{"and replaced then", 60 * time.Second, 31 * time.Second, 2},
		{"a life of a second", time.Second, 400 * time.Millisecond, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				w.sim.TokenLife = test.life
				want := schedule(w.sim, "a", 10)
				for range 2 {
					got := list(t.Context(), w, "a", client.PageOptions{Size: 1})
					equal(t, "error", error(nil), got.err)
					equal(t, "ids", want, got.ids)
					time.Sleep(test.after)
					test.after = 0
				}
				synctest.Wait() // for a refresh that no list waits for
				equal(t, "token calls", test.calls, w.sim.Count(simulator.TokenCall))
				equal(t, "calls", 20, w.sim.Count(simulator.ConferenceCall))
			})
		})
	}
}

// A token without expireIn is used until DingTalk refuses it.
func TestTokenWithoutLife(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		want := schedule(w.sim, "a", 3)
		token := w.sim.IssueToken()
		for _, body := range []string{`{"accessToken":%q}`, `{"accessToken":%q,"expireIn":0}`, `{"accessToken":%q,"expireIn":-5}`} {
			w.sim.ClearFaults()
			w.sim.Script(simulator.Fault{On: simulator.OnToken, Serve: simulator.Answer(200, fmt.Sprintf(body, token))})
			w.api.Close()
			w.api = w.newClient(t, internalApp, unlimited)
			w.sim.ClearCalls()
			for range 2 {
				equal(t, "ids", want, list(t.Context(), w, "a", client.PageOptions{Size: 1}).ids)
			}
			equal(t, "token calls", 1, w.sim.Count(simulator.TokenCall))
			w.api.Close()
		}
	})
}

// An early refresh that fails or hangs delays no call while the old token is
// good, and costs a few calls, not one a page.
func TestEarlyRefreshFails(t *testing.T) {
	for name, serve := range map[string]serveFunc{"fails": simulator.Answer(500, ""), "hangs": simulator.Delay(time.Hour)} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				want := schedule(w.sim, "a", 10)
				list(t.Context(), w, "a", client.PageOptions{})
				time.Sleep(116 * time.Minute)
				w.sim.Script(simulator.Fault{On: simulator.OnToken, Serve: serve})
				w.sim.ClearCalls()
				start := time.Now()
				got := list(t.Context(), w, "a", client.PageOptions{Size: 1})
				equal(t, "error", error(nil), got.err)
				equal(t, "ids", want, got.ids)
				equal(t, "time", time.Duration(0), time.Since(start))
				time.Sleep(2 * time.Minute)
				if n := w.sim.Count(simulator.TokenCall); n < 3 || n > maxAttempts {
					t.Errorf("%d token calls", n)
				}

				// It is tried again, and at the end of the old token's life
				// every list waits for it.
				w.sim.ClearFaults()
				list(t.Context(), w, "a", client.PageOptions{Size: 1})
				synctest.Wait()
				w.sim.ClearCalls()
				time.Sleep(10 * time.Minute)
				equal(t, "ids", want, list(t.Context(), w, "a", client.PageOptions{Size: 1}).ids)
				equal(t, "token calls later", 0, w.sim.Count(simulator.TokenCall))
			})
		})
	}
}

func TestDeadToken(t *testing.T) {
	dead := map[string]serveFunc{
		"InvalidAuthentication": simulator.Refuse(400, "InvalidAuthentication", "dead"),
		"401 with that code":    simulator.Refuse(401, "InvalidAuthentication", "dead"),
		"401 with another code": simulator.Refuse(401, "Unauthorized", "dead"),
		"401 without a code":    simulator.Answer(401, ""),
		"401 with a page":       simulator.Answer(401, "<html>", "Content-Type", "text/html"),
	}
	for name, serve := range dead {
		refused, own := "The access token is refused: check that app and endpoint belong to the same region, and that the app is still enabled.", "put a new one into access_token (DINGTALK_ACCESS_TOKEN)"
		if name == "401 with a page" { // which is no answer of DingTalk's
			refused, own = "or go around it (NO_PROXY).", "A proxy or gateway refused the request"
		}
		for where, on := range map[string]func(simulator.Call) bool{"the first page": simulator.OnFirstPage, "a later page": simulator.OnLaterPage} {
			t.Run(name+" on "+where+", once", func(t *testing.T) {
				inWorld(t, internalApp, func(t *testing.T, w *world) {
					want := schedule(w.sim, "a", 4)
					w.sim.Script(simulator.Fault{On: on, Serve: serve, Times: 1})
					start := time.Now()
					got := list(t.Context(), w, "a", client.PageOptions{Size: 2})
					equal(t, "error", error(nil), got.err)
					equal(t, "ids", want, got.ids)
					equal(t, "token calls", 2, w.sim.Count(simulator.TokenCall))
					equal(t, "calls", 3, w.sim.Count(simulator.ConferenceCall))
					equal(t, "time", time.Duration(0), time.Since(start))
				})
			})
			t.Run(name+" on "+where+", for good", func(t *testing.T) {
				inWorld(t, internalApp, func(t *testing.T, w *world) {
					schedule(w.sim, "a", 4)
					w.sim.Script(simulator.Fault{On: on, Serve: serve})
					got := list(t.Context(), w, "a", client.PageOptions{Size: 2})
					if !client.IsKind(got.err, client.Unauthenticated) || !strings.HasSuffix(got.err.Error(), refused) {
						t.Error(got.err)
					}
					equal(t, "token calls", 2, w.sim.Count(simulator.TokenCall))
				})
			})
			t.Run(name+" on "+where+", a token of the user's own", func(t *testing.T) {
				inWorld(t, internalApp, func(t *testing.T, w *world) {
					schedule(w.sim, "a", 4)
					w.api.Close()
					w.api = w.newClient(t, client.AccessToken{Token: client.NewSecret(w.sim.IssueToken())}, unlimited)
					w.sim.Script(simulator.Fault{On: on, Serve: serve})
					got := list(t.Context(), w, "a", client.PageOptions{Size: 2})
					if !client.IsKind(got.err, client.OwnTokenRefused) || !strings.Contains(got.err.Error(), own) {
						t.Error(got.err)
					}
					checkNoSecret(t, "the error", got.err.Error())
					calls := 0
					for _, c := range w.sim.Calls() {
						if on(c) {
							calls++
						}
					}
					equal(t, "calls", 1, calls)
					equal(t, "token calls", 0, w.sim.Count(simulator.TokenCall))
				})
			})
		}
	}
}

// A refused secret is one call, for every kind of app and each documented code.
func TestRefusedCredentials(t *testing.T) {
	for _, credentials := range []client.Credentials{
		client.InternalApp{ClientID: "test-id", ClientSecret: client.NewSecret("hush-wrong")},
		client.InternalApp{ClientID: "wrong", ClientSecret: client.NewSecret("hush-secret")},
		client.ThirdPartyApp{ClientID: "wrong", ClientSecret: client.NewSecret("hush-secret"), CorpID: "test-corp", SuiteTicket: client.NewSecret("hush-ticket")},
		client.ThirdPartyApp{ClientID: "test-id", ClientSecret: client.NewSecret("hush-secret"), CorpID: "test-corp", SuiteTicket: client.NewSecret("hush-old")},
		client.ThirdPartyApp{ClientID: "test-id", ClientSecret: client.NewSecret("hush-secret"), CorpID: "wrong", SuiteTicket: client.NewSecret("hush-ticket")},
		client.OrganizationApp{ClientID: "test-id", ClientSecret: client.NewSecret("hush-wrong"), CorpID: "test-corp"},
		client.OrganizationApp{ClientID: "test-id", ClientSecret: client.NewSecret("hush-secret"), CorpID: "wrong"},
	} {
		t.Run(fmt.Sprintf("%T", credentials), func(t *testing.T) {
			inWorld(t, credentials, func(t *testing.T, w *world) {
				got := list(t.Context(), w, "a", client.PageOptions{})
				if !client.IsKind(got.err, client.BadCredentials) {
					t.Error(got.err)
				}
				checkNoSecret(t, "the error", got.err.Error())
				equal(t, "calls", 1, len(w.sim.Calls()))
			})
		})
	}
	for _, code := range []string{"invalidClientIdOrSecret", "invalidSuiteKey", "invalidSuiteTicket", "invalidAuthInfo", "invalid.client", "unsupported.grant.type"} {
		t.Run(code, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				w.sim.Script(simulator.Fault{On: simulator.OnToken, Serve: simulator.Refuse(400, code, "")})
				got := list(t.Context(), w, "a", client.PageOptions{})
				if !client.IsKind(got.err, client.BadCredentials) {
					t.Error(got.err)
				}
				equal(t, "calls", 1, len(w.sim.Calls()))
			})
		})
	}
}

// A host that has no such token call is not DingTalk's, whatever its code; that says
// nothing of the credentials. A 404 of a code that is documented does.
func TestTokenCallThatIsNotThere(t *testing.T) {
	for code, kind := range map[string]client.Kind{"somethingNew": client.Unexpected, "invalidClientIdOrSecret": client.BadCredentials} {
		inWorld(t, internalApp, func(t *testing.T, w *world) {
			w.sim.Script(simulator.Fault{On: simulator.OnToken, Serve: simulator.Refuse(404, code, "")})
			got := list(t.Context(), w, "a", client.PageOptions{})
			if !client.IsKind(got.err, kind) || strings.Contains(got.err.Error(), "check endpoint") != (kind == client.Unexpected) {
				t.Errorf("%s: %v", code, got.err)
			}
		})
	}
}

// Hundreds of lists on one client, and every token dies under them again and
// again: each list is complete, and no death costs more than one token call.
func TestTokensDieUnderManyLists(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		const lists, deaths = 300, 20
		w.transport.MaxIdleConnsPerHost = lists
		want := schedule(w.sim, "a", 40)
		w.sim.Script(simulator.Fault{Serve: func(rw http.ResponseWriter, r *http.Request, real http.Handler) {
			time.Sleep(50 * time.Millisecond)
			real.ServeHTTP(rw, r)
		}})
		var wg sync.WaitGroup
		for range lists {
			wg.Go(func() {
				got := list(t.Context(), w, "a", client.PageOptions{Size: 1})
				if got.err != nil || len(got.ids) != len(want) {
					t.Errorf("%d of %d ids, %v", len(got.ids), len(want), got.err)
				}
			})
		}
		for range deaths {
			// Longer than a call and its repeat take, so that no call meets
			// two deaths: that is an error, and another test.
			time.Sleep(201 * time.Millisecond)
			w.sim.RevokeTokens()
		}
		wg.Wait()
		if n := w.sim.Count(simulator.TokenCall); n < 2 || n > deaths+1 {
			t.Errorf("%d token calls for %d deaths", n, deaths)
		}
	})
}

// A token call outlives the caller that started it, if others wait for it, and
// ends with the last.
func TestSharedTokenCall(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		want := schedule(w.sim, "a", 1)
		w.sim.Script(simulator.Fault{On: simulator.OnToken, Serve: simulator.Delay(5 * time.Second)})
		var wg sync.WaitGroup
		short, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		wg.Go(func() {
			if got := list(short, w, "a", client.PageOptions{}); got.err == nil {
				t.Error("the first caller should have given up")
			}
		})
		wg.Go(func() {
			time.Sleep(time.Second)
			got := list(t.Context(), w, "a", client.PageOptions{})
			equal(t, "error", error(nil), got.err)
			equal(t, "ids", want, got.ids)
		})
		wg.Wait()
		equal(t, "token calls", 1, w.sim.Count(simulator.TokenCall))
	})
}

// A call that learns late that a token is dead does not remove the new one.
func TestLateNewsOfADeadToken(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		want := schedule(w.sim, "a", 1)
		schedule(w.sim, "late", 1)
		list(t.Context(), w, "a", client.PageOptions{})
		w.sim.RevokeTokens()
		w.sim.Script(simulator.Fault{Times: 1, On: func(c simulator.Call) bool { return c.ScheduleConferenceID == "late" },
			Serve: func(rw http.ResponseWriter, r *http.Request, real http.Handler) {
				time.Sleep(time.Second)
				simulator.Refuse(400, "InvalidAuthentication", "dead")(rw, r, real)
			}})
		var wg sync.WaitGroup
		wg.Go(func() {
			equal(t, "ids of the late", want, list(t.Context(), w, "late", client.PageOptions{}).ids)
		})
		synctest.Wait() // the late call is sent, with the dead token
		equal(t, "ids", want, list(t.Context(), w, "a", client.PageOptions{}).ids)
		wg.Wait()
		equal(t, "token calls", 2, w.sim.Count(simulator.TokenCall))
	})
}

// A token call for which no call waits any more ends at once, and the next caller
// makes one of its own.
func TestAbandonedTokenCall(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		want := schedule(w.sim, "a", 1)
		var ended time.Duration
		start := time.Now()
		w.sim.Script(simulator.Fault{On: simulator.OnToken, Times: 1, Serve: func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
			<-r.Context().Done()
			ended = time.Since(start)
		}})
		for range 2 {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
			defer cancel()
			go list(ctx, w, "a", client.PageOptions{})
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		equal(t, "end of the token call", 2*time.Second, ended)
		got := list(t.Context(), w, "a", client.PageOptions{})
		equal(t, "error", error(nil), got.err)
		equal(t, "ids", want, got.ids)
		equal(t, "token calls", 2, w.sim.Count(simulator.TokenCall))
		equal(t, "time", 2*time.Second, time.Since(start))
	})
}

// A call right after that does not join the token call that is ending.
func TestAbandonedTokenCallIsNotJoined(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		want := schedule(w.sim, "a", 1)
		for range 50 {
			w.api.Close()
			w.api = w.newClient(t, internalApp, unlimited)
			w.sim.ClearFaults()
			w.sim.Script(simulator.Fault{On: simulator.OnToken, Times: 1, Serve: simulator.Delay(time.Hour)})
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			if got := list(ctx, w, "a", client.PageOptions{}); got.err == nil {
				t.Error("no answer, and no error")
			}
			got := list(t.Context(), w, "a", client.PageOptions{})
			cancel()
			if got.err != nil || len(got.ids) != len(want) {
				t.Fatal(got)
			}
		}
	})
}

// A token whose refresh failed is used until it expires, and no longer.
func TestTokenIsNotUsedBeyondItsEnd(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		want := schedule(w.sim, "a", 1)
		list(t.Context(), w, "a", client.PageOptions{})
		time.Sleep(2*time.Hour - 10*time.Second)
		w.sim.Script(simulator.Fault{On: simulator.OnToken, Times: 1, Serve: simulator.Refuse(400, "invalidAuthInfo", "not now")})
		equal(t, "ids", want, list(t.Context(), w, "a", client.PageOptions{}).ids)
		time.Sleep(9 * time.Second)
		w.sim.ClearCalls()
		equal(t, "ids", want, list(t.Context(), w, "a", client.PageOptions{}).ids)
		equal(t, "token calls before the end", 0, w.sim.Count(simulator.TokenCall))
		time.Sleep(2 * time.Second)
		w.sim.ClearCalls()
		equal(t, "ids", want, list(t.Context(), w, "a", client.PageOptions{}).ids)
		equal(t, "token calls after the end", 1, w.sim.Count(simulator.TokenCall))
		equal(t, "calls after the end", 1, w.sim.Count(simulator.ConferenceCall))
	})
}

// Other codes with status 404 mean what they mean elsewhere.
func TestTokenCallWith404(t *testing.T) {
	for code, kind := range map[string]client.Kind{"InvalidAuthentication": client.BadCredentials, "qps.exceed.limit": client.Throttled} {
		inWorld(t, internalApp, func(t *testing.T, w *world) {
			w.sim.Script(simulator.Fault{On: simulator.OnToken, Serve: simulator.Refuse(404, code, "no")})
			if got := list(t.Context(), w, "a", client.PageOptions{}); !client.IsKind(got.err, kind) {
				t.Errorf("%s: %v", code, got.err)
			}
		})
	}
}

// A token call that the server does not know is no error of the credentials: the
// endpoint is wrong.
func TestTokenCallThatDoesNotExist(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		w.sim.Script(simulator.Fault{On: simulator.OnToken, Serve: simulator.Refuse(404, "InvalidAction.NotFound", "Specified api is not found")})
		got := list(t.Context(), w, "a", client.PageOptions{})
		if !client.IsKind(got.err, client.Unexpected) || !strings.HasSuffix(got.err.Error(), "There is no such call at this address: check endpoint (DINGTALK_ENDPOINT), and legacy_endpoint (DINGTALK_LEGACY_ENDPOINT) if you set it.") {
			t.Error(got.err)
		}
		equal(t, "token calls", 1, w.sim.Count(simulator.TokenCall))
	})
}

// A token is hidden in the error of the call that brought it, in both forms of the answer.
func TestFetchedTokenIsHidden(t *testing.T) {
	for _, body := range []string{
		`{"accessToken":"hush-fetched","expireIn":7200,"code":"odd","message":"hush-fetched was given"}`,
		`{"access_token":"hush-fetched","code":"hush-fetched"}`,
		`{"expireIn":"soon","accessToken":"hush-fetched","message":"hush-fetched","code":"odd"}`,
		`{"accessToken":"hush\u0000fetched\r\n","expireIn":7200}`,
	} {
		for _, status := range []int{200, 403} {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				w.sim.Script(simulator.Fault{On: simulator.OnToken, Serve: simulator.Answer(status, body)})
				got := list(t.Context(), w, "a", client.PageOptions{})
				if got.err == nil {
					t.Fatal("no error")
				}
				checkNoSecret(t, "the error", fmt.Sprintf("%v %+v", got.err, got.err))
			})
		}
	}
}

// A token that no header can have is an error that names it.
func TestTokenOfTwoLines(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		w.sim.Script(simulator.Fault{On: simulator.OnToken, Serve: simulator.Answer(200, `{"accessToken":"hush\nfetched","expireIn":7200}`)})
		got := list(t.Context(), w, "a", client.PageOptions{})
		if got.err == nil || !strings.Contains(got.err.Error(), "accessToken has a character that no header can have") {
			t.Error(got.err)
		}
		equal(t, "calls", 1, len(w.sim.Calls()))
	})
}

// A position of DingTalk's may be the token, so no error and no log shows one. The guard of
// the log reads it at trace level.
func TestTokenAsPosition(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		w.sim.Script(simulator.Fault{On: isConference, Serve: simulator.Answer(200, `{"nextToken":"simulated-token-1","conferenceList":[{}]}`)})
		got := list(t.Context(), w, "a", client.PageOptions{})
		if got.err == nil || !strings.Contains(got.err.Error(), "nextToken came back a second time") {
			t.Fatal(got.err)
		}
		checkNoSecret(t, "the error", got.err.Error())
	})
}

// A secret is hidden before a message is cut, so that no part of it is shown.
func TestSecretWhereAMessageIsCut(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		for before := range 520 {
			w.sim.Script(simulator.Fault{On: isConference, Serve: simulator.Answer(200, fmt.Sprintf(`{"hasMore":true,"nextToken":[%q],"conferenceList":[]}`, strings.Repeat("x", before)+"simulated-token-1")), Times: 1})
			got := list(t.Context(), w, "a", client.PageOptions{})
			if got.err == nil || strings.Contains(got.err.Error(), "simulat") {
				t.Fatal(before, got.err)
			}
		}
	})
}
