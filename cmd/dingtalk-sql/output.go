package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/advice"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/plaintext"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
)

// format is the value of --output.
type format string

const (
	formatTable format = "table"
	formatLine  format = "line"
	formatCSV   format = "csv"
	formatJSON  format = "json"
)

var formats = []format{formatTable, formatLine, formatCSV, formatJSON}

func (f *format) String() string { return string(*f) }

// Set accepts one of the formats.
func (f *format) Set(s string) error {
	if !slices.Contains(formats, format(s)) {
		return advice.Of("it must be table, line, csv or json", "请填写 table、line、csv 或 json。")
	}
	*f = format(s)
	return nil
}

// forPeople reports whether people read the format, and not programs.
func (f format) forPeople() bool { return f == formatTable || f == formatLine }

// accepts returns an error if the format cannot have that many results.
func (f format) accepts(results int) error {
	if !f.forPeople() && results > 1 {
		return advice.Of(fmt.Sprintf("%d statements have a result, and %s can hold one: run them one by one", results, f),
			fmt.Sprintf("有 %d 条语句返回结果，而 %s 只能存放一个结果：请逐条执行。", results, f))
	}
	return nil
}

// write prints a result.
func (f format) write(w io.Writer, r *sqlite.Result) error {
	switch f {
	case formatLine:
		return writeLines(w, r)
	case formatCSV:
		return writeCSV(w, r)
	case formatJSON:
		return writeJSON(w, r)
	}
	table := renderTable(r)
	// The first line is a frame of ASCII, and as long as the longest.
	if width, _, _ := strings.Cut(table, "\n"); terminalWidth(w) > 0 && len(width) > terminalWidth(w) {
		return writeLines(w, r)
	}
	_, err := io.WriteString(w, table)
	return err
}

// printable returns bytes as text, and other values as they are.
func printable(v any) any {
	if b, ok := v.([]byte); ok {
		return string(b)
	}
	return v
}

// shown returns a value as a person reads it: NULL is <null>, and a text has no control
// characters.
func shown(v any) any {
	if v == nil {
		return "<null>"
	}
	if s, ok := printable(v).(string); ok {
		return plaintext.Of(s)
	}
	return v
}
