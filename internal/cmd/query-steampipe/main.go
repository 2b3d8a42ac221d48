// Command query-steampipe runs random queries of the demo organization in a Steampipe
// service, on the plugin's tables and on ordinary tables with the same rows, and prints
// each difference. The service's connection is one to a simulator that has just started.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/randomsql"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

func main() {
	n := flag.Int("queries", 1000, "how many queries to run")
	seed := flag.Uint64("seed", 1, "which queries")
	connection := flag.String("connection", "dingtalk", "the connection to query")
	dsn := flag.String("dsn", os.Getenv("STEAMPIPE_DSN"), "where the service is, as psql takes it")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *n, *seed, *connection, *dsn); err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
}

// shown is how many differences are shown before the end.
const shown = 10

func run(ctx context.Context, n int, seed uint64, connection, dsn string) error {
	// This process only needs the schema.
	e, err := engine.New(dingtalk.NewServer(), engine.Connection{Name: connection})
	if err != nil {
		return err
	}
	s, err := open(ctx, dsn)
	if err != nil {
		return err
	}
	tables := randomsql.Tables(e.Schema, randomsql.DemoActing...)
	service := randomsql.Engine{
		Dialect:  randomsql.Postgres{},
		Query:    s.query,
		Plugin:   func(table string) string { return connection + "." + table },
		Ordinary: func(table string) string { return "pg_temp.copy_of_" + table },
	}
	now := time.Now()
	if err := service.Fill(tables, randomsql.DemoKeys(simulator.Demo(now), now)); err != nil {
		return err
	}
	maker := randomsql.NewMaker(service.Dialect, tables, seed)
	differ, refused, empty := 0, 0, 0
	for i := range n {
		q := maker.Query()
		outcome := service.Compare(q)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case outcome.Difference != "":
			differ++
			small := randomsql.Minimize(q, func(q *randomsql.Query) bool { return service.Compare(q).Difference != "" })
			fmt.Printf("query %d of seed %d:\n%s;\n%s\n\n", i, seed, service.SQL(small), service.Compare(small).Difference)
		case errors.Is(outcome.Err, errEnded):
			return fmt.Errorf("query %d of seed %d:\n%s;\n%w", i, seed, service.SQL(q), outcome.Err)
		case outcome.Err != nil:
			refused++
		case outcome.Rows == 0:
			empty++
		}
		if differ == shown {
			n = i + 1
			break
		}
	}
	fmt.Printf("%d queries: %d differ, %d are refused, %d have no rows\n", n, differ, refused, empty)
	if differ > 0 {
		return errors.New("the results of the plugin's tables differ from those of ordinary tables")
	}
	return nil
}
