package spreadsheet_test

import (
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/spreadsheet"
)

func TestCell(t *testing.T) {
	for text, want := range map[string]string{
		"":                  "",
		"Stand-up 每日站会":     "Stand-up 每日站会",
		"=HYPERLINK(\"x\")": "'=HYPERLINK(\"x\")",
		"+8613800000000":    "'+8613800000000",
		"-1":                "'-1",
		"@all":              "'@all",
		"\t=1":              "'\t=1",
		"\r=1":              "'\r=1",
		"'=1":               "''=1",
		"''-":               "'''-",
		"'quoted'":          "'quoted'",
		" =1":               " =1",
		"1-2":               "1-2",
		"'":                 "'",
	} {
		cell := spreadsheet.Cell(text)
		if cell != want {
			t.Errorf("%q: %q, want %q", text, cell, want)
		}
		if back := spreadsheet.Text(cell); back != text {
			t.Errorf("%q became %q, and of that %q", text, cell, back)
		}
	}
}
