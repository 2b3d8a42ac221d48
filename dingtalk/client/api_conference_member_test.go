package client_test

import (
	"context"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

var conferenceMembersAPI = apiCase{
	name:     "members of a conference",
	declared: "/v1.0/conference/videoConferences/{conferenceId}/members",
	path:     "/v1.0/conference/videoConferences/x/members",
	call: func(ctx context.Context, c *client.Client, opt client.PageOptions) (int, error) {
		return rowsOf(c.ConferenceMembers(ctx, "x", opt), func(p *client.Page[*client.ConferenceMember]) int { return len(p.Entries) })
	},
	asks: []string{"maxResults=100", "maxResults=100&nextToken=123000000"},
	pages: []string{
		`{"memberModels":[{"unionId":"uVq7RkLx2iSbP0yTn8sWQiEiE","conferenceId":"64f1c2aa2fe0a1014c7d0b55","userNick":"Lin","jobNumber":"A-0417","joinTime":1755500395000,
			"leaveTime":1755509520000,"duration":9125000,"attendStatus":6,"host":true,"coHost":false,"pstnJoin":false,"outerOrgMember":false}],"nextToken":"123000000","totalCount":2}`,
		`{"memberModels":[{"unionId":"","userNick":"guest of Acme","joinTime":1755500700000,"leaveTime":0,"attendStatus":3,"host":false,"coHost":true,"outerOrgMember":true,"pstnJoin":true}],"nextToken":"","totalCount":2}`,
	},
	ends: map[string]string{
		"a null token": `{"memberModels":[{}],"nextToken":null}`,
		"no token":     `{"memberModels":[{}]}`,
	},
	bad: map[string]string{
		`{}`:                                                  "memberModels is missing",
		`{"memberModels":null,"totalCount":1}`:                "memberModels is missing",
		`{"memberModels":[],"totalCount":2}`:                  "totalCount is 2, but the list is empty",
		`{"memberModels":[null]}`:                             "memberModels[0]: null is no entry",
		`{"memberModels":[{},{"unionId":7}]}`:                 "memberModels[1].unionId: the JSON number is no string",
		`{"memberModels":[{"host":"true"}]}`:                  "memberModels[0].host: the JSON string is no boolean",
		`{"memberModels":[{"coHost":1}]}`:                     "memberModels[0].coHost: the JSON number is no boolean",
		`{"memberModels":[{"pstnJoin":{}}]}`:                  "memberModels[0].pstnJoin: the JSON object is no boolean",
		`{"memberModels":[{"duration":true}]}`:                "memberModels[0].duration: the JSON boolean is no whole number",
		`{"memberModels":[{"joinTime":""}]}`:                  "memberModels[0].joinTime: the JSON string is no whole number",
		`{"memberModels":[],"nextToken":true}`:                "nextToken: true is no position",
		`{"memberModels":[],"totalCount":"20"}`:               "totalCount: the JSON string is no whole number",
		`{"memberModels":[{},{},{"outerOrgMember":"false"}]}`: "memberModels[2].outerOrgMember: the JSON string is no boolean",
		`{"memberModels":[{"attendStatus":"6"}]}`:             "memberModels[0].attendStatus: the JSON string is no whole number",
	},
	codes: conferenceCodes,
}

func TestConferenceMembers(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		conferenceMembersAPI.answer(t, w, append(conferenceMembersAPI.good()[:1], body(`{"memberModels":[
			{"unionId":"","userNick":"guest of Acme","joinTime":1755500700000,"leaveTime":0,"attendStatus":3,"host":false,"coHost":true,"outerOrgMember":true,"pstnJoin":true},
			{}, {"outerOrgMember":null}]}`))...)
		var got []*client.ConferenceMember
		for page, err := range w.api.ConferenceMembers(t.Context(), "x", client.PageOptions{}) {
			equal(t, "error", error(nil), err)
			got = append(got, page.Entries...)
		}
		equal(t, "members", []*client.ConferenceMember{{
			UnionID: to("uVq7RkLx2iSbP0yTn8sWQiEiE"), ConferenceID: to("64f1c2aa2fe0a1014c7d0b55"), UserNick: to("Lin"), JobNumber: to("A-0417"),
			JoinTime: to(client.Millis(1755500395000)), LeaveTime: to(client.Millis(1755509520000)), Duration: to(client.Span(9125000)),
			AttendStatus: to(client.AttendLeft), Host: to(true), CoHost: to(false), PSTNJoin: to(false),
		}, {
			UnionID: to(""), UserNick: to("guest of Acme"), JoinTime: to(client.Millis(1755500700000)), LeaveTime: to(client.Millis(0)),
			AttendStatus: to(client.AttendInMeeting), Host: to(false), CoHost: to(true), PSTNJoin: to(true), OuterOrgMember: true,
		}, {}, {}}, got)
	})
}

// The size is always sent, and DingTalk documents no maximum.
func TestMemberPageSizes(t *testing.T) {
	for size, want := range map[int]string{0: "maxResults=100", 1: "maxResults=1", 500: "maxResults=500"} {
		inWorld(t, internalApp, func(t *testing.T, w *world) {
			asked := conferenceMembersAPI.answer(t, w, body(`{"memberModels":[]}`))
			_, err := conferenceMembersAPI.call(t.Context(), w.api, client.PageOptions{Size: size})
			equal(t, "error", error(nil), err)
			equal(t, "arguments", []string{want}, *asked)
		})
	}
}

// Somebody who joined often fills pages, each with the same person: the list gets on.
func TestMemberWhoJoinsOften(t *testing.T) {
	inWorld(t, internalApp, func(t *testing.T, w *world) {
		for i := range int64(12) {
			w.sim.Members["x"] = append(w.sim.Members["x"], simulator.Member{UnionID: "u", JoinTime: to(1755500395000 + 60_000*i)})
		}
		entries := 0
		for page, err := range w.api.ConferenceMembers(t.Context(), "x", client.PageOptions{Size: 1}) {
			if err != nil {
				t.Fatal(err)
			}
			entries += len(page.Entries)
		}
		equal(t, "entries", 12, entries)
	})
}
