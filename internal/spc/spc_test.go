package spc_test

import (
	"os"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
)

const two = `
connection "aws" {
  plugin = "aws"
}
connection "china" {
  plugin    = "dingtalk"
  endpoint  = "https://api.dingtalk.com" # a comment
  client_id = "one"
  ignore_error_codes = [
    "a",
    "b",
  ]
  import_schema = "enabled"
}
connection "world" {
  plugin    = "turbot/dingtalk@0.1"
  client_id = "two"
}
connection "all" {
  plugin      = "dingtalk"
  type        = "aggregator"
  connections = ["china", "world"]
}
options "general" {}
`

func TestConnection(t *testing.T) {
	tests := []struct{ name, text, connection, found, body, err string }{
		{"one", "connection \"dingtalk\" {\n  plugin = \"dingtalk\"\n  client_id = \"x\"\n}", "", "dingtalk", "client_id = \"x\"\n", ""},
		{"an empty one", "connection \"d\" {\n  plugin = \"local/dingtalk\"\n}", "", "d", "", ""},
		{"of several, by name", two, "china", "china", "endpoint  = \"https://api.dingtalk.com\"\nclient_id = \"one\"\nignore_error_codes = [\n    \"a\",\n    \"b\",\n  ]\n", ""},
		{"of several, with a version", two, "world", "world", "client_id = \"two\"\n", ""},
		{"several", two, "", "", "", "f.spc has several DingTalk connections: choose one of china, world"},
		{"a name that isn't there", two, "moon", "", "", `f.spc has no DingTalk connection "moon"; it has china, world`},
		{"an aggregator", two, "all", "", "", `f.spc has no DingTalk connection "all"; it has china, world`},
		{"none", `connection "aws" { plugin = "aws" }`, "", "", "", `f.spc has no connection with plugin = "dingtalk"`},
		{"no HCL", `connection "x" {`, "", "", "", "f.spc:1,16-17: Unclosed configuration block"},
	}
	// What isn't a connection of this plugin is no connection.
	for name, text := range map[string]string{
		"without a name":             `connection { plugin = "dingtalk" }`,
		"with two names":             `connection "a" "b" { plugin = "dingtalk" }`,
		"another block":              `options "dingtalk" { plugin = "dingtalk" }`,
		"without a plugin":           `connection "dingtalk" {}`,
		"a plugin that is null":      `connection "dingtalk" { plugin = null }`,
		"a plugin that is a number":  `connection "dingtalk" { plugin = 7 }`,
		"a plugin that is unknown":   `connection "dingtalk" { plugin = plugin.dingtalk }`,
		"a plugin that ends like it": `connection "dingtalk" { plugin = "turbot/my-dingtalk" }`,
		"a plugin below it":          `connection "dingtalk" { plugin = "dingtalk/other@latest" }`,
		"nothing":                    ``,
	} {
		tests = append(tests, struct{ name, text, connection, found, body, err string }{
			name, text, "", "", "", `f.spc has no connection with plugin = "dingtalk"`})
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			found, body, err := spc.Connection([]byte(test.text), "f.spc", test.connection)
			if test.err != "" {
				if err == nil || !strings.HasPrefix(err.Error(), test.err) {
					t.Errorf("error %v, want %q", err, test.err)
				}
			} else if err != nil {
				t.Error(err)
			}
			if found != test.found || body != test.body {
				t.Errorf("got %q, %q", found, body)
			}
		})
	}
}

func TestBlockIsRead(t *testing.T) {
	found, body, err := spc.Connection([]byte(spc.Block("dingtalk", "http://127.0.0.1:1", "id", "se\"cret")), "f.spc", "")
	want := "endpoint      = \"http://127.0.0.1:1\"\nclient_id     = \"id\"\nclient_secret = \"se\\\"cret\"\n"
	if err != nil || found != "dingtalk" || body != want {
		t.Errorf("got %q, %q, %v", found, body, err)
	}
}

// The config that is installed is a connection that says nothing yet.
func TestInstalledConfig(t *testing.T) {
	b, err := os.ReadFile("../../config/dingtalk.spc")
	if err != nil {
		t.Fatal(err)
	}
	found, body, err := spc.Connection(b, "dingtalk.spc", "")
	if err != nil || found != "dingtalk" || body != "" {
		t.Errorf("got %q, %q, %v", found, body, err)
	}
}
