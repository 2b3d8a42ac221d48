package client

import (
	"net/url"
	"slices"
	"strings"
)

// endpoint declares one API of DingTalk: all in which it differs from others. Each
// is declared once, beside the structs of its answer.
type endpoint struct {
	method string
	// path is the template of the path below the base URL. A segment in braces
	// is a parameter.
	path string
	// api is the part of DingTalk that it belongs to.
	api *api
	// codes are what the error codes mean that only the endpoint has, or that mean
	// something else there.
	codes map[string]meaning
	// paging is how it is read page by page; nil if it has no pages.
	paging *paging
	// maxPage is the most entries that DingTalk documents for a page; 0 where it
	// documents none.
	maxPage int
	// permission is what the app needs for it; "" for none.
	permission string
}

// declared are all endpoints, for the tests of all.
var declared []*endpoint

// declare returns an endpoint to call. Endpoints are compared by their address.
func declare(e endpoint) *endpoint {
	declared = append(declared, &e)
	return &e
}

// api is a part of DingTalk with rules of its own.
type api struct {
	// legacy is the API on the host oapi.: it refuses with an errcode and
	// status 200, and takes its arguments and its token as a form.
	legacy bool
	// counted is whether its calls count against the organization's month.
	counted bool
	// codes are what its error codes mean, whichever endpoint sends them.
	codes map[string]meaning
}

var (
	// openAPI takes its token from a header.
	openAPI = &api{counted: true, codes: openCodes}
	// tokenAPI fetches tokens, and needs none.
	tokenAPI = &api{codes: openCodes}
	// legacyAPI takes its token from the form, where no log of a proxy's has it.
	legacyAPI = &api{legacy: true, codes: legacyCodes}
)

// meaning is what an error code stands for.
type meaning struct {
	kind Kind
	// advice is what a person can do about it; zero is the kind's.
	advice Advice
	// attempts is how often a call that fails so is sent at most; 0 is as often
	// as any.
	attempts int
	// maybePermission is true for a code that DingTalk also sends if the app
	// lacks a permission.
	maybePermission bool
}

// request is what a method of the client asks of an API. It is sent in one call, or
// in several if the first fails. The token is not part of it.
type request struct {
	*endpoint
	// ids are the values of the path's parameters, in order, not yet escaped.
	ids []string
	// args are the arguments of the request, for a list also which page. An argument
	// that is not sent is not in it.
	args url.Values
	// number is the number of the page, from 1; 0 if it is no list.
	number int
	// body is sent as JSON. Nil sends none.
	body []byte
}

// hasImpossibleID reports whether an id cannot exist: "", or in the path a dot
// segment, which would lead to another path. (Dot segments are escaped as well, but a
// server may unescape a path before it resolves it.)
func (r request) hasImpossibleID() bool {
	for _, values := range r.args {
		if slices.Contains(values, "") {
			return true
		}
	}
	return slices.ContainsFunc(r.ids, func(id string) bool { return id == "" || isDotSegment(id) })
}

func isDotSegment(s string) bool { return s == "." || s == ".." }

// url returns the URL of the call without its arguments.
func (r request) url(base *url.URL) string {
	return strings.TrimRight(base.String(), "/") + r.escapedPath()
}

// escapedPath returns the path below the base URL. Each segment is escaped by itself,
// so that no id can lead to another path.
func (r request) escapedPath() string {
	ids := r.ids
	var b strings.Builder
	for segment := range strings.SplitSeq(strings.TrimPrefix(r.path, "/"), "/") {
		if strings.HasPrefix(segment, "{") {
			segment, ids = ids[0], ids[1:]
		}
		b.WriteByte('/')
		b.WriteString(escapeSegment(segment))
	}
	return b.String()
}

// escapeSegment escapes one path segment, also the dot segments "." and "..".
func escapeSegment(s string) string {
	if isDotSegment(s) {
		return strings.ReplaceAll(s, ".", "%2E")
	}
	return url.PathEscape(s)
}

// pageSize returns the size of a page for the API, where the caller wants that many
// entries. 0 is DingTalk's default.
func (e *endpoint) pageSize(want int) int {
	if e.maxPage > 0 && (want > e.maxPage || want == 0 && e.paging.sizeRequired) {
		return e.maxPage
	}
	return want
}
