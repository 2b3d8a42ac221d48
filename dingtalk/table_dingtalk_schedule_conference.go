package dingtalk

import (
	"context"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin/transform"
)

//// TABLE DEFINITION

func tableScheduleConference(c *connector) *plugin.Table {
	return &plugin.Table{
		Name:        "dingtalk_schedule_conference",
		Description: "The video meetings held, in progress or due under a scheduled video meeting in DingTalk.",
		List: &plugin.ListConfig{
			KeyColumns: plugin.KeyColumnSlice{{Name: "schedule_conference_id", Require: plugin.Required, Operators: []string{"="}}},
			Hydrate:    list(c, listScheduleConferences),
		},
		Columns: []*plugin.Column{
			// Key columns
			{Name: "schedule_conference_id", Type: proto.ColumnType_STRING, Transform: transform.FromQual("schedule_conference_id"), Description: "The ID of the schedule, as DingTalk returned it when the meeting was booked. A query must name it."},
			{Name: "conference_id", Type: proto.ColumnType_STRING, Transform: from(func(r scheduleConference) *string { return r.ConferenceID }), Description: "The ID of the meeting."},

			// Other columns
			{Name: "end_time", Type: proto.ColumnType_TIMESTAMP, Transform: fromMillis(func(r scheduleConference) *client.Millis { return r.EndTime }), Description: "The time at which the meeting ended. Null where DingTalk reports none, as for a meeting that has not ended."},
			{Name: "room_code", Type: proto.ColumnType_STRING, Transform: from(func(r scheduleConference) *string { return r.RoomCode }), Description: "The meeting number by which people join."},
			{Name: "start_time", Type: proto.ColumnType_TIMESTAMP, Transform: fromMillis(func(r scheduleConference) *client.Millis { return r.StartTime }), Description: "The time at which the meeting started or is due to start. Null where DingTalk reports none."},
			{Name: "status", Type: proto.ColumnType_INT, Transform: from(func(r scheduleConference) *int64 { return r.Status }), Description: "The status of the meeting as DingTalk codes it: 0 is not started, 1 ended, 2 in progress."},
			{Name: "status_name", Type: proto.ColumnType_STRING, Transform: from(scheduleConference.statusName), Description: "The status of the meeting as a word: not_started, ended or in_progress. Null for a code that is not known."},
			{Name: "total_count", Type: proto.ColumnType_INT, Transform: from(func(r scheduleConference) *int64 { return r.TotalCount }), Description: "The number of meetings of the schedule, as DingTalk reported it with this one. Null where it reported none."},

			// Standard columns
			{Name: "title", Type: proto.ColumnType_STRING, Transform: from(func(r scheduleConference) *string { return r.Title }), Description: "The title of the meeting."},
		},
	}
}

// scheduleConference is a row: a meeting, and what its page said of all.
type scheduleConference struct {
	*client.Conference
	TotalCount *int64
}

//// LIST FUNCTION

func listScheduleConferences(ctx context.Context, l *listing) error {
	id := l.EqualsQualString("schedule_conference_id")
	for page, err := range l.api.ScheduleConferences(ctx, id, l.pages()) {
		if err != nil {
			return err
		}
		for _, conference := range page.Conferences {
			if !l.stream(scheduleConference{conference, page.TotalCount}) {
				return nil
			}
		}
	}
	return nil
}

//// TRANSFORM FUNCTIONS

func (r scheduleConference) statusName() *string {
	if r.Status == nil {
		return nil
	}
	name, ok := map[int64]string{
		client.StatusNotStarted: "not_started",
		client.StatusEnded:      "ended",
		client.StatusInProgress: "in_progress",
	}[*r.Status]
	if !ok {
		return nil
	}
	return &name
}
