-- A report over three schedules: meetings by status, and how long they took.
select
  status_name,
  count(*) as meetings,
  round(avg(julianday(end_time) - julianday(start_time)) * 24 * 60) as average_minutes,
  round(sum(julianday(end_time) - julianday(start_time)) * 24, 1) as hours
from dingtalk_schedule_conference
where schedule_conference_id in (
  '0f9b1c52-7d1e-4a64-9c37-2b8f6a1d4e90',
  'b41d7c08-93f5-4e2b-8a6d-5c0e17f2a3d6',
  'e27a60d4-18c9-4b75-a0f3-9d64c3b8e512'
)
group by status_name
order by meetings desc, status_name;
