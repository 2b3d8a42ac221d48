package client_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
)

// needed returns fields, of which an answer has at least one: the field that is
// missing from {}. A list may be missing if the number of entries is 0.
func (a apiCase) needed() []string {
	if a.needs != nil {
		return a.needs
	}
	place, ok := strings.CutSuffix(a.bad[`{}`], " is missing")
	switch {
	case !ok:
		return nil
	case len(a.pages) > 1 && !a.isLegacyAPI():
		return []string{place, totalCount}
	default:
		return []string{place}
	}
}

const totalCount = "totalCount"

// firstAnswer answers each call with the body, and refuses calls for a further page.
type firstAnswer struct {
	body  []byte
	first string
	later bool
}

func (f *firstAnswer) RoundTrip(r *http.Request) (*http.Response, error) {
	sent, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	if asked := r.URL.RawQuery + string(sent); f.first == "" {
		f.first = "?" + asked
	} else if f.first != "?"+asked {
		f.later = true
		return &http.Response{StatusCode: http.StatusBadRequest, Body: io.NopCloser(strings.NewReader(`{"code":"paramsError"}`))}, nil
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(f.body))}, nil
}

// ask calls the API, and returns the number of rows of a first answer, and whether
// the client accepted it.
func (a apiCase) ask(t *testing.T, body []byte) (rows int, accepted bool) {
	transport := &firstAnswer{body: body}
	c := client.New(client.Config{
		Endpoint: (&world{}).endpoint(), Credentials: client.AccessToken{Token: client.NewSecret("fake-token")}, Transport: transport,
		CallsPerSecond: unlimited, Limits: &client.Limits{}, Sleep: func(context.Context, time.Duration) error { return nil },
	})
	defer c.Close()
	rows, err := a.call(t.Context(), c, client.PageOptions{})
	if err == nil || transport.later {
		return rows, true
	}
	if e, ok := errors.AsType[*client.Error](err); !ok || e.Error() == "" || e.Status != http.StatusOK {
		t.Errorf("%s: %q: %#v", a.name, body, err)
	}
	return rows, false
}

// An answer is decoded as a whole or is an error. It becomes "no rows" only if it
// says so itself.
func FuzzPageBody(f *testing.F) {
	for which, a := range apis {
		for _, place := range a.needed() {
			for _, value := range []string{`[]`, `[{}]`, `[null]`, `[{"status":"1"}]`, `[{"endTime":1e30}]`, `[{"dept_id":"7","start":{"date":"2025-08-18","timeZone":"UTC"}}]`, `{}`, `null`, `0`, `1`, `"x"`} {
				body := value
				for _, name := range slices.Backward(strings.Split(place, ".")) {
					body = `{"` + name + `":` + body + `}`
				}
				f.Add(uint8(which), []byte(body))
			}
		}
		for _, body := range a.pages {
			f.Add(uint8(which), []byte(body))
		}
		for _, body := range a.ends {
			f.Add(uint8(which), []byte(body))
		}
		for body := range a.bad {
			f.Add(uint8(which), []byte(body))
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
		a := apis[int(which)%len(apis)]
		rows, accepted := a.ask(t, body)
		if !accepted || rows == 0 && a.isLegacyAPI() && bytes.Contains(body, []byte("60019")) { // the code of a list without entries
			return
		}
		for _, place := range a.needed() {
			for _, value := range valuesAt(body, strings.Split(place, ".")...) {
				switch text := string(value); {
				case text == "null":
				case place == totalCount:
					if text == "0" || text == "-0" {
						return
					}
				case rows > 0, strings.Join(strings.Fields(text), "") == "[]":
					return
				}
			}
		}
		t.Errorf("%s: %q became %d rows", a.name, body, rows)
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
