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

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// heard are the calls of a trace's functions, as lines.
type heard struct {
	mu    sync.Mutex
	lines []string
	// counted is how many of the calls sent are said to count against the month.
	counted int64
}

func (h *heard) add(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lines = append(h.lines, fmt.Sprintf(format, args...))
}

func (h *heard) trace() *client.Trace {
	return &client.Trace{
		Sent: func(c client.Call) {
			h.add("%s, page %d", c.API, c.Page)
			if c.Counted {
				h.mu.Lock()
				defer h.mu.Unlock()
				h.counted++
			}
		},
		Waiting: func(c client.Call) { h.add("waits: %s, page %d", c.API, c.Page) },
		Repeating: func(c client.Call, after time.Duration, why *client.Error) {
			h.add("repeats: %s, page %d, in %s: %s", c.API, c.Page, after.Truncate(time.Second), why.Reason())
		},
	}
}

// A trace has the calls that DingTalk counts, and what they wait for. The client counts
// those against the month, which the calls for people are not.
func TestTrace(t *testing.T) {
	const (
		schedule = "GET /v1.0/conference/videoConferences/scheduleConferences/{scheduleConferenceId}"
		token    = "POST /v1.0/oauth2/accessToken"
		user     = "POST /topapi/v2/user/get"
	)
	tests := []struct {
		name   string
		script func(w *world)
		ask    func(ctx context.Context, w *world)
		want   []string
	}{
		{"a list of three pages", nil, listing(3), []string{schedule + ", page 1", schedule + ", page 2", schedule + ", page 3"}},
		{"no list, of the older API", nil, func(ctx context.Context, w *world) { _, _ = w.api.User(ctx, "u", nil) }, []string{user + ", page 0"}},
		{"an id that cannot be one", nil, func(ctx context.Context, w *world) { list(ctx, w, "", client.PageOptions{}) }, nil},
		{"a repeat", func(w *world) {
			w.sim.Script(simulator.Fault{Times: 1, On: simulator.OnLaterPage, Serve: simulator.Refuse(403, "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi", "hush-secret")})
		}, listing(2), []string{schedule + ", page 1", schedule + ", page 2",
			"repeats: " + schedule + ", page 2, in 31s: DingTalk answered HTTP 403, code Forbidden.AccessDenied.QpmLimitForAppkeyAndApi: [redacted] (request id 5E5B5F7C-0000-7000-8000-51AD51AD51AD).",
			schedule + ", page 2"}},
		{"a repeat for a token", func(w *world) {
			w.sim.Script(simulator.Fault{Times: 1, On: simulator.OnToken, Serve: simulator.Refuse(403, "Forbidden.AccessDenied.QpmLimitForAppkeyAndApi", "")})
		}, listing(1), []string{
			"repeats: " + token + ", page 0, in 31s: DingTalk answered HTTP 403, code Forbidden.AccessDenied.QpmLimitForAppkeyAndApi (request id 5E5B5F7C-0000-7000-8000-51AD51AD51AD).",
			schedule + ", page 1"}},
		{"no connection", func(w *world) {
			w.api.Close()
			w.dialFault = fmt.Errorf("unplugged")
			w.api = w.newClient(t, client.AccessToken{Token: client.NewSecret("x")}, unlimited)
		}, func(ctx context.Context, w *world) {
			trace := *client.TraceOf(ctx)
			tell := trace.Repeating
			trace.Repeating = func(c client.Call, after time.Duration, why *client.Error) {
				w.dialFault = nil
				if tell != nil {
					tell(c, after, why)
				}
			}
			listing(1)(client.WithTrace(ctx, &trace), w)
		}, []string{"repeats: " + schedule + ", page 1, in 0s: DingTalk could not be reached: unplugged.", schedule + ", page 1"}},
		{"a transport that reports nothing", func(w *world) {
			inner := w.transport
			w.api.Close()
			w.api = client.New(client.Config{Endpoint: w.endpoint(), Credentials: internalApp, Limits: w.limits,
				Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
					return inner.RoundTrip(r.WithContext(context.WithoutCancel(t.Context())))
				})})
		}, listing(2), []string{schedule + ", page 1", schedule + ", page 2"}},
		{"the limit per second", func(w *world) {
			w.api.Close()
			w.api = w.newClient(t, internalApp, 1)
		}, listing(2), []string{schedule + ", page 1", "waits: " + schedule + ", page 2", schedule + ", page 2"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				if test.script != nil {
					test.script(w)
				}
				var h heard
				test.ask(client.WithTrace(t.Context(), h.trace()), w)
				synctest.Wait()
				if d := cmp.Diff(test.want, h.lines); d != "" {
					t.Errorf("(-want +got):\n%s", d)
				}
				counted := int64(0)
				for _, line := range h.lines {
					checkNoSecret(t, "a trace", line)
					if strings.HasPrefix(line, schedule) {
						counted++
					}
				}
				if n := w.api.CountedCalls(); n != counted || h.counted != counted {
					t.Errorf("%d calls that count, and %d in the trace, want %d", n, h.counted, counted)
				}
				// Its funcs need not be there.
				w.sim.Script(simulator.Fault{Times: 1, Serve: simulator.Refuse(500, "", "")})
				test.ask(client.WithTrace(t.Context(), &client.Trace{}), w)
				test.ask(client.WithTrace(t.Context(), nil), w)
			})
		})
	}
}

// listing lists a schedule of some pages.
func listing(pages int) func(context.Context, *world) {
	return func(ctx context.Context, w *world) {
		w.sim.Schedules["s"] = make([]simulator.Conference, pages)
		list(ctx, w, "s", client.PageOptions{Size: 1})
	}
}
