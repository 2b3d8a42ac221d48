package main

import (
	"os"
	"strings"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/plaintext"
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

// plainLines is plaintext.Of for each line.
func plainLines(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	for i, line := range lines {
		lines[i] = plaintext.Of(line)
	}
	return strings.Join(lines, "\n")
}
