package client

import (
	"context"
	"errors"
	"net/http"
	"net/url"
)

// GET /v1.0/conference/scheduleConferences/{scheduleConferenceId}/infos needs a user of
// the schedule, and refuses a schedule that was cancelled.
var schedulePlan = declare(endpoint{
	method: http.MethodGet,
	path:   "/v1.0/conference/scheduleConferences/{scheduleConferenceId}/infos",
	api:    openAPI,
	codes: map[string]meaning{
		"invalidScheduleConferenceId": noSchedule,
		"resourceCancel":              {kind: Cancelled},
		"permissionError":             {kind: NotAllowed, advice: adviceNameAnother},
	},
	permission: "VideoConference.Conference.Read",
})

// SchedulePlan is what a schedule was booked for. A nil field is one that
// DingTalk did not return; an id or code that it left empty stays "".
type SchedulePlan struct {
	refusal
	// Cancelled is true for a schedule that was cancelled. DingTalk returns nothing
	// else of it.
	Cancelled            bool    `json:"-"`
	ScheduleConferenceID *string `json:"scheduleConferenceId"`
	Title                *string `json:"title"`
	// RoomCode may have spaces between its digits.
	RoomCode *string `json:"roomCode"`
	// StartTime and EndTime are as planned.
	StartTime *Millis `json:"startTime"`
	EndTime   *Millis `json:"endTime"`
	// URL is the link to share.
	URL *string `json:"url"`
	// Phones are the numbers to join by phone.
	Phones List[string] `json:"phones"`
}

func (p *SchedulePlan) check() error {
	if p.ScheduleConferenceID == nil && p.Title == nil && p.RoomCode == nil && p.StartTime == nil && p.EndTime == nil && p.URL == nil {
		return errors.New("all that a plan has is missing")
	}
	return nil
}

// SchedulePlan returns what a schedule was booked for, on behalf of the user with that
// union id. The error is an *Error of kind NotAllowed if the user may not see it, or
// ErrNoActingUser. wait is as in PageOptions.
func (c *Client) SchedulePlan(ctx context.Context, scheduleConferenceID, requestUnionID string, wait func(context.Context) error) (*SchedulePlan, error) {
	if requestUnionID == "" {
		return nil, ErrNoActingUser
	}
	plan, err := read[SchedulePlan](ctx, c, wait, request{endpoint: schedulePlan, ids: []string{scheduleConferenceID}, args: url.Values{"requestUnionId": {requestUnionID}}})
	if IsKind(err, Cancelled) {
		return &SchedulePlan{Cancelled: true}, nil
	}
	return plan, err
}
