package dingtalk

import (
	"context"
	"encoding/json"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

//// TABLE DEFINITION

func tableScheduleConferenceSetting(c *connector) *plugin.Table {
	return c.table(definition{
		name:        "dingtalk_schedule_conference_setting",
		description: "How the meetings of a scheduled video meeting in DingTalk are secured. Null is what DingTalk did not return, which is not off.",
		keys:        plugin.KeyColumnSlice{required("schedule_conference_id")},
		columns: []*plugin.Column{
			fromKey("schedule_conference_id", "The ID of the schedule. A query must name it."),
			object("cohost_union_ids", "The union IDs of the co-hosts.", func(r *client.ScheduleSetting) json.RawMessage { return jsonList(r.CohostUnionIDs) }),
			identifier("conf_allowed_corp_id", "The CorpId of the only organization that may join. Null lets in others.", func(r *client.ScheduleSetting) *string { return r.ConfAllowedCorpID }),
			flag("enable_chat", "True if people may chat in the meeting.", func(r *client.ScheduleSetting) client.Flag { return r.Extra.EnableChat }),
			flag("enable_web_anonymous_join", "True if people may join in a browser without signing in.", func(r *client.ScheduleSetting) client.Flag { return r.Extra.EnableWebAnonymousJoin }),
			object("extension_app_settings", "The apps that open in the meeting, as DingTalk describes them.", func(r *client.ScheduleSetting) json.RawMessage { return r.Extra.ExtensionAppSettings.RawMessage }),
			identifier("host_union_id", "The union ID of the host.", func(r *client.ScheduleSetting) *string { return r.HostUnionID }),
			flag("join_before_host", "True if people may join before the host does.", func(r *client.ScheduleSetting) client.Flag { return r.Extra.JoinBeforeHost }),
			flag("lock_media_status_mic_mute", "True if people may not unmute themselves.", func(r *client.ScheduleSetting) client.Flag { return r.Extra.LockMediaStatusMicMute }),
			flag("lock_nick", "True if people may not rename themselves.", func(r *client.ScheduleSetting) client.Flag { return r.Extra.LockNick }),
			flag("lock_room", "True if the meeting is locked, so that nobody can join it.", func(r *client.ScheduleSetting) client.Flag { return r.LockRoom }),
			column("mute_on_join", "Whether people are muted as they join, as DingTalk codes it: -1 is on, 0 off, 6 automatically where there are more than six people.", func(r *client.ScheduleSetting) *int64 { return r.MuteOnJoin }),
			word("mute_on_join_name", "Whether people are muted as they join as a word: on, off or auto. Null for a code that is not known.", muteOnJoinNames, func(r *client.ScheduleSetting) *int64 { return r.MuteOnJoin }),
			flag("screen_share_forbidden", "True if people may not share their screens.", func(r *client.ScheduleSetting) client.Flag { return r.ScreenShareForbidden }),
			flag("waiting_room", "True if people wait until they are let in.", func(r *client.ScheduleSetting) client.Flag { return r.Extra.WaitingRoom.Flag }),
			title(fromKey("schedule_conference_id", "The ID of the schedule.")),
		},
		read: readScheduleConferenceSettings,
	})
}

var muteOnJoinNames = map[int64]string{client.MuteOnJoinOn: "on", client.MuteOnJoinOff: "off", client.MuteOnJoinAuto: "auto"}

//// LIST FUNCTION

func readScheduleConferenceSettings(ctx context.Context, l *listing) error {
	id, _ := l.key("schedule_conference_id")
	setting, err := l.api.ScheduleSetting(ctx, id, l.wait)
	if err != nil {
		return err
	}
	l.stream(setting)
	return nil
}
