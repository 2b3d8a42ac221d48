// Package spc reads and writes connection blocks of Steampipe's .spc files.
package spc

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/advice"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/fittings"
	"github.com/zclconf/go-cty/cty"
)

// own are the arguments of a connection block that are for Steampipe, and not for the
// plugin.
var own = []string{"plugin", "type", "connections", "import_schema"}

// Connection is a connection block of this plugin.
type Connection struct {
	Name string
	// Body is the part of the block that the plugin gets.
	Body string
	// Members are the connections that an aggregator scans. Nil for any other
	// connection.
	Members []string
	// Err is why the connection cannot be used; nil if it can. The other connections
	// of the file can be used all the same.
	Err error
}

// Connections finds the DingTalk connections in the text of a .spc file, in the
// order of their names. name chooses one, which comes first, and after an aggregator
// its members; "" is all. filename is for error messages.
func Connections(text []byte, filename, name string) ([]Connection, error) {
	file, diags := hclparse.NewParser().ParseHCL(text, filename)
	if diags.HasErrors() {
		return nil, diags
	}
	blocks := file.Body.(*hclsyntax.Body).Blocks
	images := pluginBlocks(blocks)
	bodies := map[string]*hclsyntax.Body{}
	var names, single []string
	for _, block := range blocks {
		if block.Type != "connection" || len(block.Labels) != 1 || !isDingTalk(block.Body, images) {
			continue
		}
		label := block.Labels[0]
		if bodies[label] != nil {
			return nil, advice.Of(fmt.Sprintf("%s has two connections %q", filename, label), fmt.Sprintf("%s 里有两个连接都叫 %q：请给其中一个改名。", filename, label))
		}
		bodies[label] = block.Body
		names = append(names, label)
		if !isAggregator(block.Body) {
			single = append(single, label)
		}
	}
	slices.Sort(names)
	slices.Sort(single)
	switch {
	case len(names) == 0:
		return nil, advice.Of(fmt.Sprintf(`%s has no connection with plugin = "dingtalk"`, filename), fmt.Sprintf(`%s 里没有钉钉的连接：请写一个 connection，其中 plugin = "dingtalk"。`, filename))
	case name != "" && bodies[name] == nil:
		return nil, advice.Of(fmt.Sprintf("%s has no DingTalk connection %q; it has %s", filename, name, strings.Join(names, ", ")),
			fmt.Sprintf("%s 里没有名为 %q 的钉钉连接；现有的是：%s。", filename, name, strings.Join(names, "、")))
	}

	var found []Connection
	known := &hcl.EvalContext{Functions: fittings.Functions(filepath.Dir(filename))}
	for _, n := range names {
		c := Connection{Name: n}
		var err error
		if isAggregator(bodies[n]) {
			c.Members, err = members(bodies[n], single, known)
		} else {
			c.Body, err = pluginBody(bodies[n], known)
		}
		if err != nil {
			c.Err = fmt.Errorf("%s: connection %q: %w", filename, n, err)
		}
		found = append(found, c)
	}
	if name == "" {
		return found, nil
	}
	chosen := found[slices.Index(names, name)]
	out := []Connection{chosen}
	for _, member := range chosen.Members {
		out = append(out, found[slices.Index(names, member)])
	}
	return out, nil
}

// pluginBlocks are the values of plugin.NAME: the images of the plugin blocks.
func pluginBlocks(blocks hclsyntax.Blocks) *hcl.EvalContext {
	images := map[string]cty.Value{}
	for _, block := range blocks {
		if block.Type != "plugin" || len(block.Labels) != 1 {
			continue
		}
		image := block.Labels[0]
		if source, ok := text(block.Body, "source", nil); ok {
			image = source
		}
		images[block.Labels[0]] = cty.StringVal(image)
	}
	return &hcl.EvalContext{Variables: map[string]cty.Value{"plugin": cty.ObjectVal(images)}}
}

// isDingTalk reports whether a connection is one of this plugin: plugin =
// "dingtalk", "turbot/dingtalk@latest", …, or plugin.NAME for a plugin block
// with such a source.
func isDingTalk(body *hclsyntax.Body, images *hcl.EvalContext) bool {
	image, ok := text(body, "plugin", images)
	image, _, _ = strings.Cut(image, "@")
	return ok && path.Base(image) == "dingtalk"
}

func isAggregator(body *hclsyntax.Body) bool {
	kind, _ := text(body, "type", nil)
	return kind == "aggregator"
}

// text returns the value of a text argument, and whether it is there.
func text(body *hclsyntax.Body, name string, variables *hcl.EvalContext) (string, bool) {
	attribute, ok := body.Attributes[name]
	if !ok {
		return "", false
	}
	value, diags := attribute.Expr.Value(variables)
	if diags.HasErrors() || !value.IsWhollyKnown() || value.IsNull() || value.Type() != cty.String {
		return "", false
	}
	return value.AsString(), true
}

// members returns the connections of a file that an aggregator names, with * for any
// text.
func members(body *hclsyntax.Body, connections []string, known *hcl.EvalContext) ([]string, error) {
	attribute, ok := body.Attributes["connections"]
	if !ok {
		return nil, advice.Of(`an aggregator names its connections, as in: connections = ["*"]`, `聚合连接要写明包括哪些连接，例如：connections = ["*"]`)
	}
	value, diags := attribute.Expr.Value(known)
	if diags.HasErrors() {
		return nil, diags
	}
	var found []string
	if !value.IsNull() && value.CanIterateElements() {
		for _, v := range value.AsValueSlice() {
			if v.IsNull() || v.Type() != cty.String {
				return nil, advice.Of("connections is a list of names", `connections 是连接名的列表，例如：connections = ["*"]`)
			}
			for _, c := range connections {
				if ok, err := path.Match(v.AsString(), c); err != nil {
					return nil, fmt.Errorf("connections: %q: %w", v.AsString(), err)
				} else if ok {
					found = append(found, c)
				}
			}
		}
	}
	slices.Sort(found)
	if found = slices.Compact(found); len(found) == 0 {
		return nil, advice.Of("no DingTalk connection of the file is among its connections", "connections 里没有这个文件里的钉钉连接：请检查名称。")
	}
	return found, nil
}

// pluginBody writes the values of the arguments that the plugin gets.
func pluginBody(body *hclsyntax.Body, known *hcl.EvalContext) (string, error) {
	var attributes []*hclsyntax.Attribute
	for _, a := range body.Attributes {
		if !slices.Contains(own, a.Name) {
			attributes = append(attributes, a)
		}
	}
	slices.SortFunc(attributes, func(a, b *hclsyntax.Attribute) int { return a.SrcRange.Start.Byte - b.SrcRange.Start.Byte })
	file := hclwrite.NewEmptyFile()
	for _, a := range attributes {
		value, diags := a.Expr.Value(known)
		if diags.HasErrors() {
			return "", diags
		}
		value, _ = value.UnmarkDeep() // of sensitive()
		if !value.IsWhollyKnown() {
			return "", advice.Of(a.Name+" has no value", "请给 "+a.Name+" 写上值。")
		}
		file.Body().SetAttributeValue(a.Name, value)
	}
	return string(hclwrite.Format(file.Bytes())), nil
}

// Body returns the body of a connection for an internal app.
func Body(endpoint, clientID, clientSecret string) string {
	file := hclwrite.NewEmptyFile()
	set(file.Body(), endpoint, clientID, clientSecret)
	return string(hclwrite.Format(file.Bytes()))
}

// Block returns the whole connection block for an internal app.
func Block(name, endpoint, clientID, clientSecret string) string {
	file := hclwrite.NewEmptyFile()
	body := file.Body().AppendNewBlock("connection", []string{name}).Body()
	body.SetAttributeValue("plugin", cty.StringVal("dingtalk"))
	set(body, endpoint, clientID, clientSecret)
	return string(hclwrite.Format(file.Bytes()))
}

func set(body *hclwrite.Body, endpoint, clientID, clientSecret string) {
	body.SetAttributeValue("endpoint", cty.StringVal(endpoint))
	body.SetAttributeValue("client_id", cty.StringVal(clientID))
	body.SetAttributeValue("client_secret", cty.StringVal(clientSecret))
}
