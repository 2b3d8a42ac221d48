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
	// NotAllowed is something that the app, or the user on whose behalf it calls,
	// may not see.
	NotAllowed
	// OutOfRange is a part of the address book that the app may not see.
	OutOfRange
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
	// ApplyURL is where DingTalk says that a missing permission is applied for; ""
	// where it says nothing.
	ApplyURL string
	// RetryAfter is how long the server asked to wait; 0 where it did not say.
	RetryAfter time.Duration
	// Page is the page of a list that the call was for, from 1; 0 where it was
	// for no list. An id that is not found on the first page is unknown; on a
	// later one, the list would end short.
	Page int
	// Attempts is how often the call was sent; 0 where it was not repeatable.
	Attempts int
	// MostAttempts is how often a call that fails so is sent at most; 0 is as
	// often as any.
	MostAttempts int
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

// BareCode is the Code as DingTalk documents it: one of the older API without the
// word before its number.
func (e *Error) BareCode() string { return strings.TrimPrefix(e.Code, legacyPrefix) }

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
	if text := b.String(); strings.HasSuffix(text, ".") || strings.HasSuffix(text, "。") {
		return text
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

// unexpected is an answer that no API of DingTalk gives.
func unexpected(status int, message, advice string) *Error {
	return &Error{Kind: Unexpected, Status: status, Message: message, Advice: advice}
}

// transportError is a call that brought no answer.
func transportError(err error, timeout time.Duration) *Error {
	// A transport of the caller's own may say the URL, which may show a token.
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
