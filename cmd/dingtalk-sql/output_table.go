package main

import (
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/plaintext"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
)

func init() {
	// Terminals of today show characters of ambiguous width as narrow, in a
	// Chinese locale as well.
	text.OverrideRuneWidthEastAsianWidth(false)
}

// renderTable returns an aligned table. Numbers stand at the right, and wide
// characters count as two.
func renderTable(r *sqlite.Result) string {
	t := table.NewWriter()
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(tableRow(r.Columns, func(s string) any { return plaintext.Of(s) }))
	for _, row := range r.Rows {
		t.AppendRow(tableRow(row, shown))
	}
	return t.Render() + "\n"
}

func tableRow[T any](values []T, cell func(T) any) table.Row {
	row := make(table.Row, len(values))
	for i, v := range values {
		row[i] = cell(v)
	}
	return row
}
