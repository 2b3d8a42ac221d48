package dingtalk_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// noSleep does not wait before a call is repeated.
func noSleep(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// values are a column of all rows, sorted.
func values(rows []row, column string) []string {
	all := []string{}
	for _, r := range rows {
		all = append(all, fmt.Sprint(r[column]))
	}
	slices.Sort(all)
	return all
}

// memberships are the rows of dingtalk_department_member, sorted.
func memberships(t *testing.T, e *engine.Engine) []string {
	t.Helper()
	rows, err := ask(t, e, "dingtalk_department_member", "department_id, user_id")
	if err != nil {
		t.Fatal(err)
	}
	all := []string{}
	for _, r := range rows {
		all = append(all, fmt.Sprint(r["department_id"], " ", r["user_id"]))
	}
	slices.Sort(all)
	return all
}

// An address book of 300 departments is complete though every tenth call is
// throttled, in every form that the refusal has.
func TestWalkUnderThrottling(t *testing.T) {
	for name, refuse := range map[string]func(http.ResponseWriter, *http.Request, http.Handler){
		"wrapped": simulator.RefuseLegacy(90018, "too often"),
		"bare":    simulator.RefuseBare(90002, "too often"),
	} {
		t.Run(name, func(t *testing.T) {
			sim := simulator.New(simulator.DemoApp)
			var people, departments []string
			for i := range int64(300) {
				parent := simulator.RootDepartment
				if i >= 20 {
					parent = 100 + i/15
				}
				sim.Departments = append(sim.Departments, simulator.Department{ID: 100 + i, Name: fmt.Sprint("d", i), ParentID: parent})
				departments = append(departments, fmt.Sprint(100+i))
				id := fmt.Sprint("p", i)
				sim.People = append(sim.People, simulator.Person{UserID: id, UnionID: "u" + id, DepartmentIDs: []int64{100 + i, 100 + (i+7)%300}})
				people = append(people, id)
			}
			slices.Sort(people)
			calls, throttled := 0, 0
			sim.Script(simulator.Fault{On: func(c simulator.Call) bool {
				if c.Kind != simulator.TokenCall {
					calls++
				}
				hit := c.Kind != simulator.TokenCall && calls%10 == 0
				if hit {
					throttled++
				}
				return hit
			}, Serve: refuse})
			e := startOn(t, dingtalk.NewServerWithSleep(noSleep), sim)
			rows, err := ask(t, e, "dingtalk_user", "user_id, name")
			if err != nil {
				t.Fatal(err)
			}
			diff(t, "people", people, values(rows, "user_id"))
			rows, err = ask(t, e, "dingtalk_department", "department_id")
			if err != nil {
				t.Fatal(err)
			}
			diff(t, "departments", departments, values(rows, "department_id"))
			if throttled < 90 {
				t.Errorf("%d calls were throttled", throttled)
			}
		})
	}
}

// A department with an id below 1 is listed, and never entered.
func TestWalkLeavesHomeSchoolOut(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	rows, err := ask(t, e, "dingtalk_department", "department_id")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(values(rows, "department_id"), "-7") {
		t.Error("the home-school address book is not listed")
	}
	if _, err := ask(t, e, "dingtalk_user", "user_id"); err != nil {
		t.Fatal(err)
	}
	for _, c := range sim.Calls() {
		if c.Params["dept_id"] == "-7" {
			t.Errorf("%s was asked for department -7", c.Path)
		}
	}
}

// A person with restricted access is in the directory.
func TestWalkFindsRestrictedPeople(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	rows, err := ask(t, e, "dingtalk_user", "user_id")
	if err != nil {
		t.Fatal(err)
	}
	restricted := 0
	for _, p := range sim.People {
		if p.Restricted {
			restricted++
			if !slices.Contains(values(rows, "user_id"), p.UserID) {
				t.Errorf("%s is missing", p.UserID)
			}
		}
	}
	if restricted == 0 {
		t.Error("nobody is restricted")
	}
}

// An app that may see a part of the address book sees that part, as a whole.
func TestWalkWithinTheRange(t *testing.T) {
	for name, test := range map[string]struct {
		scope               simulator.AppRange
		people, departments []string
	}{
		"a department": {simulator.AppRange{Departments: []int64{200}}, nil, []string{"200 <nil>", "210 200", "220 200"}},
		"one below another": {simulator.AppRange{Departments: []int64{310, 300, 300}}, nil,
			[]string{"300 <nil>", "310 300", "311 310", "320 300"}},
		"single people":            {simulator.AppRange{UserIDs: []string{"lin.mei", "nobody", "lin.mei"}}, []string{"lin.mei"}, []string{}},
		"a person and their group": {simulator.AppRange{Departments: []int64{500}, UserIDs: []string{"ana.souza", "lin.mei"}}, []string{"ana.souza", "lin.mei", "zhou.min"}, []string{"500 <nil>"}},
	} {
		t.Run(name, func(t *testing.T) {
			e, sim := demoEngine(t, dingtalk.NewServer())
			sim.AppRange = test.scope
			want := test.people
			if want == nil {
				for _, p := range sim.People {
					if slices.ContainsFunc(p.DepartmentIDs, func(id int64) bool {
						return slices.ContainsFunc(test.departments, func(d string) bool { return strings.HasPrefix(d, fmt.Sprint(id, " ")) })
					}) {
						want = append(want, p.UserID)
					}
				}
				slices.Sort(want)
			}
			rows, err := ask(t, e, "dingtalk_user", "user_id")
			if err != nil {
				t.Fatal(err)
			}
			diff(t, "people", want, values(rows, "user_id"))
			diff(t, "calls of auth/scopes", 1, sim.Count(simulator.AuthScopesCall))
			rows, err = ask(t, e, "dingtalk_department", "department_id, parent_id")
			if err != nil {
				t.Fatal(err)
			}
			got := []string{}
			for _, r := range rows {
				got = append(got, fmt.Sprint(r["department_id"], " ", r["parent_id"]))
			}
			slices.Sort(got)
			diff(t, "departments", test.departments, got)

			// A row for each membership that the app may see, each once.
			want = nil
			for _, p := range sim.People {
				for _, id := range p.DepartmentIDs {
					alone := slices.Contains(test.scope.UserIDs, p.UserID)
					if alone || slices.ContainsFunc(test.departments, func(d string) bool { return strings.HasPrefix(d, fmt.Sprint(id, " ")) }) {
						want = append(want, fmt.Sprint(id, " ", p.UserID))
					}
				}
			}
			slices.Sort(want)
			diff(t, "memberships", want, memberships(t, e))
		})
	}
}

// If the app may not see a department, the error says where its range is set; without
// the permission to read the range, also which permission to apply for.
func TestWalkOutOfRange(t *testing.T) {
	for name, test := range map[string]struct {
		scope  simulator.AppRange
		scopes func(http.ResponseWriter, *http.Request, http.Handler)
		says   []string
	}{
		"nothing":              {simulator.AppRange{Departments: []int64{}}, nil, []string{"code errcode 50004", "widen its range (permission scope of the address book)"}},
		"no permission to ask": {simulator.AppRange{Departments: []int64{200}}, simulator.RefuseLegacy(60011, "[qyapi_base]"), []string{"widen its range", "Apply for the permission qyapi_base"}},
		"the root all the same": {simulator.AppRange{Departments: []int64{200}}, simulator.Answer(200, `{"errcode":0,"auth_org_scopes":{"authed_dept":[1],"authed_user":[]}}`),
			[]string{"code errcode 50004"}},
		"a department that is gone": {simulator.AppRange{Departments: []int64{200}}, simulator.Answer(200, `{"errcode":0,"auth_org_scopes":{"authed_dept":[200,999]}}`),
			[]string{"department 999"}},
	} {
		for _, table := range []string{"dingtalk_user", "dingtalk_department", "dingtalk_department_member"} {
			t.Run(name+" "+table, func(t *testing.T) {
				e, sim := demoEngine(t, dingtalk.NewServer())
				sim.AppRange = test.scope
				if test.scopes != nil {
					sim.Script(simulator.Fault{On: simulator.OnKind(simulator.AuthScopesCall), Serve: test.scopes})
				}
				rows, err := ask(t, e, table, "name")
				if err == nil {
					t.Fatalf("no error, but %d rows", len(rows))
				}
				for _, text := range test.says {
					if !strings.Contains(err.Error(), text) {
						t.Errorf("the error lacks %q: %v", text, err)
					}
				}
			})
		}
	}
}

// A code may mean "no rows" under either of its names, wrapped or not; not once
// people were listed.
func TestIgnoredCodesOfTheOlderAPI(t *testing.T) {
	for _, named := range []string{"60011", "errcode 60011", "6001*"} {
		for form, refuse := range map[string]func(http.ResponseWriter, *http.Request, http.Handler){"wrapped": simulator.RefuseLegacy(60011, "no"), "bare": simulator.RefuseBare(60011, "no")} {
			e, sim := demoEngine(t, dingtalk.NewServer(), fmt.Sprintf("ignore_error_codes = [%q]", named))
			sim.Script(simulator.Fault{On: simulator.OnKind(simulator.UsersCall), Serve: refuse})
			if rows, err := ask(t, e, "dingtalk_user", "user_id"); err != nil || len(rows) != 0 {
				t.Errorf("%s, %s: %d rows, %v", named, form, len(rows), err)
			}
			sim.ClearFaults()
			sim.Script(simulator.Fault{On: simulator.OnKind(simulator.DepartmentsCall), Serve: refuse})
			if rows, err := ask(t, e, "dingtalk_user", "user_id"); err == nil {
				t.Errorf("%s, %s, behind the people of the root: %d rows and no error", named, form, len(rows))
			}
		}
	}
	for _, named := range []string{"88", "errcode 88"} {
		e, _ := demoEngine(t, dingtalk.NewServer(), fmt.Sprintf(`ignore_error_codes = ["x", %q]`, named))
		_, err := ask(t, e, "dingtalk_user", "user_id")
		if err == nil || !strings.Contains(err.Error(), `such as "60011"`) {
			t.Errorf("%s: %v", named, err)
		}
	}
}

// A person who left between two calls is an error if a column is being filled in.
func TestPersonWhoLeft(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	sim.Script(simulator.Fault{On: func(c simulator.Call) bool { return c.Kind == simulator.UserCall && c.Params["userid"] == "guo.tao" }, Serve: simulator.RefuseLegacy(60121, "gone")})
	rows, err := ask(t, e, "dingtalk_user", "user_id, manager_user_id")
	if err == nil || !strings.Contains(err.Error(), "user guo.tao") || !strings.Contains(err.Error(), "between two calls: run the query again") {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

// Whatever is refused once rows were found is an error, ignored code or not: the
// list would end short, or begin anew without them.
func TestWalkThatIsRefusedLate(t *testing.T) {
	refuse := simulator.RefuseLegacy(50004, "out of range")
	of := func(kind simulator.CallKind, id string, later bool) func(simulator.Call) bool {
		return func(c simulator.Call) bool {
			return c.Kind == kind && (id == "" || c.Params["dept_id"] == id || c.Params["userid"] == id) && (!later || c.NextToken != "0")
		}
	}
	scopes := simulator.Fault{On: simulator.OnKind(simulator.AuthScopesCall), Serve: simulator.Answer(200, `{"errcode":0,"auth_org_scopes":{"authed_dept":[500]}}`)}
	for name, test := range map[string]struct {
		columns string
		faults  []simulator.Fault
	}{
		"a later page of the root": {"user_id", []simulator.Fault{{On: of(simulator.UsersCall, "1", true), Serve: refuse}, scopes}},
		"a column of a person":     {"user_id, manager_user_id", []simulator.Fault{{On: of(simulator.UserCall, "root1", false), Serve: refuse}, scopes}},
		"what may be seen instead": {"user_id", []simulator.Fault{{On: of(simulator.UsersCall, "1", false), Serve: refuse}, {On: simulator.OnKind(simulator.AuthScopesCall), Serve: simulator.RefuseLegacy(60020, "address")}}},
		"that too, behind people": {"user_id", []simulator.Fault{{On: of(simulator.DepartmentsCall, "1", false), Serve: refuse},
			{On: simulator.OnKind(simulator.AuthScopesCall), Serve: simulator.Answer(200, `{"errcode":0,"auth_org_scopes":{"authed_dept":[],"authed_user":[]}}`)}}},
	} {
		for _, config := range []string{"", `ignore_error_codes = ["50004"]`} {
			t.Run(name+" "+config, func(t *testing.T) {
				e, sim := demoEngine(t, dingtalk.NewServer(), config, "page_size = 1")
				for _, id := range []string{"root1", "root2"} {
					sim.People = append(sim.People, simulator.Person{UserID: id, UnionID: "u" + id, DepartmentIDs: []int64{simulator.RootDepartment}})
				}
				sim.Script(test.faults...)
				rows, err := ask(t, e, "dingtalk_user", test.columns)
				if err == nil {
					t.Errorf("no error, but %d rows", len(rows))
				}
			})
		}
	}
}

// What the root's people are is known, where only what is below it is refused.
func TestWalkBelowARootThatIsRefused(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	sim.People = append(sim.People, simulator.Person{UserID: "root1", UnionID: "u1", DepartmentIDs: []int64{simulator.RootDepartment}})
	sim.Script(simulator.Fault{On: func(c simulator.Call) bool { return c.Kind == simulator.DepartmentsCall && c.Params["dept_id"] == "1" }, Serve: simulator.RefuseLegacy(50004, "no")},
		simulator.Fault{On: simulator.OnKind(simulator.AuthScopesCall), Serve: simulator.Answer(200, `{"errcode":0,"auth_org_scopes":{"authed_dept":[500],"authed_user":["root1"]}}`)})
	diff(t, "memberships", []string{"1 root1", "500 ana.souza", "500 zhou.min"}, memberships(t, e))
}

// A person of whom the app sees no department is a member of the root all the
// same, if that is where they are.
func TestWalkFindsMembershipsOfARootThatIsRefused(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	sim.People = append(sim.People, simulator.Person{UserID: "root1", UnionID: "u1", DepartmentIDs: []int64{simulator.RootDepartment, 600}})
	sim.AppRange = simulator.AppRange{Departments: []int64{500}, UserIDs: []string{"root1"}}
	diff(t, "memberships", []string{"1 root1", "500 ana.souza", "500 zhou.min", "600 root1"}, memberships(t, e))
}

// A person of whom the app sees no department, and whose departments DingTalk does not
// return, is an error: their memberships would be missing.
func TestWalkThatMissesMemberships(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	sim.AppRange = simulator.AppRange{UserIDs: []string{"ana.souza", "lin.mei"}}
	sim.Script(simulator.Fault{On: func(c simulator.Call) bool { return c.Params["userid"] == "lin.mei" },
		Serve: simulator.Answer(200, `{"errcode":0,"result":{"userid":"lin.mei"}}`)})
	if rows, err := ask(t, e, "dingtalk_department_member", "user_id"); err == nil || !strings.Contains(err.Error(), "user lin.mei: DingTalk returned the user without the departments") {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

// No query makes a call about a department with an id below 1.
func TestDepartmentsBelowOne(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	rows, err := ask(t, e, "dingtalk_department", "department_id", equals("parent_id", simulator.HomeSchool))
	if err != nil || len(rows) > 0 || len(asked(sim)) > 0 {
		t.Errorf("%d rows, %d calls, %v", len(rows), len(asked(sim)), err)
	}
}

// A series with a bound on one side only would miss what is to come of it.
func TestSeriesWithHalfABound(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	for _, bound := range []engine.Qual{at("start_time", ">", "2026-11-01T00:00:00Z"), at("start_time", "<", "2026-11-01T00:00:00Z")} {
		rows, err := ask(t, e, "dingtalk_calendar_event", "id", engine.Equals("union_id", "u"), engine.Equals("series_master_id", "s"), bound)
		if err == nil || !strings.Contains(err.Error(), "bound start_time on both sides") || len(asked(sim)) > 0 {
			t.Errorf("%d rows, %d calls, %v", len(rows), len(asked(sim)), err)
		}
	}
}
