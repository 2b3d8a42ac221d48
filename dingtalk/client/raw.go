package client

import (
	"bytes"
	"encoding/json"
)

// RawArray is a JSON array as DingTalk sent it, whatever its entries are; nil if it
// sent none.
type RawArray struct{ json.RawMessage }

func (a *RawArray) UnmarshalJSON(b []byte) error { return keep(&a.RawMessage, b, '[', "array") }

// RawObject is a JSON object as DingTalk sent it, whatever its fields are; nil if it
// sent none.
type RawObject struct{ json.RawMessage }

func (o *RawObject) UnmarshalJSON(b []byte) error { return keep(&o.RawMessage, b, '{', "object") }

// keep copies a JSON value that begins with a character, and returns an error for any
// other. The decoder has checked that it is valid JSON.
func keep(to *json.RawMessage, b []byte, begin byte, kind string) error {
	switch {
	case string(b) == "null":
		*to = nil
	case b[0] == begin:
		*to = bytes.Clone(b)
	default:
		return typeError(string(b) + " is no " + kind)
	}
	return nil
}
