package client

import (
	"slices"
	"strings"
)

// DeclaredPaths are the paths of all endpoints but those of tokens, without
// their arguments, in order.
func DeclaredPaths() []string {
	var paths []string
	for _, e := range declared {
		if path, _, _ := strings.Cut(e.path, "?"); e.api != tokenAPI {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	return paths
}
