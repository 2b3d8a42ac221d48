package main_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	pgquery "github.com/wasilibs/go-pgquery"
)

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
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

// The README, the index page and the installed config say the same.
func TestDocsAgree(t *testing.T) {
	readme, index := read(t, "README.md"), read(t, "docs/index.md")
	if d := cmp.Diff(blocks(index, "sql")[0], blocks(readme, "sql")[0]); d != "" {
		t.Errorf("the example (-index +README):\n%s", d)
	}
	if d := cmp.Diff(read(t, "config/dingtalk.spc"), blocks(index, "hcl")[0]); d != "" {
		t.Errorf("the configuration (-config/dingtalk.spc +index):\n%s", d)
	}

	// The example's output is what the plugin prints.
	cmd := exec.Command("go", "run", "./cmd/dingtalk-sql", "--demo", blocks(index, "sql")[0])
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"README.md": readme, "docs/index.md": index} {
		if !strings.Contains(text, "```\n"+string(out)+"```\n") {
			t.Errorf("%s does not show what its example prints:\n%s", name, out)
		}
	}
}

func TestEveryArgumentIsDocumented(t *testing.T) {
	config := read(t, "config/dingtalk.spc")
	for _, argument := range []string{"endpoint", "client_id", "client_secret", "corp_id", "suite_ticket", "access_token", "calls_per_second", "page_size", "ignore_error_codes"} {
		if !regexp.MustCompile(`(?m)^  # ` + argument + ` += `).MatchString(config) {
			t.Errorf("config/dingtalk.spc does not show %s", argument)
		}
	}
	for _, env := range []string{"DINGTALK_ENDPOINT", "DINGTALK_CLIENT_ID", "DINGTALK_CLIENT_SECRET", "DINGTALK_CORP_ID", "DINGTALK_SUITE_TICKET", "DINGTALK_ACCESS_TOKEN"} {
		if !strings.Contains(config, env) {
			t.Errorf("config/dingtalk.spc does not name %s", env)
		}
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
		`description: ".+\."`, `og_description: ".+"`, `og_image: "/images/plugins/.+\.png"`, `engines: \["steampipe", "sqlite", "postgres", "export"\]`,
	} {
		if !regexp.MustCompile(`(?m)^` + line + `$`).MatchString(front) {
			t.Errorf("no line %s", line)
		}
	}
}

// A page for each table, a table for each page, and each in the hub's form.
func TestTablePages(t *testing.T) {
	var tables, pages []string
	for name := range dingtalk.Plugin(t.Context()).TableMap {
		tables = append(tables, name)
	}
	files, err := filepath.Glob("docs/tables/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		pages = append(pages, strings.TrimSuffix(filepath.Base(f), ".md"))
	}
	slices.Sort(tables)
	if d := cmp.Diff(tables, pages); d != "" {
		t.Errorf("(-tables +pages):\n%s", d)
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
		_, examples, _ := strings.Cut(page, "\n## Examples\n")
		for _, example := range strings.Split(examples, "\n### ")[1:] {
			heading, body, _ := strings.Cut(example, "\n")
			if len(blocks(body, "sql+postgres")) != 1 || len(blocks(body, "sql+sqlite")) != 1 || strings.HasPrefix(strings.TrimSpace(body), "```") {
				t.Errorf("%s: %s: it needs a sentence and one block of each dialect", name, heading)
			}
			checkPostgres(t, name+": "+heading, blocks(body, "sql+postgres")[0])
		}
	}
	for _, sql := range blocks(read(t, "docs/index.md"), "sql") {
		checkPostgres(t, "docs/index.md", sql)
	}
}

// checkPostgres parses SQL with Postgres' own parser, and looks for columns that
// no table has and for what the engine answers wrongly.
func checkPostgres(t *testing.T, where, sql string) {
	t.Helper()
	text, err := pgquery.ParseToJSON(sql)
	if err != nil {
		t.Errorf("%s: %v", where, err)
		return
	}
	var tree any
	if err := json.Unmarshal([]byte(text), &tree); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, table := range dingtalk.Plugin(t.Context()).TableMap {
		for _, c := range table.Columns {
			known[c.Name] = true
		}
	}
	// Names that the query itself gives: aliases of columns and of CTE columns.
	walk(tree, func(kind string, node map[string]any) {
		switch kind {
		case "ResTarget":
			if name, ok := node["name"].(string); ok {
				known[name] = true
			}
		case "CommonTableExpr":
			walk(node["aliascolnames"], func(kind string, node map[string]any) {
				if kind == "String" {
					known[node["sval"].(string)] = true
				}
			})
		}
	})
	columns := 0
	walk(tree, func(kind string, node map[string]any) {
		switch kind {
		case "ColumnRef":
			fields := node["fields"].([]any)
			last, _ := fields[len(fields)-1].(map[string]any)["String"].(map[string]any)
			if name, ok := last["sval"].(string); ok {
				columns++
				if !known[name] {
					t.Errorf("%s: there is no column %s", where, name)
				}
			}
		case "SubLink":
			if node["subLinkType"] == "ARRAY_SUBLINK" {
				t.Errorf("%s: array(select …) is answered wrongly", where)
			}
		case "FuncCall":
			if name, _ := json.Marshal(node["funcname"]); strings.Contains(string(name), `"concat"`) {
				t.Errorf("%s: concat() does not reach the plugin; use ||", where)
			}
		}
	})
	if columns == 0 {
		t.Errorf("%s: no columns: does the test still read the tree?", where)
	}
}

// walk visits every node of a parse tree with its kind.
func walk(tree any, visit func(kind string, node map[string]any)) {
	switch tree := tree.(type) {
	case []any:
		for _, child := range tree {
			walk(child, visit)
		}
	case map[string]any:
		for kind, child := range tree {
			if node, ok := child.(map[string]any); ok {
				visit(kind, node)
			}
			walk(child, visit)
		}
	}
}

// The hub's SQLite, Postgres and export builds import the package and call
// Plugin. Importing it must leave standard output, flags and environment alone.
func TestImportedLikeTheHubDoes(t *testing.T) {
	cmd := exec.Command("go", "run", "./testdata/importer")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if want := "steampipe-plugin-dingtalk: tables [dingtalk_schedule_conference], flags [], environment unchanged\n"; string(out) != want {
		t.Errorf("got %q, want %q", out, want)
	}
}
