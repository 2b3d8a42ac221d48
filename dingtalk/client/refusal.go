package client

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// refusal is the error body in all its forms. encoding/json ignores the case of
// names, so that code is also Code. Each answer embeds it, because DingTalk also sends
// errors with status 200.
type refusal struct {
	Code      lenient       `json:"code"`
	Message   lenient       `json:"message"`
	RequestID lenient       `json:"requestid"`
	Denied    *accessDenied `json:"accessdenieddetail"`

	// The older API: {"errcode":60121,"errmsg":"…","request_id":"…"}; errcode 0
	// is success. Most often it wraps its code in another:
	// {"errcode":88,"sub_code":"60121","sub_msg":"…","errmsg":"ding talk error[subcode=60121,submsg=…]"}.
	ErrCode lenient `json:"errcode"`
	ErrMsg  lenient `json:"errmsg"`
	SubCode lenient `json:"sub_code"`
	SubMsg  lenient `json:"sub_msg"`
	// Its documentation of error codes names the two subCode and subMsg.
	SubCodeOfPage   lenient `json:"subcode"`
	SubMsgOfPage    lenient `json:"submsg"`
	LegacyRequestID lenient `json:"request_id"`

	// A blocked address: {"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"..."}
	Punish lenient `json:"punish"`
}

func (r refusal) errorFields() refusal { return r }

// present reports whether the fields have an error.
func (r refusal) present() bool {
	return r.Code != "" || r.Punish != "" || (r.ErrCode != "" && r.ErrCode != "0")
}

// wrapper is the errcode whose real code is in sub_code.
const wrapper = "88"

// wrapped finds the code and the message that are only in errmsg.
var wrapped = regexp.MustCompile(`(?s)subcode\s*=\s*([^,\]\s]+)(?:\s*,\s*submsg\s*=\s*(.*?)\]?\s*$)?`)

// legacy returns the code and the message of the older API, without their wrapper.
// code is "" if there is none.
func (r refusal) legacy() (code, message string) {
	code, message = string(r.ErrCode), string(r.ErrMsg)
	subCode, subMessage := cmp.Or(r.SubCode, r.SubCodeOfPage), cmp.Or(r.SubMsg, r.SubMsgOfPage)
	switch {
	case code == "0":
		return "", message
	case code == wrapper:
	case message == "" || subMessage == "" || strings.Contains(message, string(subMessage)):
		return code, cmp.Or(message, string(subMessage))
	default:
		return code, fmt.Sprintf("%s (%s: %s)", message, cmp.Or(subCode, "sub_msg"), subMessage)
	}
	inText := wrapped.FindStringSubmatch(message)
	switch {
	case subCode != "":
		code = string(subCode)
	case inText != nil:
		code = inText[1]
	}
	switch {
	case subMessage != "":
		message = string(subMessage)
	case inText != nil && inText[2] != "":
		message = inText[2]
	}
	return code, message
}

// lenient is a string field of an error body. A value of another JSON type stays
// JSON text, so that one odd field does not hide the others. Null is "".
type lenient string

func (l *lenient) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil { // null leaves it empty
		*l = lenient(s)
	} else {
		*l = lenient(b)
	}
	return nil
}

// accessDenied is the detail of a missing permission. An odd form of it is ignored,
// since the code says enough.
type accessDenied struct{ RequiredScopes []string }

func (a *accessDenied) UnmarshalJSON(b []byte) error {
	var detail struct {
		RequiredScopes []string `json:"requiredScopes"`
	}
	if json.Unmarshal(b, &detail) == nil {
		a.RequiredScopes = detail.RequiredScopes
	}
	return nil
}

// legacyPrefix distinguishes the numbers of the older API, in an Error's Code, from
// the words of the newer one.
const legacyPrefix = "errcode "

// refused returns the error of an endpoint's answer.
func refused(of *endpoint, status int, header http.Header, body []byte) *Error {
	e := &Error{Status: status, RetryAfter: retryAfter(header)}
	var r refusal
	isJSON := json.Unmarshal(body, &r) == nil
	e.Code, e.Message, e.RequestID = trimFault(string(r.Code)), string(r.Message), string(r.RequestID)
	code := e.Code
	if code == "" {
		if code, _ = r.legacy(); code != "" {
			code = trimFault(code)
			e.Code = legacyPrefix + code
			_, e.Message = r.legacy()
		}
	}
	if e.RequestID == "" {
		e.RequestID = string(r.LegacyRequestID)
	}
	m := of.meaning(status, code)
	e.Kind, e.Advice, e.MostAttempts = m.kind, m.advice, m.attempts
	e.permission(of, m, r)

	switch html := !isJSON && isHTML(header, body); {
	case r.Punish != "":
		e.Kind, e.Message, e.Advice = AddressBlocked, "the IP address is blocked", Advice{}
	case html && status/100 != 3:
		e.Message, e.Advice = "an HTML page", adviceForHTML(status)
	case e.Code == "" && e.Message == "" && status/100 == 3:
		e.Message = "a redirect"
	case e.Code == "" && e.Message == "" && len(bytes.TrimSpace(body)) == 0:
		e.Message = "an empty body"
	case e.Code == "" && e.Message == "":
		e.Message = "a body without an error code"
	}
	return e
}

// trimFault removes what a formatting mistake of the server's added to a code, as in
// "cloudRecordNotFound%!(EXTRA string=50513)".
func trimFault(code string) string {
	code, _, _ = strings.Cut(code, "%!(")
	return strings.TrimSpace(code)
}

// DingTalk writes in the message of a refusal which permission is missing, and where
// to apply for it: "…[qyapi_get_member]…https://…/appscope/apply?content=…,
// {requiredScopes=[qyapi_get_member]}".
var (
	scopesInText = regexp.MustCompile(`requiredScopes=\[([^\]]+)\]`)
	scopeInLink  = regexp.MustCompile(`%23([\w.]+)`)
	scopeInText  = regexp.MustCompile(`\[((?:[A-Za-z]+[._][\w.]+[,\s]*)+)\]`)
	applyURL     = regexp.MustCompile(`https://[^\s,，;；"'<>)\]}]+/appscope/[^\s,，;；"'<>)\]}]+`)
)

// permission sets which permission is missing: from the detail of the answer, else
// from its message, else from DingTalk's documentation of the endpoint. The text for it
// is advicePermission (errors_advice.go).
func (e *Error) permission(of *endpoint, m meaning, r refusal) {
	if e.Kind != NoPermission && !m.maybePermission {
		return
	}
	if r.Denied != nil {
		e.RequiredScopes = r.Denied.RequiredScopes
	}
	if e.Kind == NoPermission {
		e.ApplyURL = strings.TrimRight(applyURL.FindString(e.Message), ".。:：!！?？")
		for _, in := range []*regexp.Regexp{scopesInText, scopeInLink, scopeInText} {
			if found := in.FindStringSubmatch(e.Message); len(e.RequiredScopes) == 0 && found != nil {
				e.RequiredScopes = strings.FieldsFunc(strings.Trim(found[1], "."), func(r rune) bool { return r == ',' || r == ' ' })
			}
		}
	}
	if len(e.RequiredScopes) == 0 && of.permission != "" {
		e.RequiredScopes = []string{of.permission}
	}
}

func isHTML(header http.Header, body []byte) bool {
	return strings.HasPrefix(header.Get("Content-Type"), "text/html") || bytes.HasPrefix(bytes.TrimSpace(body), []byte("<"))
}

// retryAfter reads the header in both of its forms, seconds and date.
func retryAfter(header http.Header) time.Duration {
	v := header.Get("Retry-After")
	if seconds, err := strconv.Atoi(v); err == nil && seconds > 0 {
		return time.Duration(min(seconds, 1e9)) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}
