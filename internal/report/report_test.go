package report_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"strings"
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
	return nil, errors.New("DingTalk refused <it>")
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
	g, err := report.Run(t.Context(), db, b)
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
			g, err := report.Run(t.Context(), byControl{"x": test.result}, benchmark(control("x", "", nil)))
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

// A run that is stopped has no report.
func TestStopped(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	stopped := errors.New("stopped")
	cancel(stopped)
	if g, err := report.Run(ctx, db, all()); g != nil || !errors.Is(err, stopped) {
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

All, 2026-11-23 06:00 UTC: 1 error, 1 alarm, 2 ok, 1 info, 1 skip
1 API call
`
	if d := cmp.Diff(want, text(t, run(t, all()), "text")); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestCSV(t *testing.T) {
	got, err := csv.NewReader(strings.NewReader(text(t, run(t, all()), "csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	part := []string{"m.benchmark.part", "Part", "A part."}
	row := func(cells ...string) []string { return append(append([]string{}, part...), cells...) }
	want := [][]string{
		{"group_id", "title", "description", "control_id", "control_title", "control_description", "reason", "resource", "status", "severity", "plugin", "soc_2"},
		row("control.mixed", "Mixed should be", "Why.", "B <script> is\nnot.", "b", "alarm", "high", "p", "CC6.1"),
		row("control.mixed", "Mixed should be", "Why.", "A is well.", "a", "ok", "high", "p", "CC6.1"),
		row("control.mixed", "Mixed should be", "Why.", "D.", "d", "info", "high", "p", "CC6.1"),
		row("control.mixed", "Mixed should be", "Why.", "C is not known.", "c", "skip", "high", "p", "CC6.1"),
		row("control.fine", "Fine should be", "Why.", "A.", "a", "ok", "", "", ""),
		{"m.benchmark.all", "All", "All of it.", "control.refused", "Refused should be", "Why.", "DingTalk refused <it>", "", "error", "low", "", ""},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestJSONAndHTML(t *testing.T) {
	for _, format := range []string{"json", "html"} {
		got := text(t, run(t, all()), format)
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
		switch format {
		case "json":
			if !json.Valid([]byte(got)) || !strings.Contains(got, "<it>") {
				t.Error("it is not valid, or has escapes")
			}
		case "html":
			if strings.Contains(got, "<script>") || strings.Contains(got, "://") {
				t.Error("a title became markup, or the page needs another")
			}
		}
	}
	if err := run(t, all()).Write(&strings.Builder{}, "pdf"); err == nil || !strings.Contains(err.Error(), "text, csv, json, html") {
		t.Error(err)
	}
}

// Control characters of a title do not reach the terminal.
func TestTextIsPlain(t *testing.T) {
	hostile := byControl{"x": rows([]any{"a", "ok", "A\x1b[31m\u202e\u2066\u200f b\tc\r\nd\u0085e\u2028."})}
	g, err := report.Run(t.Context(), hostile, benchmark(control("x", "", nil)))
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
