package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// session is a session of psql's with the service.
type session struct {
	in       io.WriteCloser
	out, err *bufio.Reader
}

// errEnded is the error if the service ended the session.
var errEnded = errors.New("the service ended the session")

const (
	// What psql writes between values and rows, and for NULL, which no value has.
	field, record, null = "\x1f", "\x1e", "<null>"
	// end follows what a statement wrote, in a line.
	end = "end of the statement"
)

// open begins a session. psql ends with ctx.
func open(ctx context.Context, dsn string) (*session, error) {
	cmd := exec.CommandContext(ctx, "psql", "-X", "-q", "-A", "-t", "-F", field, "-R", record, "-P", "null="+null, "-v", "VERBOSITY=terse", "-d", dsn)
	cmd.Env = append(os.Environ(), "PGOPTIONS=-c client_min_messages=error")
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	errs, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	return &session{in, bufio.NewReader(out), bufio.NewReader(errs)}, cmd.Start()
}

// query runs a statement and returns its rows.
func (s *session) query(sql string) ([][]any, error) {
	if _, err := fmt.Fprintf(s.in, "%s;\n\\echo '%s'\n\\warn '%s'\n", sql, end, end); err != nil {
		return nil, errors.Join(errEnded, err)
	}
	type read struct {
		text string
		err  error
	}
	refusal := make(chan read, 1)
	go func() {
		text, err := upToEnd(s.err)
		refusal <- read{text, err}
	}()
	text, err := upToEnd(s.out)
	refused := <-refusal
	switch {
	case err != nil || refused.err != nil:
		return nil, fmt.Errorf("%w: %s", errEnded, strings.TrimSpace(refused.text))
	case refused.text != "":
		return nil, errors.New(strings.TrimSpace(refused.text))
	case text == "":
		return nil, nil
	}
	var rows [][]any
	for line := range strings.SplitSeq(strings.TrimSuffix(strings.TrimSuffix(text, "\n"), record), record) {
		var row []any
		for value := range strings.SplitSeq(line, field) {
			if value == null {
				row = append(row, nil)
			} else {
				row = append(row, value)
			}
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// upToEnd reads what a statement wrote.
func upToEnd(r *bufio.Reader) (string, error) {
	var b strings.Builder
	for {
		line, err := r.ReadString('\n')
		if before, ended := strings.CutSuffix(line, end+"\n"); ended {
			b.WriteString(before)
			return b.String(), nil
		}
		b.WriteString(line)
		if err != nil {
			return b.String(), err
		}
	}
}
