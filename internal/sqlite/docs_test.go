package sqlite_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var example = regexp.MustCompile("(?s)\n### ([^\n]+)\n.*?```sql\\+postgres\n(.*?)```\n.*?```sql\\+sqlite\n(.*?)```")

// The moment of the demo organization's story, for examples that ask the time.
const demoNow = "'2026-11-23T08:00:00Z'"

// Every SQLite example of the documentation runs and prints what it printed
// when a person last looked at it.
func TestDocsExamples(t *testing.T) {
	pages, err := filepath.Glob("../../docs/tables/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal("no pages", err)
	}
	var out strings.Builder
	for _, page := range pages {
		b, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		examples := example.FindAllStringSubmatch(string(b), -1)
		if headings := strings.Count(string(b), "\n### "); len(examples) != headings || headings < 6 {
			t.Errorf("%s: %d headings, %d examples with both dialects", page, headings, len(examples))
		}
		for _, e := range examples {
			r, err := open(t, simulator.Demo(simulator.DemoTime)).Query(t.Context(), strings.ReplaceAll(e[3], "'now'", demoNow))
			if err != nil {
				t.Errorf("%s: %s: %v", page, e[1], err)
				continue
			}
			if len(r.Rows) == 0 {
				t.Errorf("%s: %s: no rows", page, e[1])
			}
			fmt.Fprintf(&out, "%s: %s\n%s\n", filepath.Base(page), e[1], strings.Join(r.Columns, " | "))
			for _, row := range r.Rows {
				cells := make([]string, len(row))
				for i, v := range row {
					cells[i] = fmt.Sprint(v)
				}
				fmt.Fprintln(&out, strings.Join(cells, " | "))
			}
			fmt.Fprintln(&out)
		}
	}
	const path = "testdata/docs.golden"
	if *update {
		if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), out.String()); d != "" {
		t.Errorf("examples (-want +got):\n%s", d)
	}
}
