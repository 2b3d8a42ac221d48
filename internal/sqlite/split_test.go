package sqlite_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
)

func TestSplit(t *testing.T) {
	tests := []struct {
		sql  string
		want []string
	}{
		{"", nil},
		{" ;; -- nothing; at all\n /* ; */ ; ", nil},
		{"select 1", []string{"select 1"}},
		{"select 1;", []string{"select 1"}},
		{"select 1; select 2 ;", []string{"select 1", "select 2"}},
		{"-- a; b\nselect 1; /* c; */ select 2", []string{"-- a; b\nselect 1", "/* c; */ select 2"}},
		{"select ';', 'it''s;', \";\", `;`, [;]; select 2", []string{"select ';', 'it''s;', \";\", `;`, [;]", "select 2"}},
		{"select '-- no comment'; select '/*'; select '*/'", []string{"select '-- no comment'", "select '/*'", "select '*/'"}},
		{"select 'never closed; select 2", []string{"select 'never closed; select 2"}},
		{"select '会议;'; select 2", []string{"select '会议;'", "select 2"}},
		{"select 1 /*;", []string{"select 1 /*;"}},
		{"/*/ ; */ select 1; select 2", []string{"/*/ ; */ select 1", "select 2"}},
		{"select 1 /*", []string{"select 1 /*"}},
		{"select [never closed; select 2", []string{"select [never closed; select 2"}},
		{"-- never ended; select 1", nil},
		{"select 1 - -1; select 4/2*2", []string{"select 1 - -1", "select 4/2*2"}},
	}
	for _, test := range tests {
		if d := cmp.Diff(test.want, sqlite.Split(test.sql)); d != "" {
			t.Errorf("%q (-want +got):\n%s", test.sql, d)
		}
	}
}

func TestCut(t *testing.T) {
	tests := []struct {
		sql  string
		want []string
		rest string
	}{
		{"", nil, ""},
		{"select 1", nil, "select 1"},
		{"select 1;", []string{"select 1"}, ""},
		{"select 1; select 2", []string{"select 1"}, " select 2"},
		{"select ';", nil, "select ';"},
		{"select ';'\n;", []string{"select ';'"}, ""},
		{"select \"a;b", nil, "select \"a;b"},
		{"select [a;b", nil, "select [a;b"},
		{"/* a", nil, "/* a"},
		{"/* a; */", nil, ""},
		{"/*/ ; select 1", nil, "/*/ ; select 1"},
		{"-- a;\n", nil, ""},
		{"select 1; -- and that is all\n", []string{"select 1"}, ""},
		{";;\n", nil, ""},
	}
	for _, test := range tests {
		got, rest := sqlite.Cut(test.sql)
		if d := cmp.Diff(test.want, got); d != "" || rest != test.rest {
			t.Errorf("%q: rest %q, want %q; (-want +got):\n%s", test.sql, rest, test.rest, d)
		}
	}
}
