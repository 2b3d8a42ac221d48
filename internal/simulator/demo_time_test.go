package simulator_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// moments are some at which a person may look: early and late on each day of a week,
// on a leap day, and in other zones, where it is another day.
func moments() []time.Time {
	moments := []time.Time{
		simulator.DemoTime,
		time.Date(2024, 2, 29, 12, 0, 30, 0, time.UTC),
		time.Date(2031, 7, 14, 3, 0, 0, 0, time.FixedZone("Beijing", 8*60*60)),
		time.Date(2026, 12, 31, 20, 0, 0, 0, time.FixedZone("California", -8*60*60)),
	}
	for day := 23; day < 30; day++ {
		moments = append(moments, time.Date(2026, 11, day, 0, 1, 0, 0, time.UTC), time.Date(2026, 11, day, 23, 59, 59, 999, time.UTC))
	}
	return moments
}

func dayOf(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, t.Location())
}

// Whenever a person looks, the incidents and what is in progress began as many minutes ago
// as at any other time, all other meetings as long from the beginning of the day.
func TestDemoGoesWithTheTime(t *testing.T) {
	others := all(t, simulator.Demo(simulator.DemoTime))
	for _, now := range moments() {
		for id, c := range all(t, simulator.Demo(now)) {
			from, otherFrom := dayOf(now.UTC()), dayOf(simulator.DemoTime)
			if *c.Status == simulator.InProgress || strings.HasPrefix(id, simulator.DemoIncident[:8]) {
				from, otherFrom = now.Truncate(time.Minute), simulator.DemoTime
			}
			other, start := others[id], time.UnixMilli(*c.StartTime)
			equal(t, c.Title+" began", time.UnixMilli(*other.StartTime).Sub(otherFrom), start.Sub(from))
			equal(t, c.Title+": status", *other.Status, *c.Status)
			if (*c.Status == simulator.NotStarted) != start.After(now) {
				t.Errorf("%s has status %d at %s, and begins at %s", c.Title, *c.Status, now, start)
			}
		}
	}
}

// Each of the last 14 days has a meeting that ended, today as well: in UTC at any time, and
// in any other zone but for a little more than the first hour of its day.
func TestDemoHasMeetingsEveryDay(t *testing.T) {
	var moments []time.Time
	midnight := dayOf(simulator.DemoTime)
	for minute := range 20 {
		moments = append(moments, midnight.Add(time.Duration(minute)*time.Minute), midnight.Add(time.Duration(minute)*time.Hour))
	}
	for hours := -12; hours <= 14; hours++ {
		zone := time.FixedZone("", hours*60*60)
		moments = append(moments, time.Date(2026, 11, 28, 1, 10, 0, 0, zone), time.Date(2026, 11, 29, 23, 59, 0, 0, zone))
	}
	for _, now := range moments {
		ended := map[time.Time]bool{}
		for _, c := range all(t, simulator.Demo(now)) {
			// At midnight in UTC today's stand-up ends within a minute.
			if *c.Status == simulator.Ended && c.EndTime != nil && *c.EndTime <= max(now.UnixMilli(), midnight.UnixMilli()+60_000) {
				ended[dayOf(time.UnixMilli(*c.StartTime).In(now.Location()))] = true
			}
		}
		for ago := range 14 {
			if day := dayOf(now).AddDate(0, 0, -ago); !ended[day] {
				t.Errorf("no meeting of %s has ended at %s", day, now)
			}
		}
	}
}

// Each event is as many days away as at any other time. What recurs does so on the days
// of its rule, and none of what is to come is of today, so that it does not pass while
// the day does.
func TestDemoCalendarsGoWithTheTime(t *testing.T) {
	calendar := func(now time.Time) map[string]time.Duration {
		away := map[string]time.Duration{}
		for _, e := range simulator.Demo(now).Calendars[simulator.DemoCEO] {
			start, err := time.Parse(time.RFC3339, e.Start.DateTime)
			if *e.IsAllDay {
				start, err = time.Parse(time.DateOnly, e.Start.Date)
			}
			if err != nil {
				t.Fatal(err)
			}
			away[e.Summary+" "+e.ID] = start.Sub(dayOf(now.UTC()))
		}
		return away
	}
	want := calendar(simulator.DemoTime)
	for _, now := range moments() {
		equal(t, "the calendar at "+now.String(), want, calendar(now))
		sim, events, toCome := simulator.Demo(now), map[string]simulator.Event{}, map[string]int{}
		for _, e := range slices.Concat(sim.Calendars[simulator.DemoPlatform], sim.Calendars[simulator.DemoSupport]) {
			events[e.ID] = e
		}
		tomorrow := dayOf(now.UTC()).AddDate(0, 0, 1)
		for _, e := range events {
			start, _ := time.Parse(time.RFC3339, e.Start.DateTime)
			if rule := events[e.SeriesMasterID].Recurrence; rule != nil {
				day := strings.ToLower(start.Weekday().String()) // in the event's zone
				if daily := rule.Pattern.Type == "daily"; daily != (rule.Pattern.DaysOfWeek == "") || !daily && rule.Pattern.DaysOfWeek != day {
					t.Errorf("%s is %s on %q, and there is one on a %s", e.Summary, rule.Pattern.Type, rule.Pattern.DaysOfWeek, day)
				}
			}
			if e.ToCome {
				toCome[e.Summary]++
				if start.Before(tomorrow) || !start.Before(tomorrow.AddDate(0, 0, 14)) {
					t.Errorf("%s is to come at %s", e.Summary, start)
				}
			}
		}
		equal(t, "to come", map[string]int{"Stand-up 每日站会": 14, "Supplier review: Acme": 2, "全员周会 Weekly all-hands": 2}, toCome)
	}
}
