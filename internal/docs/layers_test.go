package docs_test

import (
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// layer is what a package may import, and know.
type layer struct {
	imports string // packages of this module, by their folders
	sdk     bool   // whether it may import the plugin SDK
	// general says that it would do for any plugin: it names nothing of DingTalk's.
	general bool
}

// layers are all packages of the module, by their folders; "." is the program.
var layers = map[string]layer{
	".":                   {imports: "dingtalk"},
	"dingtalk":            {imports: "dingtalk/client dingtalk/sidebyside delivery", sdk: true},
	"dingtalk/client":     {},
	"dingtalk/sidebyside": {general: true},
	"delivery":            {sdk: true, general: true},

	"internal/advice":      {general: true},
	"internal/engine":      {imports: "delivery", sdk: true, general: true},
	"internal/sqlite":      {imports: "delivery internal/advice internal/engine", sdk: true, general: true},
	"internal/plaintext":   {general: true},
	"internal/spreadsheet": {general: true},
	"internal/fittings":    {general: true},
	"internal/powerpipe":   {imports: "internal/advice internal/fittings", general: true},
	"internal/report":      {imports: "internal/plaintext internal/powerpipe internal/spreadsheet internal/sqlite", general: true},
	"compliance":           {},
	"internal/spc":         {imports: "internal/advice internal/fittings"},
	"internal/simulator":   {},

	"internal/docs":      {},
	"internal/answers":   {},
	"internal/randomsql": {imports: "internal/engine internal/simulator", sdk: true},

	"compare": {imports: "internal/simulator internal/spc", sdk: true},

	"internal/cmd/query-steampipe": {imports: "dingtalk internal/engine internal/randomsql internal/simulator"},
	"internal/cmd/compare-reports": {imports: "internal/spreadsheet"},
	"internal/cmd/play-answers":    {imports: "internal/answers"},

	"cmd/dingtalk-simulator": {imports: "internal/simulator internal/spc"},
	"cmd/dingtalk-sql": {imports: "compliance dingtalk dingtalk/client delivery internal/advice internal/engine internal/plaintext " +
		"internal/powerpipe internal/report internal/simulator internal/spc internal/spreadsheet internal/sqlite", sdk: true},
}

// Imports point where CONTRIBUTING.md says, and a package that would do for any
// plugin knows no DingTalk.
func TestLayers(t *testing.T) {
	const module, sdk = "github.com/turbot/steampipe-plugin-dingtalk", "github.com/turbot/steampipe-plugin-sdk/"
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}}{{range .Imports}} {{.}}{{end}}`, "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	folder := func(path string) string {
		if path == module {
			return "."
		}
		return strings.TrimPrefix(path, module+"/")
	}
	missing := maps.Clone(layers)
	for line := range strings.Lines(string(out)) {
		paths := strings.Fields(line)
		pkg := folder(paths[0])
		layer, ok := layers[pkg]
		if !ok {
			t.Errorf("%s is in no layer: add it to layers, and to CONTRIBUTING.md", pkg)
			continue
		}
		delete(missing, pkg)
		for _, path := range paths[1:] {
			ours := path == module || strings.HasPrefix(path, module+"/")
			if ours && !slices.Contains(strings.Fields(layer.imports), folder(path)) || strings.HasPrefix(path, sdk) && !layer.sdk {
				t.Errorf("%s imports %s", pkg, path)
			}
		}
		if !layer.general {
			continue
		}
		files, err := filepath.Glob(filepath.Join(pkg, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", pkg, len(files), err)
		}
		for _, file := range files {
			text := strings.ToLower(strings.ReplaceAll(read(t, file), module, ""))
			for _, word := range []string{"dingtalk", "corp_id"} {
				if strings.Contains(text, word) && !strings.HasSuffix(file, "_test.go") {
					t.Errorf("%s names %s", file, word)
				}
			}
		}
	}
	for pkg := range missing {
		t.Errorf("there is no package %s", pkg)
	}
}
