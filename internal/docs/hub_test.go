package docs_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
)

// The change log links to the page of each table, and names a version and its
// date, as the hub reads them.
func TestChangeLog(t *testing.T) {
	log := read(t, "CHANGELOG.md")
	if heading, _, _ := strings.Cut(log, "\n"); !regexp.MustCompile(`^## v\d+\.\d+\.\d+ \[20\d\d-(\d\d-\d\d|xx-xx)\]$`).MatchString(heading) {
		t.Errorf("the heading is %q", heading)
	}
	var lines []string
	for _, name := range tableNames(t) {
		lines = append(lines, "  - ["+name+"](https://hub.steampipe.io/plugins/turbot/dingtalk/tables/"+name+")")
	}
	if d := cmp.Diff(lines, regexp.MustCompile(`(?m)^  - \[.*$`).FindAllString(log, -1)); d != "" {
		t.Errorf("the new tables (-tables +CHANGELOG.md):\n%s", d)
	}
}

func TestIndexFrontMatter(t *testing.T) {
	_, rest, _ := strings.Cut(read(t, "docs/index.md"), "---\n")
	front, _, ok := strings.Cut(rest, "---\n")
	if !ok {
		t.Fatal("no front matter")
	}
	for _, line := range []string{
		`organization: \w+`, `category: \["saas"\]`, `icon_url: "/images/plugins/.+\.svg"`, `brand_color: "#[0-9A-F]{6}"`, `display_name: "DingTalk"`, `name: "dingtalk"`,
		`description: ".+\."`, `og_description: ".+"`, `og_image: "/images/plugins/.+\.png"`, `engines: \["steampipe", "postgres", "export"\]`,
	} {
		if !regexp.MustCompile(`(?m)^` + line + `$`).MatchString(front) {
			t.Errorf("no line %s", line)
		}
	}
}

// A page for each table, a table for each page, and each in the hub's form.
func TestTablePages(t *testing.T) {
	var pages []string
	tables := tableNames(t)
	files, err := filepath.Glob("docs/tables/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		pages = append(pages, strings.TrimSuffix(filepath.Base(f), ".md"))
	}
	if d := cmp.Diff(tables, pages); d != "" {
		t.Errorf("(-tables +pages):\n%s", d)
	}
	if d := cmp.Diff(tables, found(read(t, "docs/limits.md"), "(?m)^\\| `(dingtalk_\\w+)` \\|(?: [^|]+ \\|){3}$")); d != "" {
		t.Errorf("the table of permissions and calls (-tables +docs/limits.md):\n%s", d)
	}
	for _, name := range pages {
		page := read(t, "docs/tables/"+name+".md")
		title := regexp.MustCompile(`(?m)^title: "Steampipe Table: (.+)"$`).FindStringSubmatch(page)
		if title == nil || !strings.HasPrefix(title[1], name+" - Query ") || !strings.Contains(page, "\n# Table: "+title[1]+"\n") {
			t.Errorf("%s: the title and the heading differ", name)
		}
		for _, part := range []string{"\ndescription: \"", "\n## Table Usage Guide\n", "\n**Important Notes**\n", "\n## Examples\n"} {
			if !strings.Contains(page, part) {
				t.Errorf("%s: no %q", name, part)
			}
		}
		head, examples, _ := strings.Cut(page, "\n## Examples\n")
		_, notes, _ := strings.Cut(head, "\n**Important Notes**\n")
		if table := dingtalk.Plugin(t.Context()).TableMap[name]; table != nil {
			for _, key := range table.List.KeyColumns {
				if !strings.Contains(notes, "`"+key.Name+"`") {
					t.Errorf("%s: the notes do not name the key column %s", name, key.Name)
				}
			}
		}
		checkExamples(t, name, examples)
	}
	for _, sql := range blocks(read(t, "docs/index.md"), "sql") {
		checkPostgres(t, "docs/index.md", sql, nil)
	}
}

// checkExamples wants a sentence and both dialects of each example.
func checkExamples(t *testing.T, page, examples string) {
	t.Helper()
	for _, example := range strings.Split(examples, "\n### ")[1:] {
		heading, body, _ := strings.Cut(example, "\n")
		if len(blocks(body, "sql+postgres")) != 1 || len(blocks(body, "sql+sqlite")) != 1 || strings.HasPrefix(strings.TrimSpace(body), "```") {
			t.Errorf("%s: %s: it needs a sentence and one block of each dialect", page, heading)
			continue
		}
		checkPostgres(t, page+": "+heading, blocks(body, "sql+postgres")[0], nil)
	}
}
