package client

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	gotoken "go/token"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The page of troubleshooting has the advice of every error, in its words, and
// nothing else.
func TestTroubleshootingPage(t *testing.T) {
	b, err := os.ReadFile("../../docs/troubleshooting.md")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for line := range strings.Lines(string(b)) {
		if text, ok := strings.CutPrefix(line, "> "); ok {
			got = append(got, strings.TrimSpace(text))
		}
	}
	var want []string
	for name, text := range constants(t, "errors_advice.go") {
		switch name {
		case "adviceCancelled", "adviceEmpty": // are rows, or no rows, and no errors
			continue
		case "advicePermission":
			text = (&Error{Kind: NoPermission, RequiredScopes: []string{"VideoConference.Conference.Read"}}).advice()
		case "adviceUnknownError":
			text = fmt.Sprintf(text, "VideoConference.Conference.Read")
		}
		want = append(want, text)
	}
	if len(want) < 40 {
		t.Fatalf("%d texts: does the test still read them?", len(want))
	}
	slices.Sort(got)
	slices.Sort(want)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-advice +page):\n%s", d)
	}
}

// All advice is in one file.
func TestAdviceStandsInOneFile(t *testing.T) {
	all := map[string]bool{"": true}
	for _, text := range constants(t, "errors_advice.go") {
		all[text] = true
	}
	codes := []map[string]meaning{openCodes, legacyCodes}
	for _, e := range declared {
		codes = append(codes, e.codes)
	}
	for _, codes := range codes {
		for code, m := range codes {
			if !all[m.advice] {
				t.Errorf("%s: the advice %q is not in errors_advice.go", code, m.advice)
			}
		}
	}
}

// The error codes that the pages for users name are ones that the client knows.
func TestCodesOnThePages(t *testing.T) {
	known := map[string]bool{}
	for _, codes := range []map[string]meaning{openCodes, legacyCodes} {
		for code := range codes {
			known[code] = true
		}
	}
	for _, e := range declared {
		for code := range e.codes {
			known[code] = true
		}
	}
	code := regexp.MustCompile("errcode (\\d+)|HTTP \\d+, code ([A-Za-z][\\w.]*)[,:]|`([a-z]+Error|Forbidden\\.[\\w.]+)`")
	for _, pattern := range []string{"../../README*.md", "../../docs/index.md", "../../docs/troubleshooting.md", "../../docs/tables/*.md", "../../docs/zh-CN/*.md"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			found := code.FindAllStringSubmatch(string(b), -1)
			for _, m := range found {
				name := m[1] + m[2] + m[3]
				if !known[name] {
					t.Errorf("%s names the code %s: %s", file, name, m[0])
				}
			}
			if filepath.Base(file) == "troubleshooting.md" && len(found) < 3 {
				t.Errorf("%s: %d codes: does the test still find them?", file, len(found))
			}
		}
	}
}

// constants are the texts that a file declares, by their names.
func constants(t *testing.T, file string) map[string]string {
	t.Helper()
	files := gotoken.NewFileSet()
	parsed, err := parser.ParseFile(files, file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		for i, name := range spec.Names {
			value, err := types.Eval(files, nil, gotoken.NoPos, types.ExprString(spec.Values[i]))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			all[name.Name] = constant.StringVal(value.Value)
		}
		return true
	})
	return all
}
