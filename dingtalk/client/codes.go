package client

import (
	"net/http"
	"strings"
)

// The codes that mean the same at every endpoint. DingTalk's HTTP status says little
// (throttling is a 403, a dead token a 400), so the code decides. The codes of one
// endpoint are in its declaration.

// openCodes are the codes of the Open API.
var openCodes = map[string]meaning{
	"InvalidAuthentication":                 {kind: Unauthenticated},
	"AuthenticationFailed.MissingParameter": {kind: BadRequest, advice: adviceTokenLost},

	"InvalidAction.NotFound": {kind: Unexpected, advice: adviceEndpoint},
	"404":                    {kind: Unexpected, advice: adviceEndpoint}, // as an errcode, with status 200

	"Forbidden.AccessDenied.AccessTokenPermissionDenied": {kind: NoPermission},
	"Forbidden.AccessDenied.IpNotInWhiteList":            {kind: AddressNotAllowed},
	"Forbidden.AccessDenied.ApiCountLimitForOrg":         {kind: QuotaSpent},
	"daily.call.limit": {kind: QuotaSpent, advice: adviceDaySpent},

	"Forbidden.AccessDenied.QpsLimitForApi":                  {kind: Throttled},
	"Forbidden.AccessDenied.QpsLimitForAppkeyAndApi":         {kind: Throttled},
	"Forbidden.AccessDenied.QpsLimitForSuitekeyAndOrgAndApi": {kind: Throttled},
	"Forbidden.AccessDenied.QpmLimitForAppkeyAndApi":         {kind: ThrottledMinute},
	"Forbidden.AccessDenied.QpmLimitForSuitekeyAndOrgAndApi": {kind: ThrottledMinute},

	"paramsError": {kind: BadRequest},

	"no.smart.permission":     {kind: NotAllowed, advice: adviceNoRoomLicence},
	"crossOrgAccess.forbiden": {kind: NotAllowed, advice: adviceNotOurs}, // DingTalk's spelling
	"confClosed":              {kind: BadRequest, advice: adviceConferenceClosed},
	"roomClosed":              {kind: BadRequest, advice: adviceConferenceClosed},

	"qps.exceed.limit":                 {kind: Throttled},
	"request.overlimit":                {kind: Throttled},
	"request.too.fast":                 {kind: Throttled},
	"invokeFrequency":                  {kind: Throttled},
	"failure.operation.requestTooFast": {kind: Throttled},
	"oaplus.query.limit":               {kind: Throttled},
	"system.busy":                      {kind: Busy},
	"systemBusy":                       {kind: Busy},

	"systemError":      {kind: Transient},
	"innerSystemError": {kind: Transient},
	"serviceBusy":      {kind: Transient},
	"unknownError":     {kind: Transient, maybePermission: true},
	"operationTimeout": {kind: Transient},
}

// legacyCodes are the errcodes of the older API, bare or wrapped.
var legacyCodes = map[string]meaning{
	"-1": {kind: Busy},

	// Too many calls: of all apps, of this API, of the organization, of the
	// suite, or of several of these.
	"90001": {kind: Throttled},
	"90002": {kind: Throttled},
	"90003": {kind: Throttled},
	"90004": {kind: Throttled},
	"90005": {kind: Throttled},
	"90006": {kind: Throttled},
	"90007": {kind: Throttled},
	"90008": {kind: Throttled},
	"90009": {kind: Throttled},
	"90010": {kind: Throttled},
	"90011": {kind: Throttled},
	"90012": {kind: Throttled},
	"90013": {kind: Throttled},
	"90014": {kind: Throttled},
	"90018": {kind: Throttled},
	"90017": {kind: NotAllowed, advice: adviceAddressShared},
	"90020": {kind: QuotaSpent},

	"40014": {kind: Unauthenticated},
	"42001": {kind: Unauthenticated},
	"41001": {kind: Unauthenticated, advice: adviceTokenLost}, // the call came without a token
	"40000": {kind: BadRequest, advice: adviceTokenLost},      // or with an empty one

	"22":  {kind: Unexpected, advice: adviceEndpoint},
	"404": {kind: Unexpected, advice: adviceEndpoint},

	"60011": {kind: NoPermission},
	"60020": {kind: AddressNotAllowed},
	"50002": {kind: OutOfRange},
	"50003": {kind: NotAllowed, advice: adviceAppDisabled},
	"50004": {kind: OutOfRange},
	"50005": {kind: NotAllowed, advice: adviceOrgDisabled},

	// People who left, have not joined yet, or are external contacts.
	"60121": {kind: NotFound, advice: adviceNoUser},
	"33012": {kind: NotFound, advice: adviceNoUser},

	"400002": {kind: BadRequest},
	"40035":  {kind: BadRequest},
	"60019":  {kind: Empty}, // a department without members
}

// meaning returns what a refusal of the endpoint means. code is "" if there is none.
func (e *endpoint) meaning(status int, code string) meaning {
	if m, ok := e.codes[code]; ok {
		return m
	}
	if m, ok := e.api.codes[code]; ok {
		return m
	}
	if m, ok := openCodes[code]; ok { // a gateway in front of either API sends these
		return m
	}
	switch {
	case strings.HasPrefix(code, "Forbidden.AccessDenied.QpsLimit"):
		return meaning{kind: Throttled}
	case strings.HasPrefix(code, "Forbidden.AccessDenied.QpmLimit"):
		return meaning{kind: ThrottledMinute}
	case status == http.StatusUnauthorized:
		return meaning{kind: Unauthenticated}
	case status == http.StatusProxyAuthRequired:
		return meaning{kind: Unexpected, advice: adviceProxyRefuses}
	case status == http.StatusTooManyRequests:
		return meaning{kind: Throttled}
	case status >= 500, status == http.StatusRequestTimeout:
		return meaning{kind: Transient}
	case code != "":
		return meaning{kind: BadRequest, advice: adviceUnknownCode}
	case status == http.StatusRequestHeaderFieldsTooLarge:
		return meaning{kind: Unexpected, advice: adviceProxyChanges}
	default:
		return meaning{kind: Unexpected}
	}
}

// documents reports whether DingTalk documents a code, which is as an Error has it.
func (e *endpoint) documents(code string) bool {
	code = strings.TrimPrefix(code, legacyPrefix)
	_, own := e.codes[code]
	_, common := e.api.codes[code]
	return own || common
}
