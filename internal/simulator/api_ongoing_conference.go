package simulator

import (
	"encoding/json"
	"net/http"
)

// OngoingCall asks for the organization's meetings in progress.
const OngoingCall CallKind = "ongoing"

// The last page has a token as well: hasMore says whether there is more.
var _ = declare(route{
	kind:   OngoingCall,
	method: http.MethodGet,
	path:   "/v1.0/conference/orgConferences",
	api:    openAPI,
	paged:  true,
	answer: func(s *Simulator, a arguments) (json.RawMessage, *refusal) {
		all := s.listedConferences(func(c Conference) bool { return c.is(InProgress) })
		page, refused := pageOf(s, a, all, limits{wrong: "paramError"})
		if refused != nil {
			return nil, refused
		}
		list := make([]ongoingConference, len(page.entries))
		for i, c := range page.entries {
			list[i] = ongoingConference{c.ConferenceID, c.Title, c.RoomCode, c.Status, c.StartTime, nil, c.CreatorID, c.CreatorNick, c.BizType}
			if c.StartTime != nil {
				notAnEnd := *c.StartTime + 10_000_000
				list[i].EndTime = &notAnEnd
			}
		}
		return reply(object{"totalCount": len(all), "hasMore": page.more, "nextToken": page.next, "onGoingConfList": list})
	},
})

// ongoingConference is a meeting as this API writes it. DingTalk's sample has an
// endTime in a meeting that goes on.
type ongoingConference struct {
	ConferenceID string `json:"conferenceId"`
	Title        string `json:"title"`
	RoomCode     string `json:"roomCode"`
	Status       *int64 `json:"status,omitempty"`
	StartTime    *int64 `json:"startTime,omitempty"`
	EndTime      *int64 `json:"endTime,omitempty"`
	CreatorID    string `json:"creatorId,omitempty"`
	CreatorNick  string `json:"creatorNick,omitempty"`
	BizType      string `json:"bizType,omitempty"`
}
