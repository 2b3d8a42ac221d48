// Package dingtalk is the Steampipe plugin for DingTalk's scheduled video
// meetings: what SQL sees of the DingTalk Open API.
package dingtalk

import (
	"context"

	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// Plugin returns the plugin. Each has connections and clients of its own.
func Plugin(_ context.Context) *plugin.Plugin {
	c := newConnector()
	return &plugin.Plugin{
		Name: "steampipe-plugin-dingtalk",
		ConnectionConfigSchema: &plugin.ConnectionConfigSchema{
			NewInstance: newConnectionConfig,
		},
		TableMap: map[string]*plugin.Table{
			"dingtalk_schedule_conference": tableScheduleConference(c),
		},
	}
}
