// Package powerpipe reads a Powerpipe mod: its variables, benchmarks, controls and
// dashboards, with all that their SQL needs, so that they can be run and checked
// without Powerpipe. It knows no particular mod, and runs nothing.
package powerpipe

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// Mod is a mod whose variables have values.
type Mod struct {
	// Name and Title are the mod's.
	Name, Title string
	// Variables are in the order of their names.
	Variables []Variable
	// Locals are the locals that are texts, by name.
	Locals map[string]string
	// Benchmarks, Controls, Queries and Dashboards are by name.
	Benchmarks map[string]*Benchmark
	Controls   map[string]*Control
	Queries    map[string]*Query
	Dashboards map[string]*Dashboard
}

// Variable is a variable of a mod, which a user can set.
type Variable struct {
	Name, Description string
	// Type is as HCL writes it, such as list(string).
	Type string
	// HasDefault is false if a user has to set it.
	HasDefault bool
	// Default and Value are what it is by default and in this mod: a text as it is, any
	// other value as HCL, as Text reads them.
	Default, Value string
}

// Control is one check: SQL with a row for each thing that it checked.
type Control struct {
	Name, Title, Description string
	// Documentation is more than the Description, in Markdown; "" if there is none.
	Documentation string
	// Severity is critical, high, medium, low or none; "" if it has none.
	Severity string
	Tags     map[string]string
	SQL      string
}

// Query is SQL with parameters, which are $1, $2 and so on in it.
type Query struct {
	Name, SQL string
	Params    []Param
}

// Param is a parameter of a Query.
type Param struct{ Name, Description string }

// Severities are the severities that Powerpipe knows.
var Severities = []string{"critical", "high", "medium", "low", "none"}

// Load reads the mod in a file system. values are the values of its variables; the
// others have their defaults. now is the time of the mod's timestamp().
func Load(fsys fs.FS, values Values, now time.Time) (*Mod, error) {
	l := &loader{
		fsys:   fsys,
		mod:    &Mod{Locals: map[string]string{}, Benchmarks: map[string]*Benchmark{}, Controls: map[string]*Control{}, Queries: map[string]*Query{}, Dashboards: map[string]*Dashboard{}},
		blocks: map[string][]*hclsyntax.Block{},
	}
	if err := l.parse(); err != nil {
		return nil, err
	}
	for _, step := range []func() error{
		func() error { return l.setVariables(values, now) },
		l.setLocals, l.readMod, l.readControls, l.readQueries, l.readBenchmarks, l.readDashboards,
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return l.mod, nil
}

// Roots returns the benchmarks that are in no other, by name.
func (m *Mod) Roots() []*Benchmark {
	inner := map[string]bool{}
	for _, b := range m.Benchmarks {
		for _, c := range b.Children {
			if child, ok := c.(*Benchmark); ok {
				inner[child.Name] = true
			}
		}
	}
	var roots []*Benchmark
	for _, name := range slices.Sorted(maps.Keys(m.Benchmarks)) {
		if !inner[name] {
			roots = append(roots, m.Benchmarks[name])
		}
	}
	return roots
}

// Value returns the value of a variable, and whether there is one of that name.
func (m *Mod) Value(variable string) (value string, ok bool) {
	for _, v := range m.Variables {
		if v.Name == variable {
			return v.Value, true
		}
	}
	return "", false
}

// loader is a mod that is being read.
type loader struct {
	fsys   fs.FS
	mod    *Mod
	blocks map[string][]*hclsyntax.Block // by type
	ctx    hcl.EvalContext
}

// parse reads all files.
func (l *loader) parse() error {
	parser := hclparse.NewParser()
	return fs.WalkDir(l.fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ".pp" {
			return err
		}
		text, err := fs.ReadFile(l.fsys, name)
		if err != nil {
			return err
		}
		file, diags := parser.ParseHCL(text, name)
		if diags.HasErrors() {
			return diags
		}
		for _, block := range file.Body.(*hclsyntax.Body).Blocks {
			l.blocks[block.Type] = append(l.blocks[block.Type], block)
		}
		return nil
	})
}

// at returns an error about a place in a file.
func at(r hcl.Range, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", r.Filename, r.Start.Line, fmt.Sprintf(format, args...))
}

// setLocals evaluates the blocks of locals in their order, and reads the controls before
// the first block that names one.
func (l *loader) setLocals() error {
	known := map[string]cty.Value{}
	for _, block := range l.blocks["locals"] {
		l.ctx.Variables["local"] = object(known)
		if _, read := l.ctx.Variables["control"]; !read && namesControl(block) {
			if err := l.readControls(); err != nil {
				return err
			}
		}
		before := maps.Clone(known)
		for name, a := range block.Body.Attributes {
			if _, twice := known[name]; twice {
				return at(a.SrcRange, "there are two locals %s", name)
			}
			for _, other := range localsOf(a.Expr) {
				if _, ready := before[other]; !ready {
					return at(a.SrcRange, "the local %s names %s, which is not in a block before this one: Powerpipe reads files in the order of their paths, and gives up by chance where it has to come back", name, other)
				}
			}
			v, diags := a.Expr.Value(&l.ctx)
			if diags.HasErrors() {
				return diags
			}
			known[name] = v
		}
	}
	l.ctx.Variables["local"] = object(known)
	for name, v := range known {
		if v.Type() == cty.String && v.IsKnown() && !v.IsNull() {
			l.mod.Locals[name] = v.AsString()
		}
	}
	return nil
}

// namesControl reports whether an expression of a block names a control.
func namesControl(b *hclsyntax.Block) bool {
	for _, a := range b.Body.Attributes {
		for _, t := range a.Expr.Variables() {
			if t.RootName() == "control" {
				return true
			}
		}
	}
	return false
}

// localsOf returns the locals that an expression names.
func localsOf(expr hclsyntax.Expression) (names []string) {
	for _, t := range expr.Variables() {
		if t.RootName() != "local" || len(t) < 2 {
			continue
		}
		if a, ok := t[1].(hcl.TraverseAttr); ok {
			names = append(names, a.Name)
		}
	}
	return names
}

// object is a cty object; the empty one has its own constructor.
func object(attributes map[string]cty.Value) cty.Value {
	if len(attributes) == 0 {
		return cty.EmptyObjectVal
	}
	return cty.ObjectVal(maps.Clone(attributes))
}

func (l *loader) readMod() error {
	if len(l.blocks["mod"]) != 1 {
		return fmt.Errorf("there are %d mod blocks; there must be one", len(l.blocks["mod"]))
	}
	b := l.blocks["mod"][0]
	l.mod.Name = label(b)
	var err error
	l.mod.Title, err = l.text(b.Body, "title")
	return err
}

// readControls reads the controls once. Expressions name what a control is and runs, as
// in control.x.sql.
func (l *loader) readControls() error {
	if _, read := l.ctx.Variables["control"]; read {
		return nil
	}
	named := map[string]cty.Value{}
	for _, b := range l.blocks["control"] {
		c := &Control{Name: label(b)}
		for into, name := range map[*string]string{&c.Title: "title", &c.Description: "description", &c.Documentation: "documentation", &c.Severity: "severity", &c.SQL: "sql"} {
			var err error
			if *into, err = l.text(b.Body, name); err != nil {
				return err
			}
		}
		if c.Severity != "" && !slices.Contains(Severities, c.Severity) {
			return at(b.TypeRange, "control %s: the severity %q is none of %v", c.Name, c.Severity, Severities)
		}
		if c.SQL == "" {
			return at(b.TypeRange, "control %s has no sql", c.Name)
		}
		var err error
		if c.Tags, err = l.tags(b.Body); err != nil {
			return err
		}
		if err := add(l.mod.Controls, b, c); err != nil {
			return err
		}
		named[c.Name] = cty.ObjectVal(map[string]cty.Value{
			"title": cty.StringVal(c.Title), "description": cty.StringVal(c.Description),
			"severity": cty.StringVal(c.Severity), "sql": cty.StringVal(c.SQL),
		})
	}
	l.ctx.Variables["control"] = object(named)
	return nil
}

func (l *loader) readQueries() error {
	for _, b := range l.blocks["query"] {
		q, err := l.query(b)
		if err != nil {
			return err
		}
		if err := add(l.mod.Queries, b, q); err != nil {
			return err
		}
	}
	return nil
}

// query reads the SQL and the parameters of a block.
func (l *loader) query(b *hclsyntax.Block) (*Query, error) {
	q := &Query{Name: label(b)}
	var err error
	if q.SQL, err = l.text(b.Body, "sql"); err != nil {
		return nil, err
	}
	for _, p := range b.Body.Blocks {
		if p.Type == "param" {
			description, err := l.text(p.Body, "description")
			if err != nil {
				return nil, err
			}
			q.Params = append(q.Params, Param{label(p), description})
		}
	}
	return q, nil
}

// reference reads a name such as control.x.
func reference(expr hcl.Expression) (kind, name string, err error) {
	t, diags := hcl.AbsTraversalForExpr(expr)
	if diags.HasErrors() {
		return "", "", diags
	}
	if len(t) == 2 {
		if a, ok := t[1].(hcl.TraverseAttr); ok {
			return t.RootName(), a.Name, nil
		}
	}
	return "", "", at(expr.Range(), "this is not the name of a resource")
}

func label(b *hclsyntax.Block) string {
	if len(b.Labels) == 0 {
		return ""
	}
	return b.Labels[0]
}

// text returns the value of a text attribute; "" if there is none.
func (l *loader) text(body *hclsyntax.Body, name string) (string, error) {
	attribute, ok := body.Attributes[name]
	if !ok {
		return "", nil
	}
	v, diags := attribute.Expr.Value(&l.ctx)
	if diags.HasErrors() {
		return "", diags
	}
	v, err := convert.Convert(v, cty.String)
	if err != nil || v.IsNull() || !v.IsKnown() {
		return "", at(attribute.SrcRange, "%s is no text", name)
	}
	return v.AsString(), nil
}

// tags returns the tags of a block.
func (l *loader) tags(body *hclsyntax.Body) (map[string]string, error) {
	attribute, ok := body.Attributes["tags"]
	if !ok {
		return nil, nil
	}
	v, diags := attribute.Expr.Value(&l.ctx)
	if diags.HasErrors() {
		return nil, diags
	}
	v, err := convert.Convert(v, cty.Map(cty.String))
	if err != nil {
		return nil, at(attribute.SrcRange, "tags are not texts: %v", err)
	}
	tags := map[string]string{}
	for name, value := range v.AsValueMap() {
		if value.IsNull() {
			return nil, at(attribute.SrcRange, "the tag %s has no value", name)
		}
		tags[name] = value.AsString()
	}
	return tags, nil
}
