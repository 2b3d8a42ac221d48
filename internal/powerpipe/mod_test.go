package powerpipe_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/powerpipe"
)

var now = time.Date(2026, 11, 23, 23, 30, 0, 0, time.FixedZone("", -3600))

const mod = `
mod "m" {
  title = "M"
}
variable "ids" {
  type        = list(string)
  description = "The ids."
  default     = ["a"]
}
variable "hours" {
  type    = number
  default = 8
}
variable "name" {
  type    = string
  default = "n"
}
locals {
  a    = join("+", [for id in var.ids : "'${replace(id, "'", "''")}'"])
  tags = { plugin = "p" }
}
locals {
  b = "${local.a}, ${var.hours}"
}
`

const resources = `
benchmark "all" {
  title       = "All"
  description = "All of it."
  tags        = merge(local.tags, { type = "Benchmark" })
  children    = [benchmark.part, control.two]
}
benchmark "part" {
  title         = "Part"
  documentation = file("./docs/part.md")
  children      = [control.one]
}
control "one" {
  title       = "One should be"
  description = "Why."
  severity    = "high"
  documentation = <<-EOT
    Much
    of it.
  EOT
  sql         = "select ${local.b} -- ${var.name}, ${formatdate("YYYY-MM-DD", timeadd(timestamp(), "-24h"))}"
  tags        = local.tags
}
control "two" {
  sql = <<-EOQ
    select 2
  EOQ
}
query "q" {
  sql = "select $1"
  param "id" {
    description = "The id."
  }
}
dashboard "d" {
  title = "D"
  container {
    container {
      card {
        query = query.q
        args  = { id = self.input.id.value }
      }
    }
    text {
      value = "x"
    }
  }
  input "id" {
    title = "I"
    sql   = "select ${var.hours}"
  }
}
`

func files(more ...string) fstest.MapFS {
	return fstest.MapFS{
		"mod.pp":        {Data: []byte(mod)},
		"controls/r.pp": {Data: []byte(resources)},
		"docs/part.md":  {Data: []byte("# 部分\n")},
		"README.md":     {Data: []byte("not {HCL")},
		"more.pp":       {Data: []byte(strings.Join(more, "\n"))},
	}
}

func TestLoad(t *testing.T) {
	values := powerpipe.Values{"ids": powerpipe.Text(`["it's", "b"]`), "name": powerpipe.Text(`a "name", as it is`)}
	if err := values.ReadFile([]byte("hours = 1.5 # comment\n"), "my.ppvars"); err != nil {
		t.Fatal(err)
	}
	got, err := powerpipe.Load(files(), values, now)
	if err != nil {
		t.Fatal(err)
	}
	one := &powerpipe.Control{Name: "one", Title: "One should be", Description: "Why.", Documentation: "Much\nof it.\n", Severity: "high", SQL: `select 'it''s'+'b', 1.5 -- a "name", as it is, 2026-11-23`, Tags: map[string]string{"plugin": "p"}}
	two := &powerpipe.Control{Name: "two", SQL: "select 2\n"}
	part := &powerpipe.Benchmark{Name: "part", Title: "Part", Documentation: "# 部分\n", Children: []powerpipe.Child{one}}
	all := &powerpipe.Benchmark{Name: "all", Title: "All", Description: "All of it.", Tags: map[string]string{"plugin": "p", "type": "Benchmark"}, Children: []powerpipe.Child{part, two}}
	q := &powerpipe.Query{Name: "q", SQL: "select $1", Params: []powerpipe.Param{{Name: "id", Description: "The id."}}}
	want := &powerpipe.Mod{
		Name: "m", Title: "M",
		Variables: []powerpipe.Variable{
			{Name: "hours", Type: "number", HasDefault: true, Default: "8", Value: "1.5"},
			{Name: "ids", Description: "The ids.", Type: "list(string)", HasDefault: true, Default: `["a"]`, Value: `["it's", "b"]`},
			{Name: "name", Type: "string", HasDefault: true, Default: "n", Value: `a "name", as it is`},
		},
		Locals:     map[string]string{"a": "'it''s'+'b'", "b": "'it''s'+'b', 1.5"},
		Benchmarks: map[string]*powerpipe.Benchmark{"all": all, "part": part},
		Controls:   map[string]*powerpipe.Control{"one": one, "two": two},
		Queries:    map[string]*powerpipe.Query{"q": q},
		Dashboards: map[string]*powerpipe.Dashboard{"d": {Name: "d", Title: "D", Panels: []*powerpipe.Panel{
			{Kind: "card", Query: q, Args: []string{"id"}},
			{Kind: "input", Name: "id", Title: "I", Query: &powerpipe.Query{Name: "id", SQL: "select 1.5"}},
		}}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if roots := got.Roots(); len(roots) != 1 || roots[0] != got.Benchmarks["all"] {
		t.Errorf("roots %v", roots)
	}
}

// A dashboard shows what controls say: it names their SQL, which is not written again.
func TestNamesOfControls(t *testing.T) {
	mod, err := powerpipe.Load(files(`
locals {
  both = join("|", [for c in [control.one, control.two] : "${c.title}, ${c.severity}: ${c.sql}"])
}
dashboard "x" {
  card {
    sql = "${local.both} ${control.one.description}"
  }
}`), nil, now)
	if err != nil {
		t.Fatal(err)
	}
	one, two := mod.Controls["one"], mod.Controls["two"]
	if got, want := mod.Dashboards["x"].Panels[0].Query.SQL, "One should be, high: "+one.SQL+"|, : "+two.SQL+" Why."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if _, err := powerpipe.Load(files("locals {\n x = control.nope.sql\n}"), nil, now); err == nil || !strings.Contains(err.Error(), "more.pp:2,13-18: Unsupported attribute") {
		t.Errorf("a control that there is none of: %v", err)
	}
}

// What mods write in HCL, and what Powerpipe makes of it.
func TestExpressions(t *testing.T) {
	const locals = `
locals {
  texts = { en = { yes = "Yes", no = "No" }, zh = { yes = "是", no = "否" } }
  names = ["b", "a", "b"]
}
`
	for expr, want := range map[string]string{
		`local.texts[var.name].yes`:                                "是",
		`local.texts[var.name]["no"]`:                              "否",
		`lookup(local.texts["en"], "maybe", "Maybe")`:              "Maybe",
		`var.hours > 8 ? "long" : "short"`:                         "short",
		`jsonencode({ for i, n in local.names : n => i... })`:      `{"a":[1],"b":[0,2]}`,
		`join(",", [for n in local.names : upper(n) if n != "a"])`: "B,B",
		`join(",", keys(local.texts))`:                             "en,zh",
		`join(",", values(local.texts.zh))`:                        "否,是",
		`join(",", distinct(flatten([local.names, ["c"]])))`:       "b,a,c",
		`join("|", split("-", trimspace(" a-b ")))`:                "a|b",
		`substr("会议室", 1, 2)`:                                      "议室",
		`lower("A")`:                                               "a",
		`coalesce("", null, var.name)`:                             "zh",
		`tostring(contains(local.names, "a"))`:                     "true",
		`join("", regexall("[0-9]", "a1b2"))`:                      "12",
		`replace("a-b", "/[ab]/", "x")`:                            "x-x",
		`length("会议")`:                                             "2",
		`file("README.md")`:                                        "not {HCL",
		`file("./docs/../docs/part.md")`:                           "# 部分\n",
	} {
		mod, err := powerpipe.Load(files(locals, "locals {\n x = "+expr+"\n}\ncontrol \"x\" {\n sql = local.x\n}"), powerpipe.Values{"name": powerpipe.Text("zh")}, now)
		if err != nil {
			t.Errorf("%s: %v", expr, err)
		} else if got := mod.Controls["x"].SQL; got != want {
			t.Errorf("%s: %q, want %q", expr, got, want)
		}
	}
}

// A value's text is one that makes the value again, and a value that is written in
// another way is no other.
func TestValuesAsText(t *testing.T) {
	mod, err := powerpipe.Load(files(), powerpipe.Values{"ids": powerpipe.Text(`[ "a" ]`), "hours": powerpipe.Text(`"8.0"`), "name": powerpipe.Text(`${x} "`)}, now)
	if err != nil {
		t.Fatal(err)
	}
	values := powerpipe.Values{}
	for _, v := range mod.Variables {
		if v.Name != "name" && v.Value != v.Default {
			t.Errorf("%s is %s, by default %s", v.Name, v.Value, v.Default)
		}
		values[v.Name] = powerpipe.Text(v.Value)
	}
	again, err := powerpipe.Load(files(), values, now)
	if d := cmp.Diff(mod, again); err != nil || d != "" {
		t.Errorf("%v (-first +again):\n%s", err, d)
	}
}

// A mod or a value that is wrong is an error that says where and what.
func TestLoadErrors(t *testing.T) {
	value := func(name, text string) powerpipe.Values { return powerpipe.Values{name: powerpipe.Text(text)} }
	for name, test := range map[string]struct {
		more   string
		values powerpipe.Values
		want   string
	}{
		"no such variable":            {"", value("nope", "1"), "there is no variable nope: there are hours, ids, name"},
		"not a number":                {"", value("hours", `"soon"`), "the value of the variable hours, which must be a number: "},
		"not a list":                  {"", value("ids", "3"), "the value of the variable ids, which must be a list(string): "},
		"null":                        {"", value("ids", "null"), "the variable ids must not be null"},
		"a value that is no HCL":      {"", value("ids", `["a`), "the value of the variable ids"},
		"a variable in a value":       {"", value("ids", `var.name`), "the value of the variable ids"},
		"no value":                    {"variable \"must\" {\n type = string\n}", nil, "the variable must has no value: set it"},
		"a value that is not allowed": {"variable \"language\" {\n type = string\n default = \"en\"\n enum = [\"en\", \"zh\"]\n}", value("language", "fr"), "the variable language is one of en, zh, not fr"},
		"no HCL":                      {"control {", nil, "more.pp:1"},
		"two locals":                  {"locals {\n a = 1\n}", nil, "more.pp:2: there are two locals a"},
		"locals in a circle":          {"locals {\n x = local.y\n}\nlocals {\n y = local.x\n}", nil, "more.pp:2: the local x names y, which is not in a block before this one"},
		"locals of one block":         {"locals {\n x = local.y\n y = 1\n}", nil, "more.pp:2: the local x names y, which is not in a block before this one"},
		"no such local":               {"locals {\n x = local.nope\n}", nil, "more.pp:2: the local x names nope, which is not in a block before this one"},
		"no such child":               {"benchmark \"b\" {\n children = [control.nope]\n}", nil, "more.pp:2: there is no control nope"},
		"a child of another kind":     {"benchmark \"b\" {\n children = [query.q]\n}", nil, "more.pp:2: there is no query q"},
		"a child without a name":      {"benchmark \"b\" {\n children = [control]\n}", nil, "more.pp:2: this is not the name of a resource"},
		"no children":                 {"benchmark \"b\" {\n}", nil, "more.pp:1: benchmark b has no children"},
		"no sql":                      {"control \"c\" {\n}", nil, "more.pp:1: control c has no sql"},
		"an odd severity":             {"control \"c\" {\n sql = \"x\"\n severity = \"huge\"\n}", nil, `more.pp:1: control c: the severity "huge" is none of`},
		"a title that is a list":      {"control \"c\" {\n sql = \"x\"\n title = [\"a\"]\n}", nil, "more.pp:3: title is no text"},
		"tags that are a text":        {"control \"c\" {\n sql = \"x\"\n tags = \"a\"\n}", nil, "more.pp:3: tags are not texts"},
		"a tag without a value":       {"control \"c\" {\n sql = \"x\"\n tags = { a = null }\n}", nil, "more.pp:3: the tag a has no value"},
		"no such query":               {"dashboard \"x\" {\n card {\n query = query.nope\n}\n}", nil, "more.pp:3: there is no query nope"},
		"two controls":                {"control \"one\" {\n sql = \"x\"\n}", nil, "there are two of control one"},
		"two queries":                 {"query \"q\" {\n}", nil, "there are two of query q"},
		"two benchmarks":              {"benchmark \"part\" {\n children = []\n}", nil, "there are two of benchmark part"},
		"two dashboards":              {"dashboard \"d\" {\n}", nil, "there are two of dashboard d"},
		"a benchmark within itself":   {"benchmark \"x\" {\n children = [benchmark.y]\n}\nbenchmark \"y\" {\n children = [benchmark.x]\n}", nil, "more.pp:1: benchmark x is within itself"},
		"two mods":                    {"mod \"n\" {\n}", nil, "there are 2 mod blocks"},
		"an unknown function":         {"locals {\n x = nope(1)\n}", nil, "nope"},
		"no such file":                {"locals {\n x = file(\"docs/nope.md\")\n}", nil, "docs/nope.md"},
		"a file outside the mod":      {"locals {\n x = file(\"../mod.pp\")\n}", nil, "../mod.pp"},
		"a file of the machine":       {"locals {\n x = filemd5(\"mod.pp\")\n}", nil, "filemd5"},
		"a null default":              {"variable \"must\" {\n default = null\n}", nil, "the variable must must not be null"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := powerpipe.Load(files(test.more), test.values, now)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %s", err, test.want)
			}
		})
	}
}

func TestReadFileErrors(t *testing.T) {
	for _, text := range []string{"a = [", "block {\n}\n"} {
		if err := (powerpipe.Values{}).ReadFile([]byte(text), "my.ppvars"); err == nil || !strings.Contains(err.Error(), "my.ppvars:1") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
