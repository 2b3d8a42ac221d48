package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/peterh/liner"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
)

const (
	promptFirst = "dingtalk> "
	promptMore  = "     ...> "
)

// prompt runs the statements that a person types in a terminal, until Ctrl-D or
// .quit. An error ends a statement, and not the prompt.
func (s *session) prompt(ctx context.Context) error {
	editor := liner.NewLiner()
	defer editor.Close()
	editor.SetCtrlCAborts(true)
	editor.SetMultiLineMode(true)
	editor.SetBeep(false)
	editor.SetTabCompletionStyle(liner.TabPrints)
	pending := "" // the beginning of a statement that has no end yet
	editor.SetWordCompleter(func(line string, pos int) (string, []string, string) {
		tables, err := s.db.Tables(ctx)
		if err != nil {
			return line, nil, ""
		}
		return complete(pending, line, pos, tables)
	})
	past := openHistory(editor)
	defer past.close()

	// Ctrl-C between two queries, when the editor does not read it, does nothing.
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)

	s.timing = true
	fmt.Fprintln(s.stdout, wrapped(s.stdout, "SQL about DingTalk's video meetings. A statement ends with ; .help lists what else there is, .tables the tables."))
	for {
		line, err := readLine(ctx, editor, pending == "")
		switch {
		case errors.Is(err, liner.ErrPromptAborted):
			pending = ""
			continue
		case errors.Is(err, io.EOF):
			fmt.Fprintln(s.stdout)
			return nil
		case err != nil:
			return err
		}
		if command, ok := dotCommand(line); ok && pending == "" {
			past.add(strings.TrimSpace(line))
			if err := s.command(ctx, command); errors.Is(err, errQuit) {
				return nil
			} else if err != nil {
				printError(s.stderr, err)
			}
			continue
		}
		statements, rest := sqlite.Cut(pending + line + "\n")
		if rest == "" {
			past.add(pending + line)
		}
		pending = rest
		s.shown = false
		for _, statement := range statements {
			if err := s.runOne(ctx, statement); err != nil {
				printError(s.stderr, err)
				break
			}
		}
		if ctx.Err() != nil {
			return errStopped
		}
	}
}

// runOne runs a statement, and shows its result. Ctrl-C ends it.
func (s *session) runOne(ctx context.Context, statement string) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	r, err := s.query(ctx, statement)
	if err != nil {
		return err
	}
	return s.show(r)
}

// readLine reads a line from the terminal, until ctx ends.
func readLine(ctx context.Context, editor *liner.State, first bool) (string, error) {
	type input struct {
		line string
		err  error
	}
	read := make(chan input, 1)
	go func() {
		prompt := promptMore
		if first {
			prompt = promptFirst
		}
		line, err := editor.Prompt(prompt)
		read <- input{line, err}
	}()
	select {
	case in := <-read:
		return in.line, in.err
	case <-ctx.Done():
		return "", errStopped
	}
}
