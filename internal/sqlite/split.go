package sqlite

import "strings"

// Split cuts SQL into its statements at the semicolons that are not in a
// string, a quoted name or a comment. Statements that are nothing but blanks
// and comments are left out. It does not know the body of a trigger.
func Split(sql string) []string {
	var statements []string
	start, meaning := 0, false // whether the statement has more than comments
	flush := func(end int) {
		if meaning {
			statements = append(statements, strings.TrimSpace(sql[start:end]))
		}
		start, meaning = end+1, false
	}
	for i := 0; i < len(sql); i++ {
		rest := sql[i:]
		switch c := sql[i]; {
		case c == ';':
			flush(i)
		case strings.HasPrefix(rest, "--"):
			i += skip(rest, "\n")
		case strings.HasPrefix(rest, "/*"):
			i += 2 + skip(rest[2:], "*/") // the star of /*/ does not end it
		case c == '\'' || c == '"' || c == '`':
			// A doubled quote ends one string and begins the next.
			i += 1 + skip(rest[1:], string(c))
			meaning = true
		case c == '[':
			i += skip(rest, "]")
			meaning = true
		case c > ' ':
			meaning = true
		}
	}
	flush(len(sql))
	return statements
}

// skip returns the position of the last byte of end, or of the text.
func skip(text, end string) int {
	if i := strings.Index(text, end); i >= 0 {
		return i + len(end) - 1
	}
	return len(text) - 1
}
