package client

import (
	"net/http"
	"testing"
)

// The words of a refusal are DingTalk's where it has some, else what came in their place.
func TestWordsOfARefusal(t *testing.T) {
	older := &endpoint{method: http.MethodPost, path: "/older", api: legacyAPI}
	newer := &endpoint{method: http.MethodGet, path: "/newer", api: openAPI}
	for _, test := range []struct {
		of            *endpoint
		status        int
		body          string
		code, message string
	}{
		{newer, 400, ``, "", "an empty body"},
		{newer, 500, " \r\n", "", "an empty body"},
		{newer, 400, `{}`, "", "a body without an error code"},
		{newer, 400, `{"requestid":"r"}`, "", "a body without an error code"},
		{newer, 400, `oh`, "", "a body without an error code"},
		{newer, 400, `{"message":"oh"}`, "", "oh"},
		{newer, 400, `{"code":"whatIsThis"}`, "whatIsThis", ""},
		{newer, 400, `{"code":"whatIsThis","message":"oh"}`, "whatIsThis", "oh"},
		{newer, 302, ``, "", "a redirect"},
		{newer, 302, `<html>`, "", "a redirect"},
		{newer, 302, `{"code":"whatIsThis"}`, "whatIsThis", ""},
		{newer, 302, `{"message":"oh"}`, "", "oh"},
		{newer, 403, `<html>`, "", "an HTML page"},
		{older, 200, `{"errcode":88,"errmsg":"error[subcode=7]"}`, "errcode 7", "error[subcode=7]"},
		{older, 200, `{"errcode":88,"errmsg":"error[subcode=7,submsg=oh]"}`, "errcode 7", "oh"},
		{older, 200, `{"errcode":7,"errmsg":"oh"}`, "errcode 7", "oh"},
		{older, 200, `{"errcode":7,"errmsg":"oh","sub_msg":"more"}`, "errcode 7", "oh (sub_msg: more)"},
		{older, 200, `{"errcode":7,"sub_msg":"more"}`, "errcode 7", "more"},
	} {
		e := refused(test.of, test.status, http.Header{}, []byte(test.body))
		if e.Code != test.code || e.Message != test.message || e.Status != test.status {
			t.Errorf("HTTP %d %q: code %q, message %q", test.status, test.body, e.Code, e.Message)
		}
	}
}
