package report

import (
	"fmt"
	"io"
	"strings"

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
	t.writeGroup(&b, r.Root, "", r.oneConnection())
	fmt.Fprintf(&b, "\n%s%s%s%s%s\n", r.Root.Benchmark.Title, t.Comma, r.when(), t.Colon, t.counts(r.Root.Summary))
	fmt.Fprintf(&b, "%s\n", plural(r.Calls, t.OneCall, t.Calls))
	_, err := io.WriteString(w, b.String())
	return err
}

func (t texts) writeGroup(b *strings.Builder, g *Group, indent string, oneConnection bool) {
	fmt.Fprintf(b, "%s%s%s%s\n", indent, g.Benchmark.Title, t.Colon, t.counts(g.Summary))
	indent += "  "
	for _, inner := range g.Groups {
		b.WriteByte('\n')
		t.writeGroup(b, inner, indent, oneConnection)
	}
	for _, c := range g.Controls {
		severity := ""
		if c.Control.Severity != "" {
			severity = " [" + t.Severities[c.Control.Severity] + "]"
		}
		fmt.Fprintf(b, "\n%s%s%s%s%s\n", indent, c.Control.Title, severity, t.Colon, t.counts(c.Summary))
		for _, result := range c.results() {
			reason := plaintext.Of(result.Reason) // anybody can write a meeting's title
			if c.Err != nil {
				reason = strings.ReplaceAll(plaintext.Lines(result.Reason), "\n", "\n"+indent+"    ")
			}
			fmt.Fprintf(b, "%s  %s  %s", indent, t.status(result.Status), reason)
			if dimensions := t.dimensions(result, oneConnection); dimensions != "" {
				fmt.Fprintf(b, " (%s)", plaintext.Of(dimensions))
			}
			b.WriteByte('\n')
		}
	}
}
