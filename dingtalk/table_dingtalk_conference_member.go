package dingtalk

import (
	"context"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

//// TABLE DEFINITION

func tableConferenceMember(c *connector) *plugin.Table {
	return c.table(definition{
		name:        "dingtalk_conference_member",
		description: "The people who were invited to a video meeting in DingTalk, who came, and for how long. A person may have several rows.",
		keys:        plugin.KeyColumnSlice{required("conference_id")},
		columns: []*plugin.Column{
			fromKey("conference_id", "The ID of the meeting. A query must name it."),
			column("attend_status", "What became of the person as DingTalk codes it: 1 is initial, 2 calling, 3 in the meeting, 4 failed to join, 5 kicked, 6 left.", func(r *client.ConferenceMember) *int64 { return r.AttendStatus }),
			word("attend_status_name", "What became of the person as a word: initial, calling, in_meeting, failed, kicked or left. Null for a code that is not known.", attendStatusNames, func(r *client.ConferenceMember) *int64 { return r.AttendStatus }),
			column("co_host", "True for a co-host of the meeting.", func(r *client.ConferenceMember) *bool { return r.CoHost }),
			durationSeconds("How long the person was in the meeting, in seconds, as DingTalk counts it.", func(r *client.ConferenceMember) *client.Span { return r.Duration }),
			column("host", "True for the host of the meeting.", func(r *client.ConferenceMember) *bool { return r.Host }),
			identifier("job_number", "The employee number. Null if DingTalk does not return it, which is often.", func(r *client.ConferenceMember) *string { return r.JobNumber }),
			timestamp("join_time", "The time at which the person joined.", func(r *client.ConferenceMember) *client.Millis { return r.JoinTime }),
			timestamp("leave_time", "The time at which the person left. Null if DingTalk returns none.", func(r *client.ConferenceMember) *client.Millis { return r.LeaveTime }),
			column("outer_org_member", "True for a person from outside the organization that the meeting belongs to, false for its own members.", func(r *client.ConferenceMember) *bool { return &r.OuterOrgMember }),
			column("pstn_join", "True for a person who joined by phone.", func(r *client.ConferenceMember) *bool { return r.PSTNJoin }),
			identifier("union_id", "The union ID of the person. Null for a guest without one.", func(r *client.ConferenceMember) *string { return r.UnionID }),
			column("user_nick", "The name of the person in the meeting, which people may change themselves.", func(r *client.ConferenceMember) *string { return r.UserNick }),
			column("title", "The name of the person in the meeting.", func(r *client.ConferenceMember) *string { return r.UserNick }),
		},
		read: readConferenceMembers,
	})
}

var attendStatusNames = map[int64]string{
	client.AttendInitial:   "initial",
	client.AttendCalling:   "calling",
	client.AttendInMeeting: "in_meeting",
	client.AttendFailed:    "failed",
	client.AttendKicked:    "kicked",
	client.AttendLeft:      "left",
}

//// LIST FUNCTION

func readConferenceMembers(ctx context.Context, l *listing) error {
	id, _ := l.key("conference_id")
	return streamAll(l, l.api.ConferenceMembers(ctx, id, l.pages()))
}
