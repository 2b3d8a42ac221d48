package report

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/plaintext"
	"github.com/yuin/goldmark"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

// signs stand beside the names of the statuses, which colours alone do not distinguish.
var signs = map[Status]string{Error: "!", Alarm: "×", OK: "✓", Info: "i", Skip: "–"}

// standards are the tags that name a clause of a standard, with its name.
var standards = map[string]string{
	"iso_27001_2022": "ISO/IEC 27001:2022",
	"mlps_gbt_22239": "GB/T 22239-2019",
	"soc_2":          "SOC 2",
	"gdpr":           "GDPR",
	"pipl":           "PIPL",
}

// The types below are what the page shows.
type htmlPage struct {
	texts
	Title, Description string
	About              template.HTML // the documentation of the benchmark
	When, CallsMade    string        // without a head
	IsDemo             bool
	Head               []string
	Statuses           []htmlStatus
	Sections           []htmlSection
	Documents          []htmlDocument
}

// htmlDocument is the documentation of a control, which stands behind all results.
type htmlDocument struct {
	ID, Title string
	Text      template.HTML
}

// htmlStatus is a status. Number is how many results have it, Count that with its name.
type htmlStatus struct {
	Status                     Status
	Sign, Name, Meaning, Count string
	Number                     int
}

// htmlSection is a benchmark. Its title has those of the benchmarks around it, so that the
// controls of all benchmarks have headings of one level.
type htmlSection struct {
	ID, Title, Description string
	About                  template.HTML
	Counts                 []htmlStatus
	Controls               []htmlControl
}

type htmlControl struct {
	ID, Title, Description string
	Document               string // the ID of its documentation; "" if it has none
	Severity, Clauses      string
	Counts                 []htmlStatus
	Rows                   []htmlRow
}

type htmlRow struct {
	htmlStatus
	Reason, Dimensions string
}

// writeHTML writes a page that loads nothing else.
func (r *Report) writeHTML(w io.Writer) error {
	t := r.texts()
	b := r.Root.Benchmark
	p := htmlPage{
		texts: t, Title: b.Title, Description: b.Description, About: markdown(b.Documentation),
		When: r.when(), CallsMade: plural(r.Calls, t.OneCall, t.Calls), IsDemo: r.isDemo(), Documents: r.documents(),
	}
	for _, f := range r.head() {
		p.Head = append(p.Head, plaintext.Of(f.Sentence))
	}
	for _, status := range Statuses {
		p.Statuses = append(p.Statuses, t.htmlStatus(status, r.Root.Summary[status]))
	}
	if len(r.Root.Controls) > 0 {
		root := r.htmlSection(r.Root, "")
		root.Description, root.About = "", "" // the page begins with them
		p.Sections = append(p.Sections, root)
	}
	p.Sections = append(p.Sections, r.htmlSections(r.Root.Groups, "")...)
	distinguish(p.Sections)
	return page.Execute(w, p)
}

// htmlSections returns benchmarks and those in them. path are the titles of those around
// them.
func (r *Report) htmlSections(groups []*Group, path string) []htmlSection {
	var all []htmlSection
	for _, g := range groups {
		s := r.htmlSection(g, path)
		all = append(append(all, s), r.htmlSections(g.Groups, s.Title+" › ")...)
	}
	return all
}

func (r *Report) htmlSection(g *Group, path string) htmlSection {
	t, b, oneConnection := r.texts(), g.Benchmark, r.oneConnection()
	s := htmlSection{ID: b.Name, Title: path + b.Title, Description: b.Description, About: markdown(b.Documentation), Counts: t.htmlCounts(g.Summary)}
	for _, c := range g.Controls {
		control := htmlControl{
			ID: b.Name + "." + c.Control.Name, Title: c.Control.Title, Description: c.Control.Description,
			Severity: t.Severities[c.Control.Severity], Clauses: strings.Join(clauses(c), t.Comma), Counts: t.htmlCounts(c.Summary),
		}
		if c.Control.Documentation != "" {
			control.Document = documentID(c)
		}
		for _, result := range c.results() {
			reason := plaintext.Of(result.Reason)
			if c.Err != nil {
				reason = plaintext.Lines(result.Reason)
			}
			control.Rows = append(control.Rows, htmlRow{t.htmlStatus(result.Status, 1), reason, plaintext.Of(t.dimensions(result, oneConnection))})
		}
		s.Controls = append(s.Controls, control)
	}
	return s
}

// distinguish makes the IDs of sections and controls different from one another, and from
// those that each page has: a benchmark may stand in two others.
func distinguish(sections []htmlSection) {
	times := map[string]int{"about": 1, "legend": 1, "contents": 1, "results": 1, "documentation": 1}
	number := func(id *string) {
		times[*id]++
		if n := times[*id]; n > 1 {
			*id += fmt.Sprint("-", n)
		}
	}
	for i := range sections {
		number(&sections[i].ID)
		for j := range sections[i].Controls {
			number(&sections[i].Controls[j].ID)
		}
	}
}

func (t texts) htmlStatus(s Status, count int) htmlStatus {
	return htmlStatus{s, signs[s], t.Statuses[s], t.Meanings[s], fmt.Sprintf(t.Count, count, t.Statuses[s]), count}
}

// htmlCounts returns the statuses that occur.
func (t texts) htmlCounts(s Summary) []htmlStatus {
	var all []htmlStatus
	for _, status := range Statuses {
		if s[status] > 0 {
			all = append(all, t.htmlStatus(status, s[status]))
		}
	}
	return all
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

// documents returns the documentation of each control, once.
func (r *Report) documents() []htmlDocument {
	var all []htmlDocument
	done := map[string]bool{}
	r.Root.each(func(_ *Group, c *Control) {
		if c.Control.Documentation != "" && !done[c.Control.Name] {
			done[c.Control.Name] = true
			all = append(all, htmlDocument{documentID(c), c.Control.Title, markdown(c.Control.Documentation)})
		}
	})
	return all
}

func documentID(c *Control) string { return "about." + c.Control.Name }

var headings = regexp.MustCompile(`(?m)^#+ `)

// markdown returns a text in Markdown as HTML, its headings below those of controls. Of
// HTML within the text nothing is left.
func markdown(text string) template.HTML {
	var b strings.Builder
	if err := goldmark.Convert([]byte(headings.ReplaceAllString(text, "#### ")), &b); err != nil { // never: it writes to memory
		panic(err)
	}
	return template.HTML(b.String())
}
