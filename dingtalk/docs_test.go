package dingtalk_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// What the pages say about the code is compared with the code.

// languages are the folders of the pages, and the sample config that is theirs.
var languages = map[string]struct {
	pages, config      string // patterns of files
	perPage, perSecond string // what they say, as expressions
}{
	"English": {
		pages: "../docs/*.md", config: "../config/dingtalk.spc",
		perPage: `from 1 to (\d+)\.\n  # page_size`, perSecond: "`calls_per_second`[^.|\n]*?\\((\\d+) by default\\)",
	},
	"Chinese": {
		pages: "../docs/zh-CN/*.md", config: "../docs/zh-CN/*.md",
		perPage: `1 到 (\d+)。\n  # page_size`, perSecond: "`calls_per_second`[^。|\n]*?（默认 (\\d+) 次）",
	},
}

// textOf are the files of a pattern, one after the other.
func textOf(t *testing.T, pattern string) string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d files, %v", pattern, len(files), err)
	}
	var all strings.Builder
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(b)
	}
	return all.String()
}

// With the code that the sample config ignores, a query over many meetings leaves out
// those of other organizations.
func TestIgnoredCodeOfTheSampleConfig(t *testing.T) {
	line := regexp.MustCompile(`(?m)^  # (ignore_error_codes = .*)$`).FindStringSubmatch(textOf(t, "../config/dingtalk.spc"))
	if line == nil {
		t.Fatal("the sample config has no ignore_error_codes")
	}
	for config, want := range map[string]bool{"": false, line[1]: true} {
		e, sim := demoEngine(t, dingtalk.NewServer(), config)
		sim.Script(simulator.Fault{
			On:    func(c simulator.Call) bool { return strings.Contains(c.Path, simulator.DemoVoiceCall) },
			Serve: simulator.Refuse(403, "noPermission", "the conference belongs to another organization"),
		})
		rows, err := ask(t, e, "dingtalk_conference_member", "user_nick", in("conference_id", simulator.DemoVoiceCall, simulator.DemoLastAllHands))
		if (err == nil) != want || want && len(rows) == 0 {
			t.Errorf("%q: %d rows, %v", config, len(rows), err)
		}
	}
}

// The pages name for each table the permissions that its calls need, whichever
// key columns a query names.
func TestPermissionsOfTables(t *testing.T) {
	keys := demoKeys(t)
	e, _ := demoEngine(t, dingtalk.NewServer(), acting(keys))
	want := map[string][]string{}
	add := func(table string, scan engine.Scan) {
		// A call that an error has ended may arrive later: each scan has a simulator of
		// its own.
		e, sim := demoEngine(t, dingtalk.NewServer(), acting(keys))
		if _, err := answers(t, e, scan); err != nil {
			t.Fatal(err)
		}
		seen := map[simulator.CallKind]bool{}
		for _, call := range asked(sim) {
			if seen[call.Kind] {
				continue
			}
			seen[call.Kind] = true
			serve := simulator.Refuse(403, "Forbidden.AccessDenied.AccessTokenPermissionDenied", "no")
			if strings.HasPrefix(call.Path, "/topapi/") {
				serve = simulator.RefuseLegacy(60011, "no")
			}
			sim.ClearFaults()
			sim.Script(simulator.Fault{On: same(call), Serve: serve})
			_, err := answers(t, e, scan)
			missing := regexp.MustCompile(`Apply for the permission (\S+) on`).FindStringSubmatch(fmt.Sprint(err))
			if missing == nil {
				t.Fatalf("%s: %s without its permission: %v", table, call.Path, err)
			}
			want[table] = append(want[table], missing[1])
		}
	}
	for _, w := range steadyWays(t) {
		add(w.table.Name, w.scan(keys))
		rows, err := answers(t, e, w.scan(keys))
		if err != nil || len(rows) == 0 {
			t.Fatalf("%v: %d rows, %v", w, len(rows), err)
		}
		for _, k := range w.table.List.KeyColumns {
			if slices.Contains(w.keys, k.Name) || !slices.Contains(k.Operators, "=") {
				continue
			}
			for _, r := range rows {
				if v := valueOf(t, r, k.Name); v != nil {
					scan := w.scan(keys)
					scan.Quals = append(scan.Quals, qualOf(w.table, k.Name, fmt.Sprint(v)))
					add(w.table.Name, scan)
					break
				}
			}
		}
	}
	for table, all := range want {
		slices.Sort(all)
		want[table] = slices.Compact(all)
	}
	row := regexp.MustCompile("(?m)^\\| `(dingtalk_\\w+)` \\| ([^|]+) \\|.*\\|$")
	permission := regexp.MustCompile("`(\\w+\\.\\w+\\.Read|qyapi_\\w+)`")
	for language, of := range languages {
		got := map[string][]string{}
		for _, m := range row.FindAllStringSubmatch(textOf(t, of.pages), -1) {
			for _, p := range permission.FindAllStringSubmatch(m[2], -1) {
				got[m[1]] = append(got[m[1]], p[1])
			}
		}
		for table, all := range got {
			slices.Sort(all)
			got[table] = slices.Compact(all)
		}
		diff(t, language+": permissions", want, got)
	}
}

// The pages name the defaults and bounds of the arguments that are numbers.
func TestNumbersOfTheConfig(t *testing.T) {
	for language, of := range languages {
		pages, config := textOf(t, of.pages), textOf(t, of.config)
		for what, of := range map[string]struct {
			text, expression string
			want             int
		}{
			"the most rows of a page":        {config, of.perPage, dingtalk.MaxPageSize},
			"the rows of a page":             {config, `(?m)^  # page_size = (\d+)$`, dingtalk.DefaultPageSize},
			"the calls a second":             {config, `(?m)^  # calls_per_second = (\d+)$`, client.DefaultCallsPerSecond},
			"the calls a second in the text": {pages, of.perSecond, client.DefaultCallsPerSecond},
		} {
			found := regexp.MustCompile(of.expression).FindAllStringSubmatch(of.text, -1)
			if len(found) == 0 {
				t.Errorf("%s: nothing says %s: does the test still find it?", language, what)
			}
			for _, m := range found {
				if m[1] != fmt.Sprint(of.want) {
					t.Errorf("%s: %s: %q, want %d", language, what, m[0], of.want)
				}
			}
		}
	}
}
