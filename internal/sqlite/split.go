package sqlite

import "strings"

// Split cuts SQL into its statements at the semicolons that are not in a
// string, a quoted name or a comment. Statements that are nothing but blanks
// and comments are left out. It does not know the body of a trigger.
func Split(sql string) []string {
	statements, rest := Cut(sql)
	if rest = strings.TrimSpace(rest); rest != "" && !onlyComments(rest) {
		statements = append(statements, rest)
	}
	return statements
}

// onlyComments reports whether SQL without a semicolon that ends a statement has only
// blanks and comments.
func onlyComments(sql string) bool {
	says, _ := scan(sql, func(int, bool) {})
	return !says
}

// Cut is Split for SQL that is not complete: rest is what follows the last semicolon
// that ends a statement. It is "" if that is only blanks and comments that have an end.
func Cut(sql string) (statements []string, rest string) {
	start := 0
	says, open := scan(sql, func(semicolon int, says bool) {
		if says {
			statements = append(statements, strings.TrimSpace(sql[start:semicolon]))
		}
		start = semicolon + 1
	})
	if says || open {
		rest = sql[start:]
	}
	return statements, rest
}

// scan calls end at each semicolon that ends a statement, with whether the statement has
// more than blanks and comments. It returns the same for the text after the last
// semicolon, and whether that ends in a string, name or comment without an end.
func scan(sql string, end func(semicolon int, says bool)) (says, open bool) {
	for i := 0; i < len(sql); i++ {
		rest := sql[i:]
		n := 0 // bytes to skip besides the first
		switch c := sql[i]; {
		case c == ';':
			end(i, says)
			says = false
		case strings.HasPrefix(rest, "--"):
			// The end of the text ends it as well.
			n, _ = skip(rest, 2, "\n")
		case strings.HasPrefix(rest, "/*"):
			n, open = skip(rest, 2, "*/") // the star of /*/ does not end it
		case c == '\'' || c == '"' || c == '`':
			// A doubled quote ends one string and begins another.
			n, open = skip(rest, 1, string(c))
			says = true
		case c == '[':
			n, open = skip(rest, 1, "]")
			says = true
		case c > ' ':
			says = true
		}
		i += n
	}
	return says, open
}

// skip returns the position of the last byte of the next end in text, from a position
// on; of the text's last byte if there is none.
func skip(text string, from int, end string) (last int, open bool) {
	if i := strings.Index(text[from:], end); i >= 0 {
		return from + i + len(end) - 1, false
	}
	return len(text) - 1, true
}
