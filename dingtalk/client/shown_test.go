package client_test

import (
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// However long DingTalk's texts are, an error has an end; and none of them can look like a
// line of its own.
func TestErrorsHaveAnEnd(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		schedule(w.sim, "s", 1)
		long := strings.Repeat("错", 1<<18)
		for _, serve := range []simulator.Fault{
			{Serve: simulator.Refuse(403, "c"+long, "first\nError: forged\u202e\u2028"+long)},
			{Serve: simulator.Answer(403, `{"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied","message":"`+long+`","requestid":"`+long+`","accessdenieddetail":{"requiredScopes":["`+long+`"]}}`)},
			{Serve: simulator.Answer(200, `{"errcode":88,"errmsg":"ding talk error[subcode=60011,submsg=`+long+`]"}`)},
		} {
			serve.On = isConference
			w.sim.ClearFaults()
			w.sim.Script(serve)
			_, err := conferences(t, w.api, "s", client.PageOptions{})
			if err == nil {
				t.Fatal("no error")
			}
			text := err.Error()
			if n := len(text); n > 8000 || strings.ContainsAny(text, "\n\u202e\u2028") || !strings.Contains(text, "characters in all)") {
				t.Errorf("%d bytes: %.300q", n, text)
			}
		}
	})
}
