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
	template := regexp.MustCompile(`^(/([\w.]+|\{\w+\}))+$`)
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
		// What is posted is a query: nothing that changes something is called.
		case e.api == openAPI && e.method != http.MethodGet && !(e.method == http.MethodPost && strings.HasSuffix(e.path, "/query")), e.api == tokenAPI && e.method != http.MethodPost:
			t.Errorf("%s: the method", name)
		case e.api == openAPI && e.permission == "":
			t.Errorf("%s has no permission", name)
		case e.paging != nil && e.paging.sizeRequired && e.maxPage == 0:
			t.Errorf("%s needs the size of a page", name)
		}
		seen[name] = true
	}
}

// In the query "." is an id like others, since it is no part of a path.
func TestArguments(t *testing.T) {
	of := &endpoint{method: http.MethodGet, path: "/v1.0/{a}/settings", api: openAPI}
	r := request{endpoint: of, ids: []string{"a/a"}, args: url.Values{"b": {"."}, "c": {"c&d=e"}, "maxResults": {"5"}}}
	base := &url.URL{Scheme: "https", Host: "api.dingtalk.io", Path: "/x/"}
	if got := r.url(base) + "?" + r.args.Encode(); got != "https://api.dingtalk.io/x/v1.0/a%2Fa/settings?b=.&c=c%26d%3De&maxResults=5" {
		t.Error(got)
	}
	if r.hasImpossibleID() {
		t.Error("a full stop can be an id in a query")
	}
	for id, arg := range map[string]string{".": "b", "..": "b", "": "b", "a": ""} {
		r.ids, r.args = []string{id}, url.Values{"b": {arg}}
		if !r.hasImpossibleID() {
			t.Errorf("%q and %q can be no ids", id, arg)
		}
	}
}

// Neither the answer nor the declaration names the permission.
func TestPermissionWithoutAName(t *testing.T) {
	e := refused(&endpoint{api: legacyAPI}, http.StatusOK, http.Header{}, []byte(`{"errcode":60011,"errmsg":"m"}`))
	if !strings.HasSuffix(e.Error(), "Apply for the permission of this API on the app's Permission Management page in the DingTalk developer console, then run the query again.") {
		t.Error(e)
	}
}
