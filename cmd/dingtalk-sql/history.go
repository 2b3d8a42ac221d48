package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/peterh/liner"
)

// history keeps the lines that were typed at the prompt, in a file that only its user
// can read. If it cannot write a file, the lines are kept until the program ends.
type history struct {
	editor *liner.State
	file   *os.File // nil is none
}

// historyPath returns the path of the file: in the user's folder for the state of
// programs.
func historyPath() (string, error) {
	state := os.Getenv("XDG_STATE_HOME")
	if !filepath.IsAbs(state) { // relative paths are ignored, by the specification
		home, err := os.UserHomeDir()
		if err != nil {
			return "", err
		}
		state = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(state, "dingtalk-sql", "history"), nil
}

// openHistory gives the editor the lines of the file.
func openHistory(editor *liner.State) *history {
	h := &history{editor: editor}
	path, err := historyPath()
	if err != nil {
		return h
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return h
	}
	old, _ := os.ReadFile(path) // there may be none
	lines := strings.Split(strings.TrimSpace(string(old)), "\n")
	if n := len(lines); n > 2*liner.HistoryLimit {
		lines = lines[n-liner.HistoryLimit:]
		if writeHistory(path, lines) != nil {
			return h
		}
	}
	for _, line := range lines {
		if line != "" {
			editor.AppendHistory(line)
		}
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return h
	}
	if err := file.Chmod(0o600); err != nil {
		file.Close()
		return h
	}
	h.file = file
	return h
}

// writeHistory replaces the file by its latest lines.
func writeHistory(path string, lines []string) error {
	file, err := os.CreateTemp(filepath.Dir(path), "history-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // unless it was renamed
	out := bufio.NewWriter(file)
	for _, line := range lines {
		fmt.Fprintln(out, line)
	}
	if err := out.Flush(); err != nil {
		file.Close()
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// add adds what was typed. A statement of several lines becomes one line, unless it has
// a comment, which would then include the rest.
func (h *history) add(typed string) {
	lines := []string{strings.Join(strings.Split(typed, "\n"), " ")}
	if strings.Contains(typed, "--") {
		lines = strings.Split(typed, "\n")
	}
	for _, line := range lines {
		if strings.TrimSpace(line) == "" {
			continue
		}
		h.editor.AppendHistory(line)
		if h.file != nil {
			fmt.Fprintln(h.file, line) // a full disk fails no query
		}
	}
}

func (h *history) close() {
	if h.file != nil {
		h.file.Close()
	}
}
