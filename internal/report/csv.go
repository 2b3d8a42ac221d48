package report

import (
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/spreadsheet"
)

// writeCSV writes Powerpipe's columns, and behind them columns of the head, which are the
// same in each row.
func (r *Report) writeCSV(w io.Writer) error {
	dimensions, tags := r.dimensionsAndTags()
	head := []struct{ column, value string }{
		{"report_collected", r.At.UTC().Format(time.RFC3339)},
		{"report_organization", strings.Join(r.values("organization"), "; ")},
		{"report_since", strings.Join(r.values("since"), "; ")},
		{"report_until", strings.Join(r.values("until"), "; ")},
		{"report_demo", strings.Join(r.values(keyDemo), "; ")},
		{"report_api_calls", strings.Join(r.values(keyCalls), "; ")},
	}
	columns := slices.Concat([]string{"group_id", "title", "description", "control_id", "control_title", "control_description", "reason", "resource", "status", "severity"}, dimensions, tags)
	for _, h := range head {
		columns = append(columns, h.column)
	}
	rows := [][]string{columns}
	r.Root.each(func(g *Group, c *Control) {
		for _, result := range c.results() {
			row := []string{
				r.groupID(g), g.Benchmark.Title, g.Benchmark.Description,
				controlID(c), c.Control.Title, c.Control.Description,
				result.Reason, result.Resource, string(result.Status), c.Control.Severity,
			}
			for _, key := range dimensions {
				row = append(row, result.dimension(key))
			}
			for _, name := range tags {
				row = append(row, c.Control.Tags[name])
			}
			for _, h := range head {
				row = append(row, h.value)
			}
			rows = append(rows, row)
		}
	})
	for _, row := range rows {
		for i, text := range row {
			row[i] = spreadsheet.Cell(text)
		}
	}
	return spreadsheet.Write(w, rows)
}

// dimensionsAndTags returns the keys of all dimensions and the names of all tags, sorted.
func (r *Report) dimensionsAndTags() (dimensions, tags []string) {
	keys, names := map[string]bool{}, map[string]bool{}
	r.Root.each(func(_ *Group, c *Control) {
		for name := range c.Control.Tags {
			names[name] = true
		}
		for _, result := range c.Results {
			for _, d := range result.Dimensions {
				keys[d.Key] = true
			}
		}
	})
	return slices.Sorted(maps.Keys(keys)), slices.Sorted(maps.Keys(names))
}
