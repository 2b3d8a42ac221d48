package dingtalk

import (
	"cmp"
	"fmt"
	"os"
	"strings"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// Messages are in English. Where the language is Chinese, a line behind the message
// says in Chinese what to do.

// The languages of the argument.
const (
	english = "en"
	chinese = "zh"
)

// checkLanguage returns an error for a language that messages do not have.
func (cfg connectionConfig) checkLanguage() error {
	switch language := value(cfg.Language); language {
	case "", english, chinese:
		return nil
	default:
		return client.Advice{
			English: fmt.Sprintf("language is %q; it must be %q or %q (leave it out for that of the environment)", language, english, chinese),
			Chinese: fmt.Sprintf("language 请填写 %q 或 %q；不填写时以环境变量的语言为准。", chinese, english),
		}
	}
}

// inChinese reports whether messages have a line in Chinese: as the connection says, or
// else as the locale of the environment does.
func (cfg connectionConfig) inChinese() bool {
	switch value(cfg.Language) {
	case english:
		return false
	case chinese:
		return true
	default:
		return LocaleIsChinese()
	}
}

// LocaleIsChinese reports whether the language of the environment is Chinese.
func LocaleIsChinese() bool {
	return strings.HasPrefix(cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")), chinese)
}

// explain adds to an error what to do, in Chinese, if that is the language of the
// connection.
func explain(connection *plugin.Connection, err error) error {
	if configOf(connection).inChinese() {
		return withChinese(err)
	}
	return err
}

// withChinese adds to an error what its message says to do, in Chinese.
func withChinese(err error) error {
	advice := adviceInChinese(err)
	if advice == nil {
		return err
	}
	last := len(advice) - 1
	for i, sentence := range advice[:last] { // one that ends with SQL has no full stop
		advice[i] = strings.TrimSuffix(sentence, "。") + "。"
	}
	return &bilingual{err, strings.Join(advice, "")}
}

// bilingual is an error with a line in Chinese.
type bilingual struct {
	error
	chinese string
}

func (e *bilingual) Error() string { return e.error.Error() + "\n" + e.chinese }
func (e *bilingual) Unwrap() error { return e.error }

// adviceInChinese returns the advice of all errors in an error, which may join several.
func adviceInChinese(err error) (advice []string) {
	switch e := err.(type) {
	case interface{ InChinese() string }:
		return []string{e.InChinese()}
	case interface{ Unwrap() error }:
		return adviceInChinese(e.Unwrap())
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			advice = append(advice, adviceInChinese(one)...)
		}
	}
	return advice
}
