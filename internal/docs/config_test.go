package docs_test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// The README, the index page and the installed config say the same.
func TestDocsAgree(t *testing.T) {
	readme, index := read(t, "README.md"), read(t, "docs/index.md")
	if d := cmp.Diff(blocks(index, "sql")[0], blocks(readme, "sql")[0]); d != "" {
		t.Errorf("the example (-index +README):\n%s", d)
	}
	if d := cmp.Diff(read(t, "config/dingtalk.spc"), blocks(index, "hcl")[0]); d != "" {
		t.Errorf("the configuration (-config/dingtalk.spc +index):\n%s", d)
	}

	// The example's output is what the plugin prints, at the demo organization's
	// time.
	sim := simulator.Demo(simulator.DemoTime)
	server := httptest.NewServer(sim)
	defer server.Close()
	cmd := exec.Command("go", "run", "./cmd/dingtalk-sql", blocks(index, "sql")[0])
	cmd.Env = append(os.Environ(), "DINGTALK_ENDPOINT="+server.URL, "DINGTALK_CLIENT_ID="+sim.App.ClientID, "DINGTALK_CLIENT_SECRET="+sim.App.ClientSecret)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"README.md": readme, "docs/index.md": index} {
		if !strings.Contains(text, "```\n"+string(out)+"```\n") {
			t.Errorf("%s does not show what its example prints:\n%s", name, out)
		}
	}
}

// The installed config shows each argument that the plugin knows, and no other;
// it and the credentials table name each variable, and no other.
func TestEveryArgumentIsDocumented(t *testing.T) {
	source, config := read(t, "dingtalk/connection_config.go"), read(t, "config/dingtalk.spc")
	_, credentials, _ := strings.Cut(read(t, "docs/index.md"), "\n| Resolution ")
	credentials, _, _ = strings.Cut(credentials, "\n")
	for what, documented := range map[string][2][]string{
		"arguments in config/dingtalk.spc":        {found(source, `hcl:"(\w+),optional"`), found(config, `(?m)^  # (\w+) += `)},
		"variables in config/dingtalk.spc":        {found(source, `"(DINGTALK_\w+)"`), found(config, `(DINGTALK_\w+) environment variable`)},
		"variables in the table of docs/index.md": {found(source, `"(DINGTALK_\w+)"`), found(credentials, "`(DINGTALK_\\w+)`")},
	} {
		if len(documented[0]) == 0 {
			t.Errorf("%s: the plugin has none: does the test still read its source?", what)
		}
		if d := cmp.Diff(documented[0], documented[1]); d != "" {
			t.Errorf("%s (-plugin +docs):\n%s", what, d)
		}
	}
}

// The values in examples have the shape of real ones, and say that they are
// none.
func TestExampleCredentials(t *testing.T) {
	for _, page := range append(markdown(t), "config/dingtalk.spc") {
		text := read(t, page)
		for _, secret := range regexp.MustCompile(`(?:client_secret|suite_ticket|access_token) += "([^"]*)"`).FindAllStringSubmatch(text, -1) {
			if !strings.Contains(secret[1], "EXAMPLE") || len(secret[1]) < 20 {
				t.Errorf("%s: the secret %q", page, secret[1])
			}
		}
		for _, id := range regexp.MustCompile(`client_id += "([^"]*)"`).FindAllStringSubmatch(text, -1) {
			if !regexp.MustCompile(`^ding[a-z0-9]{16}$`).MatchString(id[1]) {
				t.Errorf("%s: the client ID %q", page, id[1])
			}
		}
	}
}
