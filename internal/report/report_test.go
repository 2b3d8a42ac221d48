package report_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/powerpipe"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/report"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// byControl has the result of each control, by its SQL.
type byControl map[string]*sqlite.Result

func (b byControl) Query(_ context.Context, sql string) (*sqlite.Result, error) {
	if r := b[sql]; r != nil {
		return r, nil
	}
	return nil, errors.New("DingTalk refused <it>\n钉钉拒绝了。")
}

func rows(rows ...[]any) *sqlite.Result {
	return &sqlite.Result{Columns: []string{"resource", "status", "reason"}, Rows: rows}
}

var db = byControl{
	"mixed":   rows([]any{"a", "ok", "A is well."}, []any{"b", "alarm", "B <script> is\nnot."}, []any{"c", "skip", "C is not known."}, []any{"d", "info", "D."}),
	"fine":    rows([]any{"a", "ok", "A."}),
	"nothing": rows(),
}

func control(name, severity string, tags map[string]string) *powerpipe.Control {
	return &powerpipe.Control{Name: name, Title: strings.ToUpper(name[:1]) + name[1:] + " should be", Description: "Why.", Severity: severity, Tags: tags, SQL: name}
}

var mod = &powerpipe.Mod{Name: "m", Title: "M"}

func benchmark(children ...powerpipe.Child) *powerpipe.Benchmark {
	return &powerpipe.Benchmark{Name: "part", Title: "Part", Description: "A part.", Children: children}
}

func run(t *testing.T, b *powerpipe.Benchmark) *report.Report {
	t.Helper()
	g, err := report.Run(t.Context(), []report.DB{db}, b)
	if err != nil {
		t.Fatal(err)
	}
	return &report.Report{Mod: mod, Root: g, At: time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC), Calls: 1}
}

func text(t *testing.T, r *report.Report, format string) string {
	t.Helper()
	var b strings.Builder
	if err := r.Write(&b, format); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// all has a control of each kind.
func all() *powerpipe.Benchmark {
	return &powerpipe.Benchmark{Name: "all", Title: "All", Description: "All of it.", Children: []powerpipe.Child{
		benchmark(control("mixed", "high", map[string]string{"soc_2": "CC6.1", "plugin": "p"}), control("fine", "", nil)),
		control("refused", "low", nil),
	}}
}

func TestExitCodes(t *testing.T) {
	for want, b := range map[int]*powerpipe.Benchmark{
		report.ExitOK:    benchmark(control("fine", "", nil)),
		report.ExitAlarm: benchmark(control("fine", "", nil), control("mixed", "", nil)),
		report.ExitError: all(),
	} {
		if got := run(t, b).Root.Summary.ExitCode(); got != want {
			t.Errorf("exit code %d, want %d", got, want)
		}
	}
}

// What does not say what it found is an error, never success.
func TestControlErrors(t *testing.T) {
	for name, test := range map[string]struct {
		result *sqlite.Result
		want   string
	}{
		"no row":           {rows(), "the control checked nothing"},
		"no column reason": {&sqlite.Result{Columns: []string{"resource", "status"}, Rows: [][]any{{"a", "ok"}}}, "the control has no column reason"},
		"a NULL reason":    {rows([]any{"a", "ok", "A."}, []any{"b", "ok", nil}), "row 2 of the control has no reason"},
		"an empty status":  {rows([]any{"a", "", "A."}), "row 1 of the control has no status"},
		"a number":         {rows([]any{int64(1), "ok", "A."}), "row 1 of the control has no resource"},
		"another status":   {rows([]any{"a", "fine", "A."}), `row 1 of the control has the status "fine"`},
	} {
		t.Run(name, func(t *testing.T) {
			g, err := report.Run(t.Context(), []report.DB{byControl{"x": test.result}}, benchmark(control("x", "", nil)))
			if err != nil {
				t.Fatal(err)
			}
			c := g.Controls[0]
			if c.Err == nil || !strings.Contains(c.Err.Error(), test.want) || len(c.Results) > 0 || g.Summary.ExitCode() != report.ExitError {
				t.Errorf("%v, %v", c.Err, g.Summary)
			}
		})
	}
}

// counting counts how often each control was run.
type counting struct {
	report.DB
	runs map[string]int
}

func (c counting) Query(ctx context.Context, sql string) (*sqlite.Result, error) {
	c.runs[sql]++
	return c.DB.Query(ctx, sql)
}

// A control that stands in two benchmarks is run and counted once, and shown in both.
func TestControlInTwoBenchmarks(t *testing.T) {
	mixed, refused := control("mixed", "", nil), control("refused", "", nil)
	one, two := benchmark(mixed, refused), benchmark(mixed, control("fine", "", nil))
	runs := counting{db, map[string]int{}}
	g, err := report.Run(t.Context(), []report.DB{runs}, benchmark(one, two, refused))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]int{"mixed": 1, "refused": 1, "fine": 1}, runs.runs); d != "" {
		t.Errorf("runs (-want +got):\n%s", d)
	}
	for i, test := range []struct{ got, want report.Summary }{
		{g.Summary, report.Summary{"error": 1, "alarm": 1, "ok": 2, "info": 1, "skip": 1}},
		{g.Groups[0].Summary, report.Summary{"error": 1, "alarm": 1, "ok": 1, "info": 1, "skip": 1}},
		{g.Groups[1].Summary, report.Summary{"alarm": 1, "ok": 2, "info": 1, "skip": 1}},
	} {
		if d := cmp.Diff(test.want, test.got); d != "" {
			t.Errorf("summary %d (-want +got):\n%s", i, d)
		}
	}
	if shown := strings.Count(text(t, &report.Report{Mod: mod, Root: g}, "text"), "Mixed should be"); shown != 2 {
		t.Errorf("shown %d times", shown)
	}
}

// together is a DB whose queries wait until a number of them have begun.
type together struct {
	report.DB
	begun *atomic.Int64
	least int64
}

func (d together) Query(ctx context.Context, sql string) (*sqlite.Result, error) {
	d.begun.Add(1)
	for start := time.Now(); d.begun.Load() < d.least; time.Sleep(time.Millisecond) {
		if time.Since(start) > 5*time.Second {
			return nil, errors.New("it runs alone")
		}
	}
	return d.DB.Query(ctx, sql)
}

// As many controls run at a time as there are databases, each in one of its own, and the
// report is the same; the control of the head is run before all others, once.
func TestControlsAtATime(t *testing.T) {
	var begun atomic.Int64
	a, b, c := control("mixed", "", nil), control("fine", "", nil), control("mixed", "", nil)
	three := together{db, &begun, 3}
	got, err := report.Run(t.Context(), []report.DB{three, three, three}, benchmark(a, benchmark(b, a), c))
	if err != nil {
		t.Fatal(err)
	}
	want, err := report.Run(t.Context(), []report.DB{db}, benchmark(a, benchmark(b, a), c))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := text(t, &report.Report{Mod: mod, Root: got}, "text"), text(t, &report.Report{Mod: mod, Root: want}, "text"); got != want {
		t.Errorf("together:\n%s\none after another:\n%s", got, want)
	}
	head := control("fine", "", nil)
	alone := headFirst{db, head.SQL, &atomic.Int64{}}
	if _, err := report.Make(t.Context(), []report.DB{alone, alone}, &powerpipe.Mod{Name: "m", Controls: map[string]*powerpipe.Control{"report_head": head}}, benchmark(a, head, c)); err != nil || alone.queries.Load() != 3 {
		t.Errorf("%d queries, %v", alone.queries.Load(), err)
	}
}

// headFirst is a DB that fails if a statement other than the first comes before it, or it a
// second time.
type headFirst struct {
	report.DB
	first   string
	queries *atomic.Int64
}

func (h headFirst) Query(ctx context.Context, sql string) (*sqlite.Result, error) {
	if n := h.queries.Add(1); (n == 1) != (sql == h.first) {
		panic(fmt.Sprintf("query %d is %s", n, sql))
	}
	return h.DB.Query(ctx, sql)
}

// inOrder is a DB that notes the statements.
type inOrder struct {
	report.DB
	begun *[]string
}

func (o inOrder) Query(ctx context.Context, sql string) (*sqlite.Result, error) {
	*o.begun = append(*o.begun, sql)
	return o.DB.Query(ctx, sql)
}

// Controls of different benchmarks begin in turn.
func TestControlsBeginInTurn(t *testing.T) {
	var begun []string
	named := func(sql string) *powerpipe.Control { return &powerpipe.Control{Name: sql, SQL: sql} }
	b := benchmark(benchmark(named("a1"), named("a2"), named("a3")), named("own"), benchmark(benchmark(named("b1")), benchmark(named("c1"), named("c2"))))
	if _, err := report.Run(t.Context(), []report.DB{inOrder{db, &begun}}, b); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"a1", "b1", "own", "a2", "c1", "a3", "c2"}, begun); d != "" {
		t.Errorf("order (-want +got):\n%s", d)
	}
}

// A run that is stopped has no report.
func TestStopped(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("stopped")
	cancel(stopped)
	if g, err := report.Run(ctx, []report.DB{db}, all()); g != nil || !errors.Is(err, stopped) {
		t.Error(g, err)
	}
}

func TestText(t *testing.T) {
	const want = `All: 1 error, 1 alarm, 2 ok, 1 info, 1 skip

  Part: 1 alarm, 2 ok, 1 info, 1 skip

    Mixed should be [high]: 1 alarm, 1 ok, 1 info, 1 skip
      ALARM  B <script> is\nnot.
      OK     A is well.
      INFO   D.
      SKIP   C is not known.

    Fine should be: 1 ok
      OK     A.

  Refused should be [low]: 1 error
    ERROR  DingTalk refused <it>
      钉钉拒绝了。

All, 2026-11-23 06:00 UTC: 1 error, 1 alarm, 2 ok, 1 info, 1 skip
1 API call
`
	if d := cmp.Diff(want, text(t, run(t, all()), "text")); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// withHead has a control of each kind, dimensions, a head, and values of variables that
// are not their defaults.
func withHead(t *testing.T, language string) *report.Report {
	t.Helper()
	head := &powerpipe.Control{Name: "report_head", Title: "The report should say what it is about", SQL: "head"}
	mod := &powerpipe.Mod{Name: "m", Title: "M", Controls: map[string]*powerpipe.Control{"report_head": head}, Variables: []powerpipe.Variable{
		{Name: "days", HasDefault: true, Default: "7", Value: "30"},
		{Name: "ids", HasDefault: true, Default: "[]", Value: `["<x>"]`},
		{Name: "language", HasDefault: true, Default: language, Value: language},
		{Name: "must", Value: "x"},
		{Name: "own_corp_id", HasDefault: true, Default: "", Value: "ding1"},
	}}
	db := maps.Clone(db)
	db["head"] = &sqlite.Result{Columns: []string{"value", "reason", "resource", "status"}, Rows: [][]any{
		{"99", "The mod estimates 99 calls.", "api_calls", "info"},
		{"anything", "Something else.", "other", "info"},
		{"2026-11-23T05:59:58Z", "Collected on 2026-11-23.", "collected", "info"},
		{"ding1", "The organization <ding1>.", "organization", "info"},
		{"=ding2", "The organization =ding2.", "organization", "info"},
		{"2026-11-16T00:00:00Z", "From 2026-11-16.", "since", "info"},
		{"2026-11-23T00:00:00Z", "To 2026-11-23.", "until", "info"},
		{"true", "A made-up organization.\x1b", "demo", "info"},
	}}
	db["titled"] = &sqlite.Result{Columns: []string{"resource", "meeting_title", "reason", "status", "room", "start_time", "n"}, Rows: [][]any{
		{"a", "=HYPERLINK(\"x\")", "=A.", "ok", nil, "2026-11-23 14:00", int64(7)},
		{"b", "Board <b>\u202e", "B.", "alarm", "R", nil, 1.5},
	}}
	titled := control("titled", "critical", nil)
	titled.Documentation = "Line 1\nline <2>.\n\nNext.\n"
	b := all()
	b.Children = append([]powerpipe.Child{benchmark(titled, control("mixed", "", nil)), benchmark()}, b.Children...)
	inner := &powerpipe.Benchmark{Name: "inner", Title: "Inner", Description: "Within.", Children: []powerpipe.Child{control("fine", "none", nil)}}
	b.Children[1] = &powerpipe.Benchmark{Name: "outer", Title: "Outer", Documentation: "On it.", Children: []powerpipe.Child{inner}}
	r, err := report.Make(t.Context(), []report.DB{db}, mod, b)
	if err != nil {
		t.Fatal(err)
	}
	r.At, r.Calls = time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC), 12
	if r.Zone, err = time.LoadLocation("Asia/Shanghai"); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestCSV(t *testing.T) {
	got, bom := strings.CutPrefix(text(t, withHead(t, "zh"), "csv"), "\ufeff")
	if !bom {
		t.Error("no byte order mark")
	}
	rows, err := csv.NewReader(strings.NewReader(got)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	group := func(name string, cells ...string) []string { return append([]string{"m.benchmark." + name}, cells...) }
	row := func(group []string, cells ...string) []string {
		return slices.Concat(group, cells, []string{"2026-11-23T06:00:00Z", "ding1; =ding2", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z", "true", "12"})
	}
	part := group("part", "Part", "A part.")
	want := [][]string{
		{"group_id", "title", "description", "control_id", "control_title", "control_description", "reason", "resource", "status", "severity", "meeting_title", "n", "room", "start_time", "plugin", "soc_2",
			"report_collected", "report_organization", "report_since", "report_until", "report_demo", "report_api_calls"},
		row(part, "control.titled", "Titled should be", "Why.", "B.", "b", "alarm", "critical", "Board <b>\u202e", "1.5", "R", "", "", ""),
		row(part, "control.titled", "Titled should be", "Why.", "'=A.", "a", "ok", "critical", "'=HYPERLINK(\"x\")", "7", "", "2026-11-23 14:00", "", ""),
		row(part, "control.mixed", "Mixed should be", "Why.", "B <script> is\nnot.", "b", "alarm", "", "", "", "", "", "", ""),
		row(part, "control.mixed", "Mixed should be", "Why.", "A is well.", "a", "ok", "", "", "", "", "", "", ""),
		row(part, "control.mixed", "Mixed should be", "Why.", "D.", "d", "info", "", "", "", "", "", "", ""),
		row(part, "control.mixed", "Mixed should be", "Why.", "C is not known.", "c", "skip", "", "", "", "", "", "", ""),
		row(group("inner", "Inner", "Within."), "control.fine", "Fine should be", "Why.", "A.", "a", "ok", "none", "", "", "", "", "", ""),
		row(part, "control.mixed", "Mixed should be", "Why.", "B <script> is\nnot.", "b", "alarm", "high", "", "", "", "", "p", "CC6.1"),
		row(part, "control.mixed", "Mixed should be", "Why.", "A is well.", "a", "ok", "high", "", "", "", "", "p", "CC6.1"),
		row(part, "control.mixed", "Mixed should be", "Why.", "D.", "d", "info", "high", "", "", "", "", "p", "CC6.1"),
		row(part, "control.mixed", "Mixed should be", "Why.", "C is not known.", "c", "skip", "high", "", "", "", "", "p", "CC6.1"),
		row(part, "control.fine", "Fine should be", "Why.", "A.", "a", "ok", "", "", "", "", "", "", ""),
		row(group("all", "All", "All of it."), "control.refused", "Refused should be", "Why.", "DingTalk refused <it>\n钉钉拒绝了。", "", "error", "low", "", "", "", "", "", ""),
	}
	if d := cmp.Diff(want, rows); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// What people and programs get of a report with all that one can have.
func TestFormats(t *testing.T) {
	for format, language := range map[string]string{"json": "zh", "txt": "en", "zh.txt": "zh", "html": "en", "zh.html": "zh"} {
		kind := strings.Replace(strings.TrimPrefix(format, "zh."), "txt", "text", 1)
		got := text(t, withHead(t, language), kind)
		path := "testdata/report." + format
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
		switch kind {
		case "json":
			if !json.Valid([]byte(got)) || !strings.Contains(got, "<it>") {
				t.Error("it is not valid, or has escapes")
			}
		case "text":
			if strings.ContainsAny(got, "\x1b\u202e") {
				t.Errorf("%s moves the terminal", path)
			}
		case "html":
			if strings.Contains(got, "<script>") || strings.Contains(got, "://") || strings.Contains(got, "<b>") {
				t.Errorf("%s: a title became markup, or the page needs another", path)
			}
			if strings.Contains(got, "<details") {
				t.Errorf("%s: what is folded is not printed", path)
			}
		}
	}
	if err := run(t, all()).Write(&strings.Builder{}, "pdf"); err == nil || !strings.Contains(err.Error(), "text, csv, json, html") {
		t.Error(err)
	}
}

// The IDs of the page are different, and each link leads to one.
func TestAnchors(t *testing.T) {
	page := text(t, withHead(t, "en"), "html")
	ids := map[string]int{}
	for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		ids[m[1]]++
	}
	links := regexp.MustCompile(` href="#([^"]*)"`).FindAllStringSubmatch(page, -1)
	for _, m := range links {
		if ids[m[1]] == 0 {
			t.Errorf("no %s", m[1])
		}
	}
	if len(links) < 12 {
		t.Errorf("%d links", len(links))
	}
	for id, n := range ids {
		if n > 1 {
			t.Errorf("%d times %s", n, id)
		}
	}
}

// Without a control for it a report has no head; if that fails, the report shows it once
// and is no success, whether or not the control is in the benchmark.
func TestNoHead(t *testing.T) {
	head := control("refused", "", nil)
	for name, test := range map[string]struct {
		mod   *powerpipe.Mod
		b     *powerpipe.Benchmark
		code  int
		shown int
	}{
		"no control":          {mod, benchmark(control("fine", "", nil)), report.ExitOK, 0},
		"it fails":            {&powerpipe.Mod{Name: "m", Controls: map[string]*powerpipe.Control{"report_head": head}}, benchmark(control("fine", "", nil)), report.ExitError, 1},
		"it fails, and is in": {&powerpipe.Mod{Name: "m", Controls: map[string]*powerpipe.Control{"report_head": head}}, benchmark(head, control("fine", "", nil)), report.ExitError, 1},
	} {
		r, err := report.Make(t.Context(), []report.DB{db}, test.mod, test.b)
		if err != nil {
			t.Fatal(err)
		}
		got := text(t, r, "text")
		if r.Head != nil || r.Root.Summary.ExitCode() != test.code || strings.Count(got, "ERROR  DingTalk refused <it>") != test.shown || !strings.HasPrefix(got, "Part: ") {
			t.Errorf("%s: %v, %v\n%s", name, r.Head, r.Root.Summary, got)
		}
	}
}

// The control of the head is run once, is shown where it is in the benchmark, and a real
// organization is no demo.
func TestHeadInBenchmark(t *testing.T) {
	head := &powerpipe.Control{Name: "report_head", Title: "Head", SQL: "head"}
	runs := counting{byControl{"head": &sqlite.Result{Columns: []string{"resource", "status", "reason", "value"}, Rows: [][]any{
		{"demo", "info", "A real organization.", "false"}, {"api_calls", "info", "It may be 99.", "99"},
	}}}, map[string]int{}}
	r, err := report.Make(t.Context(), []report.DB{runs}, &powerpipe.Mod{Name: "m", Controls: map[string]*powerpipe.Control{"report_head": head}}, benchmark(head))
	if err != nil {
		t.Fatal(err)
	}
	r.Calls = 1
	const want = `A real organization.
The report made 1 API call.

Part: 2 info

  Head: 2 info
    INFO   A real organization.
    INFO   It may be 99.

Part, 0001-01-01 00:00 UTC: 2 info
1 API call
`
	if d := cmp.Diff(want, text(t, r, "text")); d != "" || runs.runs["head"] != 1 {
		t.Errorf("%d runs (-want +got):\n%s", runs.runs["head"], d)
	}
	if page := text(t, r, "html"); strings.Contains(page, "DEMO") {
		t.Error("a real organization is marked as a demo")
	}
}

// Control characters of a title do not reach the terminal.
func TestTextIsPlain(t *testing.T) {
	hostile := byControl{"x": rows([]any{"a", "ok", "A\x1b[31m\u202e\u2066\u200f b\tc\r\nd\u0085e\u2028."})}
	g, err := report.Run(t.Context(), []report.DB{hostile}, benchmark(control("x", "", nil)))
	if err != nil {
		t.Fatal(err)
	}
	got := text(t, &report.Report{Mod: mod, Root: g}, "text")
	if !strings.Contains(got, `OK     A\x1b[31m\u202e\u2066\u200f b\tc\r\nd\x85e\u2028.`+"\n") {
		t.Errorf("%q", got)
	}
	if !strings.Contains(got, "\n0 API calls\n") {
		t.Errorf("%q", got)
	}
}

// A person reads of a result what its reason does not say, and through which connection it
// was read if the report has several. Documentation is behind all results, once.
func TestDimensionsAndDocumentation(t *testing.T) {
	const documentation = "## Why\n\nSee `code` <b>and</b> *more*.\n"
	for connections, want := range map[string]string{
		"one":     "Anna was there. (host: Bert)",
		"one two": "Anna was there. (host: Bert; connection: one)",
	} {
		var head [][]any
		for _, name := range strings.Fields(connections) {
			head = append(head, []any{"connection", "info", "Through " + name + ".", name})
		}
		db := byControl{
			"report_head": {Columns: []string{"resource", "status", "reason", "value"}, Rows: head},
			"one":         {Columns: []string{"resource", "status", "reason", "meeting_title", "host_name", "connection_name"}, Rows: [][]any{{"a", "ok", "Anna was there.", "Anna", "Bert", "one"}}},
		}
		one := control("one", "low", nil)
		one.Documentation = documentation
		mod := &powerpipe.Mod{Name: "m", Controls: map[string]*powerpipe.Control{"report_head": control("report_head", "", nil)}}
		r, err := report.Make(t.Context(), []report.DB{db}, mod, benchmark(one, &powerpipe.Benchmark{Name: "again", Title: "Again", Children: []powerpipe.Child{one}}))
		if err != nil {
			t.Fatal(err)
		}
		if got := text(t, r, "text"); !strings.Contains(got, want+"\n") {
			t.Errorf("%s: %s, want %s", connections, got, want)
		}
		page := text(t, r, "html")
		const rendered = "<h4>Why</h4>\n<p>See <code>code</code> <!-- raw HTML omitted -->and<!-- raw HTML omitted --> <em>more</em>.</p>"
		if n := strings.Count(page, rendered); n != 1 {
			t.Errorf("the documentation is there %d times:\n%s", n, page)
		}
		if links := strings.Count(page, `<a href="#about.one">`); links != 2 || !strings.Contains(page, `<h3 id="about.one">`) {
			t.Errorf("%d links to the documentation", links)
		}
	}
}
