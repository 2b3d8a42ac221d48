package simulator

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strconv"
)

// The calls for people: the user id of a union id, a person by user id, and the
// people of a department.
const (
	UserByUnionIDCall CallKind = "user by union id"
	UserCall          CallKind = "user"
	UsersCall         CallKind = "users"
)

// Person is a member of the organization. The answers leave out "", nil and 0, as
// DingTalk leaves out what a person does not have, and what the app has no permission
// for.
type Person struct {
	UserID, UnionID, Name string
	JobNumber, Title      string
	Email, OrgEmail       string
	// Mobile and Telephone are numbers as people write them.
	StateCode, Mobile, Telephone string
	HideMobile                   bool
	ManagerUserID                string
	// DepartmentIDs are the departments that the person is a direct member of,
	// LeaderOf are those of them that they lead.
	DepartmentIDs, LeaderOf []int64
	// HiredDate is midnight in China, in milliseconds since 1970 UTC.
	HiredDate *int64
	// Active is true if the person has signed in once.
	Active                    bool
	RealAuthed                bool
	Admin, Boss, Senior       bool
	Avatar, Remark, WorkPlace string
	// Restricted says that the person is listed only for a caller who asks for
	// people with restricted access.
	Restricted bool
	// MayNotAct is true if nothing may be read on behalf of the person.
	MayNotAct bool
}

var _ = declare(route{
	kind:   UserByUnionIDCall,
	method: http.MethodPost,
	path:   "/topapi/user/getbyunionid",
	api:    legacyAPI,
	answer: func(s *Simulator, a arguments) (json.RawMessage, *refusal) {
		if a["unionid"] == "" {
			return nil, wrongArgument("unionid")
		}
		const employee, external = 0, 1
		if id, ok := s.ExternalContacts[a["unionid"]]; ok {
			return reply(object{"userid": id, "contact_type": external})
		}
		p, known := s.person(a["unionid"])
		if !known {
			return nil, &noUser
		}
		return reply(object{"userid": p.UserID, "contact_type": employee})
	},
})

var _ = declare(route{
	kind:   UserCall,
	method: http.MethodPost,
	path:   "/topapi/v2/user/get",
	api:    legacyAPI,
	answer: func(s *Simulator, a arguments) (json.RawMessage, *refusal) {
		if a["userid"] == "" {
			return nil, wrongArgument("userid")
		}
		p, known := s.directory().byUser[a["userid"]]
		switch external := slices.Contains(slices.Collect(maps.Values(s.ExternalContacts)), a["userid"]); {
		case external:
			return nil, &noUser
		case !known:
			return nil, &refusal{code: "33012", message: "the userid is invalid"}
		case !s.mayReadUser(p):
			return nil, &refusal{code: "50002", message: "the user is not in the range of the app"}
		}
		u := userInfo{user: p.user(), ManagerUserID: p.ManagerUserID, RealAuthed: p.RealAuthed, Senior: p.Senior,
			LeaderInDept: []leadership{}, DeptOrderList: []deptOrder{}}
		for _, id := range p.DepartmentIDs {
			u.LeaderInDept = append(u.LeaderInDept, leadership{id, slices.Contains(p.LeaderOf, id)})
			u.DeptOrderList = append(u.DeptOrderList, deptOrder{id, 1})
		}
		return reply(u)
	},
})

var noUser = refusal{code: "60121", message: "the user was not found"}

// It returns only the direct members of a department, not those of the ones below.
var _ = declare(route{
	kind:   UsersCall,
	method: http.MethodPost,
	path:   "/topapi/v2/user/list",
	api:    legacyAPI,
	paged:  true,
	answer: func(s *Simulator, a arguments) (json.RawMessage, *refusal) {
		department, err := strconv.ParseInt(a["dept_id"], 10, 64)
		if err != nil {
			return nil, &refusal{code: "40035", message: "wrong argument: dept_id"}
		}
		d := s.directory()
		all := d.members[department]
		if a["contain_access_limit"] != "true" {
			all = slices.DeleteFunc(slices.Clone(all), func(p Person) bool { return p.Restricted })
		}
		switch {
		case !s.mayReadDepartment(department):
			return nil, &outOfRange
		case !d.departments[department]:
			return nil, &noDepartment
		case len(all) == 0:
			return nil, &refusal{code: "60019", message: "the department has no members"}
		}
		people, next, more, refused := legacyPage(s, a, all)
		if refused != nil {
			return nil, refused
		}
		list := make([]listedUser, len(people))
		for i, p := range people {
			list[i] = listedUser{p.user(), slices.Contains(p.LeaderOf, department), 1}
		}
		result := object{"has_more": more, "list": list}
		if more {
			result["next_cursor"] = next
		}
		return reply(result)
	},
})

// user is what both calls write of a person.
type user struct {
	UserID           string  `json:"userid"`
	UnionID          string  `json:"unionid"`
	Name             string  `json:"name"`
	Avatar           string  `json:"avatar,omitempty"`
	StateCode        string  `json:"state_code,omitempty"`
	Mobile           string  `json:"mobile,omitempty"`
	HideMobile       bool    `json:"hide_mobile"`
	Telephone        string  `json:"telephone,omitempty"`
	JobNumber        string  `json:"job_number,omitempty"`
	Title            string  `json:"title,omitempty"`
	Email            string  `json:"email,omitempty"`
	OrgEmail         string  `json:"org_email,omitempty"`
	WorkPlace        string  `json:"work_place,omitempty"`
	Remark           string  `json:"remark,omitempty"`
	DeptIDList       []int64 `json:"dept_id_list"`
	HiredDate        *int64  `json:"hired_date,omitempty"`
	Active           bool    `json:"active"`
	Admin            bool    `json:"admin"`
	Boss             bool    `json:"boss"`
	ExclusiveAccount bool    `json:"exclusive_account"`
}

type userInfo struct {
	user
	ManagerUserID string       `json:"manager_userid,omitempty"`
	RealAuthed    bool         `json:"real_authed"`
	Senior        bool         `json:"senior"`
	LeaderInDept  []leadership `json:"leader_in_dept"`
	DeptOrderList []deptOrder  `json:"dept_order_list"`
}

type listedUser struct {
	user
	Leader    bool  `json:"leader"`
	DeptOrder int64 `json:"dept_order"`
}

type leadership struct {
	DeptID int64 `json:"dept_id"`
	Leader bool  `json:"leader"`
}

type deptOrder struct {
	DeptID int64 `json:"dept_id"`
	Order  int64 `json:"order"`
}

func (p Person) user() user {
	return user{
		UserID: p.UserID, UnionID: p.UnionID, Name: p.Name, Avatar: p.Avatar, StateCode: p.StateCode, Mobile: p.Mobile,
		HideMobile: p.HideMobile, Telephone: p.Telephone, JobNumber: p.JobNumber, Title: p.Title, Email: p.Email,
		OrgEmail: p.OrgEmail, WorkPlace: p.WorkPlace, Remark: p.Remark, DeptIDList: append([]int64{}, p.DepartmentIDs...),
		HiredDate: p.HiredDate, Active: p.Active, Admin: p.Admin, Boss: p.Boss,
	}
}

// directory is the People and the Departments by their ids.
type directory struct {
	byUser, byUnion map[string]Person
	members         map[int64][]Person
	departments     map[int64]bool
	parent          map[int64]int64
	below           map[int64][]Department
}

func newDirectory(people []Person, departments []Department) *directory {
	d := &directory{map[string]Person{}, map[string]Person{}, map[int64][]Person{}, map[int64]bool{RootDepartment: true}, map[int64]int64{}, map[int64][]Department{}}
	for _, p := range people {
		d.byUser[p.UserID], d.byUnion[p.UnionID] = p, p
		for _, id := range p.DepartmentIDs {
			d.members[id] = append(d.members[id], p)
		}
	}
	for _, department := range departments {
		d.departments[department.ID] = department.ID > 0
		d.parent[department.ID] = department.ParentID
		d.below[department.ParentID] = append(d.below[department.ParentID], department)
	}
	return d
}

// person finds somebody by union id.
func (o *Organization) person(union string) (Person, bool) {
	p, known := o.directory().byUnion[union]
	return p, known
}
