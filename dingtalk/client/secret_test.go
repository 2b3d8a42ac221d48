package client

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHide(t *testing.T) {
	tests := []struct{ secret, text, want string }{
		{"e", "invalidClientIdOrSecret: the secret e is wrong", "invalidClientIdOrSecret: the secret [redacted] is wrong"},
		{"e", "e", "[redacted]"},
		{"e", "e,e;(e) e_e 会e", "[redacted],[redacted];([redacted]) e_e 会e"},
		{"ee", "eee ee", "eee [redacted]"},
		{"a-a", "a-a-a a-a", "[redacted]-a [redacted]"}, // a hyphen ends a word
		{"ab.a", "xab.ab.a ab.a", "xab.[redacted] [redacted]"},
		{"1234567", "x1234567 1234567x =1234567&", "x1234567 1234567x =[redacted]&"},
		{"12345678", "x12345678x 12345678", "x[redacted]x [redacted]"},
		{"会议", "会议室 会议", "会议室 [redacted]"},
		{"会议室", "大会议室内", "大[redacted]内"}, // nine bytes
		{"a/b+c", "access_token=a%2Fb%2Bc&x", "access_token=[redacted]&x"},
		{"", "nothing", "nothing"},
	}
	for _, test := range tests {
		t.Run(test.secret+" in "+test.text, func(t *testing.T) {
			if d := cmp.Diff(test.want, NewSecret(test.secret).hide(test.text)); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// What DingTalk documents stays whole, though a secret be the same.
func TestDocumentedCodesAreKept(t *testing.T) {
	for _, of := range declared {
		for _, codes := range []map[string]meaning{of.codes, of.api.codes} {
			for code := range codes {
				shown := code
				if of.api.legacy {
					shown = legacyPrefix + code
				}
				e := &Error{Code: shown, Message: code, RequiredScopes: []string{of.permission}}
				e.redact(of, []Secret{NewSecret(code), NewSecret("errcode"), NewSecret(of.permission)})
				if e.Code != shown || e.Message != "[redacted]" || e.RequiredScopes[0] != of.permission {
					t.Errorf("%+v", *e)
				}
			}
		}
	}
	e := &Error{Code: "secret word", Message: "m", RequestID: "word", RequiredScopes: []string{"word"}}
	e.redact(scheduleConferences, []Secret{{}, NewSecret("word")})
	if d := cmp.Diff(&Error{Code: "secret [redacted]", Message: "m", RequestID: "[redacted]", RequiredScopes: []string{"[redacted]"}}, e); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
