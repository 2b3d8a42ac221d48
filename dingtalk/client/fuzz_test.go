package client

import (
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"
)

// A page body is decoded as a whole or refused; nothing turns into "no rows"
// that does not say so itself.
func FuzzPageBody(f *testing.F) {
	for _, seed := range []string{
		`{"totalCount":20,"nextToken":"19","conferenceList":[{"conferenceId":"636cf59f2b032f014ae32902","title":"Weekly sync","roomCode":"123456789","status":2,"startTime":1668087731000,"endTime":1668087732000}]}`,
		`{"conferenceList":[]}`, `{"totalCount":0}`, `{"totalCount":0,"conferenceList":null}`, `{"totalCount":1}`, `{}`, `null`, `[]`, `""`, ``, `{`,
		`{"conferenceList":[{}]}`, `{"conferenceList":[null]}`, `{"conferenceList":{}}`, `{"conferenceList":[{"status":"1"}]}`, `{"conferenceList":[{"endTime":1e30}]}`,
		`{"errcode":88,"errmsg":"x","conferenceList":[]}`, `{"errcode":0,"conferenceList":[]}`, `{"code":"x","conferenceList":[]}`, `{"punish":"deny","status":1111}`,
		`<html></html>`, `{"conferenceList":[],"conferenceList":null}`, `{"CONFERENCELIST":[]}`, "\ufeff{}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var p ScheduleConferencePage
		if e := decode(scheduleConferences, http.StatusOK, http.Header{}, body, &p); e != nil {
			if e.Error() == "" || e.Status != http.StatusOK {
				t.Errorf("%q: %#v", body, e)
			}
			return
		}
		var members map[string]json.RawMessage
		if err := json.Unmarshal(body, &members); err != nil {
			t.Fatalf("%q is no JSON object, but a page", body)
		}
		if len(p.Conferences) > 0 {
			return
		}
		empty := false
		for name, value := range members {
			var list []json.RawMessage
			var n int64
			empty = empty ||
				strings.EqualFold(name, "conferenceList") && json.Unmarshal(value, &list) == nil && list != nil && len(list) == 0 ||
				strings.EqualFold(name, "totalCount") && string(value) != "null" && json.Unmarshal(value, &n) == nil && n == 0
		}
		if !empty {
			t.Errorf("%q became no rows", body)
		}
	})
}

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
