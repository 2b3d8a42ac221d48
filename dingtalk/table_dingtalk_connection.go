package dingtalk

import (
	"context"
	"encoding/json"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

//// TABLE DEFINITION

// A row is its list call, which has the connection's client.
func tableConnection(c *connector) *plugin.Table {
	return c.table(definition{
		name:        "dingtalk_connection",
		description: "The connection itself: which organization, endpoints and version of the plugin a query is about.",
		columns: []*plugin.Column{
			column("api_calls", "The number of API calls that the plugin has sent with the connection and that count against the organization's month, repeats included, since the plugin started or the connection's config changed.", func(l *listing) *int64 { return new(l.api.CountedCalls()) }),
			column("calls_last_day", "The number of API calls that count against the organization's month and that the plugin has made in the last 24 hours, with all connections of the organization, without those that DingTalk throttled. calls_per_day bounds it.", func(l *listing) *int64 { return new(int64(l.api.CallsOfTheDay())) }),
			column("calls_per_day", "The most API calls that count against the organization's month in any 24 hours, as the connection's config has it. Null if it names no bound.", callsPerDay),
			column("demo", "True if the organization is the made-up one of the simulator, false if calls go to DingTalk. Null for another endpoint, where nobody can say.", isDemo),
			column("endpoint", "The base URL of the API to which calls go.", func(l *listing) *string { return new(l.api.Endpoint()) }),
			object("ignore_error_codes", "The error codes of DingTalk that mean no rows with the connection, as its config names them: what is refused with one of them is missing in the results. Null if it names none.", func(l *listing) json.RawMessage { return jsonList(configOf(l.Connection).IgnoreErrorCodes) }),
			column("legacy_endpoint", "The base URL of DingTalk's older API, to which calls for people and departments go.", func(l *listing) *string { return new(l.api.LegacyEndpoint()) }),
			column("plugin_version", "The version of the plugin; dev if it is not from a release.", func(*listing) *string { return &version }),
			column("title", "The name of the connection.", func(l *listing) *string { return &l.Connection.Name }),
		},
		uncached: true, // the queries of other tables make calls
		read:     readConnection,
	})
}

func callsPerDay(l *listing) *int64 {
	if l.settings.callsPerDay == 0 {
		return nil
	}
	return new(int64(l.settings.callsPerDay))
}

// demoClientID is the client id of the app that the simulator's organization knows.
const demoClientID = "demo-client-id"

// isDemo is what the column demo says of a connection.
func isDemo(l *listing) *bool {
	switch {
	case l.api.ClientID() == demoClientID:
		return new(true)
	case l.api.Endpoint() == client.EndpointInternational || l.api.Endpoint() == client.EndpointChina:
		return new(false)
	default:
		return nil
	}
}

//// LIST FUNCTION

func readConnection(_ context.Context, l *listing) error {
	l.stream(l)
	return nil
}
