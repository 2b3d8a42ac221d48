// Package advice says what a person can do about an error, in English and in Chinese.
package advice

import "errors"

// Text is what a person can do about an error: a text in English, and what it says to do
// in Chinese as one line. As an error itself it is in English. The zero Text says nothing.
type Text struct{ English, Chinese string }

// Of returns a Text.
func Of(english, chinese string) Text { return Text{english, chinese} }

func (t Text) Error() string { return t.English }

// InChinese returns what an error says to do, in Chinese; "" if it has no Text, or wraps
// none.
func InChinese(err error) string {
	t, _ := errors.AsType[Text](err)
	return t.Chinese
}
