package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// The error of a call that took too long says so, whichever of its times was over, and
// others say what they are.
func TestTransportError(t *testing.T) {
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"the call's time":       {fmt.Errorf("reading the answer: %w", context.DeadlineExceeded), "no complete answer within 15s"},
		"a time of net":         {&net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}, "no complete answer within 15s"},
		"another error of net":  {&net.OpError{Op: "dial", Err: errors.New("connection refused")}, "dial: connection refused"},
		"an error of something": {errors.New("oh"), "oh"},
	} {
		e := transportError(test.err, 15*time.Second)
		if e.Message != test.want || e.Kind != Transient {
			t.Errorf("%s: %v, %q", name, e.Kind, e.Message)
		}
	}
}

// What a proxy answers passes by itself, or somebody has to do something about it.
func TestProxyError(t *testing.T) {
	for status, want := range map[int]meaning{
		407: {kind: Unexpected, advice: adviceProxyRefuses},
		408: {kind: Transient, advice: adviceNoAnswer}, 429: {kind: Transient, advice: adviceNoAnswer},
		500: {kind: Transient, advice: adviceNoAnswer}, 503: {kind: Transient, advice: adviceNoAnswer},
		400: {kind: Unexpected, advice: adviceProxyChanges}, 403: {kind: Unexpected, advice: adviceProxyChanges},
	} {
		e := transportError(&proxyError{status}, 15*time.Second)
		if got := (meaning{kind: e.Kind, advice: e.Advice}); got != want {
			t.Errorf("%d means %v, want %v", status, got, want)
		}
	}
}

// A refusal says that it is DingTalk's; what was found out without a call does not.
func TestReasonOfAnError(t *testing.T) {
	for want, e := range map[string]Error{
		"DingTalk answered HTTP 404":                        {Kind: NotFound, Status: 404, Message: "gone"},
		"DingTalk answered HTTP 500":                        {Kind: Transient, Status: 500},
		"no such zone":                                      {Kind: NotFound, Message: "no such zone"},
		"--max-calls is 2":                                  {Kind: AllowanceSpent, Message: "--max-calls is 2"},
		"DingTalk could not be reached: connection refused": {Kind: Transient, Message: "connection refused"},
		"fetching an access token: DingTalk could not be reached: no route": {Kind: Transient, Message: "no route", TokenCall: true},
		"fetching an access token: DingTalk answered HTTP 400":              {Kind: BadRequest, Status: 400, TokenCall: true},
	} {
		if got := e.Reason(); !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// What an answer means that has no code, or one that nobody knows, is by its status.
func TestMeaningOfAStatus(t *testing.T) {
	for status, want := range map[int]meaning{
		200: {kind: Unexpected}, 302: {kind: Unexpected}, 400: {kind: Unexpected}, 404: {kind: Unexpected},
		401: {kind: Unauthenticated},
		407: {kind: Unexpected, advice: adviceProxyRefuses},
		408: {kind: Transient}, 500: {kind: Transient}, 502: {kind: Transient}, 599: {kind: Transient},
		429: {kind: Throttled},
		431: {kind: Unexpected, advice: adviceProxyChanges},
	} {
		if got := orgConferences.meaning(status, ""); got != want {
			t.Errorf("%d means %v, want %v", status, got, want)
		}
	}
	if got, want := orgConferences.meaning(400, "whatIsThis"), (meaning{kind: BadRequest, advice: adviceUnknownCode}); got != want {
		t.Errorf("an unknown code means %v, want %v", got, want)
	}
}

// Who sent a web page in place of an answer is most likely told by its status.
func TestAdviceForHTML(t *testing.T) {
	for want, statuses := range map[Advice][]int{
		adviceWebPage:      {200, 403, 429},
		adviceGateway:      {408, 500, 502, 503, 504},
		adviceWebServer:    {404, 405},
		adviceProxyRefuses: {407},
		adviceProxyChanges: {400, 401, 431},
	} {
		for _, status := range statuses {
			if got := adviceForHTML(status); got != want {
				t.Errorf("%d: %v", status, got)
			}
		}
	}
}
