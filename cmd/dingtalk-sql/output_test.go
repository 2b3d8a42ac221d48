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
	got := command(t, []string{"LC_ALL=zh_CN.UTF-8"}, "", "--demo", sql)
	if want.code != 0 || got.stdout != want.stdout || got.stderr != "-- 0 次 API 调用\n" {
		t.Errorf("%+v, want the table of %+v", got, want)
	}
}

func TestSummary(t *testing.T) {
	for _, test := range []struct {
		result  queryResult
		want    string
		chinese string
	}{
		{queryResult{Result: &sqlite.Result{Columns: []string{"a"}}}, "0 rows, 0 API calls, 0.0 s", "0 行，0 次 API 调用，0.0 秒"},
		{queryResult{Result: &sqlite.Result{Columns: []string{"a"}, Rows: [][]any{{nil}}}, calls: apiCalls{1, 1}, took: 840e6},
			"1 row, 1 API call, 0.8 s", "1 行，1 次 API 调用，0.8 秒"},
		{queryResult{Result: &sqlite.Result{Changed: 3}, statement: "INSERT into t …", calls: apiCalls{71, 47}, took: 61e9},
			"3 rows changed, 71 API calls (47 of them counted against the month), 61.0 s", "更改了 3 行，71 次 API 调用（其中 47 次计入每月调用量），61.0 秒"},
		{queryResult{Result: &sqlite.Result{}, statement: "delete\nfrom t"}, "0 rows changed, 0 API calls, 0.0 s", "更改了 0 行，0 次 API 调用，0.0 秒"},
		{queryResult{Result: &sqlite.Result{}, statement: "create table insert_ …", calls: apiCalls{1, 0}},
			"done, 1 API call (not counted against the month), 0.0 s", "完成，1 次 API 调用（不计入每月调用量），0.0 秒"},
	} {
		if got := test.result.summary(false); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
		if got := test.result.summary(true); got != test.chinese {
			t.Errorf("%q, want %q", got, test.chinese)
		}
	}
}
