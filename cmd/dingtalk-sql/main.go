// Command dingtalk-sql runs SQL on the DingTalk plugin's tables, without Steampipe: the
// plugin runs in process, behind embedded SQLite.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/advice"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/report"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
	"github.com/turbot/steampipe-plugin-sdk/v5/logging"
)

const usage = `dingtalk-sql runs SQL on DingTalk's video meetings.

  dingtalk-sql --demo "select ..."          a made-up organization, no account
  dingtalk-sql --config FILE "select ..."   real DingTalk, as a .spc file says
  dingtalk-sql "select ..."                 real DingTalk, as the environment says:
                                            DINGTALK_CLIENT_ID, DINGTALK_CLIENT_SECRET and,
                                            for China, DINGTALK_ENDPOINT=https://api.dingtalk.com

The SQL is SQLite's, one or more statements. Without an argument it is read from
standard input; in a terminal, a prompt asks for it (.help lists its commands).
.tables in place of SQL lists the tables, ".inspect TABLE" the columns of one.

  --config FILE       a .spc file with connections. Each is a schema, as in
                      my_connection.dingtalk_user; a table's name alone means
                      that of the first connection by name
  --connection NAME   of the file's connections that one alone, or an
                      aggregator and its members
  --database FILE     keep your own tables in that SQLite file; the tables of
                      the plugin are beside them, and never written into it
  --keep-going        after a statement that fails, run the others, in which
                      last_error() is the error of the statement before, or
                      NULL. The exit code is 1 all the same
  --demo              query the made-up organization, and show below each
                      table the API calls that it cost (in a terminal, the
                      rows, calls and seconds of each statement are shown
                      without --demo as well)
  --max-calls N       make at most N of the API calls that count against the
                      organization's month (those for tokens and people do
                      not): a query that needs more is an error
  --output FORMAT     table (the default), line, csv or json. A table that is
                      wider than the terminal is shown as line, one column a
                      line, so that nothing is cut off
  --spreadsheet       with --output csv: a byte order mark, by which Excel reads
                      Chinese, and no text that it takes for a formula (a
                      report's csv always is so)
  --time-zone ZONE    show times in that zone, such as Asia/Shanghai or UTC.
                      Without it, table and line have the zone of this
                      machine, csv and json have UTC. In SQL a time is in UTC
                      all the same
  --report BENCHMARK  run a benchmark of the compliance mod in place of SQL:
                      compliance (all of them), check_itself, meeting_security,
                      attendance_evidence, meeting_lifecycle, recording,
                      room_use, or the controls that are evidence for a
                      standard: iso_27001_2022, mlps_gbt_22239, soc_2, gdpr,
                      pipl. Its --output is text (the default), csv, json or
                      html. Exit code 1 is an alarm, 2 an error
  --var NAME=VALUE    the value of a variable of the mod, as in
                      --var 'schedule_conference_ids=["6bd63df9-..."]'.
                      --time-zone is its time_zone
  --var-file FILE     a file with values
  --version           print the version
  --help              print this
`

// memoryLimit is the size in bytes from which Go collects garbage more often: as much as
// Steampipe allows a plugin by default. GOMEMLIMIT sets another.
const memoryLimit = 1 << 30

func main() {
	// The SDK logs each failure several times; the error alone is enough for a
	// person, unless they ask for more.
	if _, set := os.LookupEnv(logging.EnvLogLevel); !set {
		os.Setenv(logging.EnvLogLevel, "OFF")
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryLimit)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr); err != nil {
		code, print := exitCode(err)
		if print {
			printError(os.Stderr, err)
		}
		os.Exit(code)
	}
}

type options struct {
	demo, help         bool
	keepGoing          bool
	maxCalls           int // 0: any number
	version            bool
	config, connection string
	database           string
	output             format
	spreadsheet        bool
	timeZone           string
	zone               *time.Location // nil: not given
	sql                string

	report       string // the benchmark to run; "" is none
	reportFormat string
	values       assignments
}

// now returns the time of the function now(), and of the demo organization.
var now = time.Now

// run prints results to stdout, and all else to stderr.
func run(ctx context.Context, args []string, stdin *os.File, stdout, stderr io.Writer) (err error) {
	opt, err := parse(args)
	defer func() {
		if err != nil && opt.report != "" {
			err = noReport{err}
		}
	}()
	if err != nil {
		return err
	}
	if opt.help {
		_, err := io.WriteString(stdout, usage)
		return err
	}
	if opt.version {
		_, err := fmt.Fprintln(stdout, "dingtalk-sql", dingtalk.Version())
		return err
	}
	if opt.report != "" {
		return runReport(ctx, opt, stdout, stderr)
	}
	prompt := opt.sql == "" && isTerminal(stdin) && isTerminal(stdout)
	if !prompt {
		// At the prompt, Ctrl-C ends only the query.
		var stop context.CancelFunc
		ctx, stop = signal.NotifyContext(ctx, os.Interrupt)
		defer stop()
	}
	if opt.sql == "" && !prompt {
		if opt.sql, err = readSQL(ctx, stdin); err != nil {
			return err
		}
	}
	statements := sqlite.Split(opt.sql)
	if len(statements) == 0 && !prompt {
		return errNoSQL
	}
	s, err := open(opt, stdout, stderr)
	if err != nil {
		return err
	}
	defer s.close()
	if prompt {
		return s.prompt(ctx)
	}
	if command, ok := dotCommand(opt.sql); ok {
		if err := s.command(ctx, command); !errors.Is(err, errQuit) {
			return err
		}
		return nil
	}
	return s.runAll(ctx, statements)
}

// runReport runs a benchmark in place of SQL.
func runReport(ctx context.Context, opt options, stdout, stderr io.Writer) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	mod, benchmark, err := opt.benchmark()
	if err != nil {
		return err
	}
	s, err := open(opt, stdout, stderr)
	if err != nil {
		return err
	}
	defer s.close()
	return s.report(ctx, mod, benchmark, opt)
}

// open opens the plugin's tables and the user's own.
func open(opt options, stdout, stderr io.Writer) (*session, error) {
	s := &session{output: opt.output, spreadsheet: opt.spreadsheet, zone: opt.zone, demo: opt.demo, keepGoing: opt.keepGoing, timing: isTerminal(stderr), stdout: stdout, stderr: stderr}
	connections, err := opt.connections()
	if err != nil {
		return nil, err
	}
	if opt.demo {
		server := httptest.NewServer(simulator.Demo(now()))
		s.closers = append(s.closers, server.CloseClientConnections)
		connections[0].Config = spc.Body(server.URL, simulator.DemoApp.ClientID, simulator.DemoApp.ClientSecret)
	}
	server := dingtalk.NewServer()
	server.Allow(client.Allowance{Argument: "--max-calls", Calls: opt.maxCalls})
	e, err := engine.New(server, connections...)
	if err == nil {
		s.engine = e
		s.db, err = sqlite.Open(e, opt.database)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	s.db.Now = now
	s.closers = append(s.closers, func() { s.db.Close() })
	return s, nil
}

// connections returns the connections of the file, or the one that the environment
// configures.
func (opt options) connections() ([]engine.Connection, error) {
	if opt.config == "" {
		return []engine.Connection{{Name: "dingtalk"}}, nil
	}
	text, err := os.ReadFile(opt.config)
	if err != nil {
		return nil, fmt.Errorf("--config: %w", err)
	}
	found, err := spc.Connections(text, opt.config, opt.connection)
	connections := make([]engine.Connection, len(found))
	for i, c := range found {
		connections[i] = engine.Connection{Name: c.Name, Config: c.Body, Members: c.Members, Err: c.Err}
	}
	return connections, err
}

var (
	errStopped = errors.New("stopped")
	errNoSQL   = advice.Of(`there is no SQL; try: dingtalk-sql --demo "select * from dingtalk_ongoing_conference"`,
		`没有 SQL。可以试试：dingtalk-sql --demo "select * from dingtalk_ongoing_conference"`)
)

// readSQL reads the SQL from standard input, unless that is a terminal.
func readSQL(ctx context.Context, stdin *os.File) (string, error) {
	if info, err := stdin.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		return "", errNoSQL
	}
	type input struct {
		text []byte
		err  error
	}
	read := make(chan input, 1)
	go func() {
		text, err := io.ReadAll(stdin)
		read <- input{text, err}
	}()
	select {
	case in := <-read:
		if in.err != nil {
			return "", fmt.Errorf("reading the SQL from standard input: %w", in.err)
		}
		return string(in.text), nil
	case <-ctx.Done():
		return "", errStopped
	}
}

// parse reads the arguments, options before and after the SQL.
func parse(args []string) (options, error) {
	opt := options{output: formatTable}
	flags := flag.NewFlagSet("dingtalk-sql", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the error says it all
	flags.BoolVar(&opt.demo, "demo", false, "")
	flags.BoolVar(&opt.keepGoing, "keep-going", false, "")
	flags.Func("max-calls", "", func(text string) (err error) {
		if opt.maxCalls, err = strconv.Atoi(text); err != nil || opt.maxCalls < 1 {
			return errors.New("it must be a whole number of calls, 1 or more")
		}
		return nil
	})
	flags.BoolVar(&opt.version, "version", false, "")
	flags.StringVar(&opt.config, "config", "", "")
	flags.StringVar(&opt.connection, "connection", "", "")
	flags.Func("database", "", func(file string) error {
		if opt.database = file; file == "" {
			return errors.New("it must name a file; leave --database out for tables in memory")
		}
		return nil
	})
	output := flags.String("output", "", "")
	flags.BoolVar(&opt.spreadsheet, "spreadsheet", false, "")
	flags.StringVar(&opt.timeZone, "time-zone", "", "")
	flags.StringVar(&opt.report, "report", "", "")
	flags.Func("var", "", opt.values.variable)
	flags.Func("var-file", "", opt.values.file)

	var texts []string
	for len(args) > 0 {
		if isComment(args[0]) {
			texts, args = append(texts, args[0]), args[1:]
			continue
		}
		// The options and all else, up to SQL that looks like an option.
		n := slices.IndexFunc(args, isComment)
		if n < 0 {
			n = len(args)
		}
		if err := flags.Parse(args[:n]); errors.Is(err, flag.ErrHelp) {
			return options{help: true}, nil
		} else if err != nil {
			return opt, advice.Of(fmt.Sprintf("%v (dingtalk-sql --help lists the options)", err), "dingtalk-sql --help 列出所有选项。")
		}
		rest := flags.Args()
		if len(rest) > 0 {
			texts, rest = append(texts, rest[0]), rest[1:]
		}
		args = append(rest[:len(rest):len(rest)], args[n:]...)
	}
	if opt.report != "" {
		opt.reportFormat = cmp.Or(*output, "text")
	} else if *output != "" {
		if err := opt.output.Set(*output); err != nil {
			return opt, fmt.Errorf("--output %s: %w", *output, err)
		}
	}
	if opt.timeZone != "" {
		var err error
		if opt.zone, err = sqlite.Zone(opt.timeZone); err != nil {
			return opt, fmt.Errorf("--time-zone: %w", err)
		}
	}
	switch {
	case opt.spreadsheet && cmp.Or(opt.reportFormat, string(opt.output)) != string(formatCSV):
		return opt, advice.Of("--spreadsheet goes with --output csv", "--spreadsheet 要和 --output csv 一起使用。")
	case opt.report == "" && opt.values != nil:
		return opt, advice.Of("--var and --var-file go with --report", "--var 和 --var-file 要和 --report 一起使用。")
	case opt.report != "" && !slices.Contains(report.Formats, opt.reportFormat):
		return opt, advice.Of(fmt.Sprintf("--output %s: a report is %s", opt.reportFormat, strings.Join(report.Formats, ", ")),
			"报告的 --output 请填写 "+strings.Join(report.Formats, "、")+" 之一。")
	case opt.report != "" && len(texts) > 0:
		return opt, advice.Of("--report runs a benchmark, and no SQL beside it", "--report 运行基准检查，不能同时运行 SQL：请去掉其中一个。")
	case opt.demo && opt.config != "":
		return opt, advice.Of("--demo and --config exclude each other", "--demo 和 --config 不能同时使用：请去掉其中一个。")
	case opt.connection != "" && opt.config == "":
		return opt, advice.Of("--connection goes with --config", "--connection 要和 --config 一起使用。")
	case len(texts) > 1:
		return opt, advice.Of(fmt.Sprintf("there are %d arguments besides the options: give the SQL as one argument, in quotes", len(texts)),
			fmt.Sprintf("除选项外有 %d 个参数：请把 SQL 放在引号里，作为一个参数。", len(texts)))
	case len(texts) == 1:
		opt.sql = texts[0]
		if strings.TrimSpace(opt.sql) == "" {
			return opt, errNoSQL
		}
	}
	return opt, nil
}

// isComment reports whether SQL begins with a comment, and so looks like an option.
func isComment(arg string) bool {
	return strings.HasPrefix(arg, "-- ") || strings.HasPrefix(arg, "--\n")
}
