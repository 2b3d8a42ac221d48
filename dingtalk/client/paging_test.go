package client_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// pagesThat serves the pages of a list that is made as it is read: of returns
// the n-th page (from 0) and whether it promises more. Every token is new.
func pagesThat(of func(n int) (ids []string, total int, more bool)) simulator.Fault {
	n := 0
	return simulator.Fault{On: isConference, Serve: func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		ids, total, more := of(n)
		n++
		var list []string
		for _, id := range ids {
			if id == "" {
				list = append(list, `{}`)
			} else {
				list = append(list, fmt.Sprintf(`{"conferenceId":%q}`, id))
			}
		}
		next := ""
		if more {
			next = fmt.Sprint("token", n)
		}
		count := ""
		if total >= 0 {
			count = fmt.Sprintf(`"totalCount":%d,`, total)
		}
		fmt.Fprintf(w, `{%s"nextToken":%q,"conferenceList":[%s]}`, count, next, strings.Join(list, ","))
	}}
}

func TestListsThatDoNotGetOn(t *testing.T) {
	const noTotal = -1
	one := func(id ...string) []string { return id }
	tests := []struct {
		name  string
		of    func(n int) ([]string, int, bool)
		calls int
		err   string // "" is a list that ends well
	}{
		{"the same meeting for ever, of one", func(int) ([]string, int, bool) { return one("x"), 1, true },
			5, "4 pages in a row brought only what was on the page before, and promised more"},
		{"the same meeting for ever, of nobody knows how many", func(int) ([]string, int, bool) { return one("x"), noTotal, true },
			5, "4 pages in a row brought only what was on the page before, and promised more"},
		{"parts of the page before for ever", func(n int) ([]string, int, bool) { return one("x", "y", "z")[:max(1, 3-n)], noTotal, true },
			5, "4 pages in a row brought only"},
		{"the same with empty pages between", func(n int) ([]string, int, bool) { return one("x")[:(n+1)%2], noTotal, true },
			9, "4 pages in a row brought only"},
		{"ever new meetings, of one", func(n int) ([]string, int, bool) { return one(fmt.Sprint(n)), 1, true },
			7, "totalCount is 1, but 7 entries were read and more are promised"},
		{"ever new meetings, of ten", func(n int) ([]string, int, bool) { return one(fmt.Sprint(n, "a"), fmt.Sprint(n, "b")), 10, true },
			11, "totalCount is 10, but 22 entries were read and more are promised"},
		{"empty pages after all of them", func(n int) ([]string, int, bool) { return one("x")[:max(0, 1-n)], 1, true },
			7, "totalCount is 1, but 1 entries were read and more are promised"},

		{"the same meeting four times, and the end", func(n int) ([]string, int, bool) { return one("x"), noTotal, n < 3 }, 4, ""},
		{"the same twice, and on", func(n int) ([]string, int, bool) { return one(fmt.Sprint(n / 3)), noTotal, n < 60 }, 61, ""},
		{"one that is new on each page", func(n int) ([]string, int, bool) { return one("x", fmt.Sprint(n)), noTotal, n < 60 }, 61, ""},
		{"meetings without an id", func(n int) ([]string, int, bool) { return one("", ""), noTotal, n < 60 }, 61, ""},
		{"a meeting without an id among others", func(n int) ([]string, int, bool) { return one("x", ""), noTotal, n < 60 }, 61, ""},
		{"a list that grows as fast as it is read", func(n int) ([]string, int, bool) { return one(fmt.Sprint(n)), n + 1, n < 60 }, 61, ""},
		{"a list that ends five pages late", func(n int) ([]string, int, bool) { return one(fmt.Sprint(n)), 1, n < 6 }, 7, ""},
		{"a list that grows late", func(n int) ([]string, int, bool) { return one(fmt.Sprint(n)), 1 + n/6*6, n < 60 }, 61, ""},
		{"a list that shrinks while it is read", func(n int) ([]string, int, bool) { return one(fmt.Sprint(n)), 30 - n, n < 29 }, 30, ""},
		{"a totalCount that is always 0", func(n int) ([]string, int, bool) { return one(fmt.Sprint(n)), 0, n < 60 }, 61, ""},
		{"fifty empty pages, twice", func(n int) ([]string, int, bool) {
			return one(fmt.Sprint(n))[:map[bool]int{true: 1}[n%51 == 50]], noTotal, n < 101
		}, 102, ""},
		{"a list that shrinks to nothing", func(n int) ([]string, int, bool) { return nil, 1 - n, n < 1 }, 2, ""},
		{"a list that loses pages", func(n int) ([]string, int, bool) { return one(fmt.Sprint(n), fmt.Sprint(n, "b")), 9, n < 1 }, 2,
			"each of the 2 pages has a totalCount of 9 or more, but the list ended after 4 entries"},
		{"a totalCount that grows on the last page", func(n int) ([]string, int, bool) { return one(fmt.Sprint(n), fmt.Sprint(n, "b")), 4 + 36*n, n < 1 }, 2, ""},
		{"half of the totalCount", func(n int) ([]string, int, bool) { return one(fmt.Sprint(n), fmt.Sprint(n, "b")), 8, n < 1 }, 2, ""},
		{"one page of many", func(n int) ([]string, int, bool) { return one("x"), 9, false }, 1, ""},
		{"a page without a totalCount among those with one", func(n int) ([]string, int, bool) { return one(fmt.Sprint(n)), 9 - 10*n, n < 1 }, 2, ""},
		{"a list that shrinks on its last page", func(n int) ([]string, int, bool) { return one(fmt.Sprint(n)), 9 - 6*n, n < 1 }, 2, ""},
		{"some that never come", func(n int) ([]string, int, bool) { return nil, 3 - 4*n, n < 1 }, 2, "totalCount is 3, but the list is empty"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				w.sim.Script(pagesThat(test.of))
				got := list(t.Context(), w, "a", client.PageOptions{})
				equal(t, "calls", test.calls, w.sim.Count(simulator.ConferenceCall))
				if test.err == "" {
					equal(t, "error", error(nil), got.err)
				} else if got.err == nil || !strings.Contains(got.err.Error(), test.err) {
					t.Errorf("error %v, want %q", got.err, test.err)
				}
			})
		})
	}
}

// New meetings while the list is read move the others to later pages: a page then
// begins with what the last one ended with. All are read.
func TestListThatGrowsAtItsHead(t *testing.T) {
	for size := 1; size <= 3; size++ {
		inWorld(t, internalApp, func(t *testing.T, w *world) {
			all := []string{"a", "b", "c", "d", "e", "f"}
			at, added := 0, 0
			w.sim.Script(pagesThat(func(int) ([]string, int, bool) {
				page := slices.Clone(all[at:min(at+size, len(all))])
				at += size
				total, more := len(all), at < len(all)
				if added < 3 {
					added++
					all = append([]string{fmt.Sprint("new", added)}, all...)
				}
				return page, total, more
			}))
			got := list(t.Context(), w, "x", client.PageOptions{Size: size})
			equal(t, "error", error(nil), got.err)
			slices.Sort(got.ids)
			equal(t, "ids", []string{"a", "b", "c", "d", "e", "f"}, slices.Compact(got.ids))
		})
	}
}

// What an error means may depend on the page: an unknown id is no rows on the
// first one only, whatever came before.
func TestErrorsTellTheirPage(t *testing.T) {
	for name, first := range map[string]string{"empty": `{"totalCount":7,"nextToken":"n","conferenceList":[]}`, "of one": `{"nextToken":"n","conferenceList":[{}]}`} {
		t.Run("after a page "+name, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				w.sim.Script(simulator.Fault{On: simulator.OnFirstPage, Serve: simulator.Answer(200, first)})
				got := list(t.Context(), w, "unknown", client.PageOptions{})
				e, ok := got.err.(*client.Error)
				if !ok || e.Kind != client.NotFound || e.Page != 2 {
					t.Errorf("%#v", got.err)
				}
			})
		})
	}
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		got := list(t.Context(), w, "unknown", client.PageOptions{})
		if e, ok := got.err.(*client.Error); !ok || e.Kind != client.NotFound || e.Page != 1 {
			t.Errorf("%#v", got.err)
		}
		_, err := w.api.User(t.Context(), "", nil)
		if e, ok := err.(*client.Error); !ok || e.Page != 0 {
			t.Errorf("%#v", err)
		}
	})
}

// A page says where the next one starts as a number or as a text, in every API.
func TestPositionsInEitherForm(t *testing.T) {
	position := regexp.MustCompile(`"(nextToken|next_cursor)":("[^"]+"|\d+)`)
	paged := 0
	for _, a := range apis {
		if len(a.pages) < 2 {
			continue
		}
		paged++
		for _, form := range []string{`50742351870`, `"50742351870"`} {
			t.Run(a.name+" "+form, func(t *testing.T) {
				inWorld(t, internalApp, func(t *testing.T, w *world) {
					asked := a.answer(t, w, body(position.ReplaceAllString(a.pages[0], `"$1":`+form)), body(a.pages[1]))
					rows, err := a.call(t.Context(), w.api, client.PageOptions{})
					equal(t, "error", error(nil), err)
					equal(t, "rows", 2, rows)
					if len(*asked) != 2 || !strings.Contains((*asked)[1], "=50742351870") {
						t.Errorf("calls with %q", *asked)
					}
				})
			})
		}
	}
	if paged < 6 {
		t.Errorf("%d APIs with pages: does the test still find them?", paged)
	}
}
