package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
)

// Where the language is Chinese, an error has a third line, behind what to do in
// English. A connection's own language comes before that of the environment.
func TestErrorsInChinese(t *testing.T) {
	sim := simulator.Demo(simulator.DemoTime)
	sim.Script(simulator.Fault{On: simulator.OnFirstPage, Serve: simulator.Refuse(403, "Forbidden.AccessDenied.IpNotInWhiteList", "no")})
	server := httptest.NewServer(sim)
	defer server.Close()
	block := spc.Block("here", server.URL, sim.App.ClientID, sim.App.ClientSecret)
	file := filepath.Join(t.TempDir(), "dingtalk.spc")
	for _, test := range []struct {
		language, locale string
		chinese          bool
	}{
		{"", "C.UTF-8", false},
		{"", "zh_CN.UTF-8", true},
		{"zh", "C.UTF-8", true},
		{"en", "zh_CN.UTF-8", false},
	} {
		config := strings.Replace(block, "plugin ", "language = \""+test.language+"\"\n  plugin ", 1)
		if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
			t.Fatal(err)
		}
		got := command(t, []string{"LC_ALL=" + test.locale}, "", "--config", file, "select title from dingtalk_ongoing_conference")
		lines := strings.Split(strings.TrimSuffix(got.stderr, "\n"), "\n")
		want := []string{"", "Add this machine's public IP address to the server IP allowlist of the app in the DingTalk developer console."}
		if test.chinese {
			want = append(want, "请在钉钉开发者后台，把本机的公网 IP 地址加到该应用“安全设置”页面的服务器出口 IP 里。")
		}
		if got.code != 1 || len(lines) != len(want) || lines[1] != want[1] || lines[len(lines)-1] != want[len(want)-1] {
			t.Errorf("language %q, locale %s: code %d\n%s", test.language, test.locale, got.code, got.stderr)
		}
	}
}

// A query of make demo begins with what it asks, in English and then in Chinese, and has
// no comment else. make demo leaves one language out by the first letter of the lines.
func TestDemoComments(t *testing.T) {
	files, err := filepath.Glob("demo/*.sql")
	if err != nil || len(files) < 3 {
		t.Fatal(files, err)
	}
	form := regexp.MustCompile(`^(-- [ -~]+\n)+(-- \p{Han}.*\n)+(?:[^-]|-[^-])*$`)
	for _, f := range files {
		query, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if !form.Match(query) {
			t.Errorf("%s does not begin with comments in both languages:\n%s", f, query)
		}
	}
}
