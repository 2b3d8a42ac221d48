package client

import (
	"go/ast"
	"go/constant"
	"go/parser"
	gotoken "go/token"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The pages of troubleshooting have the advice of every error, in its words, and
// nothing else: in English, and in Chinese below it on the Chinese page.
func TestTroubleshootingPage(t *testing.T) {
	var english, chinese []string
	for name, advice := range advices(t) {
		switch name {
		case "adviceCancelled", "adviceEmpty": // are rows, or no rows, and no errors
			continue
		case "advicePermissionAt": // has a link
			continue
		case "advicePermission":
			advice = (&Error{Kind: NoPermission, RequiredScopes: []string{"VideoConference.Conference.Read"}}).advice()
		case "adviceDayAllowanceSpent":
			advice = advice.format(Advice{"2026-11-24 09:00:00 +08:00", "2026-11-24 09:00:00 +08:00"})
		case "adviceUnknownError":
			advice = (&Error{Kind: Transient, Status: 500, RequiredScopes: []string{"VideoConference.Conference.Read"}}).advice()
		}
		english = append(english, "> "+advice.English+"\n")
		chinese = append(chinese, "> "+advice.English+"\n>\n> "+advice.Chinese+"\n")
	}
	if len(english) < 40 {
		t.Fatalf("%d texts: does the test still read them?", len(english))
	}
	for page, want := range map[string][]string{"../../docs/troubleshooting.md": english, "../../docs/zh-CN/troubleshooting.md": chinese} {
		b, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		got := regexp.MustCompile(`(?m)(?:^>.*\n)+`).FindAllString(string(b), -1)
		slices.Sort(got)
		slices.Sort(want)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-advice +page):\n%s", page, d)
		}
	}
}

// All advice is in both languages. Chinese is one line, and leaves as they are the
// names of arguments and variables, addresses, and the places for values.
func TestAdviceInBothLanguages(t *testing.T) {
	asItIs := regexp.MustCompile(`%(?:\[\d\])?s|https?://[\w:@]*|[\w-]+[_-]\w+[\w-]*|\bendpoint\b`)
	for name, advice := range advices(t) {
		if !regexp.MustCompile(`^.*\p{Han}.*。$`).MatchString(advice.Chinese) {
			t.Errorf("%s is in Chinese: %q", name, advice.Chinese)
		}
		var kept [2][]string
		for i, text := range []string{advice.English, advice.Chinese} {
			kept[i] = asItIs.FindAllString(regexp.MustCompile(`%\[\d\]s`).ReplaceAllString(text, "%s"), -1)
			slices.Sort(kept[i])
			kept[i] = slices.Compact(kept[i])
		}
		if d := cmp.Diff(kept[0], kept[1]); d != "" {
			t.Errorf("%s (-English +Chinese):\n%s", name, d)
		}
	}
}

// What an error is about stands in its advice in both languages.
func TestAdviceWithValues(t *testing.T) {
	for _, test := range []struct {
		err  Error
		want string
	}{
		{Error{Kind: Throttled, Status: 429, RetryAfter: 90 * time.Second}, "对方要求等待 90 秒。" + adviceThrottled.Chinese},
		{Error{Kind: NoPermission, Status: 403}, "请在钉钉开发者后台该应用的“权限管理”页面开通本接口所需的权限点，然后重新查询。"},
		{Error{Kind: NoPermission, Status: 403, RequiredScopes: []string{"a", "b"}, ApplyURL: "https://x"}, "请打开 https://x 申请权限点 a、b，然后重新查询。"},
	} {
		if got := test.err.InChinese(); got != test.want {
			t.Errorf("got %s\nwant %s", got, test.want)
		}
	}
}

// All advice is in one file.
func TestAdviceStandsInOneFile(t *testing.T) {
	all := map[Advice]bool{{}: true}
	for _, advice := range advices(t) {
		all[advice] = true
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

// advices are all advice that errors_advice.go declares, by their names.
func advices(t *testing.T) map[string]Advice {
	t.Helper()
	files := gotoken.NewFileSet()
	parsed, err := parser.ParseFile(files, "errors_advice.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]Advice{}
	for _, declared := range parsed.Decls {
		group, ok := declared.(*ast.GenDecl)
		if !ok || group.Tok != gotoken.VAR {
			continue
		}
		for _, spec := range group.Specs {
			spec := spec.(*ast.ValueSpec)
			for i, name := range spec.Names {
				literal, ok := spec.Values[i].(*ast.CompositeLit)
				if !ok || len(literal.Elts) != 2 {
					t.Fatalf("%s: not two texts", name)
				}
				var texts [2]string
				for i, e := range literal.Elts {
					value, err := types.Eval(files, nil, gotoken.NoPos, types.ExprString(e))
					if err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					texts[i] = constant.StringVal(value.Value)
				}
				all[name.Name] = Advice{texts[0], texts[1]}
			}
		}
	}
	return all
}
