package client

import (
	"context"
	"iter"
	"net/http"
)

// GET /v1.0/conference/videoConferences/scheduleConferences/{scheduleConferenceId}
// documents no maximum of maxResults.
var scheduleConferences = declare(endpoint{
	method: http.MethodGet,
	path:   "/v1.0/conference/videoConferences/scheduleConferences/{scheduleConferenceId}",
	api:    openAPI,
	codes: map[string]meaning{
		"invalidScheduleConferenceId": noSchedule,
	},
	paging:     byToken,
	permission: "VideoConference.Conference.Read",
})

// noSchedule is what the code of an unknown schedule means, whichever code an API has
// for it.
var noSchedule = meaning{kind: NotFound, advice: adviceNoSchedule}

// Statuses of a conference.
const (
	StatusNotStarted int64 = 0
	StatusEnded      int64 = 1
	StatusInProgress int64 = 2
)

// ScheduleConference is one meeting of a schedule. A nil field is one that DingTalk
// did not return.
type ScheduleConference struct {
	ConferenceID *string `json:"conferenceId"`
	Title        *string `json:"title"`
	RoomCode     *string `json:"roomCode"`
	Status       *int64  `json:"status"`
	StartTime    *Millis `json:"startTime"`
	EndTime      *Millis `json:"endTime"`
}

// scheduleConferencePage is one page of the meetings of a schedule.
type scheduleConferencePage struct {
	refusal
	pageFields
	Conferences List[*ScheduleConference] `json:"conferenceList"`
}

func (c *ScheduleConference) key() string { return keyOf(c.ConferenceID) }

func (p *scheduleConferencePage) list() (string, List[*ScheduleConference]) {
	return "conferenceList", p.Conferences
}

func (p *scheduleConferencePage) check() error { return checkPage[*ScheduleConference](p) }

// ScheduleConferences returns the meetings of a schedule page by page. If there is an
// error, it is yielded last: an *Error of kind NotFound if DingTalk does not know the
// schedule.
func (c *Client) ScheduleConferences(ctx context.Context, scheduleConferenceID string, opt PageOptions) iter.Seq2[*Page[*ScheduleConference], error] {
	return pages[*ScheduleConference, scheduleConferencePage](ctx, c, opt, request{endpoint: scheduleConferences, ids: []string{scheduleConferenceID}})
}
