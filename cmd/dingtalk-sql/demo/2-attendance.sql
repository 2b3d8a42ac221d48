-- Who attended the last all-hands, and for how long? Who left and came back has
-- several rows. The first ten:
-- 最近一次全员大会谁参加了、在会多久？离会后又入会的人有多行。前十人：
with last as materialized (
  select conference_id
  from dingtalk_schedule_conference
  where schedule_conference_id = '6bd63df9-a2df-47ff-8436-179c6520fbc8'
  order by start_time desc
  limit 1
)
select
  max(m.user_nick) as user_nick,
  min(m.join_time) as joined,
  max(m.leave_time) as last_left,
  sum(m.duration_seconds) / 60 as minutes,
  count(*) as times
from last as l
join dingtalk_conference_member as m on m.conference_id = l.conference_id
where m.join_time is not null
group by coalesce(m.union_id, m.user_nick)
order by times desc, minutes desc, user_nick
limit 10;
