package report

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/plaintext"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/powerpipe"
)

// Report is a benchmark that was run, and facts about the run.
type Report struct {
	Mod  *powerpipe.Mod
	Root *Group
	// At is when it was run.
	At time.Time
	// Calls is the number of API calls that it cost, without token calls.
	Calls int
}

// Formats are the formats of a report.
var Formats = []string{"text", "csv", "json", "html"}

// Write writes the report in one of the Formats.
func (r *Report) Write(w io.Writer, format string) error {
	switch format {
	case "text":
		return r.writeText(w)
	case "csv":
		return r.writeCSV(w)
	case "json":
		return r.writeJSON(w)
	case "html":
		return r.writeHTML(w)
	default:
		return fmt.Errorf("a report is one of %s, not %s", strings.Join(Formats, ", "), format)
	}
}

// counts returns a summary as text, the worst first, as in "2 alarm, 9 ok".
func (s Summary) counts() string {
	var parts []string
	for _, status := range Statuses {
		if s[status] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", s[status], status))
		}
	}
	return strings.Join(parts, ", ")
}

// calls returns the API calls as text.
func (r *Report) calls() string {
	if r.Calls == 1 {
		return "1 API call"
	}
	return fmt.Sprintf("%d API calls", r.Calls)
}

// results returns the results of a control; if it failed, one with its error.
func (c *Control) results() []Result {
	if c.Err != nil {
		return []Result{{"", Error, c.Err.Error()}}
	}
	return c.Results
}

func (r *Report) writeText(w io.Writer) error {
	var b strings.Builder
	r.Root.writeText(&b, "")
	fmt.Fprintf(&b, "\n%s, %s: %s\n", r.Root.Benchmark.Title, r.At.UTC().Format("2006-01-02 15:04 UTC"), r.Root.Summary.counts())
	fmt.Fprintf(&b, "%s\n", r.calls())
	_, err := io.WriteString(w, b.String())
	return err
}

func (g *Group) writeText(b *strings.Builder, indent string) {
	fmt.Fprintf(b, "%s%s: %s\n", indent, g.Benchmark.Title, g.Summary.counts())
	indent += "  "
	for _, inner := range g.Groups {
		b.WriteByte('\n')
		inner.writeText(b, indent)
	}
	for _, c := range g.Controls {
		severity := ""
		if c.Control.Severity != "" {
			severity = " [" + c.Control.Severity + "]"
		}
		fmt.Fprintf(b, "\n%s%s%s: %s\n", indent, c.Control.Title, severity, c.Summary.counts())
		for _, result := range c.results() {
			// Anybody can write a meeting's title.
			fmt.Fprintf(b, "%s  %-5s  %s\n", indent, strings.ToUpper(string(result.Status)), plaintext.Of(result.Reason))
		}
	}
}

// groupID and controlID return the names that Powerpipe gives them: the one with the
// mod's name, the other without.
func (r *Report) groupID(g *Group) string { return r.Mod.Name + ".benchmark." + g.Benchmark.Name }

func controlID(c *Control) string { return "control." + c.Control.Name }

// writeCSV writes Powerpipe's columns.
func (r *Report) writeCSV(w io.Writer) error {
	names := map[string]bool{}
	r.Root.each(func(_ *Group, c *Control) {
		for name := range c.Control.Tags {
			names[name] = true
		}
	})
	tags := slices.Sorted(maps.Keys(names))
	out := csv.NewWriter(w)
	rows := [][]string{append([]string{"group_id", "title", "description", "control_id", "control_title", "control_description", "reason", "resource", "status", "severity"}, tags...)}
	r.Root.each(func(g *Group, c *Control) {
		for _, result := range c.results() {
			row := []string{
				r.groupID(g), g.Benchmark.Title, g.Benchmark.Description,
				controlID(c), c.Control.Title, c.Control.Description,
				result.Reason, result.Resource, string(result.Status), c.Control.Severity,
			}
			for _, name := range tags {
				row = append(row, c.Control.Tags[name])
			}
			rows = append(rows, row)
		}
	})
	return out.WriteAll(rows)
}

// each visits all controls in their order.
func (g *Group) each(visit func(*Group, *Control)) {
	for _, inner := range g.Groups {
		inner.each(visit)
	}
	for _, c := range g.Controls {
		visit(g, c)
	}
}

// jsonGroup and jsonControl have Powerpipe's names.
type jsonGroup struct {
	GroupID     string            `json:"group_id"`
	Title       string            `json:"title"`
	Description string            `json:"description"`
	Tags        map[string]string `json:"tags"`
	Summary     jsonSummary       `json:"summary"`
	Groups      []jsonGroup       `json:"groups"`
	Controls    []jsonControl     `json:"controls"`
}

type jsonControl struct {
	Summary     map[string]int    `json:"summary"`
	Results     []jsonResult      `json:"results"`
	ControlID   string            `json:"control_id"`
	Description string            `json:"description"`
	Severity    string            `json:"severity"`
	Tags        map[string]string `json:"tags"`
	Title       string            `json:"title"`
	RunStatus   string            `json:"run_status"`
	RunError    string            `json:"run_error"`
}

type jsonSummary struct {
	Status map[string]int `json:"status"`
}

type jsonResult struct {
	Reason   string `json:"reason"`
	Resource string `json:"resource"`
	Status   Status `json:"status"`
}

func (r *Report) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		jsonGroup
		At    time.Time `json:"at"`
		Calls int       `json:"api_calls"`
	}{r.jsonGroup(r.Root), r.At.UTC(), r.Calls})
}

func (r *Report) jsonGroup(g *Group) jsonGroup {
	out := jsonGroup{
		GroupID: r.groupID(g), Title: g.Benchmark.Title, Description: g.Benchmark.Description, Tags: g.Benchmark.Tags,
		Summary: jsonSummary{g.Summary.byName()}, Groups: []jsonGroup{}, Controls: []jsonControl{},
	}
	for _, inner := range g.Groups {
		out.Groups = append(out.Groups, r.jsonGroup(inner))
	}
	for _, c := range g.Controls {
		control := jsonControl{
			Summary: c.Summary.byName(), Results: []jsonResult{}, ControlID: controlID(c), Description: c.Control.Description,
			Severity: c.Control.Severity, Tags: c.Control.Tags, Title: c.Control.Title, RunStatus: "complete",
		}
		if c.Err != nil {
			control.RunStatus, control.RunError = "error", c.Err.Error()
		}
		for _, result := range c.Results {
			control.Results = append(control.Results, jsonResult{result.Reason, result.Resource, result.Status})
		}
		out.Controls = append(out.Controls, control)
	}
	return out
}

// byName returns the counts of all statuses by name, 0 for those that did not occur.
func (s Summary) byName() map[string]int {
	all := map[string]int{}
	for _, status := range Statuses {
		all[string(status)] = s[status]
	}
	return all
}

// worst returns the worst status that occurred; Skip if none did.
func (s Summary) worst() Status {
	for _, status := range Statuses {
		if s[status] > 0 {
			return status
		}
	}
	return Skip
}

// severity returns the severity of a control's alarms, as text.
func (c *Control) severity() string { return cmp.Or(c.Control.Severity, "none") }
