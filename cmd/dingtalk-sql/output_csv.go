package main

import (
	"encoding/csv"
	"fmt"
	"io"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/spreadsheet"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
)

// writeSpreadsheet prints a header line and the rows for a spreadsheet; NULL is an empty
// field, and a text is no formula.
func writeSpreadsheet(w io.Writer, r *sqlite.Result) error {
	header := make([]string, len(r.Columns))
	for i, name := range r.Columns {
		header[i] = spreadsheet.Cell(name)
	}
	rows := [][]string{header}
	for _, row := range r.Rows {
		cells := make([]string, len(row))
		for i, v := range row {
			if text, ok := printable(v).(string); ok {
				cells[i] = spreadsheet.Cell(text)
			} else if v != nil {
				cells[i] = fmt.Sprint(printable(v))
			}
		}
		rows = append(rows, cells)
	}
	return spreadsheet.Write(w, rows)
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
		if len(record) == 1 && record[0] == "" {
			// A blank line would be no row to those who read it.
			out.Flush()
			if _, err := io.WriteString(w, "\"\"\n"); err != nil {
				return err
			}
			continue
		}
		_ = out.Write(record)
	}
	out.Flush()
	return out.Error()
}
