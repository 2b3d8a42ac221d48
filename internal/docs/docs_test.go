package docs_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/docs"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	pgquery "github.com/wasilibs/go-pgquery"
)

// The pages are at the root of the repository.
func TestMain(m *testing.M) {
	if err := os.Chdir("../.."); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

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

	// The example's output is what the plugin prints, at the demo organization's
	// time.
	sim := simulator.Demo(simulator.DemoTime)
	server := httptest.NewServer(sim)
	defer server.Close()
	cmd := exec.Command("go", "run", "./cmd/dingtalk-sql", blocks(index, "sql")[0])
	cmd.Env = append(os.Environ(), "DINGTALK_ENDPOINT="+server.URL, "DINGTALK_CLIENT_ID="+sim.App.ClientID, "DINGTALK_CLIENT_SECRET="+sim.App.ClientSecret)
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

// The installed config shows each argument that the plugin knows, and no other;
// it and the credentials table name each variable, and no other.
func TestEveryArgumentIsDocumented(t *testing.T) {
	source, config := read(t, "dingtalk/connection_config.go"), read(t, "config/dingtalk.spc")
	_, credentials, _ := strings.Cut(read(t, "docs/index.md"), "\n| Resolution ")
	credentials, _, _ = strings.Cut(credentials, "\n")
	for what, documented := range map[string][2][]string{
		"arguments in config/dingtalk.spc":        {found(source, `hcl:"(\w+),optional"`), found(config, `(?m)^  # (\w+) += `)},
		"variables in config/dingtalk.spc":        {found(source, `"(DINGTALK_\w+)"`), found(config, `(DINGTALK_\w+) environment variable`)},
		"variables in the table of docs/index.md": {found(source, `"(DINGTALK_\w+)"`), found(credentials, "`(DINGTALK_\\w+)`")},
	} {
		if len(documented[0]) == 0 {
			t.Errorf("%s: the plugin has none: does the test still read its source?", what)
		}
		if d := cmp.Diff(documented[0], documented[1]); d != "" {
			t.Errorf("%s (-plugin +docs):\n%s", what, d)
		}
	}
}

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

// A workflow runs what was read when it was pinned: every action and every
// workflow of another repository is named by a commit.
func TestWorkflowsArePinned(t *testing.T) {
	files, err := filepath.Glob(".github/workflows/*.yml")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		text := read(t, file)
		names = append(names, strings.TrimSuffix(filepath.Base(file), ".yml"))
		if !strings.Contains(text, "\npermissions:\n") {
			t.Errorf("%s has every permission", file)
		}
		uses := regexp.MustCompile(`(?m)^\s+(?:- )?uses: (.+)$`).FindAllStringSubmatch(text, -1)
		for _, u := range uses {
			if !regexp.MustCompile(`^[\w./-]+@[0-9a-f]{40} # \S+$`).MatchString(u[1]) {
				t.Errorf("%s: no commit and its version or date: %s", file, u[1])
			}
		}
		if len(uses) == 0 {
			t.Errorf("%s uses nothing: does the test still read it?", file)
		}
	}
	for _, name := range []string{"golangci-lint", "registry-publish", "stale", "steampipe-anywhere"} {
		if !slices.Contains(names, name) {
			t.Errorf("no workflow %s", name)
		}
	}
}

// The engines of a release link the SDK's version that the plugin links: the
// last commit of their workflow with version 5 is this one.
func TestReleaseLinksOneVersionOfTheSDK(t *testing.T) {
	const lastWithVersion5 = "steampipe-anywhere.yml@d43b861891f5d98605bf0ae543cc75430e7c4854 "
	linked := found(read(t, "go.mod"), `(?m)^\tgithub\.com/turbot/steampipe-plugin-sdk/v(\d+) `)
	five := slices.Equal(linked, []string{"5"})
	if pinned := strings.Contains(read(t, ".github/workflows/steampipe-anywhere.yml"), lastWithVersion5); pinned != five {
		t.Errorf("the plugin links version %v; that the engines link version 5 is %v", linked, pinned)
	}
}

// The values in examples have the shape of real ones, and say that they are
// none.
func TestExampleCredentials(t *testing.T) {
	for _, page := range append(markdown(t), "config/dingtalk.spc") {
		text := read(t, page)
		for _, secret := range regexp.MustCompile(`(?:client_secret|suite_ticket|access_token) += "([^"]*)"`).FindAllStringSubmatch(text, -1) {
			if !strings.Contains(secret[1], "EXAMPLE") || len(secret[1]) < 20 {
				t.Errorf("%s: the secret %q", page, secret[1])
			}
		}
		for _, id := range regexp.MustCompile(`client_id += "([^"]*)"`).FindAllStringSubmatch(text, -1) {
			if !regexp.MustCompile(`^ding[a-z0-9]{16}$`).MatchString(id[1]) {
				t.Errorf("%s: the client ID %q", page, id[1])
			}
		}
	}
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

// markdown are the pages that a person reads on GitHub or on the hub.
func markdown(t *testing.T) []string {
	t.Helper()
	var pages []string
	for _, pattern := range []string{"*.md", "contributing/*.md", "docs/*.md", "docs/*/*.md"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, files...)
	}
	return pages
}

// onHub is the only link that works on the hub and not on GitHub, where README
// links to the tables' pages itself.
const onHub = "/plugins/turbot/dingtalk/tables"

// Every link leads somewhere: to a file and heading of this repository, or to
// another site by https. Those to this repository on GitHub count as its own.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	pages := markdown(t)
	checked := 0
	for _, page := range pages {
		for _, m := range link.FindAllStringSubmatch(read(t, page), -1) {
			target := m[1]
			for _, kind := range []string{"blob", "tree"} {
				if rest, ok := strings.CutPrefix(target, "https://github.com/turbot/steampipe-plugin-dingtalk/"+kind+"/main/"); ok {
					target = "/" + rest
				}
			}
			if strings.HasPrefix(target, "https://") || m[1] == onHub && filepath.Base(page) == "index.md" {
				continue
			}
			checked++
			path, anchor, _ := strings.Cut(target, "#")
			switch {
			case m[1] != target:
				path = strings.TrimPrefix(path, "/")
			case path == "":
				path = page
			default:
				path = filepath.Join(filepath.Dir(page), path)
			}
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s: the link %s leads nowhere", page, m[1])
			} else if anchor != "" && !slices.Contains(anchors(read(t, path)), anchor) {
				t.Errorf("%s: the link %s leads to no heading of %s", page, m[1], path)
			}
		}
	}
	if checked < 20 {
		t.Errorf("%d links in %v: does the test still find them?", checked, pages)
	}
}

// anchors are the ids that GitHub gives the headings of a page.
func anchors(page string) []string {
	var ids []string
	for _, m := range regexp.MustCompile("(?m)^#+ (.+)$").FindAllStringSubmatch(page, -1) {
		id := strings.ReplaceAll(strings.ToLower(m[1]), " ", "-")
		ids = append(ids, regexp.MustCompile(`[^\p{L}\p{N}_-]`).ReplaceAllString(id, ""))
	}
	return ids
}

// What can't be checked here says where it is from: a page of DingTalk's, and
// the month of its version.
func TestSources(t *testing.T) {
	source := regexp.MustCompile(`\]\(https://open\.dingtalk\.com/document/[a-z]+/[a-z0-9_-]+\) of 20\d\d-(0\d|1[0-2])\b`)
	pages, err := filepath.Glob("docs/tables/*.md")
	if err != nil {
		t.Fatal(err)
	}
	general := []string{"README.md", "docs/limits.md", "contributing/performance.md"}
	for _, page := range append(general, pages...) {
		text := read(t, page)
		if strings.HasPrefix(page, "docs/tables/") {
			text, _, _ = strings.Cut(text, "\n## Examples\n")
		}
		if !source.MatchString(text) {
			t.Errorf("%s names no page of DingTalk's with its month", page)
		}
		// A number that DingTalk may change stands beside its source.
		for _, line := range strings.Split(text, "\n") {
			if strings.Contains(line, "5,000") && !source.MatchString(line) {
				t.Errorf("%s: no source in: %s", page, line)
			}
		}
	}
	for _, page := range append(general, "docs/index.md") {
		if !strings.Contains(read(t, page), "a real organization") {
			t.Errorf("%s does not say that nothing has been run against a real organization", page)
		}
	}
}

// The pages that go from table to table are found from the tables' pages, and their
// queries name columns that there are, of other plugins' tables as well.
func TestPagesOfJoins(t *testing.T) {
	others := otherTables(t)
	for name, from := range map[string][]string{
		"calendar-to-attendance": {"README.md", "docs/index.md", "docs/joins.md", "docs/tables/dingtalk_calendar_event.md", "docs/tables/dingtalk_user.md", "docs/tables/dingtalk_department.md", "docs/tables/dingtalk_department_member.md"},
		"joins":                  {"README.md", "docs/index.md", "docs/calendar-to-attendance.md", "docs/tables/dingtalk_user.md"},
	} {
		page := read(t, "docs/"+name+".md")
		examples, err := docs.Examples(page)
		if err != nil || len(examples) < 6 {
			t.Errorf("%s: %d examples, %v", name, len(examples), err)
		}
		for _, e := range examples {
			if strings.HasPrefix(strings.TrimSpace(e.Text), "```") {
				t.Errorf("%s: %s: it needs a sentence", name, e.Heading)
			}
			checkPostgres(t, name+": "+e.Heading, e.Postgres, others)
		}
		for _, other := range from {
			if !regexp.MustCompile(`\]\([^)]*\b` + name + `\.md[#)]`).MatchString(read(t, other)) {
				t.Errorf("%s does not lead to docs/%s.md", other, name)
			}
		}
	}
}

// otherTables are the columns of other plugins' tables, as the tests' stand-ins
// have them.
func otherTables(t *testing.T) map[string][]string {
	t.Helper()
	tables := map[string][]string{}
	tree, err := parse(t, read(t, "internal/sqlite/testdata/other_plugins.sql"))
	if err != nil {
		t.Fatal(err)
	}
	walk(tree, func(kind string, node map[string]any) {
		if kind == "CreateStmt" {
			var columns []string
			walk(node["tableElts"], func(kind string, node map[string]any) {
				if kind == "ColumnDef" {
					columns = append(columns, node["colname"].(string))
				}
			})
			tables[node["relation"].(map[string]any)["relname"].(string)] = columns
		}
	})
	if len(tables) == 0 {
		t.Fatal("no tables: does the test still read the tree?")
	}
	return tables
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

// tableNames returns the names of all tables, sorted.
func tableNames(t *testing.T) []string {
	var names []string
	for name := range dingtalk.Plugin(t.Context()).TableMap {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// checkPostgres reports what is wrong with a query of the documentation. others
// are tables of other plugins that it may read, with their columns.
func checkPostgres(t *testing.T, where, sql string, others map[string][]string) {
	t.Helper()
	for _, problem := range slices.Concat(badNames(t, sql, others), traps(t, sql), lostConditions(t, sql), earlyConditions(t, sql)) {
		t.Errorf("%s: %s", where, problem)
	}
}

// parse parses SQL with Postgres' own parser; nil, and an error, if it can't.
func parse(t *testing.T, sql string) (tree any, err error) {
	t.Helper()
	text, err := pgquery.ParseToJSON(sql)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(text), &tree); err != nil {
		t.Fatal(err)
	}
	return tree, nil
}

// badNames returns which tables and columns of a query there are none of, and
// whether its rows are in no order.
func badNames(t *testing.T, sql string, others map[string][]string) (problems []string) {
	t.Helper()
	tree, err := parse(t, sql)
	if err != nil {
		return []string{err.Error()}
	}
	known, tables := map[string]bool{}, map[string]bool{}
	for name, table := range dingtalk.Plugin(t.Context()).TableMap {
		tables[name] = true
		for _, c := range table.Columns {
			known[c.Name] = true
		}
	}
	for name, columns := range others {
		tables[name] = true
		for _, c := range columns {
			known[c] = true
		}
	}
	// Names that the query itself gives: aliases of columns, CTEs, and their and
	// functions' columns.
	ordered := false
	walk(tree, func(kind string, node map[string]any) {
		switch kind {
		case "stmt":
			statement, _ := node["SelectStmt"].(map[string]any)
			ordered = statement["sortClause"] != nil
		case "ResTarget":
			if name, ok := node["name"].(string); ok {
				known[name] = true
			}
		case "CommonTableExpr":
			tables[node["ctename"].(string)] = true
			nameAll(known, node["aliascolnames"])
		case "alias":
			nameAll(known, node["colnames"])
		}
	})
	if !ordered {
		problems = append(problems, "no order by")
	}
	columns := 0
	walk(tree, func(kind string, node map[string]any) {
		switch kind {
		case "ColumnRef":
			if name := columnName(node); name != "" {
				columns++
				if !known[name] {
					problems = append(problems, "there is no column "+name)
				}
			}
		case "RangeVar":
			if name := node["relname"].(string); !tables[name] {
				problems = append(problems, "there is no table "+name)
			}
		}
	})
	if columns == 0 {
		problems = append(problems, "no columns: does the test still read the tree?")
	}
	return problems
}

// traps returns what in a query Postgres does not pass on as it is meant.
func traps(t *testing.T, sql string) (problems []string) {
	t.Helper()
	tree, err := parse(t, sql)
	if err != nil {
		return []string{err.Error()}
	}
	plugin, keys := dingtalk.Plugin(t.Context()), map[string]bool{} // of the tables that it reads
	walk(tree, func(kind string, node map[string]any) {
		if kind != "RangeVar" {
			return
		}
		if table := plugin.TableMap[node["relname"].(string)]; table != nil {
			for _, k := range table.List.KeyColumns {
				keys[k.Name] = true
			}
		}
	})
	isKey := func(side map[string]any) bool {
		column, _ := side["ColumnRef"].(map[string]any)
		return column != nil && keys[columnName(column)]
	}
	walk(tree, func(kind string, node map[string]any) {
		switch kind {
		case "SubLink":
			switch node["subLinkType"] {
			case "ARRAY_SUBLINK":
				problems = append(problems, "array(select …) is answered wrongly")
			case "EXPR_SUBLINK":
				problems = append(problems, "(select …) as a value does not reach the plugin; use a join")
			}
		case "FuncCall":
			if name, _ := json.Marshal(node["funcname"]); strings.Contains(string(name), `"concat"`) {
				problems = append(problems, "concat() does not reach the plugin; use ||")
			}
		case "A_Expr":
			left, _ := node["lexpr"].(map[string]any)
			right, _ := node["rexpr"].(map[string]any)
			if name, _ := json.Marshal(node["name"]); string(name) != `[{"String":{"sval":"="}}]` {
				if isKey(left) && right["FuncCall"] != nil {
					problems = append(problems, "a function call as a bound does not reach the plugin; use an operator")
				}
				return
			}
			for _, sides := range [][2]map[string]any{{left, right}, {right, left}} {
				other := sides[1]
				switch _, column := other["ColumnRef"]; {
				case isKey(sides[0]) && !column && hasColumn(other):
					problems = append(problems, "an expression of another table does not reach the plugin, or crashes Postgres; use a materialized CTE")
				case !isKey(sides[0]) && len(sides[0]) > 0 && contains(sides[0], isKey) && !hasColumn(other):
					problems = append(problems, "an expression of a key column does not reach the plugin")
				}
			}
		}
	})
	return problems
}

// lostConditions returns the pairs of tables of which one is the plugin's and that
// a query joins by more than one condition. Postgres keeps the one on the key.
func lostConditions(t *testing.T, sql string) (problems []string) {
	t.Helper()
	tree, err := parse(t, sql)
	if err != nil {
		return []string{err.Error()}
	}
	plugin := dingtalk.Plugin(t.Context())
	visitSelects(tree, func(statement map[string]any) {
		ours := map[string]bool{} // the aliases of the plugin's tables
		var conditions []any
		var from func(any)
		from = func(item any) {
			node, _ := item.(map[string]any)
			if v, ok := node["RangeVar"].(map[string]any); ok {
				name := v["relname"].(string)
				if alias, ok := v["alias"].(map[string]any); ok {
					ours[alias["aliasname"].(string)] = plugin.TableMap[name] != nil
				} else {
					ours[name] = plugin.TableMap[name] != nil
				}
			}
			if join, ok := node["JoinExpr"].(map[string]any); ok {
				from(join["larg"])
				from(join["rarg"])
				conditions = append(conditions, conjuncts(join["quals"])...)
			}
		}
		items, _ := statement["fromClause"].([]any)
		for _, item := range items {
			from(item)
		}
		conditions = append(conditions, conjuncts(statement["whereClause"])...)
		pairs := map[string]int{}
		for _, condition := range conditions {
			tables := aliases(condition)
			for i, one := range tables {
				for _, other := range tables[i+1:] {
					if ours[one] || ours[other] {
						pairs[one+" and "+other]++
					}
				}
			}
		}
		for _, pair := range slices.Sorted(maps.Keys(pairs)) {
			if pairs[pair] > 1 {
				problems = append(problems, fmt.Sprintf("Postgres loses all conditions between %s but that on the key; join in a materialized CTE, and filter behind it", pair))
			}
		}
	})
	return problems
}

// earlyConditions returns the left joins of a query on a column of a table of the
// plugin that is joined to another table before. Postgres may apply their condition
// before it has read the table that they bring.
func earlyConditions(t *testing.T, sql string) (problems []string) {
	t.Helper()
	tree, err := parse(t, sql)
	if err != nil {
		return []string{err.Error()}
	}
	plugin := dingtalk.Plugin(t.Context())
	visitSelects(tree, func(statement map[string]any) {
		// from adds the plugin's tables in an item of the from clause to ours, and
		// returns how many tables it has.
		ours := map[string]bool{}
		var from func(any) int
		from = func(item any) int {
			node, _ := item.(map[string]any)
			join, ok := node["JoinExpr"].(map[string]any)
			if !ok {
				if v, ok := node["RangeVar"].(map[string]any); ok && plugin.TableMap[v["relname"].(string)] != nil {
					alias, _ := v["alias"].(map[string]any)
					name, ok := alias["aliasname"].(string)
					if !ok {
						name = v["relname"].(string)
					}
					ours[name] = true
				}
				return 1
			}
			left := from(join["larg"])
			if join["jointype"] == "JOIN_LEFT" && left > 1 {
				for _, name := range aliases(join["quals"]) {
					if ours[name] {
						problems = append(problems, "Postgres may apply the condition of a left join to "+name+" too early; make the joins before it a materialized CTE")
					}
				}
			}
			return left + from(join["rarg"])
		}
		items, _ := statement["fromClause"].([]any)
		for _, item := range items {
			from(item)
		}
	})
	return problems
}

// visitSelects visits every select of a parse tree.
func visitSelects(tree any, visit func(map[string]any)) {
	walk(tree, func(kind string, node map[string]any) {
		if kind == "SelectStmt" || kind == "larg" || kind == "rarg" {
			if node["fromClause"] != nil {
				visit(node)
			}
		}
	})
}

// conjuncts are the conditions that a condition is the conjunction of.
func conjuncts(condition any) []any {
	node, _ := condition.(map[string]any)
	if len(node) == 0 {
		return nil
	}
	and, _ := node["BoolExpr"].(map[string]any)
	if and["boolop"] != "AND_EXPR" {
		return []any{condition}
	}
	var all []any
	for _, arg := range and["args"].([]any) {
		all = append(all, conjuncts(arg)...)
	}
	return all
}

// aliases are the tables whose columns a condition names, sorted.
func aliases(condition any) []string {
	names := map[string]bool{}
	walk(condition, func(kind string, node map[string]any) {
		if fields, _ := node["fields"].([]any); kind == "ColumnRef" && len(fields) > 1 {
			first, _ := fields[0].(map[string]any)["String"].(map[string]any)
			names[fmt.Sprint(first["sval"])] = true
		}
	})
	return slices.Sorted(maps.Keys(names))
}

// columnName is the name of a column reference, without its table; "" for *.
func columnName(reference map[string]any) string {
	fields := reference["fields"].([]any)
	last, _ := fields[len(fields)-1].(map[string]any)["String"].(map[string]any)
	name, _ := last["sval"].(string)
	return name
}

// hasColumn reports whether an expression refers to a column.
func hasColumn(expression any) bool {
	return contains(expression, func(side map[string]any) bool { return side["ColumnRef"] != nil })
}

// contains reports whether a part of an expression is what is says.
func contains(expression any, is func(part map[string]any) bool) bool {
	switch expression := expression.(type) {
	case []any:
		return slices.ContainsFunc(expression, func(part any) bool { return contains(part, is) })
	case map[string]any:
		if is(expression) {
			return true
		}
		for _, part := range expression {
			if contains(part, is) {
				return true
			}
		}
	}
	return false
}

// Each query that the page of traps calls wrong is one that the checks of the
// examples would find, unless only an engine can show it; each other is a good one.
func TestTraps(t *testing.T) {
	page := read(t, "docs/postgres-traps.md")
	wrong, right := blocks(page, "text"), blocks(page, "sql")
	if len(wrong) < 8 || len(right) < 5 {
		t.Errorf("%d wrong and %d right queries: does the test still find them?", len(wrong), len(right))
	}
	for _, sql := range wrong {
		shown := strings.Contains(sql, "dingtalk_schedule_conference_plan as p")
		if found := len(traps(t, sql)) + len(lostConditions(t, sql)) + len(earlyConditions(t, sql)); (found == 0) != shown {
			t.Errorf("%d warnings of\n%s", found, sql)
		}
	}
	for _, sql := range right {
		checkPostgres(t, "docs/postgres-traps.md", sql, nil)
	}
}

// nameAll adds the names in a list of a parse tree.
func nameAll(names map[string]bool, list any) {
	walk(list, func(kind string, node map[string]any) {
		if kind == "String" {
			names[node["sval"].(string)] = true
		}
	})
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
