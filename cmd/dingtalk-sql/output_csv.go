package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/spreadsheet"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
)

// writeSpreadsheet is writeCSV for a spreadsheet.
func writeSpreadsheet(w io.Writer, r *sqlite.Result) error {
	cells := &sqlite.Result{}
	for _, name := range r.Columns {
		cells.Columns = append(cells.Columns, spreadsheet.Cell(name))
	}
	for _, row := range r.Rows {
		row = slices.Clone(row)
		for i, v := range row {
			if text, ok := printable(v).(string); ok {
				row[i] = spreadsheet.Cell(text)
			}
		}
		cells.Rows = append(cells.Rows, row)
	}
	if _, err := io.WriteString(w, spreadsheet.BOM); err != nil {
		return err
	}
	return writeCSV(w, cells)
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
