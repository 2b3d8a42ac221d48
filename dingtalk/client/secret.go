package client

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
	"unique"
)

// Secret is a text that can be compared but not printed: whatever prints a
// value that holds one shows an address. The zero value is the empty text.
type Secret struct{ text unique.Handle[string] }

// NewSecret returns s as a Secret.
func NewSecret(s string) Secret {
	if s == "" {
		return Secret{}
	}
	return Secret{unique.Make(s)}
}

// Equal reports whether both are the same text, as == does.
func (s Secret) Equal(other Secret) bool { return s == other }

// reveal returns the text, for the wire and for finding it in an answer.
func (s Secret) reveal() string {
	if s == (Secret{}) {
		return ""
	}
	return s.text.Value()
}

// longSecret is the length in bytes from which a text cannot be part of another
// word by chance.
const longSecret = 8

// hide replaces the secret in a text of the server's: wherever it stands if it is
// long, else where it stands as a word of its own.
func (s Secret) hide(text string) string {
	for _, secret := range []string{s.reveal(), url.QueryEscape(s.reveal())} {
		text = hide(text, secret)
	}
	return text
}

func hide(text, secret string) string {
	if secret == "" {
		return text
	}
	var b strings.Builder
	done := 0 // all before has been written
	for from := 0; ; {
		i := strings.Index(text[from:], secret)
		if i < 0 {
			b.WriteString(text[done:])
			return b.String()
		}
		i += from
		end := i + len(secret)
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[end:])
		if len(secret) >= longSecret || !inWord(before) && !inWord(after) {
			b.WriteString(text[done:i])
			b.WriteString("[redacted]")
			from, done = end, end
		} else {
			// Part of a longer word, which may still end in the secret.
			_, size := utf8.DecodeRuneInString(text[i:])
			from = i + size
		}
	}
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }

// redact removes the client's secrets from all that came from the server. What
// DingTalk documents is not touched, whatever the secret: it is no secret.
func (e *Error) redact(of *endpoint, secrets []Secret) {
	for _, s := range secrets {
		if !of.documents(e.Code) {
			e.Code = s.hide(e.Code)
		}
		e.Message, e.RequestID, e.ApplyURL = s.hide(e.Message), s.hide(e.RequestID), s.hide(e.ApplyURL)
		for i, scope := range e.RequiredScopes {
			if scope != of.permission {
				e.RequiredScopes[i] = s.hide(scope)
			}
		}
	}
}
