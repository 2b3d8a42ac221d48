-- The tables and views of the history, for the SQLite of dingtalk-sql and for Postgres.
-- Run it again after an upgrade: the tables stay, the views are made again.

-- Where meetings are looked for: a schedule by its ID, a calendar by the union ID of its
-- user, and all meetings in progress, whose ID is ''. Without every_hours, the meetings in
-- progress are asked for in each run, and the others once a day.
create table if not exists history_source (
  kind text not null check (kind in ('schedule', 'calendar', 'ongoing')),
  id text not null,
  every_hours double precision,
  primary key (kind, id)
);

-- The events with a meeting number that the calendars had.
create table if not exists history_event (
  event_id text not null,
  start_time timestamptz not null,
  end_time timestamptz not null,
  organizer_id text,
  room_code text not null,
  title text,
  primary key (event_id, start_time)
);

create index if not exists history_event_room_code on history_event (room_code);

-- The meetings. A complete one was returned by its ID after it had ended; of the others
-- only what their source returns is known. seen_time is when a source last returned it.
create table if not exists history_meeting (
  conference_id text primary key,
  attend_num bigint,
  biz_type_name text,
  cloud_record_owner_union_id text,
  cloud_record_status_name text,
  complete boolean not null default false,
  creator_id text,
  creator_nick text,
  end_time timestamptz,
  invited_num bigint,
  room_code text,
  schedule_conference_id text,
  seen_time timestamptz not null,
  start_time timestamptz,
  status_name text not null,
  title text
);

-- The members of meetings that have ended. number counts those of one meeting.
create table if not exists history_member (
  conference_id text not null,
  number bigint not null,
  attend_status_name text,
  co_host boolean,
  duration_seconds double precision,
  host boolean,
  job_number text,
  join_time timestamptz,
  leave_time timestamptz,
  outer_org_member boolean,
  pstn_join boolean,
  union_id text,
  user_nick text,
  primary key (conference_id, number)
);

create index if not exists history_member_union_id on history_member (union_id);

-- The cloud recordings. number counts those of one meeting.
create table if not exists history_recording (
  conference_id text not null,
  number bigint not null,
  duration_seconds double precision,
  end_time timestamptz,
  file_size bigint,
  media_id text,
  record_id text,
  record_type_name text,
  region_id text,
  start_time timestamptz,
  union_id text,
  primary key (conference_id, number)
);

-- What DingTalk was asked for: the last time, the last time with success, and if the last
-- time had none, why not, and since when. A kind is that of a source, or a meeting
-- number, and of a meeting: itself by its ID, its members, its recordings.
create table if not exists history_request (
  kind text not null,
  id text not null,
  asked_time timestamptz not null,
  answered_time timestamptz,
  error text,
  failing_since timestamptz,
  primary key (kind, id)
);

-- What the next run asks for: what has never been asked for, the sources whose time has
-- come, and what failed. That is asked for again after 10 minutes, and when as much time has
-- passed since the last attempt as between the first and the last; a source no later than
-- it would be anyway.
drop view if exists history_due;

create view history_due as
with wanted as (
  select
    1 as step,
    kind,
    id,
    coalesce(every_hours, case when kind = 'ongoing' then 0 else 20 end) as every_hours
  from
    history_source
  union all
  -- A meeting number, two hours after an event that has it.
  select
    2,
    'number',
    e.room_code,
    20
  from
    history_event as e
    left join history_request as r on r.kind = 'number'
    and r.id = e.room_code
  where
    date_part('epoch', e.end_time) + 7200 <= date_part('epoch', now())
    and (
      r.answered_time is null
      or date_part('epoch', e.end_time) + 7200 > date_part('epoch', r.answered_time)
    )
  group by
    e.room_code
  union all
  -- A meeting that has ended: DingTalk has returned it as ended, or not in the last list of
  -- meetings in progress, or for a day in no list at all.
  select
    3,
    'meeting',
    m.conference_id,
    null
  from
    history_meeting as m
    left join history_request as o on o.kind = 'ongoing'
  where
    m.status_name = 'ended'
    or date_part('epoch', m.seen_time) < date_part('epoch', o.answered_time)
    or date_part('epoch', m.seen_time) < date_part('epoch', now()) - 86400
  union all
  select
    4,
    'members',
    conference_id,
    null
  from
    history_meeting
  where
    status_name = 'ended'
  union all
  select
    5,
    'recordings',
    conference_id,
    null
  from
    history_meeting
  where
    complete
    and cloud_record_status_name in ('recording', 'paused', 'ended')
)
select
  w.step,
  w.kind,
  w.id
from
  wanted as w
  left join history_request as r on r.kind = w.kind
  and r.id = w.id
where
  r.kind is null
  or (
    w.every_hours is not null
    or r.error is not null
  )
  and date_part('epoch', now()) - date_part('epoch', r.asked_time) >= 600
  and (
    date_part('epoch', now()) - date_part('epoch', r.asked_time) >= w.every_hours * 3600
    or date_part('epoch', now()) - date_part('epoch', r.asked_time) >= date_part('epoch', r.asked_time) - date_part('epoch', r.failing_since)
  );

-- What could not be had, why not, and since when; without sources that were removed.
drop view if exists history_gap;

create view history_gap as
select
  r.kind,
  r.id,
  m.title,
  m.start_time,
  r.failing_since,
  r.asked_time,
  r.error
from
  history_request as r
  left join history_meeting as m on m.conference_id = r.id
  and r.kind in ('meeting', 'members', 'recordings')
where
  r.error is not null
  and (
    r.kind not in ('schedule', 'calendar', 'ongoing')
    or exists (
      select
        1
      from
        history_source as s
      where
        s.kind = r.kind
        and s.id = r.id
    )
  );

-- Who came to which meeting, each person once. Guests without a union ID are told apart by
-- the names that they gave.
drop view if exists history_attendance;

create view history_attendance as
select
  m.conference_id,
  max(m.title) as title,
  max(m.start_time) as start_time,
  a.union_id,
  max(a.user_nick) as user_nick,
  min(a.join_time) as first_joined,
  max(a.leave_time) as last_left,
  round(sum(a.duration_seconds) / 60) as minutes,
  count(*) as times
from
  history_member as a
  join history_meeting as m on m.conference_id = a.conference_id
where
  a.join_time is not null
group by
  m.conference_id,
  a.union_id,
  coalesce(a.union_id, a.user_nick);

-- The meetings and hours of each month.
drop view if exists history_month;

create view history_month as
select
  to_char(start_time, 'YYYY-MM') as month,
  count(*) as meetings,
  round(sum(date_part('epoch', end_time) - date_part('epoch', start_time)) / 3600) as hours,
  sum(attend_num) as people
from
  history_meeting
where
  complete
group by
  to_char(start_time, 'YYYY-MM');
