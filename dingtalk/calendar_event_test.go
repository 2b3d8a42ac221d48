package dingtalk_test

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// planned is an event in a calendar, and when it starts for DingTalk, which may
// be another time of the day for one that takes all day.
type planned struct {
	title, json string
	start       time.Time
}

// aroundEdges are events at the edges of the spans of the calls for two years, a second
// and a day around each: occurrences of one event, events of their own, and all
// day with a zone and without.
func aroundEdges(moments ...time.Time) (all []planned) {
	shanghai := time.FixedZone("", 8*60*60)
	for _, edge := range moments {
		for _, by := range []time.Duration{-48 * time.Hour, -24 * time.Hour, -time.Second, 0, time.Second, 24 * time.Hour, 48 * time.Hour} {
			start := edge.Add(by)
			title := start.Format(time.RFC3339)
			all = append(all,
				planned{title + " of its own", fmt.Sprintf(`"id":%q,"start":{"dateTime":%q}`, title, title), start},
				planned{title + " of a series", fmt.Sprintf(`"id":"series","start":{"dateTime":%q}`, title), start})
		}
		day := edge.Format(time.DateOnly)
		midnight := time.Date(edge.Year(), edge.Month(), edge.Day(), 0, 0, 0, 0, shanghai)
		all = append(all,
			planned{midnight.UTC().Format(time.RFC3339) + " all day", fmt.Sprintf(`"id":"all %s","isAllDay":true,"start":{"date":%q,"timeZone":"Asia/Shanghai"}`, day, day), midnight},
			// Here DingTalk has another time than we have.
			planned{day + "T00:00:00Z all day without a zone", fmt.Sprintf(`"id":"day %s","isAllDay":true,"start":{"date":%q}`, day, day), midnight})
	}
	all = append(all, planned{"no start", `"id":"no start"`, moments[0]})
	slices.SortFunc(all, func(a, b planned) int { return strings.Compare(a.title, b.title) })
	return slices.CompactFunc(all, func(a, b planned) bool { return a.title == b.title }) // of two edges
}

// serveView answers with the events that are under way between timeMin and
// timeMax, by pages of seven. Each takes three days.
func serveView(all []planned) func(http.ResponseWriter, *http.Request, http.Handler) {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) {
		from, fromErr := time.Parse(time.RFC3339, r.URL.Query().Get("timeMin"))
		until, untilErr := time.Parse(time.RFC3339, r.URL.Query().Get("timeMax"))
		if fromErr != nil || untilErr != nil || from.AddDate(1, 0, 0).Before(until) {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"code":"invalidParameter"}`)
			return
		}
		var events []string
		for _, e := range all {
			if !e.start.AddDate(0, 0, 3).Before(from) && e.start.Before(until) {
				events = append(events, fmt.Sprintf(`{"summary":%q,%s}`, e.title, e.json))
			}
		}
		at, _ := strconv.Atoi(r.URL.Query().Get("nextToken"))
		to, next := len(events), "null"
		if at+7 < to {
			to, next = at+7, fmt.Sprintf(`"%d"`, at+7)
		}
		fmt.Fprintf(w, `{"events":[%s],"nextToken":%s}`, strings.Join(events[at:to], ","), next)
	}
}

// Each event that the query wants is one row, also at the edges of spans that
// several of them bring, and no other takes its place where the engine wants some
// of them only.
func TestCalendarEdges(t *testing.T) {
	utc := func(year int, month time.Month, day int) time.Time {
		return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	}
	from, until := utc(2024, 1, 2), utc(2026, 2, 1)
	all := aroundEdges(from, utc(2024, 12, 28), utc(2024, 12, 29), utc(2024, 12, 30), utc(2025, 12, 26), until)
	text := func(t time.Time) string { return t.Format(time.RFC3339) }
	between := func(after, before string) []engine.Qual {
		return []engine.Qual{at("start_time", after, text(from)), at("start_time", before, text(until))}
	}
	for name, quals := range map[string][]engine.Qual{
		">= and <":          between(">=", "<"),
		"> and <=":          between(">", "<="),
		"=":                 {at("start_time", "=", text(until))},
		"within a span":     {at("start_time", ">=", "2024-12-28T23:59:59Z"), at("start_time", "<=", "2024-12-29T00:00:00Z")},
		"no time at all":    {at("start_time", ">", text(from)), at("start_time", "<", text(from))},
		"a list of moments": {oneOf("start_time", "2024-12-29T00:00:00Z", "2024-12-27T00:00:00Z", "2024-12-29T00:00:01Z")},
	} {
		// What the query wants, by the time in the title.
		meant := func(title string) bool {
			start, _, _ := strings.Cut(title, " ")
			return title != "no start" && !slices.ContainsFunc(quals, func(q engine.Qual) bool {
				if list := q.Value.GetListValue().GetValues(); list != nil {
					return !slices.ContainsFunc(list, func(v *proto.QualValue) bool { return text(v.GetTimestampValue().AsTime()) == start })
				}
				order := strings.Compare(start, text(q.Value.GetTimestampValue().AsTime()))
				return !strings.Contains(q.Operator, []string{"<", "=", ">"}[order+1])
			})
		}
		var want []string
		for _, e := range all {
			if meant(e.title) {
				want = append(want, e.title)
			}
		}
		slices.Sort(want)
		for server, of := range servers() {
			t.Run(name+", "+server, func(t *testing.T) {
				e, sim := demoEngine(t, of())
				sim.Script(simulator.Fault{On: simulator.OnKind(simulator.EventsViewCall), Serve: serveView(all)})
				scan := engine.Scan{Table: "dingtalk_calendar_event", Columns: []string{"title"}, Quals: append(slices.Clone(quals), engine.Equals("union_id", "u"))}
				// kept are the rows that the engine keeps.
				kept := func(s engine.Scan) (kept []string) {
					rows, err := query(t, e, s)
					if err != nil {
						t.Fatal(err)
					}
					seen := map[string]bool{}
					for _, r := range rows {
						title := r["title"].(string)
						if seen[title] {
							t.Errorf("%s comes twice", title)
						}
						seen[title] = true
						if meant(title) {
							kept = append(kept, title)
						}
					}
					slices.Sort(kept)
					return kept
				}
				diff(t, "events", want, kept(scan))
				const limit = 3
				// The engine filters again, and reads on where too few are left.
				more := make(chan struct{})
				close(more)
				first := limited(scan, limit)
				first.More = more
				if some := kept(first); len(some) < min(limit, len(want)) {
					t.Errorf("limit %d: %q", limit, some)
				}
			})
		}
	}
}

// DingTalk returns the first event of a series among it, which doesn't say that
// it belongs to it.
func TestCalendarSeries(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	var master string
	var want []string
	for _, event := range sim.Calendars[simulator.DemoCEO] {
		if event.SeriesMasterID != "" && !event.ToCome && (master == "" || master == event.SeriesMasterID) {
			master = event.SeriesMasterID
			want = append(want, event.ID)
		}
	}
	slices.Sort(want)
	rows, err := ask(t, e, "dingtalk_calendar_event", "id, series_master_id", engine.Equals("union_id", simulator.DemoCEO), engine.Equals("series_master_id", master))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range rows {
		got = append(got, r["id"].(string))
		if r["series_master_id"] != master {
			t.Errorf("an event of %v", r["series_master_id"])
		}
	}
	slices.Sort(got)
	diff(t, "events", want, got)
}

// Between bounds, what recurs has every occurrence, those to come as well; of a
// series too.
func TestCalendarOccurrences(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	var master string
	for _, event := range sim.Calendars[simulator.DemoPlatform] {
		if event.ToCome && event.Summary == "Stand-up 每日站会" {
			master = event.SeriesMasterID
		}
	}
	nextWeek := []engine.Qual{engine.Equals("union_id", simulator.DemoPlatform), at("start_time", ">=", "2026-11-30T00:00:00Z"), at("start_time", "<", "2026-12-04T00:00:00Z")}
	for name, quals := range map[string][]engine.Qual{
		"all": nextWeek, "of a series": append(nextWeek, engine.Equals("series_master_id", master)),
	} {
		rows, err := ask(t, e, "dingtalk_calendar_event", "title, series_master_id, start_time", quals...)
		if err != nil {
			t.Fatal(err)
		}
		var days []string
		for _, r := range rows {
			if r["series_master_id"] == master {
				days = append(days, r["start_time"].(string)[8:10])
			}
		}
		slices.Sort(days)
		diff(t, name, []string{"01", "02", "03", "04", "29", "30"}, days) // the 29th and the 4th are let through, and left to the engine
	}
}

// What an event becomes, and what it costs by its id.
func TestCalendarEvent(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	sim.Script(simulator.Fault{On: simulator.OnKind(simulator.EventCall), Serve: simulator.Answer(200, `{"id":"e","summary":"Vendor review","status":"confirmed","isAllDay":false,
		"start":{"dateTime":"2025-08-18T15:00:00+08:00","timeZone":"Asia/Shanghai"},"end":{"date":"2025-08-19"},"seriesMasterId":"","organizer":{"id":"u","displayName":"Lin"},
		"attendees":[{"id":"k","responseStatus":"needsAction"}],"onlineMeetingInfo":{"type":"dingtalk","conferenceId":"7a0b","url":"dingtalk://x","extraInfo":{"roomCode":"812 365 40097"}},"createTime":"2025-08-11T01:02:03Z"}`)})
	rows, err := ask(t, e, "dingtalk_calendar_event", "union_id, id, title, status, is_all_day, start_time, end_time, time_zone, series_master_id, organizer_id, organizer_name, attendees, online_meeting_id, online_meeting_type, room_code, create_time, update_time, location, recurrence",
		engine.Equals("union_id", "u"), engine.Equals("id", "e"))
	if err != nil {
		t.Fatal(err)
	}
	diff(t, "rows", []row{{"union_id": "u", "id": "e", "title": "Vendor review", "status": "confirmed", "is_all_day": false, "start_time": "2025-08-18T07:00:00Z", "end_time": "2025-08-19T00:00:00Z",
		"time_zone": "Asia/Shanghai", "series_master_id": nil, "organizer_id": "u", "organizer_name": "Lin", "attendees": []any{map[string]any{"id": "k", "responseStatus": "needsAction"}},
		"online_meeting_id": "7a0b", "online_meeting_type": "dingtalk", "room_code": "81236540097", "create_time": "2025-08-11T01:02:03Z", "update_time": nil, "location": nil, "recurrence": nil}}, rows)
	if n := len(asked(sim)); n != 1 {
		t.Errorf("%d calls", n)
	}
}

// A code that the connection takes for no rows is an error on a later span of the
// bounds: the answer would end short.
func TestIgnoredCodeOnALaterSpan(t *testing.T) {
	for server, of := range servers() {
		e, sim := demoEngine(t, of(), `ignore_error_codes = ["invalidParameter"]`)
		sim.Script(simulator.Fault{On: func(c simulator.Call) bool {
			return c.Kind == simulator.EventsViewCall && c.Params["timeMin"] > "2026-06-01"
		}, Serve: simulator.Refuse(400, "invalidParameter", "")})
		two := []engine.Qual{engine.Equals("union_id", simulator.DemoCEO), at("start_time", ">=", "2025-07-01T00:00:00Z"), at("start_time", "<", "2026-12-01T00:00:00Z")}
		if rows, err := ask(t, e, "dingtalk_calendar_event", "id", two...); err == nil {
			t.Errorf("%s: %d rows and no error", server, len(rows))
		}
		one := []engine.Qual{two[0], at("start_time", ">=", "2026-10-01T00:00:00Z"), two[2]}
		if rows, err := ask(t, e, "dingtalk_calendar_event", "id", one...); err != nil || len(rows) > 0 {
			t.Errorf("%s: %d rows of one span, %v", server, len(rows), err)
		}
	}
}

// An event that misses another condition is no row, however it is found: in a
// list, each scan would bring it again.
func TestCalendarEventByIDAndMore(t *testing.T) {
	e, sim := demoEngine(t, dingtalk.NewServer())
	event := sim.Calendars[simulator.DemoCEO][0]
	id := []engine.Qual{engine.Equals("union_id", simulator.DemoCEO), engine.Equals("id", event.ID)}
	for name, test := range map[string]struct {
		more engine.Qual
		rows int
	}{
		"a time before":  {at("start_time", ">", "2010-01-01T00:00:00Z"), 1},
		"a time behind":  {at("start_time", ">", "2027-01-01T00:00:00Z"), 0},
		"another series": {engine.Equals("series_master_id", "another"), 0},
	} {
		rows, err := ask(t, e, "dingtalk_calendar_event", "id, title", append(slices.Clone(id), test.more)...)
		if err != nil || len(rows) != test.rows {
			t.Errorf("%s: %d rows, %v", name, len(rows), err)
		}
	}
}
