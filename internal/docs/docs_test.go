package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
)

// The pages are at the root of the repository.
func TestMain(m *testing.M) {
	if err := os.Chdir("../.."); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// read returns a file's text. By its absolute path, go test knows the file in spite of
// TestMain, and runs the tests again when the file has changed.
func read(t *testing.T, path string) string {
	t.Helper()
	absolute, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(absolute)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// blocks returns the fenced blocks of a language.
func blocks(markdown, language string) []string {
	var found []string
	for _, m := range regexp.MustCompile("(?s)```"+regexp.QuoteMeta(language)+"\n(.*?)```").FindAllStringSubmatch(markdown, -1) {
		found = append(found, m[1])
	}
	return found
}

// found returns what the group of an expression matches, each once, sorted.
func found(text, expression string) []string {
	var all []string
	for _, m := range regexp.MustCompile(expression).FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// markdown are the pages that a person reads on GitHub or on the hub.
func markdown(t *testing.T) []string {
	t.Helper()
	var pages []string
	for _, pattern := range []string{"*.md", "contributing/*.md", "docs/*.md", "docs/*/*.md", "docs/zh-CN/tables/*.md", "compliance/*.md", "compliance/docs/index.md", "compliance/docs/zh-CN/*.md"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, files...)
	}
	return pages
}

// tableNames returns the names of all tables, sorted.
func tableNames(t *testing.T) []string {
	var names []string
	for name := range dingtalk.Plugin(t.Context()).TableMap {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
