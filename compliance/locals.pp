# What all controls and dashboards look at. Every one of them begins with
# local.look and reads some of its tables; those that a query does not read cost
# nothing. Each asks DingTalk for the same columns by the same keys, so whatever
# one control has asked, the others find in Steampipe's query cache: one look for
# each schedule, meeting and page, however many controls ask.
#
# Postgres loses any condition of a join with a table of the plugin's beside that
# on its key. So each join with one has its key (or all the keys that a query must
# name) as the only condition between the two, in a step of its own that is
# materialized; other conditions come in the step behind it. And Postgres takes the
# way by the key only as long as it expects few rows to look up. It expects 200 of a
# "select distinct" of one column, so each such join begins with one.
#
# The SQL is what Postgres and SQLite have in common, with a few functions of
# Postgres' that dingtalk-sql brings to SQLite. So there is one definition of
# each control, whichever runs it.

locals {
  # Lists become rows, each value once; a quote within a value is doubled.
  named_rows      = length(var.schedule_conference_ids) == 0 ? "select '' where 1 = 0" : "select distinct column1 from (values ${join(", ", [for id in var.schedule_conference_ids : "('${replace(id, "'", "''")}')"])}) as v"
  person_rows     = length(var.union_ids) == 0 ? "select '' where 1 = 0" : "select distinct column1 from (values ${join(", ", [for id in var.union_ids : "('${replace(id, "'", "''")}')"])}) as v"
  recorded_rows   = length(var.recorded_schedule_conference_ids) == 0 ? "select '' where 1 = 0" : "select distinct column1 from (values ${join(", ", [for id in var.recorded_schedule_conference_ids : "('${replace(id, "'", "''")}')"])}) as v"
  unrecorded_rows = length(var.unrecorded_schedule_conference_ids) == 0 ? "select '' where 1 = 0" : "select distinct column1 from (values ${join(", ", [for id in var.unrecorded_schedule_conference_ids : "('${replace(id, "'", "''")}')"])}) as v"

  directory_rows  = var.whole_directory ? "union select union_id from dingtalk_user where union_id is not null" : ""
  own_corp_id     = replace(var.own_corp_id, "'", "''")
  acting_union_id = replace(var.acting_union_id, "'", "''")

  # The calendars are asked from this day on and up to that one. These are
  # literals, which reach the plugin, and the same all day, so that queries
  # share cached results. The table clock is exact, and fails where Powerpipe has run for so long
  # that there are events behind them.
  since_day = formatdate("YYYY-MM-DD", timeadd(timestamp(), "-${24 * var.days}h"))
  until_day = formatdate("YYYY-MM-DD", timeadd(timestamp(), "48h"))

  # Where nothing is named, the meetings in progress are looked at.
  nothing_named = length(var.schedule_conference_ids) + length(var.union_ids) == 0 && !var.whole_directory
}

# Powerpipe takes a local that names another one of its own block for a circle.
locals {
  running_rows = local.nothing_named ? "union select conference_id from running where conference_id is not null" : ""

  # Without an acting user, no plan is asked for.
  plan_rows = var.acting_union_id == "" ? "where 1 = 0" : ""
}

locals {
  look = <<-EOQ
    with clock (now, since) as materialized (
      select
        case
          when to_char(timezone('UTC', now()), 'YYYY-MM-DD') < '${local.until_day}' then now()
          else cast('Restart Powerpipe, which has counted the days up to ${local.until_day} and not to ' || now() as timestamptz)
        end,
        to_timestamp(floor(date_part('epoch', now()) / 86400) * 86400 - 86400 * ${var.days})
    ),
    named (id) as materialized (
      ${local.named_rows}
    ),
    person (union_id) as materialized (
      ${local.person_rows}
      ${local.directory_rows}
    ),
    must_record (id) as materialized (
      ${local.recorded_rows}
    ),
    must_not_record (id) as materialized (
      ${local.unrecorded_rows}
    ),
    running as materialized (
      select
        conference_id,
        biz_type_name,
        creator_id,
        creator_nick,
        room_code,
        start_time,
        title
      from
        dingtalk_ongoing_conference
    ),
    event_row as materialized (
      select
        p.union_id,
        e.id,
        e.title,
        e.room_code,
        e.start_time,
        e.end_time,
        e.organizer_name,
        jsonb_array_length(e.attendees) as attendees
      from
        person as p
        join dingtalk_calendar_event as e on e.union_id = p.union_id
      where
        e.start_time >= '${local.since_day} 00:00:00Z'
        and e.start_time < '${local.until_day} 00:00:00Z'
    ),
    event as materialized (
      select
        e.union_id,
        e.id,
        e.title,
        e.room_code,
        e.start_time,
        e.end_time,
        e.attendees
      from
        clock as t
        join event_row as e on e.start_time >= t.since
          and e.start_time <= t.now
    ),
    event_code as materialized (
      select distinct
        room_code
      from
        event
      where
        room_code is not null
    ),
    booked as materialized (
      select
        n.id as schedule_conference_id,
        s.conference_id,
        s.room_code,
        s.start_time,
        s.status_name,
        s.title
      from
        named as n
        join dingtalk_schedule_conference as s on s.schedule_conference_id = n.id
    ),
    booked_code as materialized (
      select distinct
        b.room_code
      from
        clock as t
        join booked as b on b.start_time is null
          or b.start_time >= t.since
          and b.start_time <= t.now
      where
        b.room_code is not null
    ),
    found as materialized (
      select
        c.conference_id,
        c.schedule_conference_id,
        c.room_code,
        c.title,
        c.status_name,
        c.start_time,
        c.end_time,
        c.duration_seconds
      from
        event_code as k
        join dingtalk_conference as c on c.room_code = k.room_code
    ),
    seen as materialized (
      select
        c.conference_id,
        c.schedule_conference_id,
        c.room_code,
        c.title,
        c.status_name,
        c.start_time,
        c.end_time,
        c.duration_seconds
      from
        (
          select distinct
            conference_id
          from
            (
              select '' as conference_id where 1 = 0
              ${local.running_rows}
            ) as r
        ) as k
        join dingtalk_conference as c on c.conference_id = k.conference_id
    ),
    held_by_number as materialized (
      select
        c.conference_id,
        c.schedule_conference_id,
        c.room_code,
        c.title,
        c.status_name,
        c.start_time,
        c.end_time,
        c.duration_seconds
      from
        booked_code as k
        join dingtalk_conference as c on c.room_code = k.room_code
    ),
    meeting_row as materialized (
      select * from found
      union
      select * from seen
      union
      select * from held_by_number where schedule_conference_id in (select id from named)
    ),
    meeting as materialized (
      select
        m.conference_id,
        m.schedule_conference_id,
        m.room_code,
        m.title,
        coalesce(nullif(m.title, ''), 'The meeting ' || m.conference_id) || coalesce(' of ' || to_char(timezone('UTC', m.start_time), 'YYYY-MM-DD HH24:MI') || ' UTC', '') as name,
        m.status_name,
        m.start_time,
        m.end_time,
        m.duration_seconds
      from
        clock as t
        join meeting_row as m on m.start_time is null
          or m.start_time >= t.since
          and m.start_time <= t.now
      where
        coalesce(m.status_name, '') <> 'not_started'
    ),
    schedule as materialized (
      select
        id,
        'Schedule ' || id as name
      from
        named
      union
      select
        f.schedule_conference_id,
        coalesce(nullif(max(f.title), '') || ' (schedule ' || f.schedule_conference_id || ')', 'Schedule ' || f.schedule_conference_id)
      from
        (
          select schedule_conference_id, title from found
          union
          select schedule_conference_id, title from seen
        ) as f
      where
        f.schedule_conference_id is not null
        and f.schedule_conference_id not in (select id from named)
      group by
        f.schedule_conference_id
    ),
    setting_row as materialized (
      select
        k.id,
        x.host_union_id,
        x.cohost_union_ids,
        x.conf_allowed_corp_id,
        x.lock_room,
        x.screen_share_forbidden,
        x.waiting_room,
        x.join_before_host,
        x.enable_web_anonymous_join,
        x.lock_nick
      from
        (select distinct id from schedule) as k
        join dingtalk_schedule_conference_setting as x on x.schedule_conference_id = k.id
    ),
    setting as materialized (
      select
        s.id,
        s.name,
        x.id is not null as known,
        x.host_union_id,
        x.cohost_union_ids,
        x.conf_allowed_corp_id,
        x.lock_room,
        x.screen_share_forbidden,
        x.waiting_room,
        x.join_before_host,
        x.enable_web_anonymous_join,
        x.lock_nick
      from
        schedule as s
        left join setting_row as x on x.id = s.id
    ),
    plan_row as materialized (
      select
        k.id,
        p.title,
        p.cancelled,
        p.start_time
      from
        (
          select distinct id from schedule
          ${local.plan_rows}
        ) as k
        join dingtalk_schedule_conference_plan as p on p.schedule_conference_id = k.id
      where
        p.acting_union_id = '${local.acting_union_id}'
    ),
    plan as materialized (
      select
        s.id,
        coalesce(nullif(p.title, '') || ' (schedule ' || s.id || ')', s.name) as name,
        p.cancelled,
        p.start_time,
        to_char(timezone('UTC', p.start_time), 'YYYY-MM-DD HH24:MI') || ' UTC' as planned
      from
        schedule as s
        left join plan_row as p on p.id = s.id
    ),
    member_row as materialized (
      select
        k.conference_id,
        coalesce(nullif(x.user_nick, ''), x.union_id, 'somebody without a name') as nick,
        x.union_id,
        x.attend_status_name,
        x.join_time,
        x.leave_time,
        x.duration_seconds,
        x.host,
        x.co_host,
        x.outer_org_member,
        x.pstn_join
      from
        (select distinct conference_id from meeting) as k
        join dingtalk_conference_member as x on x.conference_id = k.conference_id
    ),
    member as materialized (
      select
        m.conference_id,
        m.name,
        m.status_name,
        x.nick,
        x.union_id,
        x.attend_status_name,
        x.join_time,
        x.leave_time,
        x.duration_seconds,
        x.host,
        x.co_host,
        x.outer_org_member,
        x.pstn_join,
        x.conference_id as listed
      from
        meeting as m
        left join member_row as x on x.conference_id = m.conference_id
    ),
    crowd as materialized (
      select
        max(union_id) as union_id,
        id,
        room_code,
        start_time,
        end_time
      from
        event
      where
        room_code is not null
        and attendees >= 100
      group by
        id,
        room_code,
        start_time,
        end_time
    ),
    invitation as materialized (
      select
        k.union_id,
        k.id,
        a.attendee_union_id,
        a.display_name
      from
        (select distinct union_id, id from crowd) as k
        join dingtalk_calendar_event_attendee as a on a.union_id = k.union_id and a.event_id = k.id
    ),
    detail_row as materialized (
      select
        k.conference_id,
        c.cloud_record_status_name,
        c.cloud_record_owner_union_id
      from
        (select distinct conference_id from meeting) as k
        join dingtalk_conference as c on c.conference_id = k.conference_id
    ),
    detail as materialized (
      select
        m.conference_id,
        m.schedule_conference_id,
        m.name,
        m.status_name,
        c.cloud_record_status_name as recorded,
        c.cloud_record_owner_union_id as owner
      from
        meeting as m
        left join detail_row as c on c.conference_id = m.conference_id
    ),
    recording as materialized (
      select
        k.conference_id,
        r.media_id,
        r.union_id,
        r.file_size,
        r.duration_seconds
      from
        (select distinct conference_id from detail where recorded = 'ended') as k
        join dingtalk_conference_recording as r on r.conference_id = k.conference_id
    ),
    room as materialized (
      select
        room_id,
        coalesce(nullif(title, ''), room_id) as name,
        capacity,
        status_name,
        replace(cast(labels as text), ' ', '') like '%"labelId":5,%' or replace(cast(labels as text), ' ', '') like '%"labelId":5}%' as video
      from
        dingtalk_meeting_room
      where
        acting_union_id = '${local.acting_union_id}'
    ),
    booking_row as materialized (
      select
        room_id,
        event_id,
        organizer_id,
        start_time,
        end_time,
        status_name
      from
        dingtalk_meeting_room_booking
      where
        acting_union_id = '${local.acting_union_id}'
        and start_time >= '${local.since_day} 00:00:00Z'
        and start_time < '${local.until_day} 00:00:00Z'
    ),
    booking as materialized (
      select
        b.room_id,
        coalesce(r.name, b.room_id) as room,
        r.capacity,
        r.status_name as open_to,
        r.video,
        b.event_id,
        b.organizer_id,
        b.start_time,
        b.end_time,
        b.end_time > t.now as ahead,
        to_char(timezone('UTC', b.start_time), 'YYYY-MM-DD HH24:MI') || ' UTC' as booked
      from
        clock as t
        join booking_row as b on b.start_time >= t.since
          and b.start_time <= t.now
        left join room as r on r.room_id = b.room_id
      where
        b.status_name = 'booked'
    ),
    booker_event as materialized (
      select
        k.organizer_id,
        e.id,
        e.title,
        e.room_code,
        e.start_time,
        e.end_time,
        e.organizer_name,
        jsonb_array_length(e.attendees) as attendees
      from
        (select distinct organizer_id from booking where organizer_id is not null) as k
        join dingtalk_calendar_event as e on e.union_id = k.organizer_id
      where
        e.start_time >= '${local.since_day} 00:00:00Z'
        and e.start_time < '${local.until_day} 00:00:00Z'
    ),
    use as materialized (
      select
        b.room_id,
        b.room,
        b.capacity,
        b.open_to,
        b.video,
        b.organizer_id,
        b.start_time,
        b.end_time,
        b.ahead,
        b.booked,
        e.id as event_id,
        e.title,
        e.organizer_name,
        e.room_code
      from
        booking as b
        left join booker_event as e on e.organizer_id = b.organizer_id
          and e.id = b.event_id
          and e.start_time < b.end_time
          and e.end_time > b.start_time
    ),
    use_found as materialized (
      select
        c.conference_id,
        c.schedule_conference_id,
        c.room_code,
        c.title,
        c.status_name,
        c.start_time,
        c.end_time,
        c.duration_seconds
      from
        (select distinct room_code from use where room_code is not null) as k
        join dingtalk_conference as c on c.room_code = k.room_code
    ),
    use_meeting as materialized (
      select
        u.room_id,
        u.start_time,
        u.organizer_id,
        c.conference_id
      from
        use as u
        join use_found as c on c.room_code = u.room_code
          and date_part('epoch', c.start_time) >= date_part('epoch', u.start_time) - 1800
          and date_part('epoch', c.start_time) <= date_part('epoch', u.end_time) + 7200
    ),
    use_member as materialized (
      select
        k.conference_id,
        coalesce(nullif(x.user_nick, ''), x.union_id, 'somebody without a name') as nick,
        x.union_id,
        x.attend_status_name,
        x.join_time,
        x.leave_time,
        x.duration_seconds,
        x.host,
        x.co_host,
        x.outer_org_member,
        x.pstn_join
      from
        (select distinct conference_id from use_meeting) as k
        join dingtalk_conference_member as x on x.conference_id = k.conference_id
    )
  EOQ

  # A check that found nothing to check says so: no row looks like success.
  no_schedule = <<-EOQ
    union all
    select
      'none',
      'alarm',
      'No schedule was found to check. Name some in schedule_conference_ids, or people in union_ids from whose calendars they are found.'
    where
      not exists (select 1 from schedule)
    order by
      status,
      resource
  EOQ

  no_booking = <<-EOQ
    union all
    select
      'none',
      case
        when '${local.acting_union_id}' = '' then 'skip'
        else 'alarm'
      end,
      case
        when '${local.acting_union_id}' = '' then 'No acting user is named, so that no room is looked at. Set acting_union_id to a user who sees the rooms.'
        else 'No booked room of the last ${var.days} days was found to check. Name another user who sees the rooms in acting_union_id, or raise days.'
      end
    where
      not exists (select 1 from use)
    order by
      status,
      resource
  EOQ

  no_meeting = <<-EOQ
    union all
    select
      'none',
      'alarm',
      'No meeting of the last ${var.days} days was found to check. Name its schedule in schedule_conference_ids, or somebody who was invited in union_ids, or raise days.'
    where
      not exists (select 1 from meeting)
    order by
      status,
      resource
  EOQ
}
