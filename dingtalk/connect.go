package dingtalk

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// connector has one client per connection, for all tables of a plugin. The SDK's
// Memoize would make a client, and so a token call, for each of the lists that start
// together, and would drop the client after an hour.
type connector struct {
	mu      sync.Mutex
	clients map[string]connected // by connection name

	// limits are those of the clients; nil is those of the process.
	limits *client.Limits

	// sleep and transport are those of all clients; nil is the client's own.
	sleep     func(context.Context, time.Duration) error
	transport http.RoundTripper
}

type connected struct {
	settings clientSettings
	client   *client.Client
}

func newConnector() *connector {
	return &connector{clients: map[string]connected{}}
}

// connect returns the connection's client and settings. The client is the same
// until the config or the environment changes.
func (c *connector) connect(ctx context.Context, d *plugin.QueryData) (*client.Client, settings, error) {
	s, err := configOf(d.Connection).resolve()
	if err != nil {
		return nil, s, fmt.Errorf("the config of connection %q: %w", d.Connection.Name, err)
	}

	c.mu.Lock()
	defer c.mu.Unlock()
	if have, ok := c.clients[d.Connection.Name]; ok {
		if have.settings == s.clientSettings {
			return have.client, s, nil
		}
		have.client.Close()
	}
	cfg := client.Config{
		Endpoint:    &s.endpoint,
		Credentials: s.credentials,
		UserAgent:   pluginName + "/" + version,

		CallsPerSecond: s.callsPerSecond,
		CallsPerDay:    s.callsPerDay,
		Organization:   s.corpID,
		Limits:         c.limits,
		Sleep:          c.sleep,
		Transport:      c.transport,
		// The client outlives this query, so it must not log under its name.
		Logger: plugin.Logger(ctx).ResetNamed("dingtalk." + d.Connection.Name),
	}
	if _, own := s.credentials.(client.AccessToken); own && s.corpID == "" {
		// The user replaces the token from time to time, which is still of one organization.
		cfg.Organization = "connection " + d.Connection.Name
	}
	if s.legacy != (url.URL{}) {
		cfg.LegacyEndpoint = &s.legacy
	}
	made := client.New(cfg)
	c.clients[d.Connection.Name] = connected{s.clientSettings, made}
	return made, s, nil
}
