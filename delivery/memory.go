package delivery

import (
	"os"
	"strconv"
)

// setFreeMemInterval makes the SDK never run the garbage collector itself, and return
// memory to the system, which it does with the first row of each list call and after
// every 100. For queries of thousands of list calls that took most of the time, since
// each collection looks at all that is cached (contributing/performance.md has figures).
// Go's own collector goes on; in Steampipe it keeps to the plugin's limit of memory
// (GOMEMLIMIT, from memory_max_mb), and in an engine that links the plugin,
// bufferedScans.collect helps it. A value that the user has set stays.
//
// The SDK (5.14.1, plugin/env.go) reads the variable for each query, and takes 100
// if it is no number.
func setFreeMemInterval() {
	const name = "STEAMPIPE_FREE_MEM_INTERVAL"
	if _, err := strconv.Atoi(os.Getenv(name)); err != nil {
		os.Setenv(name, "0")
	}
}
