// Package spreadsheet makes CSV safe to open in a spreadsheet.
package spreadsheet

import "strings"

// BOM is the byte order mark of UTF-8. Excel takes a CSV file without it for one in the
// character set of the machine, such as GBK in China.
const BOM = "\ufeff"

// formula are the characters with which a formula may begin.
const formula = "=+-@\t\r"

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

func isFormula(text string) bool { return text != "" && strings.Contains(formula, text[:1]) }
