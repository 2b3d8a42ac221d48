package simulator

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// legacyAPI is the API on the host oapi.: its token is in the query or in the
// form, its arguments are in the query of a GET, and else in a form or in JSON.
// Its answers have the result beside an errcode of 0, its refusals another
// errcode, all with status 200. Most often it wraps that errcode in the errcode
// 88, as people have seen; with Simulator.BareErrors it does not.
var legacyAPI = &api{
	token: func(r *http.Request, args arguments) string {
		return cmp.Or(args["access_token"], r.URL.Query().Get("access_token"))
	},
	position:  "cursor",
	size:      "size",
	arguments: legacyArguments,
	dead: func(token string, issued bool) *refusal {
		switch {
		case token == "":
			return &refusal{code: "40000", message: "access_token is blank"}
		case issued:
			return &refusal{code: "42001", message: "the access_token has expired"}
		default:
			return &refusal{code: "40014", message: "the access_token is invalid"}
		}
	},
	tooOften: refusal{code: "90018", message: "the app calls this API too often"},
	write: func(w http.ResponseWriter, result json.RawMessage) {
		body, _ := reply(object{"errcode": 0, "errmsg": "ok", "result": result, "request_id": requestID})
		writeJSON(w, http.StatusOK, body)
	},
	refuse: refuseWrapped,
}

func refuseWrapped(w http.ResponseWriter, r *refusal) {
	body, _ := reply(object{
		"errcode": 88, "sub_code": r.code, "sub_msg": r.message, "request_id": requestID,
		"errmsg": fmt.Sprintf("ding talk error[subcode=%s,submsg=%s]", r.code, r.message),
	})
	writeJSON(w, http.StatusOK, body)
}

func refuseBare(w http.ResponseWriter, r *refusal) {
	body, _ := reply(object{"errcode": json.Number(r.code), "errmsg": r.message, "request_id": requestID})
	writeJSON(w, http.StatusOK, body)
}

func legacyArguments(r *http.Request, body []byte) (arguments, *refusal) {
	if r.Method == http.MethodGet {
		return first(r.URL.Query()), nil
	}
	if !isJSON(r) {
		if form := "application/x-www-form-urlencoded"; !strings.HasPrefix(r.Header.Get("Content-Type"), form) {
			return arguments{}, wrongArgument("the body is neither a form nor JSON")
		}
		values, err := url.ParseQuery(string(body))
		if err != nil {
			return arguments{}, wrongArgument("the form")
		}
		return first(values), nil
	}
	var values map[string]json.RawMessage
	if json.Unmarshal(body, &values) != nil {
		return arguments{}, wrongArgument("the JSON")
	}
	args := arguments{}
	for name, value := range values {
		text := string(value) // of a number or a flag
		_ = json.Unmarshal(value, &text)
		args[name] = text
	}
	return args, nil
}

func wrongArgument(what string) *refusal {
	return &refusal{code: "400002", message: "wrong argument: " + what}
}

// legacyPage returns the part of a list that a call asks for by cursor and size,
// which are both required. next is the position of the next page, if there is one.
func legacyPage[T any](s *Simulator, a arguments, all []T) (entries []T, next int, more bool, refused *refusal) {
	start, startErr := strconv.Atoi(a["cursor"])
	size, sizeErr := strconv.Atoi(a["size"])
	if startErr != nil || sizeErr != nil || start < 0 || start > len(all) || size < 1 || size > 100 {
		return nil, 0, false, &refusal{code: "40035", message: "wrong argument: cursor or size"}
	}
	end := min(start+min(size, s.MaxPage), len(all))
	return append([]T{}, all[start:end]...), end, end < len(all), nil
}

// RefuseLegacy answers with an error body of the legacy API, which has status
// 200, wrapped in the errcode 88.
func RefuseLegacy(errcode int, message string) serve {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		refuseWrapped(w, &refusal{code: strconv.Itoa(errcode), message: message})
	}
}

// RefuseBare is RefuseLegacy without the wrapper.
func RefuseBare(errcode int, message string) serve {
	return func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		refuseBare(w, &refusal{code: strconv.Itoa(errcode), message: message})
	}
}
