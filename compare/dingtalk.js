// What the three scripts share: clients as DingTalk's samples make them, and a loop over
// keys. The environment has the connection, as for dingtalk-sql; the arguments are how
// many keys to ask for at once (1), and how many milliseconds to wait after these (0);
// standard input has the question.
'use strict';

const { Config } = require('@alicloud/openapi-client');
const { RuntimeOptions } = require('@alicloud/tea-util');
const oauth2 = require('@alicloud/dingtalk/oauth2_1_0');
const { readFileSync } = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');

const endpoint = new URL(process.env.DINGTALK_ENDPOINT);
const width = Number(process.argv[2] ?? 1);
const pause = Number(process.argv[3] ?? 0);
const runtime = new RuntimeOptions({});

// createClient is the samples' function of that name, and says which host to ask.
function createClient(api) {
  const config = new Config({});
  config.protocol = endpoint.protocol.replace(':', '');
  config.regionId = 'central';
  config.endpoint = endpoint.host;
  return new api.default(config);
}

async function getToken() {
  const request = new oauth2.GetAccessTokenRequest({
    appKey: process.env.DINGTALK_CLIENT_ID,
    appSecret: process.env.DINGTALK_CLIENT_SECRET,
  });
  const answer = await createClient(oauth2).getAccessToken(request);
  return answer.body.accessToken;
}

// callOlder calls the API on the host oapi., which the SDK does not have.
async function callOlder(path, token, body) {
  const url = new URL(path, endpoint);
  url.searchParams.set('access_token', token);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (answer.errcode !== 0) {
    throw Object.assign(new Error(answer.errmsg), { code: answer.sub_code ?? answer.errcode });
  }
  return answer.result;
}

// forEach asks for each key, as many at once as the arguments say, and returns the answers
// in the order of the keys.
async function forEach(keys, ask) {
  const answers = [];
  for (let i = 0; i < keys.length; i += width) {
    answers.push(...(await Promise.all(keys.slice(i, i + width).map(ask))));
    await sleep(pause);
  }
  return answers;
}

// allPages asks for one page after another. ask takes the position of a page, undefined
// for the first, and returns its entries and the position of the next. As in the samples,
// an error is caught where the call is made, and reported.
async function allPages(ask) {
  const entries = [];
  let next;
  do {
    try {
      const page = await ask(next);
      entries.push(...(page.entries ?? []));
      next = page.next;
    } catch (err) {
      console.error(err.code, err.message);
      next = undefined;
    }
  } while (next);
  return entries;
}

// input is the question, as JSON.
function input() {
  return JSON.parse(readFileSync(0, 'utf8'));
}

module.exports = { createClient, getToken, callOlder, forEach, allPages, input, runtime };
