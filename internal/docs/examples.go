// Package docs reads the queries of the documentation. Its tests hold all pages to
// the plugin, to the hub, to Postgres, to one another and to the tree.
package docs

import (
	"fmt"
	"regexp"
	"strings"
)

// Example is a query of a page.
type Example struct {
	Heading string
	Text    string // what stands below the heading, the query included
	// The query in both dialects, complete.
	Postgres, SQLite string
}

var (
	block = regexp.MustCompile("(?s)```(sql\\+postgres|sql\\+sqlite|sql)\n(.*?)```")
	step  = regexp.MustCompile(`(?ms)^(\w+) as materialized \(\n.*?^\)`)
)

// Examples returns the examples of a page. Each has a heading of the third level
// and a block of each dialect, or one for both. A block that does not begin with
// "with" or "select" is a part of the last complete query of the page: steps, each of
// which takes the place of the step of that name or comes as a further one, and
// the last select, if it has one.
func Examples(page string) ([]Example, error) {
	var all []Example
	var complete *Example
	for _, section := range strings.Split(page, "\n### ")[1:] {
		heading, text, _ := strings.Cut(section, "\n")
		text, _, _ = strings.Cut(text, "\n## ")
		e := Example{Heading: heading, Text: text}
		for _, b := range block.FindAllStringSubmatch(text, -1) {
			for _, dialect := range []struct {
				name  string
				query *string
			}{{"sql+postgres", &e.Postgres}, {"sql+sqlite", &e.SQLite}} {
				if b[1] == "sql" || b[1] == dialect.name {
					if *dialect.query != "" {
						return nil, fmt.Errorf("%s: two queries of %s", heading, dialect.name)
					}
					*dialect.query = b[2]
				}
			}
		}
		if e.Postgres == "" || e.SQLite == "" {
			return nil, fmt.Errorf("%s: a dialect is missing", heading)
		}
		if isComplete(e.Postgres) != isComplete(e.SQLite) {
			return nil, fmt.Errorf("%s: complete in one dialect only", heading)
		}
		if isComplete(e.Postgres) {
			complete = &e
		}
		all = append(all, e)
	}
	for i, e := range all {
		if isComplete(e.Postgres) {
			continue
		}
		if complete == nil {
			return nil, fmt.Errorf("%s: a part of no query", e.Heading)
		}
		all[i].Postgres, all[i].SQLite = change(complete.Postgres, e.Postgres), change(complete.SQLite, e.SQLite)
	}
	return all, nil
}

func isComplete(query string) bool {
	return strings.HasPrefix(query, "with ") || strings.HasPrefix(query, "select")
}

// change returns a query with the steps and the last select of a part.
func change(query, part string) string {
	steps, last := parts(strings.TrimPrefix(query, "with "))
	changed, end := parts(part)
	for _, c := range changed {
		name, _, _ := strings.Cut(c, " ")
		found := false
		for i, s := range steps {
			if strings.HasPrefix(s, name+" ") {
				steps[i], found = c, true
			}
		}
		if !found {
			steps = append(steps, c)
		}
	}
	if end != "" {
		last = end
	}
	return "with " + strings.Join(steps, ",\n") + "\n" + last
}

// parts returns the steps of a query, and what follows them.
func parts(query string) (steps []string, last string) {
	at := 0
	for _, m := range step.FindAllStringIndex(query, -1) {
		steps = append(steps, query[m[0]:m[1]])
		at = m[1]
	}
	return steps, strings.TrimLeft(query[at:], ",\n")
}
