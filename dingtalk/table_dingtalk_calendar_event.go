package dingtalk

import (
	"context"
	"encoding/json"
	"iter"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/sidebyside"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

//// TABLE DEFINITION

func tableCalendarEvent(c *connector) *plugin.Table {
	return c.table(definition{
		name:        "dingtalk_calendar_event",
		description: "The events of a user's primary calendar in DingTalk, which lead to video meetings by their room codes. Of a recurring event, every occurrence within the bounds of start_time, past and future.",
		oneOf:       []string{"id", "series_master_id"},
		keys: plugin.KeyColumnSlice{required("union_id"), optional("id"), optional("series_master_id"),
			{Name: "start_time", Require: plugin.Optional, Operators: []string{">", ">=", "<", "<=", "="}}},
		columns: []*plugin.Column{
			fromKey("union_id", "The union ID of the user whose calendar it is. A query must name it."),
			identifier("id", "The ID of the event.", func(r *client.CalendarEvent) *string { return r.ID }),
			object("attendees", "The people invited, with their responses: up to 100 of them, or 500 in a query by id.", func(r *client.CalendarEvent) json.RawMessage { return r.Attendees.RawMessage }),
			column("create_time", "The time at which the event was created.", func(r *client.CalendarEvent) *time.Time { return r.CreateTime.Time() }),
			column("description", "The description of the event.", func(r *client.CalendarEvent) *string { return r.Description }),
			column("end_time", "The time at which the event ends. For an all-day event, midnight in its zone, or in UTC where DingTalk names no zone that is known.", func(r *client.CalendarEvent) *time.Time { return eventTime(r.End) }),
			column("is_all_day", "True for an all-day event.", func(r *client.CalendarEvent) *bool { return r.IsAllDay }),
			column("location", "Where the event takes place.", func(r *client.CalendarEvent) *string { return r.Location.DisplayName }),
			object("meeting_rooms", "The meeting rooms booked for the event.", func(r *client.CalendarEvent) json.RawMessage { return r.MeetingRooms.RawMessage }),
			identifier("online_meeting_id", "The logical ID of the event's video meeting, which is no conference ID.", func(r *client.CalendarEvent) *string { return r.OnlineMeeting.ConferenceID }),
			identifier("online_meeting_type", "The type of the event's video meeting, such as dingtalk. Null for an event without one.", func(r *client.CalendarEvent) *string { return r.OnlineMeeting.Type }),
			column("online_meeting_url", "The link to the event's video meeting.", func(r *client.CalendarEvent) *string { return r.OnlineMeeting.URL }),
			identifier("organizer_id", "The union ID of the organizer.", func(r *client.CalendarEvent) *string { return r.Organizer.ID }),
			column("organizer_name", "The display name of the organizer.", func(r *client.CalendarEvent) *string { return r.Organizer.DisplayName }),
			object("recurrence", "How the event recurs, as DingTalk describes it. Null for an event that does not.", func(r *client.CalendarEvent) json.RawMessage { return r.Recurrence.RawMessage }),
			roomCode("The meeting number of the event's video meeting, as digits, or as the query writes it: dingtalk_conference finds the meetings by it.", func(r *client.CalendarEvent) *string { return idOf(r.OnlineMeeting.RoomCode()) }),
			identifier("series_master_id", "The ID of the series to which the event belongs. Null for an event that does not recur.", func(r *client.CalendarEvent) *string { return r.SeriesMasterID }),
			column("start_time", "The time at which the event starts. For an all-day event, midnight in its zone, or in UTC where DingTalk names no zone that is known.", func(r *client.CalendarEvent) *time.Time { return eventTime(r.Start) }),
			column("status", "The status of the event: confirmed or cancelled.", func(r *client.CalendarEvent) *string { return r.Status }),
			identifier("time_zone", "The zone in which the start of the event is meant, as DingTalk names it.", func(r *client.CalendarEvent) *string { return &r.Start.TimeZone }),
			column("update_time", "The time at which the event was changed last.", func(r *client.CalendarEvent) *time.Time { return r.UpdateTime.Time() }),
			column("title", "The title of the event.", func(r *client.CalendarEvent) *string { return r.Summary }),
		},
		read: readCalendarEvents,
	})
}

// spanOfView is less than the year that the bounds of a call may be apart.
const spanOfView = 364 * day

//// LIST FUNCTION

func readCalendarEvents(ctx context.Context, l *listing) error {
	user, _ := l.key("union_id")
	id, byID := l.key("id")
	series, bySeries := l.key("series_master_id")
	bounds, err := l.bounds("start_time")
	switch {
	case err != nil:
		return err
	case bySeries && series == "": // no row has an empty id
		return nil
	}
	// Without this, an event that the query does not want would come once for each
	// value of a list.
	wanted := func(event *client.CalendarEvent) bool {
		return accepts(l, "series_master_id", event.SeriesMasterID)
	}
	rows := &sieve{l: l, bounds: bounds}
	// stream streams the events of some pages that the query wants and that the span has.
	stream := func(g *sidebyside.Group, pages iter.Seq2[*client.Page[*client.CalendarEvent], error], s span) error {
		for page, err := range pages {
			if err != nil {
				return err
			}
			g.Answered()
			if !g.Emit(func() bool {
				for _, event := range page.Entries {
					if wanted(event) && !rows.stream(s, eventTime(event.Start), event) {
						return false
					}
				}
				return true
			}) {
				return nil
			}
		}
		return nil
	}
	// Some of the events are left out, so a LIMIT does not make a page smaller.
	pages := l.fullPages()
	switch {
	case byID:
		event, err := l.api.CalendarEvent(ctx, user, id, l.wait)
		if err == nil && bounds.near(eventTime(event.Start)) && wanted(event) {
			l.stream(event)
		}
		return err
	case bounds.both():
		_, err = l.sideBySide(ctx, func(_ context.Context, g *sidebyside.Group) error {
			calls := g.Lane()
			for s := range bounds.spans(spanOfView) {
				if !calls.Go(func(ctx context.Context) error {
					err := stream(g, l.api.CalendarEventsView(ctx, user, s.callFrom, s.callUntil, pages), s)
					if err != nil && !s.from.IsZero() { // a later span
						return &partError{err}
					}
					return err
				}) {
					return nil
				}
			}
			return nil
		})
	case bySeries && !bounds.any():
		_, err = l.sideBySide(ctx, func(ctx context.Context, g *sidebyside.Group) error {
			return stream(g, l.api.CalendarSeries(ctx, user, series, pages), span{})
		})
	case bySeries:
		return bounds.unbounded("start_time", "DingTalk finds the occurrences to come of a series within a span of time only", client.Advice{English: ", or leave start_time out for the past ones", Chinese: "；或者不写 start_time，只查过去的日程"})
	default:
		return bounds.unbounded("start_time", "DingTalk finds the occurrences of what recurs within a span of time only", client.Advice{English: ", or name id or series_master_id", Chinese: "；或者写明 id 或 series_master_id"})
	}
	if err == nil {
		rows.rest()
	}
	return err
}

//// TRANSFORM FUNCTIONS

// eventTime returns when an event starts or ends. An all-day event without a zone, or
// with an unknown one, has a time as well, because the engine would filter out NULL.
func eventTime(e client.EventTime) *time.Time {
	if e.Time != nil || e.Date == "" {
		return e.Time
	}
	if t, err := time.Parse(time.DateOnly, e.Date); err == nil {
		return &t
	}
	return nil // not reached: the client has checked the date
}
