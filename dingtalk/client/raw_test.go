package client

import (
	"encoding/json"
	"testing"
)

func TestRaw(t *testing.T) {
	type entry struct {
		Array  RawArray  `json:"array"`
		Object RawObject `json:"object"`
	}
	tests := []struct{ json, array, object, err string }{
		{`{}`, "", "", ""},
		{`{"array":null,"object":null}`, "", "", ""},
		{`{"array":[ {"a":1},"b",null ],"object":{ "c":[]}}`, `[ {"a":1},"b",null ]`, `{ "c":[]}`, ""},
		{`{"array":[],"object":{}}`, `[]`, `{}`, ""},
		{`{"array":{}}`, "", "", "array: {} is no array"},
		{`{"array":"[]"}`, "", "", `array: "[]" is no array`},
		{`{"object":[]}`, "", "", "object: [] is no object"},
		{`{"object":0}`, "", "", "object: 0 is no object"},
	}
	for _, test := range tests {
		t.Run(test.json, func(t *testing.T) {
			var e entry
			if err := json.Unmarshal([]byte(test.json), &e); err != nil || test.err != "" {
				if err == nil || describe(err) != test.err {
					t.Error(err)
				}
				return
			}
			if string(e.Array.RawMessage) != test.array || string(e.Object.RawMessage) != test.object {
				t.Errorf("%s %s", e.Array, e.Object)
			}
		})
	}
	// It can be written again, and without its bytes turning into base64.
	if b, err := json.Marshal(entry{Array: RawArray{json.RawMessage(`[1]`)}}); err != nil || string(b) != `{"array":[1],"object":null}` {
		t.Errorf("%s, %v", b, err)
	}
}
