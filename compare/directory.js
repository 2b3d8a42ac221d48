// All people of the organization, department by department.
'use strict';

const { getToken, callOlder, forEach, allPages } = require('./dingtalk');

const root = 1;

async function main() {
  const token = await getToken();

  const departments = [root];
  for (let level = [root]; level.length > 0;) {
    const below = await forEach(level, (dept_id) => allPages(async () => (
      { entries: await callOlder('/topapi/v2/department/listsub', token, { dept_id }) })));
    level = below.flat().map((d) => d.dept_id).filter((id) => id > 0);
    departments.push(...level);
  }

  const users = await forEach(departments, (dept_id) => allPages(async (cursor = 0) => {
    const page = await callOlder('/topapi/v2/user/list', token, { dept_id, cursor, size: 100, contain_access_limit: true });
    return { entries: page.list, next: page.next_cursor };
  }));

  // A person may be in several departments.
  const people = new Map();
  for (const u of users.flat()) {
    people.set(u.userid, { user_id: u.userid, union_id: u.unionid, name: u.name });
  }
  console.log(JSON.stringify([...people.values()]));
}

main();
