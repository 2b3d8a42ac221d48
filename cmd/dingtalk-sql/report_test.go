package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// A report prints its results, says by its exit code whether all is well, and
// shows an error in its place where it could not be made.
func TestReport(t *testing.T) {
	sim := simulator.Demo(simulator.DemoTime)
	server := httptest.NewServer(sim)
	defer server.Close()
	env := []string{"DINGTALK_ENDPOINT=" + server.URL, "DINGTALK_CLIENT_ID=" + sim.App.ClientID, "DINGTALK_CLIENT_SECRET=" + sim.App.ClientSecret}
	file := filepath.Join(t.TempDir(), "my.ppvars")
	if err := os.WriteFile(file, []byte(`schedule_conference_ids = ["`+simulator.DemoBoard+`"]`), 0o600); err != nil {
		t.Fatal(err)
	}
	missing := file + ".none"
	const board = "Board meeting 董事会 (schedule 2e9f4b61…): "
	const nameless, banner = "The connection dingtalk names no organization. ", "******************************"
	for name, test := range map[string]struct {
		env        []string
		args       []string
		code       int
		start, has string // of the output
		stderr     string
	}{
		"all is well": {env, []string{"--report", "meeting_security", "--var-file", file}, 0,
			banner, "\n\n" + nameless, ""},
		"the results":            {env, []string{"--report", "meeting_security", "--var-file", file}, 0, banner, "\n\nMeeting Security: 9 ok\n\n  People should wait until they are let in [high]: 1 ok\n    OK     " + board + "the waiting room is on. (host: ", ""},
		"the calls that it made": {env, []string{"--report", "meeting_security", "--var-file", file}, 0, banner, "\n2 API calls\n", ""},
		"an alarm": {env, []string{"--report", "meeting_security", "--var-file", file, "--var", "own_corp_id=x", "--var", `schedule_conference_ids=["` + simulator.DemoIncident + `"]`}, 1,
			banner, "\n\nMeeting Security: 7 alarm, 1 ok, 1 info\n", ""},
		"an error": {nil, []string{"--report", "meeting_security", "--var-file", file}, 2,
			"Meeting Security: 10 error\n", "no credentials are set", ""},
		"the demo, with its own values": {nil, []string{"--demo", "--report=compliance"}, 1,
			banner, board + "it was planned for 2026-11-17 06:00 UTC and began 60 minutes later.", ""},
		"csv": {env, []string{"--report", "meeting_security", "--var-file", file, "--output", "csv"}, 0,
			"\ufeff\"group_id\",\"title\",", ",\"control.waiting_room\",\"People should wait until they are let in\",", ""},
		"json": {env, []string{"--output", "json", "--report", "meeting_security", "--var-file", file}, 0, "{\n", `"api_calls": 2`, ""},
		"html": {env, []string{"--report", "meeting_security", "--var-file", file, "--output=html"}, 0, "<!DOCTYPE html>\n", "the waiting room is on.", ""},
		"csv for a spreadsheet": {env, []string{"--report", "meeting_security", "--var-file", file, "--output", "csv", "--spreadsheet"}, 0,
			"\ufeff\"group_id\",\"title\",", "", ""},
		"text for a spreadsheet": {env, []string{"--report", "meeting_security", "--spreadsheet"}, 2, "", "", "Error: --spreadsheet goes with --output csv\n"},
		"a zone that isn't one":  {env, []string{"--report", "meeting_security", "--time-zone", "CST+8"}, 2, "", "", "Error: --time-zone: there is no time zone \"CST+8\""},
		"no such benchmark": {env, []string{"--report", "nope"}, 2, "", "",
			"Error: there is no benchmark nope: there are attendance_evidence, check_itself, compliance, gdpr, iso_27001_2022, meeting_lifecycle, meeting_security, mlps_gbt_22239, pipl, recording, room_use, soc_2\n"},
		"no such variable":       {env, []string{"--report", "recording", "--var", "ids=[]"}, 2, "", "", "Error: there is no variable ids: there are acting_union_id, "},
		"a value that isn't one": {env, []string{"--report", "recording", "--var", "days"}, 2, "", "", "Error: invalid value \"days\" for flag -var: it must be NAME=VALUE"},
		"no such file":           {env, []string{"--report", "recording", "--var-file", missing}, 2, "", "", "Error: --var-file: open " + missing},
		"another format":         {env, []string{"--report", "recording", "--output", "table"}, 2, "", "", "Error: --output table: a report is text, csv, json, html\n"},
		"SQL beside it":          {env, []string{"--report", "recording", "select 1"}, 2, "", "", "Error: --report runs a benchmark, and no SQL beside it\n"},
		"a value for SQL":        {env, []string{"--var", "days=1", "select 1"}, 1, "", "", "Error: --var and --var-file go with --report\n"},
		"html of SQL":            {env, []string{"--output", "html", "select 1"}, 1, "", "", "Error: --output html: it must be table, line, csv or json\n"},
	} {
		t.Run(name, func(t *testing.T) {
			got := command(t, test.env, "", test.args...)
			if got.code != test.code || !strings.HasPrefix(got.stdout, test.start) || !strings.Contains(got.stdout, test.has) || !strings.HasPrefix(got.stderr, test.stderr) {
				t.Errorf("code %d, want %d\nstdout: %.500s\nstderr: %s", got.code, test.code, got.stdout, got.stderr)
			}
			if test.start == "" && got.stdout != "" || test.stderr == "" && got.stderr != "" {
				t.Errorf("stdout: %.500s\nstderr: %s", got.stdout, got.stderr)
			}
		})
	}
}

// A value that a variable of the mod cannot have is one sentence, before anything is read.
func TestReportOfWrongSettings(t *testing.T) {
	for set, want := range map[string]string{
		"since=2026-13-40":       "The variable since is 2026-13-40; it must be a day such as 2026-11-01 (YYYY-MM-DD), or empty to begin so many days before today as days has.",
		"until=yesterday":        "The variable until is yesterday; it must be a day such as 2026-11-30 (YYYY-MM-DD), or empty for now.",
		"since=2026-11-24":       "The variable since is 2026-11-24, which is to come; the first day must not be after today.",
		"alarm_absent_share=1.5": "The variable alarm_absent_share is 1.5; it must be from 0 to 1, such as 0.5 for half of those invited.",
	} {
		for _, language := range []string{"en", "zh"} {
			got := command(t, nil, "", "--demo", "--report", "check_itself", "--var", set, "--var", "language="+language)
			check(t, outcome{code: 2, stderr: "Error: " + want + "\n"}, got)
		}
	}
}

// The head of a report comes from the mod, and --time-zone sets the mod's variable.
func TestReportOfAMod(t *testing.T) {
	sim := simulator.Demo(simulator.DemoTime)
	server := httptest.NewServer(sim)
	defer server.Close()
	folder := t.TempDir()
	const text = `
mod "m" {
  title = "M"
}
variable "time_zone" {
  type    = string
  default = "UTC"
}
variable "language" {
  type    = string
  default = "en"
}
benchmark "b" {
  title    = "B"
  children = [control.running]
}
control "running" {
  title = "Meetings should be few"
  sql   = "select conference_id as resource, 'ok' as status, to_char(timezone('${var.time_zone}', start_time), 'HH24:MI') || '.' as reason, title as meeting_title from dingtalk_ongoing_conference order by start_time limit 1"
}
control "report_head" {
  title = "The report should say what it is about"
  sql   = "select 'demo' as resource, 'info' as status, 'A made-up organization.' as reason, 'true' as value"
}
`
	if err := os.WriteFile(filepath.Join(folder, "mod.pp"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	env := []string{withMod + "=" + folder, "TZ=America/New_York", "DINGTALK_ENDPOINT=" + server.URL, "DINGTALK_CLIENT_ID=" + sim.App.ClientID, "DINGTALK_CLIENT_SECRET=" + sim.App.ClientSecret}
	for name, test := range map[string]struct {
		args   []string
		code   int
		has    []string
		stderr string
	}{
		"UTC":                      {nil, 0, []string{"* DEMO *", "\nA made-up organization.\nThe report made 1 API call.\n", " OK     20:50.", "meeting: ", " UTC: 1 ok\n1 API call\n"}, ""},
		"Shanghai, in Chinese":     {[]string{"--time-zone", "Asia/Shanghai", "--var", "language=zh"}, 0, []string{"* DEMO 演示数据 *", "变量 time_zone 的值是 Asia/Shanghai，默认值是 UTC。\n", " 合格  04:50.", " Asia/Shanghai：合格 1\n"}, ""},
		"--var before --time-zone": {[]string{"--time-zone", "Asia/Shanghai", "--var", "time_zone=Asia/Tokyo"}, 0, []string{" OK     05:50.", " Asia/Tokyo: 1 ok\n"}, ""},
		"no zone":                  {[]string{"--var", "time_zone=+08:00"}, 2, nil, "Error: the variable time_zone: there is no time zone \"+08:00\": name one of the IANA's, such as UTC or Asia/Shanghai\n"},
	} {
		got := command(t, env, "", append([]string{"--report", "b"}, test.args...)...)
		if got.code != test.code || got.stderr != test.stderr {
			t.Errorf("%s: code %d, want %d\nstdout: %s\nstderr: %s", name, got.code, test.code, got.stdout, got.stderr)
		}
		for _, has := range test.has {
			if !strings.Contains(got.stdout, has) {
				t.Errorf("%s: no %q in\n%s", name, has, got.stdout)
			}
		}
	}
}

// A report reads the plugin's tables: a table or view of the user's with the name of one is
// an error, whatever its case; other tables change nothing.
func TestReportBesideADatabase(t *testing.T) {
	for name, test := range map[string]struct {
		sql  string
		code int
	}{
		"a table":           {"create table dingtalk_schedule_conference (schedule_conference_id, conference_id)", 2},
		"a view":            {"create view Dingtalk_User as select 1 as user_id", 2},
		"tables of another": {"create table people (email)", 1},
	} {
		file := filepath.Join(t.TempDir(), "own.db")
		if got := command(t, nil, "", "--demo", "--database", file, test.sql); got.code != 0 {
			t.Fatal(got)
		}
		got := command(t, nil, "", "--demo", "--database", file, "--report", "meeting_security")
		if got.code != test.code || (test.code == 2) != strings.Contains(got.stderr, "rename it, or leave --database out") || (test.code == 2) != (got.stdout == "") {
			t.Errorf("%s: code %d, %s", name, got.code, got.stderr)
		}
	}
}
