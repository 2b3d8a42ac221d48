package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
)

func TestComplete(t *testing.T) {
	column := func(names ...string) (columns []sqlite.Column) {
		for _, name := range names {
			columns = append(columns, sqlite.Column{Name: name})
		}
		return columns
	}
	tables := []sqlite.Table{
		{Schema: "main", Name: "mine", Columns: column("selected", "title")},
		{Schema: "hq", Name: "conference", Columns: column("title", "time", "标题")},
		{Schema: "hq", Name: "user", Columns: column("name", "title")},
	}
	// "|" is the cursor.
	tests := []struct {
		pending, before, after string
		head                   string
		words                  []string
	}{
		{"", "sel", "", "", []string{"select", "selected"}},
		{"", "SEL", "", "", []string{"SELECT", "selected"}},
		{"", "select * from ", "", "select * from ", []string{"conference", "mine", "user"}},
		{"", "select * from c", " limit 1", "select * from ", []string{"conference"}},
		{"", "select * FROM hq.", "", "select * FROM ", []string{"hq.conference", "hq.user"}},
		{"select *\nfrom\n", "u", "", "", []string{"user"}},
		{"", "select t", " from user", "select ", []string{"table", "temp", "text", "then", "title"}},
		{"", "select 字, ti", " from conference c", "select 字, ", []string{"time", "title"}},
		{"", "select 标", " from conference", "select ", []string{"标题"}},
		{"", "select c.", " from conference c", "select ", []string{"c.time", "c.title", "c.标题"}},
		{"", "select count(ti", " from conference", "select count(", []string{"time", "title"}},
		{"", "select ", " from user", "select ", []string{"name", "title"}},
		{"", "select na", "", "select ", []string{"name"}},
		{"", "select ", "", "select ", nil},
		{"", "select nothinglike", "", "select ", nil},
		{"", ".t", "", "", []string{".tables", ".timing"}},
		{"", "", "", "", nil},
		{"select 1\n", ".t", "", "", nil},
		{"", ".output ", "", ".output ", []string{"csv", "json", "line", "table"}},
		{"", ".inspect us", "", ".inspect ", []string{"user"}},
	}
	for _, test := range tests {
		head, words, tail := complete(test.pending, test.before+test.after, len([]rune(test.before)), tables)
		if head != test.head || tail != test.after {
			t.Errorf("%q|%q: between %q and %q", test.before, test.after, head, tail)
		}
		if len(words) == 0 {
			words = nil
		}
		if d := cmp.Diff(test.words, words); d != "" {
			t.Errorf("%q|%q (-want +got):\n%s", test.before, test.after, d)
		}
	}
}
