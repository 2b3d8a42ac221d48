// Who attended the meetings in people's calendars. The question has the people's union
// IDs, and the times from and until which the meetings were to begin.
'use strict';

const calendar = require('@alicloud/dingtalk/calendar_1_0');
const conference = require('@alicloud/dingtalk/conference_1_0');
const { createClient, getToken, forEach, allPages, input, runtime } = require('./dingtalk');

const minute = 60 * 1000;

async function main() {
  const { people, from, until } = input();
  const calendars = createClient(calendar);
  const conferences = createClient(conference);
  const xAcsDingtalkAccessToken = await getToken();

  const events = await forEach(people, (unionId) => allPages(async (nextToken) => {
    const headers = new calendar.ListEventsViewHeaders({ xAcsDingtalkAccessToken });
    const request = new calendar.ListEventsViewRequest({ timeMin: from, timeMax: until, maxResults: 100, nextToken });
    const { body } = await calendars.listEventsViewWithOptions(unionId, 'primary', request, headers, runtime);
    return { entries: body.events, next: body.nextToken };
  }));

  // An event is in the calendar of everybody who was invited.
  const planned = new Map();
  for (const e of events.flat()) {
    const code = e.onlineMeetingInfo?.extraInfo?.roomCode?.replaceAll(' ', '');
    const start = Date.parse(e.start.dateTime);
    if (code && start >= Date.parse(from)) {
      planned.set(`${code} ${start}`, { code, start, end: Date.parse(e.end.dateTime) });
    }
  }
  const codes = [...new Set([...planned.values()].map((e) => e.code))];

  const meetings = await forEach(codes, (code) => allPages(async (nextToken) => {
    const headers = new conference.QueryConferenceInfoByRoomCodeHeaders({ xAcsDingtalkAccessToken });
    const request = new conference.QueryConferenceInfoByRoomCodeRequest({ maxResults: 100, nextToken });
    const { body } = await conferences.queryConferenceInfoByRoomCodeWithOptions(code, request, headers, runtime);
    return { entries: body.conferenceList, next: body.hasMore ? body.nextToken : undefined };
  }));
  const held = meetings.flat().filter((m) => [...planned.values()].some((e) => m.roomCode === e.code &&
    m.startTime >= e.start - 30 * minute && m.startTime <= e.end + 120 * minute));

  const members = await forEach(held.map((m) => m.conferenceId), (id) => allPages(async (nextToken) => {
    const headers = new conference.QueryConferenceMembersHeaders({ xAcsDingtalkAccessToken });
    const request = new conference.QueryConferenceMembersRequest({ maxResults: 100, nextToken });
    const { body } = await conferences.queryConferenceMembersWithOptions(id, request, headers, runtime);
    return { entries: body.memberModels, next: body.nextToken };
  }));

  // Who leaves and comes back is listed twice.
  const came = new Map();
  for (const m of members.flat().filter((m) => m.joinTime)) {
    came.set(`${m.conferenceId} ${m.unionId}`, { conference_id: m.conferenceId, union_id: m.unionId, user_nick: m.userNick });
  }
  console.log(JSON.stringify([...came.values()]));
}

main();
