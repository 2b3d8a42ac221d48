// Package dingtalk is the Steampipe plugin for DingTalk's video meetings: what
// SQL sees of the DingTalk Open API.
package dingtalk

import (
	"context"

	"github.com/turbot/steampipe-plugin-dingtalk/delivery"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

const pluginName = "steampipe-plugin-dingtalk"

// version is stamped by the release build, and by make.
var version = "dev"

// Version returns the version of the build; "dev" if it has none.
func Version() string { return version }

// tables are all tables of the plugin.
var tables = []func(*connector) *plugin.Table{
	tableAPICall,
	tableCalendarEvent,
	tableCalendarEventAttendee,
	tableConference,
	tableConferenceMember,
	tableConferenceRecording,
	tableConnection,
	tableDepartment,
	tableDepartmentMember,
	tableMeetingRoom,
	tableMeetingRoomBooking,
	tableOngoingConference,
	tableScheduleConference,
	tableScheduleConferencePlan,
	tableScheduleConferenceSetting,
	tableUser,
}

// Serve serves the plugin to Steampipe until Steampipe ends it.
func Serve() { delivery.Serve(pluginName, Plugin) }

// Plugin returns the plugin, for an engine to link. Each has connections and
// clients of its own.
func Plugin(context.Context) *plugin.Plugin { return pluginOf(newConnector()) }

func pluginOf(c *connector) *plugin.Plugin {
	p := &plugin.Plugin{
		Name: pluginName,
		ConnectionConfigSchema: &plugin.ConnectionConfigSchema{
			NewInstance: newConnectionConfig,
		},
		// With it, an aggregator makes no calls for connections that the query
		// leaves out.
		ConnectionKeyColumns: []plugin.ConnectionKeyColumn{{Name: corpIDColumn.Name, Hydrate: corpIDOf}},
		TableMap:             map[string]*plugin.Table{},
	}
	for _, table := range tables {
		t := table(c)
		p.TableMap[t.Name] = t
	}
	return p
}

// corpIDOf returns the CorpId of a connection; nil if its config names none.
func corpIDOf(_ context.Context, d *plugin.QueryData, _ *plugin.HydrateData) (any, error) {
	if id := configOf(d.Connection).corpID(); id != "" {
		return id, nil
	}
	return nil, nil
}
