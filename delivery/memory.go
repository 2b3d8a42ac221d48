package delivery

import (
	"os"
	"strconv"
)

// SetFreeMemInterval has the SDK run the garbage collector, and give memory back
// to the system, after every 1,000 rows of a list rather than after every 100:
// a row takes half to three quarters of the time, for some more memory
// (contributing/performance.md has both). What the user has set holds; 0 is never. It is
// for programs to call at their start.
//
// The SDK (5.14.1, plugin/env.go) reads the variable for each query, and takes
// what is no number for 100.
func SetFreeMemInterval() {
	const name = "STEAMPIPE_FREE_MEM_INTERVAL"
	if _, err := strconv.Atoi(os.Getenv(name)); err != nil {
		os.Setenv(name, "1000")
	}
}
