package simulator

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Rehearsal is a named failure of DingTalk or of the network, for a person who wants to
// see what a query does then.
type Rehearsal struct {
	Name string
	// About is what goes wrong, as a phrase.
	About string

	serve func(*Simulator) serve
}

// slowAnswer is longer than a caller waits for an answer.
const slowAnswer = 20 * time.Second

// Rehearsals are all of them, by name.
var Rehearsals = []Rehearsal{
	{"address", "the app has an IP allowlist without this machine", refuseEach(
		refusal{http.StatusForbidden, "Forbidden.AccessDenied.IpNotInWhiteList", "the address is not in the allowlist of the app"},
		refusal{code: "60020", message: "the address is not in the allowlist of the app"})},
	{"cut", "the connection breaks in the middle of an answer", always(CutShort)},
	{"dead-token", "the access token is refused, however new it is", refuseEach(
		refusal{http.StatusBadRequest, "InvalidAuthentication", "the access token is invalid or expired"},
		refusal{code: "40014", message: "the access token is invalid"})},
	{"down", "every answer is a system error", refuseEach(
		refusal{http.StatusInternalServerError, "systemError", "the system is out of order"},
		refusal{code: "-1", message: "the system is busy"})},
	{"month", "the calls of the month are used up", refuseEach(
		refusal{http.StatusForbidden, "Forbidden.AccessDenied.ApiCountLimitForOrg", "the calls of this month are used up"},
		refusal{code: "90020", message: "the calls of this month are used up"})},
	{"permission", "the app lacks the permission", refusePermission},
	{"quota", "the calls of the day are used up", refuseEach(
		refusal{http.StatusBadRequest, "daily.call.limit", "the calls of this day are used up"},
		refusal{code: "90020", message: "the calls of this month are used up"})},
	{"slow", fmt.Sprintf("every answer takes %s", slowAnswer), always(Delay(slowAnswer))},
	{"throttle", "the app calls too often", refuseEach(openAPI.tooOften, legacyAPI.tooOften)},
}

// Rehearse makes a share of the calls fail, from 0 to 1, evenly spread. Token calls
// succeed.
func (s *Simulator) Rehearse(name string, share float64) error {
	i := slices.IndexFunc(Rehearsals, func(r Rehearsal) bool { return r.Name == name })
	if i < 0 {
		var names []string
		for _, r := range Rehearsals {
			names = append(names, r.Name)
		}
		return fmt.Errorf("there is no fault %q; there are %s", name, strings.Join(names, ", "))
	}
	if !(share > 0 && share <= 1) {
		return fmt.Errorf("the share of calls is %v; it must be above 0 and not above 1", share)
	}
	var (
		mu  sync.Mutex
		due float64
	)
	s.Script(Fault{Serve: Rehearsals[i].serve(s), On: func(c Call) bool {
		if c.Kind == TokenCall {
			return false
		}
		mu.Lock()
		defer mu.Unlock()
		due += share
		if due < 1-1e-9 {
			return false
		}
		due--
		return true
	}})
	return nil
}

// always returns a failure that is the same for every simulator.
func always(wrong serve) func(*Simulator) serve { return func(*Simulator) serve { return wrong } }

// refuseEach refuses a call as its API does.
func refuseEach(open, legacy refusal) func(*Simulator) serve {
	return func(s *Simulator) serve {
		return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
			if isLegacy(r) {
				s.refuse(w, legacyAPI, &legacy)
				return
			}
			openAPI.refuse(w, &open)
		}
	}
}

// refusePermission refuses a call, with the permission that it needs, if the simulator
// knows it, and the link to apply for it.
func refusePermission(s *Simulator) serve {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) { s.refusePermission(w, r) }
}

func (s *Simulator) refusePermission(w http.ResponseWriter, r *http.Request) {
	scope := "VideoConference.Conference.Read"
	switch path := r.URL.Path; {
	case path == "/auth/scopes":
		scope = "qyapi_base"
	case strings.HasPrefix(path, "/topapi/v2/department/"):
		scope = "qyapi_get_department_list"
	case path == "/topapi/v2/user/list":
		scope = "qyapi_get_department_member"
	case isLegacy(r):
		scope = "qyapi_get_member"
	case strings.HasPrefix(path, "/v1.0/calendar/"):
		scope = "Calendar.Event.Read"
	}
	text := fmt.Sprintf("the app lacks the permission [%[1]s], apply for it: https://open-dev.dingtalk.com/appscope/apply?content=%[2]s%%23%[1]s, {requiredScopes=[%[1]s]}", scope, DemoApp.ClientID)
	if isLegacy(r) {
		s.refuse(w, legacyAPI, &refusal{code: "60011", message: text})
		return
	}
	body, _ := reply(object{"code": "Forbidden.AccessDenied.AccessTokenPermissionDenied", "message": text, "requestid": requestID,
		"accessdenieddetail": object{"requiredScopes": []string{scope}}})
	writeJSON(w, http.StatusForbidden, body)
}

func isLegacy(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/topapi/") || r.URL.Path == "/auth/scopes"
}
