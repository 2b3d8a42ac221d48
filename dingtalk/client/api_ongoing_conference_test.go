package client_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

func isOrgConferences(c simulator.Call) bool {
	return c.Method == http.MethodGet && c.Path == "/v1.0/conference/orgConferences"
}

func TestOngoingConferences(t *testing.T) {
	const first = `{"nextToken":"50742351870","totalCount":3,"hasMore":true,"onGoingConfList":[{"conferenceId":"a","title":"Vendor review","roomCode":"81236540097","status":2,"startTime":1755500400000,"endTime":"","creatorId":"u","creatorNick":"Lin","bizType":"0"}]}`
	tests := []struct {
		name  string
		pages []string
		ids   []string
		err   string
	}{
		{"none", []string{`{"totalCount":0,"hasMore":false,"onGoingConfList":[]}`}, nil, ""},
		{"none, and no list", []string{`{"totalCount":0,"hasMore":false}`}, nil, ""},
		{"a token after the end", []string{first, `{"nextToken":"t","totalCount":3,"hasMore":false,"onGoingConfList":[{"conferenceId":"b"},{}]}`}, []string{"a", "b", ""}, ""},
		{"an end without hasMore", []string{first, `{"nextToken":"","onGoingConfList":[{"conferenceId":"b"}]}`}, []string{"a", "b"}, ""},
		{"a token without hasMore", []string{first, `{"nextToken":"t","onGoingConfList":[{"conferenceId":"b"}]}`, `{"onGoingConfList":[{"conferenceId":"c"}]}`}, []string{"a", "b", "c"}, ""},
		{"more, with an empty token", []string{first, `{"nextToken":"","hasMore":true,"onGoingConfList":[{"conferenceId":"b"}]}`}, []string{"a", "b"}, "there is more, but not where"},
		{"more, with no token", []string{`{"hasMore":true,"onGoingConfList":[{"conferenceId":"b"}]}`}, []string{"b"}, "there is more, but not where"},
		{"an empty list of some", []string{`{"hasMore":false,"totalCount":2,"onGoingConfList":[]}`}, nil, "totalCount is 2, but the list is empty"},
		{"no list", []string{`{"hasMore":false}`}, nil, "onGoingConfList is missing"},
		{"null in the list", []string{`{"onGoingConfList":[{},null]}`}, nil, "onGoingConfList[1]: null is no entry"},
		{"a wrong type", []string{first, `{"onGoingConfList":[{},{"creatorId":7}]}`}, []string{"a"}, "onGoingConfList[1].creatorId: the JSON number is no string"},
		{"a wrong type for hasMore", []string{`{"hasMore":"no","onGoingConfList":[]}`}, nil, "form: hasMore: the JSON string is no boolean"},
		{"a parameter error", []string{`{"code":"paramError","message":"m"}`}, nil, "code paramError: m. DingTalk does not accept one of the values"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				calls := 0
				w.sim.Script(simulator.Fault{On: isOrgConferences, Serve: func(rw http.ResponseWriter, r *http.Request, _ http.Handler) {
					wantQuery := "maxResults=50"
					switch calls {
					case 1:
						wantQuery += "&nextToken=50742351870"
					case 2:
						wantQuery += "&nextToken=t"
					}
					equal(t, "query", wantQuery, r.URL.RawQuery)
					equal(t, "token", "simulated-token-1", r.Header.Get("x-acs-dingtalk-access-token"))
					fmt.Fprint(rw, test.pages[calls])
					calls++
				}})
				var ids []string
				var err error
				for page, pageErr := range w.api.OngoingConferences(t.Context(), client.PageOptions{Size: 50}) {
					if err = pageErr; err != nil {
						break
					}
					for _, c := range page.Entries {
						id := ""
						if c.ConferenceID != nil {
							id = *c.ConferenceID
						}
						ids = append(ids, id)
					}
				}
				equal(t, "ids", test.ids, ids)
				equal(t, "calls", len(test.pages), calls)
				if test.err == "" {
					equal(t, "error", error(nil), err)
				} else if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("error %v, want %q", err, test.err)
				}
			})
		})
	}
}

// A missing permission that DingTalk doesn't name is named from the API's page.
func TestPermissionIsNamed(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		w.sim.Script(simulator.Fault{On: isOrgConferences, Serve: simulator.Refuse(403, "Forbidden.AccessDenied.AccessTokenPermissionDenied", "")})
		for _, err := range w.api.OngoingConferences(t.Context(), client.PageOptions{}) {
			if err == nil || !strings.Contains(err.Error(), "Apply for the permission VideoConference.Conference.Read on") {
				t.Error(err)
			}
		}
	})
}
