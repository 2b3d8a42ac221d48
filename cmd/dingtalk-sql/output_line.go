package main

import (
	"bufio"
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/plaintext"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
)

// writeLines prints one column a line, and a heading before each row.
func writeLines(w io.Writer, r *sqlite.Result) error {
	names, width := make([]string, len(r.Columns)), 0
	for i, c := range r.Columns {
		names[i] = plaintext.Of(c)
		width = max(width, text.StringWidth(names[i]))
	}
	out := bufio.NewWriter(w)
	for n, row := range r.Rows {
		fmt.Fprintf(out, "-[ row %d ]-\n", n+1)
		for i, v := range row {
			fmt.Fprintf(out, "%s | %v\n", text.Pad(names[i], width, ' '), shown(v))
		}
	}
	return out.Flush()
}
