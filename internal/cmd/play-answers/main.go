// Command play-answers runs the queries of a file of cases in the Steampipe on this
// machine, each on its own connection, and judges their results.
//
//	play-answers CASES CONFIG
//
// CONFIG is the .spc file to write; the service is restarted with it.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/answers"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: play-answers CASES CONFIG")
		os.Exit(2)
	}
	wrong, err := run(os.Args[1], os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, "Error:", err)
		os.Exit(2)
	}
	if wrong > 0 {
		os.Exit(1)
	}
}

func run(path, config string) (wrong int, err error) {
	cases, err := answers.Load(path)
	if err != nil {
		return 0, err
	}
	apis := make([]*answers.API, len(cases))
	var blocks bytes.Buffer
	for i, c := range cases {
		apis[i] = answers.NewAPI(c)
		server := httptest.NewServer(apis[i])
		defer server.Close()
		fmt.Fprintf(&blocks, "connection %q {\n  plugin = \"dingtalk\"\n", connection(i))
		for name, value := range c.Arguments(server.URL) {
			fmt.Fprintf(&blocks, "  %s = %q\n", name, value)
		}
		blocks.WriteString("}\n")
	}
	if err := os.WriteFile(config, blocks.Bytes(), 0o600); err != nil {
		return 0, err
	}
	if out, err := exec.Command("steampipe", "service", "restart").CombinedOutput(); err != nil {
		return 0, fmt.Errorf("steampipe service restart: %w: %s", err, out)
	}
	for i, c := range cases {
		rows, failed, err := query(connection(i), c.Query)
		if err != nil {
			return wrong, fmt.Errorf("%s: %w", c.About, err)
		}
		problems := c.Judge(rows, failed, apis[i].Made(), same)
		fmt.Printf("%-5s %s\n", map[bool]string{true: "ok", false: "WRONG"}[len(problems) == 0], c.About)
		if failed != "" {
			fmt.Println("     ", failed)
		}
		for _, problem := range problems {
			fmt.Println("      -", problem)
		}
		if len(problems) > 0 {
			wrong++
		}
	}
	fmt.Printf("%d cases, %d wrong\n", len(cases), wrong)
	return wrong, nil
}

func connection(i int) string { return fmt.Sprintf("case_%d", i+1) }

// query runs a query in Steampipe. If the query fails, failed is its error message.
func query(connection, sql string) (rows []map[string]any, failed string, err error) {
	cmd := exec.Command("steampipe", "query", "--output", "json", "--search-path-prefix", connection, sql)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, strings.TrimSpace(stderr.String()), nil
	}
	var result struct{ Rows []map[string]any }
	if err := json.Unmarshal(stdout.Bytes(), &result); err != nil {
		return nil, "", fmt.Errorf("reading what steampipe printed: %w", err)
	}
	return result.Rows, "", nil
}

// same compares rows that Postgres returned with rows as SQLite has them, where
// a truth value is a number and JSON is a text.
func same(want, got any) bool {
	wanted, _ := want.([]map[string]any)
	rows, _ := got.([]map[string]any)
	for i, row := range wanted {
		for column, value := range row {
			if !sameValue(value, rows[i][column]) {
				return false
			}
		}
	}
	return true
}

func sameValue(want, got any) bool {
	switch got := got.(type) {
	case bool:
		return want == float64(0) && !got || want == float64(1) && got
	case map[string]any, []any:
		text, ok := want.(string)
		var decoded any
		if !ok || json.Unmarshal([]byte(text), &decoded) != nil {
			return false
		}
		return asText(decoded) == asText(got)
	case string:
		a, errA := time.Parse(time.RFC3339, got)
		text, _ := want.(string)
		b, errB := time.Parse(time.RFC3339, text)
		return errA == nil && errB == nil && a.Equal(b) || text == got
	default:
		return asText(want) == asText(got)
	}
}

func asText(v any) string {
	b, _ := json.Marshal(v) // of what JSON was read from
	return string(b)
}
