package sqlite

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"modernc.org/sqlite"
)

// Functions of Postgres that SQLite lacks, so that the same SQL works in both. Times are
// text in RFC 3339, in UTC, as everywhere here. As in Postgres, if an argument is NULL,
// the result is NULL.

// addPostgres registers the functions with a driver.
func (db *DB) addPostgres(drv *sqlite.Driver) error {
	add := func(name string, arguments int32, f func(args []driver.Value) (driver.Value, error)) error {
		return drv.RegisterScalarFunction(name, arguments, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
			for _, a := range args {
				if a == nil {
					return nil, nil
				}
			}
			v, err := f(args)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			return v, nil
		})
	}
	for _, f := range []struct {
		name      string
		arguments int32
		call      func([]driver.Value) (driver.Value, error)
	}{
		{"now", 0, func([]driver.Value) (driver.Value, error) { return db.timeText(db.now()) }},
		{"date_part", 2, datePart},
		{"to_timestamp", 1, db.toTimestamp},
		{"timezone", 2, db.inTimezone},
		{"to_char", 2, toChar},
		{"jsonb_array_length", 1, jsonArrayLength},
		{"json_build_object", 2, jsonBuildObject},
	} {
		if err := add(f.name, f.arguments, f.call); err != nil {
			return err
		}
	}
	return nil
}

// datePart is date_part('epoch', time): the seconds since 1970.
func datePart(args []driver.Value) (driver.Value, error) {
	if part := valueText(args[0]); part != "epoch" {
		return nil, fmt.Errorf("%q is not supported here, only 'epoch'", part)
	}
	t, err := parseTime(args[1])
	if err != nil {
		return nil, err
	}
	return float64(t.Unix()) + float64(t.Nanosecond())/1e9, nil
}

// toTimestamp is the time that many seconds after 1970.
func (db *DB) toTimestamp(args []driver.Value) (driver.Value, error) {
	var seconds float64
	switch v := args[0].(type) {
	case int64:
		seconds = float64(v)
	case float64:
		seconds = v
	default:
		return nil, fmt.Errorf("%q is not a number", valueText(v))
	}
	if math.IsNaN(seconds) || math.Abs(seconds) > 1e11 {
		return nil, fmt.Errorf("%v is not a time", seconds)
	}
	whole, fraction := math.Modf(seconds)
	return db.timeText(time.Unix(int64(whole), int64(fraction*1e9)))
}

// inTimezone is timezone('UTC', time). Times here have no other zone.
func (db *DB) inTimezone(args []driver.Value) (driver.Value, error) {
	if zone := valueText(args[0]); !strings.EqualFold(zone, "UTC") {
		return nil, fmt.Errorf("the zone %q is not supported here, only 'UTC'", zone)
	}
	t, err := parseTime(args[1])
	if err != nil {
		return nil, err
	}
	return db.timeText(t)
}

// charPatterns are the patterns of to_char that are known, with Go's.
var charPatterns = strings.NewReplacer("YYYY", "2006", "MM", "01", "DD", "02", "HH24", "15", "MI", "04", "SS", "05")

// toChar is to_char of a time.
func toChar(args []driver.Value) (driver.Value, error) {
	t, err := parseTime(args[0])
	if err != nil {
		return nil, err
	}
	pattern := valueText(args[1])
	if rest := strings.NewReplacer("YYYY", "", "MM", "", "DD", "", "HH24", "", "MI", "", "SS", "").Replace(pattern); strings.ContainsFunc(rest, isLetterOrDigit) {
		return nil, fmt.Errorf("the pattern %q is not supported here, only YYYY, MM, DD, HH24, MI and SS", pattern)
	}
	return t.UTC().Format(charPatterns.Replace(pattern)), nil
}

func isLetterOrDigit(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// jsonArrayLength is the number of elements of a JSON array.
func jsonArrayLength(args []driver.Value) (driver.Value, error) {
	var elements []json.RawMessage
	if err := json.Unmarshal([]byte(valueText(args[0])), &elements); err != nil || elements == nil {
		return nil, fmt.Errorf("%q is not a JSON array", valueText(args[0]))
	}
	return int64(len(elements)), nil
}

// jsonBuildObject is json_build_object of a name and a text.
func jsonBuildObject(args []driver.Value) (driver.Value, error) {
	b, err := json.Marshal(map[string]string{valueText(args[0]): valueText(args[1])})
	return string(b), err
}
