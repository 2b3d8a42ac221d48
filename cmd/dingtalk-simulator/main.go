// Command dingtalk-simulator serves a made-up organization on a loopback port,
// for trying the plugin in a real Steampipe without a DingTalk account.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
)

const usage = `dingtalk-simulator serves a made-up organization in place of DingTalk, prints the
connection to use in Steampipe, and then each call that it answers.

  --port PORT        the loopback port, 7070 by default; 0 takes a free one
  --fault NAME       make calls fail, to see what a query does then (below)
  --fault-rate RATE  the share of calls that fail, above 0 and up to 1, which is
                     all of them and the default; token calls succeed
  --bare             refuse calls for people and departments with the code itself;
                     by default it is wrapped in errcode 88, as DingTalk does most often
  --help             print this

Faults:
`

// help returns the usage with all faults.
func help() string {
	text := usage
	for _, r := range simulator.Rehearsals {
		text += fmt.Sprintf("  %-12s %s\n", r.Name, r.About)
	}
	return text
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("dingtalk-simulator", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the error says it all
	port := flags.Int("port", 7070, "")
	fault := flags.String("fault", "", "")
	rate := flags.Float64("fault-rate", 1, "")
	bare := flags.Bool("bare", false, "")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		_, err := io.WriteString(stdout, help())
		return err
	} else if err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	demo := simulator.Demo(time.Now())
	demo.BareErrors = *bare
	rated := false
	flags.Visit(func(f *flag.Flag) { rated = rated || f.Name == "fault-rate" })
	if rated && *fault == "" {
		return errors.New("--fault-rate is the share of calls that fail: name the fault with --fault")
	}
	if *fault != "" {
		if err := demo.Rehearse(*fault, *rate); err != nil {
			return err
		}
	}
	listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", *port))
	if err != nil {
		return fmt.Errorf("%w; choose another port with --port", err)
	}
	app := simulator.DemoApp
	fmt.Fprintf(stdout, `The simulated DingTalk listens on http://%[1]s. Ctrl-C stops it.

Put this into ~/.steampipe/config/dingtalk.spc:

%[2]s
Then try:

steampipe query "select title, status_name, start_time from dingtalk_schedule_conference where schedule_conference_id = '%[3]s'"
`, listener.Addr(), spc.Block("dingtalk", "http://"+listener.Addr().String(), app.ClientID, app.ClientSecret), simulator.DemoAllHands)

	server := &http.Server{Handler: logging(stdout, demo), ReadHeaderTimeout: 10 * time.Second}
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stopped()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// logging prints each call, so that a person sees what a query costs. The token
// that may be in the query is not printed.
func logging(w io.Writer, h http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		shown := *r.URL
		if query := r.URL.Query(); query.Has("access_token") {
			query.Del("access_token")
			shown.RawQuery = query.Encode()
		}
		fmt.Fprintf(w, "%s %s %s\n", time.Now().Format(time.TimeOnly), r.Method, shown.RequestURI())
		h.ServeHTTP(rw, r)
	})
}
