-- Several schedules, joined with a list of your own; the last ID is stale.
with booking (department, schedule_conference_id) as (
  values
    ('Finance', '7c85f3ae-60b2-4d19-b7e4-f1a29c0d8635'),
    ('Operations', 'b41d7c08-93f5-4e2b-8a6d-5c0e17f2a3d6'),
    ('Security', 'e27a60d4-18c9-4b75-a0f3-9d64c3b8e512'),
    ('Legal', '00000000-0000-4000-8000-000000000000')
)
select b.department, c.title, c.room_code, c.status_name, c.start_time
from booking as b
left join dingtalk_schedule_conference as c on c.schedule_conference_id = b.schedule_conference_id
order by b.department, c.start_time;
