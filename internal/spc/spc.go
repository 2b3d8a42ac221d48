// Package spc reads and writes connection blocks of Steampipe's .spc files.
package spc

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// own are the arguments of a connection block that Steampipe keeps for itself.
var own = []string{"plugin", "type", "connections", "import_schema"}

// Connection finds the DingTalk connection in the text of a .spc file and
// returns its name and the body that the plugin gets. name chooses one of
// several; "" is the only one. filename is for error messages.
func Connection(text []byte, filename, name string) (found, body string, err error) {
	file, diags := hclparse.NewParser().ParseHCL(text, filename)
	if diags.HasErrors() {
		return "", "", diags
	}
	var names []string
	for _, block := range file.Body.(*hclsyntax.Body).Blocks {
		if block.Type != "connection" || len(block.Labels) != 1 || !isDingTalk(block.Body) {
			continue
		}
		label := block.Labels[0]
		names = append(names, label)
		if name == "" || label == name {
			found, body = label, pluginBody(block.Body, text)
		}
	}
	switch {
	case len(names) == 0:
		return "", "", fmt.Errorf(`%s has no connection with plugin = "dingtalk"`, filename)
	case name != "" && !slices.Contains(names, name):
		return "", "", fmt.Errorf("%s has no DingTalk connection %q; it has %s", filename, name, strings.Join(names, ", "))
	case name == "" && len(names) > 1:
		return "", "", fmt.Errorf("%s has several DingTalk connections: choose one of %s", filename, strings.Join(names, ", "))
	}
	return found, body, nil
}

// isDingTalk reports whether a connection is of this plugin and not an
// aggregator: plugin = "dingtalk", "turbot/dingtalk@latest", ….
func isDingTalk(body *hclsyntax.Body) bool {
	if _, aggregator := body.Attributes["type"]; aggregator {
		return false
	}
	attribute, ok := body.Attributes["plugin"]
	if !ok {
		return false
	}
	value, diags := attribute.Expr.Value(nil)
	if diags.HasErrors() || !value.IsWhollyKnown() || value.IsNull() || value.Type().FriendlyName() != "string" {
		return false
	}
	image, _, _ := strings.Cut(value.AsString(), "@")
	return path.Base(image) == "dingtalk"
}

func pluginBody(body *hclsyntax.Body, text []byte) string {
	var attributes []*hclsyntax.Attribute
	for _, a := range body.Attributes {
		if !slices.Contains(own, a.Name) {
			attributes = append(attributes, a)
		}
	}
	slices.SortFunc(attributes, func(a, b *hclsyntax.Attribute) int { return a.SrcRange.Start.Byte - b.SrcRange.Start.Byte })
	var b strings.Builder
	for _, a := range attributes {
		b.Write(rangeOf(a.SrcRange, text))
		b.WriteByte('\n')
	}
	return b.String()
}

func rangeOf(r hcl.Range, text []byte) []byte { return text[r.Start.Byte:r.End.Byte] }

// Body returns the body of a connection for an internal app.
func Body(endpoint, clientID, clientSecret string) string {
	return fmt.Sprintf("  endpoint      = %q\n  client_id     = %q\n  client_secret = %q\n", endpoint, clientID, clientSecret)
}

// Block returns the whole connection block for an internal app.
func Block(name, endpoint, clientID, clientSecret string) string {
	return fmt.Sprintf("connection %q {\n  plugin        = \"dingtalk\"\n%s}\n", name, Body(endpoint, clientID, clientSecret))
}
