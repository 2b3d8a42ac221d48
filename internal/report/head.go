package report

import (
	"fmt"
	"slices"
	"strconv"
)

// headControl is the control whose results are the head of a report.
const headControl = "report_head"

// Fact is a line of the head of a report: what the report is about, and how it was made.
type Fact struct {
	// Key is what the fact is about, one of the headKeys or another. Several facts may have
	// the same.
	Key string
	// Value is the bare value, Sentence what people read.
	Value, Sentence string
}

const (
	keyDemo      = "demo"
	keyVariables = "variables"
	keyCalls     = "api_calls"
)

// headKeys are the keys of facts, in the order in which a report lists them.
var headKeys = []string{"organization", "connection", "endpoint", keyDemo, "since", "until", "time_zone", "collected", "plugin_version", "mod_version", keyVariables, keyCalls}

// factsOf returns the facts that the control of the head has returned.
func factsOf(c *Control) []Fact {
	var facts []Fact
	for _, r := range c.Results {
		facts = append(facts, Fact{r.Resource, r.dimension("value"), r.Reason})
	}
	return facts
}

// head returns all lines of the head; none if the mod has no control for it. The calls are
// those of this run, and variables are listed if the mod does not list them.
func (r *Report) head() []Fact {
	if len(r.Head) == 0 {
		return nil
	}
	t := r.texts()
	facts := slices.DeleteFunc(slices.Clone(r.Head), func(f Fact) bool { return f.Key == keyCalls })
	facts = append(facts, Fact{keyCalls, strconv.Itoa(r.Calls), plural(r.Calls, t.MadeOneCall, t.MadeCalls)})
	if !slices.ContainsFunc(facts, func(f Fact) bool { return f.Key == keyVariables }) {
		for _, v := range r.Mod.Variables {
			if v.HasDefault && v.Value != v.Default {
				facts = append(facts, Fact{keyVariables, v.Name + " = " + v.Value, fmt.Sprintf(t.Changed, v.Name, orQuotes(v.Value), orQuotes(v.Default))})
			}
		}
	}
	place := func(f Fact) int {
		if i := slices.Index(headKeys, f.Key); i >= 0 {
			return i
		}
		return len(headKeys)
	}
	slices.SortStableFunc(facts, func(a, b Fact) int { return place(a) - place(b) })
	return facts
}

// orQuotes returns a value as a sentence names it, where an empty one would not be seen.
func orQuotes(value string) string {
	if value == "" {
		return `""`
	}
	return value
}

// values returns the values of all facts with a key.
func (r *Report) values(key string) []string {
	var all []string
	for _, f := range r.head() {
		if f.Key == key {
			all = append(all, f.Value)
		}
	}
	return all
}

// oneConnection reports whether the head names one connection, through which all results
// were read.
func (r *Report) oneConnection() bool { return len(r.values("connection")) == 1 }

// isDemo reports whether the report is on a made-up organization.
func (r *Report) isDemo() bool { return slices.Contains(r.values(keyDemo), "true") }

// plural returns a text on a number of things: one has a text of its own.
func plural(n int, one, many string) string {
	if n == 1 {
		return fmt.Sprintf(one, n)
	}
	return fmt.Sprintf(many, n)
}
