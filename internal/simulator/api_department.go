package simulator

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// DepartmentsCall asks for the departments one level below one.
const DepartmentsCall CallKind = "departments"

// RootDepartment is the department that is the whole organization. It is known
// without being listed.
const RootDepartment int64 = 1

// HomeSchool is the department that the home-school address book is listed as.
// Every call about it is refused, as about any with an id below 1.
const HomeSchool int64 = -7

// Department is a department. Its members are the people who name it.
type Department struct {
	ID              int64  `json:"dept_id"`
	Name            string `json:"name"`
	ParentID        int64  `json:"parent_id"`
	CreateDeptGroup bool   `json:"create_dept_group"`
	AutoAddUser     bool   `json:"auto_add_user"`
}

var _ = declare(route{
	kind:   DepartmentsCall,
	method: http.MethodPost,
	path:   "/topapi/v2/department/listsub",
	api:    legacyAPI,
	answer: func(s *Simulator, a arguments) (json.RawMessage, *refusal) {
		id := RootDepartment
		if text := a["dept_id"]; text != "" {
			n, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return nil, wrongArgument("dept_id")
			}
			id = n
		}
		switch {
		case !s.mayReadDepartment(id):
			return nil, &outOfRange
		case !s.directory().departments[id]:
			return nil, &noDepartment
		}
		return reply(append([]Department{}, s.directory().below[id]...))
	},
})

var noDepartment = refusal{code: "60003", message: "the department does not exist"}
