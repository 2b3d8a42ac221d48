// Command compare-reports compares two reports of the compliance mod, as CSV: what each
// control says of each resource, and why. What depends on the minute, such as
// how long a meeting has been in progress, may differ by its number.
package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
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

var minutes = regexp.MustCompile(`\d+ minutes`)

// read returns the results of a report, sorted.
func read(path string) ([]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var at []int
	for _, column := range []string{"control_id", "resource", "status", "reason"} {
		i := -1
		if len(rows) > 0 {
			i = slices.Index(rows[0], column)
		}
		if i < 0 {
			return nil, fmt.Errorf("%s: no column %s", path, column)
		}
		at = append(at, i)
	}
	var lines []string
	for _, row := range rows[1:] {
		var cells []string
		for _, i := range at {
			cells = append(cells, row[i])
		}
		lines = append(lines, minutes.ReplaceAllString(strings.Join(cells, " | "), "some minutes"))
	}
	slices.Sort(lines)
	return lines, nil
}
