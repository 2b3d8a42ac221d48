package dingtalk

import (
	"context"
	"errors"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// pageOptions are how a list call reads its pages: no larger than the rows the
// query wants, each with leave of the rate limiter.
func pageOptions(d *plugin.QueryData, s settings) client.PageOptions {
	size := s.pageSize
	if limit := d.QueryContext.Limit; limit != nil && *limit > 0 && *limit < int64(size) {
		size = int(*limit)
	}
	first := true
	return client.PageOptions{
		Size: size,
		Wait: func(ctx context.Context) error {
			// The SDK has asked the limiter once before it called us.
			if !first {
				d.WaitForListRateLimit(ctx)
			}
			first = false
			return ctx.Err()
		},
	}
}

// meansNoRows reports whether an error says that there is nothing to list: an
// unknown id, or a code that the connection ignores.
func meansNoRows(err error, s settings) bool {
	var e *client.Error
	if !errors.As(err, &e) {
		return false
	}
	return e.Kind == client.UnknownSchedule ||
		e.Code != "" && s.ignoreCodes != nil && s.ignoreCodes.MatchString(e.Code)
}
