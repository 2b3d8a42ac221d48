package report

import (
	"reflect"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/powerpipe"
)

// Each language has all texts, with the same places for values.
func TestTextsAreComplete(t *testing.T) {
	english := reflect.ValueOf(languages["en"])
	for language, texts := range languages {
		v := reflect.ValueOf(texts)
		for i := range v.NumField() {
			name := v.Type().Field(i).Name
			complete(t, language+"."+name, english.Field(i), v.Field(i))
		}
		for _, status := range Statuses {
			if texts.Statuses[status] == "" || texts.Meanings[status] == "" || signs[status] == "" {
				t.Errorf("%s: no name, meaning or sign of %s", language, status)
			}
		}
		for _, severity := range powerpipe.Severities {
			if texts.Severities[severity] == "" {
				t.Errorf("%s: no name of %s", language, severity)
			}
		}
	}
	if len(languages) != 2 || languages["zh"].Lang == "" {
		t.Errorf("%d languages", len(languages))
	}
}

func complete(t *testing.T, name string, english, other reflect.Value) {
	t.Helper()
	if other.Kind() == reflect.Map {
		if english.Len() != other.Len() {
			t.Errorf("%s: %d texts, in English %d", name, other.Len(), english.Len())
		}
		for _, key := range english.MapKeys() {
			if text := other.MapIndex(key); !text.IsValid() || text.String() == "" {
				t.Errorf("%s: no %s", name, key)
			}
		}
		return
	}
	if other.String() == "" || strings.Count(other.String(), "%") != strings.Count(english.String(), "%") {
		t.Errorf("%s: %q, in English %q", name, other, english)
	}
}
