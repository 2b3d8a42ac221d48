package delivery

import "os"

// SetFreeMemInterval has the SDK run the garbage collector, and give memory back
// to the system, after every 1,000 rows of a list rather than after every 100:
// a row takes half the time, for some 6 MiB more (docs/performance.md). What the
// user has set holds; 0 is never. It is for programs to call at their start.
//
// The SDK (5.14.1, plugin/env.go) reads the variable for each query.
func SetFreeMemInterval() {
	const name = "STEAMPIPE_FREE_MEM_INTERVAL"
	if _, set := os.LookupEnv(name); !set {
		os.Setenv(name, "1000")
	}
}
