package simulator

import (
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// limits are what an API documents about its pages.
type limits struct {
	// fallback is the number of entries if the caller does not ask; 0 if DingTalk
	// documents none.
	fallback int
	// most is the largest number that a caller may ask for; 0 if DingTalk documents
	// none.
	most int
	// wrong is the code of a refused argument.
	wrong string
}

// page is a part of a list.
type page[T any] struct {
	entries []T
	// next is the position after it, also at the end of the list.
	next string
	// more is true if entries follow.
	more bool
}

// nextUnlessEnd returns next, or "" at the end.
func (p page[T]) nextUnlessEnd() string {
	if !p.more {
		return ""
	}
	return p.next
}

// pageOf returns the part of a list that a call asks for by nextToken and
// maxResults.
func pageOf[T any](s *Simulator, a arguments, all []T, l limits) (page[T], *refusal) {
	wrong := func(name string) (page[T], *refusal) {
		return page[T]{}, &refusal{http.StatusBadRequest, l.wrong, "error:" + name}
	}
	if l.fallback == 0 {
		l.fallback = s.DefaultPage
	}
	size, ok := number(a["maxResults"], l.fallback)
	if !ok || size < 1 || l.most > 0 && size > l.most {
		return wrong("maxResults")
	}
	start, ok := decodePosition(a, a["nextToken"])
	if !ok || start < 0 || start > len(all) {
		return wrong("nextToken")
	}
	end := min(start+min(size, s.MaxPage), len(all))
	// An empty list is written as [], not as null.
	entries := append([]T{}, all[start:end]...)
	return page[T]{entries, encodePosition(a, end), end < len(all)}, nil
}

// number reads an argument that is a number.
func number(argument string, fallback int) (n int, ok bool) {
	if argument == "" {
		return fallback, true
	}
	n, err := strconv.Atoi(argument)
	return n, err == nil
}

// A position is opaque to the caller, and valid for the same list only. "0" is
// the beginning, as in DingTalk's samples.
func encodePosition(a arguments, n int) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(n) + "@" + a.list()))
}

func decodePosition(a arguments, token string) (n int, ok bool) {
	if token == "" || token == "0" {
		return 0, true
	}
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return 0, false
	}
	position, of, _ := strings.Cut(string(b), "@")
	if of != a.list() {
		return 0, false
	}
	n, err = strconv.Atoi(position)
	return n, err == nil
}

// list is what was asked for, whichever page.
func (a arguments) list() string {
	a = maps.Clone(a)
	delete(a, "nextToken")
	delete(a, "maxResults")
	values := url.Values{}
	for name, value := range a {
		values.Set(name, value)
	}
	return values.Encode()
}
