package spreadsheet_test

import (
	"encoding/csv"
	"slices"
	"strings"
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
		" =1":               "' =1",
		"\n=1+1":            "'\n=1+1",
		"\v=1":              "'\v=1",
		"\u200b=1+1":        "'\u200b=1+1",
		"＝1+1":              "'＝1+1",
		"＠all":              "'＠all",
		" 1":                " 1",
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

// Each cell is in quotation marks, and is read as it was.
func TestWrite(t *testing.T) {
	rows := [][]string{{"a", `x;=1+1`, `"quoted"`}, {"", "two\nlines", "董事会"}}
	var b strings.Builder
	if err := spreadsheet.Write(&b, rows); err != nil {
		t.Fatal(err)
	}
	text, bom := strings.CutPrefix(b.String(), spreadsheet.BOM)
	if !bom || !strings.HasPrefix(text, `"a","x;=1+1","""quoted"""`+"\n") {
		t.Errorf("%q", b.String())
	}
	back, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || !slices.EqualFunc(rows, back, slices.Equal) {
		t.Errorf("%q, %v", back, err)
	}
}
