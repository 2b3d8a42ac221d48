package powerpipe

import (
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Benchmark is a group of controls and of other benchmarks.
type Benchmark struct {
	Name, Title, Description string
	// Documentation is more than the Description, in Markdown; "" if there is none.
	Documentation string
	Tags          map[string]string
	// Children are *Benchmark or *Control, in order.
	Children []Child
}

// Child is a member of a Benchmark.
type Child interface{ isChild() }

func (*Benchmark) isChild() {}
func (*Control) isChild()   {}

// readBenchmarks reads all benchmarks, then links their children.
func (l *loader) readBenchmarks() error {
	for _, b := range l.blocks["benchmark"] {
		bench := &Benchmark{Name: label(b)}
		for into, name := range map[*string]string{&bench.Title: "title", &bench.Description: "description", &bench.Documentation: "documentation"} {
			var err error
			if *into, err = l.text(b.Body, name); err != nil {
				return err
			}
		}
		var err error
		if bench.Tags, err = l.tags(b.Body); err != nil {
			return err
		}
		if err := add(l.mod.Benchmarks, b, bench); err != nil {
			return err
		}
	}
	for _, b := range l.blocks["benchmark"] {
		attribute, ok := b.Body.Attributes["children"]
		if !ok {
			return at(b.TypeRange, "benchmark %s has no children", label(b))
		}
		items, diags := hcl.ExprList(attribute.Expr)
		if diags.HasErrors() {
			return diags
		}
		for _, item := range items {
			kind, name, err := reference(item)
			if err != nil {
				return err
			}
			var child Child
			if c, ok := l.mod.Controls[name]; ok && kind == "control" {
				child = c
			} else if c, ok := l.mod.Benchmarks[name]; ok && kind == "benchmark" {
				child = c
			} else {
				return at(item.Range(), "there is no %s %s", kind, name)
			}
			bench := l.mod.Benchmarks[label(b)]
			bench.Children = append(bench.Children, child)
		}
	}
	for _, b := range l.blocks["benchmark"] {
		if l.mod.Benchmarks[label(b)].within(map[*Benchmark]bool{}) {
			return at(b.TypeRange, "benchmark %s is within itself", label(b))
		}
	}
	return nil
}

// add adds the resource of a block by its name, which no other may have.
func add[R any](all map[string]R, b *hclsyntax.Block, r R) error {
	name := label(b)
	if _, twice := all[name]; twice {
		return at(b.TypeRange, "there are two of %s %s", b.Type, name)
	}
	all[name] = r
	return nil
}

// within reports whether one of the benchmarks above b is also below it.
func (b *Benchmark) within(above map[*Benchmark]bool) bool {
	if above[b] {
		return true
	}
	above[b] = true
	defer delete(above, b)
	for _, c := range b.Children {
		if child, ok := c.(*Benchmark); ok && child.within(above) {
			return true
		}
	}
	return false
}
