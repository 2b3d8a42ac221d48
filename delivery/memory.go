package delivery

import (
	"os"
	"strconv"
)

// SetFreeMemInterval makes the SDK run the garbage collector, and return memory to
// the system, after every 1,000 rows of a list instead of every 100. A row then takes
// half to three quarters of the time, and some more memory
// (contributing/performance.md has both). A value that the user has set stays; 0 is
// never. A program calls it at its start.
//
// The SDK (5.14.1, plugin/env.go) reads the variable for each query, and takes 100
// if it is no number.
func SetFreeMemInterval() {
	const name = "STEAMPIPE_FREE_MEM_INTERVAL"
	if _, err := strconv.Atoi(os.Getenv(name)); err != nil {
		os.Setenv(name, "1000")
	}
}
