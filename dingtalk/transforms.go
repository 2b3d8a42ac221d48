package dingtalk

import (
	"context"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin/transform"
)

// A transform of this package never fails. The SDK would stream the row as a
// nil, which ends the query as if it were complete; so a value that cannot
// become a column is an error of the page that it came on.

// from takes a column's value from a row of type R; nil is NULL.
func from[R, V any](get func(R) *V) *transform.ColumnTransforms {
	return transform.From(func(_ context.Context, d *transform.TransformData) (any, error) {
		if v := get(d.HydrateItem.(R)); v != nil {
			return *v, nil
		}
		return nil, nil
	})
}

// fromMillis takes a time from a row of type R; nil and 0 are NULL.
func fromMillis[R any](get func(R) *client.Millis) *transform.ColumnTransforms {
	return from(func(row R) *time.Time { return get(row).Time() })
}
