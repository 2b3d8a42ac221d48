package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The types of fields that several APIs share. Each checks its value while it is
// decoded: a value of the wrong JSON type is an error that names the field, and
// never becomes 0 or nil.

// Millis is a time in milliseconds since 1970 UTC. DingTalk writes 0 for a time
// that it doesn't have.
type Millis int64

// Time returns the time in UTC; nil if there is none.
func (m *Millis) Time() *time.Time {
	if m == nil || *m == 0 {
		return nil
	}
	t := time.UnixMilli(int64(*m)).UTC()
	return &t
}

// The first and the last time that SQL has a timestamp for.
var (
	minMillis = Millis(time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli())
	maxMillis = Millis(time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC).UnixMilli())
)

func (m *Millis) UnmarshalJSON(b []byte) error {
	n, err := strconv.ParseInt(string(b), 10, 64)
	if *m = Millis(n); err != nil {
		if err := json.Unmarshal(b, (*int64)(m)); err != nil {
			return err // which names the type
		}
	}
	if *m < minMillis || *m > maxMillis {
		return typeError(fmt.Sprintf("%d is no time in milliseconds", *m))
	}
	return nil
}

// Flag is a yes or no. DingTalk writes it as a boolean, as the numbers 1 and 0,
// or as either of these in a string. The zero value is neither: not in the answer,
// or another number.
type Flag int8

const (
	yes Flag = 1
	no  Flag = -1
)

// Bool returns the flag as a boolean; nil if it is neither yes nor no.
func (f Flag) Bool() *bool {
	if f == 0 {
		return nil
	}
	is := f == yes
	return &is
}

func (f *Flag) UnmarshalJSON(b []byte) error {
	switch text := string(unquoted(b)); text {
	case "true", "1":
		*f = yes
	case "false", "0":
		*f = no
	case "null":
		*f = 0
	default:
		if _, err := strconv.ParseInt(text, 10, 64); err != nil {
			return typeError(string(b) + " is no flag")
		}
		*f = 0
	}
	return nil
}

// LegacyInt is an integer of the older API, which may write it as a string.
type LegacyInt int64

func (n *LegacyInt) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	i, err := strconv.ParseInt(string(unquoted(b)), 10, 64)
	if err != nil {
		return typeError(string(b) + " is no integer")
	}
	*n = LegacyInt(i)
	return nil
}

// LegacyText is a text of the older API, which may write it as a number or a
// boolean.
type LegacyText string

func (t *LegacyText) UnmarshalJSON(b []byte) error {
	switch {
	case string(b) == "null":
		return nil
	case b[0] == '"':
		return json.Unmarshal(b, (*string)(t))
	case b[0] == '{' || b[0] == '[':
		return typeError(string(b) + " is no text")
	default:
		*t = LegacyText(b)
		return nil
	}
}

// unquoted removes the quotes of a JSON string with a number or a truth value. It
// resolves no escapes.
func unquoted(b []byte) []byte {
	if b[0] == '"' && string(b) != `"null"` {
		return b[1 : len(b)-1]
	}
	return b
}

// List is the entries of a page. A null among them is an error.
type List[E comparable] []E

func (l *List[E]) UnmarshalJSON(b []byte) error {
	err := json.Unmarshal(b, (*[]E)(l))
	var null E
	if err == nil && !slices.Contains(*l, null) {
		return nil
	}
	// Find the entry that is wrong.
	var raw []json.RawMessage
	if json.Unmarshal(b, &raw) != nil {
		return err
	}
	for i, b := range raw {
		var e E
		err := json.Unmarshal(b, &e)
		if string(b) == "null" {
			err = typeError("null is no entry")
		}
		if m, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			m.Field = strings.TrimSuffix(fmt.Sprintf("[%d].%s", i, m.Field), ".")
			return m
		}
	}
	return err
}

// typeError returns the error of a value that is not as the API documents. It has
// encoding/json's own type, because encoding/json adds the names of the fields to such
// an error, level by level. Its Type is nil, by which describe recognizes it; problem
// is the whole text. A value of DingTalk's in it is whole: a message is cut when it is
// shown, after the secrets in it were hidden.
func typeError(problem string) error { return &json.UnmarshalTypeError{Value: problem} }

// describe returns what is wrong with the form of an answer, with the field's name
// and the entry's index: "conferenceList[3].status: the JSON string is no int64".
func describe(err error) string {
	m, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return err.Error()
	}
	problem := m.Value
	if m.Type != nil {
		problem = fmt.Sprintf("the JSON %s is no %s", strings.Replace(m.Value, "bool", "boolean", 1), jsonName(m.Type))
	}
	if m.Field == "" {
		return problem
	}
	return levels.Replace(m.Field) + ": " + problem
}

// jsonName returns what the JSON for a Go type is called.
func jsonName(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return jsonName(t.Elem())
	case reflect.Bool:
		return "boolean"
	case reflect.String:
		return "string"
	case reflect.Float32, reflect.Float64:
		return "number"
	case reflect.Slice, reflect.Array:
		return "array"
	case reflect.Struct, reflect.Map:
		return "object"
	default:
		return "whole number"
	}
}

// levels writes the index of an entry directly after its list, and removes the names
// of embedded structs, which are no level in DingTalk's JSON.
var levels = strings.NewReplacer(".[", "[", "pageFields.", "", "cursorFields.", "", "CalendarEvent.", "")
