package main

import (
	"bytes"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
)

// terminal is dingtalk-sql in a terminal of its own, and a person before it.
type terminal struct {
	t     *testing.T
	cmd   *exec.Cmd
	pty   *os.File
	ended chan struct{}

	mu   sync.Mutex
	seen bytes.Buffer
	read int // how much of seen a person has read
	more chan struct{}
}

// inTerminal starts the command in a terminal of some columns.
func inTerminal(t *testing.T, columns uint16, env []string, args ...string) *terminal {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(append(os.Environ(), asCommand+"=1", "TERM=xterm", "XDG_STATE_HOME="+t.TempDir()), env...)
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: columns})
	if err != nil {
		t.Fatal(err)
	}
	p := &terminal{t: t, cmd: cmd, pty: file, ended: make(chan struct{}), more: make(chan struct{}, 1)}
	go func() {
		b := make([]byte, 4096)
		for {
			n, err := file.Read(b)
			p.mu.Lock()
			p.seen.Write(b[:n])
			p.mu.Unlock()
			select {
			case p.more <- struct{}{}:
			default:
			}
			if err != nil { // the program has ended
				_ = cmd.Wait()
				close(p.ended)
				return
			}
		}
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-p.ended
		file.Close()
	})
	return p
}

// sees waits until there is a text on the screen, behind what was seen before,
// and returns all up to its end.
func (p *terminal) sees(text string) string {
	p.t.Helper()
	late := time.After(60 * time.Second)
	for {
		p.mu.Lock()
		unread := p.seen.String()[p.read:]
		if i := strings.Index(unread, text); i >= 0 {
			p.read += i + len(text)
			p.mu.Unlock()
			return unread[:i+len(text)]
		}
		p.mu.Unlock()
		select {
		case <-p.more:
		case <-p.ended:
			p.t.Fatalf("it ended; what came was %q, and no %q", unread, text)
		case <-late:
			p.t.Fatalf("what came is %q, and no %q", unread, text)
		}
	}
}

// types keys.
func (p *terminal) types(keys string) {
	p.t.Helper()
	if _, err := p.pty.WriteString(keys); err != nil {
		p.t.Fatal(err)
	}
}

// ends waits for the end, and returns the exit code and what is left to see.
func (p *terminal) ends() (code int, rest string) {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(60 * time.Second):
		p.t.Fatal("it does not end")
	}
	return p.cmd.ProcessState.ExitCode(), p.seen.String()[p.read:]
}

const (
	ctrlC = "\x03"
	ctrlD = "\x04"
	tab   = "\t"
	up    = "\x1b[A"
	enter = "\r"
)

// A first hour at the prompt: statements over lines, completion, errors, a slow
// query that is ended, and the end.
func TestPrompt(t *testing.T) {
	sim := simulator.Demo(simulator.DemoTime)
	waits := make(chan struct{})
	sim.Script(simulator.Fault{On: func(c simulator.Call) bool { return c.ScheduleConferenceID == "slow" }, Times: 1, Serve: hold(waits)})
	server := httptest.NewServer(sim)
	defer server.Close()
	defer server.CloseClientConnections()
	file := filepath.Join(t.TempDir(), "two.spc")
	if err := os.WriteFile(file, []byte(spc.Block("one", server.URL, sim.App.ClientID, sim.App.ClientSecret)), 0o600); err != nil {
		t.Fatal(err)
	}
	state := t.TempDir()
	p := inTerminal(t, 120, []string{"XDG_STATE_HOME=" + state}, "--config", file)
	p.sees(promptFirst)

	// A statement over three lines, with keywords, a table and a column that
	// Tab completes.
	p.types("selec" + tab)
	p.sees("select")
	p.types(" title, room_c" + tab)
	p.sees("room_code")
	p.types(enter)
	p.sees(promptMore)
	p.types("from dingtalk_on" + tab)
	p.sees("dingtalk_ongoing_conference")
	p.types(enter)
	p.sees(promptMore)
	p.types("order by start_time limit 1;" + enter)
	p.sees("| user_8841 发起的视频会议 | 812365500 |\r\n")
	p.sees("1 row, 1 API call, ")
	p.sees(promptFirst)

	// The same from the cache, brought back by a key.
	p.types(up)
	p.sees("select title, room_code from dingtalk_ongoing_conference order by start_time limit 1;")
	p.types(enter)
	p.sees("1 row, 0 API calls, ")
	p.sees(promptFirst)

	// Two possibilities are shown at the second Tab.
	p.types(".t" + tab + tab)
	p.sees(".tables")
	p.sees(".timing")
	p.types(ctrlC)
	p.sees("^C")
	p.sees(promptFirst)

	// An error ends the statement alone, and those behind it on the line.
	p.types("select titel from dingtalk_ongoing_conference; select 'not this';" + enter)
	p.sees("not this")
	if seen := p.sees(promptFirst); !strings.Contains(seen, "Error: no such column: titel\r\nDid you mean title?\r\n") || strings.Contains(seen, "not this |") {
		t.Errorf("after an error: %q", seen)
	}

	// Ctrl-C clears what was begun.
	p.types("select 'begun" + enter)
	p.sees(promptMore)
	p.types("more") // the editor takes Ctrl-C from the first key on
	p.sees("more")
	p.types(ctrlC)
	p.sees(promptFirst)

	// A slow query says what it waits for, until Ctrl-C ends it.
	p.types("select count(*) from dingtalk_schedule_conference where schedule_conference_id = 'slow';" + enter)
	<-waits
	p.sees("\r1 API call, waiting for GET /v1.0/conference/videoConferences/scheduleConferences/{scheduleConferenceId}\x1b[K")
	p.types(ctrlC)
	p.sees("\r\x1b[KError: stopped\r\n")
	p.sees(promptFirst)
	p.types("select 6 * 7 as answer;" + enter)
	p.sees("|     42 |")
	p.sees(promptFirst)

	// Each result is one, and stands apart from the last.
	p.types(".output csv" + enter)
	p.sees(promptFirst)
	p.types("select 1 as a; select 2 as b;" + enter)
	p.sees("a\r\n1\r\n1 row, 0 API calls, ")
	p.sees("b\r\n2\r\n1 row, 0 API calls, ")
	p.sees(promptFirst)
	p.types(".timing" + enter)
	p.sees("off\r\n")
	p.types("select 3 as c;" + enter)
	p.sees("c\r\n3\r\n" + promptFirst)
	p.types(ctrlD)
	if code, rest := p.ends(); code != 0 || !strings.HasSuffix(rest, "\r\n") {
		t.Errorf("code %d, %q", code, rest)
	}

	// What was typed is remembered for its user alone.
	path := filepath.Join(state, "dingtalk-sql", "history")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if mode := info.Mode(); mode != 0o600 {
		t.Errorf("the history has mode %v", mode)
	}
	p = inTerminal(t, 120, []string{"XDG_STATE_HOME=" + state}, "--config", file)
	p.sees(promptFirst)
	p.types(up + up)
	p.sees(".timing")
	p.types(enter)
	p.sees("off")
	p.types("quit" + enter)
	if code, _ := p.ends(); code != 0 {
		t.Errorf("code %d", code)
	}
}

// Who takes the end of the line for the end of a statement is told once what ends it, and
// the statement can go on.
func TestForgottenSemicolon(t *testing.T) {
	for locale, chinese := range map[string]string{"C": "", "zh_CN.UTF-8": adviseEnd.Chinese + "\r\n"} {
		for _, line := range []string{"", "  ", ".tables", ".quit;", "exit", `\d`} {
			p := inTerminal(t, 100, []string{"LC_ALL=" + locale}, "--demo")
			p.sees(promptFirst)
			p.types("select 1 as a" + enter)
			if seen := p.sees(promptMore); strings.Contains(seen, adviseEnd.English) {
				t.Errorf("the hint comes before it is needed: %q", seen)
			}
			p.types(line + enter)
			p.sees(adviseEnd.English + "\r\n" + chinese)
			p.sees(promptMore)
			if line == "exit" || line == `\d` { // may be SQL
				p.types("more") // the editor takes Ctrl-C from the first key on
				p.sees("more")
				p.types(ctrlC)
				p.sees(promptFirst)
				continue
			}
			p.types(enter + ";" + enter)
			cost := "1 row, 0 API calls, "
			if chinese != "" {
				cost = "1 行，0 次 API 调用，"
			}
			if seen := p.sees(cost); strings.Contains(seen, adviseEnd.English) || strings.Contains(seen, "Error") {
				t.Errorf("behind %q: %q", line, seen)
			}
			p.types("select 2 as b" + enter + enter) // another statement
			p.sees(adviseEnd.English)
		}
	}
	// A time such as .5 is SQL.
	p := inTerminal(t, 100, nil, "--demo")
	p.sees(promptFirst)
	p.types("select" + enter + ".5 as half" + enter + ";" + enter)
	if seen := p.sees("1 row, 0 API calls, "); strings.Contains(seen, adviseEnd.English) {
		t.Error(seen)
	}
}

// The prompt's commands, each with what it prints.
func TestCommands(t *testing.T) {
	p := inTerminal(t, 100, nil, "--demo")
	p.sees(promptFirst)
	tests := []struct {
		typed string
		want  []string
	}{
		{".help", []string{".help ", ".inspect [TABLE] ", ".output [FORMAT] ", ".quit ", ".tables ", ".timing ", "Ctrl-C ends a query"}},
		{"help", []string{".help "}},
		{".tables", []string{"schema", "dingtalk  dingtalk_calendar_event ", "dingtalk  dingtalk_user "}},
		{".inspect", []string{"dingtalk  dingtalk_calendar_event "}},
		{".inspect dingtalk_schedule_conference;", []string{"The video meetings held", "schedule_conference_id  text          required: = "}},
		{".inspect dingtalk_users", []string{"Error: no such table: dingtalk_users\r\nDid you mean dingtalk_user?\r\n"}},
		{".output", []string{"\r\ntable\r\n"}},
		{".output xml", []string{"Error: .output: it must be table, line, csv or json\r\n"}},
		{".output line", nil},
		{"select 1 as a;", []string{"-[ row 1 ]-\r\na | 1\r\n"}},
		{"create table mine (a);", []string{"done, 0 API calls, "}},
		{"insert into mine values (1), (2);", []string{"2 rows changed, 0 API calls, "}},
		{".inspect mine", []string{"column  type  condition"}},
		{".timing", []string{"\r\noff\r\n"}},
		{".timing", []string{"\r\non\r\n"}},
		{".nope", []string{"Error: there is no .nope; .help lists what there is\r\n"}},
		{`\dt`, []string{"Error: there is no \\dt\r\n.tables lists the tables, .inspect TABLE the columns of one.\r\n"}},
		{"show tables;", []string{"syntax error\r\n.tables lists the tables, .inspect TABLE the columns of one.\r\n"}},
		{"-- nothing", nil},
		{";", nil},
		{"", nil},
	}
	for _, test := range tests {
		p.types(test.typed + enter)
		p.sees("\r\n") // behind what was typed
		p.mu.Lock()
		p.read -= 2
		p.mu.Unlock()
		for _, want := range test.want {
			p.sees(want)
		}
		p.sees(promptFirst)
	}
	// A blank line is between the results of one line, and before none.
	p.types("select 7 as g; select 8 as h;" + enter)
	if seen := p.sees("h | 8\r\n"); !strings.Contains(seen, "\r\n-[ row 1 ]-\r\ng | 7\r\n") || strings.Contains(seen, "\r\n\r\n-[ row 1 ]-\r\ng ") || !strings.Contains(seen, "\r\n\r\n-[ row 1 ]-\r\nh | 8\r\n") {
		t.Errorf("results %q", seen)
	}
	p.types(".quit" + enter)
	if code, _ := p.ends(); code != 0 {
		t.Errorf("code %d", code)
	}
}

// A table that the terminal has no room for is shown one column a line; a file
// and a pipe take any.
func TestNarrowTerminal(t *testing.T) {
	const sql = "select 'a title that is rather long' as title, 2 as n"
	for columns, want := range map[uint16]string{
		34: "-[ row 1 ]-\r\ntitle | a title that is rather long\r\nn     | 2\r\n",
		35: "+-----------------------------+---+\r\n| title                       | n |\r\n",
	} {
		p := inTerminal(t, columns, nil, "--demo", sql)
		code, seen := p.ends()
		if code != 0 || !strings.HasPrefix(seen, want) {
			t.Errorf("%d columns: code %d, %q", columns, code, seen)
		}
		if !regexp.MustCompile(`\r\n1 row, 0 API calls, \d+\.\d s\r\n$`).MatchString(seen) {
			t.Errorf("%d columns: no summary in %q", columns, seen)
		}
	}
}

// Lists and help break between words, and fit into the terminal.
func TestTextInANarrowTerminal(t *testing.T) {
	sentences := map[string]string{
		".tables": "dingtalk_conference_member The people who were invited to a video meeting in DingTalk, who came, and for how long. A person may have several rows. dingtalk",
		".inspect dingtalk_conference_member": "The people who were invited to a video meeting in DingTalk, who came, and for how long. A person may have several rows. " +
			"conference_id text required: = The ID of the meeting. A query must name it. attend_status integer What became",
		".help": ".help print this .inspect [TABLE] the columns of a table: types, what they are, and which a query must name; without TABLE, all tables .output",
	}
	for _, columns := range []uint16{50, 60, 80} {
		for command, sentence := range sentences {
			p := inTerminal(t, columns, nil, "--demo", command)
			code, seen := p.ends()
			for _, line := range strings.Split(seen, "\r\n") {
				if len(line) >= int(columns) {
					t.Errorf("%s in %d columns: %q", command, columns, line)
				}
			}
			if code != 0 || !strings.Contains(strings.Join(strings.Fields(seen), " "), sentence) {
				t.Errorf("%s in %d columns: code %d, no %q in\n%s", command, columns, code, sentence, seen)
			}
		}
	}
	p := inTerminal(t, 40, nil, "--demo")
	for _, line := range strings.Split(p.sees(promptFirst), "\r\n") {
		if len(line) >= 40 {
			t.Errorf("the prompt begins with %q", line)
		}
	}
}

// While a call waits to be repeated, a person learns why, and the line goes when
// the answer comes.
func TestStatusOfARepeat(t *testing.T) {
	sim := simulator.Demo(simulator.DemoTime)
	sim.Script(simulator.Fault{Times: 1, On: simulator.OnLaterPage, Serve: simulator.Answer(429, `{"code":"Throttling","message":"slow\u001b[2Jdown"}`, "Retry-After", "2")})
	server := httptest.NewServer(sim)
	defer server.Close()
	p := inTerminal(t, 150, []string{"DINGTALK_ENDPOINT=" + server.URL, "DINGTALK_CLIENT_ID=" + sim.App.ClientID, "DINGTALK_CLIENT_SECRET=" + sim.App.ClientSecret}, standups)
	p.sees("\r2 API calls, waiting 1 s to repeat page 2 of GET /v1.0/conference/videoConferences/scheduleConferences/")
	p.sees("\x1b[K")
	code, rest := p.ends()
	if code != 0 || !strings.Contains(rest, "\r\x1b[K+-----+\r\n|   n |\r\n+-----+\r\n| 230 |\r\n+-----+\r\n1 row, 4 API calls, ") {
		t.Errorf("code %d, %q", code, rest)
	}
	if strings.Contains(p.seen.String(), "\x1b[2J") {
		t.Errorf("DingTalk cleared the screen: %q", p.seen.String())
	}
}

// SIGTERM ends the prompt, and leaves the terminal as it was.
func TestPromptStops(t *testing.T) {
	p := inTerminal(t, 100, nil, "--demo")
	p.sees(promptFirst)
	before, err := pty.GetsizeFull(p.pty)
	if err != nil || before.Cols != 100 {
		t.Fatal(before, err)
	}
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code, rest := p.ends(); code != 1 || !strings.Contains(rest, "Error: stopped") {
		t.Errorf("code %d, %q", code, rest)
	}
}

// Where nothing can be kept, the prompt works all the same.
func TestPromptWithoutHistory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, env := range [][]string{{"XDG_STATE_HOME=" + file}, {"XDG_STATE_HOME=relative", "HOME="}} {
		p := inTerminal(t, 100, env, "--demo")
		p.sees(promptFirst)
		p.types("select 1;" + enter)
		p.sees("1 row, ")
		p.types(ctrlD)
		if code, _ := p.ends(); code != 0 {
			t.Errorf("%v: code %d", env, code)
		}
	}
}
