package docs_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	pgquery "github.com/wasilibs/go-pgquery"
)

var (
	insertSelect = regexp.MustCompile(`(?s)insert into (\w+) \(([^)]*)\)\s+select (.*?)\s+from\s(.*?);`)
	parentheses  = regexp.MustCompile(`\([^()]*\)`)
	aliased      = regexp.MustCompile(`(\w+) as (\w)\b`)
	qualified    = regexp.MustCompile(`\b(\w)\.(\w+)`)
)

// The files of the history are Postgres' SQL, where Postgres runs them. Both jobs fill the
// same columns, each with the column of its name, and name columns that there are.
func TestHistory(t *testing.T) {
	columns := map[string][]string{"history_due": {"step", "kind", "id"}, "held": nil}
	for name, table := range dingtalk.Plugin(t.Context()).TableMap {
		for _, c := range table.Columns {
			columns[name] = append(columns[name], c.Name)
		}
	}
	for _, file := range []string{"history/tables.sql", "history/postgres/collect.sql", "history/move.sql"} {
		tree, err := parse(t, read(t, file))
		if err != nil {
			t.Errorf("%s: %v", file, err)
		}
		walk(tree, func(kind string, node map[string]any) {
			if kind != "CreateStmt" {
				return
			}
			table := node["relation"].(map[string]any)["relname"].(string)
			walk(node["tableElts"], func(kind string, node map[string]any) {
				if kind == "ColumnDef" {
					columns[table] = append(columns[table], node["colname"].(string))
				}
			})
		})
	}
	if _, err := pgquery.ParsePlPgSqlToJSON(read(t, "history/postgres/collect.sql")); err != nil {
		t.Errorf("the procedure: %v", err)
	}
	columns["held"] = columns["dingtalk_conference"]

	filled := map[string]map[string]string{}
	for _, file := range []string{"history/sqlite/collect", "history/postgres/collect.sql"} {
		filled[file] = map[string]string{}
		for _, m := range insertSelect.FindAllStringSubmatch(read(t, file), -1) {
			statement, into, from := m[0], strings.Split(m[2], ", "), m[3]
			for parentheses.MatchString(from) {
				from = parentheses.ReplaceAllString(from, "")
			}
			selected := strings.Split(from, ", ")
			if len(into) != len(selected) {
				t.Errorf("%s: %d columns of %d values:\n%s", file, len(into), len(selected), statement)
				continue
			}
			for i, column := range into {
				value := qualified.FindStringSubmatch(selected[i])
				if value != nil && value[0] == selected[i] && value[2] != column && value[2] != strings.TrimPrefix(column, "event_") {
					t.Errorf("%s: %s becomes %s", file, selected[i], column)
				}
			}
			tables := map[string]string{}
			for _, m := range aliased.FindAllStringSubmatch(statement, -1) {
				if tables[m[2]] = m[1]; columns[m[1]] == nil {
					t.Errorf("%s: there is no table %s:\n%s", file, m[1], statement)
				}
			}
			for _, m := range qualified.FindAllStringSubmatch(statement, -1) {
				if all, known := columns[tables[m[1]]]; known && !slices.Contains(all, m[2]) {
					t.Errorf("%s: %s is no column of %q:\n%s", file, m[0], tables[m[1]], statement)
				}
			}
			filled[file][m[1]+" "+m[2]] = ""
		}
	}
	sqlite, postgres := filled["history/sqlite/collect"], filled["history/postgres/collect.sql"]
	// Its values are variables in Postgres.
	delete(sqlite, "history_request kind, id, asked_time, answered_time, error, failing_since")
	if d := cmp.Diff(slices.Sorted(maps.Keys(sqlite)), slices.Sorted(maps.Keys(postgres))); d != "" || len(sqlite) != 7 {
		t.Errorf("what %d statements fill (-SQLite +Postgres):\n%s", len(sqlite), d)
	}
}
