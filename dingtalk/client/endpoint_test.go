package client

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// What holds for every declaration.
func TestDeclarations(t *testing.T) {
	template := regexp.MustCompile(`^(/([\w.]+|\{\w+\}))+(\?\w+=\{\w+\??\}(&\w+=\{\w+\??\})*)?$`)
	seen := map[string]bool{}
	for _, e := range declared {
		name := e.method + " " + e.path
		switch {
		case seen[name]:
			t.Errorf("%s is declared twice", name)
		case !template.MatchString(e.path):
			t.Errorf("%s is no template", name)
		case e.api == nil:
			t.Errorf("%s: to which API?", name)
		case e.api == openAPI && e.method != http.MethodGet, e.api == tokenAPI && e.method != http.MethodPost:
			t.Errorf("%s: the method", name)
		case e.api == openAPI && e.permission == "":
			t.Errorf("%s has no permission", name)
		case e.paging != nil && e.paging.sizeRequired && e.maxPage == 0:
			t.Errorf("%s needs the size of a page", name)
		}
		seen[name] = true
	}
}

// An id that belongs in the query is not a path's, so "." is one.
func TestArguments(t *testing.T) {
	of := &endpoint{method: http.MethodGet, path: "/v1.0/{a}/settings?b={b}&c={c}", api: openAPI}
	r := request{endpoint: of, ids: []string{"a/a", ".", "c&d=e"}, page: url.Values{"maxResults": {"5"}}}
	base := &url.URL{Scheme: "https", Host: "api.dingtalk.io", Path: "/x/"}
	if got := r.url(base) + "?" + r.args().Encode(); got != "https://api.dingtalk.io/x/v1.0/a%2Fa/settings?b=.&c=c%26d%3De&maxResults=5" {
		t.Error(got)
	}
	if r.impossible() {
		t.Error("a full stop can be an id in a query")
	}
	for _, ids := range [][]string{{".", "b", "c"}, {"", "b", "c"}, {"a", "", "c"}, {"a", "b", ""}} {
		if r.ids = ids; !r.impossible() {
			t.Errorf("%q can be no ids", ids)
		}
	}
}

// An argument that may be left out is left out where it is empty.
func TestOptionalArguments(t *testing.T) {
	of := &endpoint{method: http.MethodGet, path: "/v1.0/{a}?b={b?}&c={c}&d={d?}", api: openAPI}
	for query, ids := range map[string][]string{"b=1&c=2&d=3": {"a", "1", "2", "3"}, "c=2&d=3": {"a", "", "2", "3"}, "c=2": {"a", "", "2", ""}} {
		r := request{endpoint: of, ids: ids}
		if got := r.args().Encode(); got != query || r.impossible() {
			t.Errorf("%q: %s", ids, got)
		}
	}
	if !(request{endpoint: of, ids: []string{"a", "1", "", "3"}}).impossible() {
		t.Error("c was left out")
	}
	if !(request{endpoint: of, ids: []string{"", "1", "2", "3"}}).impossible() {
		t.Error("a was left out")
	}
}

// Nobody says which permission it is.
func TestPermissionWithoutAName(t *testing.T) {
	e := refused(&endpoint{api: legacyAPI}, http.StatusOK, http.Header{}, []byte(`{"errcode":60011,"errmsg":"m"}`))
	if !strings.HasSuffix(e.Error(), "Apply for the permission of this API on the app's Permissions page in the DingTalk developer console, then run the query again.") {
		t.Error(e)
	}
}
