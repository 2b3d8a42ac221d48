package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
)

// historian is a user who has installed the history as docs/history.md says, and an
// organization whose clock the test sets.
type historian struct {
	t         *testing.T
	sim       *simulator.Simulator
	home, bin string
	env       []string
	cron      string // the command of the line for cron
	now       time.Time

	running atomic.Int64     // the process group of the last run
	killed  []simulator.Call // the calls at which a run was killed
}

func newHistorian(t *testing.T) *historian {
	h := &historian{t: t, sim: simulator.New(simulator.DemoApp), home: t.TempDir(), bin: t.TempDir(), now: simulator.DemoTime}
	server := httptest.NewServer(h.sim)
	t.Cleanup(server.Close)
	self, err := filepath.Abs(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(h.bin, "dingtalk-sql")); err != nil {
		t.Fatal(err)
	}
	h.write(filepath.Join(h.bin, "crontab"), "#!/bin/sh\ncase $1 in\n-l) [ ! -e \"$HOME/crontab\" ] || cat \"$HOME/crontab\" ;;\n-) cat >\"$HOME/crontab.new\" && mv \"$HOME/crontab.new\" \"$HOME/crontab\" ;;\nesac\n", 0o700)
	h.write(filepath.Join(h.home, ".steampipe/config/dingtalk.spc"), spc.Block("dingtalk", server.URL, h.sim.App.ClientID, h.sim.App.ClientSecret), 0o600)
	h.env = append(os.Environ(), asCommand+"=1", "HOME="+h.home, "PATH="+h.bin+":/usr/bin:/bin")

	install := regexp.MustCompile("(?s)\n## Install it with dingtalk-sql\n.*?```sh\n(.*?)```").FindStringSubmatch(page(t))
	if install == nil {
		t.Fatal("the page does not say how to install it")
	}
	// Another organization's job, which stays.
	const other = "0 9 * * * \"$HOME/dingtalk-history-2/sqlite/collect\" \"$HOME/dingtalk-history-2/history.db\"\n"
	h.write(filepath.Join(h.home, "crontab"), other, 0o600)
	for range 2 { // nothing is lost by the second time
		if out := h.shell(install[1]); out != "" {
			t.Errorf("installing it prints %q", out)
		}
	}
	table, err := os.ReadFile(filepath.Join(h.home, "crontab"))
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`^` + regexp.QuoteMeta(other) + `0,30 8-19 \* \* 1-5 timeout 25m (.*)\n$`).FindStringSubmatch(string(table))
	if line == nil {
		t.Fatalf("the crontab is %q", table)
	}
	h.cron = line[1]
	return h
}

func (h *historian) write(path, text string, mode os.FileMode) {
	h.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		h.t.Fatal(err)
	}
}

// page returns docs/history.md.
func page(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/history.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (h *historian) command(script string) *exec.Cmd {
	cmd := exec.Command("sh", "-c", script)
	cmd.Dir = "../.."
	cmd.Env = append(h.env, clock+"="+h.now.Format(time.RFC3339))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// shell runs a script that succeeds, and returns what it prints.
func (h *historian) shell(script string) string {
	h.t.Helper()
	out, err := h.command(script).CombinedOutput()
	if err != nil {
		h.t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return string(out)
}

// rows returns the rows of a query of the history, with tabs between the columns.
func (h *historian) rows(sql string) []string {
	h.t.Helper()
	cmd := h.command(`dingtalk-sql --database "$HOME/dingtalk-history/history.db" --output csv`)
	cmd.Stdin = strings.NewReader(sql)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		h.t.Fatalf("%s: %v\n%s", sql, err, stderr.String())
	}
	records, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
	if err != nil || len(records) == 0 {
		h.t.Fatalf("%s: %v\n%s", sql, err, out)
	}
	rows := []string{}
	for _, r := range records[1:] {
		rows = append(rows, strings.Join(r, "\t"))
	}
	return rows
}

// run runs the job as cron does, and returns what it prints and its exit code; -1 if it
// was killed.
func (h *historian) run() (printed string, code int) { return h.runWith(`exec "$real" "$@"`) }

// runWith runs the job with a script in place of dingtalk-sql where that changes the file.
func (h *historian) runWith(script string) (printed string, code int) {
	h.t.Helper()
	bin, err := os.MkdirTemp(h.home, "bin")
	if err != nil {
		h.t.Fatal(err)
	}
	defer os.RemoveAll(bin)
	h.write(filepath.Join(bin, "dingtalk-sql"), "#!/bin/sh\nreal="+filepath.Join(h.bin, "dingtalk-sql")+
		"\ncase \"$*\" in\n*--keep-going*) "+script+" ;;\n*) exec \"$real\" \"$@\" ;;\nesac\n", 0o700)
	cmd := h.command(h.cron)
	cmd.Env = append(cmd.Env, "PATH="+bin+":/usr/bin:/bin")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		h.t.Fatal(err)
	}
	h.running.Store(int64(cmd.Process.Pid))
	_ = cmd.Wait() // its error is the exit code
	return out.String(), cmd.ProcessState.ExitCode()
}

// kill kills the job at its next call of a kind.
func (h *historian) kill(kind simulator.CallKind) {
	met := false
	h.sim.Script(simulator.Fault{
		On: func(c simulator.Call) bool {
			if c.Kind != kind || met {
				return false
			}
			met = true
			h.killed = append(h.killed, c)
			return true
		},
		Serve: func(http.ResponseWriter, *http.Request, http.Handler) {
			_ = syscall.Kill(-int(h.running.Load()), syscall.SIGKILL)
		},
	})
}

// runTwice runs the job, and once more while the first run is in its first call, by which
// the second one has made its list of what is due. It returns what each prints.
func (h *historian) runTwice() (first, second string) {
	h.t.Helper()
	listed := filepath.Join(h.home, "listed")
	if err := syscall.Mkfifo(listed, 0o600); err != nil {
		h.t.Fatal(err)
	}
	ended := make(chan string)
	begun := false
	h.sim.Script(simulator.Fault{
		On: func(c simulator.Call) bool {
			was := begun
			begun = begun || c.Kind != simulator.TokenCall
			return begun && !was
		},
		Serve: func(w http.ResponseWriter, r *http.Request, real http.Handler) {
			go func() {
				out, _ := h.runWith(`cat >"$HOME/script"; [ -p "$HOME/listed" ] && : >"$HOME/listed" && rm "$HOME/listed"; exec "$real" "$@" <"$HOME/script"`)
				ended <- out
			}()
			if _, err := os.ReadFile(listed); err != nil {
				h.t.Error(err)
			}
			real.ServeHTTP(w, r)
		},
	})
	first, _ = h.run()
	return first, <-ended
}

// refuse refuses the calls of a kind that have an argument.
func (h *historian) refuse(kind simulator.CallKind, argument, value string) {
	h.sim.Script(simulator.Fault{
		On:    func(c simulator.Call) bool { return c.Kind == kind && c.Params[argument] == value },
		Serve: simulator.Refuse(403, "permissionError", "not yours"),
	})
}

// about returns what a call asks for: its kind, and the ID that it names.
func about(c simulator.Call) string {
	for _, name := range []string{"scheduleConferenceId", "conferenceId", "roomCode", "userId"} {
		if id, ok := c.Params[name]; ok {
			return fmt.Sprintf("%s of %s", c.Kind, id)
		}
	}
	return string(c.Kind)
}

// heldMeeting is a meeting of the organization, and whether the history should have it.
type heldMeeting struct {
	simulator.Conference
	schedule string
	kept     bool
	members  []simulator.Member
	recorded []simulator.Recording
}

// held returns a meeting with three members, of which the last comes twice.
func held(id string, kept bool, start time.Time, length time.Duration) heldMeeting {
	begin, end := start.UnixMilli(), start.Add(length).UnixMilli()
	none := int64(0)
	m := heldMeeting{kept: kept, Conference: simulator.Conference{
		ConferenceID: id, Title: "of " + id, StartTime: &begin, EndTime: &end, CreatorID: "creator", BizType: "0", CloudRecordStatus: &none,
	}}
	for _, name := range []string{"Ana", "Phone", "Chen", "Chen"} {
		union := "union of " + name
		if name == "Phone" {
			union = ""
		}
		m.members = append(m.members, simulator.Member{UnionID: union, UserNick: name, JoinTime: &begin, LeaveTime: &end, Host: name == "Ana", PstnJoin: name == "Phone"})
	}
	return m
}

// show shows the simulator what has happened up to now. A schedule has its last meeting
// alone; its others are found by their IDs.
func (h *historian) show(all []heldMeeting) {
	last := map[string]string{}
	for _, m := range all {
		if *m.StartTime <= h.now.UnixMilli() {
			last[m.schedule] = m.ConferenceID
		}
	}
	h.sim.Unscheduled = nil
	for _, m := range all {
		if *m.StartTime > h.now.UnixMilli() {
			continue
		}
		status := simulator.InProgress
		if *m.EndTime <= h.now.UnixMilli() {
			status = simulator.Ended
		}
		m.Status = &status
		if m.schedule != "" && last[m.schedule] == m.ConferenceID {
			h.sim.Schedules[m.schedule] = []simulator.Conference{m.Conference}
		} else {
			h.sim.Unscheduled = append(h.sim.Unscheduled, m.Conference)
		}
		h.sim.Members[m.ConferenceID], h.sim.Recordings[m.ConferenceID] = m.members, m.recorded
	}
}

// At the end of a month, in which the job was killed at each of its calls, run twice at
// once, and refused some of what it asked for, the history has each meeting that there was
// to find, whole and once, at the calls that docs/history.md says.
func TestHistoryOfAMonth(t *testing.T) {
	t.Parallel()
	h := newHistorian(t)
	const standup, review, refused, user, number, nobody = "standup", "review's", "refused", "union 'of' Lin", "812365400", "812365401"
	h.rows(`insert into history_source (kind, id) values
		('ongoing', ''), ('schedule', 'standup'), ('schedule', 'review''s'), ('schedule', 'refused'), ('calendar', 'union ''of'' Lin'); select 1`)
	h.refuse(simulator.ConferenceCall, "scheduleConferenceId", refused)

	var all []heldMeeting
	var weekdays []time.Time
	h.sim.Calendars[user] = []simulator.Event{}
	plan := func(id, code string, start time.Time) {
		h.sim.Calendars[user] = append(h.sim.Calendars[user], simulator.Event{
			ID: id, Summary: "event " + id, Status: "confirmed",
			Start:             &simulator.When{DateTime: start.Format(time.RFC3339), TimeZone: "UTC"},
			End:               &simulator.When{DateTime: start.Add(time.Hour).Format(time.RFC3339), TimeZone: "UTC"},
			OnlineMeetingInfo: &simulator.OnlineMeeting{Type: "dingtalk", ConferenceID: "logical", ExtraInfo: map[string]string{"roomCode": code}},
		})
	}
	events := 0
	for d := range 28 {
		day := h.now.Truncate(24*time.Hour).AddDate(0, 0, d)
		at := func(hour, minute int) time.Time {
			return day.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
		}
		if day.Weekday() == time.Saturday {
			m := held(fmt.Sprint("no event ", d), false, at(11, 0), time.Hour)
			m.RoomCode = number
			all = append(all, m)
		}
		if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
			continue
		}
		weekdays = append(weekdays, day)
		m := held(fmt.Sprint("standup ", d), true, at(9, 0), 30*time.Minute)
		m.schedule = standup
		all = append(all, m, held(fmt.Sprint("instant ", d), true, at(10, 15), 35*time.Minute), held(fmt.Sprint("missed ", d), false, at(12, 0), 10*time.Minute))
		switch day.Weekday() {
		case time.Tuesday:
			plan(fmt.Sprint("e", d), number, at(13, 0))
			events++
			m := held(fmt.Sprint("number ", d), true, at(13, 5), 45*time.Minute)
			m.RoomCode = number
			all = append(all, m)
		case time.Wednesday:
			m := held(fmt.Sprint("review ", d), true, at(14, 0), time.Hour)
			ended := int64(3)
			m.schedule, m.CloudRecordStatus, m.CloudRecordOwnerUnionID = review, &ended, "owner"
			m.recorded = []simulator.Recording{{RecordID: "r" + m.ConferenceID, MediaID: "1 of " + m.ConferenceID}, {RecordID: "r" + m.ConferenceID, MediaID: "2 of " + m.ConferenceID}}
			all = append(all, m)
		case time.Thursday:
			plan(fmt.Sprint("e", d), nobody, at(13, 0))
			events++
		case time.Friday:
			all = append(all, held(fmt.Sprint("night ", d), true, at(17, 30), 8*time.Hour))
		}
	}
	weekdays = append(weekdays, weekdays[0].AddDate(0, 0, 28))

	// What is refused: the recordings of a review for good, the members of a meeting for a
	// week.
	h.refuse(simulator.RecordingCall, "conferenceId", "review 2")
	h.refuse(simulator.MemberCall, "conferenceId", "instant 1")
	kills := map[int]simulator.CallKind{
		3: simulator.ConferenceCall, 4: simulator.OngoingCall, 5: simulator.EventsViewCall, 6: simulator.ConferenceInfoCall,
		7: simulator.RoomCodeCall, 8: simulator.RecordingCall, 10: simulator.MemberCall,
	}
	const twice, cut = 9, 11
	runs := 0
	for i, day := range weekdays {
		for _, clock := range []time.Duration{10*time.Hour + 30*time.Minute, 18 * time.Hour} {
			morning := clock < 12*time.Hour
			if !morning && day.Weekday() != time.Friday {
				continue // nothing runs then
			}
			h.now = day.Add(clock)
			h.show(all)
			if kind, ok := kills[i]; ok && morning {
				h.kill(kind)
				if out, code := h.run(); code != -1 {
					t.Fatalf("%s, killed at its call for a %s: the job ends with %d and prints %q", h.now, kind, code, out)
				}
			}
			switch {
			case i == twice && morning:
				// Either may come first to what is refused, and the other does not ask again.
				if first, second := h.runTwice(); strings.Count(first+second, `"`+refused+`"`) != 1 || strings.Count(first+second, `"review 2"`) > 1 {
					t.Errorf("two at once print %q and %q", first, second)
				}
				if gaps := h.rows("select id from history_gap where kind = 'schedule'"); !slices.Equal(gaps, []string{refused}) {
					t.Errorf("after two at once, the gaps are %q", gaps)
				}
			case i == cut && morning:
				// It ends between the members and the note that they were asked for.
				before := len(h.sim.Calls())
				h.runWith(`sed '/^insert into history_member/,$ { /^insert into history_request/,$ d }' | "$real" "$@"; exit 1`)
				for _, c := range h.sim.Calls()[before:] {
					if c.Kind == simulator.MemberCall {
						h.killed = append(h.killed, c)
					}
				}
				if _, code := h.run(); code != 0 {
					t.Errorf("after a run that was cut short, the job ends with %d", code)
				}
			default:
				if out, code := h.run(); code == 0 != (out == "") {
					t.Errorf("%s: the job ends with %d and prints %q", h.now, code, out)
				}
			}
			runs++
			if i == 8 && morning {
				gaps := h.rows("select kind, id, title, error from history_gap order by kind, id")
				want := []string{
					"members\tinstant 1\tof instant 1\tdingtalk: dingtalk_conference_member, conference_id \"instant 1\"",
					"recordings\treview 2\tof review 2\tdingtalk: dingtalk_conference_recording, acting_union_id \"owner\": conference_id \"review 2\"",
					"schedule\trefused\t\tdingtalk: dingtalk_schedule_conference, schedule_conference_id \"refused\"",
				}
				for i := range gaps {
					gaps[i], _, _ = strings.Cut(gaps[i], ": DingTalk answered HTTP 403, code permissionError: not yours")
				}
				if d := cmp.Diff(want, gaps); d != "" {
					t.Errorf("the gaps after a week (-want +got):\n%s", d)
				}
				h.sim.ClearFaults()
				h.refuse(simulator.ConferenceCall, "scheduleConferenceId", refused)
				h.refuse(simulator.RecordingCall, "conferenceId", "review 2")
			}
		}
	}
	if out, code := h.run(); out != "" || code != 0 {
		t.Errorf("a run when nothing is due ends with %d and prints %q", code, out)
	}

	// The calls are what docs/history.md says, and those at which the job was killed.
	days := len(weekdays)
	calls := map[string]int{
		"ongoing":                  runs,
		"conference of " + standup: days,
		"conference of " + review:  days,
		"events view of " + user:   days,
		"room code of " + number:   events / 2,
		"room code of " + nobody:   events / 2,
	}
	var meetings, members, recordings []string
	for _, m := range all {
		if !m.kept {
			continue
		}
		times := fmt.Sprintf("%s\t%s", time.UnixMilli(*m.StartTime).UTC().Format(time.RFC3339), time.UnixMilli(*m.EndTime).UTC().Format(time.RFC3339))
		meetings = append(meetings, fmt.Sprintf("%s\tof %[1]s\t%s\t%s\tended\t1", m.ConferenceID, m.schedule, times))
		calls["conference info of "+m.ConferenceID]++
		calls["member of "+m.ConferenceID]++
		for _, a := range m.members {
			members = append(members, fmt.Sprintf("%s\t%s\t%s\t%s", m.ConferenceID, a.UnionID, a.UserNick, times))
		}
		if len(m.recorded) > 0 {
			calls["recording of "+m.ConferenceID]++
		}
		for _, r := range m.recorded {
			if m.ConferenceID != "review 2" {
				recordings = append(recordings, fmt.Sprintf("%s\t%s\t%s", m.ConferenceID, r.RecordID, r.MediaID))
			}
		}
	}
	for sql, want := range map[string][]string{
		"select conference_id, title, schedule_conference_id, start_time, end_time, status_name, complete from history_meeting": meetings,
		"select conference_id, union_id, user_nick, join_time, leave_time from history_member":                                  members,
		"select conference_id, record_id, media_id from history_recording":                                                      recordings,
		"select kind, id from history_gap": {"recordings\treview 2", "schedule\trefused"},
		"select kind, id from history_due": {},
	} {
		got := h.rows(sql)
		slices.Sort(got)
		slices.Sort(want)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", sql, d)
		}
	}
	for _, c := range h.killed {
		calls[about(c)]++
	}
	got := map[string]int{}
	for _, c := range h.sim.Calls() {
		if c.Kind != simulator.TokenCall {
			got[about(c)]++
		}
	}
	// What fails is asked for again and again, at ever longer intervals; a schedule each
	// day.
	for call, most := range map[string]int{"conference of " + refused: days + 4, "recording of review 2": 6, "member of instant 1": 7} {
		if n := got[call]; n < 5 || n > most {
			t.Errorf("%d calls for a %s", n, call)
		}
		delete(got, call)
		delete(calls, call)
	}
	if d := cmp.Diff(calls, got); d != "" {
		t.Errorf("the calls (-want +got):\n%s", d)
	}
}

// Without the meetings in progress, a meeting that its schedule no longer has is asked for
// by its ID a day later. What DingTalk does not return of it is a gap.
func TestHistoryOfASchedule(t *testing.T) {
	t.Parallel()
	h := newHistorian(t)
	h.rows("insert into history_source (kind, id, every_hours) values ('schedule', 's', 4); select 1")
	start := h.now
	first, second := held("first", true, start.Add(-time.Hour), 2*time.Hour), held("second", true, start.Add(3*time.Hour), time.Hour)
	first.schedule, second.schedule = "s", "s"
	recorded := int64(3)
	first.CloudRecordStatus, first.members = &recorded, nil
	want := func(hour int, want []string) {
		t.Helper()
		h.now = start.Add(time.Duration(hour) * time.Hour)
		h.show([]heldMeeting{first, second})
		h.run()
		got := h.rows("select 'meeting', conference_id, status_name from history_meeting union all select 'gap', kind || ' ' || id, error from history_gap order by 1, 2")
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("after %d hours (-want +got):\n%s", hour, d)
		}
	}
	want(0, []string{"meeting\tfirst\tin_progress"})
	want(3, []string{"meeting\tfirst\tin_progress"})
	want(5, []string{"meeting\tfirst\tin_progress", "meeting\tsecond\tended"})
	want(23, []string{"meeting\tfirst\tin_progress", "meeting\tsecond\tended"})
	want(25, []string{
		"gap\tmembers first\tDingTalk returned no members",
		"gap\trecordings first\tDingTalk returned no recordings",
		"meeting\tfirst\tended", "meeting\tsecond\tended",
	})
}

// What earlier versions of the page kept is moved, and then completed.
func TestMoveHistory(t *testing.T) {
	t.Parallel()
	h := newHistorian(t)
	h.shell(`dingtalk-sql --database "$HOME/meetings.db" "
		create table schedule (schedule_conference_id text primary key);
		create table meeting (conference_id text primary key, schedule_conference_id text not null, title text, room_code text, start_time text, end_time text);
		insert into schedule values ('s'); insert into meeting select 'old', 's', 'of old', '812365400', '2026-11-02T09:00:00Z', '2026-11-02T10:00:00Z'"`)
	_, section, _ := strings.Cut(page(t), "\n## Move what you have\n")
	scripts := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(section, -1)
	if len(scripts) != 2 {
		t.Fatalf("%d scripts", len(scripts))
	}
	for range 2 {
		if out := h.shell(scripts[1][1]); out != "" {
			t.Errorf("moving it prints %q", out)
		}
	}
	h.show([]heldMeeting{held("old", true, time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC), time.Hour)})
	if out, code := h.run(); out != "" || code != 0 {
		t.Errorf("the job ends with %d and prints %q", code, out)
	}
	got := h.rows("select kind, id from history_source union all select m.schedule_conference_id, min(a.start_time) || ' ' || count(*) from history_meeting as m join history_attendance as a on a.conference_id = m.conference_id where m.complete")
	if d := cmp.Diff([]string{"schedule\ts", "s\t2026-11-02T09:00:00Z 3"}, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// Without a file, the job says what to write, and makes no file.
func TestHistoryUsage(t *testing.T) {
	script, err := filepath.Abs("../../history/sqlite/collect")
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{nil, {""}, {"--help"}, {"--demo"}} {
		cmd := exec.Command(script, args...)
		cmd.Dir = t.TempDir()
		out, _ := cmd.CombinedOutput() // its error is the exit code
		files, err := os.ReadDir(cmd.Dir)
		if cmd.ProcessState.ExitCode() != 2 || !strings.HasPrefix(string(out), "usage: collect DATABASE ") || strings.Count(string(out), "\n") != 1 || len(files) > 0 || err != nil {
			t.Errorf("%q: code %d, %s, %v, %v", args, cmd.ProcessState.ExitCode(), out, files, err)
		}
	}
}

// The systemd services run what cron runs.
func TestHistoryServices(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		service, err := os.ReadFile(filepath.Join("../../history", engine, "dingtalk-history.service"))
		if err != nil {
			t.Fatal(err)
		}
		crontab, err := os.ReadFile(filepath.Join("../../history", engine, "crontab"))
		if err != nil {
			t.Fatal(err)
		}
		start := regexp.MustCompile(`(?m)^ExecStart=(.*)$`).FindSubmatch(service)
		// A home folder may have a blank in cron.
		line := regexp.MustCompile(`"\$HOME(\S*)"`).ReplaceAllString(string(crontab), "%h$1")
		if start == nil || !strings.HasPrefix(line, "0,30 8-19 * * 1-5 ") || !strings.Contains(line, string(start[1])) || !strings.Contains(line, "dingtalk-history") {
			t.Errorf("%s: cron runs %q, and the service %q", engine, line, start)
		}
	}
}

// The costs that docs/history.md names for organizations of three sizes are the sums of
// their parts, and the parts follow from the numbers of people.
func TestHistoryCosts(t *testing.T) {
	numbers := map[string][3]int{}
	for _, m := range regexp.MustCompile(`(?m)^\| (.+?) \| \**([\d,]+)(?: people)?\** \| \**([\d,]+)(?: people)?\** \| \**([\d,]+)(?: people)?\** \|$`).FindAllStringSubmatch(strings.ReplaceAll(page(t), "| | 50 people", "| People | 50"), -1) {
		var row [3]int
		for i := range row {
			n, err := strconv.Atoi(strings.ReplaceAll(m[2+i], ",", ""))
			if err != nil {
				t.Fatal(err)
			}
			row[i] = n
		}
		numbers[strings.Trim(m[1], "*")] = row
	}
	const days, runs = 22, 24
	for i := range 3 {
		people, meetings := numbers["People"][i], numbers["Meetings"][i]
		if want := people * 2 / 5 * days; people == 0 || meetings != want {
			t.Errorf("%d people have %d meetings, not %d", people, meetings, want)
		}
		// Of a day's meetings of half an hour, a sixteenth is in progress at a time.
		pages := (meetings/days/16 + 99) / 100
		parts := [4]int{runs * days * pages, meetings, meetings, meetings / 10}
		if got := [4]int{numbers["In progress: 24 runs a day"][i], numbers["Details"][i], numbers["Members"][i], numbers["Recordings"][i]}; got != parts {
			t.Errorf("%d people: %d, want %d", people, got, parts)
		}
		if got, want := numbers["Calls"][i], parts[0]+parts[1]+parts[2]+parts[3]; got != want {
			t.Errorf("%d people: %d calls, want %d", people, got, want)
		}
	}
}
