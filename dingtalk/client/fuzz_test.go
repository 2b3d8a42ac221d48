package client

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"
)

// fuzzCase is an answer of an API. One that is accepted has a value at one of the
// places in needs.
type fuzzCase struct {
	of    *endpoint
	fresh func() answer
	// empty reports a page without entries; nil for what is no page.
	empty func(answer) bool
	needs []string
}

func fuzzPage[E entry, P any, PP interface {
	*P
	page[E]
}](of *endpoint, needs ...string) fuzzCase {
	return fuzzCase{of, func() answer { return PP(new(P)) }, func(a answer) bool {
		_, entries := a.(PP).list()
		return len(entries) == 0
	}, needs}
}

var fuzzed = []fuzzCase{
	fuzzPage[*ScheduleConference, scheduleConferencePage](scheduleConferences, "conferenceList", "totalCount"),
	fuzzPage[*OngoingConference, ongoingConferencePage](orgConferences, "onGoingConfList", "totalCount"),
	fuzzPage[*Conference, roomCodeConferencePage](roomCodeConferences, "conferenceList", "totalCount"),
	fuzzPage[*ConferenceMember, conferenceMemberPage](conferenceMembers, "memberModels", "totalCount"),
	fuzzPage[*CalendarEvent, calendarEventPage](calendarEventsView, "events", "totalCount"),
	fuzzPage[*CalendarEvent, calendarEventPage](calendarEvents, "events", "totalCount"),
	fuzzPage[*User, userPage](departmentUsers, "result.list"),
	{conferenceByID, func() answer { return new(conferenceAnswer) }, nil, []string{"confInfo"}},
	{cloudRecordVideos, func() answer { return new(recordingsAnswer) }, nil, []string{"videoList"}},
	{scheduleSettings, func() answer { return new(scheduleSettingAnswer) }, nil, []string{"scheduleConfSettingModel"}},
	{schedulePlan, func() answer { return new(SchedulePlan) }, nil, []string{"scheduleConferenceId", "title", "roomCode", "startTime", "endTime", "url"}},
	{calendarEvent, func() answer { return new(calendarEventAnswer) }, nil, []string{"id"}},
	{userByUnionID, func() answer { return new(userIDAnswer) }, nil, []string{"result.userid"}},
	{userByID, func() answer { return new(userAnswer) }, nil, []string{"result.userid"}},
	{subDepartments, func() answer { return new(departmentsAnswer) }, nil, []string{"result"}},
	{authScopes, func() answer { return new(authScopesAnswer) }, nil, []string{"auth_org_scopes"}},
}

func TestEveryAnswerIsFuzzed(t *testing.T) {
	for _, e := range declared {
		if e.api != tokenAPI && !slices.ContainsFunc(fuzzed, func(f fuzzCase) bool { return f.of == e }) {
			t.Errorf("%s is not", e.path)
		}
	}
}

// An answer is decoded as a whole or refused; nothing turns into "no rows" that
// does not say so itself.
func FuzzPageBody(f *testing.F) {
	for which, kind := range fuzzed {
		for _, need := range kind.needs {
			for _, value := range []string{`[]`, `[{}]`, `[null]`, `[{"status":"1"}]`, `[{"endTime":1e30}]`, `[{"dept_id":"7","start":{"date":"2025-08-18","timeZone":"UTC"}}]`, `{}`, `null`, `0`, `1`, `"x"`} {
				body := value
				for _, name := range slices.Backward(strings.Split(need, ".")) {
					body = `{"` + name + `":` + body + `}`
				}
				f.Add(uint8(which), []byte(body))
			}
		}
	}
	for _, seed := range []string{
		`{"totalCount":20,"nextToken":"19","conferenceList":[{"conferenceId":"636cf59f2b032f014ae32902","title":"Weekly sync","roomCode":"123456789","status":2,"startTime":1668087731000,"endTime":1668087732000}]}`,
		`{"totalCount":0,"conferenceList":null}`, `{}`, `null`, `[]`, `""`, ``, `{`,
		`{"errcode":88,"errmsg":"x","conferenceList":[]}`, `{"errcode":0,"conferenceList":[]}`, `{"code":"x","conferenceList":[]}`, `{"punish":"deny","status":1111}`,
		`<html></html>`, `{"conferenceList":[],"conferenceList":null}`, `{"CONFERENCELIST":[]}`, "\ufeff{}",
	} {
		f.Add(uint8(0), []byte(seed))
	}
	f.Fuzz(func(t *testing.T, which uint8, body []byte) {
		kind := fuzzed[int(which)%len(fuzzed)]
		a := kind.fresh()
		if e := decode(kind.of, http.StatusOK, http.Header{}, body, a); e != nil {
			if e.Error() == "" || e.Status != http.StatusOK {
				t.Errorf("%q: %#v", body, e)
			}
			return
		}
		isEmpty := kind.empty != nil && kind.empty(a)
		for _, need := range kind.needs {
			for _, value := range valuesAt(body, strings.Split(need, ".")...) {
				switch text := string(value); {
				case text == "null":
				case need == "totalCount":
					if text == "0" || text == "-0" {
						return
					}
				case !isEmpty, strings.Join(strings.Fields(text), "") == "[]":
					return
				}
			}
		}
		t.Errorf("%q became an answer of %s", body, kind.of.path)
	})
}

// valuesAt are the values at a place in a JSON object. A name may come in any
// case, and more than once.
func valuesAt(object json.RawMessage, place ...string) []json.RawMessage {
	if len(place) == 0 {
		return []json.RawMessage{object}
	}
	var values []json.RawMessage
	members := json.NewDecoder(bytes.NewReader(object))
	if begin, err := members.Token(); err != nil || begin != json.Delim('{') {
		return nil
	}
	for members.More() {
		name, err := members.Token()
		var value json.RawMessage
		if err != nil || members.Decode(&value) != nil {
			return nil
		}
		if text, ok := name.(string); ok && strings.EqualFold(text, place[0]) {
			values = append(values, valuesAt(value, place[1:]...)...)
		}
	}
	return values
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
