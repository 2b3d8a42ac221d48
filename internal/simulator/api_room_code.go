package simulator

import (
	"encoding/json"
	"net/http"
)

// RoomCodeCall asks for the meetings of a room code.
const RoomCodeCall CallKind = "room code"

// The last page has a token as well: hasMore says whether there is more.
var _ = declare(route{
	kind:   RoomCodeCall,
	method: http.MethodGet,
	path:   "/v1.0/conference/roomCodes/{roomCode}/infos",
	api:    openAPI,
	paged:  true,
	answer: func(s *Simulator, a arguments) (json.RawMessage, *refusal) {
		code := a["roomCode"]
		all := s.listedConferences(func(c Conference) bool { return c.RoomCode == code })
		if len(all) == 0 && !s.planned(code) {
			return nil, &refusal{http.StatusBadRequest, "invalidRoomCode", "invalidRoomCode"}
		}
		page, refused := pageOf(s, a, all, limits{wrong: "paramError"})
		if refused != nil {
			return nil, refused
		}
		return reply(object{"totalCount": len(all), "hasMore": page.more, "nextToken": page.next, "conferenceList": page.entries})
	},
})

// grouped is a room code as some APIs print it: in groups, with spaces.
func grouped(code string) string {
	if len(code) <= 6 {
		return code
	}
	return code[:3] + " " + code[3:6] + " " + code[6:]
}
