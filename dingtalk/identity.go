package dingtalk

import "github.com/turbot/steampipe-plugin-dingtalk/delivery"

// Server is the plugin's server, for an engine in process.
type Server struct{ *delivery.Server }

// NewServer returns the server that Serve serves.
func NewServer() Server { return Server{delivery.NewServer(Plugin)} }

// Identity returns columns that identify a row of a table, have the same values
// whichever query returns the row, and cost no call. Nil is all columns.
func (Server) Identity(table string) []string { return identities[table] }

// identities are the identities of the tables that have columns whose value depends on
// the query: columns that cost a call, show a key as the query writes it, are longer
// in the answer for one row, or count the calls so far.
var identities = map[string][]string{
	"dingtalk_calendar_event":    {"union_id", "id", "start_time"},
	"dingtalk_conference":        {"conference_id"},
	"dingtalk_connection":        {"title"},
	"dingtalk_department_member": {"department_id", "user_id"},
	"dingtalk_meeting_room":      {"acting_union_id", "room_id"},
	"dingtalk_user":              {"user_id"},
}
