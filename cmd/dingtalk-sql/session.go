package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/advice"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/plaintext"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
)

// session runs statements, and shows their results.
type session struct {
	engine *engine.Engine
	db     *sqlite.DB
	output format
	// spreadsheet is whether csv is for a spreadsheet.
	spreadsheet bool
	// zone is the zone in which times are shown; nil is that of the output.
	zone *time.Location
	// demo is true for the made-up organization.
	demo bool
	// keepGoing is whether the statements after one that fails are run.
	keepGoing bool
	// timing is whether the cost of each statement is shown after its result.
	timing         bool
	stdout, stderr io.Writer

	shown   bool // whether a result was shown
	closers []func()
}

// close closes what the session has opened, the last first.
func (s *session) close() {
	for len(s.closers) > 0 {
		last := len(s.closers) - 1
		s.closers[last]()
		s.closers = s.closers[:last]
	}
}

// queryResult is the result of a statement, and what it cost.
type queryResult struct {
	*sqlite.Result
	statement string
	calls     apiCalls
	took      time.Duration
}

// query runs a statement. If that takes long, a terminal shows what it waits for.
func (s *session) query(ctx context.Context, statement string) (queryResult, error) {
	w := newWatch(s.stderr)
	defer w.end()
	start := time.Now()
	r, err := s.db.Query(client.WithTrace(ctx, w.trace()), statement)
	if e, ok := errors.AsType[*sqlite.Error](err); ok && asksForTables.MatchString(statement) {
		e.Advice = adviseTables
	}
	if errors.Is(err, context.Canceled) {
		err = errStopped
	}
	return queryResult{r, statement, w.sent(), time.Since(start)}, err
}

// runAll runs all statements before it shows the first result, so that it shows either
// all results or an error; if it keeps going, all errors and then the results that there
// are.
func (s *session) runAll(ctx context.Context, statements []string) error {
	var all []queryResult
	results, failed := 0, 0
	for _, statement := range statements {
		r, err := s.query(ctx, statement)
		if err != nil && s.keepGoing && ctx.Err() == nil {
			printError(s.stderr, err)
			failed++
			continue
		}
		if err != nil {
			return err
		}
		all = append(all, r)
		if len(r.Columns) > 0 {
			results++
		}
	}
	if err := s.output.accepts(results); err != nil {
		return err
	}
	for _, r := range all {
		if err := s.show(r); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %s failed", failed, count(len(statements), "statement"))
	}
	return nil
}

// show prints a result, and then what it cost.
func (s *session) show(r queryResult) error {
	if len(r.Columns) > 0 {
		if s.shown && s.output.forPeople() {
			fmt.Fprintln(s.stdout)
		}
		s.shown = true
		if err := s.write(r.Result); err != nil {
			return err
		}
	}
	switch {
	case s.timing:
		fmt.Fprintln(s.stderr, r.summary(dingtalk.LocaleIsChinese()))
	case s.demo && len(r.Columns) > 0 && s.output == formatTable:
		fmt.Fprintln(s.stderr, "--", r.calls.text(dingtalk.LocaleIsChinese()))
	}
	return nil
}

// write prints a result.
func (s *session) write(r *sqlite.Result) error {
	zone := s.zone
	switch {
	case zone != nil:
	case s.output.forPeople():
		zone = time.Local
	default:
		zone = time.UTC
	}
	r = r.In(zone)
	if s.spreadsheet && s.output == formatCSV {
		return writeSpreadsheet(s.stdout, r)
	}
	return s.output.write(s.stdout, r)
}

// asksForTables matches statements of other databases that list tables or columns.
var asksForTables = regexp.MustCompile(`(?i)^(show|describe|desc)\b|\b(information_schema|pg_catalog)\.`)

// changesRows matches statements for which SQLite returns how many rows they changed.
var changesRows = regexp.MustCompile(`(?i)^(insert|update|delete|replace|with)\b`)

// summary returns what a statement cost, in English or in Chinese.
func (r queryResult) summary(chinese bool) string {
	rows, rowsChinese := count(len(r.Rows), "row"), fmt.Sprintf("%d 行", len(r.Rows))
	switch {
	case len(r.Columns) > 0:
	case changesRows.MatchString(r.statement):
		rows, rowsChinese = count(int(r.Changed), "row")+" changed", fmt.Sprintf("更改了 %d 行", r.Changed)
	default:
		rows, rowsChinese = "done", "完成"
	}
	if chinese {
		return fmt.Sprintf("%s，%s，%.1f 秒", rowsChinese, r.calls.text(true), r.took.Seconds())
	}
	return fmt.Sprintf("%s, %s, %.1f s", rows, r.calls.text(false), r.took.Seconds())
}

// apiCalls are numbers of calls to the API: all without those for a token, and those of
// them that DingTalk counts against the organization's month.
type apiCalls struct{ all, counted int }

// text returns the numbers in English or in Chinese: how many count, if not all do.
func (c apiCalls) text(chinese bool) string {
	if chinese {
		all := fmt.Sprintf("%d 次 API 调用", c.all)
		switch c.counted {
		case c.all:
			return all
		case 0:
			return all + "（不计入每月调用量）"
		}
		return fmt.Sprintf("%s（其中 %d 次计入每月调用量）", all, c.counted)
	}
	all := count(c.all, "API call")
	switch c.counted {
	case c.all:
		return all
	case 0:
		return all + " (not counted against the month)"
	}
	return fmt.Sprintf("%s (%d of them counted against the month)", all, c.counted)
}

// count returns a number of things as text.
func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// adviseDemo is for those who have no credentials.
var adviseDemo = advice.Of("To try SQL without an account, add --demo: it queries a made-up organization.",
	"没有账号也可以试用：加上 --demo，就会查询一个虚构的组织。")

// printError prints an error: what went wrong, and on the next line what to do. If the
// language is Chinese, there is a further line with that: of an error of the plugin's the
// connection decides, of any other the locale.
func printError(w io.Writer, err error) {
	text := err.Error()
	if e, ok := errors.AsType[*client.Error](err); ok {
		if before, behind, found := strings.Cut(text, e.Error()); found && (behind == "" || behind[0] == '\n') {
			text = before + e.Reason() + "\n" + e.Remedy() + behind
		}
	}
	hint := advice.InChinese(err)
	if errors.Is(err, dingtalk.ErrNoCredentials) {
		text += "\n" + adviseDemo.English
		hint = adviseDemo.Chinese
	}
	if hint != "" && dingtalk.LocaleIsChinese() {
		text += "\n" + hint
	}
	fmt.Fprintln(w, "Error:", plaintext.Lines(strings.TrimSpace(text)))
}
