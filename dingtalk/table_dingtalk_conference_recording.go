package dingtalk

import (
	"context"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

//// TABLE DEFINITION

func tableConferenceRecording(c *connector) *plugin.Table {
	return c.table(definition{
		name:        "dingtalk_conference_recording",
		description: "The cloud recordings of a video meeting in DingTalk.",
		keys:        plugin.KeyColumnSlice{required("conference_id"), shownAsAsked(optional("acting_union_id"))},
		columns: []*plugin.Column{
			fromKey("conference_id", "The ID of the meeting. A query must name it."),
			column("acting_union_id", "The union ID of the user on whose behalf DingTalk returned the recording: the one that the query or the connection names, or else the owner of the recording or the creator of the meeting.", func(r recording) *string { return &r.actingUnionID }),
			durationSeconds("How long the recording is, in seconds.", func(r recording) *client.Span { return r.Duration }),
			timestamp("end_time", "The time at which the recording ended.", func(r recording) *client.Millis { return r.EndTime }),
			column("file_size", "The size of the file in bytes.", func(r recording) *int64 { return r.FileSize }),
			identifier("media_id", "The ID of the recording's file, which no other recording has.", func(r recording) *string { return r.MediaID }),
			identifier("record_id", "The ID that all recordings of a meeting share.", func(r recording) *string { return r.RecordID }),
			column("record_type", "The type of the recording as DingTalk codes it: 0 is normal, 1 composed.", func(r recording) *int64 { return r.RecordType }),
			word("record_type_name", "The type of the recording as a word: normal or composed. Null for a code that is not known.", recordTypeNames, func(r recording) *int64 { return r.RecordType }),
			identifier("region_id", "The region in which the file is kept.", func(r recording) *string { return r.RegionID }),
			timestamp("start_time", "The time at which the recording started.", func(r recording) *client.Millis { return r.StartTime }),
			identifier("union_id", "The union ID of the user who recorded.", func(r recording) *string { return r.UnionID }),
			column("title", "The ID of the recording's file.", func(r recording) *string { return r.MediaID }),
		},
		read: readConferenceRecordings,
	})
}

// recording is a row: a recording, and the user on whose behalf it was read.
type recording struct {
	*client.Recording
	actingUnionID string
}

var recordTypeNames = map[int64]string{client.RecordNormal: "normal", client.RecordComposed: "composed"}

//// LIST FUNCTION

func readConferenceRecordings(ctx context.Context, l *listing) error {
	id, _ := l.key("conference_id")
	acting, ok := l.actingUser()
	if ok && acting == "" {
		return nil // no row has an empty id
	}
	if !ok {
		info, err := l.api.Conference(ctx, id, l.wait)
		if err != nil {
			return err
		}
		if info.CloudRecordStatus != nil && *info.CloudRecordStatus == client.CloudRecordNone {
			return nil
		}
		for _, user := range []*string{info.CreatorID, info.CloudRecordOwnerUnionID} {
			if user != nil && *user != "" {
				acting = *user
			}
		}
	}
	recordings, err := l.api.Recordings(ctx, id, acting, l.wait)
	if err != nil {
		return err
	}
	for _, r := range recordings {
		if !l.stream(recording{r, acting}) {
			return nil
		}
	}
	return nil
}
