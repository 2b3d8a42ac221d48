package dingtalk

import (
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// day is how far a bound on a time can be from what the query means: Steampipe reads
// values of the types date and timestamp as UTC, whatever the session's zone. So a table
// also returns the rows of a day on each side of the bounds, and the engine compares
// them again.
const day = 24 * time.Hour

// Bounds outside of these years are not those of the query. (DingTalk is from 2014.)
// The day is for time zones.
var (
	earliestBound = time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC).Add(-day)
	latestBound   = time.Date(2201, 1, 1, 0, 0, 0, 0, time.UTC).Add(day)
)

// bounds are the least and the greatest time that a query's conditions on a column
// allow, as the engine passed them on; a zero time is no bound.
type bounds struct {
	min, max time.Time
	// above and below are true if the least and the greatest time themselves are not
	// allowed.
	above, below bool
	// among are the only times that are allowed; nil if there is no list.
	among []time.Time
}

// bounds returns the bounds on a column, or an error if they cannot be those of the
// query.
func (l *listing) bounds(name string) (b bounds, err error) {
	for _, q := range l.QueryContext.UnsafeQuals[name].GetQuals() {
		operator, times := q.GetStringValue(), timesOf(q.GetValue())
		if !slices.Contains(boundOperators, operator) || len(times) == 0 {
			continue
		}
		for _, t := range times {
			if t.Before(earliestBound) || t.After(latestBound) || hasWrapped(t) {
				return bounds{}, wrongBound(name, operator, t)
			}
		}
		b = b.and(operator, times)
	}
	return b, nil
}

// hasWrapped reports whether Steampipe has changed a time. Postgres has whole
// microseconds, which Steampipe (PgTimeToTimestamp of its FDW 2.2.2) converts to
// nanoseconds in 64 bits: a time outside of 1707 to 2292 loses multiples of 2^64
// nanoseconds, which are no whole microseconds (except 125 of them, 73,000 years).
func hasWrapped(t time.Time) bool { return t.Nanosecond()%1000 != 0 }

// boundOperators are the operators of the conditions that bound a column.
var boundOperators = []string{">", ">=", "<", "<=", "="}

// timesOf returns the times of a condition, all those of a list.
func timesOf(v *proto.QualValue) (times []time.Time) {
	if at := v.GetTimestampValue(); at != nil {
		return []time.Time{at.AsTime()}
	}
	for _, v := range v.GetListValue().GetValues() {
		times = append(times, timesOf(v)...)
	}
	return times
}

// and narrows the bounds by a condition that holds with any of some times.
func (b bounds) and(operator string, times []time.Time) bounds {
	least, greatest := slices.MinFunc(times, time.Time.Compare), slices.MaxFunc(times, time.Time.Compare)
	if operator != "<" && operator != "<=" && !least.Before(b.min) {
		b.above = operator == ">" || b.above && least.Equal(b.min)
		b.min = least
	}
	if operator != ">" && operator != ">=" && (b.max.IsZero() || !greatest.After(b.max)) {
		b.below = operator == "<" || b.below && greatest.Equal(b.max)
		b.max = greatest
	}
	if operator == "=" && len(times) > 1 {
		b.among = times
	}
	return b
}

// both reports whether the bounds are on both sides.
func (b bounds) both() bool { return !b.min.IsZero() && !b.max.IsZero() }

// any reports whether there are bounds.
func (b bounds) any() bool { return !b.min.IsZero() || !b.max.IsZero() }

// near reports whether the query may mean a row with a time; nil is NULL.
func (b bounds) near(t *time.Time) bool {
	if t == nil {
		return !b.any()
	}
	return !t.Before(b.min.Add(-day)) && (b.max.IsZero() || !t.After(b.max.Add(day)))
}

// allow reports whether a row with a time is within the bounds as the engine passed
// them on; nil is NULL.
func (b bounds) allow(t *time.Time) bool {
	if t == nil {
		return !b.any()
	}
	low, high := t.Compare(b.min), t.Compare(b.max)
	return (b.among == nil || slices.ContainsFunc(b.among, t.Equal)) && (low > 0 || low == 0 && !b.above) && (b.max.IsZero() || high < 0 || high == 0 && !b.below)
}

// wrongBound returns the error of a bound that is not that of the query.
func wrongBound(name, operator string, t time.Time) error {
	return client.Advice{
		English: fmt.Sprintf("%[1]s %[2]s %[3]s is what arrived, and a bound has to be from 2010 to 2200. If the query says another time, Postgres has passed on a wrong one: "+
			"the value of a subquery arrives as the year 2000, and a time outside of 1707 to 2292 as another year. "+
			"Write the time itself, as in: %[1]s %[2]s '2026-11-01', or: %[1]s %[2]s now() - interval '7 days'", name, operator, t.Format(time.RFC3339)),
		Chinese: fmt.Sprintf("到达插件的时间不在 2010 年至 2200 年之间，可能与查询里写的不同。请直接写出时间，例如：%[1]s %[2]s '2026-11-01'，或者：%[1]s %[2]s now() - interval '7 days'", name, operator),
	}
}

// unbounded returns the error of a query that does not bound a column on both sides.
// why says why DingTalk needs the bounds; instead has conditions that need none, in both
// languages.
func (b bounds) unbounded(name, why string, instead client.Advice) error {
	arrived := "no bound has arrived"
	switch {
	case !b.min.IsZero():
		arrived = "only a lower one has arrived, " + b.min.Format(time.RFC3339)
	case !b.max.IsZero():
		arrived = "only an upper one has arrived, " + b.max.Format(time.RFC3339)
	}
	return client.Advice{
		English: fmt.Sprintf("bound %[1]s on both sides, as in: %[1]s >= '2026-11-01' and %[1]s < '2026-12-01'%[2]s. %[3]s, and %[4]s. "+
			"In Postgres, a bound that is a function call and nothing else, or comes from another table, does not reach the plugin: in place of now(), write now() + interval '0 days'", name, instead.English, why, arrived),
		Chinese: fmt.Sprintf("请给 %[1]s 写上起止两个界限，例如：%[1]s >= '2026-11-01' and %[1]s < '2026-12-01'%[2]s。在 Postgres 里，单独的函数调用或另一张表的列到达不了插件：请不要写 now()，写 now() + interval '0 days'。", name, instead.Chinese),
	}
}

// widening is by how much the bounds of a call are widened: DingTalk has a time of its
// own for an all-day event without a zone.
const widening = day

// span is the part of the query's time for which one list is read.
type span struct {
	// callFrom and callUntil are the bounds of the calls.
	callFrom, callUntil time.Time
	// from and until are the edges of the span: from is in it, until is in the next.
	// Calls of two spans overlap, and a row belongs to one of them. A zero time is no
	// edge.
	from, until time.Time
}

// has reports whether a row with a time belongs to the span. A row without a time
// belongs to the first.
func (s span) has(t *time.Time) bool {
	if t == nil {
		return s.from.IsZero()
	}
	return !t.Before(s.from) && (s.until.IsZero() || t.Before(s.until))
}

// spans yields the spans of bounds, which are on both sides. The bounds of a call are
// whole seconds, and at most callAtMost apart.
func (b bounds) spans(callAtMost time.Duration) iter.Seq[span] {
	return func(yield func(span) bool) {
		callFrom, callUntil := b.min.Add(-widening).Truncate(time.Second), b.max.Add(widening+time.Second-1).Truncate(time.Second)
		var from time.Time
		for callFrom.Before(callUntil) {
			s := span{callFrom, callFrom.Add(callAtMost), from, callFrom.Add(callAtMost - widening)}
			if !s.callUntil.Before(callUntil) {
				s.callUntil, s.until = callUntil, time.Time{}
			}
			if !yield(s) || s.until.IsZero() {
				return
			}
			from, callFrom = s.until, s.until.Add(-widening)
		}
	}
}

// sieve streams the rows of a list call that the query may mean by its bounds. Rows
// outside the bounds, as the engine passed them on, come last: a linked engine takes no
// more rows than its LIMIT, and does not need these.
type sieve struct {
	l        *listing
	bounds   bounds
	doubtful []any
}

// stream streams a row that a span's calls returned, or leaves it out, and reports
// whether more are wanted.
func (s *sieve) stream(of span, at *time.Time, row any) (more bool) {
	switch {
	case !of.has(at) || !s.bounds.near(at):
	case !s.bounds.allow(at):
		s.doubtful = append(s.doubtful, row)
	default:
		return s.l.stream(row)
	}
	return true
}

// rest streams the rows that come last.
func (s *sieve) rest() {
	for _, row := range s.doubtful {
		if !s.l.stream(row) {
			return
		}
	}
}
