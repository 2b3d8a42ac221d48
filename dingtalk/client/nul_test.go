package client_test

import (
	"encoding/json"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// No text and no JSON value contains U+0000.
func TestNoNUL(t *testing.T) {
	for sent, want := range map[string]string{
		`a\u0000b`:             "a\ufffdb",
		`\u0000`:               "\ufffd",
		`\u0000\u0000 `:        "\ufffd\ufffd ",
		`\\u0000`:              `\u0000`,
		`\\\u0000`:             "\\\ufffd",
		`\\\\u0000\"\n`:        "\\\\u0000\"\n",
		`\u00000`:              "\ufffd0",
		`\u0001周会\ud83d\ude00`: "\x01周会😀",
		`no escape at all`:     "no escape at all",
	} {
		inWorld(t, internalApp, func(t *testing.T, w *world) {
			w.sim.Script(simulator.Fault{On: simulator.OnKind(simulator.ConferenceInfoCall),
				Serve: simulator.Answer(200, `{"confInfo":{"title":"`+sent+`","creatorNick":"`+sent+`","extensionAppSettings":[{"`+sent+`":"`+sent+`"}]}}`)})
			c, err := w.api.Conference(t.Context(), "c", nil)
			if err != nil {
				t.Fatal(err)
			}
			var settings []map[string]string
			if err := json.Unmarshal(c.ExtensionAppSettings.RawMessage, &settings); err != nil {
				t.Fatal(err)
			}
			if *c.Title != want || *c.CreatorNick != want || settings[0][want] != want {
				t.Errorf("%s became %q, %q and %v; want %q", sent, *c.Title, *c.CreatorNick, settings, want)
			}
		})
	}
}
