package client

import (
	"encoding/json"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
	"unique"
)

// Secret is a text that can be compared but not printed: printing a value that has
// one shows an address. The zero value is the empty text.
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

// reveal returns the text, to send it, and to find it in an answer.
func (s Secret) reveal() string {
	if s == (Secret{}) {
		return ""
	}
	return s.text.Value()
}

// longSecret is the length in bytes from which a text is no part of another word by
// chance.
const longSecret = 8

// hide replaces the secret in a text of the server's: everywhere if the secret is
// long, else where it is a word.
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
	done := 0 // what is before it has been written
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
			// It is part of a longer word, which may still end with the secret.
			_, size := utf8.DecodeRuneInString(text[i:])
			from = i + size
		}
	}
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }

// secretsIn returns the tokens in an answer to a token call, whatever its form.
func secretsIn(body []byte) (tokens []Secret) {
	for _, to := range []tokenAnswer{&camelToken{}, &snakeToken{}} {
		_ = json.Unmarshal(body, to) // reads what has its form, also where other fields have not
		value, _ := to.token()
		tokens = append(tokens, NewSecret(value))
	}
	return tokens
}

// redact removes the client's secrets from all texts of the server's. It does not
// change codes and permissions that DingTalk documents, even if they contain a
// secret.
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
