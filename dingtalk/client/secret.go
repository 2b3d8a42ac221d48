package client

import "unique"

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
