package client

import (
	"net/http"
	"strings"
)

// The codes that mean the same wherever they come from. DingTalk's HTTP status
// says little (throttling is a 403, a dead token a 400), so the code decides.
// What a code means at one endpoint stands beside that endpoint.

// openCodes are the codes of the Open API.
var openCodes = map[string]meaning{
	"InvalidAuthentication": {kind: Unauthenticated},

	"Forbidden.AccessDenied.AccessTokenPermissionDenied": {kind: NoPermission},
	"Forbidden.AccessDenied.IpNotInWhiteList":            {kind: AddressNotAllowed},
	"Forbidden.AccessDenied.ApiCountLimitForOrg":         {kind: QuotaSpent},

	"Forbidden.AccessDenied.QpsLimitForApi":                  {kind: Throttled},
	"Forbidden.AccessDenied.QpsLimitForAppkeyAndApi":         {kind: Throttled},
	"Forbidden.AccessDenied.QpsLimitForSuitekeyAndOrgAndApi": {kind: Throttled},
	"Forbidden.AccessDenied.QpmLimitForAppkeyAndApi":         {kind: ThrottledMinute},
	"Forbidden.AccessDenied.QpmLimitForSuitekeyAndOrgAndApi": {kind: ThrottledMinute},

	"paramsError": {kind: BadRequest},

	"qps.exceed.limit": {kind: Throttled},
	"system.busy":      {kind: Throttled},
	"systemBusy":       {kind: Throttled},

	"systemError":      {kind: Transient},
	"serviceBusy":      {kind: Transient},
	"unknownError":     {kind: Transient},
	"operationTimeout": {kind: Transient},
}

// legacyCodes are the errcodes of the older API.
var legacyCodes = map[string]meaning{
	"-1":    {kind: Throttled}, // busy
	"90018": {kind: Throttled}, // of the app and API
	"90002": {kind: Throttled}, // of all
	"90020": {kind: QuotaSpent},

	"40014": {kind: Unauthenticated},
	"42001": {kind: Unauthenticated},
	"41001": {kind: Unauthenticated}, // it came without one: the query was lost on the way

	"60011": {kind: NoPermission},
	"60020": {kind: AddressNotAllowed},
	"50002": {kind: NotAllowed},
	"50004": {kind: NotAllowed},

	"400002": {kind: BadRequest},
	"40035":  {kind: BadRequest},
	"60019":  {kind: Empty}, // a department without members
}

// meaning returns what a refusal of the endpoint stands for. code is "" where
// there was none.
func (e *endpoint) meaning(status int, code string) meaning {
	if m, ok := e.codes[code]; ok {
		return m
	}
	if m, ok := e.api.codes[code]; ok {
		return m
	}
	switch {
	case strings.HasPrefix(code, "Forbidden.AccessDenied.QpsLimit"):
		return meaning{kind: Throttled}
	case strings.HasPrefix(code, "Forbidden.AccessDenied.QpmLimit"):
		return meaning{kind: ThrottledMinute}
	case status == http.StatusUnauthorized:
		return meaning{kind: Unauthenticated}
	case status == http.StatusTooManyRequests:
		return meaning{kind: Throttled}
	case status >= 500, status == http.StatusRequestTimeout:
		return meaning{kind: Transient}
	case code != "":
		return meaning{kind: BadRequest}
	default:
		return meaning{kind: Unexpected}
	}
}

// documents reports whether a code, as an Error has it, is one of DingTalk's own.
func (e *endpoint) documents(code string) bool {
	code = strings.TrimPrefix(code, legacyPrefix)
	_, own := e.codes[code]
	_, common := e.api.codes[code]
	return own || common
}
