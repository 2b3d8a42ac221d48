package simulator

import (
	"bytes"
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// route declares one API of DingTalk: all in which it differs from others. Each is
// declared once, in a file with its answer and its data.
type route struct {
	kind   CallKind
	method string
	// path is the template of the path. A segment in braces is a parameter.
	path string
	// api is the part of DingTalk that it belongs to.
	api *api
	// paged is true if it is read page by page.
	paged bool
	// write writes the answer; nil is as its api does.
	write func(http.ResponseWriter, json.RawMessage)
	// answer answers a call that has been admitted.
	answer func(*Simulator, arguments) (json.RawMessage, *refusal)
}

// routes are all that were declared, and of those with equally long paths the
// one whose literal segment comes first is first: "{" sorts behind letters.
var routes []*route

// declare makes an API known. It returns it, to be declared in a variable.
func declare(r route) *route {
	routes = append(routes, &r)
	slices.SortStableFunc(routes, func(a, b *route) int { return cmp.Compare(a.path, b.path) })
	return &r
}

// unknown answers a call without a route.
var unknown = &route{kind: OtherCall, api: openAPI, answer: func(*Simulator, arguments) (json.RawMessage, *refusal) {
	return nil, &refusal{http.StatusNotFound, "InvalidAction.NotFound", "Specified api is not found, please check your url and method."}
}}

// match finds the route of a request and its arguments. Arguments that cannot be
// read are a refusal, for a caller that is admitted.
func match(r *http.Request, body []byte) (*route, arguments, *refusal) {
	for _, route := range routes {
		inPath, ok := route.match(r)
		if !ok {
			continue
		}
		args, refused := route.api.arguments(r, body)
		maps.Copy(args, inPath)
		return route, args, refused
	}
	return unknown, first(r.URL.Query()), nil
}

// match reports whether a request is one for the route, and returns the
// parameters in its path. A parameter is never empty.
func (route *route) match(r *http.Request) (arguments, bool) {
	template, path := strings.Split(route.path, "/"), strings.Split(r.URL.EscapedPath(), "/")
	if r.Method != route.method || len(template) != len(path) {
		return nil, false
	}
	args := arguments{}
	for i, segment := range template {
		name, isParameter := strings.CutPrefix(segment, "{")
		if !isParameter {
			if segment != path[i] {
				return nil, false
			}
			continue
		}
		value, err := url.PathUnescape(path[i])
		if err != nil || value == "" {
			return nil, false
		}
		args[strings.TrimSuffix(name, "}")] = value
	}
	return args, true
}

// arguments are the arguments of a call by their names.
type arguments map[string]string

// first returns the first value of each name.
func first(values url.Values) arguments {
	args := arguments{}
	for name := range values {
		args[name] = values.Get(name)
	}
	return args
}

// object is a JSON object.
type object map[string]any

// reply is an answer.
func reply[T any](v T) (json.RawMessage, *refusal) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // our own types
	}
	return b.Bytes(), nil
}

// refusal is an answer of DingTalk's that is an error. Of the legacy API, the code is a
// number, and there is no status.
type refusal struct {
	status        int
	code, message string
}

// api is a part of DingTalk with rules of its own.
type api struct {
	// token reads a call's token.
	token func(*http.Request, arguments) string
	// position and size are the names of the arguments for the page.
	position, size string
	// arguments reads a call's arguments besides those in its path. It returns a
	// map in any case.
	arguments func(r *http.Request, body []byte) (arguments, *refusal)
	// dead is the refusal of a token that is not accepted; issued is true if it once
	// was.
	dead func(token string, issued bool) *refusal
	// tooOften is the refusal of a call that comes too early.
	tooOften refusal
	write    func(http.ResponseWriter, json.RawMessage)
	refuse   func(http.ResponseWriter, *refusal)
}

// openAPI takes its token from a header and its arguments from the query.
var openAPI = &api{
	token:     func(r *http.Request, _ arguments) string { return r.Header.Get("x-acs-dingtalk-access-token") },
	position:  "nextToken",
	size:      "maxResults",
	arguments: func(r *http.Request, _ []byte) (arguments, *refusal) { return first(r.URL.Query()), nil },
	dead: func(string, bool) *refusal {
		return &refusal{http.StatusBadRequest, "InvalidAuthentication", "the access token is invalid or expired"}
	},
	tooOften: refusal{http.StatusForbidden, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", "the app calls this API too often"},
	write:    func(w http.ResponseWriter, answer json.RawMessage) { writeJSON(w, http.StatusOK, answer) },
	refuse: func(w http.ResponseWriter, r *refusal) {
		body, _ := reply(object{"code": r.code, "message": r.message, "requestid": requestID})
		writeJSON(w, r.status, body)
	},
}

// openBodyAPI is openAPI with arguments from a body of JSON. An argument that is no
// string is kept as JSON.
var openBodyAPI = func() *api {
	a := *openAPI
	a.arguments = func(r *http.Request, body []byte) (arguments, *refusal) {
		var sent map[string]json.RawMessage
		args := arguments{}
		if !isJSON(r) || json.Unmarshal(body, &sent) != nil || sent == nil {
			return args, &refusal{http.StatusBadRequest, "invalidParameter", "the body is not JSON"}
		}
		for name, value := range sent {
			var text string
			if json.Unmarshal(value, &text) != nil {
				text = string(value)
			}
			args[name] = text
		}
		return args, nil
	}
	return &a
}()

// tokenAPI fetches tokens, and needs none. It takes its arguments from a body of
// JSON.
var tokenAPI = &api{
	token: openAPI.token,
	arguments: func(r *http.Request, body []byte) (arguments, *refusal) {
		var args arguments
		if !isJSON(r) || json.Unmarshal(body, &args) != nil || args == nil {
			return arguments{}, &refusal{http.StatusBadRequest, "paramsError", "error:the body is not JSON"}
		}
		return args, nil
	},
	write:  openAPI.write,
	refuse: openAPI.refuse,
}

const requestID = "5E5B5F7C-0000-7000-8000-51AD51AD51AD"

func isJSON(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Content-Type"), "application/json")
}

func writeJSON(w http.ResponseWriter, status int, body json.RawMessage) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the caller may have gone
}
