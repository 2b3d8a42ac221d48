package randomsql

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Outcome is the outcome of a query of both kinds of tables.
type Outcome struct {
	// Difference says how the plugin's result differs; "" if it does not.
	Difference string
	// Err is the plugin's error: a query may lack a key, or read what somebody may
	// not see. Rows is the number of rows if there is no error.
	Err  error
	Rows int
}

// Compare runs a query on both kinds of tables.
func (e Engine) Compare(q *Query) Outcome {
	got, err := e.Query(e.SQL(q))
	if err != nil {
		return Outcome{Err: err}
	}
	within := *q
	if !q.ordered { // whichever rows there are
		within.limit, within.offset = 0, 0
	}
	want, wantErr := e.Query(e.ordinary(&within))
	if wantErr != nil {
		return Outcome{Difference: fmt.Sprintf("%d rows in place of the error %v", len(got), wantErr)}
	}
	return Outcome{Difference: q.difference(e.texts(got), e.texts(want)), Rows: len(got)}
}

// difference compares the rows of both.
func (q *Query) difference(got, want []string) string {
	switch {
	case q.ordered:
		if !slices.Equal(got, want) {
			return describe(got, want)
		}
	case q.limit > 0 || q.offset > 0:
		n := max(0, len(want)-q.offset)
		if q.limit > 0 {
			n = min(n, q.limit)
		}
		if len(got) != n {
			return fmt.Sprintf("%d rows in place of %d", len(got), n)
		}
		left := counts(want)
		for _, row := range got {
			if left[row]--; left[row] < 0 {
				return "a row that is not there: " + row
			}
		}
	case !maps.Equal(counts(got), counts(want)):
		slices.Sort(got)
		slices.Sort(want)
		return describe(got, want)
	}
	return ""
}

func counts(rows []string) map[string]int {
	n := map[string]int{}
	for _, row := range rows {
		n[row]++
	}
	return n
}

func (e Engine) texts(rows [][]any) []string {
	var lines []string
	for _, row := range rows {
		var values []string
		for _, v := range row {
			values = append(values, fmt.Sprintf("%#v", e.Value(v)))
		}
		lines = append(lines, strings.Join(values, " "))
	}
	return lines
}

// shown is how many rows a difference shows.
const shown = 10

func describe(got, want []string) string {
	head := func(rows []string) string {
		return strings.Join(rows[:min(shown, len(rows))], "\n  ")
	}
	return fmt.Sprintf("%d rows\n  %s\nin place of %d\n  %s", len(got), head(got), len(want), head(want))
}
