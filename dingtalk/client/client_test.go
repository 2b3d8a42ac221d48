package client_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// schedule gives a simulator n meetings and returns their ids.
func schedule(sim *simulator.Simulator, id string, n int) []string {
	var ids []string
	for i := range n {
		ids = append(ids, fmt.Sprintf("c%d", i))
		sim.Schedules[id] = append(sim.Schedules[id], simulator.Conference{ConferenceID: ids[i]})
	}
	return ids
}

func equal(t *testing.T, what string, want, got any) {
	t.Helper()
	if d := gocmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func checkNoSecret(t *testing.T, where, text string) {
	t.Helper()
	if strings.Contains(text, "hush") || strings.Contains(text, "simulated-token") {
		t.Errorf("%s shows a secret: %s", where, text)
	}
}

func TestPages(t *testing.T) {
	tests := []struct {
		name  string
		n     int
		size  int
		calls int
	}{
		{"one page", 3, 100, 1},
		{"exactly one page", 100, 100, 1},
		{"two pages", 101, 100, 2},
		{"many pages", 41, 4, 11},
		{"the server's cap", 401, 500, 3},
		{"the server's own size", 41, 0, 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				want := schedule(w.sim, "a", test.n)
				got := list(t.Context(), w, "a", client.PageOptions{Size: test.size})
				equal(t, "ids", want, got.ids)
				equal(t, "error", error(nil), got.err)
				equal(t, "calls", test.calls, w.sim.Count(simulator.ConferenceCall))
				equal(t, "token calls", 1, w.sim.Count(simulator.TokenCall))
			})
		})
	}
}

// A list that is left is not read on.
func TestNoCallAfterTheLoopEnds(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		schedule(w.sim, "a", 10)
		for _, err := range w.api.ScheduleConferences(t.Context(), "a", client.PageOptions{Size: 2}) {
			if err != nil {
				t.Error(err)
			}
			break
		}
		equal(t, "calls", 1, w.sim.Count(simulator.ConferenceCall))
	})
}

func TestEndOfList(t *testing.T) {
	for name, field := range map[string]string{"empty": `"nextToken":"",`, "null": `"nextToken":null,`, "absent": ``} {
		t.Run("nextToken "+name, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				w.sim.Script(simulator.Fault{On: simulator.OnFirstPage, Serve: simulator.Answer(200, `{`+field+`"conferenceList":[{"conferenceId":"x"}]}`)})
				got := list(t.Context(), w, "a", client.PageOptions{})
				equal(t, "ids", []string{"x"}, got.ids)
				equal(t, "error", error(nil), got.err)
				equal(t, "calls", 1, w.sim.Count(simulator.ConferenceCall))
			})
		})
	}
}

// Short and empty pages do not end a list.
func TestShortPages(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		page := func(after, next, list string) simulator.Fault {
			return simulator.Fault{On: func(c simulator.Call) bool { return c.Kind == simulator.ConferenceCall && c.NextToken == after },
				Serve: simulator.Answer(200, `{"nextToken":"`+next+`","conferenceList":[`+list+`]}`)}
		}
		w.sim.Script(page("", "1", ``), page("1", "2", `{"conferenceId":"x"}`), page("2", "3", ``), page("3", "", `{"conferenceId":"y"}`))
		got := list(t.Context(), w, "a", client.PageOptions{Size: 100})
		equal(t, "ids", []string{"x", "y"}, got.ids)
		equal(t, "error", error(nil), got.err)
	})
}

func TestEndlessLists(t *testing.T) {
	n := 0
	cycle := func(tokens ...string) func(http.ResponseWriter, *http.Request, http.Handler) {
		return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			fmt.Fprintf(w, `{"nextToken":%q,"conferenceList":[{"conferenceId":"x"}]}`, tokens[n%len(tokens)])
			n++
		}
	}
	tests := []struct {
		name  string
		serve func(http.ResponseWriter, *http.Request, http.Handler)
		calls int
		err   string
	}{
		{"the same token again", cycle("t"), 2, `nextToken came back a second time`},
		{"a cycle of three tokens", cycle("t", "u", "v"), 4, `nextToken came back a second time`},
		{"empty pages for ever", func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
			n++
			fmt.Fprintf(w, `{"nextToken":"%d","conferenceList":[]}`, n)
		}, 51, "51 pages in a row were empty and promised more"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				n = 0
				w.sim.Script(simulator.Fault{On: isConference, Serve: test.serve})
				got := list(t.Context(), w, "a", client.PageOptions{})
				if got.err == nil || !strings.Contains(got.err.Error(), test.err) {
					t.Errorf("error %v, want %q", got.err, test.err)
				}
				equal(t, "calls", test.calls, w.sim.Count(simulator.ConferenceCall))
			})
		})
	}
}

func isConference(c simulator.Call) bool { return c.Kind == simulator.ConferenceCall }

// Whatever is in an id, it is one segment of the table's own path.
func TestIDsStayInTheirSegment(t *testing.T) {
	for _, id := range []string{"a/b", "../../oauth2/accessToken", "a?maxResults=1", "a#b", "%2e%2e", "..%2F", "a b", "会议", "a\x00b", "\xff", `a\b`, ";", "...", "a;b=c", "+"} {
		t.Run(id, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				want := schedule(w.sim, id, 1)
				equal(t, "ids", want, list(t.Context(), w, id, client.PageOptions{}).ids)
			})
		})
	}
	for _, id := range []string{"", ".", ".."} {
		t.Run("no call for "+id, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				got := list(t.Context(), w, id, client.PageOptions{})
				if !client.IsKind(got.err, client.NotFound) {
					t.Error(got.err)
				}
				equal(t, "calls", 0, len(w.sim.Calls()))
			})
		})
	}
}

func TestKindsOfApp(t *testing.T) {
	secret, ticket := client.NewSecret("hush-secret"), client.NewSecret("hush-ticket")
	tests := []struct {
		name        string
		credentials client.Credentials
		path        string
	}{
		{"an internal app", internalApp, "/v1.0/oauth2/accessToken"},
		{"a third-party app", client.ThirdPartyApp{ClientID: "test-id", ClientSecret: secret, CorpID: "test-corp", SuiteTicket: ticket}, "/v1.0/oauth2/corpAccessToken"},
		{"an organization", client.OrganizationApp{ClientID: "test-id", ClientSecret: secret, CorpID: "test-corp"}, "/v1.0/oauth2/test-corp/token"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, test.credentials, func(t *testing.T, w *world) {
				want := schedule(w.sim, "a", 3)
				got := list(t.Context(), w, "a", client.PageOptions{Size: 2})
				equal(t, "error", error(nil), got.err)
				equal(t, "ids", want, got.ids)
				var paths []string
				for _, c := range w.sim.Calls() {
					paths = append(paths, c.Method+" "+c.Path)
				}
				const page = "GET /v1.0/conference/videoConferences/scheduleConferences/a"
				equal(t, "calls", []string{"POST " + test.path, page, page}, paths)
			})
		})
	}
	t.Run("a token of the user's own", func(t *testing.T) {
		inWorld(t, internalApp, func(t *testing.T, w *world) {
			want := schedule(w.sim, "a", 3)
			w.api = w.newClient(t, client.AccessToken{Token: client.NewSecret(w.sim.IssueToken())}, unlimited)
			equal(t, "ids", want, list(t.Context(), w, "a", client.PageOptions{Size: 2}).ids)
			equal(t, "token calls", 0, w.sim.Count(simulator.TokenCall))
		})
	})
}

// A page must ask before every call, repeats included; a token call must not.
func TestWaitIsAskedBeforeEveryCall(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		schedule(w.sim, "a", 4)
		w.sim.Script(simulator.Fault{On: simulator.OnLaterPage, Times: 2, Serve: simulator.Refuse(503, "serviceBusy", "")})
		asked := 0
		got := list(t.Context(), w, "a", client.PageOptions{Size: 2, Wait: func(context.Context) error {
			asked++
			equal(t, "calls before the wait ended", asked-1, w.sim.Count(simulator.ConferenceCall))
			return nil
		}})
		equal(t, "error", error(nil), got.err)
		equal(t, "asked", 4, asked)
	})
}

func TestWaitEndsTheList(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		schedule(w.sim, "a", 4)
		stop := errors.New("no slot")
		got := list(t.Context(), w, "a", client.PageOptions{Wait: func(context.Context) error { return stop }})
		if !errors.Is(got.err, stop) {
			t.Error(got.err)
		}
		equal(t, "calls", 0, w.sim.Count(simulator.ConferenceCall))
	})
}

// The time spent at the rate limiter is not the API's fault.
func TestWaitingForTheLimiterSpendsNoTime(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		want := schedule(w.sim, "a", 4)
		w.sim.Script(simulator.Fault{On: simulator.OnFirstPage, Times: 3, Serve: simulator.Refuse(503, "serviceBusy", "")})
		got := list(t.Context(), w, "a", client.PageOptions{Wait: func(context.Context) error {
			time.Sleep(10 * time.Minute)
			return nil
		}})
		equal(t, "error", error(nil), got.err)
		equal(t, "ids", want, got.ids)
	})
}

// Every call has the headers User-Agent and Accept.
func TestHeaders(t *testing.T) {
	for _, agent := range []string{"", "test/1"} {
		inWorld(t, internalApp, func(t *testing.T, w *world) {
			w.api.Close()
			w.api = client.New(client.Config{Endpoint: w.endpoint(), Credentials: internalApp, Transport: w.transport, Limits: w.limits, UserAgent: agent})
			schedule(w.sim, "a", 1)
			var got []string
			w.sim.Script(simulator.Fault{Serve: func(rw http.ResponseWriter, r *http.Request, real http.Handler) {
				got = append(got, strings.Join([]string{r.Method, r.UserAgent(), r.Header.Get("Accept"), r.Header.Get("Content-Type")}, "|"))
				real.ServeHTTP(rw, r)
			}})
			list(t.Context(), w, "a", client.PageOptions{})
			name := cmp.Or(agent, "Go-http-client/1.1")
			equal(t, "headers", []string{"POST|" + name + "|application/json|application/json", "GET|" + name + "|application/json|"}, got)
		})
	}
}

func TestCallLogIsInOrder(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		schedule(w.sim, "a", 3)
		list(t.Context(), w, "a", client.PageOptions{Size: 2})
		var got []string
		for _, c := range w.sim.Calls() {
			got = append(got, string(c.Kind)+c.MaxResults)
		}
		equal(t, "calls", []string{"token", "conference2", "conference2"}, got)
		if tokens := w.sim.Calls(); slices.ContainsFunc(tokens[1:], func(c simulator.Call) bool { return c.Token != "simulated-token-1" }) {
			t.Error("a call without the token")
		}
	})
}
