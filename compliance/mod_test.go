package compliance_test

import (
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/compliance"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/powerpipe"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/report"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
	"github.com/turbot/steampipe-plugin-sdk/v5/logging"
	pgquery "github.com/wasilibs/go-pgquery"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// demoValues are the mod's values for the demo organization, with others on top,
// as name=value.
func demoValues(t *testing.T, others ...string) powerpipe.Values {
	t.Helper()
	values := powerpipe.Values{}
	if err := values.ReadFile(compliance.DemoVariables, "demo.ppvars"); err != nil {
		t.Fatal(err)
	}
	maps.Copy(values, valuesOf(others...))
	return values
}

func TestMain(m *testing.M) {
	os.Setenv(logging.EnvLogLevel, "OFF") // of the plugin: a test reads its errors
	debug.SetGCPercent(400)               // the tests make much that they soon forget
	os.Exit(m.Run())
}

func valuesOf(texts ...string) powerpipe.Values {
	values := powerpipe.Values{}
	for _, text := range texts {
		name, value, _ := strings.Cut(text, "=")
		values[name] = powerpipe.Text(value)
	}
	return values
}

func load(t *testing.T, values powerpipe.Values) *powerpipe.Mod {
	t.Helper()
	mod, err := powerpipe.Load(compliance.Mod, values, simulator.DemoTime)
	if err != nil {
		t.Fatal(err)
	}
	return mod
}

// organization is the demo organization behind SQLite.
type organization struct {
	*sqlite.DB
	*simulator.Simulator
	t      *testing.T
	engine *engine.Engine
	config string
}

func open(t *testing.T) *organization {
	t.Helper()
	o := &organization{t: t, Simulator: simulator.Demo(simulator.DemoTime)}
	return o.start()
}

// start opens the tables of an organization.
func (o *organization) start(config ...string) *organization {
	t := o.t
	t.Helper()
	server := httptest.NewServer(o.Simulator)
	t.Cleanup(server.Close)
	o.config = spc.Body(server.URL, o.App.ClientID, o.App.ClientSecret) + "calls_per_second = 1000\n" + strings.Join(config, "\n")
	var err error
	if o.engine, err = engine.New(dingtalk.NewServer(), engine.Connection{Name: "dingtalk", Config: o.config}); err != nil {
		t.Fatal(err)
	}
	if o.DB, err = sqlite.Open(o.engine, ""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.DB.Close() })
	o.Now, o.Ahead = func() time.Time { return simulator.DemoTime }, true // as in a report
	return o
}

// forget makes it as if nothing had been asked yet.
func (o *organization) forget() {
	o.t.Helper()
	if err := o.engine.Reconfigure(engine.Connection{Name: "dingtalk", Config: o.config}); err != nil {
		o.t.Fatal(err)
	}
	o.ClearCalls()
	o.ClearFaults()
}

// run runs a benchmark.
func (o *organization) run(b *powerpipe.Benchmark) *report.Group {
	o.t.Helper()
	g, err := report.Run(o.t.Context(), []report.DB{o.DB}, b)
	if err != nil {
		o.t.Fatal(err)
	}
	return g
}

// cost is the metered calls that were made, without those for tokens, and the
// others.
func (o *organization) cost() (metered, free int) {
	for _, c := range o.Calls() {
		switch {
		case c.Kind == simulator.TokenCall:
		case strings.HasPrefix(c.Path, "/topapi/"):
			free++
		default:
			metered++
		}
	}
	return metered, free
}

// asked are the calls by their kind, without those for tokens.
func (o *organization) asked() map[simulator.CallKind][]simulator.Call {
	kinds := map[simulator.CallKind][]simulator.Call{}
	for _, c := range o.Calls() {
		if c.Kind != simulator.TokenCall {
			kinds[c.Kind] = append(kinds[c.Kind], c)
		}
	}
	return kinds
}

// golden compares a text with what a person has last looked at.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", path, d)
	}
}

// A resource of the mod with SQL.
type statement struct{ name, sql string }

// statements are all of the mod's.
func statements(mod *powerpipe.Mod) []statement {
	var all []statement
	for _, c := range mod.Controls {
		all = append(all, statement{"control " + c.Name, c.SQL})
	}
	for _, d := range mod.Dashboards {
		for i, p := range d.Panels {
			all = append(all, statement{fmt.Sprintf("dashboard %s, panel %d (%s %s)", d.Name, i+1, p.Kind, p.Title), p.Query.SQL})
		}
	}
	return all
}

// Every statement is one of Postgres', and looks at DingTalk only through the
// tables that all share.
func TestStatementsArePostgres(t *testing.T) {
	t.Parallel()
	mod := load(t, demoValues(t))
	for _, s := range statements(mod) {
		if _, err := pgquery.Parse(s.sql); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
		if !strings.HasPrefix(s.sql, "with clock (now, since, until) as materialized (") {
			t.Errorf("%s does not begin with a shared local:\n%.200s", s.name, s.sql)
		}
	}
	for name, values := range map[string]powerpipe.Values{"none": nil, "a directory": valuesOf("whole_directory=true", "acting_union_id=")} {
		if _, err := pgquery.Parse(load(t, values).Controls["something_named"].SQL); err != nil {
			t.Errorf("with the values of %s: %v", name, err)
		}
	}
	look, _, _ := strings.Cut(mod.Controls["something_named"].SQL, "given as (")
	tables := regexp.MustCompile(`(?m)^(\w+)(?: \([^)]*\))? as (materialized )?\($`).FindAllStringSubmatch(strings.TrimPrefix(look, "with "), -1)
	if len(tables) < 20 {
		t.Errorf("%d tables in the shared local: does the test still read it?", len(tables))
	}
	for _, table := range tables {
		if table[2] == "" {
			t.Errorf("%s of the shared local is not materialized: it would ask for the columns that each query reads, and share no answer", table[1])
		}
	}
}

// What a person reads of each resource.
func TestResourcesAreDescribed(t *testing.T) {
	mod := load(t, nil)
	if len(mod.Controls) < 20 || len(mod.Dashboards) != 7 || len(mod.Benchmarks) != 12 {
		t.Errorf("%d controls, %d dashboards, %d benchmarks", len(mod.Controls), len(mod.Dashboards), len(mod.Benchmarks))
	}
	inSome := map[string]bool{}
	for _, b := range mod.Benchmarks {
		sentence(t, "benchmark "+b.Name, b.Description)
		tags(t, "benchmark "+b.Name, b.Tags, "Benchmark")
		for _, child := range b.Children {
			if c, ok := child.(*powerpipe.Control); ok {
				inSome[c.Name] = true
			}
		}
	}
	for _, c := range mod.Controls {
		if !strings.Contains(c.Title, " should ") {
			t.Errorf("control %s: the title does not say what should be: %s", c.Name, c.Title)
		}
		sentence(t, "control "+c.Name, c.Description)
		tags(t, "control "+c.Name, c.Tags, "Benchmark")
		if c.Severity == "" {
			t.Errorf("control %s has no severity", c.Name)
		}
		if !inSome[c.Name] {
			t.Errorf("control %s is in no benchmark", c.Name)
		}
	}
	for _, d := range mod.Dashboards {
		tags(t, "dashboard "+d.Name, d.Tags, "Dashboard")
	}
	for _, q := range mod.Queries {
		for _, p := range q.Params {
			sentence(t, "parameter "+p.Name+" of "+q.Name, p.Description)
		}
	}
	for _, v := range mod.Variables {
		sentence(t, "variable "+v.Name, v.Description)
		if !v.HasDefault || v.Type == "dynamic" {
			t.Errorf("variable %s: default %v, type %s", v.Name, v.HasDefault, v.Type)
		}
	}
	var roots []string
	for _, b := range mod.Roots() {
		roots = append(roots, b.Name)
	}
	if want := []string{"compliance", "gdpr", "iso_27001_2022", "mlps_gbt_22239", "pipl", "soc_2"}; !slices.Equal(roots, want) {
		t.Errorf("the benchmarks %v are in no other, want %v", roots, want)
	}
}

func sentence(t *testing.T, where, text string) {
	t.Helper()
	if !strings.HasSuffix(text, ".") || strings.ToUpper(text[:1]) != text[:1] {
		t.Errorf("%s: %q is not a sentence", where, text)
	}
}

func tags(t *testing.T, where string, tags map[string]string, kind string) {
	t.Helper()
	for name, want := range map[string]string{"category": "Compliance", "plugin": "dingtalk", "service": "DingTalk", "type": kind} {
		if tags[name] != want {
			t.Errorf("%s: the tag %s is %q", where, name, tags[name])
		}
	}
}

// said are the statuses that each control has said.
type said map[string]map[report.Status]bool

func (s said) add(g *report.Group) {
	for _, inner := range g.Groups {
		s.add(inner)
	}
	for _, c := range g.Controls {
		if s[c.Control.Name] == nil {
			s[c.Control.Name] = map[report.Status]bool{}
		}
		for _, r := range c.Results {
			s[c.Control.Name][r.Status] = true
		}
	}
}

// ofThisRun is what differs from run to run: the simulator's port, and the calls so far.
var ofThisRun = regexp.MustCompile(`127\.0\.0\.1:\d+|\d+ (API calls since|次 API 调用。)`)

// What the benchmarks say of the demo organization, as a person last read it;
// and each control can say ok as well as alarm.
func TestBenchmarks(t *testing.T) {
	t.Parallel()
	o, statuses := open(t), said{}
	for name, values := range map[string]powerpipe.Values{
		"demo":     demoValues(t),
		"nothing":  nil,
		"chinese":  demoValues(t, "language=zh", "time_zone=Asia/Shanghai", "names=initials", "recording_retention_days=6", `recording_regions=["cn-shenzhen"]`),
		"period":   demoValues(t, "since=2026-10-29", "until=2026-11-12", "time_zone=America/New_York", "names=ids", "alarm_absent_share=0.1", "allowed_chat=false", "allowed_recording_of_outsiders=false", "recording_retention_days=14", `recording_regions=["cn-hangzhou"]`),
		"rooms":    valuesOf("acting_union_id="+simulator.DemoCEO, "days=14"),
		"calendar": valuesOf(`union_ids=["`+simulator.DemoCompliance+`", "`+simulator.DemoSupport+`"]`, "allowed_phone_join=true", "days=30", "max_calls=40", "max_hours=0.25", "max_minutes_off=90", "own_corp_id=another"),
		"unknown":  valuesOf(`schedule_conference_ids=["`+simulator.DemoUnknown+`", "it's unknown"]`, `union_ids=["`+simulator.DemoFrontDesk+`"]`),
	} {
		o.forget()
		mod := load(t, values)
		g := o.run(mod.Benchmarks["compliance"])
		if n := g.Summary[report.Error]; n > 0 {
			t.Errorf("%s: %d controls failed", name, n)
		}
		statuses.add(g)
		if shown := o.namesIn(g); (name == "demo" || name == "calendar" || name == "rooms") != (len(shown) > 0) && name != "nothing" && name != "unknown" {
			t.Errorf("%s: names of people %q", name, shown)
		}
		var text strings.Builder
		metered, free := o.cost()
		r := &report.Report{Mod: mod, Root: g, At: simulator.DemoTime, Calls: metered + free}
		if err := r.Write(&text, "text"); err != nil {
			t.Fatal(err)
		}
		golden(t, "testdata/"+name+".golden", ofThisRun.ReplaceAllString(text.String(), "…"))
	}
	for name, has := range statuses {
		if name != "report_head" && (!has[report.OK] || !has[report.Alarm]) {
			t.Errorf("control %s says only %v", name, slices.Sorted(maps.Keys(has)))
		}
	}
	for _, status := range report.Statuses[1:] {
		if !slices.ContainsFunc(slices.Collect(maps.Values(statuses)), func(has map[report.Status]bool) bool { return has[status] }) {
			t.Errorf("no control says %s", status)
		}
	}
}

// The demo organization has something to check, and all of it is found.
func TestNothingIsMissingInTheDemo(t *testing.T) {
	if g := open(t).run(load(t, demoValues(t)).Benchmarks["check_itself"]); g.Summary.ExitCode() != report.ExitOK {
		t.Errorf("%v", g.Summary)
	}
}

// Of an event with more people than a calendar shows, all are read, once for the
// event, and who is not among those who came is missing; of others none are.
func TestInvitedToLargeEvents(t *testing.T) {
	for _, test := range []struct{ people, calls int }{{99, 0}, {100, 1}, {250, 3}} {
		o := open(t)
		came, absent := map[string]bool{}, map[string]bool{}
		for _, m := range o.Members[simulator.DemoLastAllHands] {
			came[m.UnionID] = came[m.UnionID] || m.JoinTime != nil
		}
		for _, m := range o.Members[simulator.DemoLastAllHands] {
			if !came[m.UnionID] {
				absent[m.UnionID] = true
			}
		}
		for _, calendar := range o.Calendars {
			for i, e := range calendar {
				if e.ID != "ZGVtbyBhbGwtaGFuZHMtNw" { // the last all-hands
					continue
				}
				for n := len(e.Attendees); n < test.people; n++ {
					id := fmt.Sprint("guest-", n)
					e.Attendees = append(slices.Clone(e.Attendees), simulator.Attendee{ID: id, DisplayName: "Guest"})
					if test.calls > 0 {
						absent[id] = true
					}
				}
				calendar[i] = e
			}
		}
		few := valuesOf(`union_ids=["` + simulator.DemoSRE + `", "` + simulator.DemoCTO + `"]`)
		g := o.run(&powerpipe.Benchmark{Title: "One", Children: []powerpipe.Child{load(t, few).Controls["invited_came"]}})
		if n := len(o.asked()[simulator.AttendeesCall]); n != test.calls {
			t.Errorf("%d people: %d calls for attendees", test.people, n)
		}
		found := false
		for _, r := range g.Controls[0].Results {
			if r.Resource != simulator.DemoLastAllHands {
				continue
			}
			found = true
			if want := fmt.Sprintf(" on its list, %d did not come: ", len(absent)); !strings.Contains(r.Reason, want) {
				t.Errorf("%d people: %q, want %q", test.people, r.Reason, want)
			}
		}
		if !found {
			t.Errorf("%d people: the meeting was not found", test.people)
		}
	}
}

// A booking whose organizer DingTalk does not return is skipped, and is no cancelled
// event. A room is empty as well if a meeting was opened and nobody joined it.
func TestBookingsOfWhichLittleIsKnown(t *testing.T) {
	o := open(t)
	booked := o.Bookings[simulator.DemoWarRoom]
	for i := range booked {
		booked[i].OrganizerID = ""
	}
	for _, c := range o.Schedules[simulator.DemoBoard] {
		for i := range o.Members[c.ConferenceID] {
			o.Members[c.ConferenceID][i].JoinTime = nil
		}
	}
	mod := load(t, demoValues(t))
	skipped, unattended := false, false
	for _, r := range o.run(&powerpipe.Benchmark{Title: "One", Children: []powerpipe.Child{mod.Controls["booked_room_used"]}}).Controls[0].Results {
		if strings.Contains(r.Reason, "Board meeting") {
			unattended = r.Status == "alarm" && strings.HasSuffix(r.Reason, "and nobody joined the meeting.")
		}
		if strings.HasPrefix(r.Resource, simulator.DemoWarRoom) {
			skipped = r.Status == "skip" && strings.Contains(r.Reason, "DingTalk does not return by whom")
		}
	}
	if !skipped {
		t.Error("the booking without an organizer is not skipped")
	}
	if !unattended {
		t.Error("the meeting that nobody joined is no alarm")
	}
	shown := o.show(mod, mod.Dashboards["rooms"])
	if !regexp.MustCompile(`(?m)^\d+/\d+ \| Board room .*\| Nobody joined$`).MatchString(shown) || strings.Contains(shown, "War room 应急指挥室 | 2026") {
		t.Error(shown)
	}
}

// A value is a value, whatever is in it.
func TestValuesAreQuoted(t *testing.T) {
	t.Parallel()
	const odd = `it's' or 1 = 1 -- \ $1 "x"`
	var quoted = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(odd)
	mod := load(t, valuesOf(`schedule_conference_ids=["`+quoted+`"]`, `union_ids=["`+quoted+`"]`, `recorded_schedule_conference_ids=["`+quoted+`"]`,
		`unrecorded_schedule_conference_ids=["`+quoted+`"]`, "own_corp_id="+odd, "acting_union_id="+odd))
	for _, s := range statements(mod) {
		if _, err := pgquery.Parse(s.sql); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
	}
	o := open(t)
	o.run(load(t, valuesOf(`schedule_conference_ids=["`+quoted+`"]`)).Benchmarks["meeting_security"])
	settings := o.asked()[simulator.SettingCall]
	if len(settings) != 1 || settings[0].ScheduleConferenceID != odd {
		t.Errorf("DingTalk was asked for %v", settings)
	}
}

// One call that is refused, of whichever kind, makes the controls that need its
// answer errors, never ok; as a 403 on one meeting's members does.
func TestFailuresAreErrors(t *testing.T) {
	t.Parallel()
	few := `["` + simulator.DemoAllHands + `", "` + simulator.DemoBoard + `", "` + simulator.DemoOffsite + `"]`
	o, mod := open(t), load(t, demoValues(t, "schedule_conference_ids="+few, "unrecorded_schedule_conference_ids="+few, "recording_retention_days=6", `recording_regions=["cn-shenzhen"]`))
	for name, control := range mod.Controls {
		one := &powerpipe.Benchmark{Title: "One", Children: []powerpipe.Child{control}}
		o.forget()
		if g := o.run(one); g.Summary[report.Error] > 0 {
			t.Fatal(name, g.Controls[0].Err)
		}
		kinds := o.asked()
		if len(kinds) == 0 && name != "something_named" && name != "report_head" {
			t.Errorf("control %s asks nothing", name)
		}
		for kind, of := range kinds {
			refused := of[len(of)-1]
			o.forget()
			o.Script(simulator.Fault{
				On:    func(c simulator.Call) bool { return c.Kind == kind && maps.Equal(c.Params, refused.Params) },
				Serve: simulator.Refuse(403, "Forbidden.AccessDenied.IpNotInWhiteList", "no"),
			})
			g := o.run(one)
			if err := g.Controls[0].Err; err == nil || !strings.Contains(err.Error(), "IpNotInWhiteList") || g.Summary.ExitCode() != report.ExitError {
				t.Errorf("control %s, one %s call of %d refused: %v, %v", name, kind, len(of), g.Summary, err)
			}
		}
	}
}

// costs reads a table of a page: what it says each resource costs.
func costs(t *testing.T, page, heading string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(text), "\n## "+heading+"\n")
	if !ok {
		t.Fatalf("%s has no section %s", page, heading)
	}
	section, _, _ = strings.Cut(section, "\n## ")
	said := map[string]string{}
	for _, m := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\|.*\\| (\\d+) \\|$").FindAllStringSubmatch(section, -1) {
		said[m[1]] = m[2]
	}
	return said
}

// What each benchmark and dashboard costs on the demo organization, when
// nothing is remembered, is what the documentation says; and all of them
// together cost no more than the largest set of questions among them.
func TestCosts(t *testing.T) {
	t.Parallel()
	o, mod := open(t), load(t, demoValues(t))
	got := map[string]string{}
	cost := func(name string) {
		metered, free := o.cost()
		if free > 0 {
			t.Errorf("%s makes %d calls that the documentation does not list", name, free)
		}
		for kind, of := range o.asked() {
			made := map[string]bool{}
			for _, c := range of {
				question := fmt.Sprint(c.Path, c.Params)
				// A recording's owner is looked up by the plugin itself, and the rooms
				// whose bookings are asked for.
				if made[question] && kind != simulator.ConferenceInfoCall && kind != simulator.RoomsCall {
					t.Errorf("%s makes this %s call twice: %s", name, kind, question)
				}
				made[question] = true
			}
		}
		got[name] = fmt.Sprint(metered)
	}
	for name, b := range mod.Benchmarks {
		o.forget()
		o.run(b)
		cost(name)
	}
	for name, d := range mod.Dashboards {
		o.forget()
		o.show(mod, d)
		cost(name)
	}
	for page, heading := range map[string]string{"docs/index.md": "What it costs", "docs/zh-CN/index.md": "调用次数"} {
		if d := cmp.Diff(costs(t, page, heading), got); d != "" {
			t.Errorf("API calls (-%s +made):\n%s", page, d)
		}
	}
}

// show runs the panels of a dashboard and returns what they show.
func (o *organization) show(mod *powerpipe.Mod, d *powerpipe.Dashboard) string {
	t := o.t
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", d.Title)
	said := map[string]string{}
	for _, p := range d.Panels {
		names := []string{}
		for _, param := range p.Query.Params {
			names = append(names, param.Name)
		}
		if !slices.Equal(names, p.Args) && len(names)+len(p.Args) > 0 {
			t.Errorf("dashboard %s, %s %s: the query has the parameters %v, the panel gives %v", d.Name, p.Kind, p.Title, names, p.Args)
		}
		r, err := o.Query(t.Context(), strings.ReplaceAll(o.judge(mod, p.Query.SQL, said), "$1", "'"+simulator.DemoLastAllHands+"'"))
		if err != nil {
			t.Fatalf("dashboard %s, %s %s: %v", d.Name, p.Kind, p.Title, err)
		}
		if len(r.Rows) == 0 {
			t.Errorf("dashboard %s, %s %s shows nothing", d.Name, p.Kind, p.Title)
		}
		if strings.Contains(strings.Join(r.Columns, ""), ".") {
			t.Errorf("dashboard %s, %s %s: Powerpipe shows nothing in a column with a dot in its name: %q", d.Name, p.Kind, p.Title, r.Columns)
		}
		fmt.Fprintf(&b, "\n## %s %s\n%s\n", p.Kind, p.Title, strings.Join(r.Columns, " | "))
		for _, row := range r.Rows {
			cells := make([]string, len(row))
			for i, v := range row {
				cells[i] = fmt.Sprint(v)
			}
			fmt.Fprintln(&b, strings.Join(cells, " | "))
		}
	}
	return b.String()
}

// dashboardsOf are the names of all dashboards but calls, of which each run shows other
// numbers: see TestCallsDashboard.
func dashboardsOf(mod *powerpipe.Mod) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(mod.Dashboards)), func(name string) bool { return name == "calls" })
}

// What the dashboards show of the demo organization, as a person last read it.
func TestDashboards(t *testing.T) {
	t.Parallel()
	mod := load(t, demoValues(t))
	o := open(t)
	var b strings.Builder
	for _, name := range dashboardsOf(mod) {
		b.WriteString(o.show(mod, mod.Dashboards[name]) + "\n")
	}
	golden(t, "testdata/dashboards.golden", b.String())
}

// Each variable is in the table of the documentation, with its default.
func TestVariablesAreDocumented(t *testing.T) {
	for _, page := range []string{"docs/index.md", "docs/zh-CN/index.md"} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range load(t, nil).Variables {
			if !regexp.MustCompile("(?m)^\\| (`\\w+`(, |、))?`" + v.Name + "`((, |、)`\\w+`)? \\| ").MatchString(string(text)) {
				t.Errorf("%s has no row for %s", page, v.Name)
			}
		}
	}
}

// texts are those of a language, by key.
func texts(t *testing.T, language string) map[string]string {
	t.Helper()
	source, err := os.ReadFile("base/" + language + ".pp")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^    (\w+) += "(.*)"$`).FindAllStringSubmatch(string(source), -1) {
		if _, twice := all[m[1]]; twice {
			t.Errorf("%s has two texts %s", language, m[1])
		}
		all[m[1]] = m[2]
	}
	if lines := strings.Count(string(source), "\n    "); lines != len(all) {
		t.Fatalf("%s: %d texts in %d lines: does the test still read them?", language, len(all), lines)
	}
	return all
}

// Each text is there in both languages, shows the same columns and is used.
func TestTexts(t *testing.T) {
	english, chinese := texts(t, "english"), texts(t, "chinese")
	columns := regexp.MustCompile(`\{[^}]*\}|\$\{[^}]*\}`)
	sorted := func(text string) []string { return slices.Sorted(slices.Values(columns.FindAllString(text, -1))) }
	var resources strings.Builder
	if err := fs.WalkDir(compliance.Mod, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || path.Ext(name) != ".pp" || strings.HasSuffix(name, "english.pp") || strings.HasSuffix(name, "chinese.pp") {
			return err
		}
		text, err := fs.ReadFile(compliance.Mod, name)
		resources.Write(text)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for key, text := range english {
		translated, ok := chinese[key]
		if !ok {
			t.Errorf("there is no Chinese text %s", key)
			continue
		}
		if d := cmp.Diff(sorted(text), sorted(translated)); d != "" {
			t.Errorf("%s shows other columns (-english +chinese):\n%s", key, d)
		}
		if words := columns.ReplaceAllString(translated, ""); regexp.MustCompile(`[a-zA-Z]`).MatchString(words) && !regexp.MustCompile(`\p{Han}|^GDPR$`).MatchString(words) {
			t.Errorf("the Chinese text %s is not Chinese: %s", key, translated)
		}
		if used := regexp.MustCompile(`local\.(texts|say)\.` + key + `\b`); !used.MatchString(resources.String()) {
			t.Errorf("the text %s is not used", key)
		}
	}
	for key := range chinese {
		if _, ok := english[key]; !ok {
			t.Errorf("there is no English text %s", key)
		}
	}
}

// A report names the values that differ from the defaults, and those only.
func TestChangedVariables(t *testing.T) {
	t.Parallel()
	o := open(t)
	said := func(values powerpipe.Values) string {
		r, err := o.Query(t.Context(), load(t, values).Controls["report_head"].SQL)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range r.Rows {
			if row[0] == "variables" {
				return row[3].(string)
			}
		}
		return "no row"
	}
	if got := said(nil); got != "" {
		t.Errorf("with the defaults it names %s", got)
	}
	for _, v := range load(t, nil).Variables {
		value := map[string]string{
			"string": "x", "number": "3", "bool": "", "list(string)": `["x"]`,
		}[v.Type]
		switch v.Name {
		case "alarm_absent_share":
			value = "0.5"
		case "since", "until":
			value = "2026-11-20"
		case "time_zone":
			value = "Asia/Shanghai"
		case "language":
			value = "zh"
		case "names":
			value = "ids"
		case "whole_directory", "allowed_phone_join":
			value = "true"
		case "allowed_chat", "allowed_recording_of_outsiders":
			value = "false"
		}
		if got := said(valuesOf(v.Name + "=" + value)); !strings.HasPrefix(got, v.Name+" = ") || strings.Contains(got, ", ") {
			t.Errorf("with %s=%s it names %q", v.Name, value, got)
		}
	}
}

// The documentation has a picture of each dashboard.
func TestPictures(t *testing.T) {
	for page, folder := range map[string]string{"docs/index.md": "images/", "docs/zh-CN/index.md": "../images/"} {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for name := range load(t, nil).Dashboards {
			picture := folder + name + ".png"
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), picture)); err != nil || !strings.Contains(string(text), "]("+picture+")") {
				t.Errorf("%s: no picture of %s: %v", page, name, err)
			}
		}
	}
}
