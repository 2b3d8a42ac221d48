package dingtalk_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// The last line of a message says in Chinese what to do, if the connection or else the
// environment says that the language is Chinese. All before it is the same.
func TestLanguage(t *testing.T) {
	const remedy = "请在钉钉开发者后台该应用的“权限管理”页面开通权限点 VideoConference.Conference.Read，然后重新查询。"
	for name, test := range map[string]struct {
		env      map[string]string
		argument string
		chinese  bool
	}{
		"nothing":                              {nil, "", false},
		"LANG":                                 {map[string]string{"LANG": "zh_CN.UTF-8"}, "", true},
		"Hong Kong":                            {map[string]string{"LANG": "zh_HK"}, "", true},
		"LC_MESSAGES before LANG":              {map[string]string{"LC_MESSAGES": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, "", false},
		"LC_ALL before LC_MESSAGES":            {map[string]string{"LC_ALL": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "", true},
		"the argument":                         {nil, `language = "zh"`, true},
		"the argument before the environment":  {map[string]string{"LC_ALL": "zh_CN.UTF-8"}, `language = "en"`, false},
		"an empty argument is one left out":    {map[string]string{"LC_ALL": "zh_CN.UTF-8"}, `language = ""`, true},
		"another language of the environment":  {map[string]string{"LC_ALL": "ja_JP.UTF-8"}, "", false},
		"the argument before another language": {map[string]string{"LC_ALL": "ja_JP.UTF-8"}, `language = "zh"`, true},
	} {
		t.Run(name, func(t *testing.T) {
			for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
				t.Setenv(name, test.env[name])
			}
			for engineName, server := range servers() {
				e, sim := demoEngine(t, server(), test.argument)
				sim.Script(simulator.Fault{On: simulator.OnFirstPage, Serve: simulator.Refuse(403, "Forbidden.AccessDenied.AccessTokenPermissionDenied", "no")})
				text := messageOf(t, e, engine.Scan{Table: "dingtalk_ongoing_conference", Columns: []string{"title"}})
				first, line, more := strings.Cut(text, "\n")
				if more != test.chinese || more && line != remedy || !strings.HasSuffix(first, "then run the query again.") {
					t.Errorf("%s: %s", engineName, text)
				}
			}
		})
	}
}

// What a message has in Chinese is for its cause: DingTalk, the config, the query, and
// two causes at once.
func TestMessagesInChinese(t *testing.T) {
	const inChinese = `language = "zh"`
	scan := func(table string, quals ...engine.Qual) engine.Scan {
		return engine.Scan{Table: table, Columns: []string{"title"}, Quals: quals}
	}
	for name, test := range map[string]struct {
		config string
		refuse map[string]int // the older API: its paths, and how each refuses
		scan   engine.Scan
		want   string
	}{
		"a number": {config: "page_size = 0", scan: scan("dingtalk_ongoing_conference"), want: "page_size 请填写 1 到 500 的整数；不填写时为 100。"},
		"two ways to a token": {config: `access_token = "t"`, scan: scan("dingtalk_ongoing_conference"),
			want: "access_token (DINGTALK_ACCESS_TOKEN) 和 client_id (DINGTALK_CLIENT_ID) 同时设置了：请只保留访问凭证，或者只保留应用的凭证。"},
		"an address": {config: `legacy_endpoint = "ftp://x"`, scan: scan("dingtalk_user"),
			want: "请检查 legacy_endpoint (DINGTALK_LEGACY_ENDPOINT)：只写 https:// 和主机名，例如 https://api.dingtalk.com，不带路径、用户名、密码、查询参数和锚点。"},
		"a wrapper of codes": {config: `ignore_error_codes = ["88"]`, scan: scan("dingtalk_user"),
			want: `旧版 API 的所有错误码都包在 "88" 里，不能写进 ignore_error_codes：请写报错里显示的错误码，例如 "code errcode 60011" 写作 "60011"。`},
		"no user": {scan: scan("dingtalk_meeting_room"),
			want: "钉钉要求以某个用户的身份查询这些数据：请在 acting_union_id（DINGTALK_ACTING_UNION_ID）里填写一个用户的 unionId，可以在 dingtalk_user 里查到。"},
		"no bounds": {scan: scan("dingtalk_calendar_event", engine.Equals("union_id", "u")),
			want: "请给 start_time 写上起止两个界限，例如：start_time >= '2026-11-01' and start_time < '2026-12-01'；或者写明 id 或 series_master_id。在 Postgres 里，单独的函数调用或另一张表的列到达不了插件：请不要写 now()，写 now() + interval '0 days'。"},
		"a wrong bound": {scan: scan("dingtalk_calendar_event", engine.Equals("union_id", "u"), at("start_time", ">=", "2000-01-01T00:00:00Z")),
			want: "到达插件的时间不在 2010 年至 2200 年之间，可能与查询里写的不同。请直接写出时间，例如：start_time >= '2026-11-01'，或者：start_time >= now() - interval '7 days'"},
		"no value": {scan: scan("dingtalk_conference_member", engine.Equals("conference_id", "?")),
			want: "Postgres 不知道 conference_id 的值时会传来 '?'，例如写成 conference_id = (select ...) 时：请改写成联接，例如：from other_table o join dingtalk_conference_member t on t.conference_id = o.id。如果查询或另一张表里确实有 '?'，请把它排除，例如：where o.id <> '?'"},
		"two causes": {refuse: map[string]int{"/topapi/v2/department/listsub": 50004, "/auth/scopes": 60011}, scan: scan("dingtalk_department"),
			want: "这部分通讯录不在应用的权限范围内：请在钉钉开发者后台该应用的“权限管理”页面，扩大通讯录权限范围。请在钉钉开发者后台该应用的“权限管理”页面开通权限点 qyapi_base，然后重新查询。"},
	} {
		t.Run(name, func(t *testing.T) {
			e, sim := demoEngine(t, dingtalk.NewServer(), inChinese, test.config)
			for path, code := range test.refuse {
				sim.Script(simulator.Fault{On: func(c simulator.Call) bool { return c.Path == path }, Serve: simulator.RefuseLegacy(code, "no")})
			}
			text := messageOf(t, e, test.scan)
			if _, line, _ := strings.Cut(text, "\n"); line != test.want {
				t.Errorf("%s\nwant %s", text, test.want)
			}
		})
	}
}

// A query whose conditions are refused before any list call says in Chinese what to
// write, in each engine that calls the plugin for it, and says nothing in Chinese if
// the language is English.
func TestConditionsInChinese(t *testing.T) {
	scan := func(table string, quals ...engine.Qual) engine.Scan {
		return engine.Scan{Table: table, Columns: []string{"title"}, Quals: quals}
	}
	for name, test := range map[string]struct {
		scan       engine.Scan
		linked     bool // whether the SDK of a linked engine leaves the error to the plugin
		want, line string
	}{
		"a key": {scan("dingtalk_conference_member"), false,
			"dingtalk_conference_member: the query must name conference_id (dingtalk_ongoing_conference has them, and dingtalk_conference by room_code; for past meetings begin with a calendar: https://github.com/turbot/steampipe-plugin-dingtalk/blob/main/docs/calendar-to-attendance.md), as in: where conference_id = '...'",
			"查询必须指定 conference_id（在 dingtalk_ongoing_conference 里，或者用 room_code 在 dingtalk_conference 里可以查到；已结束的会议请从日历查起：https://github.com/turbot/steampipe-plugin-dingtalk/blob/main/docs/zh-CN/calendar-to-attendance.md），例如：where conference_id = '...'"},
		"one of two": {scan("dingtalk_conference"), false,
			"dingtalk_conference: the query must name conference_id (dingtalk_ongoing_conference has them, and dingtalk_conference by room_code; for past meetings begin with a calendar: https://github.com/turbot/steampipe-plugin-dingtalk/blob/main/docs/calendar-to-attendance.md) or room_code (dingtalk_calendar_event has them), as in: where conference_id = '...'",
			"查询必须指定下列之一：conference_id（在 dingtalk_ongoing_conference 里，或者用 room_code 在 dingtalk_conference 里可以查到；已结束的会议请从日历查起：https://github.com/turbot/steampipe-plugin-dingtalk/blob/main/docs/zh-CN/calendar-to-attendance.md）、room_code（在 dingtalk_calendar_event 里可以查到），例如：where conference_id = '...'"},
		"two": {scan("dingtalk_calendar_event_attendee"), false,
			"dingtalk_calendar_event_attendee: the query must name union_id (dingtalk_user has them) and event_id (dingtalk_calendar_event has them as id), as in: where union_id = '...' and event_id = '...'",
			"查询必须指定 union_id（在 dingtalk_user 里可以查到）、event_id（即 dingtalk_calendar_event 里的 id），例如：where union_id = '...' and event_id = '...'"},
		"a key beside bounds": {scan("dingtalk_calendar_event"), false,
			"dingtalk_calendar_event: the query must name union_id (dingtalk_user has them), as in: where union_id = '...' and start_time >= '2026-11-01' and start_time < '2026-12-01'",
			"查询必须指定 union_id（在 dingtalk_user 里可以查到），例如：where union_id = '...' and start_time >= '2026-11-01' and start_time < '2026-12-01'"},
		"an empty list": {scan("dingtalk_user", in("user_id", "a", []any{})), true,
			"dingtalk_user: the list for user_id is empty: Postgres passes an empty list on where it does not know the values yet, as with user_id = any(array(select ...)): write a join instead, as in: from other_table o join dingtalk_user t on t.user_id = o.id",
			"user_id 的列表是空的。Postgres 还不知道列表里的值时会传来空列表，例如写成 user_id = any(array(select ...)) 时：请改写成联接，例如：from other_table o join dingtalk_user t on t.user_id = o.id"},
	} {
		t.Run(name, func(t *testing.T) {
			for engineName, server := range servers() {
				if engineName == "linked" && !test.linked {
					continue
				}
				for language, want := range map[string]string{"zh": test.want + "\n" + test.line, "en": test.want} {
					e, _ := demoEngine(t, server(), `language = "`+language+`"`)
					if text := messageOf(t, e, test.scan); strings.TrimPrefix(text, "dingtalk: ") != want {
						t.Errorf("%s, %s: %s\nwant %s", engineName, language, text, want)
					}
				}
			}
		})
	}
}

// The language of an aggregator, which has no config, is that of the environment.
func TestLanguageOfAnAggregator(t *testing.T) {
	for locale, chinese := range map[string]bool{"zh_CN.UTF-8": true, "C.UTF-8": false} {
		t.Setenv("LC_ALL", locale)
		e, err := engine.New(dingtalk.NewServer(), engine.Connection{Name: "one"}, engine.Connection{Name: "all", Members: []string{"one"}})
		if err != nil {
			t.Fatal(err)
		}
		text := messageOf(t, e, engine.Scan{Connection: "all", Table: "dingtalk_conference_member", Columns: []string{"title"}})
		if strings.Contains(text, "\n查询必须指定 conference_id") != chinese {
			t.Errorf("%s: %s", locale, text)
		}
	}
}

// Each required key column of a table has a source, in both languages.
func TestSourcesOfKeys(t *testing.T) {
	server := dingtalk.NewServer()
	for name, table := range dingtalk.Plugin(t.Context()).TableMap {
		for _, k := range table.List.KeyColumns {
			if source := server.Keys(name).Sources[k.Name]; k.Require != plugin.Optional && (source.English == "" || source.Chinese == "") {
				t.Errorf("%s: where %s comes from: %v", name, k.Name, source)
			}
		}
	}
}

// A connection without credentials says in Chinese which to set; a language that there
// is not is an error like any other.
func TestConfigInChinese(t *testing.T) {
	server := httptest.NewServer(simulator.Demo(simulator.DemoTime))
	defer server.Close()
	for config, want := range map[string]string{
		`language = "zh"`:                      "\n没有设置凭证：请在连接配置或环境变量里设置 client_id (DINGTALK_CLIENT_ID) 和 client_secret (DINGTALK_CLIENT_SECRET)，或者设置 access_token (DINGTALK_ACCESS_TOKEN)。在哪里可以找到，见 https://github.com/turbot/steampipe-plugin-dingtalk/blob/main/docs/zh-CN/index.md#凭证",
		"language = \"zh\"\nclient_id = \"a\"": "\n凭证不完整：请在连接配置或环境变量里设置 client_secret (DINGTALK_CLIENT_SECRET)。",
		`language = "fr"`:                      `language is "fr"; it must be "en" or "zh" (leave it out for that of the environment)` + "\n" + `language 请填写 "zh" 或 "en"；不填写时以环境变量的语言为准。`,
	} {
		t.Setenv("LC_ALL", "zh_CN.UTF-8")
		e, err := engine.New(dingtalk.NewServer(), engine.Connection{Name: "dingtalk", Config: "endpoint = \"" + server.URL + "\"\n" + config})
		if err != nil {
			t.Fatal(err)
		}
		if text := messageOf(t, e, engine.Scan{Table: "dingtalk_ongoing_conference", Columns: []string{"title"}}); !strings.HasSuffix(text, want) {
			t.Errorf("%s: %s", config, text)
		}
	}
}

// messageOf returns the error of a scan.
func messageOf(t *testing.T, e *engine.Engine, s engine.Scan) string {
	t.Helper()
	_, err := answers(t, e, s)
	if err == nil {
		t.Fatal("no error")
	}
	return err.Error()
}

// Every error of the tables begins as an Advice, so that it has a text in Chinese; all
// others wrap one.
func TestErrorsBeginInBothLanguages(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	wrapping, texts := 0, 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				name := nameOf(n.Fun)
				if name != "fmt.Errorf" && name != "errors.New" {
					return true
				}
				if format, ok := n.Args[0].(*ast.BasicLit); ok && strings.Contains(format.Value, "%w") {
					wrapping++
				} else {
					t.Errorf("%s: an error without Chinese", set.Position(n.Pos()))
				}
			case *ast.CompositeLit:
				if nameOf(n.Type) == "client.Advice" && len(n.Elts) == 2 {
					texts++
				}
			}
			return true
		})
	}
	if wrapping < 5 || texts < 8 {
		t.Errorf("%d errors that wrap another and %d texts: does the test still find them?", wrapping, texts)
	}
}

// nameOf returns the name of what is called or made, with its package.
func nameOf(e ast.Expr) string {
	if s, ok := e.(*ast.SelectorExpr); ok {
		if x, ok := s.X.(*ast.Ident); ok {
			return x.Name + "." + s.Sel.Name
		}
	}
	return ""
}
