package main

import (
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
	"github.com/turbot/steampipe-plugin-sdk/v5/logging"
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

// Where the locale is Chinese, the last line of a hint of the command's own says in Chinese
// what to do. All before it is the same as in English.
func TestHintsInChinese(t *testing.T) {
	t.Setenv(logging.EnvLogLevel, "OFF")
	folder := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	none := file("none.spc", "")
	one := file("one.spc", spc.Block("one", "http://127.0.0.1:1", "id", "secret"))
	twice := file("twice.spc", spc.Block("one", "http://127.0.0.1:1", "id", "secret")+spc.Block("one", "http://127.0.0.1:1", "id", "secret"))
	aggregator := func(name, arguments string) string {
		return file(name, "connection \"all\" {\n plugin = \"dingtalk\"\n type = \"aggregator\"\n"+arguments+"}\n")
	}
	for name, test := range map[string]struct {
		args    []string
		chinese string
	}{
		"a column":                        {[]string{"--demo", "select titel from dingtalk_ongoing_conference"}, "您要写的是不是 title？"},
		"a table":                         {[]string{"--demo", "select * from dingtalk_conferences"}, "您要写的是不是 dingtalk_conference、dingtalk_conference_member 或 dingtalk_ongoing_conference？"},
		"a table to inspect":              {[]string{"--demo", ".inspect dingtalk_users"}, "您要写的是不是 dingtalk_user？"},
		"Postgres' SQL":                   {[]string{"--demo", "select now()::date"}, "这里的 SQL 是 SQLite 的：请把 value::type 写成 cast(value as type)"},
		"a function of Postgres'":         {[]string{"--demo", "select date_part('year', now())"}, "这里的 date_part 只支持 'epoch'：请写 cast(strftime('%Y', start_time) as integer)"},
		"a time":                          {[]string{"--demo", "select date_part('epoch', 'x')"}, "请把时间写成 '2026-11-01'、'2026-11-01 08:00:00' 或 '2026-11-01T08:00:00+08:00'（不写时区就是 UTC），或者 datetime('now', '-7 days')。"},
		"a statement of MySQL's":          {[]string{"--demo", "show tables"}, ".tables 列出所有的表，.inspect TABLE 列出一张表的列。"},
		"a command of psql's":             {[]string{"--demo", `\d`}, ".tables 列出所有的表，.inspect TABLE 列出一张表的列。"},
		"a command that there is not":     {[]string{"--demo", ".nope"}, ".help 列出所有的命令。"},
		"no SQL":                          {[]string{"--demo", ""}, `没有 SQL。可以试试：dingtalk-sql --demo "select * from dingtalk_ongoing_conference"`},
		"no credentials":                  {[]string{"select 1 from dingtalk_ongoing_conference"}, "没有账号也可以试用：加上 --demo，就会查询一个虚构的组织。"},
		"an option":                       {[]string{"--nope"}, "dingtalk-sql --help 列出所有选项。"},
		"options that do not go together": {[]string{"--demo", "--config", "x", "select 1"}, "--demo 和 --config 不能同时使用：请去掉其中一个。"},
		"an output":                       {[]string{"--output", "xml", "select 1"}, "请填写 table、line、csv 或 json。"},
		"an output at the prompt":         {[]string{"--demo", ".output xml"}, "请填写 table、line、csv 或 json。"},
		"an output of a report":           {[]string{"--report", "compliance", "--output", "xml"}, "报告的 --output 请填写 text、csv、json、html 之一。"},
		"a spreadsheet":                   {[]string{"--demo", "--spreadsheet", "select 1"}, "--spreadsheet 要和 --output csv 一起使用。"},
		"variables without a report":      {[]string{"--demo", "--var", "a=b", "select 1"}, "--var 和 --var-file 要和 --report 一起使用。"},
		"a report and SQL":                {[]string{"--demo", "--report", "compliance", "select 1"}, "--report 运行基准检查，不能同时运行 SQL：请去掉其中一个。"},
		"a connection and no file":        {[]string{"--connection", "x", "select 1"}, "--connection 要和 --config 一起使用。"},
		"SQL without quotes":              {[]string{"--demo", "select", "1"}, "除选项外有 2 个参数：请把 SQL 放在引号里，作为一个参数。"},
		"a zone":                          {[]string{"--time-zone", "Beijing", "select 1"}, `没有时区 "Beijing"：请写 IANA 时区名，例如 UTC 或 Asia/Shanghai。`},
		"several results":                 {[]string{"--demo", "--output", "csv", "select 1; select 2"}, "有 2 条语句返回结果，而 csv 只能存放一个结果：请逐条执行。"},
		"one name twice":                  {[]string{"--demo", "--output", "json", "select 1 as a, 2 as a"}, `有两列都叫 "a"，JSON 无法区分：请用 AS 给它们不同的名称。`},
		"a benchmark":                     {[]string{"--demo", "--report", "nope", "--var", "language=en"}, "没有名为 nope 的基准检查。现有的是："},
		"a variable":                      {[]string{"--demo", "--report", "compliance", "--var", "nope=1"}, "没有变量 nope。现有的是："},
		"a value of a variable":           {[]string{"--demo", "--report", "compliance", "--var", "names=nope"}, "变量 names 请填写 full、initials、ids 之一。"},
		"a wrong setting":                 {[]string{"--demo", "--report", "compliance", "--var", "since=yesterday"}, "变量 since 的值是 yesterday：请填写日期，例如 2026-11-01（YYYY-MM-DD），或者留空，从今天之前 days 天开始检查。"},
		"a file without connections":      {[]string{"--config", none, "select 1"}, none + ` 里没有钉钉的连接：请写一个 connection，其中 plugin = "dingtalk"。`},
		"a connection":                    {[]string{"--config", one, "--connection", "x", "select 1"}, one + ` 里没有名为 "x" 的钉钉连接；现有的是：one。`},
		"two connections of one name":     {[]string{"--config", twice, "select 1"}, twice + ` 里有两个连接都叫 "one"：请给其中一个改名。`},
		"no members":                      {[]string{"--config", aggregator("1.spc", ""), "select 1"}, `聚合连接要写明包括哪些连接，例如：connections = ["*"]`},
		"members that are no names":       {[]string{"--config", aggregator("2.spc", "connections = [[]]\n"), "select 1"}, `connections 是连接名的列表，例如：connections = ["*"]`},
		"members that there are not":      {[]string{"--config", aggregator("3.spc", "connections = [\"x\"]\n"), "select 1"}, "connections 里没有这个文件里的钉钉连接：请检查名称。"},
	} {
		t.Run(name, func(t *testing.T) {
			printed := func(locale string) string {
				t.Setenv("LC_ALL", locale)
				err := run(t.Context(), test.args, os.Stdin, io.Discard, io.Discard)
				if err == nil {
					t.Fatal("no error")
				}
				var b strings.Builder
				printError(&b, err)
				return b.String()
			}
			english, chinese := printed("C"), printed("zh_CN.UTF-8")
			before, ok := strings.CutSuffix(english, "\n")
			line, found := strings.CutPrefix(chinese, before+"\n")
			if name == "no credentials" { // the plugin's own line is before that of the command
				_, line, found = strings.Cut(strings.TrimSuffix(chinese, "\n"), adviseDemo.English+"\n")
			}
			if line = strings.TrimSuffix(line, "\n"); !ok || !found || strings.Contains(line, "\n") || line != test.chinese && !(strings.HasSuffix(test.chinese, "：") && strings.HasPrefix(line, test.chinese)) {
				t.Errorf("in Chinese %q\nwant %q\nbehind %q", chinese, test.chinese, english)
			}
			if regexp.MustCompile(`\p{Han}`).MatchString(english) {
				t.Errorf("in English: %s", english)
			}
		})
	}
}

// Where the connection's language is English, an error of the plugin's has no Chinese in a
// Chinese locale either, since only hints of the command's own follow the locale.
func TestPluginsLanguageIsTheConnections(t *testing.T) {
	file := filepath.Join(t.TempDir(), "dingtalk.spc")
	config := strings.Replace(spc.Block("here", "http://127.0.0.1:1", "id", "secret"), "plugin ", "language = \"en\"\n  plugin ", 1)
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	got := command(t, []string{"LC_ALL=zh_CN.UTF-8"}, "", "--config", file, "select title from dingtalk_conference_member")
	if got.code != 1 || !strings.HasSuffix(got.stderr, "as in: where conference_id = '...'\n") {
		t.Errorf("code %d, %s", got.code, got.stderr)
	}
}

// In a Chinese locale, the columns of a table of the plugin's are followed by the address
// of the table's page in Chinese, which there is.
func TestInspectInChinese(t *testing.T) {
	file := filepath.Join(t.TempDir(), "db")
	if got := command(t, nil, "", "--demo", "--database", file, "create table mine (a)"); got.code != 0 {
		t.Fatalf("%+v", got)
	}
	inspect := func(locale, table string) string {
		got := command(t, []string{"LC_ALL=" + locale}, "", "--demo", "--database", file, ".inspect "+table)
		if got.code != 0 {
			t.Fatalf("%+v", got)
		}
		return got.stdout
	}
	const table = "dingtalk_conference"
	english, chinese := inspect("C.UTF-8", table), inspect("zh_CN.UTF-8", table)
	page, ok := strings.CutPrefix(chinese, english+"中文说明："+dingtalk.Documentation+"/")
	if _, err := os.Stat(filepath.Join("../../docs", strings.TrimSuffix(page, "\n"))); !ok || err != nil {
		t.Errorf("%v: %s", err, chinese)
	}
	if text := inspect("zh_CN.UTF-8", "mine"); strings.Contains(text, "中文") {
		t.Errorf("a table of the user's: %s", text)
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
