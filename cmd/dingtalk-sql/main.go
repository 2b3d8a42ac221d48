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
	"strings"
	"syscall"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
	"github.com/turbot/steampipe-plugin-sdk/v5/logging"
)

const usage = `dingtalk-sql answers SQL about DingTalk's scheduled video meetings.

  dingtalk-sql --demo "select ..."            a made-up organization, no account
  dingtalk-sql --config FILE "select ..."     real DingTalk, as a .spc file says
  dingtalk-sql "select ..."                   real DingTalk, as DINGTALK_CLIENT_ID and
                                              DINGTALK_CLIENT_SECRET say

The SQL is SQLite's. Without an argument it is read from standard input.
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
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "Error:", strings.TrimSpace(err.Error()))
		}
		os.Exit(1)
	}
}

type options struct {
	demo               bool
	config, connection string
	output             format
	sql                string
}

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	opt, err := parse(args, stdin, stderr)
	if err != nil {
		return err
	}
	connection, config, err := opt.connectionConfig()
	if err != nil {
		return err
	}
	if opt.demo {
		server := httptest.NewServer(simulator.Demo())
		defer server.Close()
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
	result, err := db.Query(ctx, opt.sql)
	if err != nil {
		if errors.Is(err, context.Canceled) {
			return errors.New("stopped")
		}
		return err
	}
	return opt.output.write(stdout, result)
}

func parse(args []string, stdin io.Reader, stderr io.Writer) (options, error) {
	opt := options{output: formatTable}
	flags := flag.NewFlagSet("dingtalk-sql", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.BoolVar(&opt.demo, "demo", false, "query a simulated organization; needs no account")
	flags.StringVar(&opt.config, "config", "", "a .spc `file` with the connection")
	flags.StringVar(&opt.connection, "connection", "", "the `name` of the connection, where the file has several")
	flags.Var(&opt.output, "output", "table, csv or json")
	flags.Usage = func() {
		fmt.Fprint(stderr, usage, "\n")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return opt, err
	}
	switch {
	case opt.demo && opt.config != "":
		return opt, errors.New("--demo and --config exclude each other")
	case opt.connection != "" && opt.config == "":
		return opt, errors.New("--connection goes with --config")
	case flags.NArg() > 1:
		return opt, errors.New("give the SQL as one argument, in quotes, and options before it")
	case flags.NArg() == 1:
		opt.sql = flags.Arg(0)
	default:
		b, err := io.ReadAll(stdin)
		if err != nil {
			return opt, fmt.Errorf("reading the SQL from standard input: %w", err)
		}
		opt.sql = string(b)
	}
	if strings.TrimSpace(opt.sql) == "" {
		return opt, errors.New(`there is no SQL; try: dingtalk-sql --demo "select * from dingtalk_schedule_conference where schedule_conference_id = '` + simulator.DemoAllHands + `'"`)
	}
	return opt, nil
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
