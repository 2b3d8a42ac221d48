// Command compare-reports compares two reports of the compliance mod, as CSV of Powerpipe
// or of dingtalk-sql: what each control says of each resource, why, and with which
// dimensions and tags. What depends on the minute, such as how long a meeting has been in
// progress, may differ by its number. When a report was made, and with how many calls, is
// left out.
package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/spreadsheet"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: compare-reports FILE FILE")
		os.Exit(2)
	}
	var reports [2][]string
	for i, path := range os.Args[1:] {
		var err error
		if reports[i], err = read(path); err != nil {
			fmt.Fprintln(os.Stderr, "Error:", err)
			os.Exit(2)
		}
	}
	differ := 0
	for i, other := range []int{1, 0} {
		for _, line := range reports[i] {
			if _, has := slices.BinarySearch(reports[other], line); !has {
				fmt.Printf("only in %s: %s\n", os.Args[1+i], line)
				differ++
			}
		}
	}
	fmt.Printf("%d results, %d differ\n", len(reports[0]), differ)
	if differ > 0 || len(reports[0]) == 0 || len(reports[0]) != len(reports[1]) {
		os.Exit(1)
	}
}

var minutes = regexp.MustCompile(`\d+ (minutes|分钟)`)

// read returns the results of a report, sorted.
func read(path string) ([]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	content, ours := strings.CutPrefix(string(text), spreadsheet.BOM)
	rows, err := csv.NewReader(strings.NewReader(content)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s is empty", path)
	}
	header := rows[0]
	for _, column := range columns {
		if !slices.Contains(header, column) {
			return nil, fmt.Errorf("%s: no column %s", path, column)
		}
	}
	var lines []string
	for _, row := range rows[1:] {
		cells := map[string]string{}
		for i, cell := range row {
			switch {
			case ours:
				cell = spreadsheet.Text(cell)
			case cell == "<nil>": // what Powerpipe writes for NULL
				cell = ""
			}
			cells[header[i]] = strings.TrimSpace(cell) // as Powerpipe does
		}
		if ofRun(cells) {
			continue
		}
		var parts []string
		for _, column := range columns[:4] {
			parts = append(parts, cells[column])
		}
		// Behind the severity are dimensions, tags and the head of ours.
		more := slices.Clone(header[slices.Index(header, "severity")+1:])
		slices.Sort(more)
		for _, column := range more {
			if cells[column] != "" && !strings.HasPrefix(column, "report_") {
				parts = append(parts, column+": "+cells[column])
			}
		}
		lines = append(lines, minutes.ReplaceAllString(strings.Join(parts, " | "), "some minutes"))
	}
	slices.Sort(lines)
	return lines, nil
}

// columns are those that each report has. Of an error Powerpipe leaves out the severity.
var columns = []string{"control_id", "resource", "status", "reason", "severity"}

// ofRun reports whether a row of the head depends on the run.
func ofRun(cells map[string]string) bool {
	return cells["control_id"] == "control.report_head" && slices.Contains([]string{"collected", "until", "api_calls"}, cells["resource"])
}
