-- Moves the schedules and meetings that were kept in a schema named history.
insert into history_source (kind, id)
select
  'schedule',
  schedule_conference_id
from
  history.schedule
where
  true
on conflict (kind, id) do nothing;

insert into history_meeting (conference_id, end_time, room_code, schedule_conference_id, seen_time, start_time, status_name, title)
select
  conference_id,
  end_time,
  room_code,
  schedule_conference_id,
  now(),
  start_time,
  'ended',
  title
from
  history.meeting
where
  true
on conflict (conference_id) do nothing;
