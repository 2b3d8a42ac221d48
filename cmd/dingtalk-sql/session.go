package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
)

// session answers statements, and shows the answers.
type session struct {
	db     *sqlite.DB
	output format
	// demo is whether the organization is the made-up one.
	demo bool
	// timing is whether each answer is followed by what it took.
	timing         bool
	stdout, stderr io.Writer

	shown   bool // whether a result was
	closers []func()
}

// close ends what the session holds, the last first.
func (s *session) close() {
	for len(s.closers) > 0 {
		last := len(s.closers) - 1
		s.closers[last]()
		s.closers = s.closers[:last]
	}
}

// answer is a result and what it took.
type answer struct {
	*sqlite.Result
	statement string
	calls     int // to the API, without those for a token
	took      time.Duration
}

// ask runs a statement. While that takes long, a terminal is told what for.
func (s *session) ask(ctx context.Context, statement string) (answer, error) {
	w := newWatch(s.stderr)
	defer w.end()
	start := time.Now()
	r, err := s.db.Query(client.WithTrace(ctx, w.trace()), statement)
	if errors.Is(err, context.Canceled) {
		err = errStopped
	}
	return answer{r, statement, w.sent(), time.Since(start)}, err
}

// all answers all statements before it shows the first result: an answer is
// complete or an error.
func (s *session) all(ctx context.Context, statements []string) error {
	var answers []answer
	results := 0
	for _, statement := range statements {
		a, err := s.ask(ctx, statement)
		if err != nil {
			return err
		}
		answers = append(answers, a)
		if len(a.Columns) > 0 {
			results++
		}
	}
	if err := s.output.holds(results); err != nil {
		return err
	}
	for _, a := range answers {
		if err := s.show(a); err != nil {
			return err
		}
	}
	return nil
}

// show prints an answer, and behind it what it took.
func (s *session) show(a answer) error {
	if len(a.Columns) > 0 {
		if s.shown && s.output.forPeople() {
			fmt.Fprintln(s.stdout)
		}
		s.shown = true
		if err := s.output.write(s.stdout, a.Result); err != nil {
			return err
		}
	}
	switch {
	case s.timing:
		fmt.Fprintln(s.stderr, a.summary())
	case s.demo && len(a.Columns) > 0 && s.output == formatTable:
		fmt.Fprintln(s.stderr, "--", count(a.calls, "API call"))
	}
	return nil
}

// changesRows finds statements of which SQLite tells how many rows they changed.
var changesRows = regexp.MustCompile(`(?i)^(insert|update|delete|replace|with)\b`)

// summary tells what an answer took.
func (a answer) summary() string {
	rows := count(len(a.Rows), "row")
	switch {
	case len(a.Columns) > 0:
	case changesRows.MatchString(a.statement):
		rows = count(int(a.Changed), "row") + " changed"
	default:
		rows = "done"
	}
	return fmt.Sprintf("%s, %s, %.1f s", rows, count(a.calls, "API call"), a.took.Seconds())
}

// count tells a number of things.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// tell prints an error: what went wrong, and on lines of their own what to do.
func tell(w io.Writer, err error) {
	text := err.Error()
	if e, ok := errors.AsType[*client.Error](err); ok {
		if before, whole := strings.CutSuffix(text, e.Error()); whole {
			text = before + e.Reason() + "\n" + e.Remedy()
		}
	}
	fmt.Fprintln(w, "Error:", plainLines(text))
}
