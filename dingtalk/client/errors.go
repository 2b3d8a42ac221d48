package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"
)

// Kind says what can be done about an Error.
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
	// Busy is a system that is too busy for the call. The call is repeated as one that
	// is Throttled, but DingTalk may count it.
	Busy
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
	// BadRequest is a call that DingTalk refuses because of its arguments.
	BadRequest
	// NotAllowed is something that the app, or the user on whose behalf it calls,
	// may not see.
	NotAllowed
	// OutOfRange is a part of the address book that the app may not see.
	OutOfRange
	// NotFound is an id that DingTalk doesn't know.
	NotFound
	// Cancelled is something that was cancelled.
	Cancelled
	// AllowanceSpent is an allowance of calls that has none left (Allowance). No call
	// was made.
	AllowanceSpent
	// Empty is an empty list, for which DingTalk sends a refusal. If the first page
	// is refused so, the list has no pages and no error.
	Empty
)

func (k Kind) temporary() bool {
	return k == Transient || k == UnknownHost || k == Throttled || k == Busy || k == ThrottledMinute
}

// throttled reports whether DingTalk refused a call for too many in a time. It does not
// count such a call.
func (e *Error) throttled() bool { return e.Kind == Throttled || e.Kind == ThrottledMinute }

// Error is a call that DingTalk refused, or that did not reach it. Its texts are
// DingTalk's own, without the client's secrets.
type Error struct {
	Kind Kind
	// TokenCall is true if the call was to fetch an access token.
	TokenCall bool
	// Status is the HTTP status; 0 if no answer came.
	Status int
	// Code is DingTalk's error code; "" if it sent none.
	Code string
	// Message is DingTalk's message, or what was wrong with its answer.
	Message string
	// RequestID is for DingTalk's support; "" if DingTalk sent none.
	RequestID string
	// RequiredScopes are the permissions that the call needs, as DingTalk names
	// them, or else as its documentation does; nil if neither does.
	RequiredScopes []string
	// ApplyURL is where to apply for a missing permission, from DingTalk's message;
	// "" if the message has no link.
	ApplyURL string
	// RetryAfter is how long the server asks to wait; 0 if it does not say.
	RetryAfter time.Duration
	// Page is the page of a list that the call was for, from 1; 0 if it was for no
	// list. An id that is not found on the first page is unknown. If it is not found
	// on a later page, the list would be incomplete.
	Page int
	// Attempts is how often the call was sent; 0 if it cannot be repeated.
	Attempts int
	// MostAttempts is how often a call with this error is sent at most; 0 is the
	// number for all calls.
	MostAttempts int
	// Advice is what a person can do about it; zero is the advice of the Kind.
	Advice Advice
	// Err is the cause if no answer came; nil otherwise.
	Err error
}

// IsKind reports whether err is or wraps an *Error of that kind.
func IsKind(err error, k Kind) bool {
	var e *Error
	return errors.As(err, &e) && e.Kind == k
}

// BareCode returns the Code as DingTalk documents it: without the prefix that an
// Error has for the numbers of the older API.
func (e *Error) BareCode() string { return strings.TrimPrefix(e.Code, legacyPrefix) }

func (e *Error) Unwrap() error { return e.Err }

// Error returns what DingTalk said, then what to do.
func (e *Error) Error() string { return e.Reason() + " " + e.Remedy() }

// Reason returns the first part of Error: what DingTalk said.
func (e *Error) Reason() string {
	var b strings.Builder
	if e.TokenCall {
		b.WriteString("fetching an access token: ")
	}
	switch {
	case e.Status == 0 && (e.Kind == NotFound || e.Kind == AllowanceSpent):
		b.WriteString(e.Message) // no call was made
	case e.Status == 0:
		b.WriteString("DingTalk could not be reached: ")
		b.WriteString(shown(e.Message, mostOfText))
	default:
		fmt.Fprintf(&b, "DingTalk answered HTTP %d", e.Status)
		if e.Code != "" {
			fmt.Fprintf(&b, ", code %s", shown(e.Code, mostOfCode))
		}
		if e.Message != "" {
			fmt.Fprintf(&b, ": %s", shown(e.Message, mostOfText))
		}
		if e.RequestID != "" {
			fmt.Fprintf(&b, " (request id %s)", shown(e.RequestID, mostOfCode))
		}
	}
	if e.Attempts > 1 {
		fmt.Fprintf(&b, " [tried %d times]", e.Attempts)
	}
	if text := b.String(); strings.HasSuffix(text, ".") || strings.HasSuffix(text, "。") {
		return text
	}
	b.WriteString(".")
	return b.String()
}

// Remedy returns the second part of Error: what a person can do.
func (e *Error) Remedy() string { return e.remedy().English }

// InChinese returns what Remedy returns, in Chinese.
func (e *Error) InChinese() string { return e.remedy().Chinese }

func (e *Error) remedy() Advice {
	advice := e.advice()
	if e.RetryAfter > 0 {
		unit := unitOf(e.RetryAfter)
		n := int64((e.RetryAfter + unit.length - 1) / unit.length)
		advice.English = fmt.Sprintf("It asks to wait %s. %s", many(n, unit.english, unit.english+"s"), advice.English)
		advice.Chinese = fmt.Sprintf("对方要求等待 %d %s。%s", n, unit.chinese, advice.Chinese)
	}
	return advice
}

// unit is a unit of time.
type unit struct {
	length           time.Duration
	english, chinese string
}

// unitOf returns the largest unit of which a time has two or more, and at least seconds.
func unitOf(d time.Duration) unit {
	for _, u := range []unit{{24 * time.Hour, "day", "天"}, {time.Hour, "hour", "小时"}, {time.Minute, "minute", "分钟"}} {
		if d >= 2*u.length {
			return u
		}
	}
	return unit{time.Second, "second", "秒"}
}

// unexpected returns the error of an answer that DingTalk does not document.
func unexpected(status int, message string, advice Advice) *Error {
	return &Error{Kind: Unexpected, Status: status, Message: message, Advice: advice}
}

// transportError returns the error of a call without an answer.
func transportError(err error, timeout time.Duration) *Error {
	// The error of the caller's own transport may show the URL, which may have a
	// token.
	for withURL, ok := errors.AsType[*url.Error](err); ok; withURL, ok = errors.AsType[*url.Error](err) {
		err = withURL.Err
	}
	e := &Error{Kind: Transient, Message: err.Error(), Err: err}

	var (
		netErr     net.Error
		certErr    *tls.CertificateVerificationError
		unknownErr x509.UnknownAuthorityError
		notTLS     tls.RecordHeaderError
		dnsErr     *net.DNSError
		proxyErr   *proxyError
	)
	switch {
	case errors.As(err, &dnsErr) && dnsErr.IsNotFound:
		e.Kind, e.Message = UnknownHost, fmt.Sprintf("the host name %q is unknown", dnsErr.Name)
	case errors.As(err, &unknownErr):
		e.Kind, e.Advice = Unexpected, adviceUntrusted
	case errors.As(err, &certErr):
		e.Kind, e.Advice = Unexpected, adviceCertificate
	case errors.As(err, &notTLS):
		e.Kind, e.Advice = Unexpected, adviceNotTLS
	case errors.As(err, &proxyErr):
		e.Kind, e.Advice = proxyErr.meaning()
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &netErr) && netErr.Timeout():
		e.Message = fmt.Sprintf("no complete answer within %s", timeout.Round(time.Second))
	}
	return e
}
