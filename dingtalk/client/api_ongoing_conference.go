package client

import (
	"context"
	"iter"
	"net/http"
)

// GET /v1.0/conference/orgConferences documents no maximum of maxResults, and
// hasMore beside a nextToken that is never empty.
var orgConferences = declare(endpoint{
	method:     http.MethodGet,
	path:       "/v1.0/conference/orgConferences",
	api:        openAPI,
	codes:      map[string]meaning{"paramError": {kind: BadRequest}},
	paging:     byHasMore,
	permission: "VideoConference.Conference.Read",
})

// OngoingConference is a meeting that is in progress. A nil field is one that
// DingTalk did not return. The endTime that DingTalk returns is not read: a meeting in
// progress has none.
type OngoingConference struct {
	ConferenceID *string `json:"conferenceId"`
	Title        *string `json:"title"`
	RoomCode     *string `json:"roomCode"`
	// CreatorID is a union id.
	CreatorID   *string `json:"creatorId"`
	CreatorNick *string `json:"creatorNick"`
	// BizType is "0" for an instant meeting, "3" for a scheduled one,
	// "audio_conf" for a voice call; others are possible.
	BizType *string `json:"bizType"`
	// Status is StatusInProgress.
	Status    *int64  `json:"status"`
	StartTime *Millis `json:"startTime"`
}

// ongoingConferencePage is one page of the meetings in progress.
type ongoingConferencePage struct {
	refusal
	pageFields
	Conferences List[*OngoingConference] `json:"onGoingConfList"`
}

func (c *OngoingConference) key() string { return keyOf(c.ConferenceID) }

func (p *ongoingConferencePage) list() (string, List[*OngoingConference]) {
	return "onGoingConfList", p.Conferences
}

func (p *ongoingConferencePage) check() error { return checkPage[*OngoingConference](p) }

// OngoingConferences returns the organization's meetings in progress page by page. If
// there is an error, it is yielded last.
func (c *Client) OngoingConferences(ctx context.Context, opt PageOptions) iter.Seq2[*Page[*OngoingConference], error] {
	return pages[*OngoingConference, ongoingConferencePage](ctx, c, opt, request{endpoint: orgConferences})
}
