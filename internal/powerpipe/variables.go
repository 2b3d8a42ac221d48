package powerpipe

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// Values are a user's values of a mod's variables, by their names. Later values replace
// earlier ones.
type Values map[string]Value

// Value is an HCL expression, or the text itself if the variable is a text.
type Value struct {
	text string
	expr hclsyntax.Expression // nil: text
}

// Text returns the value of a command line's text: an expression for a list, a
// number or a boolean, and the text as it is for a text.
func Text(s string) Value { return Value{text: s} }

// ReadFile adds the values in a .ppvars file. filename is for error messages.
func (v Values) ReadFile(text []byte, filename string) error {
	file, diags := hclsyntax.ParseConfig(text, filename, hcl.InitialPos)
	if diags.HasErrors() {
		return diags
	}
	attributes, diags := file.Body.JustAttributes()
	if diags.HasErrors() {
		return diags
	}
	for name, a := range attributes {
		v[name] = Value{expr: a.Expr.(hclsyntax.Expression)}
	}
	return nil
}

// as returns the value, converted to the type of its variable.
func (v Value) as(t cty.Type) (cty.Value, error) {
	expr := v.expr
	if expr == nil {
		if t == cty.String {
			return cty.StringVal(v.text), nil
		}
		var diags hcl.Diagnostics
		if expr, diags = hclsyntax.ParseExpression([]byte(v.text), "the value", hcl.InitialPos); diags.HasErrors() {
			return cty.NilVal, diags
		}
	}
	value, diags := expr.Value(nil)
	if diags.HasErrors() {
		return cty.NilVal, diags
	}
	return convert.Convert(value, t)
}

// functions are those of HCL's that mods use. now is the time of timestamp().
func functions(now time.Time) map[string]function.Function {
	return map[string]function.Function{
		"concat":     stdlib.ConcatFunc,
		"format":     stdlib.FormatFunc,
		"formatdate": stdlib.FormatDateFunc,
		"join":       stdlib.JoinFunc,
		"length":     stdlib.LengthFunc,
		"merge":      stdlib.MergeFunc,
		"replace":    stdlib.ReplaceFunc,
		"timeadd":    stdlib.TimeAddFunc,
		"timestamp": function.New(&function.Spec{
			Type: function.StaticReturnType(cty.String),
			Impl: func([]cty.Value, cty.Type) (cty.Value, error) {
				return cty.StringVal(now.UTC().Format(time.RFC3339)), nil
			},
		}),
	}
}

// setVariables gives each variable its value.
func (l *loader) setVariables(values Values, now time.Time) error {
	l.ctx = hcl.EvalContext{Functions: functions(now), Variables: map[string]cty.Value{}}
	known := map[string]cty.Value{}
	for _, b := range l.blocks["variable"] {
		name := label(b)
		v := Variable{Name: name}
		var err error
		if v.Description, err = l.text(b.Body, "description"); err != nil {
			return err
		}
		t := cty.DynamicPseudoType
		if a, ok := b.Body.Attributes["type"]; ok {
			var diags hcl.Diagnostics
			if t, diags = typeexpr.TypeConstraint(a.Expr); diags.HasErrors() {
				return diags
			}
		}
		v.Type = typeexpr.TypeString(t)
		fallback, hasDefault := b.Body.Attributes["default"]
		v.HasDefault = hasDefault
		l.mod.Variables = append(l.mod.Variables, v)

		value, named := values[name]
		switch {
		case named:
		case hasDefault:
			value = Value{expr: fallback.Expr}
		default:
			return fmt.Errorf("the variable %s has no value: set it", name)
		}
		if known[name], err = value.as(t); err != nil {
			return fmt.Errorf("the value of the variable %s, which must be a %s: %w", name, v.Type, err)
		}
		if known[name].IsNull() {
			return fmt.Errorf("the variable %s must not be null", name)
		}
	}
	for name := range values {
		if _, ok := known[name]; !ok {
			return fmt.Errorf("there is no variable %s: there are %s", name, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
	}
	slices.SortFunc(l.mod.Variables, func(a, b Variable) int { return strings.Compare(a.Name, b.Name) })
	l.ctx.Variables["var"] = object(known)
	return nil
}
