package client

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestFields(t *testing.T) {
	type entry struct {
		At   *Millis     `json:"at"`
		Is   Flag        `json:"is"`
		N    *LegacyInt  `json:"n"`
		Text *LegacyText `json:"text"`
	}
	type body struct {
		Result struct {
			List List[*entry] `json:"list"`
		} `json:"result"`
	}
	millis := func(m Millis) *Millis { return &m }
	number := func(n LegacyInt) *LegacyInt { return &n }
	text := func(s LegacyText) *LegacyText { return &s }
	tests := []struct {
		json string
		want entry
		err  string
	}{
		{`{}`, entry{}, ""},
		{`{"at":null,"is":null,"n":null,"text":null}`, entry{}, ""},

		{`{"at":1668087731000}`, entry{At: millis(1668087731000)}, ""},
		{`{"at":0}`, entry{At: millis(0)}, ""},
		{`{"at":-62135596800000}`, entry{At: millis(-62135596800000)}, ""}, // the year 1
		{`{"at":253402300799999}`, entry{At: millis(253402300799999)}, ""}, // the end of 9999
		{`{"at":-62135596800001}`, entry{}, "at: -62135596800001 is no time in milliseconds"},
		{`{"at":253402300800000}`, entry{}, "at: 253402300800000 is no time in milliseconds"},
		{`{"at":"1668087731000"}`, entry{}, "at: the JSON string is no whole number"},
		{`{"at":1.5}`, entry{}, "at: the JSON number 1.5 is no whole number"},
		{`{"at":true}`, entry{}, "at: the JSON boolean is no whole number"},

		{`{"is":true}`, entry{Is: yes}, ""},
		{`{"is":false}`, entry{Is: no}, ""},
		{`{"is":1}`, entry{Is: yes}, ""},
		{`{"is":0}`, entry{Is: no}, ""},
		{`{"is":2}`, entry{}, ""},
		{`{"is":-1}`, entry{}, ""},
		{`{"is":"true"}`, entry{Is: yes}, ""},
		{`{"is":"false"}`, entry{Is: no}, ""},
		{`{"is":"1"}`, entry{Is: yes}, ""},
		{`{"is":"0"}`, entry{Is: no}, ""},
		{`{"is":"7"}`, entry{}, ""},
		{`{"is":""}`, entry{}, `is: "" is no flag`},
		{`{"is":"null"}`, entry{}, `is: "null" is no flag`},
		{`{"is":"yes"}`, entry{}, `is: "yes" is no flag`},
		{`{"is":0.5}`, entry{}, "is: 0.5 is no flag"},
		{`{"is":[]}`, entry{}, "is: [] is no flag"},

		{`{"n":7}`, entry{N: number(7)}, ""},
		{`{"n":"-7"}`, entry{N: number(-7)}, ""},
		{`{"n":""}`, entry{}, `n: "" is no integer`},
		{`{"n":"null"}`, entry{}, `n: "null" is no integer`},
		{`{"n":1.5}`, entry{}, "n: 1.5 is no integer"},
		{`{"n":true}`, entry{}, "n: true is no integer"},

		{`{"text":"a\nb"}`, entry{Text: text("a\nb")}, ""},
		{`{"text":""}`, entry{Text: text("")}, ""},
		{`{"text":7}`, entry{Text: text("7")}, ""},
		{`{"text":true}`, entry{Text: text("true")}, ""},
		{`{"text":{"a":1}}`, entry{}, `text: {"a":1} is no text`},
		{`{"text":["` + strings.Repeat("会", 50) + `"]}`, entry{}, `text: ["` + strings.Repeat("会", 50) + `"] is no text`}, // cut when it is shown

		{`null`, entry{}, "null is no entry"},
		{`7`, entry{}, "the JSON number is no object"},
	}
	for _, test := range tests {
		t.Run(test.json, func(t *testing.T) {
			var got body
			err := json.Unmarshal([]byte(`{"result":{"list":[{},{},`+test.json+`]}}`), &got)
			if test.err != "" {
				sep := "."
				if !strings.Contains(test.err, ": ") {
					sep = ": "
				}
				if err == nil || describe(err) != "result.list[2]"+sep+test.err {
					t.Errorf("%v", describe(err))
				}
				return
			}
			if err != nil {
				t.Fatal(describe(err))
			}
			if d := cmp.Diff(&test.want, got.Result.List[2]); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// An entry that is its type's zero value is not null.
func TestListOfTexts(t *testing.T) {
	var l List[string]
	if err := json.Unmarshal([]byte(`["",""]`), &l); err != nil || len(l) != 2 {
		t.Error(l, err)
	}
	if err := json.Unmarshal([]byte(`["",null]`), &l); err == nil || describe(err) != "[1]: null is no entry" {
		t.Error(err)
	}
	if err := json.Unmarshal([]byte(`{}`), &l); err == nil {
		t.Error("an object became a list")
	}
}

func TestMillisTime(t *testing.T) {
	m, zero := Millis(1668087731000), Millis(0)
	if got := m.Time(); got == nil || got.Format(time.RFC3339) != "2022-11-10T13:42:11Z" {
		t.Error(got)
	}
	if zero.Time() != nil || (*Millis)(nil).Time() != nil {
		t.Error("a time where there is none")
	}
}

func TestFlagBool(t *testing.T) {
	if b := yes.Bool(); b == nil || !*b {
		t.Error("yes")
	}
	if b := no.Bool(); b == nil || *b {
		t.Error("no")
	}
	if Flag(0).Bool() != nil {
		t.Error("neither")
	}
}
