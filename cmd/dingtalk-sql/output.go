package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
)

// format is the value of --output.
type format string

const (
	formatTable format = "table"
	formatCSV   format = "csv"
	formatJSON  format = "json"
)

func (f *format) String() string { return string(*f) }

// Set accepts one of the formats.
func (f *format) Set(s string) error {
	if !slices.Contains([]format{formatTable, formatCSV, formatJSON}, format(s)) {
		return fmt.Errorf("it must be table, csv or json")
	}
	*f = format(s)
	return nil
}

// holds refuses more results than the format can hold.
func (f format) holds(results int) error {
	if f != formatTable && results > 1 {
		return fmt.Errorf("%d statements have a result, and %s can hold one: run them one by one", results, f)
	}
	return nil
}

// write prints a result.
func (f format) write(w io.Writer, r *sqlite.Result) error {
	switch f {
	case formatCSV:
		return writeCSV(w, r)
	case formatJSON:
		return writeJSON(w, r)
	default:
		return writeTable(w, r)
	}
}

// writeTable prints an aligned table. Numbers stand at the right, NULL is
// <null>, and wide characters count as two.
func writeTable(w io.Writer, r *sqlite.Result) error {
	t := table.NewWriter()
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(tableRow(r.Columns, func(s string) any { return s }))
	for _, row := range r.Rows {
		t.AppendRow(tableRow(row, func(v any) any {
			if v == nil {
				return "<null>"
			}
			return printable(v)
		}))
	}
	_, err := fmt.Fprintln(w, t.Render())
	return err
}

func tableRow[T any](values []T, cell func(T) any) table.Row {
	row := make(table.Row, len(values))
	for i, v := range values {
		row[i] = cell(v)
	}
	return row
}

// printable turns bytes into text and leaves the other values alone.
func printable(v any) any {
	if b, ok := v.([]byte); ok {
		return string(b)
	}
	return v
}

// writeCSV prints a header line and the rows; NULL is an empty field.
func writeCSV(w io.Writer, r *sqlite.Result) error {
	out := csv.NewWriter(w)
	_ = out.Write(r.Columns) // Error reports it
	for _, row := range r.Rows {
		record := make([]string, len(row))
		for i, v := range row {
			if v != nil {
				record[i] = fmt.Sprint(printable(v))
			}
		}
		_ = out.Write(record)
	}
	out.Flush()
	return out.Error()
}

// writeJSON prints an array with an object for each row, its members in the
// order of the columns.
func writeJSON(w io.Writer, r *sqlite.Result) error {
	names := make([][]byte, len(r.Columns))
	for i, c := range r.Columns {
		if slices.Contains(r.Columns[:i], c) {
			return fmt.Errorf("two columns are named %q, which JSON cannot tell apart: name them with AS", c)
		}
		names[i], _ = json.Marshal(c) // a string always can be
	}
	var b bytes.Buffer
	b.WriteByte('[')
	for i, row := range r.Rows {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n  {")
		for j, v := range row {
			if j > 0 {
				b.WriteString(", ")
			}
			value, err := json.Marshal(printable(v))
			if err != nil {
				return fmt.Errorf("row %d, column %s: %w", i+1, r.Columns[j], err)
			}
			b.Write(names[j])
			b.WriteString(": ")
			b.Write(value)
		}
		b.WriteByte('}')
	}
	b.WriteString("\n]\n")
	_, err := w.Write(b.Bytes())
	return err
}
