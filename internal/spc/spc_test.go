package spc_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/hcl/v2/hclparse"
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

func TestConnections(t *testing.T) {
	type connections = []spc.Connection
	var (
		china = spc.Connection{Name: "china", Body: "endpoint           = \"https://api.dingtalk.com\"\nclient_id          = \"one\"\nignore_error_codes = [\"a\", \"b\"]\n"}
		world = spc.Connection{Name: "world", Body: "client_id = \"two\"\n"}
		all   = spc.Connection{Name: "all", Members: []string{"china", "world"}}
	)
	aggregator := func(connections string) string {
		return `connection "a" { plugin = "dingtalk" }
			connection "b" { plugin = "dingtalk" }
			connection "b_aws" { plugin = "aws" }
			connection "c" {
				plugin = "dingtalk"
				type   = "aggregator"
				` + connections + "\n}"
	}
	one := func(name string) connections { return connections{{Name: name}} }
	tests := []struct {
		name, text, connection string
		want                   connections
		err                    string
	}{
		{"one", "connection \"dingtalk\" {\n  plugin = \"dingtalk\"\n  client_id = \"x\"\n}", "", connections{{Name: "dingtalk", Body: "client_id = \"x\"\n"}}, ""},
		{"an empty one", "connection \"d\" {\n  plugin = \"local/dingtalk\"\n}", "", one("d"), ""},
		{"several, by their names", two, "", connections{all, china, world}, ""},
		{"one of several", two, "china", connections{china}, ""},
		{"one with a version", two, "world", connections{world}, ""},
		{"an aggregator and its members", two, "all", connections{all, china, world}, ""},
		{"a name that isn't there", two, "moon", nil, `f.spc has no DingTalk connection "moon"; it has all, china, world`},
		{"one name twice", "connection \"d\" {\n  plugin = \"dingtalk\"\n}\nconnection \"d\" {\n  plugin = \"dingtalk\"\n}", "", nil, `f.spc has two connections "d"`},
		{"members by a pattern, some twice", aggregator(`connections = ["b*", "b"]`), "c", connections{{Name: "c", Members: []string{"b"}}, {Name: "b"}}, ""},
		{"a type that is none", "connection \"d\" {\n  plugin = \"dingtalk\"\n  type = \"plugin\"\n}", "", one("d"), ""},
		{"a plugin block", "plugin \"dingtalk\" {\n  memory_max_mb = 100\n}\nconnection \"d\" {\n  plugin = plugin.dingtalk\n}", "", one("d"), ""},
		{"a plugin block with a source", "connection \"d\" {\n  plugin = plugin.meetings\n}\nplugin \"meetings\" {\n  source = \"turbot/dingtalk@latest\"\n}", "", one("d"), ""},
		{"a plugin block of that name with another source", "connection \"d\" {\n  plugin = plugin.dingtalk\n}\nplugin \"dingtalk\" {\n  source = \"turbot/aws\"\n}", "", nil, `f.spc has no connection with plugin = "dingtalk"`},
		{"none", `connection "aws" { plugin = "aws" }`, "", nil, `f.spc has no connection with plugin = "dingtalk"`},
		{"no HCL", `connection "x" {`, "", nil, "f.spc:1,16-17: Unclosed configuration block"},
	}
	// What isn't a connection of this plugin is no connection.
	for name, text := range map[string]string{
		"without a name":             `connection { plugin = "dingtalk" }`,
		"with two names":             `connection "a" "b" { plugin = "dingtalk" }`,
		"another block":              `options "dingtalk" { plugin = "dingtalk" }`,
		"without a plugin":           `connection "dingtalk" {}`,
		"a plugin that is null":      `connection "dingtalk" { plugin = null }`,
		"a plugin that is a number":  `connection "dingtalk" { plugin = 7 }`,
		"a plugin without its block": `connection "dingtalk" { plugin = plugin.dingtalk }`,
		"a plugin that ends like it": `connection "dingtalk" { plugin = "turbot/my-dingtalk" }`,
		"a plugin below it":          `connection "dingtalk" { plugin = "dingtalk/other@latest" }`,
		"nothing":                    ``,
	} {
		tests = append(tests, struct {
			name, text, connection string
			want                   connections
			err                    string
		}{name, text, "", nil, `f.spc has no connection with plugin = "dingtalk"`})
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			found, err := spc.Connections([]byte(test.text), "f.spc", test.connection)
			if test.err != "" {
				if err == nil || !strings.HasPrefix(err.Error(), test.err) {
					t.Errorf("error %v, want %q", err, test.err)
				}
			} else if err != nil {
				t.Error(err)
			}
			if d := cmp.Diff(test.want, found); d != "" {
				t.Errorf("connections (-want +got):\n%s", d)
			}
		})
	}
}

// What is written is read again, whatever the values hold: a secret is as it is.
func TestBlockIsRead(t *testing.T) {
	block := spc.Block("dingtalk", "http://127.0.0.1:1", "${id}", "se\"cr\\et%{x}\x01")
	found, err := spc.Connections([]byte(block), "f.spc", "")
	want := []spc.Connection{{Name: "dingtalk", Body: spc.Body("http://127.0.0.1:1", "${id}", "se\"cr\\et%{x}\x01")}}
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, found); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	file, diags := hclparse.NewParser().ParseHCL([]byte(found[0].Body), "body")
	if diags.HasErrors() {
		t.Fatal(diags)
	}
	attributes, _ := file.Body.JustAttributes()
	for name, want := range map[string]string{"client_id": "${id}", "client_secret": "se\"cr\\et%{x}\x01"} {
		value, diags := attributes[name].Expr.Value(nil)
		if diags.HasErrors() || value.AsString() != want {
			t.Errorf("%s is %#v, %v", name, value, diags)
		}
	}
	if want := "connection \"d\" {\n  plugin        = \"dingtalk\"\n  endpoint      = \"e\"\n  client_id     = \"i\"\n  client_secret = \"s\"\n}\n"; spc.Block("d", "e", "i", "s") != want {
		t.Errorf("it reads\n%s", spc.Block("d", "e", "i", "s"))
	}
}

// What is wrong with one connection is its own error, and the others of the file
// can be asked.
func TestConnectionsFailOneByOne(t *testing.T) {
	const well = `connection "a" { plugin = "dingtalk" }
`
	aggregator := func(connections string) string {
		return `connection "c" {
			plugin = "dingtalk"
			type   = "aggregator"
			` + connections + "\n}"
	}
	argument := func(value string) string {
		return "connection \"c\" {\n plugin = \"dingtalk\"\n client_id = " + value + "\n}"
	}
	for _, test := range []struct{ name, text, err string }{
		{"members that aren't there", aggregator(`connections = ["x*"]`), `no DingTalk connection of the file is among its connections`},
		{"an aggregator is no member", aggregator(`connections = ["c"]`), `no DingTalk connection of the file is among its connections`},
		{"an aggregator without connections", aggregator(""), `an aggregator names its connections, as in: connections = ["*"]`},
		{"connections that are null", aggregator("connections = null"), `no DingTalk connection of the file is among its connections`},
		{"connections that are no list", aggregator(`connections = "*"`), `no DingTalk connection of the file is among its connections`},
		{"connections that are no names", aggregator("connections = [7]"), `connections is a list of names`},
		{"a pattern that is none", aggregator(`connections = ["["]`), `connections: "[": syntax error in pattern`},
		{"connections that are unknown", aggregator("connections = x"), `f.spc:5,18-19: Variables not allowed`},
		{"a function that is not there", argument("secret()"), "f.spc:4,14-20: Call to unknown function"},
		{"a file that is not there", argument(`file("nowhere")`), `f.spc:4,20-27: Invalid function argument; Invalid value for "path" parameter: no file exists at "nowhere"`},
		{"a value that only another run would know", argument("var.x"), "f.spc:4,14-17: Variables not allowed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			found, err := spc.Connections([]byte(well+test.text), "f.spc", "")
			if err != nil || len(found) != 2 {
				t.Fatalf("%+v, error %v", found, err)
			}
			if a := found[0]; a.Name != "a" || a.Err != nil {
				t.Errorf("the other is %+v", a)
			}
			want := `f.spc: connection "c": ` + test.err
			if c := found[1]; c.Name != "c" || c.Err == nil || !strings.HasPrefix(c.Err.Error(), want) {
				t.Errorf("%q has the error %v, want %q", c.Name, c.Err, want)
			}
		})
	}
}

// The values of arguments may be made by the functions that Steampipe knows.
func TestFunctions(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "secret"), []byte("s3 \"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SPC_TEST", "from the environment")
	for expression, want := range map[string]string{
		`env("SPC_TEST")`:                                   `"from the environment"`,
		`env("SPC_TEST_NONE")`:                              `""`,
		`trimspace(file("secret"))`:                         `"s3 \""`,
		`file("` + filepath.Join(folder, "secret") + `")`:   `"s3 \"\n"`,
		`fileexists("secret") ? "there" : "none"`:           `"there"`,
		`filebase64("secret")`:                              `"czMgIgo="`,
		`base64decode("YWI=")`:                              `"ab"`,
		`jsondecode("{\"id\": \"x\"}").id`:                  `"x"`,
		`yamldecode("id: x").id`:                            `"x"`,
		`sensitive("x")`:                                    `"x"`,
		`format("%s-%d", upper("a"), length([1, 2]))`:       `"A-2"`,
		`try(jsondecode("{").x, coalesce("", "y"))`:         `"y"`,
		`[for c in split(",", "a,b") : "x${c}"]`:            `["xa", "xb"]`,
		`startswith("abc", "ab") && !endswith("abc", "ab")`: `true`,
		`null`: `null`,
		`5`:    `5`,
	} {
		text := "connection \"d\" {\n plugin = \"dingtalk\"\n client_id = " + expression + "\n}"
		found, err := spc.Connections([]byte(text), filepath.Join(folder, "f.spc"), "")
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]spc.Connection{{Name: "d", Body: "client_id = " + want + "\n"}}, found); d != "" || found[0].Err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", expression, found[0].Err, d)
		}
	}
}

// The config that is installed is a connection that says nothing yet.
func TestInstalledConfig(t *testing.T) {
	b, err := os.ReadFile("../../config/dingtalk.spc")
	if err != nil {
		t.Fatal(err)
	}
	found, err := spc.Connections(b, "dingtalk.spc", "")
	if d := cmp.Diff([]spc.Connection{{Name: "dingtalk"}}, found); err != nil || d != "" {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
}
