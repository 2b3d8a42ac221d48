// Command dingtalk-sql answers SQL with the DingTalk plugin's tables, without
// Steampipe: the plugin runs in process, behind embedded SQLite.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
	"github.com/turbot/steampipe-plugin-sdk/v5/logging"
)

const usage = `dingtalk-sql answers SQL about DingTalk's video meetings.

  dingtalk-sql --demo "select ..."          a made-up organization, no account
  dingtalk-sql --config FILE "select ..."   real DingTalk, as a .spc file says
  dingtalk-sql "select ..."                 real DingTalk, as the environment says:
                                            DINGTALK_CLIENT_ID, DINGTALK_CLIENT_SECRET and,
                                            for China, DINGTALK_ENDPOINT=https://api.dingtalk.com

The SQL is SQLite's, one or more statements. Without an argument it is read from
standard input.

  --config FILE       a .spc file with the connection
  --connection NAME   the connection, where the file has several
  --demo              query the made-up organization, and tell the API calls
                      that each query made
  --output FORMAT     table (the default), csv or json
  --help              print this
`

func main() {
	// The SDK logs each failure several times; the error alone is enough for a
	// person, unless they ask for more.
	if _, set := os.LookupEnv(logging.EnvLogLevel); !set {
		os.Setenv(logging.EnvLogLevel, "OFF")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "Error:", strings.TrimSpace(err.Error()))
		os.Exit(1)
	}
}

type options struct {
	demo, help         bool
	config, connection string
	output             format
	sql                string
}

// now is the time that the demo organization goes by.
var now = time.Now

// run prints results to stdout. What is about them, and is no result, goes to
// stderr.
func run(ctx context.Context, args []string, stdin *os.File, stdout, stderr io.Writer) error {
	opt, err := parse(args)
	if err != nil {
		return err
	}
	if opt.help {
		_, err := io.WriteString(stdout, usage)
		return err
	}
	if opt.sql == "" {
		if opt.sql, err = readSQL(ctx, stdin); err != nil {
			return err
		}
	}
	statements := sqlite.Split(opt.sql)
	if len(statements) == 0 {
		return errNoSQL
	}
	connection, config, err := opt.connectionConfig()
	if err != nil {
		return err
	}
	var demo *simulator.Simulator
	if opt.demo {
		demo = simulator.Demo(now())
		server := httptest.NewServer(demo)
		defer server.CloseClientConnections()
		config = spc.Body(server.URL, simulator.DemoApp.ClientID, simulator.DemoApp.ClientSecret)
	}
	e, err := engine.New(dingtalk.NewServer(), connection, config)
	if err != nil {
		return err
	}
	db, err := sqlite.Open(e)
	if err != nil {
		return err
	}
	defer db.Close()

	// All statements are answered before the first result is printed: an
	// answer is complete or an error.
	var results []*sqlite.Result
	var calls []int // of each
	for _, statement := range statements {
		if demo != nil {
			demo.ClearCalls()
		}
		r, err := db.Query(ctx, statement)
		switch {
		case errors.Is(err, context.Canceled):
			return errStopped
		case err != nil:
			return err
		case len(r.Columns) > 0:
			results = append(results, r)
			if demo != nil {
				calls = append(calls, len(demo.Calls())-demo.Count(simulator.TokenCall))
			}
		}
	}
	if err := opt.output.holds(len(results)); err != nil {
		return err
	}
	for i, r := range results {
		if err := opt.output.write(stdout, r); err != nil {
			return err
		}
		// For people: other formats are for programs.
		if demo != nil && opt.output == formatTable {
			fmt.Fprintln(stderr, callsMade(calls[i]))
		}
	}
	return nil
}

// callsMade tells a number of API calls. Those for a token are not among them,
// as DingTalk doesn't count them either.
func callsMade(n int) string {
	if n == 1 {
		return "-- 1 API call"
	}
	return fmt.Sprintf("-- %d API calls", n)
}

var (
	errStopped = errors.New("stopped")
	errNoSQL   = errors.New(`there is no SQL; try: dingtalk-sql --demo "select * from dingtalk_ongoing_conference"`)
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
	flags.StringVar(&opt.config, "config", "", "")
	flags.StringVar(&opt.connection, "connection", "", "")
	flags.Var(&opt.output, "output", "")

	var texts []string
	for len(args) > 0 {
		if isComment(args[0]) {
			texts, args = append(texts, args[0]), args[1:]
			continue
		}
		// The options, and whatever else, up to SQL that looks like one.
		n := slices.IndexFunc(args, isComment)
		if n < 0 {
			n = len(args)
		}
		if err := flags.Parse(args[:n]); errors.Is(err, flag.ErrHelp) {
			return options{help: true}, nil
		} else if err != nil {
			return opt, fmt.Errorf("%w (dingtalk-sql --help lists the options)", err)
		}
		rest := flags.Args()
		if len(rest) > 0 {
			texts, rest = append(texts, rest[0]), rest[1:]
		}
		args = append(rest[:len(rest):len(rest)], args[n:]...)
	}
	switch {
	case opt.demo && opt.config != "":
		return opt, errors.New("--demo and --config exclude each other")
	case opt.connection != "" && opt.config == "":
		return opt, errors.New("--connection goes with --config")
	case len(texts) > 1:
		return opt, fmt.Errorf("there are %d arguments besides the options: give the SQL as one argument, in quotes", len(texts))
	case len(texts) == 1:
		opt.sql = texts[0]
		if strings.TrimSpace(opt.sql) == "" {
			return opt, errNoSQL
		}
	}
	return opt, nil
}

// isComment reports SQL that begins with a comment, and so like an option.
func isComment(arg string) bool {
	return strings.HasPrefix(arg, "-- ") || strings.HasPrefix(arg, "--\n")
}

func (opt options) connectionConfig() (name, body string, err error) {
	if opt.config == "" {
		return "dingtalk", "", nil
	}
	text, err := os.ReadFile(opt.config)
	if err != nil {
		return "", "", fmt.Errorf("--config: %w", err)
	}
	return spc.Connection(text, opt.config, opt.connection)
}
