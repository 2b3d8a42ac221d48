package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/peterh/liner"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/advice"
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
	reminded := false
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
		switch {
		case pending == "":
			reminded = false
		case !reminded && looksEnded(line):
			reminded = true
			fmt.Fprintln(s.stdout, wrapped(s.stdout, adviseEnd.English))
			if dingtalk.LocaleIsChinese() {
				fmt.Fprintln(s.stdout, wrapped(s.stdout, adviseEnd.Chinese))
			}
			if isCommand(line) {
				continue
			}
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

// adviseEnd is for those who take the end of the line for the end of the statement.
var adviseEnd = advice.Of("The statement has no end yet: ; runs it, Ctrl-C drops it.", "语句还没有结束：输入 ; 就执行，按 Ctrl-C 就放弃。")

// looksEnded reports whether a person who types a line seems to take the statement before
// it for ended: the line is blank, or a command. A command without a dot may be a column.
func looksEnded(line string) bool {
	_, command := dotCommand(line)
	return strings.TrimSpace(line) == "" || command && !strings.HasPrefix(strings.TrimSpace(line), ".") || isCommand(line)
}

// isCommand reports whether a line is one of the prompt's commands, with its dot.
func isCommand(line string) bool {
	words := strings.Fields(line)
	return len(words) > 0 && slices.ContainsFunc(commands, func(c promptCommand) bool { return c.name == strings.TrimSuffix(words[0], ";") })
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
