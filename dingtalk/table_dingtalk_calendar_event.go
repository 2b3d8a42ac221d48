package dingtalk

import (
	"context"
	"encoding/json"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

//// TABLE DEFINITION

func tableCalendarEvent(c *connector) *plugin.Table {
	return c.table(definition{
		name:        "dingtalk_calendar_event",
		description: "The events of a user's primary calendar in DingTalk, which lead to video meetings by their room codes. Of a recurring event, the past instances and not the future ones.",
		keys: plugin.KeyColumnSlice{required("union_id"), optional("id"), optional("series_master_id"),
			{Name: "start_time", Require: plugin.Optional, Operators: []string{">", ">=", "<", "<=", "="}}},
		columns: []*plugin.Column{
			fromKey("union_id", "The union ID of the user whose calendar it is. A query must name it."),
			identifier("id", "The ID of the event.", func(r *client.CalendarEvent) *string { return r.ID }),
			object("attendees", "The people invited, with their responses: up to 100 of them, or 500 in a query by id.", func(r *client.CalendarEvent) json.RawMessage { return r.Attendees.RawMessage }),
			column("create_time", "The time at which the event was created.", func(r *client.CalendarEvent) *time.Time { return r.CreateTime.Time() }),
			column("description", "The description of the event.", func(r *client.CalendarEvent) *string { return r.Description }),
			column("end_time", "The time at which the event ends. For an all-day event, midnight in its zone, or in UTC where DingTalk names none.", func(r *client.CalendarEvent) *time.Time { return eventTime(r.End) }),
			column("is_all_day", "True for an all-day event.", func(r *client.CalendarEvent) *bool { return r.IsAllDay }),
			column("location", "Where the event takes place.", func(r *client.CalendarEvent) *string { return r.Location.DisplayName }),
			object("meeting_rooms", "The meeting rooms booked for the event.", func(r *client.CalendarEvent) json.RawMessage { return r.MeetingRooms.RawMessage }),
			identifier("online_meeting_id", "The logical ID of the event's video meeting, which is no conference ID.", func(r *client.CalendarEvent) *string { return r.OnlineMeeting.ConferenceID }),
			identifier("online_meeting_type", "The type of the event's video meeting, such as dingtalk. Null for an event without one.", func(r *client.CalendarEvent) *string { return r.OnlineMeeting.Type }),
			column("online_meeting_url", "The link to the event's video meeting.", func(r *client.CalendarEvent) *string { return r.OnlineMeeting.URL }),
			identifier("organizer_id", "The union ID of the organizer.", func(r *client.CalendarEvent) *string { return r.Organizer.ID }),
			column("organizer_name", "The display name of the organizer.", func(r *client.CalendarEvent) *string { return r.Organizer.DisplayName }),
			object("recurrence", "How the event recurs, as DingTalk describes it. Null for an event that does not.", func(r *client.CalendarEvent) json.RawMessage { return r.Recurrence.RawMessage }),
			identifier("room_code", "The meeting number of the event's video meeting, as digits: dingtalk_conference finds the meetings by it.", func(r *client.CalendarEvent) *string { return roomCodeShown(r.OnlineMeeting.ExtraInfo.RoomCode, "") }),
			identifier("series_master_id", "The ID of the series to which the event belongs. Null for an event that does not recur.", func(r *client.CalendarEvent) *string { return r.SeriesMasterID }),
			column("start_time", "The time at which the event starts. For an all-day event, midnight in its zone, or in UTC where DingTalk names none.", func(r *client.CalendarEvent) *time.Time { return eventTime(r.Start) }),
			column("status", "The status of the event: confirmed or cancelled.", func(r *client.CalendarEvent) *string { return r.Status }),
			identifier("time_zone", "The zone in which the start of the event is meant.", func(r *client.CalendarEvent) *string { return &r.Start.TimeZone }),
			column("update_time", "The time at which the event was changed last.", func(r *client.CalendarEvent) *time.Time { return r.UpdateTime.Time() }),
			column("title", "The title of the event.", func(r *client.CalendarEvent) *string { return r.Summary }),
		},
		read: readCalendarEvents,
	})
}

//// LIST FUNCTION

func readCalendarEvents(ctx context.Context, l *listing) error {
	user, _ := l.key("union_id")
	series, ok := l.key("series_master_id")
	if ok && series == "" {
		return nil // no row has an empty one
	}
	// An event that the query doesn't want must not count for a LIMIT, nor come
	// once for each value of a list.
	wanted := func(event *client.CalendarEvent) bool {
		inSeries := event.SeriesMasterID != nil && *event.SeriesMasterID == series
		return l.allows("start_time", eventTime(event.Start)) && (series == "" || inSeries)
	}
	if id, ok := l.key("id"); ok {
		event, err := l.api.CalendarEvent(ctx, user, id, l.wait)
		if err != nil {
			return err
		}
		if wanted(event) {
			l.stream(event)
		}
		return nil
	}
	pages := l.pages()
	if _, bounded := l.Quals["start_time"]; bounded || series != "" {
		pages.Size = l.settings.pageSize // some of the events are not wanted
	}
	for span := range spans(l.bounds("start_time")) {
		query := client.CalendarQuery{TimeMin: span.askMin, TimeMax: span.askMax, SeriesMasterID: series}
		for page, err := range l.api.CalendarEvents(ctx, user, query, pages) {
			if err != nil {
				return err
			}
			for _, event := range page.Events {
				if !span.has(eventTime(event.Start)) || !wanted(event) {
					continue
				}
				if !l.stream(event) {
					return nil
				}
			}
		}
	}
	return nil
}

const (
	// boundDoubt is how far bounds are widened: DingTalk does not say whether
	// they are inclusive, nor at what time of day an all-day event starts for
	// it.
	boundDoubt = 24 * time.Hour
	// spanAtMost is less than the year that bounds may be apart when they have
	// been widened.
	spanAtMost = 364*24*time.Hour - 2*boundDoubt
)

// span is a part of the time that a query asks about.
type span struct {
	// askMin and askMax are the bounds to ask for; a zero time is none.
	askMin, askMax time.Time
	// from and until tell which of the events, that the bounds of the neighbours
	// bring as well, belong to the span: from is in it, until is in the next. A
	// zero time is no edge.
	from, until time.Time
}

// has reports whether an event that starts then is the span's. One that starts at
// no time is of the first.
func (s span) has(start *time.Time) bool {
	if start == nil {
		return s.from.IsZero()
	}
	return !start.Before(s.from) && (s.until.IsZero() || start.Before(s.until))
}

// spans yields the spans that cover all from min to max; a zero time is no bound.
func spans(min, max time.Time) func(yield func(span) bool) {
	return func(yield func(span) bool) {
		if min.IsZero() || max.IsZero() {
			yield(span{askMin: widened(min, -boundDoubt), askMax: widened(max, boundDoubt)})
			return
		}
		var from time.Time
		for start := min; !start.After(max); start = start.Add(spanAtMost) {
			until := start.Add(spanAtMost)
			s := span{start.Add(-boundDoubt), until.Add(boundDoubt), from, until}
			if !until.Before(max) {
				s.askMax, s.until = max.Add(boundDoubt), time.Time{}
			}
			if !yield(s) || s.until.IsZero() {
				return
			}
			from = until
		}
	}
}

// widened moves a bound, if there is one.
func widened(bound time.Time, by time.Duration) time.Time {
	if bound.IsZero() {
		return bound
	}
	return bound.Add(by)
}

//// TRANSFORM FUNCTIONS

// eventTime is when an event starts or ends. An all-day event without a zone
// would be filtered away if it had none.
func eventTime(e client.EventTime) *time.Time {
	if e.Time != nil || e.Date == "" {
		return e.Time
	}
	if t, err := time.Parse(time.DateOnly, e.Date); err == nil {
		return &t
	}
	return nil // the client has refused what is no date
}
