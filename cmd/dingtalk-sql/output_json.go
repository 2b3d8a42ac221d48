package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/advice"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
)

// writeJSON prints an array with an object for each row, its members in the
// order of the columns.
func writeJSON(w io.Writer, r *sqlite.Result) error {
	names := make([][]byte, len(r.Columns))
	for i, c := range r.Columns {
		if slices.Contains(r.Columns[:i], c) {
			return advice.Of(fmt.Sprintf("two columns are named %q, which JSON cannot distinguish: name them with AS", c),
				fmt.Sprintf("有两列都叫 %q，JSON 无法区分：请用 AS 给它们不同的名称。", c))
		}
		names[i], _ = encodeJSON(c) // a string always can be
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
			value, err := encodeJSON(printable(v))
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

// encodeJSON is json.Marshal without escapes for HTML.
func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
