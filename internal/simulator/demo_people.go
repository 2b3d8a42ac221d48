package simulator

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"strings"
	"time"
)

// People of the demo organization, by union id, and others that it meets with.
const (
	DemoCEO        = "uLinMei7RkLx2iSbP0yTn8iEiE" // a manager without a manager
	DemoCTO        = "uZhaoLeic8QwZt3mVbXeRsLpiEiE"
	DemoPlatform   = "uChenYuf5KdM3vbxZiiQ0cTqiEiE" // leads the platform team and incidents
	DemoSRE        = "uPriyaN2WzC7iiTq0mVbXeRiEiE"
	DemoApps       = "uWangFang9xT4hGsLq1NwPzviEiE"
	DemoDeveloper  = "uTomBeckerH6yUj8RdKm2CfxiEiE"
	DemoOperations = "uSunJiaB3nVp7WsQe5ZaLt0iEiE" // owns the all-hands' recordings
	DemoSupport    = "uMariaL4rFx9GkYh2JvMc6NiEiE"
	DemoCFO        = "uHeQiangT8bDw1SzKp5QeXr3iEiE"
	DemoAccountant = "uLiuYanM6cHv0LyRn4UgJt7iEiE" // is invited, and never comes
	DemoCompliance = "uAnaSouzaW2qPk8ZfBs5EdYm1iEiE"
	DemoSecurity   = "uZhouMinV7jNx3TgCr9LhQa4iEiE"
	DemoRecruiter  = "uOmarHaddadE1kSw6MzGp0XbUiEiE"
	DemoWarehouse  = "uGuoTaoR5vHn2YcFj8KtDq9iEiE"  // has no e-mail
	DemoNewcomer   = "u5d0c2f4be97a8136iEiE"        // was hired, and has not signed in yet
	DemoFrontDesk  = "uFrontDeskN0xLb4QsWm7ZrPiEiE" // may not act

	DemoVendor  = "xDanaReyes6TfKq1VhZn3YwJiEiE" // of Acme, and an external contact
	DemoAuditor = "xWeberG9mRc5LpBx2SdNt8iEiE"   // of the audit firm
	DemoRemoved = "xUninvited3QvXs7HjKw0FzTiEiE" // was removed from a meeting
	DemoUnnamed = "xUnnamedY4bPn8GtMc1RkLe6iEiE" // nobody knows who runs a meeting
)

var demoDepartments = []Department{
	{ID: 100, Name: "Management 管理层", ParentID: RootDepartment, CreateDeptGroup: true},
	{ID: 200, Name: "Engineering 研发中心", ParentID: RootDepartment, CreateDeptGroup: true, AutoAddUser: true},
	{ID: 300, Name: "Operations 运营", ParentID: RootDepartment, CreateDeptGroup: true, AutoAddUser: true},
	{ID: 400, Name: "Finance 财务部", ParentID: RootDepartment, CreateDeptGroup: true},
	{ID: 500, Name: "Security & compliance 安全合规部", ParentID: RootDepartment},
	{ID: 600, Name: "Archive 归档", ParentID: RootDepartment},
	{ID: 210, Name: "Platform 平台组", ParentID: 200, AutoAddUser: true},
	{ID: 220, Name: "Applications 应用组", ParentID: 200, AutoAddUser: true},
	{ID: 310, Name: "Customer support 客服组", ParentID: 300, AutoAddUser: true},
	{ID: 320, Name: "People 人力资源", ParentID: 300},
	{ID: 311, Name: "Night shift 夜班", ParentID: 310},
	{ID: HomeSchool, Name: "Home and school 家校通讯录", ParentID: RootDepartment},
}

// demoPeople returns the people: those with a part in the meetings first, then
// the staff. The app has no permission for phone numbers.
func demoPeople() []Person {
	people := []Person{
		{UserID: "lin.mei", UnionID: DemoCEO, Name: "林梅 Lin Mei", Title: "Chief executive", DepartmentIDs: []int64{100}, LeaderOf: []int64{100}, Boss: true, Senior: true},
		{UserID: "zhao.lei", UnionID: DemoCTO, Name: "赵磊 Zhao Lei", Title: "Chief technology officer", ManagerUserID: "lin.mei", DepartmentIDs: []int64{100, 200}, LeaderOf: []int64{200}, Senior: true},
		{UserID: "chen.yu", UnionID: DemoPlatform, Name: "陈宇 Chen Yu", Title: "Platform lead", ManagerUserID: "zhao.lei", DepartmentIDs: []int64{210}, LeaderOf: []int64{210}, Admin: true},
		{UserID: "priya.nair", UnionID: DemoSRE, Name: "Priya Nair", Title: "Site reliability engineer", ManagerUserID: "chen.yu", DepartmentIDs: []int64{210}},
		{UserID: "wang.fang", UnionID: DemoApps, Name: "王芳 Wang Fang", Title: "Applications lead", ManagerUserID: "zhao.lei", DepartmentIDs: []int64{220}, LeaderOf: []int64{220}},
		{UserID: "tom.becker", UnionID: DemoDeveloper, Name: "Tom Becker", Title: "Developer", ManagerUserID: "wang.fang", DepartmentIDs: []int64{220}},
		{UserID: "sun.jia", UnionID: DemoOperations, Name: "孙佳 Sun Jia", Title: "Head of operations", ManagerUserID: "lin.mei", DepartmentIDs: []int64{300}, LeaderOf: []int64{300}, Admin: true},
		{UserID: "maria.lopez", UnionID: DemoSupport, Name: "Maria Lopez", Title: "Support lead", ManagerUserID: "sun.jia", DepartmentIDs: []int64{310}, LeaderOf: []int64{310}},
		{UserID: "he.qiang", UnionID: DemoCFO, Name: "何强 He Qiang", Title: "Chief financial officer", ManagerUserID: "lin.mei", DepartmentIDs: []int64{100, 400}, LeaderOf: []int64{400}, Senior: true},
		{UserID: "liu.yan", UnionID: DemoAccountant, Name: "刘燕 Liu Yan", Title: "Accountant", ManagerUserID: "he.qiang", DepartmentIDs: []int64{400}},
		{UserID: "ana.souza", UnionID: DemoCompliance, Name: "Ana Souza", Title: "Compliance officer", ManagerUserID: "lin.mei", DepartmentIDs: []int64{500}, LeaderOf: []int64{500}},
		{UserID: "zhou.min", UnionID: DemoSecurity, Name: "周敏 Zhou Min", Title: "Security engineer", ManagerUserID: "ana.souza", DepartmentIDs: []int64{500}},
		{UserID: "omar.haddad", UnionID: DemoRecruiter, Name: "Omar Haddad", Title: "Recruiter", ManagerUserID: "sun.jia", DepartmentIDs: []int64{320}},
		{UserID: "guo.tao", UnionID: DemoWarehouse, Name: "郭涛 Guo Tao", Title: "Warehouse clerk", ManagerUserID: "sun.jia", DepartmentIDs: []int64{300}},
		{UserID: "front.desk", UnionID: DemoFrontDesk, Name: "前台 Front desk", DepartmentIDs: []int64{300}, MayNotAct: true},
	}
	staff := strings.Fields("ahmed.ali bai.xue carla.rossi deng.hao elif.kaya fang.lin grace.kim huang.wei ivan.petrov jiang.nan " +
		"kofi.mensah luo.dan mei.tanaka ning.bo olga.ivanova peng.fei qin.yue rosa.silva shen.kai tang.min " +
		"ulla.berg vera.novak wu.di xie.rui yang.guang zeng.ping adam.nowak bo.nilsson cai.ting")
	places := []struct {
		department     int64
		title, manager string
	}{
		{210, "Engineer", "chen.yu"}, {220, "Developer", "wang.fang"}, {310, "Support agent", "maria.lopez"},
		{400, "Accountant", "he.qiang"}, {311, "Support agent", "maria.lopez"}, {300, "Operator", "sun.jia"},
	}
	for i, id := range staff {
		given, family, _ := strings.Cut(id, ".")
		place := places[i%len(places)]
		people = append(people, Person{
			UserID: id, UnionID: staffUnionID(id), Name: upper(given) + " " + upper(family), Title: place.title,
			ManagerUserID: place.manager, DepartmentIDs: []int64{place.department},
		})
	}
	people = append(people, Person{UserID: "dai.jun", UnionID: DemoNewcomer, Name: "Dai Jun", Title: "Operator", ManagerUserID: "sun.jia", DepartmentIDs: []int64{300}})
	for i := range people {
		p := &people[i]
		p.JobNumber = fmt.Sprintf("A-%04d", 101+7*i)
		p.HiredDate = ms(time.Date(2019, time.March, 4, -8, 0, 0, 0, time.UTC).AddDate(0, i, 3*i)) // midnight in China
		p.Active, p.RealAuthed = true, true
		p.WorkPlace = []string{"Hangzhou", "Shenzhen", "Lisbon"}[i%3]
		if p.UnionID != DemoWarehouse && p.UnionID != DemoFrontDesk {
			p.Email = p.UserID + "@example.com"
		}
		if p.Senior {
			p.OrgEmail = p.UserID + "@corp.example.com"
		}
	}
	people[len(people)-1].Active = false
	people[len(people)-2].Restricted = true
	return people
}

func upper(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

// staffUnionID looks like DingTalk's.
func staffUnionID(userID string) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(userID))
	return fmt.Sprintf("u%016xiEiE", h.Sum64())
}

// outsiders are the names of those who are not of the organization.
var outsiders = map[string]string{
	DemoVendor: "Dana Reyes (Acme)", DemoAuditor: "G. Weber", DemoRemoved: "meeting-notes-bot", DemoUnnamed: "user_8841",
}

// nick is the name that somebody has in meetings.
func (d *demo) nick(union string) string { return cmp.Or(d.names[union], outsiders[union]) }
