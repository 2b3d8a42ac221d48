// Command steampipe-plugin-dingtalk serves the DingTalk plugin to Steampipe.
package main

import (
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

func main() {
	plugin.Serve(&plugin.ServeOpts{PluginFunc: dingtalk.Plugin})
}
