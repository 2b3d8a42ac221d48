package plaintext_test

import (
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/plaintext"
)

func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"": "",
		"Stand-up 每日站会 👨\u200d👩 e\u0301":    "Stand-up 每日站会 👨\u200d👩 e\u0301",
		"a\x1b[31m\ab\u009b2J":              `a\x1b[31m\x07b\x9b2J`,
		"lines\r\n\tand\u2028more\u2029":    `lines\r\n\tand\u2028more\u2029`,
		"\u202ebackwards\u2066\u200f\u061c": `\u202ebackwards\u2066\u200f\u061c`,
		"no UTF-8 \xff, and \ufffd":         "no UTF-8 \\xff, and \ufffd",
	} {
		if got := plaintext.Of(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestLines(t *testing.T) {
	if got := plaintext.Lines("one\x1b\ntwo\r\n"); got != "one\\x1b\ntwo\\r\n" {
		t.Errorf("%q", got)
	}
}
