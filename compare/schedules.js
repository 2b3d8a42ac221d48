// The meetings of schedules. The question is a list of their IDs.
'use strict';

const conference = require('@alicloud/dingtalk/conference_1_0');
const { createClient, getToken, forEach, allPages, input, runtime } = require('./dingtalk');

async function main() {
  const client = createClient(conference);
  const headers = new conference.QueryScheduleConferenceInfoHeaders({});
  headers.xAcsDingtalkAccessToken = await getToken();

  const rows = await forEach(input(), async (id) => {
    const meetings = await allPages(async (nextToken) => {
      const request = new conference.QueryScheduleConferenceInfoRequest({ maxResults: 100, nextToken });
      const { body } = await client.queryScheduleConferenceInfoWithOptions(id, request, headers, runtime);
      return { entries: body.conferenceList, next: body.nextToken };
    });
    return meetings.map((m) => ({ schedule_conference_id: id, conference_id: m.conferenceId, title: m.title }));
  });
  console.log(JSON.stringify(rows.flat()));
}

main();
