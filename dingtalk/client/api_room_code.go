package client

import (
	"context"
	"iter"
	"net/http"
	"strings"
	"unicode"
)

// GET /v1.0/conference/roomCodes/{roomCode}/infos documents no maximum of
// maxResults, and not how far back it goes.
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

// RoomCodeConferences returns the meetings of a room code page by page: a code
// of a scheduled or recurring meeting may have several. Spaces in the code don't
// count. An error is the last thing it yields: an *Error of kind NotFound where
// DingTalk knows no such code, and NotAllowed where it is another
// organization's.
func (c *Client) RoomCodeConferences(ctx context.Context, roomCode string, opt PageOptions) iter.Seq2[*Page[*Conference], error] {
	return pages[*Conference, roomCodeConferencePage](ctx, c, opt, request{endpoint: roomCodeConferences, ids: []string{RoomCodeDigits(roomCode)}})
}

// RoomCodeDigits is a room code without its spaces: DingTalk prints a code in
// groups in some answers, and takes it only as digits.
func RoomCodeDigits(roomCode string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, roomCode)
}
