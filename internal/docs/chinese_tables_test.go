package docs_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/docs"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

var update = flag.Bool("update", false, "rewrite the lists of columns on the Chinese pages")

// chineseColumns has a line for each table and column: its name, the description that
// the plugin has, and the same in Chinese. The Chinese pages have their lists of columns
// from it.
const chineseColumns = "internal/docs/columns.zh.tsv"

// A description of the plugin's that has changed or is new fails until somebody has
// looked at the Chinese: -update does not write that file.
func TestChineseDescriptions(t *testing.T) {
	known := descriptionsOf(t)
	var names []string
	check := func(name, english string) {
		names = append(names, name)
		switch d, ok := known[name]; {
		case !ok:
			t.Errorf("%s has no line for %s: add its name, %q and that in Chinese, with tabs between them", chineseColumns, name, english)
		case d.english != english:
			t.Errorf("%s was %q and is now %q: look at the Chinese, %q, and write both into %s", name, d.english, english, d.chinese, chineseColumns)
		case !regexp.MustCompile(`^.*\p{Han}.*。$`).MatchString(d.chinese):
			t.Errorf("%s is in Chinese %q", name, d.chinese)
		}
	}
	for _, name := range tableNames(t) {
		table := dingtalk.Plugin(t.Context()).TableMap[name]
		check(name, table.Description)
		for _, c := range table.Columns {
			check(name+"."+c.Name, c.Description)
		}
	}
	for name := range known {
		if !slices.Contains(names, name) {
			t.Errorf("%s has a line for %s, which there is not", chineseColumns, name)
		}
	}
}

type description struct{ english, chinese string }

func descriptionsOf(t *testing.T) map[string]description {
	t.Helper()
	all := map[string]description{}
	for line := range strings.Lines(read(t, chineseColumns)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) != 3 {
			t.Fatalf("%s: %d fields in %q", chineseColumns, len(fields), line)
		}
		if _, twice := all[fields[0]]; twice {
			t.Errorf("%s: two lines for %s", chineseColumns, fields[0])
		}
		all[fields[0]] = description{fields[1], fields[2]}
	}
	return all
}

// sqlTypes are the types that Postgres shows for those of the plugin.
var sqlTypes = map[proto.ColumnType]string{
	proto.ColumnType_STRING:    "text",
	proto.ColumnType_INT:       "bigint",
	proto.ColumnType_DOUBLE:    "double precision",
	proto.ColumnType_BOOL:      "boolean",
	proto.ColumnType_TIMESTAMP: "timestamp with time zone",
	proto.ColumnType_JSON:      "jsonb",
}

// The sections of the Chinese page of a table.
const (
	headColumns = "\n## 列\n"
	headKeys    = "\n## 查询条件\n"
	headCalls   = "\n## 调用次数\n"
	headJoins   = "\n## 联接\n"
	headQueries = "\n## 示例\n"
)

// Each table has a Chinese page: all its columns, the key columns that a query names,
// the permissions of its calls, and examples that the English page has as well.
func TestChineseTablePages(t *testing.T) {
	files, err := filepath.Glob("docs/zh-CN/tables/*.md")
	if err != nil {
		t.Fatal(err)
	}
	descriptions, limits := descriptionsOf(t), read(t, "docs/zh-CN/limits.md")
	var pages []string
	list := "| 表 | 内容 |\n| --- | --- |\n"
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".md"); name != "README" {
			pages = append(pages, name)
			list += fmt.Sprintf("| [`%[1]s`](%[1]s.md) | %[2]s |\n", name, descriptions[name].chinese)
		}
	}
	if d := cmp.Diff(tableNames(t), pages); d != "" {
		t.Fatalf("(-tables +Chinese pages):\n%s", d)
	}
	generated(t, "docs/zh-CN/tables/README.md", regexp.MustCompile(`(?m)(?:^\|.*\n)+`), list)
	for _, name := range pages {
		t.Run(name, func(t *testing.T) {
			path := "docs/zh-CN/tables/" + name + ".md"
			page, english := read(t, path), read(t, "docs/tables/"+name+".md")
			parts := sectionsOf(t, page)
			table := dingtalk.Plugin(t.Context()).TableMap[name]

			columns := "\n" + descriptions[name].chinese + "\n\n| 列 | 类型 | 说明 |\n| --- | --- | --- |\n"
			for _, c := range table.Columns {
				columns += fmt.Sprintf("| `%s` | `%s` | %s |\n", c.Name, sqlTypes[c.Type], descriptions[name+"."+c.Name].chinese)
			}
			generated(t, path, regexp.MustCompile(`(?s)`+headColumns+`.*`+headKeys), headColumns+columns+headKeys)
			for _, key := range table.List.KeyColumns {
				if !strings.Contains(parts[headKeys], "`"+key.Name+"`") {
					t.Errorf("no key column %s under%s", key.Name, headKeys)
				}
			}

			permissions := "`(\\w+\\.\\w+\\.Read|qyapi_get_\\w+)`"
			row := regexp.MustCompile("(?m)^\\| `" + name + "` .*$").FindString(limits)
			if d := cmp.Diff(found(row, permissions), found(parts[headCalls], permissions)); d != "" {
				t.Errorf("permissions (-docs/zh-CN/limits.md +page):\n%s", d)
			}

			// What is true of DingTalk has the same sources.
			if d := cmp.Diff(sourcesOf(english), sourcesOf(page)); d != "" {
				t.Errorf("sources (-English +Chinese):\n%s", d)
			}
			checkChineseExamples(t, parts[headQueries], english)
		})
	}
}

// generated wants what an expression matches in a page to be a text. With -update it
// writes it there.
func generated(t *testing.T, path string, at *regexp.Regexp, want string) {
	t.Helper()
	page := read(t, path)
	got := at.FindString(page)
	switch d := cmp.Diff(want, got); {
	case d == "":
	case !*update || got == "":
		t.Errorf("%s (-plugin +page; -update rewrites it):\n%s", path, d)
	default:
		if err := os.WriteFile(path, []byte(strings.Replace(page, got, want, 1)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// sectionsOf returns the sections of a page by their headings.
func sectionsOf(t *testing.T, page string) map[string]string {
	t.Helper()
	all := map[string]string{}
	heads := []string{headColumns, headKeys, headCalls, headJoins, headQueries}
	for i, head := range heads {
		_, text, ok := strings.Cut(page, head)
		if ok && i+1 < len(heads) {
			text, _, ok = strings.Cut(text, heads[i+1])
		}
		if !ok {
			t.Fatalf("no%s, or not before the next", head)
		}
		all[head] = text
	}
	return all
}

// sourcesOf returns the pages of DingTalk's that a page cites, with their months.
func sourcesOf(page string) (all []string) {
	for _, m := range regexp.MustCompile(`\((https://open\.dingtalk\.com/[^)]+)\)(?: of |（)(20\d\d-\d\d)`).FindAllStringSubmatch(page, -1) {
		all = append(all, m[1]+" "+m[2])
	}
	return all
}

// checkChineseExamples wants two or three examples, each with a sentence and comments in
// Chinese, in one block or in one for each dialect. Without its comments, each is one of
// the English page, so that it runs (see internal/sqlite/docs_test.go).
func checkChineseExamples(t *testing.T, text, englishPage string) {
	t.Helper()
	english, err := docs.Examples(englishPage)
	if err != nil {
		t.Fatal(err)
	}
	examples := strings.Split(text, "\n### ")[1:]
	if len(examples) < 2 || len(examples) > 3 {
		t.Errorf("%d examples", len(examples))
	}
	comment := regexp.MustCompile(`(?m)^ *-- .*\p{Han}.*\n`)
	for _, example := range examples {
		heading, body, _ := strings.Cut(example, "\n")
		queries := append(blocks(body, "sql+postgres"), blocks(body, "sql+sqlite")...)
		if both := blocks(body, "sql"); queries == nil && len(both) == 1 {
			queries = []string{both[0], both[0]}
		}
		if len(queries) != 2 || strings.HasPrefix(strings.TrimSpace(body), "```") {
			t.Errorf("%s: it needs a sentence, and one block of sql or one for each dialect", heading)
			continue
		}
		for i, query := range queries {
			if !comment.MatchString(query) {
				t.Errorf("%s: no comment", heading)
			}
			queries[i] = comment.ReplaceAllString(query, "")
		}
		if !slices.ContainsFunc(english, func(e docs.Example) bool { return e.Postgres == queries[0] && e.SQLite == queries[1] }) {
			t.Errorf("%s: the English page does not have this query:\n%s", heading, strings.Join(queries, "\n"))
		}
	}
}
