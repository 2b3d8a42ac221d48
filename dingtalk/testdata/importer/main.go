// Command importer imports the plugin as the hub's builds for other engines do,
// and prints what that has changed in the process.
package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
)

func main() {
	before := os.Environ()
	p := dingtalk.Plugin(context.Background())
	changed := "unchanged"
	if !slices.Equal(before, os.Environ()) {
		changed = "changed"
	}
	var flags []string
	flag.VisitAll(func(f *flag.Flag) { flags = append(flags, f.Name) })
	fmt.Printf("%s: tables %v, flags %v, environment %s\n", p.Name, slices.Sorted(maps.Keys(p.TableMap)), flags, changed)
}
