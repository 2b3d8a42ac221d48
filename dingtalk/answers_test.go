package dingtalk_test

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	seen "github.com/turbot/steampipe-plugin-dingtalk/internal/answers"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
)

// Answers of DingTalk, as people have seen them or as its documentation has them, and
// what a query has to return for them.
func TestAnswers(t *testing.T) {
	cases, err := seen.Load("testdata/answers.json")
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]int{}
	for _, c := range cases {
		sources[c.Source]++
		t.Run(c.About, func(t *testing.T) {
			t.Parallel()
			rows, failed, made := play(t, c)
			for _, wrong := range c.Judge(rows, failed, made, nil) {
				t.Error(wrong)
			}
		})
	}
	if len(sources) != 3 || sources["seen"] == 0 || sources["page"] == 0 || sources["likely"] == 0 {
		t.Errorf("the sources are %v, want seen, page and likely", sources)
	}
}

// play runs the query of a case, and returns its rows or its error, and the calls
// that it made.
func play(t *testing.T, c *seen.Case) (rows []map[string]any, failed string, made map[string]int) {
	api := seen.NewAPI(c)
	server := httptest.NewServer(api)
	defer server.Close()
	config := ""
	for name, value := range c.Arguments(server.URL) {
		config += fmt.Sprintf("%s = %q\n", name, value)
	}
	e, err := engine.New(dingtalk.NewServerWithSleep(noSleep), engine.Connection{Name: "dingtalk", Config: config})
	if err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Open(e, "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	result, err := db.Query(t.Context(), c.Query)
	if err != nil {
		return nil, err.Error(), api.Made()
	}
	for _, row := range result.Rows {
		named := map[string]any{}
		for i, column := range result.Columns {
			named[column] = row[i]
		}
		rows = append(rows, named)
	}
	return rows, "", api.Made()
}

// The tests notice each way in which a case can go wrong.
func TestAnswersAreJudged(t *testing.T) {
	row := map[string]any{"a": 1}
	for name, test := range map[string]struct {
		want   seen.Want
		rows   []map[string]any
		failed string
		wrong  int
	}{
		"rows":                    {seen.Want{Rows: []map[string]any{row}}, []map[string]any{row}, "", 0},
		"another value":           {seen.Want{Rows: []map[string]any{row}}, []map[string]any{{"a": 2}}, "", 1},
		"a row too few":           {seen.Want{Rows: []map[string]any{row}}, nil, "", 1},
		"a row where none is":     {seen.Want{Rows: []map[string]any{}}, []map[string]any{row}, "", 1},
		"an error, and none came": {seen.Want{Error: []string{"x"}}, nil, "", 1},
		"an error that came":      {seen.Want{Rows: []map[string]any{}}, nil, "x", 1},
		"another error":           {seen.Want{Error: []string{"x"}}, nil, "y", 1},
		"what it must not say":    {seen.Want{ErrorLacks: []string{"x"}}, nil, "x", 1},
		"calls":                   {seen.Want{Count: 1, Calls: map[string]int{"GET /": 2}}, []map[string]any{row}, "", 1},
		"nothing":                 {seen.Want{}, nil, "", 1},
	} {
		c := &seen.Case{Want: test.want}
		diff(t, name, test.wrong, len(c.Judge(test.rows, test.failed, map[string]int{"GET /": 1}, nil)))
	}
}
