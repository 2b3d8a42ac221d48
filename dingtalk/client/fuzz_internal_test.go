package client

import (
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"
)

// Every refusal is an error with a text, whatever its body.
func FuzzErrorBody(f *testing.F) {
	for _, seed := range []string{
		`{"code":"InvalidAuthentication","requestid":"30EE8654","message":"m"}`,
		`{"Code":"Forbidden.AccessDenied.AccessTokenPermissionDenied","AccessDeniedDetail":{"requiredScopes":["VideoConference.Conference.Read"]}}`,
		`{"code":40014,"message":{"a":1},"accessdenieddetail":"x"}`, `{"accessdenieddetail":{"requiredScopes":"x"}}`, `{"accessdenieddetail":null}`,
		`{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"u"}`, `{"errcode":"88"}`, `<html>`, ``, `null`, `[1]`, `{"code":null}`,
	} {
		for _, status := range []int{400, 401, 403, 404, 429, 500, 503, 302, 200} {
			f.Add(status, seed, "application/json", "7")
		}
	}
	f.Fuzz(func(t *testing.T, status int, body, contentType, retryAfter string) {
		e := refused(scheduleConferences, status, http.Header{"Content-Type": {contentType}, "Retry-After": {retryAfter}}, []byte(body))
		if e == nil || e.Error() == "" || e.Status != status || e.RetryAfter < 0 {
			t.Errorf("%#v", e)
		}
	})
}

// Whatever is in an id, its URL is the table's own path and one segment.
func FuzzIDToPath(f *testing.F) {
	for _, seed := range []string{"6bd63df9-a2df-47ff-8436-179c6520fbc8", "", ".", "..", "../x", "a/b", "a?b", "a#b", "%2e%2e", "%", "a b", "\x00", "\xff", "会议", `\`, "...", ";", "@", "//h/"} {
		f.Add(seed)
	}
	endpoint := &url.URL{Scheme: "https", Host: "api.dingtalk.io"}
	f.Fuzz(func(t *testing.T, id string) {
		const prefix = "/v1.0/conference/videoConferences/scheduleConferences/"
		text := request{endpoint: scheduleConferences, ids: []string{id}}.url(endpoint)
		u, err := url.Parse(text)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		segment, ok := strings.CutPrefix(u.EscapedPath(), prefix)
		if !ok || strings.Contains(segment, "/") || u.RawQuery != "" || u.Fragment != "" || u.Host != endpoint.Host || u.User != nil {
			t.Fatalf("%q left its segment: %s", id, text)
		}
		if got, err := url.PathUnescape(segment); err != nil || got != id {
			t.Errorf("%q came out as %q, %v", id, got, err)
		}
		if id != "" && path.Clean(u.EscapedPath()) != u.EscapedPath() {
			t.Errorf("%q climbs: %s", id, text)
		}
	})
}
