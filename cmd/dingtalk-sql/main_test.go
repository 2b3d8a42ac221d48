package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
	"github.com/turbot/steampipe-plugin-sdk/v5/logging"
)

// The test binary is dingtalk-sql itself where the first of these variables is set. The
// second is a folder with a mod that it runs, the third the time, simulator.DemoTime if it
// is not set.
const (
	asCommand = "TEST_AS_DINGTALK_SQL"
	withMod   = "TEST_MOD"
	clock     = "TEST_TIME"
)

func TestMain(m *testing.M) {
	t, err := time.Parse(time.RFC3339, os.Getenv(clock))
	if err != nil {
		t = simulator.DemoTime
	}
	now = func() time.Time { return t }
	if folder := os.Getenv(withMod); folder != "" {
		modFiles = os.DirFS(folder)
	}
	if os.Getenv(asCommand) != "" {
		main()
		os.Exit(0)
	}
	for _, v := range []string{"ENDPOINT", "CLIENT_ID", "CLIENT_SECRET", "CORP_ID", "SUITE_TICKET", "ACCESS_TOKEN"} {
		os.Unsetenv("DINGTALK_" + v)
	}
	os.Unsetenv(logging.EnvLogLevel)
	os.Setenv("TZ", "UTC")
	os.Setenv("LC_ALL", "C") // the language of messages
	os.Exit(m.Run())
}

type outcome struct {
	stdout, stderr string
	code           int
}

// command runs dingtalk-sql as a process.
func command(t *testing.T, env []string, stdin string, args ...string) outcome {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(append(os.Environ(), asCommand+"=1"), env...)
	cmd.Stdin = strings.NewReader(stdin)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return outcome{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

func check(t *testing.T, want, got outcome) {
	t.Helper()
	if want != got {
		t.Errorf("code %d, want %d\nstdout (-want +got):\n%s\nstderr (-want +got):\n%s",
			got.code, want.code, cmp.Diff(want.stdout, got.stdout), cmp.Diff(want.stderr, got.stderr))
	}
}

const incident = "select title, end_time, status from dingtalk_schedule_conference where schedule_conference_id = '" + simulator.DemoIncident + "' order by start_time"

const incidentTable = `+---------------------------------+----------------------+--------+
| title                           | end_time             | status |
+---------------------------------+----------------------+--------+
| INC-2041 Payment gateway bridge | 2026-11-23T05:30:00Z |      1 |
| INC-2047 登录故障应急           | <null>               |      2 |
+---------------------------------+----------------------+--------+
`

const incidentInChina = `+---------------------------------+---------------------------+--------+
| title                           | end_time                  | status |
+---------------------------------+---------------------------+--------+
| INC-2041 Payment gateway bridge | 2026-11-23T13:30:00+08:00 |      1 |
| INC-2047 登录故障应急           | <null>                    |      2 |
+---------------------------------+---------------------------+--------+
`

const standups = "select count(*) as n from dingtalk_schedule_conference where schedule_conference_id = '" + simulator.DemoStandup + "'"

const oneCall = "-- 1 API call\n"

func TestCommand(t *testing.T) {
	sim := simulator.Demo(simulator.DemoTime)
	server := httptest.NewServer(sim)
	defer server.Close()
	file := filepath.Join(t.TempDir(), "my dingtalk.spc")
	config := spc.Block("one", server.URL, sim.App.ClientID, sim.App.ClientSecret) + spc.Block("two", server.URL, sim.App.ClientID, "wrong") +
		"connection \"void\" {\n plugin = \"dingtalk\"\n type = \"aggregator\"\n connections = [\"x*\"]\n}\n"
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(t.TempDir(), "none.spc")
	env := []string{"DINGTALK_ENDPOINT=" + server.URL, "DINGTALK_CLIENT_ID=" + sim.App.ClientID, "DINGTALK_CLIENT_SECRET=" + sim.App.ClientSecret}

	tests := []struct {
		name  string
		env   []string
		stdin string
		args  []string
		want  outcome
	}{
		{"the demo", nil, "", []string{"--demo", incident}, outcome{stdout: incidentTable, stderr: oneCall}},
		{"from standard input", nil, incident + ";\n", []string{"--demo"}, outcome{stdout: incidentTable, stderr: oneCall}},
		{"csv", nil, "", []string{"--demo", "--output", "csv", incident},
			outcome{stdout: "title,end_time,status\nINC-2041 Payment gateway bridge,2026-11-23T05:30:00Z,1\nINC-2047 登录故障应急,,2\n"}},
		{"json", nil, "", []string{"--demo", "--output=json", incident},
			outcome{stdout: "[\n  {\"title\": \"INC-2041 Payment gateway bridge\", \"end_time\": \"2026-11-23T05:30:00Z\", \"status\": 1},\n  {\"title\": \"INC-2047 登录故障应急\", \"end_time\": null, \"status\": 2}\n]\n"}},
		{"the machine's zone", []string{"TZ=Asia/Shanghai"}, "", []string{"--demo", incident}, outcome{stdout: incidentInChina, stderr: oneCall}},
		{"a zone", []string{"TZ=Asia/Shanghai"}, "", []string{"--demo", "--time-zone", "America/New_York", "--output", "line", "select '2026-11-01T00:00:00Z' as a, timezone('UTC', '2026-11-01') as b"},
			outcome{stdout: "-[ row 1 ]-\na | 2026-11-01T00:00:00Z\nb | 2026-10-31T20:00:00-04:00\n"}},
		{"csv in UTC", []string{"TZ=Asia/Shanghai"}, "", []string{"--demo", "--output", "csv", "select timezone('UTC', '2026-11-01') as b"}, outcome{stdout: "b\n2026-11-01T00:00:00Z\n"}},
		{"json in a zone", nil, "", []string{"--demo", "--output", "json", "--time-zone", "Asia/Shanghai", "select timezone('UTC', '2026-11-01') as b"}, outcome{stdout: "[\n  {\"b\": \"2026-11-01T08:00:00+08:00\"}\n]\n"}},
		{"no zone", nil, "", []string{"--demo", "--time-zone", "Beijing", "select 1"},
			outcome{code: 1, stderr: "Error: --time-zone: there is no time zone \"Beijing\": name one of the IANA's, such as UTC or Asia/Shanghai\n"}},
		{"for a spreadsheet", nil, "", []string{"--demo", "--spreadsheet", "--output", "csv", "select '=1+1' as \"=a\", '董事会' as b, -1 as c, null as d"}, outcome{stdout: "\ufeff\"'=a\",\"b\",\"c\",\"d\"\n\"'=1+1\",\"董事会\",\"-1\",\"\"\n"}},
		{"a table for a spreadsheet", nil, "", []string{"--demo", "--spreadsheet", "select 1"}, outcome{code: 1, stderr: "Error: --spreadsheet goes with --output csv\n"}},
		{"a config file", nil, "", []string{"--config", file, "--connection", "one", incident}, outcome{stdout: incidentTable}},
		{"the environment", env, "", []string{incident}, outcome{stdout: incidentTable}},
		{"no rows", nil, "", []string{"--demo", "select title from dingtalk_schedule_conference where schedule_conference_id = 'x'"}, outcome{stdout: "+-------+\n| title |\n+-------+\n+-------+\n", stderr: oneCall}},
		{"no columns", nil, "", []string{"--demo", "create table t (a)"}, outcome{}},
		{"one column name twice", nil, "", []string{"--demo", "--output", "json", "select 1 as a, 2 as a"},
			outcome{code: 1, stderr: "Error: two columns are named \"a\", which JSON cannot distinguish: name them with AS\n"}},
		{"a missing qual", nil, "", []string{"--demo", "select * from dingtalk_schedule_conference"},
			outcome{code: 1, stderr: "Error: dingtalk_schedule_conference: the query must name schedule_conference_id (dingtalk_conference has them), as in: where schedule_conference_id = '...'\n"}},
		{"a command of the prompt's", nil, "", []string{"--demo", ".output"}, outcome{stdout: "table\n"}},
		{"the prompt's end", nil, "", []string{"--demo", ".quit"}, outcome{}},
		{"a command of psql's", nil, "", []string{"--demo", `\d dingtalk_user`}, outcome{code: 1, stderr: "Error: there is no \\d\n" + adviseTables.English + "\n"}},
		{"a statement of MySQL's", nil, "", []string{"--demo", "SHOW TABLES"}, outcome{code: 1, stderr: "Error: near \"SHOW\": syntax error\n" + adviseTables.English + "\n"}},
		{"another of MySQL's", nil, "", []string{"--demo", "describe dingtalk_user"}, outcome{code: 1, stderr: "Error: near \"describe\": syntax error\n" + adviseTables.English + "\n"}},
		{"Postgres' catalog", nil, "", []string{"--demo", "select * from information_schema.tables"}, outcome{code: 1, stderr: "Error: no such table: information_schema.tables\n" + adviseTables.English + "\n"}},
		{"the version", nil, "", []string{"--version"}, outcome{stdout: "dingtalk-sql dev\n"}},
		{"a comment first", nil, "", []string{"--demo", "-- a comment\n" + incident}, outcome{stdout: incidentTable, stderr: oneCall}},
		{"a comment first, options behind", nil, "", []string{"-- a comment\n" + incident, "--demo"}, outcome{stdout: incidentTable, stderr: oneCall}},
		{"options behind the query", nil, "", []string{incident, "--output", "csv", "--demo"},
			outcome{stdout: "title,end_time,status\nINC-2041 Payment gateway bridge,2026-11-23T05:30:00Z,1\nINC-2047 登录故障应急,,2\n"}},
		{"several statements", nil, "", []string{"--demo", "create table t (a); insert into t values (1); select a from t; " + incident + ";"},
			outcome{stdout: "+---+\n| a |\n+---+\n| 1 |\n+---+\n\n" + incidentTable, stderr: "-- 0 API calls\n" + oneCall}},
		{"pages, and the same again from the cache", nil, "", []string{"--demo", standups + ";" + standups},
			outcome{stdout: "+-----+\n|   n |\n+-----+\n| 230 |\n+-----+\n\n+-----+\n|   n |\n+-----+\n| 230 |\n+-----+\n", stderr: "-- 3 API calls\n-- 0 API calls\n"}},
		{"several statements, the last of which fails", nil, "", []string{"--demo", "select 1; select nope"}, outcome{code: 1, stderr: "Error: no such column: nope\n"}},
		{"going on after an error", nil, "", []string{"--demo", "--keep-going", "create table t (a); insert into t values (1, 2); insert into t values (last_error()); insert into t values (last_error()); select a from t; select 1/"},
			outcome{code: 1, stdout: "+--------------------------------------------------+\n| a                                                |\n+--------------------------------------------------+\n" +
				"| table t has 1 columns but 2 values were supplied |\n| <null>                                           |\n+--------------------------------------------------+\n",
				stderr: "Error: table t has 1 columns but 2 values were supplied\nError: incomplete input\n-- 0 API calls\nError: 2 of 6 statements failed\n"}},
		{"several results as csv", nil, "", []string{"--demo", "--output", "csv", "select 1; select 2"},
			outcome{code: 1, stderr: "Error: 2 statements have a result, and csv can hold one: run them one by one\n"}},
		{"help", nil, "", []string{"--help"}, outcome{stdout: usage}},
		{"an option that isn't one", nil, "", []string{"--nope", incident}, outcome{code: 1, stderr: "Error: flag provided but not defined: -nope (dingtalk-sql --help lists the options)\n"}},
		{"no credentials", nil, "", []string{incident},
			outcome{code: 1, stderr: "Error: dingtalk: the config of connection \"dingtalk\": no credentials are set: set client_id (DINGTALK_CLIENT_ID) and client_secret (DINGTALK_CLIENT_SECRET), or access_token (DINGTALK_ACCESS_TOKEN), in the connection or in the environment; " +
				"https://github.com/turbot/steampipe-plugin-dingtalk/blob/main/docs/index.md#credentials says where to find them\n" +
				"To try SQL without an account, add --demo: it queries a made-up organization.\n"}},
		{"several connections", nil, "", []string{"--config", file, strings.Replace(incident, "dingtalk_", "one.dingtalk_", 1)}, outcome{stdout: incidentTable}},
		{"the first of several connections", nil, "", []string{"--config", file, incident}, outcome{stdout: incidentTable}},
		{"another of several connections, which is refused", nil, "", []string{"--config", file, strings.Replace(incident, "dingtalk_", "two.dingtalk_", 1)},
			outcome{code: 1, stderr: "Error: two: dingtalk_schedule_conference, schedule_conference_id \"" + simulator.DemoIncident +
				"\": fetching an access token: DingTalk answered HTTP 400, code invalidClientIdOrSecret: the client id or secret is [redacted] (request id 5E5B5F7C-0000-7000-8000-51AD51AD51AD).\n" +
				"The app's credentials are refused: check client_id and client_secret (DINGTALK_CLIENT_ID, DINGTALK_CLIENT_SECRET), corp_id and suite_ticket if you set them, and that endpoint is the region in which the app was created.\n"}},
		{"another of several connections, which cannot be asked", nil, "", []string{"--config", file, strings.Replace(incident, "dingtalk_", "void.dingtalk_", 1)},
			outcome{code: 1, stderr: "Error: " + file + ": connection \"void\": no DingTalk connection of the file is among its connections\n"}},
		{"a connection that was not chosen", nil, "", []string{"--config", file, "--connection", "two", strings.Replace(incident, "dingtalk_", "one.dingtalk_", 1)},
			outcome{code: 1, stderr: "Error: no such table: one.dingtalk_schedule_conference\nThere is no schema one; there is two.\n"}},
		{"the demo's connection", nil, "", []string{"--demo", strings.Replace(incident, "dingtalk_", "dingtalk.dingtalk_", 1)}, outcome{stdout: incidentTable, stderr: oneCall}},
		{"a line for each column", nil, "", []string{"--demo", "--output", "line", "select 1 as a, null as name; select 2 as b; select 3 as c where 0"},
			outcome{stdout: "-[ row 1 ]-\na    | 1\nname | <null>\n\n-[ row 1 ]-\nb | 2\n\n"}},
		{"an error of DingTalk's moves no terminal", nil, "", []string{"--demo", "select [\x1b[31m]"},
			outcome{code: 1, stderr: "Error: no such column: \\x1b[31m\n"}},
		{"no file", nil, "", []string{"--config", missing, incident},
			outcome{code: 1, stderr: "Error: --config: open " + missing + ": no such file or directory\n"}},
		{"an output that isn't one", nil, "", []string{"--output", "xml", incident},
			outcome{code: 1, stderr: "Error: --output xml: it must be table, line, csv or json\n"}},
		{"demo and config", nil, "", []string{"--demo", "--config", file, incident}, outcome{code: 1, stderr: "Error: --demo and --config exclude each other\n"}},
		{"a connection without a config", nil, "", []string{"--demo", "--connection", "one", incident}, outcome{code: 1, stderr: "Error: --connection goes with --config\n"}},
		{"a comment on a line of its own first", nil, "", []string{"--demo", "--\n" + incident}, outcome{stdout: incidentTable, stderr: oneCall}},
		{"an empty query does not read standard input", nil, incident, []string{"--demo", ""}, outcome{code: 1, stderr: "Error: " + errNoSQL.Error() + "\n"}},
		{"a blank query does not read standard input", nil, incident, []string{"--demo", " \n"}, outcome{code: 1, stderr: "Error: " + errNoSQL.Error() + "\n"}},
		{"names and values that JSON escapes", nil, "", []string{"--demo", "--output", "json", `select 1 as "a""b", '"' as c`}, outcome{stdout: "[\n  {\"a\\\"b\": 1, \"c\": \"\\\"\"}\n]\n"}},
		{"two queries", nil, "", []string{"--demo", "select 1", "select 2"}, outcome{code: 1, stderr: "Error: there are 2 arguments besides the options: give the SQL as one argument, in quotes\n"}},
		{"no query", nil, " \n", []string{"--demo"}, outcome{code: 1,
			stderr: "Error: there is no SQL; try: dingtalk-sql --demo \"select * from dingtalk_ongoing_conference\"\n"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := command(t, test.env, test.stdin, test.args...)
			check(t, test.want, got)
		})
	}
}

// The queries of make demo have rows.
func TestDemoQueries(t *testing.T) {
	files, err := filepath.Glob("demo/*.sql")
	if err != nil || len(files) < 3 {
		t.Fatal(files, err)
	}
	for _, f := range files {
		query, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		got := command(t, nil, string(query), "--demo", "--output", "csv")
		if lines := strings.Count(got.stdout, "\n"); got.code != 0 || lines < 2 {
			t.Errorf("%s: %d lines, %s", f, lines, got.stderr)
		}
	}
}

// A signal stops the command, whatever it waits for.
func TestStop(t *testing.T) {
	tests := []struct {
		name   string
		signal os.Signal
		args   []string // none is to read standard input
	}{
		{"Ctrl-C in a query", os.Interrupt, []string{incident}},
		{"SIGTERM in a query", syscall.SIGTERM, []string{incident}},
		{"SIGTERM in a query that others follow", syscall.SIGTERM, []string{"--keep-going", incident + "; select 1"}},
		{"Ctrl-C in standard input", os.Interrupt, nil},
		{"SIGTERM in standard input", syscall.SIGTERM, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			sim := simulator.Demo(simulator.DemoTime)
			waits := make(chan struct{})
			sim.Script(simulator.Fault{On: simulator.OnFirstPage, Times: 1, Serve: hold(waits)})
			server := httptest.NewServer(sim)
			defer server.CloseClientConnections()

			cmd := exec.Command(os.Args[0], test.args...)
			cmd.Env = append(os.Environ(), asCommand+"=1", "DINGTALK_ENDPOINT="+server.URL,
				"DINGTALK_CLIENT_ID="+sim.App.ClientID, "DINGTALK_CLIENT_SECRET="+sim.App.ClientSecret)
			var stderr bytes.Buffer
			cmd.Stderr = &stderr
			stdin, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			kill := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
			defer kill.Stop()
			ended := make(chan struct{})
			go func() {
				_ = cmd.Wait()
				close(ended)
			}()
			if test.args == nil {
				go func() {
					// More than a pipe holds: once it is written, the command reads.
					_, _ = stdin.Write(bytes.Repeat([]byte(" "), 1<<20))
					close(waits)
				}()
			}
			select {
			case <-waits:
				if err := cmd.Process.Signal(test.signal); err != nil {
					t.Error(err)
				}
			case <-ended:
			}
			<-ended
			if code := cmd.ProcessState.ExitCode(); code != 1 || stderr.String() != "Error: stopped\n" {
				t.Errorf("code %d, stderr %q", code, stderr.String())
			}
		})
	}
}

// A terminal has no SQL in it: nobody would know that the command waits for
// some.
func TestTerminal(t *testing.T) {
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer terminal.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // what reads the terminal stops
	var out bytes.Buffer
	if err := run(ctx, []string{"--demo"}, terminal, &out, io.Discard); err != errNoSQL || out.Len() > 0 {
		t.Errorf("error %v, printed %q", err, out.String())
	}
}

// The SDK is silent, unless a person asks for its log.
func TestLog(t *testing.T) {
	t.Setenv("STEAMPIPE_FREE_MEM_INTERVAL", "")
	for level, silent := range map[string]bool{"": true, "OFF": true, "TRACE": false} {
		var env []string
		if level != "" {
			env = append(env, logging.EnvLogLevel+"="+level)
		}
		got := command(t, env, "", "--demo", incident)
		if got.stdout != incidentTable || (got.stderr == oneCall) != silent {
			t.Errorf("level %q: code %d, stdout %q, stderr %q", level, got.code, got.stdout, got.stderr)
		}
		if set := strings.Contains(got.stderr, "Setting free memory interval to 0 rows"); set == silent {
			t.Errorf("level %q: the log tells of the interval for freeing memory: %t", level, set)
		}
	}
}

// Bytes are shown as the text that they are, and wide characters count as two.
func TestBytesAndWideTitles(t *testing.T) {
	r := &sqlite.Result{Columns: []string{"Name", "n"}, Rows: [][]any{{[]byte("字"), 1.5}, {nil, int64(2)}}}
	for f, want := range map[format]string{
		formatTable: "+--------+-----+\n| Name   |   n |\n+--------+-----+\n| 字     | 1.5 |\n| <null> |   2 |\n+--------+-----+\n",
		formatLine:  "-[ row 1 ]-\nName | 字\nn    | 1.5\n-[ row 2 ]-\nName | <null>\nn    | 2\n",
		formatCSV:   "Name,n\n字,1.5\n,2\n",
		formatJSON:  "[\n  {\"Name\": \"字\", \"n\": 1.5},\n  {\"Name\": null, \"n\": 2}\n]\n",
	} {
		var b bytes.Buffer
		if err := f.write(&b, r); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, b.String()); d != "" {
			t.Errorf("%s (-want +got):\n%s", f, d)
		}
	}
}

// full is a disk that is.
type full struct{ error }

func (f full) Write([]byte) (int, error) { return 0, f.error }

// An answer that cannot be written is an error.
func TestWriteErrors(t *testing.T) {
	disk := full{errors.New("no space left")}
	r := &sqlite.Result{Columns: []string{"a"}, Rows: [][]any{{int64(1)}}}
	for _, f := range formats {
		if err := f.write(disk, r); err != disk.error {
			t.Errorf("%s: error %v", f, err)
		}
	}
}

func TestRunStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	if err := run(ctx, []string{"--demo", incident}, os.Stdin, &out, io.Discard); err == nil || out.Len() > 0 {
		t.Error(err, out.String())
	}
}

// hold reports that a call has come, and answers it when its caller has gone.
func hold(reached chan struct{}) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
		close(reached)
		<-r.Context().Done()
	}
}

// A new database is a file for its owner alone; an empty name is an error.
func TestDatabaseFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "own.db")
	if got := command(t, nil, "", "--demo", "--database", file, "create table t as select 1 as a"); got.code != 0 {
		t.Fatal(got)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode != 0o600 {
		t.Errorf("its mode is %o", mode)
	}
	if got := command(t, nil, "", "--demo", "--database", file, "select * from t"); got.code != 0 || !strings.Contains(got.stdout, "| 1 |") {
		t.Error(got)
	}
	if got := command(t, nil, "", "--demo", "--database", "", "select 1"); got.code == 0 || !strings.Contains(got.stderr, "it must name a file") {
		t.Errorf("an empty name: code %d, %s", got.code, got.stderr)
	}
}

// A statement with a NUL character is refused whole: SQLite would run what is before it.
func TestNUL(t *testing.T) {
	file := filepath.Join(t.TempDir(), "own.db")
	if got := command(t, nil, "create table t (a); insert into t values (1); delete from t where a = 2\x00 and a = 3", "--demo", "--database", file); got.code == 0 || !strings.Contains(got.stderr, "NUL character in the SQL, behind 25 others") {
		t.Errorf("code %d, %s", got.code, got.stderr)
	}
}
