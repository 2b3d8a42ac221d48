package dingtalk

import (
	"context"
	"slices"

	"github.com/turbot/steampipe-plugin-dingtalk/delivery"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"github.com/turbot/steampipe-plugin-sdk/v5/query_cache"
)

// definition is what a table has of its own.
type definition struct {
	name, description string
	keys              plugin.KeyColumnSlice
	// oneOf are key columns of which one decides the calls: the first that a
	// query names. The others filter the rows (see accepts).
	oneOf []string
	// costly are columns that cost a call for each row, unless the query names one of the
	// key columns freeWith.
	costly, freeWith []string
	// uncached is true if no cache may have the rows, since other queries change them.
	uncached bool
	// columns are the key columns, the others by alphabet, and title last.
	columns []*plugin.Column
	// read streams the rows of a list call.
	read func(context.Context, *listing) error
}

// table returns the table of a definition.
func (c *connector) table(def definition) *plugin.Table {
	columns := slices.Clone(def.columns)
	at := slices.IndexFunc(columns, func(column *plugin.Column) bool {
		isKey := slices.ContainsFunc(def.keys, func(k *plugin.KeyColumn) bool { return k.Name == column.Name })
		return !isKey && (column.Name > corpIDColumn.Name || column.Name == "title")
	})
	asks := delivery.Keys{OneOf: def.oneOf, Costly: def.costly, FreeWith: def.freeWith, Sources: keySources, Explain: explain}
	if slices.ContainsFunc(columns, func(column *plugin.Column) bool { return column.Name == roomCodeColumn }) {
		asks.Same = map[string]func(string) string{roomCodeColumn: client.RoomCodeDigits}
	}
	table := &plugin.Table{
		Name:        def.name,
		Description: def.description,
		List:        &plugin.ListConfig{KeyColumns: def.keys, Hydrate: delivery.List(asks, c.list(def.read))},
		Columns:     slices.Insert(columns, at, corpIDColumn),
	}
	if def.uncached {
		table.Cache = &plugin.TableCacheOptions{Enabled: false}
	}
	return table
}

// keySources say where the values of the required key columns come from.
var keySources = map[string]delivery.Text{
	"conference_id": {
		English: "dingtalk_ongoing_conference has them, and dingtalk_conference by room_code; for past meetings begin with a calendar: " + Documentation + "/calendar-to-attendance.md",
		Chinese: "在 dingtalk_ongoing_conference 里，或者用 room_code 在 dingtalk_conference 里可以查到；已结束的会议请从日历查起：" + Documentation + "/zh-CN/calendar-to-attendance.md",
	},
	"event_id":               {English: "dingtalk_calendar_event has them as id", Chinese: "即 dingtalk_calendar_event 里的 id"},
	roomCodeColumn:           {English: "dingtalk_calendar_event has them", Chinese: "在 dingtalk_calendar_event 里可以查到"},
	"schedule_conference_id": {English: "dingtalk_conference has them", Chinese: "在 dingtalk_conference 里可以查到"},
	"union_id":               {English: "dingtalk_user has them", Chinese: "在 dingtalk_user 里可以查到"},
}

// required is a key column that a query must name with =.
func required(name string) *plugin.KeyColumn { return key(name, plugin.Required) }

// optional is a key column that a query may name with =.
func optional(name string) *plugin.KeyColumn { return key(name, plugin.Optional) }

// anyOf is a key column of several of which a query must name one with =.
func anyOf(name string) *plugin.KeyColumn { return key(name, plugin.AnyOf) }

// shownAsAsked makes a key column one whose rows show the value that the query names.
// The rows of a query with another value, or without one, do not have that value, so
// that a linked engine's cache, which is the SDK's, must not use them.
func shownAsAsked(k *plugin.KeyColumn) *plugin.KeyColumn {
	k.CacheMatch = query_cache.CacheMatchExact
	return k
}

func key(name, require string) *plugin.KeyColumn {
	return &plugin.KeyColumn{Name: name, Require: require, Operators: []string{"="}}
}
