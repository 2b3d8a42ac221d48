package dingtalk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// in is the condition column in (values). A value that is a list of its own is
// one within the list, as Postgres sends for column = 'a' or column in ('b', 'c').
func in(column string, values ...any) engine.Qual {
	return engine.Qual{Column: column, Operator: "=", Value: listOf(values)}
}

func listOf(values []any) *proto.QualValue {
	list := &proto.QualValueList{}
	for _, v := range values {
		switch v := v.(type) {
		case string:
			list.Values = append(list.Values, engine.Equals("", v).Value)
		case []any:
			list.Values = append(list.Values, listOf(v))
		}
	}
	return &proto.QualValue{Value: &proto.QualValue_ListValue{ListValue: list}}
}

// Two lists cost no more than one: by the values of one key calls are made, and
// those of the other filter. So it is in every engine.
func TestTwoListsDoNotMultiply(t *testing.T) {
	for name, server := range servers() {
		e, sim := demoEngine(t, server())
		held, err := ask(t, e, "dingtalk_schedule_conference", "schedule_conference_id, conference_id, room_code", engine.Equals("schedule_conference_id", simulator.DemoAllHands))
		if err != nil || len(held) < 4 {
			t.Fatalf("%d meetings, %v", len(held), err)
		}
		var ids, codes []any
		for _, r := range held {
			ids, codes = append(ids, r["conference_id"]), append(codes, r["room_code"])
		}
		people, err := ask(t, e, "dingtalk_user", "user_id, union_id")
		if err != nil || len(people) < 5 {
			t.Fatalf("%d people, %v", len(people), err)
		}
		var users, unions []any
		for _, p := range people[:5] {
			users, unions = append(users, p["user_id"]), append(unions, p["union_id"])
		}
		n := len(ids)
		for _, test := range []struct {
			name, table, column string
			quals               []engine.Qual
			rows                []any
			calls               int
		}{
			{"conferences and room codes", "dingtalk_conference", "conference_id", []engine.Qual{in("room_code", codes...), in("conference_id", ids...)}, ids, n},
			{"conferences and some room codes", "dingtalk_conference", "conference_id", []engine.Qual{in("conference_id", ids...), in("room_code", codes[0], "1")},
				matching(held, "room_code", codes[0], "conference_id"), n},
			{"conferences and a room code", "dingtalk_conference", "conference_id", []engine.Qual{in("conference_id", ids...), engine.Equals("room_code", codes[0].(string))},
				matching(held, "room_code", codes[0], "conference_id"), n},
			{"a conference and room codes", "dingtalk_conference", "conference_id", []engine.Qual{engine.Equals("conference_id", ids[1].(string)), in("room_code", codes...)}, ids[1:2], 1},
			{"a list within a list", "dingtalk_conference", "conference_id", []engine.Qual{in("conference_id", ids[0], []any{ids[1], ids[2]})}, ids[:3], 3},
			{"users and union IDs", "dingtalk_user", "user_id", []engine.Qual{in("user_id", users...), in("union_id", unions[1:]...)}, users[1:], 5},
			{"a user and union IDs", "dingtalk_user", "user_id", []engine.Qual{engine.Equals("user_id", users[0].(string)), in("union_id", unions[1:]...)}, nil, 1},
		} {
			t.Run(name+", "+test.name, func(t *testing.T) {
				sim.ClearCalls()
				rows, err := ask(t, e, test.table, test.column, test.quals...)
				if err != nil {
					t.Fatal(err)
				}
				var got []any
				for _, r := range rows {
					got = append(got, r[test.column])
				}
				diff(t, "rows", sorted(test.rows), sorted(got))
				if n := len(asked(sim)); n != test.calls {
					t.Errorf("%d calls, want %d", n, test.calls)
				}
			})
		}
	}
}

// matching are the values of a column in the rows that have a value in another.
func matching(rows []row, column string, value any, wanted string) (values []any) {
	for _, r := range rows {
		if r[column] == value {
			values = append(values, r[wanted])
		}
	}
	return values
}

func sorted(values []any) []string {
	var out []string
	for _, v := range values {
		out = append(out, fmt.Sprint(v))
	}
	slices.Sort(out)
	return out
}

// A room code finds the same rows of every table, whichever way it is written,
// and they show it in a way that the query writes, since the engine compares the
// text. Written in two ways, each row is there once.
func TestRoomCodesInAnySpelling(t *testing.T) {
	keys := demoKeys(t)
	spelled := func(code string) []string {
		return []string{code, code[:3] + " " + code[3:6] + " " + code[6:], " " + code, code[:1] + "\u3000" + code[1:]}
	}
	for name, server := range servers() {
		e, sim := demoEngine(t, server(), acting(keys))
		for _, w := range ways(t) {
			if !slices.Contains(columnsOf(w.table), "room_code") {
				continue
			}
			var code string
			of := func(cache bool, spelling ...any) (rows []string, calls int) {
				t.Helper()
				sim.ClearCalls()
				s := w.scan(keys)
				s.Cache = cache && name == "Steampipe" // a linked engine's is the SDK's
				if spelling != nil {
					s.Quals = append(slices.DeleteFunc(s.Quals, func(q engine.Qual) bool { return q.Column == "room_code" }), in("room_code", spelling...))
				}
				all, err := answers(t, e, s)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range all {
					shown, ok := between(r, `"room_code":"`, `"`)
					if !ok {
						continue
					}
					if code == "" {
						code = shown
					}
					if spelling == nil || slices.Contains(spelling, any(shown)) { // as the engine filters
						rows = append(rows, strings.Replace(r, `"room_code":"`+shown, `"room_code":"`+strings.Join(strings.Fields(shown), ""), 1))
					}
				}
				slices.Sort(rows)
				return rows, len(asked(sim))
			}
			t.Run(fmt.Sprint(w, ", ", name), func(t *testing.T) {
				of(false)
				want, calls := of(false, code)
				if len(want) == 0 {
					t.Fatal("no rows with that code")
				}
				var every []any
				for _, s := range spelled(code) {
					every = append(every, s)
					got, made := of(true, s)
					diff(t, fmt.Sprintf("rows with %q", s), want, got)
					if made != calls {
						t.Errorf("%q: %d calls, want %d", s, made, calls)
					}
				}
				got, made := of(false, append(every, "1")...)
				diff(t, "rows with every spelling", want, got)
				if slices.Contains(w.keys, "room_code") {
					calls++ // for the code that is another
				}
				if made != calls {
					t.Errorf("every spelling: %d calls, want %d", made, calls)
				}
			})
		}
	}
}

// between is what is in a text between two others.
func between(text, before, after string) (string, bool) {
	_, text, ok := strings.Cut(text, before)
	if !ok {
		return "", false
	}
	text, _, ok = strings.Cut(text, after)
	return text, ok
}

// The Server and SQLite know by which of two keys a table reads.
func TestKeysOfTables(t *testing.T) {
	server := dingtalk.NewServer()
	for table, want := range map[string][]string{
		"dingtalk_conference":     {"conference_id", "room_code"},
		"dingtalk_user":           {"user_id", "union_id"},
		"dingtalk_calendar_event": {"id", "series_master_id"},
		"dingtalk_department":     nil,
	} {
		diff(t, table, want, server.Keys(table).OneOf)
	}
}
