package docs_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	pgquery "github.com/wasilibs/go-pgquery"
)

// The Postgres part of docs/history.md is Postgres' SQL, with columns that there
// are, and inserts what it made a table for.
func TestHistoryInPostgres(t *testing.T) {
	_, section, _ := strings.Cut(read(t, "docs/history.md"), "\n## With Steampipe\n")
	all := blocks(section, "sql")
	if len(all) != 4 {
		t.Fatalf("%d blocks", len(all))
	}
	columns := map[string]bool{}
	for _, c := range dingtalk.Plugin(t.Context()).TableMap["dingtalk_schedule_conference"].Columns {
		columns[c.Name] = true
	}
	made, selected := map[string]int{}, 0
	for _, sql := range all {
		text, err := pgquery.ParseToJSON(sql)
		if err != nil {
			t.Errorf("%v in\n%s", err, sql)
			continue
		}
		var tree any
		if err := json.Unmarshal([]byte(text), &tree); err != nil {
			t.Fatal(err)
		}
		walk(tree, func(kind string, node map[string]any) {
			switch kind {
			case "CreateStmt":
				made[node["relation"].(map[string]any)["relname"].(string)] = len(node["tableElts"].([]any))
			case "ColumnRef":
				var names []string
				walk(node["fields"], func(kind string, node map[string]any) {
					if kind == "String" {
						names = append(names, node["sval"].(string))
					}
				})
				if names[0] == "c" {
					selected++
					if !columns[names[1]] {
						t.Errorf("dingtalk_schedule_conference has no column %s", names[1])
					}
				}
			}
		})
	}
	// Two more than are inserted: those of the join and of the condition.
	if made["meeting"] != 6 || selected != made["meeting"]+2 {
		t.Errorf("%d columns are made, and %d named", made["meeting"], selected)
	}
}
