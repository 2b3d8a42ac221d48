package main

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// ofSchedules are statements that cost a call each that counts.
func ofSchedules(ids ...string) string {
	var b strings.Builder
	for _, id := range ids {
		b.WriteString("select count(*) from dingtalk_schedule_conference where schedule_conference_id = '" + id + "';")
	}
	return b.String()
}

// --max-calls bounds the calls that count, of all statements together. What is beyond it is
// an error like any other.
func TestMaxCalls(t *testing.T) {
	const (
		spent = "--max-calls is 2, and 2 calls that count against the organization's month were made since the program started: the query stopped before its next call.\n" +
			"Ask for less, or run it again with a larger number.\n"
		wrong = "it must be a whole number of calls, 1 or more (dingtalk-sql --help lists the options)\n"
	)
	three := ofSchedules(simulator.DemoAllHands, simulator.DemoIncident, simulator.DemoBoard)
	for name, test := range map[string]struct {
		args        []string
		code        int
		results     int
		stderr      string // a part of it
		most, least int    // calls
	}{
		"enough":               {[]string{"--max-calls", "3", three}, 0, 3, "", 3, 3},
		"too few":              {[]string{"--max-calls=2", three}, 1, 0, spent, 2, 2},
		"too few, and go on":   {[]string{"--max-calls", "2", "--keep-going", three + "select count(*) from dingtalk_user"}, 1, 3, spent + "Error: 1 of 4 statements failed\n", 2, 2},
		"too few for a report": {[]string{"--max-calls", "2", "--report", "meeting_security", "--var", `schedule_conference_ids=["` + simulator.DemoAllHands + `","` + simulator.DemoIncident + `","` + simulator.DemoBoard + `"]`}, 2, 0, "", 2, 1},
		"none":                 {[]string{"--max-calls", "0", three}, 1, 0, "Error: invalid value \"0\" for flag -max-calls: " + wrong, 0, 0},
		"less than none":       {[]string{"--max-calls", "-1", three}, 1, 0, "Error: invalid value \"-1\" for flag -max-calls: " + wrong, 0, 0},
		"no number":            {[]string{"--max-calls", "many", three}, 1, 0, "Error: invalid value \"many\" for flag -max-calls: " + wrong, 0, 0},
		"nothing":              {[]string{"--max-calls", "", three}, 1, 0, "Error: invalid value \"\" for flag -max-calls: " + wrong, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			sim := simulator.Demo(simulator.DemoTime)
			server := httptest.NewServer(sim)
			defer server.Close()
			env := []string{"DINGTALK_ENDPOINT=" + server.URL, "DINGTALK_CLIENT_ID=" + sim.App.ClientID, "DINGTALK_CLIENT_SECRET=" + sim.App.ClientSecret}
			got := command(t, env, "", test.args...)
			if got.code != test.code || !strings.Contains(got.stderr, test.stderr) || strings.Count(got.stdout, "| count(*) |") != test.results {
				t.Errorf("code %d\nstdout: %s\nstderr: %s", got.code, got.stdout, got.stderr)
			}
			counted := 0
			for _, c := range sim.Calls() {
				if c.Kind != simulator.TokenCall && !strings.HasPrefix(c.Path, "/topapi/") {
					counted++
				}
			}
			if counted > test.most || counted < test.least {
				t.Errorf("%d calls", counted)
			}
			if name == "too few for a report" && !strings.Contains(strings.Join(strings.Fields(got.stdout), " "), "--max-calls is 2, and 2 calls that count against the organization's month were made since the program started") {
				t.Errorf("the report does not say why: %s", got.stdout)
			}
		})
	}
}

// At the prompt, the bound holds for all statements of the session.
func TestMaxCallsAtThePrompt(t *testing.T) {
	p := inTerminal(t, 120, nil, "--demo", "--max-calls", "1")
	p.sees(promptFirst)
	p.types(ofSchedules(simulator.DemoAllHands) + enter)
	p.sees("1 row, 1 API call, ")
	p.sees(promptFirst)
	p.types(ofSchedules(simulator.DemoBoard) + enter)
	p.sees("--max-calls is 1, and 1 call that counts against the organization's month was made since the program started")
	p.sees(promptFirst)
	p.types(ofSchedules(simulator.DemoAllHands) + enter) // the cache has it
	p.sees("1 row, 0 API calls, ")
	p.sees(promptFirst)
	p.types(ctrlD)
	if code, _ := p.ends(); code != 0 {
		t.Errorf("code %d", code)
	}
}
