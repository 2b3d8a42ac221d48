package client

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Kind says what may be done about an Error.
type Kind int

const (
	// Unexpected is an answer that the API does not document. Permanent.
	Unexpected Kind = iota
	// Transient is a failure of the moment: a 5xx, a lost connection, a
	// time-out. The call is repeated.
	Transient
	// UnknownHost is a host that has no address. The call is repeated once.
	UnknownHost
	// Throttled is the limit per second. The call is repeated.
	Throttled
	// ThrottledMinute is the limit per minute. The call is repeated, later.
	ThrottledMinute
	// Unauthenticated is a token that DingTalk no longer accepts.
	Unauthenticated
	// OwnTokenRefused is the same for a token that the user manages.
	OwnTokenRefused
	// BadCredentials is a token call that DingTalk refuses.
	BadCredentials
	// NoPermission is a permission that the app lacks; RequiredScopes name it.
	NoPermission
	// AddressNotAllowed is an address outside the app's IP allowlist.
	AddressNotAllowed
	// AddressBlocked is an address blocked for some minutes for too many calls.
	AddressBlocked
	// QuotaSpent is the monthly number of calls used up.
	QuotaSpent
	// BadRequest is a call that DingTalk will not answer as it stands.
	BadRequest
	// NotAllowed is something that the app, or the user in whose name it calls,
	// may not see.
	NotAllowed
	// NotFound is an id that DingTalk doesn't know.
	NotFound
	// Cancelled is something that was called off.
	Cancelled
	// Empty is an empty list where DingTalk refuses instead of answering with
	// one. A list that begins so has no pages, and no error.
	Empty
)

func (k Kind) temporary() bool {
	return k == Transient || k == UnknownHost || k == Throttled || k == ThrottledMinute
}

// Error is a call that DingTalk refused or that never reached it. Texts are as
// DingTalk sent them, less the client's own secrets.
type Error struct {
	Kind Kind
	// TokenCall is true where the call was to fetch an access token.
	TokenCall bool
	// Status is the HTTP status; 0 where no answer came.
	Status int
	// Code is DingTalk's error code; "" where it sent none.
	Code string
	// Message is DingTalk's message, or what was wrong with its answer.
	Message string
	// RequestID is what DingTalk's support asks for; "" where none was sent.
	RequestID string
	// RequiredScopes are the permissions that the call needs, as DingTalk names
	// them, or else as its documentation does; nil where neither does.
	RequiredScopes []string
	// RetryAfter is how long the server asked to wait; 0 where it did not say.
	RetryAfter time.Duration
	// Page is the page of a list that the call was for, from 1; 0 where it was
	// for no list. An id that is not found on the first page is unknown; on a
	// later one, the list would end short.
	Page int
	// Attempts is how often the call was sent; 0 where it was not repeatable.
	Attempts int
	// Advice is what a person can do about it; "" is the advice of the Kind.
	Advice string
	// Err is the cause where no answer came; nil otherwise.
	Err error
}

// IsKind reports whether err is or wraps an *Error of that kind.
func IsKind(err error, k Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == k
}

func (e *Error) Unwrap() error { return e.Err }

// Error says what DingTalk said, then what to do.
func (e *Error) Error() string { return e.Reason() + " " + e.Remedy() }

// Reason is the first part of Error: what DingTalk said.
func (e *Error) Reason() string {
	var b strings.Builder
	if e.TokenCall {
		b.WriteString("fetching an access token: ")
	}
	switch {
	case e.Status == 0 && e.Kind == NotFound:
		b.WriteString(e.Message) // no call was made
	case e.Status == 0:
		b.WriteString("DingTalk could not be reached: ")
		b.WriteString(e.Message)
	default:
		fmt.Fprintf(&b, "DingTalk answered HTTP %d", e.Status)
		if e.Code != "" {
			fmt.Fprintf(&b, ", code %s", e.Code)
		}
		if e.Message != "" {
			fmt.Fprintf(&b, ": %s", e.Message)
		}
		if e.RequestID != "" {
			fmt.Fprintf(&b, " (request id %s)", e.RequestID)
		}
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " [tried %d times]", e.Attempts)
	}
	b.WriteString(".")
	return b.String()
}

// Remedy is the second part of Error: what a person can do about it.
func (e *Error) Remedy() string {
	if e.RetryAfter > 0 {
		return fmt.Sprintf("It asks to wait %s. %s", e.RetryAfter.Round(time.Second), e.advice())
	}
	return e.advice()
}

// advice is what a person can do about the error.
func (e *Error) advice() string {
	if e.Advice != "" {
		return e.Advice
	}
	switch e.Kind {
	case Transient:
		if e.Status == 0 {
			return "Check the network, a proxy if there is one, and the endpoint, then run the query again."
		}
		return "This is a failure on DingTalk's side: run the query again in a few minutes."
	case UnknownHost:
		return "There is no such host: check the endpoint, a proxy if there is one, and this machine's name service (DNS), then run the query again."
	case Throttled:
		return "The app calls this API too often: run the query again, and lower calls_per_second if other programs share the app."
	case ThrottledMinute:
		return "The app has reached its limit of calls per minute: wait a minute, then run the query again."
	case Unauthenticated:
		return "The access token is refused: check that app and endpoint belong to the same region, and that the app is still enabled."
	case OwnTokenRefused:
		return "The access token has expired, is revoked or belongs to another region, and a token given as access_token is never refreshed: " +
			"put a new one into access_token (DINGTALK_ACCESS_TOKEN), or use client_id and client_secret instead."
	case BadCredentials:
		return "The app's credentials are refused: check client_id and client_secret (DINGTALK_CLIENT_ID, DINGTALK_CLIENT_SECRET), " +
			"corp_id and suite_ticket if you set them, and that endpoint is the region in which the app was created."
	case NoPermission:
		scopes := "the permission of this API"
		if len(e.RequiredScopes) > 0 {
			scopes = "the permission " + strings.Join(e.RequiredScopes, ", ")
		}
		return "Apply for " + scopes + " on the app's Permissions page in the DingTalk developer console, then run the query again."
	case AddressNotAllowed:
		return "Add this machine's public IP address to the server IP allowlist of the app in the DingTalk developer console."
	case AddressBlocked:
		return "DingTalk has blocked this machine's IP address for about 5 minutes for too many calls: wait, then run the query again."
	case QuotaSpent:
		return "The organization's API calls of this month are used up: buy a larger package in the DingTalk console, or wait for the first of the month."
	case BadRequest:
		return "Check the id and the connection's arguments: DingTalk will answer the same again."
	case NotAllowed:
		return "Neither the app nor the user in whose name it calls may see this: widen the app's scope in the DingTalk developer console, or name another user."
	case NotFound:
		return "There is no such thing: check the id."
	case Cancelled:
		return "It was cancelled."
	case Empty:
		return "There is nothing in it."
	default:
		if e.Status/100 == 3 {
			return "Redirects are not followed, since the access token would travel along: check the endpoint."
		}
		return "Check that the endpoint is the DingTalk Open API, and that no proxy answers in its place."
	}
}

// refusal is the error body, in all its spellings: encoding/json matches
// names in any case, so code is Code as well. It is embedded in each answer,
// because errors come with status 200 too.
type refusal struct {
	Code      lenient       `json:"code"`
	Message   lenient       `json:"message"`
	RequestID lenient       `json:"requestid"`
	Denied    *accessDenied `json:"accessdenieddetail"`

	// The older API: {"errcode":88,"errmsg":"..."}; errcode 0 is success.
	ErrCode lenient `json:"errcode"`
	ErrMsg  lenient `json:"errmsg"`

	// A blocked address: {"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"..."}
	Punish lenient `json:"punish"`
}

func (r refusal) errorFields() refusal { return r }

// present reports whether the fields tell of an error.
func (r refusal) present() bool {
	return r.Code != "" || r.Punish != "" || (r.ErrCode != "" && r.ErrCode != "0")
}

// lenient is a string field of an error body; another JSON type keeps its
// JSON text, so that one odd field doesn't lose the others.
type lenient string

func (l *lenient) UnmarshalJSON(b []byte) error {
	var s string
	if json.Unmarshal(b, &s) == nil {
		*l = lenient(s)
	} else {
		*l = lenient(b)
	}
	return nil
}

// accessDenied is the detail of a missing permission. Its odd forms are
// ignored: the code alone says enough.
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

// legacyPrefix tells the numbers of the older API, in an Error's Code, from the
// words of the newer.
const legacyPrefix = "errcode "

// refused reads the error body of an endpoint's answer.
func refused(of *endpoint, status int, header http.Header, body []byte) *Error {
	e := &Error{Status: status, RetryAfter: retryAfter(header)}
	var r refusal
	isJSON := json.Unmarshal(body, &r) == nil
	e.Code, e.Message, e.RequestID = string(r.Code), string(r.Message), string(r.RequestID)
	if r.Denied != nil {
		e.RequiredScopes = r.Denied.RequiredScopes
	}
	code := e.Code
	if code == "" && r.ErrCode != "" && r.ErrCode != "0" {
		code = string(r.ErrCode)
		e.Code, e.Message = legacyPrefix+code, string(r.ErrMsg)
	}
	m := of.meaning(status, code)
	e.Kind, e.Advice = m.kind, m.advice
	if e.Kind == NoPermission && e.RequiredScopes == nil && of.permission != "" {
		e.RequiredScopes = []string{of.permission}
	}

	switch html := !isJSON && isHTML(header, body); {
	case r.Punish != "":
		e.Kind, e.Message = AddressBlocked, "the IP address is blocked"
	case html && (e.Kind.temporary() || e.Kind == Unauthenticated):
		// A gateway's own error page.
		e.Message = "an HTML page"
	case html && status/100 != 3:
		e.Kind, e.Message = AddressBlocked, "an HTML page, as DingTalk sends it to a blocked IP address"
	case e.Code == "" && e.Message == "" && status/100 == 3:
		e.Message = "a redirect"
	case e.Code == "" && e.Message == "" && len(bytes.TrimSpace(body)) == 0:
		e.Message = "an empty body"
	case e.Code == "" && e.Message == "":
		e.Message = "a body without an error code"
	}
	return e
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

func unexpected(status int, message string) *Error {
	return &Error{Kind: Unexpected, Status: status, Message: message}
}

// transportError is a call that brought no answer.
func transportError(err error, timeout time.Duration) *Error {
	// A transport of the caller's own may say the URL, which may show a token.
	for withURL, ok := errors.AsType[*url.Error](err); ok; withURL, ok = errors.AsType[*url.Error](err) {
		err = withURL.Err
	}
	e := &Error{Kind: Transient, Message: err.Error(), Err: err}

	var netErr net.Error
	var certErr *tls.CertificateVerificationError
	var dnsErr *net.DNSError
	switch {
	case errors.As(err, &dnsErr) && dnsErr.IsNotFound:
		e.Kind, e.Message = UnknownHost, fmt.Sprintf("the host name %q is unknown", dnsErr.Name)
	case errors.As(err, &certErr):
		e.Kind = Unexpected
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &netErr) && netErr.Timeout():
		e.Message = fmt.Sprintf("no complete answer within %s", timeout.Round(time.Second))
	}
	return e
}
