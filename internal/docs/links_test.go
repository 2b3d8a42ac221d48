package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// onHub is the only link that works on the hub and not on GitHub, where README
// links to the tables' pages itself.
const onHub = "/plugins/turbot/dingtalk/tables"

// Every link leads somewhere: to a file and heading of this repository, or to
// another site by https. Those to this repository on GitHub count as its own.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	pages := markdown(t)
	checked := 0
	for _, page := range pages {
		for _, m := range link.FindAllStringSubmatch(read(t, page), -1) {
			target := m[1]
			for _, kind := range []string{"blob", "tree"} {
				if rest, ok := strings.CutPrefix(target, "https://github.com/turbot/steampipe-plugin-dingtalk/"+kind+"/main/"); ok {
					target = "/" + rest
				}
			}
			if strings.HasPrefix(target, "https://") || m[1] == onHub && filepath.Base(page) == "index.md" {
				continue
			}
			checked++
			path, anchor, _ := strings.Cut(target, "#")
			switch {
			case m[1] != target:
				path = strings.TrimPrefix(path, "/")
			case path == "":
				path = page
			default:
				path = filepath.Join(filepath.Dir(page), path)
			}
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s: the link %s leads nowhere", page, m[1])
			} else if anchor != "" && !slices.Contains(anchors(read(t, path)), anchor) {
				t.Errorf("%s: the link %s leads to no heading of %s", page, m[1], path)
			}
		}
	}
	if checked < 20 {
		t.Errorf("%d links in %v: does the test still find them?", checked, pages)
	}
}

// anchors are the ids that GitHub gives the headings of a page.
func anchors(page string) []string {
	var ids []string
	for _, m := range regexp.MustCompile("(?m)^#+ (.+)$").FindAllStringSubmatch(page, -1) {
		id := strings.ReplaceAll(strings.ToLower(m[1]), " ", "-")
		ids = append(ids, regexp.MustCompile(`[^\p{L}\p{N}_-]`).ReplaceAllString(id, ""))
	}
	return ids
}

// What can't be checked here says where it is from: a page of DingTalk's, and
// the month of its version.
func TestSources(t *testing.T) {
	source := regexp.MustCompile(`\]\(https://open\.dingtalk\.com/document/[a-z]+/[a-z0-9_-]+\) of 20\d\d-(0\d|1[0-2])\b`)
	pages, err := filepath.Glob("docs/tables/*.md")
	if err != nil {
		t.Fatal(err)
	}
	general := []string{"docs/limits.md", "contributing/performance.md"}
	for _, page := range append(general, pages...) {
		text := read(t, page)
		if strings.HasPrefix(page, "docs/tables/") {
			text, _, _ = strings.Cut(text, "\n## Examples\n")
		}
		if !source.MatchString(text) {
			t.Errorf("%s names no page of DingTalk's with its month", page)
		}
		// A number that DingTalk may change stands beside its source.
		for _, line := range strings.Split(text, "\n") {
			if strings.Contains(line, "5,000") && !source.MatchString(line) {
				t.Errorf("%s: no source in: %s", page, line)
			}
		}
	}
	for _, page := range append(general, "README.md", "docs/index.md") {
		if !strings.Contains(read(t, page), "a real organization") {
			t.Errorf("%s does not say that nothing has been run against a real organization", page)
		}
	}
}
