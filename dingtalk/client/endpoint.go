package client

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// endpoint declares one API of DingTalk: all that it has of its own. Each is
// declared once, beside the structs of its answer.
type endpoint struct {
	method string
	// path is the template of the path below the base URL. A segment in braces
	// is a parameter.
	path string
	// api is the part of DingTalk that it belongs to.
	api *api
	// codes are what the error codes mean that are the endpoint's own. They go
	// before the codes that mean the same everywhere.
	codes map[string]meaning
	// paging is how it is read page by page. Nil is not at all.
	paging *paging
	// maxPage is the most entries that DingTalk documents for a page; 0 where it
	// documents none.
	maxPage int
	// permission is what the app needs for it; "" for none.
	permission string
}

// declared are all endpoints, for the tests that hold for each.
var declared []*endpoint

// declare returns an endpoint to call. Its address is its identity.
func declare(e endpoint) *endpoint {
	declared = append(declared, &e)
	return &e
}

// api is a part of DingTalk with rules of its own.
type api struct {
	// legacy is the API on the host oapi.: it refuses with an errcode and
	// status 200, and takes its arguments and its token as a form.
	legacy bool
	// codes are what its error codes mean, whichever endpoint sends them.
	codes map[string]meaning
}

var (
	// openAPI takes its token from a header.
	openAPI = &api{codes: openCodes}
	// tokenAPI fetches tokens, and needs none.
	tokenAPI = &api{codes: openCodes}
	// legacyAPI takes its token from the form, where no log of a proxy's has it.
	legacyAPI = &api{legacy: true, codes: legacyCodes}
)

// meaning is what an error code stands for.
type meaning struct {
	kind Kind
	// advice is what a person can do about it; "" is the kind's.
	advice string
	// attempts is how often a call that fails so is sent at most; 0 is as often
	// as any.
	attempts int
	// maybePermission is true for a code that DingTalk also sends where the app
	// lacks a permission.
	maybePermission bool
}

// request is one call to the API, independent of its token and of how often it
// has to be sent.
type request struct {
	*endpoint
	// ids are the values of the path's parameters, in order, not yet escaped.
	ids []string
	// args are the arguments of the call: what is asked for, and of a list which
	// page. One that is left out is not among them.
	args url.Values
	// number is that of the page, from 1; 0 where it is no list.
	number int
	// body is sent as JSON. Nil sends none.
	body []byte
}

// impossible reports whether an id cannot be one: "", or in the path a dot
// segment, which would lead to another path. (It is escaped all the same, but a
// server may undo that before it resolves the path.)
func (r request) impossible() bool {
	for _, values := range r.args {
		if slices.Contains(values, "") {
			return true
		}
	}
	return slices.ContainsFunc(r.ids, func(id string) bool { return id == "" || isDotSegment(id) })
}

func isDotSegment(s string) bool { return s == "." || s == ".." }

// url is the URL of the call without its arguments.
func (r request) url(base *url.URL) string {
	return strings.TrimRight(base.String(), "/") + r.escapedPath()
}

// escapedPath is the path below the base URL. Each segment is escaped on its own,
// so that nothing in an id can lead to another path.
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

// escapeSegment escapes one path segment, including the two that a path
// resolves instead of naming.
func escapeSegment(s string) string {
	if isDotSegment(s) {
		return strings.ReplaceAll(s, ".", "%2E")
	}
	return url.PathEscape(s)
}

// pageSize is how many entries to ask for where the caller would like that many;
// 0 leaves it to DingTalk.
func (e *endpoint) pageSize(want int) string {
	if e.maxPage > 0 && (want > e.maxPage || want == 0 && e.paging.sizeRequired) {
		want = e.maxPage
	}
	if want == 0 {
		return ""
	}
	return strconv.Itoa(want)
}
