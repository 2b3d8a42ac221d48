// Command steampipe-plugin-dingtalk serves the DingTalk plugin to Steampipe.
package main

import "github.com/turbot/steampipe-plugin-dingtalk/dingtalk"

func main() { dingtalk.Serve() }
