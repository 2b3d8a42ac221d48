package sqlite

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"

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
				// SQLite passes on only the text.
				return nil, db.query.fail(fmt.Errorf("%s: %w", name, err))
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
		{"make_timestamptz", 7, db.makeTime},
		{"timezone", 2, db.inTimezone},
		{"to_char", 2, toChar},
		{"to_timestamp", 1, db.toTimestamp},
		{"left", 2, left},
		{"regexp_replace", -1, regexpReplace}, // 3 or 4: the driver knows one function of a name
		{"split_part", 3, splitPart},
		{"jsonb_array_length", 1, jsonArrayLength},
		{"json_build_object", 2, jsonBuildObject},
	} {
		if err := add(f.name, f.arguments, f.call); err != nil {
			return err
		}
	}
	return nil
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
