package delivery

// Text is a text in English and in Chinese. As an error it is in English; Keys.Explain
// can add the other.
type Text struct{ English, Chinese string }

func (t Text) Error() string { return t.English }

// InChinese returns the text in Chinese.
func (t Text) InChinese() string { return t.Chinese }
