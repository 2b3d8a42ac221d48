package docs_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A workflow runs what was read when it was pinned: every action and every
// workflow of another repository is named by a commit, and no script is downloaded and run.
func TestWorkflowsArePinned(t *testing.T) {
	files, err := filepath.Glob(".github/workflows/*.yml")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		text := read(t, file)
		names = append(names, strings.TrimSuffix(filepath.Base(file), ".yml"))
		if !strings.Contains(text, "\npermissions:\n") {
			t.Errorf("%s has every permission", file)
		}
		uses := regexp.MustCompile(`(?m)^\s+(?:- )?uses: (.+)$`).FindAllStringSubmatch(text, -1)
		for _, u := range uses {
			if !regexp.MustCompile(`^[\w./-]+@[0-9a-f]{40} # \S+$`).MatchString(u[1]) {
				t.Errorf("%s: no commit and its version or date: %s", file, u[1])
			}
		}
		if script := regexp.MustCompile(`\$\(curl|curl.*\|\s*(sudo )?(/bin/)?(ba)?sh`).FindString(text); script != "" {
			t.Errorf("%s runs what it downloads: %s", file, script)
		}
		if len(uses) == 0 {
			t.Errorf("%s uses nothing: does the test still read it?", file)
		}
	}
	for _, name := range []string{"golangci-lint", "registry-publish", "stale", "steampipe-anywhere"} {
		if !slices.Contains(names, name) {
			t.Errorf("no workflow %s", name)
		}
	}
}

// The engines of a release link the SDK's version that the plugin links: the
// last commit of their workflow with version 5 is this one.
func TestReleaseLinksOneVersionOfTheSDK(t *testing.T) {
	const lastWithVersion5 = "steampipe-anywhere.yml@d43b861891f5d98605bf0ae543cc75430e7c4854 "
	linked := found(read(t, "go.mod"), `(?m)^\tgithub\.com/turbot/steampipe-plugin-sdk/v(\d+) `)
	five := slices.Equal(linked, []string{"5"})
	if pinned := strings.Contains(read(t, ".github/workflows/steampipe-anywhere.yml"), lastWithVersion5); pinned != five {
		t.Errorf("the plugin links version %v; that the engines link version 5 is %v", linked, pinned)
	}
}
