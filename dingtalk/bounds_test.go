package dingtalk_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// moment is the value of a condition on a time.
func moment(when string) *proto.QualValue {
	t, err := time.Parse(time.RFC3339, when)
	if err != nil {
		panic(err)
	}
	return &proto.QualValue{Value: &proto.QualValue_TimestampValue{TimestampValue: timestamppb.New(t)}}
}

// at is a condition on a time.
func at(column, operator, when string) engine.Qual {
	return engine.Qual{Column: column, Operator: operator, Value: moment(when)}
}

// oneOf is the condition that a time is one of a list.
func oneOf(column string, when ...string) engine.Qual {
	list := &proto.QualValueList{}
	for _, w := range when {
		list.Values = append(list.Values, moment(w))
	}
	return engine.Qual{Column: column, Operator: "=", Value: &proto.QualValue{Value: &proto.QualValue_ListValue{ListValue: list}}}
}

// Bounds are passed on, a day wider, and never more than a year apart.
func TestCalendarBounds(t *testing.T) {
	for name, test := range map[string]struct {
		quals []engine.Qual
		want  []string // timeMin and timeMax of each call, without the time of day 00:00:00Z
	}{
		"at":            {[]engine.Qual{at("start_time", "=", "2026-03-02T00:00:00Z")}, []string{"2026-03-01 2026-03-03"}},
		"between":       {[]engine.Qual{at("start_time", ">", "2026-03-02T00:00:00Z"), at("start_time", "<=", "2026-03-09T00:00:00Z")}, []string{"2026-03-01 2026-03-10"}},
		"the narrowest": {[]engine.Qual{at("start_time", ">", "2026-03-02T00:00:00Z"), at("start_time", ">", "2026-03-05T00:00:00Z"), at("start_time", "<", "2026-03-08T00:00:00Z"), at("start_time", "<", "2026-03-07T00:00:00Z")}, []string{"2026-03-04 2026-03-08"}},
		"impossible":    {[]engine.Qual{at("start_time", ">", "2026-03-09T00:00:00Z"), at("start_time", "<", "2026-03-02T00:00:00Z")}, nil},
		// Either may be a day off.
		"impossible by a day": {[]engine.Qual{at("start_time", ">", "2026-03-03T00:00:00Z"), at("start_time", "<", "2026-03-02T00:00:00Z")}, []string{"2026-03-02 2026-03-03"}},
		"as wide as one call may be": {[]engine.Qual{at("start_time", ">=", "2026-01-02T00:00:00Z"), at("start_time", "<=", "2026-12-30T00:00:00Z")},
			[]string{"2026-01-01 2026-12-31"}},
		"over a year": {[]engine.Qual{at("start_time", ">", "2024-01-02T00:00:00Z"), at("start_time", "<", "2026-02-01T00:00:00Z")},
			[]string{"2024-01-01 2024-12-30", "2024-12-28 2025-12-27", "2025-12-25 2026-02-02"}},
		"and a series": {[]engine.Qual{at("start_time", "=", "2026-03-02T00:00:00Z"), engine.Equals("series_master_id", "s")}, []string{"2026-03-01 2026-03-03"}},
		"a list":       {[]engine.Qual{oneOf("start_time", "2026-03-04T00:00:00Z", "2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z")}, []string{"2026-03-01 2026-03-05"}},
	} {
		for server, of := range servers() {
			t.Run(name+", "+server, func(t *testing.T) {
				e, sim := demoEngine(t, of())
				if _, err := ask(t, e, "dingtalk_calendar_event", "id, title", append(test.quals, engine.Equals("union_id", simulator.DemoCEO))...); err != nil {
					t.Fatal(err)
				}
				diff(t, "bounds", test.want, spansAsked(t, sim))
			})
		}
	}
}

// spansAsked are timeMin and timeMax of each call, sorted.
func spansAsked(t *testing.T, sim *simulator.Simulator) (spans []string) {
	t.Helper()
	for _, c := range asked(sim) {
		if c.Kind != simulator.EventsViewCall {
			t.Errorf("a call of kind %s", c.Kind)
		}
		spans = append(spans, strings.ReplaceAll(c.Params["timeMin"]+" "+c.Params["timeMax"], "T00:00:00Z", ""))
	}
	slices.Sort(spans)
	return spans
}

// A query that does not bound the time on both sides makes no call, and returns an
// error that says what to write, unless it names an event or a series.
func TestCalendarWithoutBounds(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	id := engine.Equals("id", sim.Calendars[simulator.DemoCEO][0].ID)
	series := engine.Equals("series_master_id", "s")
	from, until := at("start_time", ">=", "2026-11-02T01:00:00Z"), at("start_time", "<", "2026-11-02T00:00:00Z")
	for name, test := range map[string]struct {
		quals []engine.Qual
		err   string // "" is none, at one call
	}{
		"none":            {nil, "no bound has arrived"},
		"from":            {[]engine.Qual{from}, "only a lower one has arrived, 2026-11-02T01:00:00Z"},
		"until":           {[]engine.Qual{until}, "only an upper one has arrived, 2026-11-02T00:00:00Z"},
		"an event":        {[]engine.Qual{id}, ""},
		"a series":        {[]engine.Qual{series}, ""},
		"a series, from":  {[]engine.Qual{series, from}, "only a lower one has arrived, 2026-11-02T01:00:00Z"},
		"a garbled bound": {[]engine.Qual{id, at("start_time", "<", "2000-01-01T00:00:00Z")}, "start_time < 2000-01-01T00:00:00Z is what arrived"},
		"one long ago":    {[]engine.Qual{until, at("start_time", ">", "2009-12-30T23:59:59Z")}, "start_time > 2009-12-30T23:59:59Z is what arrived"},
		"one far away":    {[]engine.Qual{from, at("start_time", "<=", "2201-01-02T00:00:01Z")}, "start_time <= 2201-01-02T00:00:01Z is what arrived"},
		"one of a list":   {[]engine.Qual{oneOf("start_time", "2026-11-02T01:00:00Z", "1816-03-29T05:56:08Z")}, "1816-03-29T05:56:08Z is what arrived"},
	} {
		t.Run(name, func(t *testing.T) {
			sim.ClearCalls()
			_, err := ask(t, e, "dingtalk_calendar_event", "id, title", append(test.quals, engine.Equals("union_id", simulator.DemoCEO))...)
			if test.err == "" {
				if err != nil || len(asked(sim)) != 1 {
					t.Errorf("%d calls, %v", len(asked(sim)), err)
				}
				return
			}
			if err == nil || len(asked(sim)) > 0 {
				t.Fatalf("%d calls, %v", len(asked(sim)), err)
			}
			for _, text := range []string{test.err, "start_time", "'2026-11-01'", "now()"} {
				if !strings.Contains(err.Error(), text) {
					t.Errorf("%q is not in: %v", text, err)
				}
			}
		})
	}
}

// What a real Steampipe hands over for conditions on a time, in three session
// zones (testdata/bounds.tsv), becomes an error that says so, or what is asked and
// let through has every row for which Postgres says that the condition holds.
func TestRecordedBounds(t *testing.T) {
	recorded, err := os.ReadFile("testdata/bounds.tsv")
	if err != nil {
		t.Fatal(err)
	}
	const (
		open, opened = "2009-06-01T00:00:00Z", "2025-12-01T00:00:00Z" // where a condition has no lower bound
		end, ended   = "2201-06-01T00:00:00Z", "2027-02-01T00:00:00Z" // and no upper
		golden       = "testdata/bounds.golden"
	)
	var got strings.Builder
	held := 0
	for line := range strings.Lines(string(recorded)) {
		if line = strings.TrimRight(line, "\n"); strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(line, "\t")
		condition, zone, arrived := fields[0], fields[1], fields[2]
		first, last, _ := strings.Cut(fields[3], " ")
		quals := recordedQuals(arrived)
		if first == open {
			quals, first = append(quals, at("start_time", ">=", opened)), opened
		}
		if last == end {
			quals, last = append(quals, at("start_time", "<=", ended)), ended
		}
		e, sim := demoEngine(t, dingtalk.NewServer())
		var events []planned
		for _, when := range []string{first, last} {
			start, err := time.Parse(time.RFC3339, when)
			if err != nil {
				t.Fatal(condition, err)
			}
			events = append(events, planned{when, fmt.Sprintf(`"id":%q,"start":{"dateTime":%q}`, when, when), start})
		}
		sim.Script(simulator.Fault{On: simulator.OnKind(simulator.EventsViewCall), Serve: serveView(events)})
		rows, err := ask(t, e, "dingtalk_calendar_event", "id", append(quals, engine.Equals("union_id", "u"))...)
		fmt.Fprintf(&got, "%s\t%s\t", condition, zone)
		if err != nil {
			fmt.Fprintln(&got, "error: "+arrivedText.FindString(err.Error()))
			if n := len(asked(sim)); n > 0 {
				t.Errorf("%s, %s: %d calls and %v", condition, zone, n, err)
			}
			continue
		}
		spans := spansAsked(t, sim)
		if len(spans) > 2 {
			spans = []string{spans[0], "…", spans[len(spans)-1]}
		}
		fmt.Fprintln(&got, strings.Join(spans, ", "))
		var ids []string
		for _, r := range rows {
			ids = append(ids, r["id"].(string))
		}
		slices.Sort(ids)
		diff(t, condition+", "+zone+": the first and the last row", slices.Compact([]string{first, last}), slices.Compact(ids))
		held++
	}
	if held < 90 {
		t.Errorf("%d of the conditions are no error", held)
	}
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "what is asked", string(want), got.String())
}

// arrivedText is what an error says of the bounds.
var arrivedText = regexp.MustCompile(`start_time \S+ \S+ is what arrived|(no bound|only an? \w+ one) has arrived`)

var recordedQual = regexp.MustCompile(`([<>=]+) (\[.*\]|[^;]+)`)

// recordedQuals reads conditions as "= [2026-11-01T00:00:00Z,…]; < 2026-…".
func recordedQuals(text string) (quals []engine.Qual) {
	for _, q := range recordedQual.FindAllStringSubmatch(text, -1) {
		value, _ := recordedValue(q[2])
		quals = append(quals, engine.Qual{Column: "start_time", Operator: q[1], Value: value})
	}
	return quals
}

// recordedValue reads a time, or a list of values, and returns the rest.
func recordedValue(text string) (v *proto.QualValue, rest string) {
	if rest, isList := strings.CutPrefix(text, "["); isList {
		list := &proto.QualValueList{}
		for !strings.HasPrefix(rest, "]") {
			v, rest = recordedValue(strings.TrimPrefix(rest, ","))
			list.Values = append(list.Values, v)
		}
		return &proto.QualValue{Value: &proto.QualValue_ListValue{ListValue: list}}, rest[1:]
	}
	end := strings.IndexAny(text+"]", ",]")
	return moment(text[:end]), text[end:]
}
