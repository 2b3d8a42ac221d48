package report

import (
	_ "embed"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"statuses": func() []Status { return Statuses },
	"upper":    func(s Status) string { return strings.ToUpper(string(s)) },
	"worst":    func(s Summary) Status { return s.worst() },
	"results":  func(c *Control) []Result { return c.results() },
	"count":    func(s Summary, status Status) int { return s[status] },
	"severity": func(c *Control) string { return c.severity() },
	"clauses":  clauses,
}).Parse(pageText))

// standards are the tags that name a clause of a standard, with its name.
var standards = map[string]string{
	"iso_27001_2022": "ISO/IEC 27001:2022",
	"mlps_gbt_22239": "GB/T 22239-2019",
	"soc_2":          "SOC 2",
}

// clauses returns the clauses that a control is evidence for.
func clauses(c *Control) []string {
	var all []string
	for _, tag := range slices.Sorted(maps.Keys(standards)) {
		if clause := c.Control.Tags[tag]; clause != "" {
			all = append(all, standards[tag]+" "+clause)
		}
	}
	return all
}

// writeHTML writes a page that loads nothing else.
func (r *Report) writeHTML(w io.Writer) error {
	return page.Execute(w, struct {
		*Report
		When, CallsMade string
	}{r, r.At.UTC().Format("2006-01-02 15:04 UTC"), r.calls()})
}
