package sqlite

import (
	"database/sql/driver"

	"modernc.org/sqlite"
)

// addLastError registers the function last_error() with a driver: the error of the query
// before the running one, NULL if that had none. A script that goes on after an error can
// keep it.
func (db *DB) addLastError(drv *sqlite.Driver) error {
	return drv.RegisterScalarFunction("last_error", 0, func(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) {
		if db.lastError == nil {
			return nil, nil
		}
		return db.lastError.Error(), nil
	})
}
