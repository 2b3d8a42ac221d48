package dingtalk

import (
	"context"
	"encoding/json"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

//// TABLE DEFINITION

func tableAPICall(c *connector) *plugin.Table {
	return c.table(definition{
		name:        "dingtalk_api_call",
		description: "What the plugin has called with the connection's app since it started: for each API how often, how long it took, and what DingTalk refused.",
		columns: []*plugin.Column{
			column("api", "The method and the path of the API, with the names of parameters in place of their values.", func(t client.Tally) *string { return &t.API }),
			column("calls", "The number of calls that were sent since the plugin started, repeats included.", func(t client.Tally) *int64 { return &t.Calls }),
			column("calls_last_day", "The number of calls in the last 24 hours.", func(t client.Tally) *int64 { return new(int64(t.LastDay)) }),
			column("calls_last_hour", "The number of calls in the last hour.", func(t client.Tally) *int64 { return new(int64(t.LastHour)) }),
			column("calls_last_second", "The number of calls in the last second.", func(t client.Tally) *int64 { return new(int64(t.LastSecond)) }),
			column("counted", "True if the calls count against the organization's month.", func(t client.Tally) *bool { return &t.Counted }),
			column("last_call_time", "When the last call was sent.", func(t client.Tally) *time.Time { return &t.LastCall }),
			identifier("last_error_code", "DingTalk's error code of the last call that was answered with an error. Null if none was, or the last one had no code.", func(t client.Tally) *string { return &t.LastErrorCode }),
			column("mean_milliseconds", "How long DingTalk took to answer a call, in milliseconds, on average. Null if it has answered none.", func(t client.Tally) *float64 { return milliseconds(t.Mean, t) }),
			column("refused", "The number of calls that were answered with an error, those of throttled left out.", func(t client.Tally) *int64 { return &t.Refused }),
			object("refused_codes", "The number of calls that were answered with an error, by DingTalk's error code, those of throttled included. Null if there was none with a code.", refusedCodes),
			column("repeated", "The number of calls that repeated one that had failed.", func(t client.Tally) *int64 { return &t.Repeated }),
			column("throttled", "The number of calls that DingTalk refused because too many arrived. They do not count against the month.", func(t client.Tally) *int64 { return &t.Throttled }),
			column("worst_milliseconds", "The longest time that DingTalk took to answer a call, in milliseconds. Null if it has answered none.", func(t client.Tally) *float64 { return milliseconds(t.Worst, t) }),
			column("title", "The method and the path of the API.", func(t client.Tally) *string { return &t.API }),
		},
		uncached: true, // the queries of other tables make calls
		read:     readAPICalls,
	})
}

func refusedCodes(t client.Tally) json.RawMessage {
	b, err := json.Marshal(t.Codes)
	if err != nil || len(t.Codes) == 0 { // never an error for numbers
		return nil
	}
	return b
}

// milliseconds returns how long an answer took; nil if the API has answered none.
func milliseconds(d time.Duration, of client.Tally) *float64 {
	if !of.Answered {
		return nil
	}
	return new(float64(d) / float64(time.Millisecond))
}

//// LIST FUNCTION

func readAPICalls(_ context.Context, l *listing) error {
	for _, t := range l.api.Tallies() {
		if !l.stream(t) {
			return nil
		}
	}
	return nil
}
