package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/powerpipe"
)

// Report is a benchmark that was run, and facts about the run.
type Report struct {
	Mod  *powerpipe.Mod
	Root *Group
	// Head is the head of the report; nil if the mod has none.
	Head []Fact
	// At is when it was run, and Zone in which zone that is shown; nil is UTC.
	At   time.Time
	Zone *time.Location
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

// when returns the time of the run as a person reads it.
func (r *Report) when() string {
	zone := r.Zone
	if zone == nil {
		zone = time.UTC
	}
	return r.At.In(zone).Format("2006-01-02 15:04 ") + zone.String()
}

// results returns the results of a control; if it failed, one with its error.
func (c *Control) results() []Result {
	if c.Err != nil {
		return []Result{{Status: Error, Reason: c.Err.Error()}}
	}
	return c.Results
}

// groupID and controlID return the names that Powerpipe gives them: the one with the
// mod's name, the other without.
func (r *Report) groupID(g *Group) string { return r.Mod.Name + ".benchmark." + g.Benchmark.Name }

func controlID(c *Control) string { return "control." + c.Control.Name }
