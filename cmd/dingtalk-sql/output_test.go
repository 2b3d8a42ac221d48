package main

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
)

// hostile is a title that would turn a terminal red, ring its bell, write from
// the right, move to another line, and is no UTF-8 at its end.
const hostile = "a\x1b[31m\ab\u009b2J\u202e\u2066c\r\n\td\u2028e\xff�"

const hostileShown = `a\x1b[31m\x07b\x9b2J\u202e\u2066c\r\n\td\u2028e\xff` + "�"

func TestWhatMovesTheTerminalIsWrittenOut(t *testing.T) {
	r := &sqlite.Result{Columns: []string{"x\x1b"}, Rows: [][]any{{hostile}, {[]byte(hostile)}, {"字 e\u0301 \U0001f468\u200d\U0001f469"}}}
	for f, want := range map[format]string{
		formatTable: "+------------------------------------------------------+\n" +
			"| x\\x1b                                                |\n" +
			"+------------------------------------------------------+\n" +
			"| " + hostileShown + " |\n| " + hostileShown + " |\n" +
			"| 字 e\u0301 \U0001f468\u200d\U0001f469                                            |\n" +
			"+------------------------------------------------------+\n",
		formatLine: "-[ row 1 ]-\nx\\x1b | " + hostileShown + "\n-[ row 2 ]-\nx\\x1b | " + hostileShown + "\n-[ row 3 ]-\nx\\x1b | 字 e\u0301 \U0001f468\u200d\U0001f469\n",
	} {
		var b bytes.Buffer
		if err := f.write(&b, r); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, b.String()); d != "" {
			t.Errorf("%s (-want +got):\n%s", f, d)
		}
	}
}

// Programs get values as they are.
func TestFormatsForPrograms(t *testing.T) {
	tests := []struct {
		name      string
		columns   []string
		rows      [][]any
		csv, json string
	}{
		{"no rows", []string{"a"}, nil, "a\n", "[\n]\n"},
		{"a column of nothing", []string{"a"}, [][]any{{nil}, {""}, {"x"}, {nil}}, "a\n\"\"\n\"\"\nx\n\"\"\n",
			"[\n  {\"a\": null},\n  {\"a\": \"\"},\n  {\"a\": \"x\"},\n  {\"a\": null}\n]\n"},
		{"two columns of nothing", []string{"a", "b"}, [][]any{{nil, nil}}, "a,b\n,\n", "[\n  {\"a\": null, \"b\": null}\n]\n"},
		{"what HTML has", []string{"<a>"}, [][]any{{"R&D <b>"}}, "<a>\nR&D <b>\n", "[\n  {\"<a>\": \"R&D <b>\"}\n]\n"},
		{"lines and quotes", []string{"a"}, [][]any{{"x\n\"y\""}}, "a\n\"x\n\"\"y\"\"\"\n", "[\n  {\"a\": \"x\\n\\\"y\\\"\"}\n]\n"},
	}
	for _, test := range tests {
		r := &sqlite.Result{Columns: test.columns, Rows: test.rows}
		for f, want := range map[format]string{formatCSV: test.csv, formatJSON: test.json} {
			var b bytes.Buffer
			if err := f.write(&b, r); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, b.String()); d != "" {
				t.Errorf("%s, %s (-want +got):\n%s", test.name, f, d)
			}
		}
	}
}

// A character is as wide in a Chinese locale as in any other.
func TestWidthInAChineseLocale(t *testing.T) {
	const sql = "select '“评审”…' as a"
	want := command(t, []string{"LC_ALL=C.UTF-8"}, "", "--demo", sql)
	check(t, want, command(t, []string{"LC_ALL=zh_CN.UTF-8"}, "", "--demo", sql))
	if want.code != 0 {
		t.Error(want)
	}
}

func TestSummary(t *testing.T) {
	for want, a := range map[string]queryResult{
		"0 rows, 0 API calls, 0.0 s":          {Result: &sqlite.Result{Columns: []string{"a"}}},
		"1 row, 1 API call, 0.8 s":            {Result: &sqlite.Result{Columns: []string{"a"}, Rows: [][]any{{nil}}}, calls: 1, took: 840e6},
		"3 rows changed, 2 API calls, 61.0 s": {Result: &sqlite.Result{Changed: 3}, statement: "INSERT into t …", calls: 2, took: 61e9},
		"0 rows changed, 0 API calls, 0.0 s":  {Result: &sqlite.Result{}, statement: "delete\nfrom t"},
		"done, 1 API call, 0.0 s":             {Result: &sqlite.Result{}, statement: "create table insert_ …", calls: 1},
	} {
		if got := a.summary(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
