-- Who attended which meeting last week? It begins with the directory, so it needs
-- no ID: from the calendars of the management to the meetings that were held, the
-- people in them, and their departments' names.
-- 上周谁参加了哪些会议？从通讯录查起，所以不需要任何 ID：
-- 从管理层的日程找到召开过的会议，再找到参会人员和他们的部门。
with department as materialized (
  select department_id, name
  from dingtalk_department
),
person as materialized (
  select union_id, name, email, json_extract(department_ids, '$[0]') as department_id
  from dingtalk_user
),
event as materialized (
  select distinct e.room_code, e.start_time, e.end_time
  from dingtalk_department_member as w
  join dingtalk_calendar_event as e on e.union_id = w.union_id
  where w.department_id = 100
    and e.start_time >= date('now', 'weekday 0', '-13 days')
    and e.start_time < date('now', 'weekday 0', '-6 days')
    and e.room_code is not null
),
meeting as materialized (
  select distinct c.conference_id, c.title, c.start_time
  from event as e
  join dingtalk_conference as c on c.room_code = e.room_code
  where julianday(c.start_time) >= julianday(e.start_time, '-30 minutes')
    and julianday(c.start_time) <= julianday(e.end_time, '+2 hours')
)
select
  g.title,
  g.start_time,
  coalesce(d.name, case when p.union_id is null then 'from outside' end) as department,
  count(distinct coalesce(m.union_id, m.user_nick)) as people,
  group_concat(distinct substr(p.email, 1, instr(p.email, '@') - 1) order by p.email) as who
from meeting as g
join dingtalk_conference_member as m on m.conference_id = g.conference_id
left join person as p on p.union_id = m.union_id
left join department as d on d.department_id = p.department_id
where m.join_time is not null
group by g.conference_id, g.title, g.start_time, department
order by g.start_time, g.title, department;
