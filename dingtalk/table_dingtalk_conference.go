package dingtalk

import (
	"context"
	"encoding/json"
	"iter"
	"slices"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

//// TABLE DEFINITION

func tableConference(c *connector) *plugin.Table {
	return c.table(definition{
		name:        "dingtalk_conference",
		description: "Video meetings in DingTalk, by their ID or by the meeting number under which they were held.",
		keys:        plugin.KeyColumnSlice{anyOf("conference_id"), shownAsAsked(anyOf("room_code"))},
		oneOf:       []string{"conference_id", "room_code"},
		columns: []*plugin.Column{
			identifier("conference_id", "The ID of the meeting. A query must name it or the room code.", func(r *client.Conference) *string { return r.ConferenceID }),
			roomCode("The meeting number by which people join, as digits, or as the query writes it.", func(r *client.Conference) *string { return idOf(r.RoomCode) }),
			column("active_num", "The number of people in the meeting now.", func(r *client.Conference) *int64 { return r.ActiveNum }),
			column("attend_num", "The number of people who joined the meeting in all.", func(r *client.Conference) *int64 { return r.AttendNum }),
			identifier("biz_type", "What kind of meeting it is, as DingTalk codes it: 0 is instant, 3 scheduled, audio_conf an audio call.", func(r *client.Conference) *string { return r.BizType }),
			word("biz_type_name", "What kind of meeting it is as a word: instant, scheduled or audio. Null for a code that is not known.", bizTypeNames, func(r *client.Conference) *string { return r.BizType }),
			identifier("cloud_record_owner_union_id", "The union ID of the user who owns the cloud recording.", func(r *client.Conference) *string { return r.CloudRecordOwnerUnionID }),
			column("cloud_record_status", "The status of the cloud recording as DingTalk codes it: 0 is none, 1 recording, 2 paused, 3 ended.", func(r *client.Conference) *int64 { return r.CloudRecordStatus }),
			word("cloud_record_status_name", "The status of the cloud recording as a word: none, recording, paused or ended. Null for a code that is not known.", cloudRecordStatusNames, func(r *client.Conference) *int64 { return r.CloudRecordStatus }),
			identifier("creator_id", "The union ID of the user who created the meeting.", func(r *client.Conference) *string { return r.CreatorID }),
			column("creator_nick", "The display name of the user who created the meeting.", func(r *client.Conference) *string { return r.CreatorNick }),
			durationSeconds("How long the meeting lasted, in seconds. Null until it has ended.", func(r *client.Conference) *client.Span { return r.Duration }),
			timestamp("end_time", "The time at which the meeting ended. Null until it has ended.", func(r *client.Conference) *client.Millis { return r.EndTime }),
			object("extension_app_settings", "The apps that open in the meeting, as DingTalk describes them.", func(r *client.Conference) json.RawMessage { return r.ExtensionAppSettings.RawMessage }),
			column("external_link_url", "The link by which people join. It holds a token: who has the link can join.", func(r *client.Conference) *string { return r.ExternalLinkURL }),
			column("invited_num", "The number of people invited to the meeting.", func(r *client.Conference) *int64 { return r.InvitedNum }),
			identifier("schedule_conference_id", "The ID of the schedule under which the meeting was held. Null for a meeting without one.", func(r *client.Conference) *string { return r.ScheduleConferenceID }),
			timestamp("start_time", "The time at which the meeting started.", func(r *client.Conference) *client.Millis { return r.StartTime }),
			column("status", "The status of the meeting as DingTalk codes it: 0 is not started, 1 ended, 2 in progress.", func(r *client.Conference) *int64 { return r.Status }),
			word("status_name", "The status of the meeting as a word: not_started, ended or in_progress. Null for a code that is not known.", statusNames, func(r *client.Conference) *int64 { return r.Status }),
			column("title", "The title of the meeting.", func(r *client.Conference) *string { return r.Title }),
		},
		costly:   byIDOnly,
		freeWith: []string{"conference_id"},
		read:     readConferences,
	})
}

var cloudRecordStatusNames = map[int64]string{0: "none", 1: "recording", 2: "paused", 3: "ended"}

// byIDOnly are the columns that only the call by id returns.
var byIDOnly = []string{"active_num", "attend_num", "cloud_record_owner_union_id", "cloud_record_status", "cloud_record_status_name", "extension_app_settings", "invited_num"}

//// LIST FUNCTION

func readConferences(ctx context.Context, l *listing) error {
	if id, ok := l.key("conference_id"); ok {
		info, err := l.api.Conference(ctx, id, l.wait)
		if err != nil {
			return err
		}
		info.ConferenceID = &id
		codes := l.named(roomCodeColumn)
		if codes == nil || info.RoomCode != nil && slices.ContainsFunc(codes, func(v *proto.QualValue) bool {
			return client.RoomCodeDigits(v.GetStringValue()) == client.RoomCodeDigits(*info.RoomCode)
		}) {
			l.stream(info)
		}
		return nil
	}
	code, _ := l.key(roomCodeColumn)
	return filling[*client.Conference]{
		columns: byIDOnly,
		get:     func(ctx context.Context, c *client.Conference) error { return fillConference(ctx, l, c) },
		stream: func(c *client.Conference) (more bool) {
			if c.RoomCode == nil {
				c.RoomCode = &code
			}
			return l.stream(c)
		},
	}.streamPages(ctx, l, func(ctx context.Context, opt client.PageOptions) iter.Seq2[*client.Page[*client.Conference], error] {
		return l.api.RoomCodeConferences(ctx, code, opt)
	})
}

// fillConference fills in what only the call by id returns.
func fillConference(ctx context.Context, l *listing, c *client.Conference) error {
	if c.ConferenceID == nil || *c.ConferenceID == "" {
		return nil // there is no id for the call
	}
	full, err := l.api.Conference(ctx, *c.ConferenceID, l.wait)
	if err != nil {
		return err
	}
	c.ActiveNum, c.AttendNum, c.InvitedNum = full.ActiveNum, full.AttendNum, full.InvitedNum
	c.CloudRecordStatus, c.CloudRecordOwnerUnionID = full.CloudRecordStatus, full.CloudRecordOwnerUnionID
	c.ExtensionAppSettings = full.ExtensionAppSettings
	return nil
}
