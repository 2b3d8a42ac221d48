package dingtalk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// The tests of this file hold for every table, without naming one. They query the
// demo organization.

// demoEngine runs the plugin against the demo organization. The SDK's own server
// takes some 40 MB for its query cache, and never gives them back: tests share
// it.
func demoEngine(t testing.TB, server engine.Server, config ...string) (*engine.Engine, *simulator.Simulator) {
	t.Helper()
	sim := simulator.Demo(simulator.DemoTime)
	api := httptest.NewServer(sim)
	t.Cleanup(api.Close)
	body := spc.Body(api.URL, sim.App.ClientID, sim.App.ClientSecret) + "calls_per_second = 1000\n" + strings.Join(config, "\n")
	e, err := engine.New(server, engine.Connection{Name: "dingtalk", Config: body})
	if err != nil {
		t.Fatal(err)
	}
	return e, sim
}

func servers() map[string]func() engine.Server {
	return map[string]func() engine.Server{
		"Steampipe": func() engine.Server { return dingtalk.NewServer() },
		"linked":    func() engine.Server { return plugin.Server(&plugin.ServeOpts{PluginFunc: dingtalk.Plugin}) },
	}
}

// way is a table and the key columns that a query names.
type way struct {
	table *plugin.Table
	keys  []string
}

func (w way) String() string { return w.table.Name + " by " + strings.Join(w.keys, ", ") }

// ways returns all ways: by all required key columns, and by each of those of which
// one is required.
func ways(t testing.TB) []way {
	var all []way
	tables := dingtalk.Plugin(t.Context()).TableMap
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		table := tables[name]
		var required, anyOf []string
		for _, k := range table.List.KeyColumns {
			switch k.Require {
			case plugin.Required:
				required = append(required, k.Name)
			case plugin.AnyOf:
				anyOf = append(anyOf, k.Name)
			}
		}
		if anyOf == nil {
			all = append(all, way{table, required})
		}
		for _, k := range anyOf {
			all = append(all, way{table, append(slices.Clone(required), k)})
		}
	}
	return all
}

// callsTable is the table whose rows are the calls of other queries: each changes them.
const callsTable = "dingtalk_api_call"

// steadyWays returns all ways of the tables whose rows no query changes.
func steadyWays(t testing.TB) []way {
	return slices.DeleteFunc(ways(t), func(w way) bool { return w.table.Name == callsTable })
}

// columnsOf are all columns of a table.
func columnsOf(table *plugin.Table) []string {
	var names []string
	for _, c := range table.Columns {
		names = append(names, c.Name)
	}
	return names
}

// bounded returns bounds on the key columns of a table that take them, within
// which the demo organization has rows.
func bounded(table *plugin.Table) (bounds []engine.Qual) {
	for _, k := range table.List.KeyColumns {
		if slices.Contains(k.Operators, ">=") {
			bounds = append(bounds, at(k.Name, ">=", "2026-11-02T00:00:00Z"), at(k.Name, "<", "2026-12-07T00:00:00Z"))
		}
	}
	return bounds
}

// scan returns a scan of all columns with values for the keys, and within bounds.
func (w way) scan(values map[string]string) engine.Scan {
	s := engine.Scan{Table: w.table.Name, Columns: columnsOf(w.table), Quals: bounded(w.table)}
	for _, k := range w.keys {
		s.Quals = append(s.Quals, engine.Equals(k, values[k]))
	}
	return s
}

// answers runs a scan and returns its rows as sorted JSON.
func answers(t testing.TB, e *engine.Engine, s engine.Scan) ([]string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var rows []string
	err := e.Execute(ctx, s, func(r *proto.Row) error {
		values := map[string]any{}
		for _, c := range s.Columns {
			v, err := r.Columns[c].ValueToInterface()
			if err != nil {
				return err
			}
			values[c] = v
		}
		b, err := json.Marshal(values)
		rows = append(rows, string(b))
		return err
	})
	slices.Sort(rows)
	return rows, err
}

// demoKeys are values of key columns for which the demo organization has rows.
func demoKeys(t testing.TB) map[string]string {
	t.Helper()
	e, _ := demoEngine(t, dingtalk.NewServer())
	keys := map[string]string{"schedule_conference_id": simulator.DemoAllHands}
	read := func(s engine.Scan) map[string]any {
		t.Helper()
		rows, err := answers(t, e, s)
		if err != nil || len(rows) == 0 {
			t.Fatalf("%s: %d rows, %v", s.Table, len(rows), err)
		}
		var last map[string]any
		var latest string
		for _, r := range rows {
			var row map[string]any
			if err := json.Unmarshal([]byte(r), &row); err != nil {
				t.Fatal(err)
			}
			if start := fmt.Sprint(row["start_time"]); start > latest {
				latest, last = start, row
			}
		}
		return last
	}
	held := read(engine.Scan{Table: table, Columns: []string{"conference_id", "room_code", "start_time"},
		Quals: []engine.Qual{engine.Equals("schedule_conference_id", simulator.DemoAllHands)}})
	keys["conference_id"] = held["conference_id"].(string)
	keys["room_code"] = held["room_code"].(string)
	info := read(engine.Scan{Table: "dingtalk_conference", Columns: []string{"creator_id", "start_time"},
		Quals: []engine.Qual{engine.Equals("conference_id", keys["conference_id"])}})
	for _, k := range []string{"acting_union_id", "union_id"} {
		keys[k] = info["creator_id"].(string)
	}
	month := bounded(dingtalk.Plugin(t.Context()).TableMap["dingtalk_calendar_event"])
	event := read(engine.Scan{Table: "dingtalk_calendar_event", Columns: []string{"id", "start_time"}, Quals: append(month, engine.Equals("union_id", keys["union_id"]))})
	keys["event_id"] = event["id"].(string)
	return keys
}

// acting names the acting user in the connection, for the tables that need one.
func acting(keys map[string]string) string {
	return fmt.Sprintf("acting_union_id = %q\n", keys["acting_union_id"])
}

// asked returns the calls to the APIs, without token calls.
func asked(sim *simulator.Simulator) []simulator.Call {
	return slices.DeleteFunc(sim.Calls(), func(c simulator.Call) bool { return c.Kind == simulator.TokenCall })
}

// same matches the call that was made before.
func same(call simulator.Call) func(simulator.Call) bool {
	return func(c simulator.Call) bool {
		return c.Kind == call.Kind && c.Path == call.Path && maps.Equal(c.Params, call.Params)
	}
}

func TestEveryTableHasTheHubsColumns(t *testing.T) {
	for _, w := range ways(t) {
		columns := columnsOf(w.table)
		for _, name := range []string{"corp_id", "title"} {
			if !slices.Contains(columns, name) {
				t.Errorf("%s has no column %s", w.table.Name, name)
			}
		}
		if columns[len(columns)-1] != "title" {
			t.Errorf("%s: title is not the last column", w.table.Name)
		}
		keys := 0
		for _, k := range w.table.List.KeyColumns {
			if slices.Index(columns, k.Name) < len(w.table.List.KeyColumns) {
				keys++
			} else if k.Require != plugin.Optional {
				t.Errorf("%s: the key column %s is not among the first", w.table.Name, k.Name)
			}
		}
		for _, c := range w.table.Columns {
			if d := c.Description; !strings.HasSuffix(d, ".") || d[:1] != strings.ToUpper(d[:1]) {
				t.Errorf("%s.%s: the description %q is not a sentence", w.table.Name, c.Name, d)
			}
		}
	}
}

// The error of a missing key names other tables that have its values.
func TestEveryMissingKeyHasASource(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	tables := dingtalk.Plugin(t.Context()).TableMap
	for _, w := range ways(t) {
		if len(w.keys) == 0 {
			continue
		}
		_, err := answers(t, e, engine.Scan{Table: w.table.Name, Columns: []string{"title"}})
		for _, key := range w.keys {
			source := regexp.MustCompile(key + ` \(([^)]+)\)`).FindStringSubmatch(fmt.Sprint(err))
			if source == nil {
				t.Errorf("%s: no source of %s in: %v", w.table.Name, key, err)
				continue
			}
			column := key
			if _, other, ok := strings.Cut(source[1], " has them as "); ok {
				column = other
			}
			named := regexp.MustCompile(`dingtalk_\w+`).FindAllString(source[1], -1)
			if named == nil || named[0] == w.table.Name {
				t.Errorf("%s: %s has its values from %q", w.table.Name, key, named)
			}
			for _, name := range named {
				if tables[name] == nil || !slices.Contains(columnsOf(tables[name]), column) {
					t.Errorf("%s: %s has no column %s", w.table.Name, name, column)
				}
			}
		}
	}
	if n := len(asked(sim)); n > 0 {
		t.Errorf("%d calls", n)
	}
}

// All rows, again from the cache without a call, by pages of one, and under a
// limit.
func TestEveryTableAnswers(t *testing.T) {
	keys := demoKeys(t)
	for name, server := range servers() {
		e, sim := demoEngine(t, server(), acting(keys))
		small, byOneSim := demoEngine(t, server(), acting(keys), "page_size = 1")
		for _, w := range steadyWays(t) {
			t.Run(fmt.Sprint(w, ", ", name), func(t *testing.T) {
				sim.ClearCalls()
				byOneSim.ClearCalls()
				s := w.scan(keys)
				s.Cache = true
				want, err := answers(t, e, s)
				if err != nil || len(want) == 0 {
					t.Fatalf("%d rows, %v", len(want), err)
				}
				made := len(asked(sim))
				again, err := answers(t, e, s)
				if err != nil {
					t.Fatal(err)
				}
				diff(t, "rows of the same question", want, again)
				// The SDK's own cache takes no two bounds of a column for the same again.
				if n := len(asked(sim)); n != made && !(name == "linked" && bounded(w.table) != nil) {
					t.Errorf("%d calls for the same query", n-made)
				}

				if made == 0 {
					return // a table without calls has no pages
				}
				byOne, err := answers(t, small, w.scan(keys))
				if err != nil {
					t.Fatal(err)
				}
				diff(t, "rows by pages of one", want, byOne)
				for _, c := range asked(byOneSim) {
					if c.MaxResults != "" && c.MaxResults != "1" {
						t.Errorf("a page of %s was asked for", c.MaxResults)
					}
				}

				sim.ClearCalls()
				rows, err := answers(t, e, limited(w.scan(keys), 1))
				if err != nil || len(rows) != 1 || !slices.Contains(want, rows[0]) {
					t.Errorf("limit 1: %q, %v", rows, err)
				}
				pages := 0
				for _, c := range asked(sim) {
					if c.MaxResults != "" {
						pages++
						// What bounds filter is read by whole pages.
						if c.MaxResults != "1" && bounded(w.table) == nil {
							t.Errorf("limit 1: a page of %s was asked for", c.MaxResults)
						}
					}
				}
				// The whole directory is walked until somebody is found.
				if walked := len(w.keys) == 0 && made > 2; !walked && (pages > 1 || len(asked(sim)) > 2) || len(asked(sim)) > max(2, made/4) {
					t.Errorf("limit 1: %d calls, %d of them for pages", len(asked(sim)), pages)
				}
			})
		}
	}
}

// An optional key leaves out rows and changes none of the others, and an earlier query
// changes no later result.
func TestEveryTablesOptionalKeys(t *testing.T) {
	keys := demoKeys(t)
	for name, server := range servers() {
		e, _ := demoEngine(t, server(), acting(keys))
		for _, w := range ways(t) {
			before := w.scan(keys)
			before.Cache = true
			all, err := answers(t, e, before)
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range w.table.List.KeyColumns {
				if slices.Contains(w.keys, k.Name) || !slices.Contains(k.Operators, "=") {
					continue
				}
				values := []*proto.QualValue{engine.Equals("", simulator.DemoCTO).Value}
				for _, r := range all {
					switch v := valueOf(t, r, k.Name).(type) {
					case float64:
						values = []*proto.QualValue{equals("", int64(v)).Value}
					case string:
						// In another spelling as well, which a room code may have.
						values = append(values[:1], engine.Equals("", v).Value, engine.Equals("", v[:3]+" "+v[3:]).Value)
					}
				}
				if len(values) == 1 && values[0].GetStringValue() != "" {
					continue // a time, or a key of which there is no value
				}
				for _, value := range values {
					t.Run(fmt.Sprintf("%v, %s, and %s %v", w, name, k.Name, value), func(t *testing.T) {
						s := w.scan(keys)
						s.Quals = append(s.Quals, engine.Qual{Column: k.Name, Operator: "=", Value: value})
						// has leaves the rows that the engine does.
						has := func(rows []string) (left []string) {
							for _, r := range rows {
								if v := valueOf(t, r, k.Name); v == value.GetStringValue() || v == float64(value.GetInt64Value()) {
									left = append(left, r)
								}
							}
							return left
						}
						alone, err := answers(t, e, s)
						if shown := has(all); shown != nil {
							diff(t, "rows by the key", shown, has(alone))
						}
						s.Cache = true
						after, afterErr := answers(t, e, s)
						diff(t, "rows after those of all", has(alone), has(after))
						if (err == nil) != (afterErr == nil) {
							t.Errorf("error %v after those of all, without them %v", afterErr, err)
						}
					})
				}
			}
		}
	}
}

// A query for one column returns the values that a query for all columns has there:
// the calls that fill in a column are made for each column that needs them.
func TestEveryColumnAlone(t *testing.T) {
	keys := demoKeys(t)
	e, _ := demoEngine(t, dingtalk.NewServer(), acting(keys))
	for _, w := range steadyWays(t) {
		all, err := answers(t, e, w.scan(keys))
		if err != nil {
			t.Fatal(err)
		}
		for _, column := range columnsOf(w.table) {
			t.Run(fmt.Sprintf("%v, %s", w, column), func(t *testing.T) {
				scan := w.scan(keys)
				scan.Columns = []string{column}
				rows, err := answers(t, e, scan)
				if err != nil {
					t.Fatal(err)
				}
				var want, got []string
				for _, r := range all {
					want = append(want, fmt.Sprint(valueOf(t, r, column)))
				}
				for _, r := range rows {
					got = append(got, fmt.Sprint(valueOf(t, r, column)))
				}
				slices.Sort(want)
				slices.Sort(got)
				diff(t, "values", want, got)
			})
		}
	}
}

// valueOf returns the value of a column in a row that answers returned.
func valueOf(t testing.TB, row, column string) any {
	t.Helper()
	var values map[string]any
	if err := json.Unmarshal([]byte(row), &values); err != nil {
		t.Fatal(err)
	}
	return values[column]
}

// Whatever DingTalk refuses, or answers in another shape, on whichever call, is
// an error that shows no secret.
func TestEveryTableIsCompleteOrAnError(t *testing.T) {
	faults := map[string]simulator.Fault{
		"a refusal":              {Serve: simulator.Refuse(403, "Forbidden.AccessDenied.IpNotInWhiteList", "simulated-token-1 demo-client-secret")},
		"a code not known":       {Serve: simulator.Refuse(400, "somethingElse", "no")},
		"a 404 without a code":   {Serve: simulator.Answer(404, "{}")},
		"a code of no meaning":   {Serve: simulator.Refuse(404, "permissionError", "no")},
		"an HTML page":           {Serve: simulator.Answer(200, "<html>blocked</html>", "Content-Type", "text/html")},
		"a blocked address":      {Serve: simulator.Answer(200, `{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"u"}`)},
		"an empty body":          {Serve: simulator.Answer(200, "")},
		"null":                   {Serve: simulator.Answer(200, "null")},
		"an object without any":  {Serve: simulator.Answer(200, "{}")},
		"a list":                 {Serve: simulator.Answer(200, "[]")},
		"a text":                 {Serve: simulator.Answer(200, `"x"`)},
		"texts where lists are":  {Serve: simulator.Answer(200, `{"errcode":0,"result":"x","conferenceList":"x","confInfo":"x","onGoingConfList":"x","memberModels":"x","videoList":"x","scheduleConfSettingModel":"x","scheduleConferenceId":1,"events":"x","attendees":"x","scheduleInformation":"x"}`)},
		"null where entries are": {Serve: simulator.Answer(200, `{"errcode":0,"result":[null],"conferenceList":[null],"confInfo":null,"onGoingConfList":[null],"memberModels":[null],"videoList":[null],"scheduleConfSettingModel":null,"title":1,"events":[null],"attendees":[null],"scheduleInformation":[null]}`)},
	}
	keys := demoKeys(t)
	for name, server := range servers() {
		faults := faults
		if name == "linked" {
			// Its way for errors takes 50 ms, whatever they are.
			faults = map[string]simulator.Fault{"a refusal": faults["a refusal"], "a list": faults["a list"]}
		}
		for _, w := range steadyWays(t) {
			// Calls that an error has ended may still arrive: the next table has an API of
			// its own.
			e, sim := demoEngine(t, server(), acting(keys), "page_size = 3")
			if rows, err := answers(t, e, w.scan(keys)); err != nil || len(rows) == 0 {
				t.Fatalf("%v: %d rows, %v", w, len(rows), err)
			}
			calls := asked(sim)
			if len(calls) == 0 {
				continue // the table makes none
			}
			// The first, the last, and one of each kind between.
			which := map[string]simulator.Call{"the last call": calls[len(calls)-1]}
			for _, c := range slices.Backward(calls) {
				which[fmt.Sprint("a call for ", c.Kind, ", first ", c.NextToken == "" || c.NextToken == "0")] = c
			}
			for where, call := range which {
				for what, fault := range faults {
					t.Run(fmt.Sprint(w, ", ", name, ", ", what, " on ", where), func(t *testing.T) {
						fault.On = same(call)
						sim.ClearFaults()
						sim.Script(fault)
						rows, err := answers(t, e, w.scan(keys))
						if err == nil {
							t.Fatalf("%d rows and no error", len(rows))
						}
						text := err.Error()
						if !strings.Contains(text, "dingtalk: "+w.table.Name+", ") && !strings.Contains(text, "dingtalk: "+w.table.Name+":") {
							t.Errorf("the error does not name the table: %s", text)
						}
						for _, k := range w.keys {
							if !strings.Contains(text, fmt.Sprintf("%s %q", k, keys[k])) {
								t.Errorf("the error does not name %s: %s", k, text)
							}
						}
						for _, secret := range []string{"simulated-token", sim.App.ClientSecret} {
							if strings.Contains(text, secret) {
								t.Errorf("the error shows a secret: %s", text)
							}
						}
					})
				}
			}
		}
	}
}

// A key that cannot exist makes no call and returns no rows; what Postgres did not pass on,
// and a key that is missing, are errors.
func TestEveryTablesKeys(t *testing.T) {
	keys := demoKeys(t)
	for name, server := range servers() {
		e, sim := demoEngine(t, server(), acting(keys))
		for _, w := range ways(t) {
			for _, k := range w.keys {
				for _, value := range []string{"", ".", "..", "?"} {
					t.Run(fmt.Sprintf("%v, %s, %s = %q", w, name, k, value), func(t *testing.T) {
						sim.ClearCalls()
						changed := maps.Clone(keys)
						changed[k] = value
						rows, err := answers(t, e, w.scan(changed))
						if n := len(asked(sim)); n > 0 && (value == "" || value == "?") {
							t.Errorf("%d calls", n)
						}
						for _, c := range asked(sim) {
							if strings.Contains(c.Path, "/.") || strings.Contains(c.Path, "%2E") {
								t.Errorf("a call to %s", c.Path)
							}
						}
						if wantErr := value == "?"; (err != nil) != wantErr && (value == "" || value == "?") || len(rows) > 0 {
							t.Errorf("%d rows, %v", len(rows), err)
						}
					})
				}
				t.Run(fmt.Sprintf("%v, %s, without %s", w, name, k), func(t *testing.T) {
					sim.ClearCalls()
					s := w.scan(keys)
					s.Quals = slices.DeleteFunc(s.Quals, func(q engine.Qual) bool { return q.Column == k })
					_, err := answers(t, e, s)
					says := map[string]string{"Steampipe": "the query must name", "linked": "missing"}[name]
					if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), k) {
						t.Error(err)
					}
					if n := len(asked(sim)); n > 0 {
						t.Errorf("%d calls", n)
					}
				})
			}
		}
	}
}

// An id that DingTalk doesn't know is no rows or, where it documents no code for
// that, an error; never rows.
func TestEveryTableWithAnUnknownKey(t *testing.T) {
	keys := demoKeys(t)
	e, sim := demoEngine(t, dingtalk.NewServer(), acting(keys))
	for _, w := range ways(t) {
		for _, k := range w.keys {
			t.Run(fmt.Sprint(w, ", ", k), func(t *testing.T) {
				sim.ClearCalls()
				changed := maps.Clone(keys)
				changed[k] = simulator.DemoUnknown
				rows, err := answers(t, e, w.scan(changed))
				if len(rows) > 0 || len(asked(sim)) > 1 {
					t.Errorf("%d rows, %d calls", len(rows), len(asked(sim)))
				}
				undocumented := []string{"dingtalk_schedule_conference_plan schedule_conference_id", "dingtalk_calendar_event union_id", "dingtalk_calendar_event_attendee union_id"}
				if slices.Contains(undocumented, w.table.Name+" "+k) != (err != nil) {
					t.Errorf("error %v", err)
				}
			})
		}
	}
}
