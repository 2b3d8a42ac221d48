package client

import (
	"slices"
)

// DeclaredPaths are the paths of all endpoints but those of tokens, in
// order.
func DeclaredPaths() []string {
	var paths []string
	for _, e := range declared {
		if e.api != tokenAPI {
			paths = append(paths, e.path)
		}
	}
	slices.Sort(paths)
	return paths
}
