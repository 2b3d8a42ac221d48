package dingtalk

import (
	"context"

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
			column("demo", "True if the organization is the made-up one of the simulator.", func(l *listing) *bool { return new(l.api.ClientID() == demoClientID) }),
			column("endpoint", "The base URL of the API to which calls go.", func(l *listing) *string { return new(l.api.Endpoint()) }),
			column("legacy_endpoint", "The base URL of DingTalk's older API, to which calls for people and departments go.", func(l *listing) *string { return new(l.api.LegacyEndpoint()) }),
			column("plugin_version", "The version of the plugin; dev if it is not from a release.", func(*listing) *string { return &version }),
			column("title", "The name of the connection.", func(l *listing) *string { return &l.Connection.Name }),
		},
		uncached: true, // the queries of other tables make calls
		read:     readConnection,
	})
}

// demoClientID is the client id of the app that the simulator's organization knows.
const demoClientID = "demo-client-id"

//// LIST FUNCTION

func readConnection(_ context.Context, l *listing) error {
	l.stream(l)
	return nil
}
