package dingtalk_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// equals is a condition on a number.
func equals(column string, n int64) engine.Qual {
	return engine.Qual{Column: column, Operator: "=", Value: &proto.QualValue{Value: &proto.QualValue_Int64Value{Int64Value: n}}}
}

// Each person is one row, and costs a call only for some columns.
func TestDirectory(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	rows, err := ask(t, e, "dingtalk_user", "user_id, union_id, manager_user_id")
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	managers := map[string]string{}
	for _, p := range sim.People {
		want = append(want, p.UserID)
		managers[p.UserID] = p.ManagerUserID
	}
	for _, r := range rows {
		id := r["user_id"].(string)
		got = append(got, id)
		if m, _ := r["manager_user_id"].(string); m != managers[id] {
			t.Errorf("%s has the manager %q, want %q", id, m, managers[id])
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	diff(t, "people", want, got)

	count := func(kinds map[simulator.CallKind]int) map[simulator.CallKind]int {
		for _, c := range asked(sim) {
			kinds[c.Kind]++
		}
		return kinds
	}
	sim.ClearCalls()
	if _, err := ask(t, e, "dingtalk_user", "user_id, name"); err != nil {
		t.Fatal(err)
	}
	departments := len(sim.Departments) // with the root, and without the home-school address book
	diff(t, "calls for names", map[simulator.CallKind]int{simulator.UsersCall: departments, simulator.DepartmentsCall: departments}, count(map[simulator.CallKind]int{}))

	for name, test := range map[string]struct {
		quals []engine.Qual
		rows  int
		calls map[simulator.CallKind]int
	}{
		"by user id":            {[]engine.Qual{engine.Equals("user_id", "lin.mei")}, 1, map[simulator.CallKind]int{simulator.UserCall: 1}},
		"by union id":           {[]engine.Qual{engine.Equals("union_id", simulator.DemoCEO)}, 1, map[simulator.CallKind]int{simulator.UserByUnionIDCall: 1, simulator.UserCall: 1}},
		"by both":               {[]engine.Qual{engine.Equals("union_id", simulator.DemoCEO), engine.Equals("user_id", "lin.mei")}, 1, map[simulator.CallKind]int{simulator.UserCall: 1}},
		"somebody from outside": {[]engine.Qual{engine.Equals("union_id", simulator.DemoVendor)}, 0, map[simulator.CallKind]int{simulator.UserByUnionIDCall: 1}},
		"an unknown user id":    {[]engine.Qual{engine.Equals("user_id", "nobody")}, 0, map[simulator.CallKind]int{simulator.UserCall: 1}},
		"an empty union id":     {[]engine.Qual{engine.Equals("union_id", "")}, 0, map[simulator.CallKind]int{}},
		"by both, which differ": {[]engine.Qual{engine.Equals("union_id", simulator.DemoCTO), engine.Equals("user_id", "lin.mei")}, 0, map[simulator.CallKind]int{simulator.UserCall: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			sim.ClearCalls()
			rows, err := ask(t, e, "dingtalk_user", "user_id, union_id, name", test.quals...)
			if err != nil || len(rows) != test.rows {
				t.Errorf("%d rows, want %d; %v", len(rows), test.rows, err)
			}
			diff(t, "calls", test.calls, count(map[simulator.CallKind]int{}))
		})
	}
}

// A department that is gone, or hidden, while the directory is read is an error:
// its people would be missing.
func TestDirectoryWithADepartmentThatIsGone(t *testing.T) {
	for _, table := range []string{"dingtalk_user", "dingtalk_department", "dingtalk_department_member"} {
		e, sim := demoEngine(t, dingtalk.NewServer())
		sim.Script(simulator.Fault{On: func(c simulator.Call) bool { return c.Params["dept_id"] == "210" }, Serve: simulator.RefuseLegacy(60003, "gone")})
		rows, err := ask(t, e, table, "name")
		if err == nil || !strings.Contains(err.Error(), "department 210: ") {
			t.Errorf("%s: %d rows, %v", table, len(rows), err)
		}
		if err != nil && strings.Contains(err.Error(), "simulated-token") {
			t.Error(err)
		}
	}
}

// There is a row for each person in each department, whichever key the query names.
func TestDepartmentMembers(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	of := map[string][]string{} // department or person to memberships
	var all []string
	for _, p := range sim.People {
		for _, d := range p.DepartmentIDs {
			m := fmt.Sprint(d, " ", p.UserID, " ", slices.Contains(p.LeaderOf, d))
			for _, by := range []string{fmt.Sprint(d), p.UserID} {
				of[by] = append(of[by], m)
			}
			all = append(all, m)
		}
	}
	in := func(id int64) engine.Qual { return equals("department_id", id) }
	person := func(id string) engine.Qual { return engine.Equals("user_id", id) }
	departments := len(sim.Departments) // with the root, and without the home-school address book
	for name, test := range map[string]struct {
		quals []engine.Qual
		want  []string
		calls map[simulator.CallKind]int
	}{
		"all":                              {nil, all, map[simulator.CallKind]int{simulator.UsersCall: departments, simulator.DepartmentsCall: departments}},
		"by department":                    {[]engine.Qual{in(100)}, of["100"], map[simulator.CallKind]int{simulator.UsersCall: 1}},
		"by person":                        {[]engine.Qual{person("zhao.lei")}, of["zhao.lei"], map[simulator.CallKind]int{simulator.UserCall: 1}},
		"by both":                          {[]engine.Qual{person("zhao.lei"), in(200)}, []string{"200 zhao.lei true"}, map[simulator.CallKind]int{simulator.UserCall: 1}},
		"by both, without that membership": {[]engine.Qual{person("zhao.lei"), in(210)}, nil, map[simulator.CallKind]int{simulator.UserCall: 1}},
		"a department without people":      {[]engine.Qual{in(600)}, nil, map[simulator.CallKind]int{simulator.UsersCall: 1}},
		"an unknown department":            {[]engine.Qual{in(999)}, nil, map[simulator.CallKind]int{simulator.UsersCall: 1}},
		"a department that DingTalk opens to nobody": {[]engine.Qual{in(-7)}, nil, map[simulator.CallKind]int{}},
		"an unknown person":                          {[]engine.Qual{person("nobody")}, nil, map[simulator.CallKind]int{simulator.UserCall: 1}},
		"an empty person":                            {[]engine.Qual{person("")}, nil, map[simulator.CallKind]int{}},
	} {
		t.Run(name, func(t *testing.T) {
			sim.ClearCalls()
			rows, err := ask(t, e, "dingtalk_department_member", "department_id, user_id, leader, name, title", test.quals...)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range rows {
				got = append(got, fmt.Sprint(r["department_id"], " ", r["user_id"], " ", r["leader"]))
				if r["name"] == nil || r["name"] != r["title"] {
					t.Errorf("%v has the name %v and the title %v", r["user_id"], r["name"], r["title"])
				}
			}
			slices.Sort(got)
			diff(t, "members", slices.Sorted(slices.Values(test.want)), got)
			calls := map[simulator.CallKind]int{}
			for _, c := range asked(sim) {
				calls[c.Kind]++
			}
			diff(t, "calls", test.calls, calls)
		})
	}
}

// What DingTalk returns of one person makes neither a membership too many nor,
// silently, one too few.
func TestMembershipsOfAPerson(t *testing.T) {
	for name, test := range map[string]struct {
		departments, want string
	}{
		"each once":    {`"dept_id_list":[210,100,210]`, "[100 210]"},
		"nobody's":     {`"dept_id_list":[-7,100]`, "[100]"},
		"none":         {`"dept_id_list":[]`, "[]"},
		"not returned": {`"name":"Lin"`, "result.dept_id_list is missing"},
		"null":         {`"dept_id_list":null`, "result.dept_id_list is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			e, sim := demoEngine(t, dingtalk.NewServer())
			sim.Script(simulator.Fault{On: simulator.OnKind(simulator.UserCall), Serve: simulator.Answer(200, `{"errcode":0,"result":{"userid":"lin.mei",`+test.departments+`}}`)})
			rows, err := ask(t, e, "dingtalk_department_member", "department_id, leader", engine.Equals("user_id", "lin.mei"))
			ids := []int64{}
			for _, r := range rows {
				ids = append(ids, r["department_id"].(int64))
				if r["leader"] != nil {
					t.Errorf("leader %v, which DingTalk did not return", r["leader"])
				}
			}
			slices.Sort(ids)
			got := fmt.Sprint(ids)
			if err != nil {
				got = err.Error()
			}
			if !strings.Contains(got, test.want) || err == nil && got != test.want {
				t.Errorf("%s, want %s", got, test.want)
			}
		})
	}
}

// Postgres hands 0 to a foreign table for a number that it does not know yet, as
// it hands "?" for a text.
func TestDepartmentThatIsNotKnownYet(t *testing.T) {
	for table, key := range map[string]string{"dingtalk_department": "parent_id", "dingtalk_department_member": "department_id"} {
		e, sim := demoEngine(t, dingtalk.NewServer())
		rows, err := ask(t, e, table, "name", equals(key, 0))
		if want := fmt.Sprintf("%[1]s \"0\": no ID of DingTalk's: Postgres passes 0 on where it does not know the value, as with %[1]s = (select ...): write a join instead, as in: from other_table o join %[2]s t on t.%[1]s = o.id. "+
			"If the query or the other table really has 0, leave it out, as in: where o.id <> 0", key, table); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d rows, %v, want %s", len(rows), err, want)
		}
		if n := len(asked(sim)); n > 0 {
			t.Errorf("%d calls", n)
		}
	}
}

// All departments, each one level below its parent.
func TestDepartments(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	rows, err := ask(t, e, "dingtalk_department", "department_id, name, parent_id, title")
	if err != nil {
		t.Fatal(err)
	}
	want, got := map[string]bool{}, map[string]bool{}
	for _, d := range sim.Departments {
		want[fmt.Sprint(d.ID, d.Name, d.ParentID, d.Name)] = true
	}
	for _, r := range rows {
		got[fmt.Sprint(r["department_id"], r["name"], r["parent_id"], r["title"])] = true
	}
	diff(t, "departments", slices.Sorted(maps.Keys(want)), slices.Sorted(maps.Keys(got)))
	sim.ClearCalls()
	rows, err = ask(t, e, "dingtalk_department", "department_id", equals("parent_id", 200))
	if err != nil || len(rows) != 2 || len(asked(sim)) != 1 {
		t.Errorf("%d rows of a department, %d calls, %v", len(rows), len(asked(sim)), err)
	}
}
