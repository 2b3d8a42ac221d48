package dingtalk

import (
	"context"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

//// TABLE DEFINITION

func tableCalendarEventAttendee(c *connector) *plugin.Table {
	return c.table(definition{
		name:        "dingtalk_calendar_event_attendee",
		description: "Everybody who was invited to an event of a user's primary calendar in DingTalk, with their responses.",
		keys:        plugin.KeyColumnSlice{required("union_id"), required("event_id")},
		columns: []*plugin.Column{
			fromKey("union_id", "The union ID of the user whose calendar has the event. A query must name it."),
			fromKey("event_id", "The ID of the event. A query must name it."),
			identifier("attendee_union_id", "The union ID of the person invited.", func(r *client.CalendarEventAttendee) *string { return r.ID }),
			column("display_name", "The display name of the person invited.", func(r *client.CalendarEventAttendee) *string { return r.DisplayName }),
			column("is_optional", "True for a person who need not come.", func(r *client.CalendarEventAttendee) *bool { return r.IsOptional }),
			identifier("response_status", "What the person replied: needsAction (nothing yet), accepted, declined or tentative.", func(r *client.CalendarEventAttendee) *string { return r.ResponseStatus }),
			column("self", "True for the user whose calendar it is.", func(r *client.CalendarEventAttendee) *bool { return r.Self }),
			column("title", "The display name of the person invited.", func(r *client.CalendarEventAttendee) *string { return r.DisplayName }),
		},
		read: readCalendarEventAttendees,
	})
}

//// LIST FUNCTION

func readCalendarEventAttendees(ctx context.Context, l *listing) error {
	user, _ := l.key("union_id")
	event, _ := l.key("event_id")
	return streamAll(l, l.api.CalendarEventAttendees(ctx, user, event, l.pages()))
}
