// Command compare puts the same three questions to this plugin and to what a person would
// use in its place, and prints for each the answer, the calls and the time, as the table
// of contributing/performance.md. The API is the simulator, which takes 100 ms for an
// answer and refuses what is more than 20 calls to one API in any second. Each question
// is put twice, at the same time: to an API that does not fail, and to one of which each
// fiftieth call fails.
//
// It is run by make compare, from the top of the repository. It needs Node, the packages
// of compare/package.json, and the programs of make build.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

const (
	latency        = 100 * time.Millisecond
	callsPerSecond = 20
	failures       = 1.0 / 50 // of the calls, in the second run
)

// question is one of the three.
type question struct {
	title string
	// right are the rows that answer it.
	right func(answers) []row
	// script answers it with DingTalk's SDK; input is what it reads, as JSON.
	script string
	input  any
	// sql answers it in dingtalk-sql.
	sql string
	// scans are what Steampipe asks of the plugin for it.
	scans func(*running) ([]row, error)
	// net is whether the Net plugin is asked.
	net bool
}

// contestant is a way to answer a question. ask returns the rows, or an error that a
// caller notices: a program's exit code, or a failed query.
type contestant struct {
	name string
	ask  func(q question, endpoint string, sim *simulator.Simulator) ([]row, error)
}

func main() {
	net := flag.String("net", "", "a build of Steampipe's Net plugin, to ask it as well")
	flag.Parse()
	log.SetOutput(io.Discard) // the SDK's
	if err := run(*net); err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(1)
	}
}

func run(net string) error {
	contestants := []contestant{
		{"a script with DingTalk's SDK, one call after another", script(1, 0)},
		{"the same, 20 at a time", script(20, 0)},
		{"the same, with a second's pause after each 20", script(20, time.Second)},
		{"this plugin, as Steampipe calls it", inSteampipe("bin/steampipe-plugin-dingtalk.plugin")},
		{"`dingtalk-sql`", dingtalkSQL},
	}
	for _, q := range questions() {
		fmt.Printf("**%s**\n\n| | Answer | Calls | Seconds | Share of the limit | Throttled answers | If one call in 50 fails |\n| --- | --- | --- | --- | --- | --- | --- |\n", q.title)
		of := contestants
		if net != "" && q.net {
			of = slices.Insert(slices.Clone(of), 3, contestant{"`net_http_request` in Steampipe", inNet(net)})
		}
		for _, c := range of {
			var whole, failing outcome
			var errs [2]error
			var wg sync.WaitGroup
			wg.Go(func() { whole, errs[0] = try(c, q, 0) })
			wg.Go(func() { failing, errs[1] = try(c, q, failures) })
			wg.Wait()
			if err := errors.Join(errs[:]...); err != nil {
				return err
			}
			fmt.Printf("| %s | %s | %d | %.1f | %s | %d | %s |\n", c.name, whole.answer, whole.calls, whole.seconds, whole.share, whole.throttled, failing.answer)
		}
		fmt.Println()
	}
	return nil
}

// outcome is how a contestant did.
type outcome struct {
	answer string
	// calls are all but those for tokens.
	calls int
	// seconds are from the first call to the last answer.
	seconds float64
	// share is the least time that the limit leaves for so many calls to the API that
	// has most of them, of the time that they took; "" for an answer that is not right.
	share     string
	throttled int
}

// try puts a question to a contestant, with such a share of the calls failing.
func try(c contestant, q question, failing float64) (outcome, error) {
	sim, right := organization()
	sim.CallsPerSecond = callsPerSecond
	if failing > 0 {
		if err := sim.Rehearse("down", failing); err != nil {
			return outcome{}, err
		}
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { simulator.Delay(latency)(w, r, sim) }))
	defer server.Close()

	rows, err := c.ask(q, server.URL, sim)
	calls := slices.DeleteFunc(sim.Calls(), simulator.OnToken)
	if len(calls) == 0 {
		return outcome{}, fmt.Errorf("%s: no call was made: %w", c.name, err)
	}
	answer, ok := judge(rows, q.right(right), err)
	o := outcome{answer: answer, calls: len(calls), throttled: sim.Throttled()}
	// A call is logged when its answer is sent.
	o.seconds = (calls[len(calls)-1].At.Sub(calls[0].At) + latency).Seconds()
	if ok {
		perAPI := map[simulator.CallKind]int{}
		most := 0
		for _, call := range calls {
			perAPI[call.Kind]++
			most = max(most, perAPI[call.Kind])
		}
		o.share = fmt.Sprintf("%.0f %%", 100*float64(most-callsPerSecond)/callsPerSecond/o.seconds)
	}
	return o, nil
}

// judge compares an answer with what is right.
func judge(rows, right []row, err error) (verdict string, ok bool) {
	if err != nil {
		return "an error", false
	}
	missing := map[string]bool{}
	for _, r := range right {
		missing[line(r)] = true
	}
	all := len(missing)
	for _, r := range rows {
		if l := line(r); !missing[l] {
			return "wrong rows, no error", false
		}
		delete(missing, line(r))
	}
	if len(missing) > 0 {
		return fmt.Sprintf("%s of %s rows, no error", thousands(all-len(missing)), thousands(all)), false
	}
	return "right", true
}

// thousands writes a number below a million.
func thousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}

// line is a row as one text.
func line(r row) string {
	text, err := json.Marshal(r) // sorts the columns
	if err != nil {
		panic(err) // texts
	}
	return string(text)
}

// script runs a question's script: so many calls at a time, with a pause after these.
func script(width int, pause time.Duration) func(question, string, *simulator.Simulator) ([]row, error) {
	return func(q question, endpoint string, sim *simulator.Simulator) ([]row, error) {
		input, err := json.Marshal(q.input)
		if err != nil {
			return nil, err
		}
		cmd := exec.Command("node", "compare/"+q.script, strconv.Itoa(width), strconv.FormatInt(pause.Milliseconds(), 10))
		cmd.Stdin = bytes.NewReader(input)
		return output(cmd, endpoint, sim)
	}
}

func dingtalkSQL(q question, endpoint string, sim *simulator.Simulator) ([]row, error) {
	cmd := exec.Command("bin/dingtalk-sql", "--output", "json")
	cmd.Stdin = strings.NewReader(q.sql)
	return output(cmd, endpoint, sim)
}

// output runs a program that prints rows as JSON. What it prints to standard error, as
// the scripts do of each failed call, is thrown away.
func output(cmd *exec.Cmd, endpoint string, sim *simulator.Simulator) ([]row, error) {
	cmd.Env = append(os.Environ(), "DINGTALK_ENDPOINT="+endpoint, "DINGTALK_CLIENT_ID="+sim.App.ClientID, "DINGTALK_CLIENT_SECRET="+sim.App.ClientSecret)
	out, err := cmd.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return nil, fmt.Errorf("%w\n%s", err, failed.Stderr)
	}
	if err != nil {
		return nil, err
	}
	var rows []row
	return rows, json.Unmarshal(out, &rows)
}
