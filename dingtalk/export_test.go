package dingtalk

import (
	"context"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/delivery"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// The numbers of rows asked for in one call.
const (
	DefaultPageSize = defaultPageSize
	MaxPageSize     = maxPageSize
)

// NewServerWithSleep is NewServer whose clients wait so before they repeat a
// call.
func NewServerWithSleep(sleep func(context.Context, time.Duration) error) *delivery.Server {
	return delivery.NewServer(func(context.Context) *plugin.Plugin {
		c := newConnector()
		c.sleep = sleep
		return pluginOf(c)
	})
}
