package client

import "bytes"

// withoutNUL replaces U+0000 in the strings of a JSON text by U+FFFD, in place.
// Postgres cuts a text at U+0000, and refuses JSON that has it.
func withoutNUL(body []byte) []byte {
	nul := []byte(`\u0000`)
	for i := 0; i < len(body); {
		next := bytes.IndexByte(body[i:], '\\')
		if next < 0 {
			break
		}
		i += next
		if bytes.HasPrefix(body[i:], nul) {
			copy(body[i:], `\ufffd`)
			i += len(nul)
			continue
		}
		i += 2 // the second character of an escape begins none, as in \\u0000
	}
	return body
}
