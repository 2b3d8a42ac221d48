package docs_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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

// What GoReleaser puts beside the programs, and what its workflow needs for it.
func TestReleaseHasNoticesModulesAndSignature(t *testing.T) {
	config, makefile, workflow := read(t, ".goreleaser.yml"), read(t, "Makefile"), read(t, ".github/workflows/release.yml")
	_, archives, _ := strings.Cut(config, "\narchives:\n")
	archives, _, _ = strings.Cut(archives, "\n\n")
	for _, archive := range strings.Split(archives, "  - id: ")[1:] {
		id, rest, _ := strings.Cut(archive, "\n")
		alone := strings.Contains(rest, "    formats: [gz]\n") // a file, which has room for no other
		if !alone && !strings.Contains(rest+"\n", "\n      - src: bin/notices/"+id+".txt\n        dst: THIRD_PARTY_NOTICES.txt\n") {
			t.Errorf("the archive of %s has no notices", id)
		}
	}
	const notices = `(bin/notices/\S+\.txt)`
	if d := cmp.Diff(found(makefile, notices), found(config, notices)); d != "" {
		t.Errorf("notices (-made +released):\n%s", d)
	}
	for _, test := range []struct{ where, text, part string }{
		{"the hooks", config, "\n    - make notices\n"},
		{"the release", config, "\nrelease:\n  extra_files: &notices\n"},
		{"the checksums", config, "\n  extra_files: *notices\n"},
		{"the lists of modules", config, "\nsboms:\n  - artifacts: binary\n"},
		{"the signature", config, "\nsigns:\n  - cmd: cosign\n    artifacts: checksum\n    signature: \"${artifact}.sigstore.json\"\n"},
		{"the workflow's permissions", workflow, "\n  id-token: write "},
		{"the workflow's steps", workflow, " uses: sigstore/cosign-installer@"},
		{"the release's check", read(t, "docs/index.md"), "/.github/workflows/release.yml@refs/tags/v"},
	} {
		if !strings.Contains(test.text, test.part) {
			t.Errorf("%s: no %q", test.where, test.part)
		}
	}
	const version = `goreleaser-action@.*\n +with:\n +version: (.+)`
	if d := cmp.Diff(found(read(t, ".github/workflows/test.yml"), version), found(workflow, version)); d != "" {
		t.Errorf("GoReleaser (-checked +released):\n%s", d)
	}
}

// A module may have several licences, one for a folder of its own, and notices.
func TestNotices(t *testing.T) {
	const script = ".ci/notices"
	cmd := exec.Command("bash", "-c", read(t, script), script, "./cmd/dingtalk-simulator")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	notices := make(map[string][]string) // by module
	for _, module := range strings.Split(string(out), "\n=== ")[1:] {
		name, text, _ := strings.Cut(module, " ")
		notices[name] = append(notices[name], found(text, `(?m)^--- (\S*[A-Z]\S*)$`)...)
	}
	for name, want := range map[string][]string{
		"Go":                                     {"LICENSE", "PATENTS"},
		"github.com/hashicorp/hcl/v2":            {"LICENSE"},
		"github.com/zclconf/go-cty-yaml":         {"LICENSE", "LICENSE.libyaml", "NOTICE"},
		"github.com/turbot/terraform-components": {"LICENSE", "ipaddr/LICENSE", "ipaddr/PATENTS"},
	} {
		if d := cmp.Diff(want, notices[name]); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
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
