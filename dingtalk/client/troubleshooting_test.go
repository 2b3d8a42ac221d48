package client

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The documentation's troubleshooting section has the advice of every error, in
// its words, and nothing else.
func TestTroubleshootingSection(t *testing.T) {
	b, err := os.ReadFile("../../docs/index.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(b), "\n## Troubleshooting\n")
	if !ok {
		t.Fatal("no such section")
	}
	var got []string
	for line := range strings.Lines(section) {
		if text, ok := strings.CutPrefix(line, "> "); ok {
			got = append(got, strings.TrimSpace(text))
		}
	}
	var want []string
	for kind := Unexpected; kind < NotFound; kind++ {
		e := Error{Kind: kind, Status: 400}
		if kind == NoPermission {
			e.RequiredScopes = []string{"VideoConference.Conference.Read"}
		}
		want = append(want, e.advice())
	}
	want = append(want, ErrNoActingUser.Error(), (&Error{Kind: Transient}).advice(), (&Error{Kind: Unexpected, Status: 302}).advice())
	for _, e := range declared {
		for _, m := range e.codes {
			if m.kind < NotFound && m.advice != "" {
				want = append(want, m.advice)
			}
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	want = slices.Compact(want) // endpoints may share an advice
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-advice +section):\n%s", d)
	}
}
