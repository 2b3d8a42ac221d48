package client

import (
	"fmt"
	"net/http"
	"strings"
)

// What a person can do about an error. docs/troubleshooting.md quotes each of these
// texts.
const (
	adviceNoAnswer  = "Check the network, a proxy if there is one, and the endpoint, then run the query again."
	adviceTransient = "Run the query again in a few minutes. If the error stays, ask DingTalk's support, with the request id if there is one."
	// adviceUnknownError is for a code that DingTalk sends for many causes.
	adviceUnknownError = "Run the query again in a few minutes. DingTalk has also answered so where the app lacks a permission: check that the app has the permission %s."
	adviceUnknownHost  = "There is no such host: check the endpoint, a proxy if there is one, and this machine's name service (DNS), then run the query again."

	adviceThrottled       = "DingTalk refuses the call because too many arrive: run the query again, not at the full hour, and lower calls_per_second if other programs share the app."
	adviceThrottledMinute = "The app has reached its limit of calls per minute: wait a minute, then run the query again."
	adviceMonthSpent      = "The organization's API calls of this month are used up: buy a larger package in the DingTalk console, or wait for the first of the month."
	adviceDaySpent        = "The API calls of this day are used up: run the query again tomorrow, or ask DingTalk's support for a larger quota."

	adviceTokenRefused = "The access token is refused: check that app and endpoint belong to the same region, and that the app is still enabled."
	adviceTokenLost    = "The access token did not reach DingTalk. A proxy or gateway on the way removes it from the request: let the proxy pass the header x-acs-dingtalk-access-token and the bodies of requests unchanged, or let this program reach DingTalk without the proxy (NO_PROXY)."
	adviceOwnToken     = "The access token has expired, is revoked or belongs to another region, and a token given as access_token is never refreshed: " +
		"put a new one into access_token (DINGTALK_ACCESS_TOKEN), or use client_id and client_secret instead."
	adviceCredentials = "The app's credentials are refused: check client_id and client_secret (DINGTALK_CLIENT_ID, DINGTALK_CLIENT_SECRET), " +
		"corp_id and suite_ticket if you set them, and that endpoint is the region in which the app was created."
	adviceCorpID = "DingTalk answers so where corp_id is wrong, or the app does not belong to that organization: check corp_id (DINGTALK_CORP_ID) and client_id (DINGTALK_CLIENT_ID). If both are right, run the query again in a few minutes."

	// advicePermission names permissions, and where to apply for them.
	advicePermission       = "Apply for the permission %s %s, then run the query again."
	adviceAddress          = "Add this machine's public IP address to the server IP allowlist of the app in the DingTalk developer console."
	adviceAddressBlocked   = "DingTalk has blocked this machine's IP address for about 5 minutes for too many calls: wait, then run the query again."
	adviceAddressShared    = "Too many organizations call DingTalk from this machine's public IP address, and DingTalk refuses it for good: call from another address."
	adviceAppDisabled      = "The app is disabled: an administrator of the organization can enable it in the DingTalk developer console."
	adviceOrgDisabled      = "DingTalk has disabled the organization: ask DingTalk's support why."
	adviceRange            = "The app may not see this part of the address book: widen its range (permission scope of the address book) on the app's Permissions page in the DingTalk developer console."
	adviceNotAllowed       = "Neither the app nor the user on whose behalf it calls may see this: widen the app's scope in the DingTalk developer console, or name another user."
	adviceNameAnother      = "The user on whose behalf the call was made may not see this: name another in acting_union_id."
	adviceUnknownActing    = "DingTalk does not know the user on whose behalf the call was made: check acting_union_id. A user id is no union id: dingtalk_user has both."
	adviceNoActingUser     = "DingTalk returns this only on behalf of a user: name one in acting_union_id (DINGTALK_ACTING_UNION_ID), a union id of dingtalk_user"
	adviceOrgBarred        = "DingTalk bars the organization from this: ask DingTalk's support why."
	adviceNotOurs          = "The meeting belongs to another organization, or the app may not see it: check the id."
	adviceRoomRefused      = "DingTalk does not return the bookings of this room to the user on whose behalf the call was made: name another in acting_union_id, or name the other rooms in room_id."
	adviceNoRoomLicence    = "The organization has no licence for DingTalk's meeting rooms: buy one in the DingTalk console, or leave the tables of rooms out."
	adviceConferenceClosed = "DingTalk has closed the meeting and returns nothing more about it: leave it out of the query."

	adviceBadRequest = "DingTalk does not accept one of the values in this call, and will answer the same again: check the values in the query's conditions and in the connection."
	// DingTalk does not say which value it misses.
	adviceBadCalendar = "DingTalk does not accept one of the values in this call: check union_id, and bound start_time on both sides. A user id is no union id: dingtalk_user has both."
	adviceBadEvent    = "DingTalk does not accept one of the values in this call: check union_id and the id of the event. A user id is no union id: dingtalk_user has both."
	adviceBadRoom     = "DingTalk does not accept one of the values in this call: check room_id and acting_union_id. A user id is no union id: dingtalk_user has both."
	// adviceUnknownCode has to be right for every cause.
	adviceUnknownCode = "This program does not know the code: look it up in DingTalk's documentation of error codes, or ask DingTalk's support, with the request id."

	adviceOddAnswer = "DingTalk's answers contradict one another: run the query again. If the error comes again, report it to DingTalk's support, or as an issue of this plugin."
	adviceHalf      = "DingTalk returned the beginning of the list and refused the rest: run the query again."
	adviceOddForm   = "The answer is not what DingTalk documents. If endpoint is DingTalk's, run the query again, and report an error that comes again as an issue of this plugin, with the text above."
	adviceNotAPI    = "Check that the endpoint is the DingTalk Open API, and that no proxy answers in its place."
	adviceEndpoint  = "There is no such call at this address: check endpoint (DINGTALK_ENDPOINT), and legacy_endpoint (DINGTALK_LEGACY_ENDPOINT) if you set it."
	adviceRedirect  = "Redirects are not followed, since the access token would travel along: check the endpoint."

	adviceWebPage = "A web page came in place of an answer. A proxy, a gateway or another web server may have sent it: check the endpoint and the proxy. " +
		"DingTalk itself may send one for about 5 minutes to an address that made too many calls: wait, then run the query again."
	adviceWebServer    = "A web server that is not the DingTalk Open API answered: check endpoint (DINGTALK_ENDPOINT), and legacy_endpoint (DINGTALK_LEGACY_ENDPOINT) if you set it."
	adviceGateway      = "A proxy or gateway answered in place of DingTalk: run the query again in a few minutes. If the error stays, check the proxy and the endpoint."
	adviceProxyChanges = "A proxy or gateway refused the request before it reached DingTalk: check that the proxy speaks https to DingTalk, limits no headers, and lets DingTalk's hosts pass, or go around it (NO_PROXY)."
	adviceProxyRefuses = "The proxy does not let this program pass: put the user name and password that it wants into HTTPS_PROXY (http://user:password@host:port), or go around it (NO_PROXY)."
	adviceNotTLS       = "What listens there does not speak https: check the endpoint and its port, and that the proxy's own address begins with http:// where it speaks http."
	adviceUntrusted    = "This machine does not trust the certificate. Where a company's proxy inspects traffic, put the company's root certificate into a PEM file and name the file in SSL_CERT_FILE (on macOS and Windows, add it to the system's certificates), then start the program again."
	adviceCertificate  = "The certificate is not valid for this host or at this time: check the endpoint, this machine's clock, and a proxy that inspects traffic."

	adviceNotFound     = "There is no such thing: check the id."
	adviceNoConference = "There is no such conference: check the id."
	adviceNoRoomCode   = "There is no such room code: check it."
	adviceNoRecording  = "The conference has no cloud recording."
	adviceNoEvent      = "There is no such event, or it was deleted: check the id."
	adviceNoUser       = "There is no such user in the organization: check the id."
	adviceNoDepartment = "There is no such department: check the id."
	adviceNoSchedule   = "There is no such schedule: check the id."
	adviceCancelled    = "It was cancelled."
	adviceEmpty        = "There is nothing in it."
)

// AdviceGone is the advice if DingTalk listed something and then does not find it.
const AdviceGone = "DingTalk listed it, and then did not find it: run the query again. If the error stays, ask DingTalk's support, with the request id if there is one."

// AdviceLeft is the advice if DingTalk listed a person and then does not find them.
const AdviceLeft = "The person left the organization, or the range of the app, between two calls: run the query again."

// advice returns what a person can do about the error.
func (e *Error) advice() string {
	if e.Kind == NoPermission {
		where := "on the app's Permissions page in the DingTalk developer console"
		if e.ApplyURL != "" {
			where = "at " + e.ApplyURL
		}
		return fmt.Sprintf(advicePermission, e.scopes(), where)
	}
	if e.Advice != "" {
		return e.Advice
	}
	switch e.Kind {
	case Transient:
		switch {
		case e.Status == 0:
			return adviceNoAnswer
		case len(e.RequiredScopes) > 0:
			return fmt.Sprintf(adviceUnknownError, e.scopes())
		default:
			return adviceTransient
		}
	case UnknownHost:
		return adviceUnknownHost
	case Throttled:
		return adviceThrottled
	case ThrottledMinute:
		return adviceThrottledMinute
	case Unauthenticated:
		return adviceTokenRefused
	case OwnTokenRefused:
		return adviceOwnToken
	case BadCredentials:
		return adviceCredentials
	case AddressNotAllowed:
		return adviceAddress
	case AddressBlocked:
		return adviceAddressBlocked
	case QuotaSpent:
		return adviceMonthSpent
	case BadRequest:
		return adviceBadRequest
	case NotAllowed:
		return adviceNotAllowed
	case OutOfRange:
		return adviceRange
	case NotFound:
		return adviceNotFound
	case Cancelled:
		return adviceCancelled
	case Empty:
		return adviceEmpty
	default:
		if e.Status/100 == 3 {
			return adviceRedirect
		}
		return adviceNotAPI
	}
}

// scopes returns the permissions that the call needs, as a list for a sentence.
func (e *Error) scopes() string {
	if len(e.RequiredScopes) == 0 {
		return "of this API"
	}
	return strings.Join(e.RequiredScopes, ", ")
}

// adviceForHTML returns the advice for a web page in place of an answer.
func adviceForHTML(status int) string {
	switch {
	case status == http.StatusOK, status == http.StatusForbidden, status == http.StatusTooManyRequests:
		return adviceWebPage // DingTalk also sends one to a blocked address
	case status >= 500, status == http.StatusRequestTimeout:
		return adviceGateway
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed:
		return adviceWebServer
	case status == http.StatusProxyAuthRequired:
		return adviceProxyRefuses
	default: // 400 from a proxy that speaks http to the https port, 401, 431, …
		return adviceProxyChanges
	}
}
