package dingtalk

import (
	"context"
	"encoding/json"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

//// TABLE DEFINITION

func tableScheduleConferencePlan(c *connector) *plugin.Table {
	return c.table(definition{
		name:        "dingtalk_schedule_conference_plan",
		description: "What a scheduled video meeting in DingTalk was booked for.",
		keys:        plugin.KeyColumnSlice{required("schedule_conference_id"), shownAsAsked(optional("acting_union_id"))},
		columns: []*plugin.Column{
			fromKey("schedule_conference_id", "The ID of the schedule. A query must name it."),
			column("acting_union_id", "The union ID of the user on whose behalf DingTalk returned the plan. A query must name it unless the connection does.", func(r schedulePlan) *string { return &r.actingUnionID }),
			column("cancelled", "True for a schedule that was cancelled, of which DingTalk returns nothing else.", func(r schedulePlan) *bool { return &r.Cancelled }),
			timestamp("end_time", "The time at which the meeting is due to end.", func(r schedulePlan) *client.Millis { return r.EndTime }),
			object("phones", "The numbers by which people join by phone.", func(r schedulePlan) json.RawMessage { return jsonList(r.Phones) }),
			roomCode("The meeting number by which people join, as digits, or as the query writes it.", func(r schedulePlan) *string { return idOf(r.RoomCode) }),
			timestamp("start_time", "The time at which the meeting is due to start.", func(r schedulePlan) *client.Millis { return r.StartTime }),
			column("url", "The link to share.", func(r schedulePlan) *string { return r.URL }),
			column("title", "The title of the meeting.", func(r schedulePlan) *string { return r.Title }),
		},
		read: readScheduleConferencePlans,
	})
}

// schedulePlan is a row: a plan, and the user on whose behalf it was read.
type schedulePlan struct {
	*client.SchedulePlan
	actingUnionID string
}

//// LIST FUNCTION

func readScheduleConferencePlans(ctx context.Context, l *listing) error {
	id, _ := l.key("schedule_conference_id")
	acting, named := l.actingUser()
	if named && acting == "" {
		return nil // no row has an empty id
	}
	plan, err := l.api.SchedulePlan(ctx, id, acting, l.wait)
	if err != nil {
		return err
	}
	l.stream(schedulePlan{plan, acting})
	return nil
}
