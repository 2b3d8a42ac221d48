package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/peterh/liner"
)

// remembered is what an editor would bring back.
func remembered(t *testing.T, editor *liner.State) []string {
	t.Helper()
	var b strings.Builder
	if _, err := editor.WriteHistory(&b); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}

func TestHistory(t *testing.T) {
	state := t.TempDir()
	t.Setenv("XDG_STATE_HOME", state)
	h := openHistory(&liner.State{})
	long := "select '" + strings.Repeat("x", 10_000) + "';"
	for _, typed := range []string{"select 1;", "select\n2;", "select -- a comment\n3;", " \n", long} {
		h.add(typed)
	}
	h.close()
	want := []string{"select 1;", "select 2;", "select -- a comment", "3;", long}
	again := &liner.State{}
	openHistory(again).close()
	if d := cmp.Diff(want, remembered(t, again)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// The file does not grow for ever, and is its user's alone even if it was not.
func TestHistoryIsBounded(t *testing.T) {
	state := t.TempDir()
	t.Setenv("XDG_STATE_HOME", "")
	t.Setenv("HOME", state)
	path := filepath.Join(state, ".local", "state", "dingtalk-sql", "history")
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{2 * liner.HistoryLimit, 2*liner.HistoryLimit + 1} {
		var lines []string
		for i := range n {
			lines = append(lines, fmt.Sprint("select ", i, ";"))
		}
		if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		editor := &liner.State{}
		openHistory(editor).close()
		last := lines[n-liner.HistoryLimit:]
		if d := cmp.Diff(last, remembered(t, editor)); d != "" {
			t.Errorf("%d lines (-want +got):\n%s", n, d)
		}
		kept := lines
		if n > 2*liner.HistoryLimit {
			kept = last
		}
		text, err := os.ReadFile(path)
		if d := cmp.Diff(strings.Join(kept, "\n")+"\n", string(text)); err != nil || d != "" {
			t.Errorf("%d lines, the file: %v (-want +got):\n%s", n, err, d)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode() != 0o600 {
			t.Errorf("mode %v, %v", info.Mode(), err)
		}
		if files, _ := os.ReadDir(filepath.Dir(path)); len(files) != 1 {
			t.Errorf("%d files", len(files))
		}
	}
}
