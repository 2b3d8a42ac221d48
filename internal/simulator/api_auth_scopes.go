package simulator

import (
	"encoding/json"
	"net/http"
	"slices"
)

// AuthScopesCall asks which parts of the address book the app may see.
const AuthScopesCall CallKind = "auth scopes"

// AppRange is the part of the address book that an app may see: these
// departments with all below them, and these people. The zero value is all of
// it.
type AppRange struct {
	Departments []int64
	UserIDs     []string
}

func (r AppRange) all() bool { return r.Departments == nil && r.UserIDs == nil }

var outOfRange = refusal{code: "50004", message: "the department is not in the range of the app"}

// Its answer has no result: the scopes stand beside the errcode.
var _ = declare(route{
	kind:   AuthScopesCall,
	method: http.MethodGet,
	path:   "/auth/scopes",
	api:    legacyAPI,
	answer: func(s *Simulator, _ arguments) (json.RawMessage, *refusal) {
		departments, users := s.AppRange.Departments, s.AppRange.UserIDs
		if s.AppRange.all() {
			departments = []int64{RootDepartment}
		}
		return reply(object{"authed_dept": append([]int64{}, departments...), "authed_user": append([]string{}, users...)})
	},
	write: func(w http.ResponseWriter, scopes json.RawMessage) {
		body, _ := reply(object{"errcode": 0, "errmsg": "ok", "auth_org_scopes": scopes, "request_id": requestID})
		writeJSON(w, http.StatusOK, body)
	},
})

// mayReadDepartment reports whether a department is in the app's range.
func (o *Organization) mayReadDepartment(id int64) bool {
	if o.AppRange.all() {
		return true
	}
	for ; id > 0 && id != RootDepartment; id = o.directory().parent[id] {
		if slices.Contains(o.AppRange.Departments, id) {
			return true
		}
	}
	return false
}

// mayReadUser reports whether a person is in the app's range.
func (o *Organization) mayReadUser(p Person) bool {
	return o.AppRange.all() || slices.Contains(o.AppRange.UserIDs, p.UserID) || slices.ContainsFunc(p.DepartmentIDs, o.mayReadDepartment)
}
