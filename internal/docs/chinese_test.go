package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// translated are the pages in English and in Chinese.
var translated = map[string]string{
	"README.md":     "README.zh-CN.md",
	"docs/index.md": "docs/zh-CN/index.md",

	"docs/engines.md":         "docs/zh-CN/engines.md",
	"docs/limits.md":          "docs/zh-CN/limits.md",
	"docs/troubleshooting.md": "docs/zh-CN/troubleshooting.md",
	"docs/postgres-traps.md":  "docs/zh-CN/postgres-traps.md",

	"compliance/docs/index.md": "compliance/docs/zh-CN/index.md",
}

// The two languages say the same, as far as a test can compare: the same sections in
// the same order, with the same commands, arguments, examples and messages.
// Comments are translated, and the region of the endpoint may differ.
func TestChineseAgrees(t *testing.T) {
	for english, chinese := range translated {
		t.Run(chinese, func(t *testing.T) {
			en, zh := pageOf(t, english), pageOf(t, chinese)
			if d := cmp.Diff(levels(en), levels(zh)); d != "" {
				t.Fatalf("levels of the headings (-English +Chinese):\n%s", d)
			}
			for i, section := range en {
				other := zh[i]
				where := section.heading + " / " + other.heading
				for what, of := range map[string]func(string) []string{"examples": examples, "code in the text": inline, "messages": messages, "tables": cells} {
					if d := cmp.Diff(of(section.text), of(other.text)); d != "" {
						t.Errorf("%s: %s (-English +Chinese):\n%s", where, what, d)
					}
				}
			}
			if !strings.Contains(zh[0].text, "[English](") || !strings.Contains(en[0].text, "[简体中文](") {
				t.Error("the pages do not link to one another")
			}
		})
	}
}

// The Chinese page's configuration is for an organization in China, and both
// pages name each argument and its variable (see TestEveryArgumentIsDocumented).
func TestChineseConfiguration(t *testing.T) {
	page := read(t, "docs/zh-CN/index.md")
	config := blocks(page, "hcl")[0]
	for _, line := range []string{`  # endpoint = "https://api.dingtalk.com"`, `  # legacy_endpoint = "https://oapi.dingtalk.com"`} {
		if !strings.Contains(config, "\n"+line+"\n") {
			t.Errorf("no line %q", line)
		}
	}
	if d := cmp.Diff(found(read(t, "config/dingtalk.spc"), `(DINGTALK_\w+) environment variable`), found(config, `环境变量 (DINGTALK_\w+) 设置`)); d != "" {
		t.Errorf("variables (-config/dingtalk.spc +Chinese):\n%s", d)
	}
	for _, name := range []string{"README.zh-CN.md", "docs/zh-CN/index.md"} {
		text := read(t, name)
		if china, other := strings.Index(text, "api.dingtalk.com"), strings.Index(text, "api.dingtalk.io"); china < 0 || other >= 0 && other < china {
			t.Errorf("%s does not name China's endpoint first", name)
		}
	}
}

// The Chinese addresses its readers politely, and has DingTalk's word for a token.
func TestChineseWords(t *testing.T) {
	files := []string{"README.zh-CN.md", chineseColumns, "compliance/base/chinese.pp"}
	for _, pattern := range []string{"docs/zh-CN/*.md", "docs/zh-CN/tables/*.md", "compliance/docs/zh-CN/*.md", "compliance/docs/controls/zh-CN/*.md", "cmd/dingtalk-sql/demo/*.sql", "*/*.go", "*/*/*.go"} {
		found, err := filepath.Glob(pattern)
		if err != nil || found == nil {
			t.Fatal(pattern, err)
		}
		files = append(files, slices.DeleteFunc(found, func(file string) bool { return strings.HasSuffix(file, "_test.go") })...)
	}
	for _, file := range files {
		for _, word := range regexp.MustCompile(`你|令牌`).FindAllString(read(t, file), -1) {
			t.Errorf("%s has %s: write %s", file, word, map[string]string{"你": "您", "令牌": "访问凭证"}[word])
		}
	}
}

// section is a heading and what stands below it, up to the next.
type section struct{ heading, text string }

// pageOf reads the sections of a page, without its front matter. What stands
// in an example is no heading.
func pageOf(t *testing.T, path string) []section {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	if rest, ok := strings.CutPrefix(text, "---\n"); ok {
		_, text, _ = strings.Cut(rest, "---\n")
	}
	var all []section
	fenced := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "```") {
			fenced = !fenced
		}
		if !fenced && strings.HasPrefix(line, "#") {
			all = append(all, section{heading: strings.TrimSpace(line)})
			continue
		}
		if len(all) > 0 {
			all[len(all)-1].text += line
		}
	}
	if len(all) < 5 {
		t.Fatalf("%s: %d sections: does the test still read it?", path, len(all))
	}
	return all
}

func levels(sections []section) []string {
	var all []string
	for _, s := range sections {
		level, _, _ := strings.Cut(s.heading, " ")
		all = append(all, level)
	}
	return all
}

var fence = regexp.MustCompile("(?ms)^```.*?^```$")

// examples returns the fenced blocks, without comments and empty lines. An
// argument that is commented out is none.
func examples(text string) []string {
	var all []string
	for _, block := range fence.FindAllString(text, -1) {
		var lines []string
		for _, line := range strings.Split(sameRegion(block), "\n") {
			comment := strings.HasPrefix(strings.TrimSpace(line), "#") && !regexp.MustCompile(`^ *# \w+ = `).MatchString(line)
			if !comment && line != "" {
				lines = append(lines, line)
			}
		}
		all = append(all, strings.Join(lines, "\n"))
	}
	return all
}

// inline returns the code in running text, each once, sorted.
func inline(text string) []string {
	return found(sameRegion(fence.ReplaceAllString(text, "")), "`([^`\n]+)`")
}

// messages returns what is quoted: English, without the Chinese below it.
func messages(text string) []string {
	return slices.DeleteFunc(regexp.MustCompile(`(?m)^> .*$`).FindAllString(text, -1), regexp.MustCompile(`\p{Han}`).MatchString)
}

// cells returns each row of the tables: the code in each of its cells.
func cells(text string) []string {
	var rows []string
	for _, line := range regexp.MustCompile(`(?m)^\|.*\|$`).FindAllString(fence.ReplaceAllString(text, ""), -1) {
		var row []string
		for _, cell := range strings.Split(strings.Trim(line, "|"), "|") {
			row = append(row, strings.Join(inline(cell), " "))
		}
		rows = append(rows, strings.Join(row, " | "))
	}
	return slices.Clip(rows)
}

// sameRegion writes DingTalk's hosts of both regions alike.
func sameRegion(text string) string {
	return regexp.MustCompile(`(api|oapi)\.dingtalk\.(?:io|com)`).ReplaceAllString(text, "$1.dingtalk")
}
