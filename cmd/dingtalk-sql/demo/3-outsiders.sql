-- Who came to it from outside?
-- 其中谁来自组织以外？
with last as materialized (
  select conference_id
  from dingtalk_schedule_conference
  where schedule_conference_id = '6bd63df9-a2df-47ff-8436-179c6520fbc8'
  order by start_time desc
  limit 1
)
select m.user_nick, m.pstn_join, m.attend_status_name, m.duration_seconds / 60 as minutes
from last as l
join dingtalk_conference_member as m on m.conference_id = l.conference_id
where m.outer_org_member and m.join_time is not null
order by m.join_time;
