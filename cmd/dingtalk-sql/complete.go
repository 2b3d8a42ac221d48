package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
)

// keywords are SQL's that a person types often.
var keywords = strings.Fields(`all and as asc between by case cast conflict count create cross delete desc distinct do
	drop else end except exists explain from group having in inner insert intersect into is join json_each key left like
	limit not nothing null offset on or order over partition plan primary query replace select set sum table temp text
	then union update using values view when where with without`)

// afterTable are the words behind which a table is named.
var afterTable = []string{"from", "join", "into", "update", "table"}

var (
	lastWord   = regexp.MustCompile(`[\pL_.][\pL\pN_.]*$`)
	wordBefore = regexp.MustCompile(`([\pL_.][\pL\pN_.]*)\s+$`)
)

// complete returns what the word before a position in a line may become. pending
// are the lines of the statement before it, and pos counts characters.
func complete(pending, line string, pos int, tables []sqlite.Table) (head string, words []string, tail string) {
	runes := []rune(line)
	head, tail = string(runes[:pos]), string(runes[pos:])
	typed := lastWord.FindString(head)
	head = strings.TrimSuffix(head, typed)
	return head, candidates(pending, head, typed, pending+line, tables), tail
}

// candidates are the words that typed may become, behind what is before it.
func candidates(pending, before, typed, statement string, tables []sqlite.Table) []string {
	previous := ""
	if m := wordBefore.FindStringSubmatch(pending + before); m != nil {
		previous = strings.ToLower(m[1])
	}
	var all []string
	switch {
	case pending == "" && strings.TrimSpace(before) == "" && strings.HasPrefix(typed, "."):
		for _, c := range commands {
			all = append(all, c.name)
		}
	case pending == "" && previous == ".output":
		for _, f := range formats {
			all = append(all, string(f))
		}
	case pending == "" && previous == ".inspect", slices.Contains(afterTable, previous):
		all = tableNames(tables, typed)
	case strings.Contains(typed, "."):
		all = append(tableNames(tables, typed), columnNames(sqlite.NamedTables(statement, tables), typed)...)
	default:
		named := sqlite.NamedTables(statement, tables)
		all = columnNames(named, typed)
		if typed != "" {
			if len(named) == 0 { // columns are typed before their table
				all = columnNames(tables, typed)
			}
			all = append(append(all, tableNames(tables, typed)...), inCaseOf(typed, keywords)...)
		}
	}
	all = slices.DeleteFunc(all, func(word string) bool {
		return len(word) < len(typed) || !strings.EqualFold(word[:len(typed)], typed)
	})
	slices.Sort(all)
	return slices.Compact(all)
}

// tableNames are the tables' names, behind a schema if one was typed, and the
// schemas.
func tableNames(tables []sqlite.Table, typed string) []string {
	var names []string
	for _, t := range tables {
		if strings.Contains(typed, ".") {
			names = append(names, t.Schema+"."+t.Name)
		} else {
			names = append(names, t.Name)
		}
	}
	return names
}

// columnNames are the columns of tables, behind the alias if one was typed.
func columnNames(tables []sqlite.Table, typed string) []string {
	alias := typed[:strings.LastIndex(typed, ".")+1]
	var names []string
	for _, t := range tables {
		for _, c := range t.Columns {
			names = append(names, alias+c.Name)
		}
	}
	return names
}

// inCaseOf are words in capitals, if what was typed is.
func inCaseOf(typed string, words []string) []string {
	if typed != strings.ToUpper(typed) {
		return words
	}
	upper := make([]string, len(words))
	for i, w := range words {
		upper[i] = strings.ToUpper(w)
	}
	return upper
}
