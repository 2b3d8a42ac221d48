package client

import (
	"context"
	"iter"
	"net/http"
	"strings"
	"unicode"
)

// GET /v1.0/conference/roomCodes/{roomCode}/infos documents no maximum of
// maxResults, and not for how long it returns past meetings.
var roomCodeConferences = declare(endpoint{
	method: http.MethodGet,
	path:   "/v1.0/conference/roomCodes/{roomCode}/infos",
	api:    openAPI,
	codes: map[string]meaning{
		"invalidRoomCode": {kind: NotFound, advice: adviceNoRoomCode},
		"noPermission":    {kind: NotAllowed, advice: adviceNotOurs},
		"missingRoomCode": {kind: BadRequest},
		"paramError":      {kind: BadRequest},
	},
	paging:     byHasMore,
	permission: "VideoConference.Conference.Read",
})

// roomCodeConferencePage is one page of the meetings of a room code.
type roomCodeConferencePage struct {
	refusal
	pageFields
	Conferences List[*Conference] `json:"conferenceList"`
}

func (c *Conference) key() string { return keyOf(c.ConferenceID) }

func (p *roomCodeConferencePage) list() (string, List[*Conference]) {
	return "conferenceList", p.Conferences
}

func (p *roomCodeConferencePage) check() error { return checkPage[*Conference](p) }

// RoomCodeConferences returns the meetings of a room code page by page: the code
// of a scheduled or recurring meeting may have several. Spaces in the code are
// removed. If there is an error, it is yielded last: an *Error of kind NotFound if
// DingTalk does not know the code, and NotAllowed if it belongs to another
// organization.
func (c *Client) RoomCodeConferences(ctx context.Context, roomCode string, opt PageOptions) iter.Seq2[*Page[*Conference], error] {
	return pages[*Conference, roomCodeConferencePage](ctx, c, opt, request{endpoint: roomCodeConferences, ids: []string{RoomCodeDigits(roomCode)}})
}

// RoomCodeDigits returns a room code without its spaces: some answers of DingTalk have
// the digits in groups, and a call takes only digits.
func RoomCodeDigits(roomCode string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, roomCode)
}
