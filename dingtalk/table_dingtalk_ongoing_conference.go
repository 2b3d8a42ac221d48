package dingtalk

import (
	"context"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

//// TABLE DEFINITION

func tableOngoingConference(c *connector) *plugin.Table {
	return c.table(definition{
		name:        "dingtalk_ongoing_conference",
		description: "The video meetings that are in progress in the organization now.",
		columns: []*plugin.Column{
			identifier("conference_id", "The ID of the meeting.", func(r *client.OngoingConference) *string { return r.ConferenceID }),
			identifier("biz_type", "What kind of meeting it is, as DingTalk codes it: 0 is instant, 3 scheduled, audio_conf an audio call.", func(r *client.OngoingConference) *string { return r.BizType }),
			word("biz_type_name", "What kind of meeting it is as a word: instant, scheduled or audio. Null for a code that is not known.", bizTypeNames, func(r *client.OngoingConference) *string { return r.BizType }),
			identifier("creator_id", "The union ID of the user who created the meeting.", func(r *client.OngoingConference) *string { return r.CreatorID }),
			column("creator_nick", "The display name of the user who created the meeting.", func(r *client.OngoingConference) *string { return r.CreatorNick }),
			roomCode("The meeting number by which people join, as digits, or as the query writes it.", func(r *client.OngoingConference) *string { return idOf(r.RoomCode) }),
			timestamp("start_time", "The time at which the meeting started.", func(r *client.OngoingConference) *client.Millis { return r.StartTime }),
			column("status", "The status of the meeting as DingTalk codes it; 2 is in progress.", func(r *client.OngoingConference) *int64 { return r.Status }),
			word("status_name", "The status of the meeting as a word: in_progress. Null for a code that is not known.", statusNames, func(r *client.OngoingConference) *int64 { return r.Status }),
			column("title", "The title of the meeting.", func(r *client.OngoingConference) *string { return r.Title }),
		},
		read: readOngoingConferences,
	})
}

// bizTypeNames are the words for the kinds of meetings.
var bizTypeNames = map[string]string{"0": "instant", "3": "scheduled", "audio_conf": "audio"}

//// LIST FUNCTION

func readOngoingConferences(ctx context.Context, l *listing) error {
	return streamAll(l, l.api.OngoingConferences(ctx, l.pages()))
}
