package dingtalk

import (
	"cmp"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// connectionConfig is the connection block of the .spc file. Its fields are pointers,
// so that a missing argument differs from an empty one, and printing the struct shows
// no secret. Numbers are read as text, since the SDK's error for a wrong number does
// not name the argument.
type connectionConfig struct {
	Endpoint         *string  `hcl:"endpoint,optional"`
	ClientID         *string  `hcl:"client_id,optional"`
	ClientSecret     *string  `hcl:"client_secret,optional"`
	CorpID           *string  `hcl:"corp_id,optional"`
	SuiteTicket      *string  `hcl:"suite_ticket,optional"`
	AccessToken      *string  `hcl:"access_token,optional"`
	ActingUnionID    *string  `hcl:"acting_union_id,optional"`
	LegacyEndpoint   *string  `hcl:"legacy_endpoint,optional"`
	CallsPerSecond   *string  `hcl:"calls_per_second,optional"`
	CallsPerDay      *string  `hcl:"calls_per_day,optional"`
	PageSize         *string  `hcl:"page_size,optional"`
	IgnoreErrorCodes []string `hcl:"ignore_error_codes,optional"`
	Language         *string  `hcl:"language,optional"`
}

func newConnectionConfig() any { return &connectionConfig{} }

// configOf returns a connection's config. It is the only reader of
// Connection.Config, which is nil for an empty block.
func configOf(connection *plugin.Connection) connectionConfig {
	cfg, _ := connection.Config.(connectionConfig)
	return cfg
}

// The environment variables that replace missing arguments.
const (
	envEndpoint     = "DINGTALK_ENDPOINT"
	envClientID     = "DINGTALK_CLIENT_ID"
	envClientSecret = "DINGTALK_CLIENT_SECRET"
	envCorpID       = "DINGTALK_CORP_ID"
	envSuiteTicket  = "DINGTALK_SUITE_TICKET"
	envAccessToken  = "DINGTALK_ACCESS_TOKEN"
	envActing       = "DINGTALK_ACTING_UNION_ID"
	envLegacy       = "DINGTALK_LEGACY_ENDPOINT"
)

const (
	defaultPageSize = 100
	maxPageSize     = 500

	maxCallsPerSecond = 1000
	maxCallsPerDay    = 10_000_000
)

// settings are a connection's config and environment, checked.
type settings struct {
	clientSettings
	// actingUnionID is the user on whose behalf calls are made that need a user; "" if
	// the connection names none.
	actingUnionID string
	pageSize      int
	// ignoreCodes matches the DingTalk error codes that mean "no rows"; nil
	// matches none.
	ignoreCodes *regexp.Regexp
}

// clientSettings are all that a client depends on. Connections with equal settings
// have equal clients.
type clientSettings struct {
	endpoint       url.URL
	legacy         url.URL // zero: the client's default
	credentials    client.Credentials
	callsPerSecond int
	callsPerDay    int    // 0: any number
	corpID         string // of the organization; "" if the connection names none
}

// resolve checks the config, and adds missing arguments from the environment. An error
// names the argument and its variable, and never shows a value that may be a secret.
func (cfg connectionConfig) resolve() (s settings, err error) {
	if err := cfg.checkLanguage(); err != nil {
		return s, err
	}
	endpoint, err := client.ParseEndpoint(cmp.Or(value(cfg.Endpoint), strings.TrimSpace(os.Getenv(envEndpoint)), client.EndpointInternational))
	if err != nil {
		return s, unusable(argument{name: "endpoint", env: envEndpoint}, err)
	}
	s.endpoint = *endpoint
	if text := cmp.Or(value(cfg.LegacyEndpoint), strings.TrimSpace(os.Getenv(envLegacy))); text != "" {
		legacy, err := client.ParseEndpoint(text)
		if err != nil {
			return s, unusable(argument{name: "legacy_endpoint", env: envLegacy}, err)
		}
		s.legacy = *legacy
	}
	if s.credentials, err = cfg.credentials(); err != nil {
		return s, err
	}
	s.corpID = cfg.corpID()
	s.actingUnionID = cmp.Or(value(cfg.ActingUnionID), strings.TrimSpace(os.Getenv(envActing)))
	if s.callsPerSecond, err = number("calls_per_second", cfg.CallsPerSecond, client.DefaultCallsPerSecond, maxCallsPerSecond); err != nil {
		return s, err
	}
	if s.callsPerDay, err = number("calls_per_day", cfg.CallsPerDay, 0, maxCallsPerDay); err != nil {
		return s, err
	}
	if s.pageSize, err = number("page_size", cfg.PageSize, defaultPageSize, maxPageSize); err != nil {
		return s, err
	}
	for _, code := range cfg.IgnoreErrorCodes {
		if code == legacyWrapper || code == legacyPrefix+legacyWrapper {
			return s, client.Advice{
				English: fmt.Sprintf(`ignore_error_codes names %q, in which DingTalk wraps every code of the older API: name the code that the error message shows, such as "60011" for "code errcode 60011"`, code),
				Chinese: fmt.Sprintf(`旧版 API 的所有错误码都包在 %q 里，不能写进 ignore_error_codes：请写报错里显示的错误码，例如 "code errcode 60011" 写作 "60011"。`, code),
			}
		}
	}
	s.ignoreCodes = wildcards(cfg.IgnoreErrorCodes)
	return s, nil
}

// The codes of the older API are shown as legacyPrefix and a number.
// legacyWrapper only says that there is another code in the answer.
const (
	legacyPrefix  = "errcode "
	legacyWrapper = "88"
)

// ignores reports whether a code of DingTalk's means "no rows" for the connection. The
// connection may name a code of the older API with its prefix or without.
func (s settings) ignores(e *client.Error) bool {
	return e.Code != "" && s.ignoreCodes != nil && (s.ignoreCodes.MatchString(e.Code) || s.ignoreCodes.MatchString(e.BareCode()))
}

// Documentation is the address of the folder docs of the repository.
const Documentation = "https://github.com/turbot/steampipe-plugin-dingtalk/blob/main/docs"

// ErrNoCredentials is wrapped by the errors of a connection that names no credentials.
var ErrNoCredentials error = client.Advice{
	English: "no credentials are set",
	Chinese: "没有设置凭证：请在连接配置或环境变量里设置 client_id (" + envClientID + ") 和 client_secret (" + envClientSecret + ")，" +
		"或者设置 access_token (" + envAccessToken + ")。在哪里可以找到，见 " + Documentation + "/zh-CN/index.md#凭证",
}

// credentials chooses the flow, and checks that all its arguments are there. The
// credentials in the file decide; the environment only adds what that flow lacks. If
// the file has none, the environment decides.
func (cfg connectionConfig) credentials() (client.Credentials, error) {
	id := argument{"client_id", envClientID, value(cfg.ClientID)}
	secret := argument{"client_secret", envClientSecret, value(cfg.ClientSecret)}
	corp := argument{"corp_id", envCorpID, value(cfg.CorpID)}
	ticket := argument{"suite_ticket", envSuiteTicket, value(cfg.SuiteTicket)}
	token := argument{"access_token", envAccessToken, value(cfg.AccessToken)}

	all := []*argument{&id, &secret, &corp, &ticket, &token}
	if !slices.ContainsFunc(all, func(a *argument) bool { return a.value != "" }) {
		for _, a := range all {
			a.fill()
		}
	}

	// Arguments for two ways to a token are a mistake.
	if token.value != "" {
		for _, a := range []argument{id, secret, ticket} {
			if a.value != "" {
				return nil, client.Advice{
					English: fmt.Sprintf("%s and %s are both set: keep either the token or the app's credentials", token, a),
					Chinese: fmt.Sprintf("%s 和 %s 同时设置了：请只保留访问凭证，或者只保留应用的凭证。", token, a),
				}
			}
		}
		if !client.Sendable(token.value) {
			return nil, client.Advice{
				English: fmt.Sprintf("%s has a line break or another control character: copy the token again, without it", token),
				Chinese: fmt.Sprintf("%s 含有换行符或其他控制字符：请重新复制访问凭证，去掉这些字符。", token),
			}
		}
		return client.AccessToken{Token: client.NewSecret(token.value)}, nil
	}

	needed := []*argument{&id, &secret}
	switch {
	case ticket.value != "":
		needed = append(needed, &corp)
	case corp.value == "" && id.value == "" && secret.value == "":
		return nil, fmt.Errorf("%w: set %s and %s, or %s, in the connection or in the environment; %s/index.md#credentials says where to find them", ErrNoCredentials, id, secret, token, Documentation)
	}
	var missing []string
	for _, a := range needed {
		a.fill()
		if a.value == "" {
			missing = append(missing, a.String())
		}
	}
	if len(missing) > 0 {
		return nil, client.Advice{
			English: fmt.Sprintf("credentials are incomplete: set %s in the connection or in the environment", strings.Join(missing, " and ")),
			Chinese: fmt.Sprintf("凭证不完整：请在连接配置或环境变量里设置 %s。", strings.Join(missing, "、")),
		}
	}

	clientSecret := client.NewSecret(secret.value)
	switch {
	case ticket.value != "":
		return client.ThirdPartyApp{ClientID: id.value, ClientSecret: clientSecret, CorpID: corp.value, SuiteTicket: client.NewSecret(ticket.value)}, nil
	case corp.value != "":
		return client.OrganizationApp{ClientID: id.value, ClientSecret: clientSecret, CorpID: corp.value}, nil
	default:
		return client.InternalApp{ClientID: id.value, ClientSecret: clientSecret}, nil
	}
}

// corpID returns the organization's id, if the config names it. The environment is
// used only if the flow needs the id, as for credentials.
func (cfg connectionConfig) corpID() string {
	credentials := []*string{cfg.ClientID, cfg.ClientSecret, cfg.CorpID, cfg.AccessToken}
	named := slices.ContainsFunc(credentials, func(s *string) bool { return value(s) != "" })
	if named && value(cfg.SuiteTicket) == "" {
		return value(cfg.CorpID)
	}
	return cmp.Or(value(cfg.CorpID), strings.TrimSpace(os.Getenv(envCorpID)))
}

// argument is one argument of the connection, and its variable.
type argument struct{ name, env, value string }

func (a argument) String() string { return fmt.Sprintf("%s (%s)", a.name, a.env) }

// fill takes the variable's value if the file has none.
func (a *argument) fill() { a.value = cmp.Or(a.value, strings.TrimSpace(os.Getenv(a.env))) }

// unusable returns the error of an address that no client takes.
func unusable(a argument, err error) error {
	return client.Advice{
		English: fmt.Sprintf("%s is not usable: %v", a, err),
		Chinese: fmt.Sprintf("请检查 %s：只写 https:// 和主机名，例如 https://api.dingtalk.com，不带路径、用户名、密码、查询参数和锚点。", a),
	}
}

// value returns a string argument; a missing one is "".
func value(s *string) string {
	if s == nil {
		return ""
	}
	return strings.TrimSpace(*s)
}

// number returns a number argument, from 1 to most. left is what it is if it is left out; 0
// is no bound.
func number(name string, text *string, left, most int) (int, error) {
	if text == nil {
		return left, nil
	}
	leaveOut := client.Advice{English: fmt.Sprintf("leave it out for %d", left), Chinese: fmt.Sprintf("不填写时为 %d", left)}
	if left == 0 {
		leaveOut = client.Advice{English: "leave it out for no bound", Chinese: "不填写时没有上限"}
	}
	wrong := client.Advice{Chinese: fmt.Sprintf("%s 请填写 1 到 %d 的整数；%s。", name, most, leaveOut.Chinese)}
	n, err := strconv.Atoi(*text)
	switch {
	case err != nil:
		wrong.English = fmt.Sprintf("%s is %q; it must be a whole number from 1 to %d (%s)", name, *text, most, leaveOut.English)
	case n < 1 || n > most:
		wrong.English = fmt.Sprintf("%s is %d; it must be from 1 to %d (%s)", name, n, most, leaveOut.English)
	default:
		return n, nil
	}
	return 0, wrong
}

// wildcards returns an expression for codes in which * is any text; nil if there are
// no codes.
func wildcards(codes []string) *regexp.Regexp {
	if len(codes) == 0 {
		return nil
	}
	alternatives := make([]string, len(codes))
	for i, code := range codes {
		alternatives[i] = strings.ReplaceAll(regexp.QuoteMeta(code), `\*`, `.*`)
	}
	return regexp.MustCompile(`^(?s:` + strings.Join(alternatives, "|") + `)$`)
}
