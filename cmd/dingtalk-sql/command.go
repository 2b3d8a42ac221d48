package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/advice"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/plaintext"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
)

// promptCommand is one of the commands that the prompt has besides SQL.
type promptCommand struct{ name, argument, help string }

var commands = []promptCommand{
	{".help", "", "print this"},
	{".inspect", "[TABLE]", "the columns of a table: types, what they are, and which a query must name; without TABLE, all tables"},
	{".output", "[FORMAT]", "show results as table, line, csv or json"},
	{".quit", "", "end, as Ctrl-D does"},
	{".tables", "", "the tables"},
	{".timing", "", "say, or don't say, what each query took"},
}

const helpKeys = "A statement ends with ; and may span lines. Tab completes, the arrows and Ctrl-R " +
	"bring back what was typed, Ctrl-C ends a query or clears the line, Ctrl-D quits."

// adviseTables is for those who know other programs' commands for it.
var adviseTables = advice.Of(".tables lists the tables, .inspect TABLE the columns of one.", ".tables 列出所有的表，.inspect TABLE 列出一张表的列。")

// errQuit ends the prompt.
var errQuit = errors.New("quit")

// dotCommand returns the words of a line that is a command and no SQL: one of the
// prompt's, or one of psql's, which the prompt does not have.
func dotCommand(line string) (words []string, ok bool) {
	words = strings.Fields(strings.TrimSuffix(strings.TrimSpace(line), ";"))
	if len(words) == 0 {
		return nil, false
	}
	if len(words) == 1 && slices.Contains([]string{"help", "quit", "exit"}, words[0]) {
		words[0] = "." + words[0]
	}
	return words, strings.HasPrefix(words[0], ".") || strings.HasPrefix(words[0], `\`)
}

// command runs a command.
func (s *session) command(ctx context.Context, words []string) error {
	argument := strings.Join(words[1:], " ")
	switch words[0] {
	case ".help":
		rows := make([][]string, len(commands))
		for i, c := range commands {
			rows[i] = []string{strings.TrimSpace(c.name + " " + c.argument), c.help}
		}
		if err := list(s.stdout, nil, rows); err != nil {
			return err
		}
		fmt.Fprintln(s.stdout, wrapped(s.stdout, helpKeys))
		return nil
	case ".inspect":
		return s.inspect(ctx, argument)
	case ".output":
		if argument == "" {
			fmt.Fprintln(s.stdout, s.output)
			return nil
		}
		if err := s.output.Set(argument); err != nil {
			return fmt.Errorf(".output: %w", err)
		}
		return nil
	case ".quit", ".exit":
		return errQuit
	case ".tables":
		return s.inspect(ctx, "")
	case ".timing":
		s.timing = !s.timing
		fmt.Fprintln(s.stdout, map[bool]string{true: "on", false: "off"}[s.timing])
		return nil
	default:
		if strings.HasPrefix(words[0], `\`) {
			return fmt.Errorf("there is no %s\n%w", plaintext.Of(words[0]), adviseTables)
		}
		return advice.Of(fmt.Sprintf("there is no %s; .help lists what there is", plaintext.Of(words[0])), ".help 列出所有的命令。")
	}
}

// inspect prints the columns of a table; "" is the list of all tables.
func (s *session) inspect(ctx context.Context, name string) error {
	tables, err := s.db.Tables(ctx)
	if err != nil {
		return err
	}
	if name == "" {
		rows := make([][]string, len(tables))
		for i, t := range tables {
			rows[i] = []string{t.Schema, t.Name, t.Description}
		}
		return list(s.stdout, []string{"schema", "table", ""}, rows)
	}
	t, err := sqlite.FindTable(tables, name)
	if err != nil {
		return err
	}
	rows := make([][]string, len(t.Columns))
	for i, c := range t.Columns {
		rows[i] = []string{c.Name, c.Type, c.Key, c.Description}
	}
	if t.Description != "" {
		fmt.Fprintln(s.stdout, wrapped(s.stdout, plaintext.Of(t.Description)))
	}
	if err := list(s.stdout, []string{"column", "type", "condition", ""}, rows); err != nil {
		return err
	}
	if t.Description != "" && dingtalk.LocaleIsChinese() { // a table of the plugin's
		fmt.Fprintln(s.stdout, "中文说明："+dingtalk.Documentation+"/zh-CN/tables/"+t.Name+".md")
	}
	return nil
}

// leastText is the least width of a list's last column, and indent where its text begins
// on a terminal that is too narrow for that.
const (
	leastText = 30
	indent    = "    "
)

// list prints rows below each other without a frame. The last column is text, which is
// broken between words where the terminal ends. If the terminal is too narrow, each text
// is on lines of its own, below the row.
func list(w io.Writer, header []string, rows [][]string) error {
	t := table.NewWriter()
	t.SetStyle(table.StyleDefault)
	t.Style().Format.Header = text.FormatDefault
	t.Style().Options = table.OptionsNoBordersAndSeparators
	t.Style().Box.PaddingLeft = ""
	t.Style().Box.PaddingRight = "  "
	if header != nil {
		t.AppendHeader(tableRow(header, func(s string) any { return s }))
	}
	last := len(rows[0]) - 1
	used := 0
	for i := range last {
		width := 0
		for _, row := range append([][]string{header}, rows...) {
			if row != nil {
				width = max(width, text.StringWidth(plaintext.Of(row[i])))
			}
		}
		used += width + len(t.Style().Box.PaddingRight)
	}
	for _, row := range rows {
		t.AppendRow(tableRow(row, func(s string) any { return plaintext.Of(s) }))
	}
	if width := terminalWidth(w); width > 0 {
		left := width - used - len(t.Style().Box.PaddingRight)
		if left < leastText {
			return listNarrow(w, width, rows)
		}
		t.SetColumnConfigs([]table.ColumnConfig{{Number: last + 1, WidthMax: left, WidthMaxEnforcer: text.WrapSoft}})
	}
	t.SuppressTrailingSpaces()
	_, err := fmt.Fprintln(w, t.Render())
	return err
}

// listNarrow is list for a narrow terminal.
func listNarrow(w io.Writer, width int, rows [][]string) error {
	for _, row := range rows {
		last := len(row) - 1
		name := strings.Join(slices.DeleteFunc(slices.Clone(row[:last]), func(s string) bool { return s == "" }), "  ")
		lines := wrap(plaintext.Of(row[last]), width-len(indent))
		if _, err := fmt.Fprintf(w, "%s\n%s%s\n", plaintext.Of(name), indent, strings.ReplaceAll(lines, "\n", "\n"+indent)); err != nil {
			return err
		}
	}
	return nil
}
