package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const head = "group_id,title,description,control_id,control_title,control_description,reason,resource,status,severity,"

// The same report, as Powerpipe and as dingtalk-sql write it.
const (
	powerpipes = head + `host_name,meeting_title,value,plugin
g,T,D,control.a,A,D,"=1, after 5 minutes.",r,ok,high,Lin,=x,,p
g,T,D,control.a,A,D,'=quoted.,s,ok,high,<nil>,,,p
g,T,D,control.report_head,H,D,Collected.,collected,info,,,,1,p
g,T,D,control.report_head,H,D,Calls.,api_calls,info,,,,2,p
g,T,D,control.report_head,H,D,The endpoint.,endpoint,info,,,,https,p
`
	ours = "\ufeff" + head + `host_name,meeting_title,value,plugin,report_collected,report_organization
g,T,D,control.a,A,D,''=quoted.,s,ok,high,,,,p,2026,o
g,T,D,control.a,A,D,"'=1, after 6 minutes.",r,ok,high,Lin,'=x,,p,2026,o
g,T,D,control.report_head,H,D,Collected.,collected,info,,,,3,p,2026,o
g,T,D,control.report_head,H,D,Calls.,api_calls,info,,,,4,p,2026,o
g,T,D,control.report_head,H,D,The endpoint.,endpoint,info,,,,https,p,2026,o
`
)

func lines(t *testing.T, text string) ([]string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return read(path)
}

func TestBothFormatsAreRead(t *testing.T) {
	want := []string{
		"control.a | r | ok | =1, after some minutes. | host_name: Lin | meeting_title: =x | plugin: p",
		"control.a | s | ok | '=quoted. | plugin: p",
		"control.report_head | endpoint | info | The endpoint. | plugin: p | value: https",
	}
	for name, text := range map[string]string{"Powerpipe's": powerpipes, "ours": ours} {
		got, err := lines(t, text)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

func TestOtherFiles(t *testing.T) {
	for text, want := range map[string]string{
		"":             "is empty",
		"a,b\n1,2\n":   "no column control_id",
		"a,b\n1,2,3\n": "wrong number of fields",
	} {
		if _, err := lines(t, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	if _, err := read("nope.csv"); err == nil {
		t.Error("no error")
	}
}
