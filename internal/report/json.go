package report

import (
	"encoding/json"
	"io"
	"time"
)

// formatVersion is the version of the JSON. It changes where a program that reads the JSON
// would have to change: not where there are new members.
const formatVersion = 1

// jsonReport is the group of all, and members that Powerpipe does not have.
type jsonReport struct {
	FormatVersion int                   `json:"format_version"`
	Head          map[string][]jsonFact `json:"head"`
	jsonGroup
	At    time.Time `json:"at"`
	Calls int       `json:"api_calls"`
}

type jsonFact struct {
	Value    string `json:"value"`
	Sentence string `json:"sentence"`
}

// jsonGroup, jsonControl and jsonResult have Powerpipe's names.
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
	Reason     string      `json:"reason"`
	Resource   string      `json:"resource"`
	Status     Status      `json:"status"`
	Dimensions []Dimension `json:"dimensions"`
}

func (r *Report) writeJSON(w io.Writer) error {
	head := map[string][]jsonFact{}
	for _, f := range r.head() {
		head[f.Key] = append(head[f.Key], jsonFact{f.Value, f.Sentence})
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(jsonReport{formatVersion, head, r.jsonGroup(r.Root), r.At.UTC(), r.Calls})
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
			dimensions := result.Dimensions
			if dimensions == nil {
				dimensions = []Dimension{}
			}
			control.Results = append(control.Results, jsonResult{result.Reason, result.Resource, result.Status, dimensions})
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
