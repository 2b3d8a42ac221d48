package docs_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/docs"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	pgquery "github.com/wasilibs/go-pgquery"
)

// The pages that go from table to table are found from the tables' pages, and their
// queries name columns that there are, of other plugins' tables as well.
func TestPagesOfJoins(t *testing.T) {
	others := otherTables(t)
	for name, from := range map[string][]string{
		"calendar-to-attendance":       {"README.md", "docs/index.md", "docs/joins.md", "docs/tables/dingtalk_calendar_event.md", "docs/tables/dingtalk_user.md", "docs/tables/dingtalk_department.md", "docs/tables/dingtalk_department_member.md"},
		"zh-CN/calendar-to-attendance": {"README.zh-CN.md", "docs/zh-CN/index.md", "docs/zh-CN/tables/dingtalk_calendar_event.md", "docs/calendar-to-attendance.md"},
		"joins":                        {"README.md", "docs/index.md", "docs/calendar-to-attendance.md", "docs/tables/dingtalk_user.md"},
	} {
		path := "docs/" + name + ".md"
		page := read(t, path)
		examples, err := docs.Examples(page)
		if err != nil || len(examples) < 4 {
			t.Errorf("%s: %d examples, %v", name, len(examples), err)
		}
		for _, e := range examples {
			if strings.HasPrefix(strings.TrimSpace(e.Text), "```") {
				t.Errorf("%s: %s: it needs a sentence", name, e.Heading)
			}
			checkPostgres(t, name+": "+e.Heading, e.Postgres, others)
		}
		for _, other := range from {
			if !slices.Contains(linked(other, read(t, other)), path) {
				t.Errorf("%s does not lead to %s", other, path)
			}
		}
	}
}

// linked returns the files of this repository to which a page has links.
func linked(page, text string) (files []string) {
	for _, target := range found(text, `\]\(([^)#\s]+)`) {
		if file, ok := strings.CutPrefix(target, "https://github.com/turbot/steampipe-plugin-dingtalk/blob/main/"); ok {
			files = append(files, file)
		} else {
			files = append(files, filepath.Join(filepath.Dir(page), target))
		}
	}
	return files
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
	known, tables := map[string]bool{"sp_connection_name": true}, map[string]bool{}
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
	ourTables := dingtalk.Plugin(t.Context()).TableMap
	visitSelects(tree, func(statement map[string]any) {
		ours := map[string]bool{} // the aliases of the plugin's tables
		keys := map[string]bool{} // the columns that Postgres passes on together
		var conditions []any
		var from func(any)
		from = func(item any) {
			node, _ := item.(map[string]any)
			if v, ok := node["RangeVar"].(map[string]any); ok {
				name := v["relname"].(string)
				table := ourTables[name]
				if alias, ok := v["alias"].(map[string]any); ok {
					name = alias["aliasname"].(string)
				}
				ours[name] = table != nil
				for _, key := range passedTogether(table) {
					keys[name+"."+key] = true
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
		pairs, byKeys := map[string]int{}, map[string]bool{}
		for _, condition := range conditions {
			tables := aliases(condition)
			if len(tables) == 2 && isEquality(condition, keys) {
				if pair := tables[0] + " and " + tables[1]; !byKeys[pair] {
					byKeys[pair] = true
					pairs[pair]++
				}
				continue
			}
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

// passedTogether are the key columns of which Postgres passes all on that a join
// names: those that a query must name and, of a table that takes bounds as well,
// the others too (delivery/steampipe.go).
func passedTogether(table *plugin.Table) (names []string) {
	if table == nil {
		return nil
	}
	required, bounds := false, false
	for _, k := range table.List.KeyColumns {
		required = required || k.Require == plugin.Required
		bounds = bounds || slices.Contains(k.Operators, ">=")
	}
	for _, k := range table.List.KeyColumns {
		if k.Require == plugin.Required || required && bounds && len(k.Operators) == 1 {
			names = append(names, k.Name)
		}
	}
	return names
}

// isEquality reports whether a condition says that one of some columns, each with
// its table, equals another column.
func isEquality(condition any, columns map[string]bool) bool {
	node, _ := condition.(map[string]any)
	e, _ := node["A_Expr"].(map[string]any)
	isColumn := func(side any) (isOne, isAny bool) {
		node, _ := side.(map[string]any)
		reference, ok := node["ColumnRef"].(map[string]any)
		if !ok {
			return false, false
		}
		return columns[strings.Join(append(aliases(side), columnName(reference)), ".")], true
	}
	left, leftColumn := isColumn(e["lexpr"])
	right, rightColumn := isColumn(e["rexpr"])
	return e["kind"] == "AEXPR_OP" && fmt.Sprint(e["name"]) == "[map[String:map[sval:=]]]" && leftColumn && rightColumn && (left || right)
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
	ourTables := dingtalk.Plugin(t.Context()).TableMap
	visitSelects(tree, func(statement map[string]any) {
		// from adds the plugin's tables in an item of the from clause to ours, and
		// returns how many tables it has.
		ours := map[string]bool{}
		var from func(any) int
		from = func(item any) int {
			node, _ := item.(map[string]any)
			join, ok := node["JoinExpr"].(map[string]any)
			if !ok {
				if v, ok := node["RangeVar"].(map[string]any); ok && ourTables[v["relname"].(string)] != nil {
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

// A join may name all the keys that Postgres passes on together, and nothing else
// beside a key.
func TestLostConditions(t *testing.T) {
	for condition, lost := range map[string]int{
		"dingtalk_calendar_event_attendee as a on a.union_id = o.u and a.event_id = o.e":                         0,
		"dingtalk_calendar_event_attendee as a on o.u = a.union_id and a.event_id = o.e and a.is_optional = o.f": 1,
		"dingtalk_calendar_event_attendee as a on a.union_id = o.u and a.event_id > o.e":                         1,
		"dingtalk_calendar_event_attendee as a on a.union_id = o.u and a.event_id = lower(o.e)":                  1,
		"dingtalk_calendar_event as a on a.union_id = o.u and a.id = o.e":                                        0,
		"dingtalk_calendar_event as a on a.union_id = o.u and a.title = o.e":                                     1,
		"dingtalk_conference as a on a.conference_id = o.u and a.room_code = o.e":                                1,
		"dingtalk_conference_recording as a on a.conference_id = o.u and a.acting_union_id = o.e":                1,
	} {
		if problems := lostConditions(t, "select a.title from other as o join "+condition); len(problems) != lost {
			t.Errorf("%s: %q", condition, problems)
		}
	}
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
