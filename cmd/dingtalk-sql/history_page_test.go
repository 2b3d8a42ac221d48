package main

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
)

var (
	namedFile = regexp.MustCompile("(?s)`(\\w+\\.sql)`:\n\n```sql\n(.*?)```")
	shell     = regexp.MustCompile("(?s)```sh\n(.*?)```")
	crontab   = regexp.MustCompile(`(?m)^30 2 \* \* \* (/usr/local/bin/dingtalk-sql .*)$`)
)

// docs/history.md does what it says: its files, its commands and the line for
// cron, night after night, while DingTalk returns only the last meeting.
func TestHistoryPage(t *testing.T) {
	text, err := os.ReadFile("../../docs/history.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## With dingtalk-sql\n")
	section, _, _ = strings.Cut(section, "\n## ")

	const first, second = "0f9b1c52-7d1e-4a64-9c37-2b8f6a1d4e90", "5a20cc17-3b0f-4f08-a2de-8f51d0c9b6e4"
	sim := simulator.New(simulator.DemoApp)
	held := func(schedule, id string, status int64, day int) {
		start := simulator.DemoTime.AddDate(0, 0, day).UnixMilli()
		end := start + 90*60*1000
		c := simulator.Conference{ConferenceID: id, Title: "of " + schedule, Status: &status, StartTime: &start}
		if status == 1 {
			c.EndTime = &end
		}
		sim.Schedules[schedule] = []simulator.Conference{c}
	}
	server := httptest.NewServer(sim)
	defer server.Close()

	home := t.TempDir()
	bin := filepath.Join(home, "bin")
	write := func(name, text string) {
		path := filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(".steampipe/config/dingtalk.spc", spc.Block("dingtalk", server.URL, sim.App.ClientID, sim.App.ClientSecret))
	self, err := filepath.Abs(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(bin, "dingtalk-sql")); err != nil {
		t.Fatal(err)
	}
	run := func(script string) string {
		t.Helper()
		cmd := exec.Command("sh", "-ec", script)
		cmd.Dir = home
		cmd.Env = append(os.Environ(), asCommand+"=1", "HOME="+home, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", script, err, out)
		}
		return string(out)
	}

	files, scripts, cron := namedFile.FindAllStringSubmatch(section, -1), shell.FindAllStringSubmatch(section, -1), crontab.FindStringSubmatch(section)
	if len(files) != 2 || len(scripts) != 3 || cron == nil {
		t.Fatalf("the page has %d files, %d scripts, and for cron %q", len(files), len(scripts), cron)
	}
	for _, file := range files {
		write(file[1], file[2])
	}
	setUp, try, ask := scripts[0][1], scripts[1][1], scripts[2][1]
	nightly := strings.ReplaceAll(cron[1], "/usr/local/bin/", "")

	held(first, "m1", 1, 0)
	held(second, "m2", 2, 0) // in progress
	for range 2 {
		if out := run(setUp); out != "" {
			t.Errorf("setting up prints %q", out)
		}
	}
	if out := run(try); out != "" {
		t.Errorf("the job prints %q", out)
	}
	held(first, "m3", 1, 7)
	held(second, "m2", 1, 0)
	for range 2 {
		if out := run(nightly); out != "" {
			t.Errorf("a night prints %q", out)
		}
	}
	want := `+------------+----------+-------+
| week       | meetings | hours |
+------------+----------+-------+
| 2026-11-23 |        2 |     3 |
| 2026-11-30 |        1 |   1.5 |
+------------+----------+-------+
`
	before := sim.Count(simulator.ConferenceCall)
	if d := cmp.Diff(want, run(ask)); d != "" {
		t.Errorf("the history (-want +got):\n%s", d)
	}
	if n := sim.Count(simulator.ConferenceCall); before != 2*3 || n != before {
		t.Errorf("%d calls in three nights, and then %d", before, n-before)
	}

	// A night on which one schedule is refused keeps nothing of the other.
	held(first, "m4", 1, 14)
	sim.Script(simulator.Fault{On: func(c simulator.Call) bool { return c.ScheduleConferenceID == second }, Serve: simulator.Refuse(400, "paramsError", "")})
	cmd := exec.Command("sh", "-c", nightly)
	cmd.Dir, cmd.Env = home, append(os.Environ(), asCommand+"=1", "HOME="+home, "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	if out, err := cmd.CombinedOutput(); err == nil || !strings.HasPrefix(string(out), "Error: dingtalk: dingtalk_schedule_conference, schedule_conference_id \""+second) {
		t.Errorf("%v, %s", err, out)
	}
	if d := cmp.Diff(want, run(ask)); d != "" {
		t.Errorf("the history after a bad night (-want +got):\n%s", d)
	}
}
