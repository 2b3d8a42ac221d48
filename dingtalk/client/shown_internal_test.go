package client

import "testing"

// A text is cut only if it has more characters than are shown.
func TestShown(t *testing.T) {
	for text, want := range map[string]string{"": "", "会议室五": "会议室五", "会议室五号": "会议室五号", "会议室五号楼": "会议室五号… (6 characters in all)", "a\nb": "a b"} {
		if got := shown(text, 5); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}
