package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/plaintext"
)

// writeText writes the report for a terminal.
func (r *Report) writeText(w io.Writer) error {
	var b strings.Builder
	t := r.texts()
	if r.isDemo() {
		fmt.Fprintf(&b, "%[1]s %[2]s %[1]s\n\n", strings.Repeat("*", 30), t.Demo)
	}
	head := r.head()
	for _, f := range head {
		b.WriteString(plaintext.Of(f.Sentence) + "\n")
	}
	if len(head) > 0 {
		b.WriteByte('\n')
	}
	t.writeGroup(&b, r.Root, "")
	fmt.Fprintf(&b, "\n%s%s%s%s%s\n", r.Root.Benchmark.Title, t.Comma, r.when(), t.Colon, t.counts(r.Root.Summary))
	fmt.Fprintf(&b, "%s\n", plural(r.Calls, t.OneCall, t.Calls))
	_, err := io.WriteString(w, b.String())
	return err
}

func (t texts) writeGroup(b *strings.Builder, g *Group, indent string) {
	fmt.Fprintf(b, "%s%s%s%s\n", indent, g.Benchmark.Title, t.Colon, t.counts(g.Summary))
	indent += "  "
	for _, inner := range g.Groups {
		b.WriteByte('\n')
		t.writeGroup(b, inner, indent)
	}
	for _, c := range g.Controls {
		severity := ""
		if c.Control.Severity != "" {
			severity = " [" + t.Severities[c.Control.Severity] + "]"
		}
		fmt.Fprintf(b, "\n%s%s%s%s%s\n", indent, c.Control.Title, severity, t.Colon, t.counts(c.Summary))
		for _, result := range c.results() {
			// Anybody can write a meeting's title.
			status := t.status(result.Status)
			fmt.Fprintf(b, "%s  %s  %s\n", indent, status, plaintext.Of(result.Reason))
			if dimensions := t.dimensions(result); dimensions != "" {
				fmt.Fprintf(b, "%s  %*s  %s\n", indent, text.StringWidth(status), "", plaintext.Of(dimensions))
			}
		}
	}
}
