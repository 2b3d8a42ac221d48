// Package report runs the benchmarks of a Powerpipe mod and prints their results, as
// Powerpipe does, without Powerpipe.
package report

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/powerpipe"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
)

// Status is the status of a result.
type Status string

// The statuses, the worst first. Error is for a control that failed.
const (
	Error Status = "error"
	Alarm Status = "alarm"
	OK    Status = "ok"
	Info  Status = "info"
	Skip  Status = "skip"
)

// Statuses are all of them, in the order in which reports list them.
var Statuses = []Status{Error, Alarm, OK, Info, Skip}

// Group is a benchmark that was run.
type Group struct {
	Benchmark *powerpipe.Benchmark
	// Groups and Controls are its members, each in their order.
	Groups   []*Group
	Controls []*Control
	Summary  Summary
}

// Control is a control that was run.
type Control struct {
	Control *powerpipe.Control
	// Results are its results, the worst first; none if it failed.
	Results []Result
	// Err is why it failed; nil if it did not.
	Err     error
	Summary Summary
}

// Result is what a control says about one thing that it checked.
type Result struct {
	Resource string
	Status   Status
	Reason   string
	// Dimensions are the control's other columns, in their order.
	Dimensions []Dimension
}

// Dimension is a value that says more about what a control checked.
type Dimension struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// dimension returns the value of a dimension; "" if there is none.
func (r Result) dimension(key string) string {
	for _, d := range r.Dimensions {
		if d.Key == key {
			return d.Value
		}
	}
	return ""
}

// Summary counts results by status, and controls that failed as Error.
type Summary map[Status]int

func (s Summary) add(other Summary) {
	for status, n := range other {
		s[status] += n
	}
}

// Total is the number of results and of controls that failed.
func (s Summary) Total() int {
	n := 0
	for _, count := range s {
		n += count
	}
	return n
}

// Exit codes of a report, which are Powerpipe's.
const (
	ExitOK    = 0
	ExitAlarm = 1
	ExitError = 2
)

// ExitCode is ExitError if a control failed, ExitAlarm if one raised an alarm,
// and ExitOK otherwise.
func (s Summary) ExitCode() int {
	switch {
	case s[Error] > 0:
		return ExitError
	case s[Alarm] > 0:
		return ExitAlarm
	default:
		return ExitOK
	}
}

// DB runs the SQL of controls.
type DB interface {
	Query(ctx context.Context, sql string) (*sqlite.Result, error)
}

// Make runs a benchmark of a mod, and the control of the report's head, which may also
// stand in the benchmark. If that fails, it is shown in the benchmark, and there is no head.
// As many controls run at a time as there are dbs.
func Make(ctx context.Context, dbs []DB, mod *powerpipe.Mod, b *powerpipe.Benchmark) (*Report, error) {
	head := mod.Controls[headControl]
	r, err := run(ctx, dbs, b, head)
	if err != nil {
		return nil, err
	}
	report := &Report{Mod: mod, Root: r.group(b)}
	if head == nil {
		return report, nil
	}
	if c := r[head]; c.Err != nil && !slices.Contains(inTurn(b), head) {
		report.Root.Controls = append(report.Root.Controls, c)
		report.Root.summarize()
	}
	report.Head = factsOf(r[head])
	return report, nil
}

// Run runs a benchmark, as many controls at a time as there are dbs. A control that fails
// is in the report and does not end it; the error is that of ctx.
func Run(ctx context.Context, dbs []DB, b *powerpipe.Benchmark) (*Group, error) {
	r, err := run(ctx, dbs, b, nil)
	if err != nil {
		return nil, err
	}
	return r.group(b), nil
}

// ran has each control that was run, once in however many benchmarks it stands.
type ran map[*powerpipe.Control]*Control

// run runs a control before all others, if it is not nil, and then those of a benchmark,
// which begin inTurn.
func run(ctx context.Context, dbs []DB, b *powerpipe.Benchmark, first *powerpipe.Control) (ran, error) {
	free := make(chan DB, len(dbs))
	for _, db := range dbs {
		free <- db
	}
	r, controls := ran{}, inTurn(b)
	if first != nil { // it says how many calls were made before the report
		r[first] = runControl(ctx, dbs[0], first)
		controls = slices.DeleteFunc(controls, func(c *powerpipe.Control) bool { return c == first })
	}
	var mu sync.Mutex // of r
	var running sync.WaitGroup
	defer running.Wait()
	for i, control := range controls {
		if slices.Contains(controls[:i], control) {
			continue
		}
		db := <-free
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		running.Go(func() {
			defer func() { free <- db }()
			c := runControl(ctx, db, control)
			mu.Lock()
			defer mu.Unlock()
			r[control] = c
		})
	}
	running.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return r, nil
}

// inTurn returns the controls of a benchmark, the first of each benchmark in it before the
// second of any: they may need other tables, whose calls then do not wait for one another.
func inTurn(b *powerpipe.Benchmark) (all []*powerpipe.Control) {
	var lists [][]*powerpipe.Control
	var own []*powerpipe.Control
	for _, child := range b.Children {
		switch child := child.(type) {
		case *powerpipe.Benchmark:
			lists = append(lists, inTurn(child))
		case *powerpipe.Control:
			own = append(own, child)
		}
	}
	lists = append(lists, own)
	for i := 0; slices.ContainsFunc(lists, func(l []*powerpipe.Control) bool { return i < len(l) }); i++ {
		for _, list := range lists {
			if i < len(list) {
				all = append(all, list[i])
			}
		}
	}
	return all
}

// group returns the group of a benchmark whose controls were run.
func (r ran) group(b *powerpipe.Benchmark) *Group {
	g := &Group{Benchmark: b}
	for _, child := range b.Children {
		switch child := child.(type) {
		case *powerpipe.Benchmark:
			g.Groups = append(g.Groups, r.group(child))
		case *powerpipe.Control:
			g.Controls = append(g.Controls, r[child])
		}
	}
	g.summarize()
	return g
}

// summarize counts each control below the group once.
func (g *Group) summarize() {
	g.Summary = Summary{}
	counted := map[*Control]bool{}
	g.each(func(_ *Group, c *Control) {
		if !counted[c] {
			counted[c] = true
			g.Summary.add(c.Summary)
		}
	})
}

// each visits all controls in their order.
func (g *Group) each(visit func(*Group, *Control)) {
	for _, inner := range g.Groups {
		inner.each(visit)
	}
	for _, c := range g.Controls {
		visit(g, c)
	}
}

func runControl(ctx context.Context, db DB, control *powerpipe.Control) *Control {
	c := &Control{Control: control, Summary: Summary{}}
	result, err := db.Query(ctx, control.SQL)
	if err == nil {
		c.Results, err = results(result)
	}
	if err != nil {
		c.Err = err
		c.Summary[Error]++
		return c
	}
	for _, r := range c.Results {
		c.Summary[r.Status]++
	}
	slices.SortStableFunc(c.Results, func(a, b Result) int { return slices.Index(Statuses, a.Status) - slices.Index(Statuses, b.Status) })
	return c
}

// columns are what each control has.
var columns = [...]string{"resource", "status", "reason"}

// results reads the rows of a control. It returns an error if there is no row, or a row
// without a status or a reason, which would look like success.
func results(result *sqlite.Result) ([]Result, error) {
	var at [len(columns)]int
	for i, column := range columns {
		if at[i] = slices.Index(result.Columns, column); at[i] < 0 {
			return nil, fmt.Errorf("the control has no column %s", column)
		}
	}
	if len(result.Rows) == 0 {
		return nil, fmt.Errorf("the control checked nothing")
	}
	var all []Result
	for i, row := range result.Rows {
		var text [len(columns)]string
		for j, column := range columns {
			s, ok := row[at[j]].(string)
			if !ok || s == "" {
				return nil, fmt.Errorf("row %d of the control has no %s", i+1, column)
			}
			text[j] = s
		}
		r := Result{Resource: text[0], Status: Status(text[1]), Reason: text[2]}
		if !slices.Contains(Statuses, r.Status) {
			return nil, fmt.Errorf("row %d of the control has the status %q, which is none of %v", i+1, r.Status, Statuses)
		}
		for j, value := range row {
			if !slices.Contains(at[:], j) {
				r.Dimensions = append(r.Dimensions, Dimension{result.Columns[j], dimensionText(value)})
			}
		}
		all = append(all, r)
	}
	return all, nil
}

// dimensionText returns a value of SQLite's as text; NULL is empty.
func dimensionText(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case []byte:
		return string(value)
	default:
		return fmt.Sprint(value)
	}
}
