package dingtalk

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

func TestCredentials(t *testing.T) {
	type env = map[string]string
	of := func(kv ...string) connectionConfig {
		var cfg connectionConfig
		for i := 0; i < len(kv); i += 2 {
			field := map[string]**string{
				"client_id": &cfg.ClientID, "client_secret": &cfg.ClientSecret, "corp_id": &cfg.CorpID,
				"suite_ticket": &cfg.SuiteTicket, "access_token": &cfg.AccessToken,
			}[kv[i]]
			*field = &kv[i+1]
		}
		return cfg
	}
	internal := client.InternalApp{ClientID: "id", ClientSecret: client.NewSecret("sec")}
	organization := client.OrganizationApp{ClientID: "id", ClientSecret: client.NewSecret("sec"), CorpID: "corp"}
	thirdParty := client.ThirdPartyApp{ClientID: "id", ClientSecret: client.NewSecret("sec"), CorpID: "corp", SuiteTicket: client.NewSecret("ticket")}
	own := client.AccessToken{Token: client.NewSecret("tok")}
	allEnv := env{envClientID: "id", envClientSecret: "sec", envCorpID: "corp", envSuiteTicket: "ticket"}

	tests := []struct {
		name string
		cfg  connectionConfig
		env  env
		want client.Credentials
		err  string
	}{
		{"an internal app", of("client_id", "id", "client_secret", "sec"), nil, internal, ""},
		{"an organization", of("client_id", "id", "client_secret", "sec", "corp_id", "corp"), nil, organization, ""},
		{"a third-party app", of("client_id", "id", "client_secret", "sec", "corp_id", "corp", "suite_ticket", "ticket"), nil, thirdParty, ""},
		{"a token", of("access_token", "tok"), nil, own, ""},
		{"all from the environment", of(), allEnv, thirdParty, ""},
		{"a token from the environment", of(), env{envAccessToken: "tok"}, own, ""},
		{"the file wins", of("client_id", "id", "client_secret", "sec"), env{envClientID: "other", envClientSecret: "other"}, internal, ""},
		{"the environment does not change the file's flow", of("client_id", "id", "client_secret", "sec"),
			env{envCorpID: "corp", envSuiteTicket: "ticket", envAccessToken: "tok"}, internal, ""},
		{"a token of two lines", of("access_token", "to\nk"), nil, nil, "access_token (DINGTALK_ACCESS_TOKEN) has a line break or another control character: copy the token again, without it"},
		{"the file's token needs no app", of("access_token", "tok"), allEnv, own, ""},
		{"the environment fills in the secret", of("client_id", "id"), env{envClientSecret: "sec", envCorpID: "corp"}, internal, ""},
		{"the environment fills in the corp id of a ticket", of("client_id", "id", "client_secret", "sec", "suite_ticket", "ticket"), allEnv, thirdParty, ""},
		{"a corp id in the file, the app in the environment", of("corp_id", "corp"), allEnv, organization, ""},
		{"blanks around the file's values", of("client_id", " id", "client_secret", "\tsec\n", "corp_id", "corp ", "suite_ticket", " ticket "), nil, thirdParty, ""},
		{"blanks around the file's token", of("access_token", " tok\n"), nil, own, ""},
		{"blanks around the environment's values", of(), env{envClientID: " id", envClientSecret: "\tsec\n", envCorpID: "corp ", envSuiteTicket: " ticket "}, thirdParty, ""},
		{"blanks around the environment's token", of(), env{envAccessToken: " tok\n"}, own, ""},
		{"nothing but blanks is left out", of("access_token", " ", "client_id", "id", "client_secret", "sec"), env{envCorpID: "corp"}, internal, ""},
		{"nothing but blanks in the environment is left out", of(), env{envClientID: "id", envClientSecret: "sec", envAccessToken: " "}, internal, ""},
		{"a token beside a corp id", of("access_token", "tok", "corp_id", "corp"), nil, own, ""},
		{"an empty argument is one left out", of("access_token", "", "client_id", "id", "client_secret", "sec"), nil, internal, ""},

		{"nothing", of(), nil, nil,
			"no credentials are set: set client_id (DINGTALK_CLIENT_ID) and client_secret (DINGTALK_CLIENT_SECRET), or access_token (DINGTALK_ACCESS_TOKEN), in the connection or in the environment; " +
				"https://github.com/turbot/steampipe-plugin-dingtalk/blob/main/docs/index.md#credentials says where to find them"},
		{"no secret", of("client_id", "id"), nil, nil,
			"credentials are incomplete: set client_secret (DINGTALK_CLIENT_SECRET) in the connection or in the environment"},
		{"no client id", of("corp_id", "corp", "client_secret", "sec"), nil, nil,
			"credentials are incomplete: set client_id (DINGTALK_CLIENT_ID) in the connection or in the environment"},
		{"only a secret", of("client_secret", "sec"), nil, nil,
			"credentials are incomplete: set client_id (DINGTALK_CLIENT_ID) in the connection or in the environment"},
		{"nothing but blanks", of("client_id", " "), env{envClientSecret: " "}, nil,
			"no credentials are set: set client_id (DINGTALK_CLIENT_ID) and client_secret (DINGTALK_CLIENT_SECRET), or access_token (DINGTALK_ACCESS_TOKEN), in the connection or in the environment; " +
				"https://github.com/turbot/steampipe-plugin-dingtalk/blob/main/docs/index.md#credentials says where to find them"},
		{"a ticket without a corp id", of("client_id", "id", "client_secret", "sec", "suite_ticket", "ticket"), nil, nil,
			"credentials are incomplete: set corp_id (DINGTALK_CORP_ID) in the connection or in the environment"},
		{"only a ticket", of("suite_ticket", "ticket"), nil, nil,
			"credentials are incomplete: set client_id (DINGTALK_CLIENT_ID) and client_secret (DINGTALK_CLIENT_SECRET) and corp_id (DINGTALK_CORP_ID) in the connection or in the environment"},
		{"a token and an app", of("access_token", "tok", "client_secret", "sec"), nil, nil,
			"access_token (DINGTALK_ACCESS_TOKEN) and client_secret (DINGTALK_CLIENT_SECRET) are both set: keep either the token or the app's credentials"},
		{"a token and a ticket", of("access_token", "tok", "suite_ticket", "ticket"), nil, nil,
			"access_token (DINGTALK_ACCESS_TOKEN) and suite_ticket (DINGTALK_SUITE_TICKET) are both set: keep either the token or the app's credentials"},
		{"a token and an app in the environment", of(), env{envAccessToken: "tok", envClientID: "id"}, nil,
			"access_token (DINGTALK_ACCESS_TOKEN) and client_id (DINGTALK_CLIENT_ID) are both set: keep either the token or the app's credentials"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for k, v := range test.env {
				t.Setenv(k, v)
			}
			got, err := test.cfg.resolve()
			if fmt.Sprint(err) != test.err && (err != nil || test.err != "") {
				t.Fatalf("error %v, want %q", err, test.err)
			}
			if d := cmp.Diff(test.want, got.credentials); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestEndpoint(t *testing.T) {
	t.Setenv(envClientID, "id")
	t.Setenv(envClientSecret, "sec")
	tests := []struct{ name, file, env, want, err string }{
		{"left out", "", "", "https://api.dingtalk.io", ""},
		{"China", "https://api.dingtalk.com", "", "https://api.dingtalk.com", ""},
		{"from the environment", "", "https://api.dingtalk.com", "https://api.dingtalk.com", ""},
		{"the file wins", "https://api.dingtalk.io", "https://api.dingtalk.com", "https://api.dingtalk.io", ""},
		{"blanks around it", "\thttps://api.dingtalk.com ", "", "https://api.dingtalk.com", ""},
		{"blanks around it in the environment", "", " https://api.dingtalk.com\n", "https://api.dingtalk.com", ""},
		{"nothing but blanks", " ", "\t", "https://api.dingtalk.io", ""},
		{"blanks in the file, a value in the environment", " ", "https://api.dingtalk.com", "https://api.dingtalk.com", ""},
		{"http to 127.0.0.1", "http://127.0.0.1:7070", "", "http://127.0.0.1:7070", ""},
		{"http to another loopback address", "http://127.8.8.8", "", "http://127.8.8.8", ""},
		{"http to ::1", "http://[::1]:7070", "", "http://[::1]:7070", ""},
		{"http to localhost", "http://localhost:7070", "", "http://localhost:7070", ""},
		{"http to LOCALHOST", "http://LOCALHOST:7070", "", "http://localhost:7070", ""},
		{"http elsewhere", "http://api.dingtalk.io", "", "", "http is allowed only to a loopback address such as 127.0.0.1; use https"},
		{"http to a name that begins like loopback", "http://127.0.0.1.example.com", "", "", "http is allowed only to a loopback address such as 127.0.0.1; use https"},
		{"another scheme", "ftp://api.dingtalk.io", "", "", "the scheme must be https"},
		{"no scheme", "api.dingtalk.io", "", "", "it has no host; write it like https://api.dingtalk.com (China) or https://api.dingtalk.io (elsewhere)"},
		{"a password in it", "https://me:hush@api.dingtalk.io", "", "", "it must not contain a user name or password"},
		{"a user name in it", "https://me@api.dingtalk.io", "", "", "it must not contain a user name or password"},
		{"a fragment", "https://api.dingtalk.io#top", "", "", "it must not contain a query or a fragment"},
		{"an empty query", "https://api.dingtalk.io?", "", "", "it must not contain a query or a fragment"},
		{"a query", "https://api.dingtalk.io?a=b", "", "", "it must not contain a query or a fragment"},
		{"a fragment", "https://api.dingtalk.io#a", "", "", "it must not contain a query or a fragment"},
		{"a path", "https://api.dingtalk.io/v1.0", "", "", "it must not contain the path /v1.0: it names the host alone, like https://api.dingtalk.com (China) or https://api.dingtalk.io (elsewhere)"},
		{"no URL at all", "https://me:hush@api dingtalk", "", "", "it is not a URL; write it like https://api.dingtalk.com (China) or https://api.dingtalk.io (elsewhere)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv(envEndpoint, test.env)
			got, err := connectionConfig{Endpoint: &test.file}.resolve()
			if test.err != "" {
				if want := "endpoint (DINGTALK_ENDPOINT) is not usable: " + test.err; err == nil || err.Error() != want {
					t.Fatalf("error %v, want %q", err, want)
				}
				return
			}
			if err != nil || got.endpoint.String() != test.want {
				t.Errorf("got %q, %v, want %q", got.endpoint.String(), err, test.want)
			}
		})
	}
}

func TestPageSize(t *testing.T) {
	t.Setenv(envAccessToken, "tok")
	for n, ok := range map[int]bool{-1: false, 0: false, 1: true, 100: true, 500: true, 501: false} {
		text := strconv.Itoa(n)
		got, err := connectionConfig{PageSize: &text}.resolve()
		if (err == nil) != ok || ok && got.pageSize != n {
			t.Errorf("page_size %d: got %d, %v", n, got.pageSize, err)
		}
		if err != nil && err.Error() != fmt.Sprintf("page_size is %d; it must be from 1 to 500 (leave it out for 100)", n) {
			t.Error(err)
		}
	}
	if got, err := (connectionConfig{}).resolve(); err != nil || got.pageSize != 100 {
		t.Errorf("left out: got %d, %v", got.pageSize, err)
	}
}

func TestCallsPerSecond(t *testing.T) {
	t.Setenv(envAccessToken, "tok")
	for n, ok := range map[int]bool{-1: false, 0: false, 1: true, 20: true, 1000: true, 1001: false} {
		text := strconv.Itoa(n)
		got, err := connectionConfig{CallsPerSecond: &text}.resolve()
		if (err == nil) != ok || ok && got.callsPerSecond != n {
			t.Errorf("calls_per_second %d: got %d, %v", n, got.callsPerSecond, err)
		}
		if err != nil && err.Error() != fmt.Sprintf("calls_per_second is %d; it must be from 1 to 1000 (leave it out for 20)", n) {
			t.Error(err)
		}
	}
	if got, err := (connectionConfig{}).resolve(); err != nil || got.callsPerSecond != 20 {
		t.Errorf("left out: got %d, %v", got.callsPerSecond, err)
	}
}

// What is no number is an error that names the argument.
func TestNumbers(t *testing.T) {
	t.Setenv(envAccessToken, "tok")
	api := httptest.NewServer(newPages(1, 1))
	defer api.Close()
	for config, want := range map[string]string{
		`calls_per_second = "abc"`: `calls_per_second is "abc"; it must be a whole number from 1 to 1000 (leave it out for 20)`,
		`calls_per_second = 0.5`:   `calls_per_second is "0.5"; it must be a whole number from 1 to 1000 (leave it out for 20)`,
		`page_size = ""`:           `page_size is ""; it must be a whole number from 1 to 500 (leave it out for 100)`,
		`page_size = 1000000000`:   "page_size is 1000000000; it must be from 1 to 500 (leave it out for 100)",
		`page_size = 5e1`:          "",
		`page_size = "50"`:         "",
	} {
		e, err := engine.New(NewServer(), engine.Connection{Name: "dingtalk", Config: fmt.Sprintf("endpoint = %q\n", api.URL) + config})
		if err != nil {
			t.Fatal(err)
		}
		err = e.Execute(t.Context(), benchScan("a"), func(*proto.Row) error { return nil })
		if (err == nil) != (want == "") || err != nil && !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: %v", config, err)
		}
	}
}

func TestWildcards(t *testing.T) {
	tests := []struct {
		codes []string
		code  string
		want  bool
	}{
		{[]string{"a.b"}, "a.b", true},
		{[]string{"a.b"}, "axb", false},
		{[]string{"a.b"}, "a.b.c", false},
		{[]string{"a.b"}, "x.a.b", false},
		{[]string{"a.*"}, "a.b.c", true},
		{[]string{"a.*"}, "a.\nb", true},
		{[]string{"*Limit*"}, "Forbidden.QpsLimitForApi", true},
		{[]string{"x", "y*z"}, "yz", true},
		{[]string{"x", "y*z"}, "zy", false},
	}
	for _, test := range tests {
		if got := wildcards(test.codes).MatchString(test.code); got != test.want {
			t.Errorf("%q matches %q: %v", test.codes, test.code, got)
		}
	}
}

// The settings contain the secrets, and printing them shows none.
func TestNoSecretInPrintedConfig(t *testing.T) {
	secret, token := "hush-secret", "hush-token"
	id := "id"
	cfg := connectionConfig{ClientID: &id, ClientSecret: &secret, SuiteTicket: &token, CorpID: &id}
	s, err := cfg.resolve()
	if err != nil {
		t.Fatal(err)
	}
	own, err := connectionConfig{AccessToken: &token}.resolve()
	if err != nil {
		t.Fatal(err)
	}
	api := client.New(client.Config{Endpoint: &url.URL{}, Credentials: s.credentials})
	for _, v := range []any{cfg, &cfg, s.credentials, own.credentials, s, own, api} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			if text := fmt.Sprintf(verb, v); strings.Contains(text, "hush") {
				t.Errorf("%s of %T shows %s", verb, v, text)
			}
		}
	}
}
