// Package spreadsheet makes CSV safe to open in a spreadsheet.
package spreadsheet

import (
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// BOM is the byte order mark of UTF-8. Excel takes a CSV file without it for one in the
// character set of the machine, such as GBK in China.
const BOM = "\ufeff"

// formula are the characters with which a formula may begin, also as they are written
// among Chinese ones.
const formula = "=+-@＝＋－＠"

// Write writes rows as CSV, each cell in quotation marks: in many countries a semicolon
// divides the cells for a spreadsheet.
func Write(w io.Writer, rows [][]string) error {
	var b strings.Builder
	b.WriteString(BOM)
	for _, row := range rows {
		for i, cell := range row {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(`"` + strings.ReplaceAll(cell, `"`, `""`) + `"`)
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Cell returns the text of a cell that shows a text: an apostrophe stands before what a
// spreadsheet would take for a formula. Anybody can write a meeting's title.
func Cell(text string) string {
	if isFormula(strings.TrimLeft(text, "'")) {
		return "'" + text
	}
	return text
}

// Text returns the text of which Cell made a cell.
func Text(cell string) string {
	if text, ok := strings.CutPrefix(cell, "'"); ok && isFormula(strings.TrimLeft(text, "'")) {
		return text
	}
	return cell
}

// isFormula reports whether a formula begins behind spaces and what is not seen.
func isFormula(text string) bool {
	if text != "" && strings.Contains("\t\r\n", text[:1]) {
		return true
	}
	text = strings.TrimLeftFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r)
	})
	first, _ := utf8.DecodeRuneInString(text)
	return text != "" && strings.ContainsRune(formula, first)
}
