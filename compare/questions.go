package main

import (
	"fmt"
	"strings"
	"time"
)

func questions() []question {
	return []question{
		{
			title:  "The meetings of 100 schedules",
			right:  func(a answers) []row { return a.schedules },
			script: "schedules.js",
			input:  scheduleIDs(),
			sql: `
select schedule_conference_id, conference_id, title
from dingtalk_schedule_conference
where schedule_conference_id in (` + quoted(scheduleIDs()) + `);`,
			scans: scanSchedules,
			net:   true,
		},
		{
			title:  "Who attended last week's meetings of 50 people",
			right:  func(a answers) []row { return a.attendance },
			script: "attendance.js",
			input:  map[string]any{"people": askedUnionIDs(), "from": utc(from), "until": utc(until)},
			sql:    attendanceSQL(),
			scans:  scanAttendance,
		},
		{
			title:  "The directory of 10,000 people",
			right:  func(a answers) []row { return a.directory },
			script: "directory.js",
			sql:    "select user_id, union_id, name from dingtalk_user;",
			scans:  scanDirectory,
		},
	}
}

func scheduleIDs() (ids []string) {
	for i := range schedules {
		ids = append(ids, scheduleID(i))
	}
	return ids
}

func askedUnionIDs() (ids []string) {
	for i := range asked {
		ids = append(ids, unionID(i))
	}
	return ids
}

// utc is a time as DingTalk's SDK describes the bounds of a calendar.
func utc(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

func quoted(texts []string) string { return "'" + strings.Join(texts, "', '") + "'" }

// attendanceSQL is the query of docs/calendar-to-attendance.md for some people.
func attendanceSQL() string {
	return fmt.Sprintf(`
with event as materialized (
  select distinct room_code, start_time, end_time
  from dingtalk_calendar_event
  where union_id in (%s) and start_time >= '%s' and start_time < '%s' and room_code is not null
),
candidate as materialized (
  select e.start_time as planned_start, e.end_time as planned_end, c.conference_id, c.start_time
  from event as e
  join dingtalk_conference as c on c.room_code = e.room_code
),
meeting as materialized (
  select distinct conference_id
  from candidate
  where julianday(start_time) >= julianday(planned_start, '-30 minutes')
  and julianday(start_time) <= julianday(planned_end, '+2 hours')
)
select distinct m.conference_id, m.union_id, m.user_nick
from meeting as g
join dingtalk_conference_member as m on m.conference_id = g.conference_id
where m.join_time is not null;`, quoted(askedUnionIDs()), utc(from), utc(until))
}
