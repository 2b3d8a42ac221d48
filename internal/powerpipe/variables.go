package powerpipe

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/advice"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/fittings"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
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

// functions are those that Powerpipe knows in a mod, which is in fsys. now is the time of
// timestamp(). Of the functions that read files, file reads one of the mod; the others are
// left out.
func functions(fsys fs.FS, now time.Time) map[string]function.Function {
	all := fittings.Functions("")
	maps.DeleteFunc(all, func(name string, _ function.Function) bool { return strings.HasPrefix(name, "file") })
	all["file"] = function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			text, err := fs.ReadFile(fsys, path.Clean(args[0].AsString()))
			return cty.StringVal(string(text)), err
		},
	})
	all["timestamp"] = function.New(&function.Spec{
		Type: function.StaticReturnType(cty.String),
		Impl: func([]cty.Value, cty.Type) (cty.Value, error) {
			return cty.StringVal(now.UTC().Format(time.RFC3339)), nil
		},
	})
	return all
}

// setVariables gives each variable its value.
func (l *loader) setVariables(values Values, now time.Time) error {
	l.ctx = hcl.EvalContext{Functions: functions(l.fsys, now), Variables: map[string]cty.Value{}}
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
		if a, ok := b.Body.Attributes["default"]; ok {
			v.HasDefault = true
			if known[name], err = v.read(Value{expr: a.Expr}, t); err != nil {
				return err
			}
			v.Default = textOf(known[name])
		}
		value, named := values[name]
		switch {
		case named:
			if known[name], err = v.read(value, t); err != nil {
				return err
			}
		case !v.HasDefault:
			return advice.Of(fmt.Sprintf("the variable %s has no value: set it", name), fmt.Sprintf("变量 %s 没有值：请设置它。", name))
		}
		if known[name].IsNull() {
			return advice.Of(fmt.Sprintf("the variable %s must not be null", name), fmt.Sprintf("变量 %s 不能是 null：请给它一个值。", name))
		}
		if err := l.checkEnum(b.Body, name, known[name]); err != nil {
			return err
		}
		v.Value = textOf(known[name])
		l.mod.Variables = append(l.mod.Variables, v)
	}
	for name := range values {
		if _, ok := known[name]; !ok {
			names := slices.Sorted(maps.Keys(known))
			return advice.Of(fmt.Sprintf("there is no variable %s: there are %s", name, strings.Join(names, ", ")),
				fmt.Sprintf("没有变量 %s。现有的是：%s。", name, strings.Join(names, "、")))
		}
	}
	slices.SortFunc(l.mod.Variables, func(a, b Variable) int { return strings.Compare(a.Name, b.Name) })
	l.ctx.Variables["var"] = object(known)
	return nil
}

// checkEnum returns an error if a variable has a list of the values that it may have, and
// this one is not in it.
func (l *loader) checkEnum(body *hclsyntax.Body, name string, value cty.Value) error {
	a, ok := body.Attributes["enum"]
	if !ok {
		return nil
	}
	allowed, diags := a.Expr.Value(&l.ctx)
	if diags.HasErrors() {
		return diags
	}
	var texts []string
	for _, v := range allowed.AsValueSlice() {
		if v.RawEquals(value) {
			return nil
		}
		texts = append(texts, textOf(v))
	}
	return advice.Of(fmt.Sprintf("the variable %s is one of %s, not %s", name, strings.Join(texts, ", "), textOf(value)),
		fmt.Sprintf("变量 %s 请填写 %s 之一。", name, strings.Join(texts, "、")))
}

// read returns a value for the variable, which has the type t.
func (v Variable) read(value Value, t cty.Type) (cty.Value, error) {
	read, err := value.as(t)
	if err != nil {
		return cty.NilVal, fmt.Errorf("the value of the variable %s, which must be a %s: %w", v.Name, v.Type, err)
	}
	return read, nil
}

// textOf returns the text of which Text makes the value.
func textOf(v cty.Value) string {
	if v.Type() == cty.String && !v.IsNull() {
		return v.AsString()
	}
	return string(hclwrite.TokensForValue(v).Bytes())
}
