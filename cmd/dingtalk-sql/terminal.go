package main

import (
	"io"
	"os"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"
)

// isTerminal reports whether f is a file of a terminal's.
func isTerminal(f any) bool {
	file, ok := f.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// terminalWidth returns the number of columns of a terminal; 0 if f is no terminal, or
// has an unknown width.
func terminalWidth(f any) int {
	file, ok := f.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// wrapped breaks a text between words where the terminal ends.
func wrapped(w io.Writer, s string) string {
	width := terminalWidth(w)
	if width == 0 {
		return s
	}
	return wrap(s, width)
}

// wrap breaks a text between words into lines of at most as many columns, less one: a
// full line makes some terminals begin another.
func wrap(s string, columns int) string {
	lines := strings.Split(text.WrapSoft(s, max(1, columns-1)), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n")
}
