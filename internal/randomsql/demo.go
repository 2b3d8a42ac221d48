package randomsql

import (
	"maps"
	"slices"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// DemoActing are the tables whose queries name an acting user.
var DemoActing = []string{"dingtalk_meeting_room", "dingtalk_meeting_room_booking", "dingtalk_schedule_conference_plan"}

// pairs are the tables with two required keys, which are columns of one row of
// another table. That table comes before.
var pairs = map[string]struct {
	of      string
	columns []string
}{
	"dingtalk_calendar_event_attendee": {"dingtalk_calendar_event", []string{"union_id", "id"}},
}

// DemoKeys are values of keys from which the rows of the demo organization lead to
// all others.
func DemoKeys(demo *simulator.Simulator, now time.Time) map[string][]string {
	var people []string
	for _, p := range demo.People {
		people = append(people, p.UnionID)
	}
	return map[string][]string{
		"schedule_conference_id": slices.Sorted(maps.Keys(demo.Schedules)),
		"acting_union_id":        {simulator.DemoCEO},
		"union_id":               people,
		"start_time":             {now.AddDate(0, -3, 0).UTC().Format(time.RFC3339), now.AddDate(0, 3, 0).UTC().Format(time.RFC3339)},
	}
}
