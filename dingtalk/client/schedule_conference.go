package client

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"
)

// Statuses of a conference.
const (
	StatusNotStarted int64 = 0
	StatusEnded      int64 = 1
	StatusInProgress int64 = 2
)

// Conference is one meeting of a schedule. A nil field is one that DingTalk
// did not return.
type Conference struct {
	ConferenceID *string `json:"conferenceId"`
	Title        *string `json:"title"`
	RoomCode     *string `json:"roomCode"`
	Status       *int64  `json:"status"`
	// StartTime and EndTime are milliseconds since 1970 UTC. DingTalk writes 0
	// for a time that it doesn't have.
	StartTime *int64 `json:"startTime"`
	EndTime   *int64 `json:"endTime"`
}

// ScheduleConferencePage is one page of the meetings of a schedule.
type ScheduleConferencePage struct {
	refusal
	Conferences []*Conference `json:"conferenceList"`
	// TotalCount is the number of meetings on all pages; nil where DingTalk
	// did not return it.
	TotalCount *int64  `json:"totalCount"`
	NextToken  *string `json:"nextToken"`
}

func (p *ScheduleConferencePage) next() string {
	if p.NextToken == nil {
		return ""
	}
	return *p.NextToken
}

func (p *ScheduleConferencePage) len() int { return len(p.Conferences) }

func (p *ScheduleConferencePage) total() int64 {
	if p.TotalCount == nil {
		return 0
	}
	return *p.TotalCount
}

func (p *ScheduleConferencePage) check() error {
	if p.Conferences == nil && (p.TotalCount == nil || *p.TotalCount != 0) {
		return errors.New("conferenceList is missing")
	}
	for i, c := range p.Conferences {
		if c == nil {
			return fmt.Errorf("conferenceList[%d] is null", i)
		}
		for _, t := range []struct {
			field string
			ms    *int64
		}{{"startTime", c.StartTime}, {"endTime", c.EndTime}} {
			if t.ms != nil && (*t.ms < minTimeMs || *t.ms > maxTimeMs) {
				return fmt.Errorf("conferenceList[%d].%s: %d is no time in milliseconds", i, t.field, *t.ms)
			}
		}
	}
	return nil
}

// The years that a timestamp can hold on its way to SQL.
var (
	minTimeMs = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	maxTimeMs = time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC).UnixMilli()
)

// ScheduleConferences returns the meetings of a schedule page by page. An error
// is the last thing it yields: an *Error of kind UnknownSchedule where DingTalk
// knows no such schedule. An id that cannot be one ("", "." and "..", which
// would lead to another path) is unknown at no call.
//
// GET /v1.0/conference/videoConferences/scheduleConferences/{scheduleConferenceId},
// permission VideoConference.Conference.Read.
func (c *Client) ScheduleConferences(ctx context.Context, scheduleConferenceID string, opt PageOptions) iter.Seq2[*ScheduleConferencePage, error] {
	if scheduleConferenceID == "" || isDotSegment(scheduleConferenceID) {
		return func(yield func(*ScheduleConferencePage, error) bool) {
			yield(nil, &Error{Kind: UnknownSchedule, Message: "no call was made, since this cannot be an id"})
		}
	}
	return pages[ScheduleConferencePage](ctx, c, opt,
		"v1.0", "conference", "videoConferences", "scheduleConferences", scheduleConferenceID)
}
