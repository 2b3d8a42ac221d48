package client

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The most characters of DingTalk's texts that an error shows.
const (
	mostOfText = 500
	mostOfCode = 100
)

// shown returns a text of DingTalk's for a message, which is one line: control characters,
// and those that change the direction of writing, are a space each, so that no text can
// look like a line of its own, and it is cut after most characters.
func shown(text string, most int) string {
	var b strings.Builder
	n := 0
	for _, r := range text {
		if n++; n > most {
			fmt.Fprintf(&b, "… (%d characters in all)", utf8.RuneCountInString(text))
			break
		}
		if unicode.In(r, unicode.Cc, unicode.Bidi_Control, unicode.Zl, unicode.Zp) {
			r = ' '
		}
		b.WriteRune(r)
	}
	return b.String()
}
