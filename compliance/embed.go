// Package compliance has the Powerpipe mod of this folder, which dingtalk-sql runs
// without Powerpipe.
package compliance

import "embed"

// Mod are the mod's files.
//
//go:embed *.pp base controls dashboards docs/controls
var Mod embed.FS

// DemoVariables are the values of the mod's variables for the demo organization, as a
// .ppvars file.
//
//go:embed demo.ppvars
var DemoVariables []byte
