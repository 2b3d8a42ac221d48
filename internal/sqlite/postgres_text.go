package sqlite

import (
	"database/sql/driver"
	"fmt"
	"regexp"
	"strings"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/advice"
)

// Postgres' functions of texts. They count characters, not bytes.

// left is left(text, n): the first n characters; if n is negative, all except the last -n.
func left(args []driver.Value) (driver.Value, error) {
	n, ok := args[1].(int64)
	if !ok {
		return nil, fmt.Errorf("%q is not an integer", valueText(args[1]))
	}
	text := []rune(valueText(args[0]))
	if n < 0 {
		n = max(0, int64(len(text))+n)
	}
	return string(text[:min(n, int64(len(text)))]), nil
}

// splitPart is split_part(text, delimiter, n): the nth part, from the end if n is
// negative; an empty text if there are fewer.
func splitPart(args []driver.Value) (driver.Value, error) {
	n, ok := args[2].(int64)
	if !ok || n == 0 {
		return nil, fmt.Errorf("%q is not the position of a part", valueText(args[2]))
	}
	parts := []string{valueText(args[0])}
	if delimiter := valueText(args[1]); delimiter != "" {
		parts = strings.Split(parts[0], delimiter)
	}
	if n < 0 {
		n += int64(len(parts)) + 1
	}
	if n < 1 || n > int64(len(parts)) {
		return "", nil
	}
	return parts[n-1], nil
}

// regexpReplace is regexp_replace(text, pattern, replacement) and with flags: g replaces
// all matches, i ignores case. Of Postgres' patterns it knows those that mean the same in
// Go, by Postgres' rules: the longest match counts, and a dot is also the end of a line.
// If a match can be divided among its groups in several ways, Postgres may choose another.
func regexpReplace(args []driver.Value) (driver.Value, error) {
	var text, pattern, replacement, flags string
	switch len(args) {
	case 4:
		flags = valueText(args[3])
		fallthrough
	case 3:
		text, pattern, replacement = valueText(args[0]), valueText(args[1]), valueText(args[2])
	default:
		return nil, advice.Of(fmt.Sprintf("it has %d arguments, and takes a text, a pattern, a replacement, and flags if any", len(args)),
			"regexp_replace 的参数依次是：文本、模式、替换成的文本，以及可选的标志。")
	}
	if rest := strings.Trim(flags, "gi"); rest != "" {
		return nil, advice.Of(fmt.Sprintf("the flag %q is not supported here, only g and i", rest), "这里的 regexp_replace 只支持标志 g 和 i：请去掉其他标志。")
	}
	if isForeign(pattern) {
		return nil, advice.Of(fmt.Sprintf("the pattern %q is not supported here: in Postgres it may mean something else", pattern),
			"这个模式在 Postgres 里可能有别的含义，这里不支持：请换一种写法。")
	}
	mode := "(?s)"
	if strings.Contains(flags, "i") {
		mode = "(?si)"
	}
	re, err := regexp.Compile(mode + pattern)
	if err != nil {
		return nil, fmt.Errorf("%q is not a pattern: %w", pattern, err)
	}
	re.Longest()
	count := 1
	if strings.Contains(flags, "g") {
		count = -1
		if re.MatchString("") {
			return nil, advice.Of(fmt.Sprintf("the pattern %q also matches no character, which is not supported here with the flag g", pattern),
				"有标志 g 时，模式不能与空文本匹配：请改写模式，例如把 * 换成 +。")
		}
	}
	var b strings.Builder
	end := 0
	for _, match := range re.FindAllStringSubmatchIndex(text, count) {
		b.WriteString(text[end:match[0]])
		b.WriteString(expand(text, replacement, match))
		end = match[1]
	}
	return b.String() + text[end:], nil
}

var (
	// sameEscape are the escapes of a pattern that mean the same in Postgres and in Go.
	sameEscape = regexp.MustCompile(`\\([AdDfnrsStvwW]|[^a-zA-Z0-9])`)
	brackets   = regexp.MustCompile(`\[\^?\]?(?:\[:\w+:\]|[^\]])*\]`)
	// foreign are repetitions of as few characters as possible, and groups with options.
	foreign = regexp.MustCompile(`[*+?}]\?|\(\?[^:]`)
)

// isForeign reports whether a pattern may mean another thing in Postgres than in Go.
func isForeign(pattern string) bool {
	pattern = sameEscape.ReplaceAllString(pattern, "_")
	return strings.Contains(pattern, `\`) || foreign.MatchString(brackets.ReplaceAllString(pattern, "_"))
}

// reference is what a replacement has in place of a part of the match: \1 to \9 are
// groups, \& is all of it, and \\ is a backslash.
var reference = regexp.MustCompile(`\\[1-9&\\]`)

// expand returns the replacement of a match.
func expand(text, replacement string, match []int) string {
	return reference.ReplaceAllStringFunc(replacement, func(r string) string {
		group := 0
		switch {
		case r[1] == '\\':
			return `\`
		case r[1] != '&':
			group = int(r[1] - '0')
		}
		if 2*group >= len(match) || match[2*group] < 0 {
			return ""
		}
		return text[match[2*group]:match[2*group+1]]
	})
}
