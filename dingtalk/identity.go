package dingtalk

import (
	"context"

	"github.com/turbot/steampipe-plugin-dingtalk/delivery"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// Server is the plugin's server, for an engine in process.
type Server struct {
	*delivery.Server
	connector *connector
}

// NewServer returns the server that Serve serves.
func NewServer() Server {
	c := newConnector()
	return Server{delivery.NewServer(func(context.Context) *plugin.Plugin { return pluginOf(c) }), c}
}

// Allow bounds the calls that count against the month, of all connections together. It is
// called before any query.
func (s Server) Allow(a client.Allowance) { s.connector.limits = &client.Limits{Allowance: a} }

// Identity returns columns that identify a row of a table, have the same values
// whichever query returns the row, and cost no call. Nil is all columns.
func (Server) Identity(table string) []string { return identities[table] }

// identities are the identities of the tables that have columns whose value depends on
// the query: columns that cost a call, show a key as the query writes it, are longer
// in the answer for one row, or count the calls so far.
var identities = map[string][]string{
	"dingtalk_api_call":          {"api"},
	"dingtalk_calendar_event":    {"union_id", "id", "start_time"},
	"dingtalk_conference":        {"conference_id"},
	"dingtalk_connection":        {"title"},
	"dingtalk_department_member": {"department_id", "user_id"},
	"dingtalk_meeting_room":      {"acting_union_id", "room_id"},
	"dingtalk_user":              {"user_id"},
}
