package dingtalk

import (
	"context"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

//// TABLE DEFINITION

func tableScheduleConference(c *connector) *plugin.Table {
	return c.table(definition{
		name:        "dingtalk_schedule_conference",
		description: "The video meetings held, in progress or due under a scheduled video meeting in DingTalk.",
		keys:        plugin.KeyColumnSlice{required("schedule_conference_id")},
		columns: []*plugin.Column{
			fromKey("schedule_conference_id", "The ID of the schedule, as DingTalk returned it when the meeting was booked. A query must name it."),
			column("conference_id", "The ID of the meeting.", func(r scheduleConference) *string { return r.ConferenceID }),
			timestamp("end_time", "The time at which the meeting ended. Null where DingTalk reports none, as for a meeting that has not ended.", func(r scheduleConference) *client.Millis { return r.EndTime }),
			roomCode("The meeting number by which people join, as digits, or as the query writes it.", func(r scheduleConference) *string { return r.RoomCode }),
			timestamp("start_time", "The time at which the meeting started or is due to start. Null where DingTalk reports none.", func(r scheduleConference) *client.Millis { return r.StartTime }),
			column("status", "The status of the meeting as DingTalk codes it: 0 is not started, 1 ended, 2 in progress.", func(r scheduleConference) *int64 { return r.Status }),
			word("status_name", "The status of the meeting as a word: not_started, ended or in_progress. Null for a code that is not known.", statusNames, func(r scheduleConference) *int64 { return r.Status }),
			column("total_count", "The number of meetings of the schedule, as DingTalk reported it with this one. Null where it reported none.", func(r scheduleConference) *int64 { return r.TotalCount }),
			column("title", "The title of the meeting.", func(r scheduleConference) *string { return r.Title }),
		},
		read: readScheduleConferences,
	})
}

// scheduleConference is a row: a meeting, and the total count of its page.
type scheduleConference struct {
	*client.ScheduleConference
	TotalCount *int64
}

// statusNames are the words for the status of a meeting.
var statusNames = map[int64]string{
	client.StatusNotStarted: "not_started",
	client.StatusEnded:      "ended",
	client.StatusInProgress: "in_progress",
}

//// LIST FUNCTION

func readScheduleConferences(ctx context.Context, l *listing) error {
	id, _ := l.key("schedule_conference_id")
	for page, err := range l.api.ScheduleConferences(ctx, id, l.pages()) {
		if err != nil {
			return err
		}
		for _, conference := range page.Entries {
			if !l.stream(scheduleConference{conference, page.TotalCount}) {
				return nil
			}
		}
	}
	return nil
}
