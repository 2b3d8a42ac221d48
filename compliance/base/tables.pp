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
  look = <<-EOQ
    with clock (now, since, until) as materialized (
      select
        case
          when '${local.until}' <> '' or to_char(timezone('UTC', now()), 'YYYY-MM-DD') < '${local.until_day}' then now()
          else cast('Restart Powerpipe, which has counted the days up to ${local.until_day} and not to ' || now() as timestamptz)
        end,
        ${replace(local.midnight, "{day}", "d.first")},
        ${local.period_end}
      from
        (select ${local.first_day} as first) as d
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
    allowed_region (id) as materialized (
      ${local.region_rows}
    ),
    running as materialized (
      select
        conference_id,
        biz_type_name,
        creator_id,
        creator_nick,
        room_code,
        start_time,
        title,
        sp_connection_name
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
        e.organizer_id,
        e.organizer_name,
        e.is_all_day,
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
        e.organizer_id,
        e.organizer_name,
        e.is_all_day,
        e.attendees,
        e.start_time >= t.since and e.start_time < t.until as of_period
      from
        clock as t
        join event_row as e on date_part('epoch', e.end_time) >= date_part('epoch', t.since) - 7200
          and date_part('epoch', e.start_time) <= date_part('epoch', t.until) + 1800
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
        cross join (
          select
            room_code,
            start_time,
            row_number() over (partition by schedule_conference_id order by date_part('epoch', start_time) desc, conference_id) as place
          from
            booked
          where
            room_code is not null
        ) as b
      where
        b.place = 1
        or b.start_time is null
        or b.start_time >= t.since
        and b.start_time < t.until
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
        c.duration_seconds,
        c.creator_id,
        c.creator_nick,
        c.sp_connection_name
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
        c.duration_seconds,
        c.creator_id,
        c.creator_nick,
        c.sp_connection_name
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
        c.duration_seconds,
        c.creator_id,
        c.creator_nick,
        c.sp_connection_name
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
    occasion as materialized (
      select
        o.conference_id,
        o.event_id,
        o.event_time,
        o.organizer_id,
        o.organizer_name,
        o.end_time
      from
        (
          select
            m.conference_id,
            e.id as event_id,
            e.start_time as event_time,
            e.organizer_id,
            e.organizer_name,
            case when not coalesce(e.is_all_day, false) then e.end_time end as end_time,
            row_number() over (partition by m.conference_id order by abs(date_part('epoch', m.start_time) - date_part('epoch', e.start_time)), e.id, e.union_id) as place
          from
            meeting_row as m
            join event as e on e.room_code = m.room_code
              and date_part('epoch', m.start_time) >= date_part('epoch', e.start_time) - 1800
              and date_part('epoch', m.start_time) <= date_part('epoch', e.end_time) + 7200
        ) as o
      where
        o.place = 1
    ),
    meeting as materialized (
      select
        m.conference_id,
        m.schedule_conference_id,
        m.room_code,
        m.title,
        case
          when m.started is null then m.named
          else ${local.say.meeting_of_time}
        end as name,
        coalesce(m.title, '') as meeting_title,
        case
          when m.host_id is null and m.host_nick is null then ''
          else ${replace(replace(local.person, "{nick}", "m.host_nick"), "{id}", "m.host_id")}
        end as host_name,
        coalesce(m.started, '') as started,
        m.connection_name,
        m.status_name,
        m.start_time,
        m.end_time,
        m.duration_seconds,
        m.booked_until
      from
        (
          select
            r.conference_id,
            r.schedule_conference_id,
            r.room_code,
            r.title,
            coalesce(nullif(r.title, ''), ${local.say.meeting_untitled}) as named,
            ${replace(local.at, "{time}", "r.start_time")} as started,
            case when o.conference_id is null then r.creator_id else o.organizer_id end as host_id,
            case when o.conference_id is null then r.creator_nick else o.organizer_name end as host_nick,
            coalesce(r.sp_connection_name, '') as connection_name,
            r.status_name,
            r.start_time,
            r.end_time,
            r.duration_seconds,
            o.end_time as booked_until
          from
            clock as t
            join meeting_row as r on r.start_time is null
              or r.start_time >= t.since
              and r.start_time < t.until
            left join occasion as o on o.conference_id = r.conference_id
          where
            coalesce(r.status_name, '') <> 'not_started'
        ) as m
    ),
    schedule_row as materialized (
      select
        id
      from
        named
      union
      select
        schedule_conference_id
      from
        found
      where
        schedule_conference_id is not null
      union
      select
        schedule_conference_id
      from
        seen
      where
        schedule_conference_id is not null
    ),
    plan_row as materialized (
      select
        k.id,
        p.title,
        p.cancelled,
        p.start_time,
        p.end_time,
        p.sp_connection_name
      from
        (
          select distinct id from schedule_row
          ${local.plan_rows}
        ) as k
        join dingtalk_schedule_conference_plan as p on p.schedule_conference_id = k.id
      where
        p.acting_union_id = '${local.acting_union_id}'
    ),
    schedule_label as materialized (
      select
        r.id,
        r.title
      from
        (
          select
            a.id,
            a.title,
            row_number() over (partition by a.id order by coalesce(a.second, 0) desc, a.title) as place
          from
            (
              select '' as id, '' as title, 0.5 as second where 1 = 0
              union
              ${local.title_rows}
              union
              select schedule_conference_id, title, date_part('epoch', start_time) from found
              union
              select schedule_conference_id, title, date_part('epoch', start_time) from seen
            ) as a
          where
            nullif(a.title, '') is not null
        ) as r
      where
        r.place = 1
    ),
    known_name as materialized (
      select
        n.union_id,
        max(n.name) as name
      from
        (
          select organizer_id as union_id, organizer_name as name from event
          union
          select creator_id, creator_nick from found
          union
          select creator_id, creator_nick from seen
        ) as n
      where
        n.union_id is not null
      group by
        n.union_id
    ),
    schedule as materialized (
      select
        s.id,
        case
          when l.title is null then ${local.say.schedule_untitled}
          else ${local.say.schedule_titled}
        end as name,
        coalesce(l.title, '') as meeting_title
      from
        schedule_row as s
        left join schedule_label as l on l.id = s.id
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
        x.enable_chat,
        x.mute_on_join_name,
        x.lock_nick,
        x.sp_connection_name
      from
        (select distinct id from schedule_row) as k
        join dingtalk_schedule_conference_setting as x on x.schedule_conference_id = k.id
    ),
    setting as materialized (
      select
        s.id,
        s.name,
        x.id is not null as known,
        p.cancelled,
        x.host_union_id,
        x.cohost_union_ids,
        x.conf_allowed_corp_id,
        x.lock_room,
        x.screen_share_forbidden,
        x.waiting_room,
        x.join_before_host,
        x.enable_web_anonymous_join,
        x.enable_chat,
        x.mute_on_join_name,
        x.lock_nick,
        s.meeting_title,
        case
          when x.host_union_id is null then ''
          else ${replace(replace(local.person, "{nick}", "n.name"), "{id}", "x.host_union_id")}
        end as host_name,
        coalesce(${replace(local.at, "{time}", "p.start_time")}, '') as start_time,
        coalesce(x.sp_connection_name, p.sp_connection_name, '') as connection_name
      from
        schedule as s
        left join setting_row as x on x.id = s.id
        left join plan_row as p on p.id = s.id
        left join known_name as n on n.union_id = x.host_union_id
    ),
    plan as materialized (
      select
        s.id,
        s.name,
        p.cancelled,
        p.start_time,
        p.end_time,
        ${replace(local.at, "{time}", "p.start_time")} as planned,
        s.meeting_title,
        coalesce(p.sp_connection_name, '') as connection_name
      from
        schedule as s
        left join plan_row as p on p.id = s.id
    ),
    member_row as materialized (
      select
        k.conference_id,
        ${replace(replace(local.person, "{nick}", "x.user_nick"), "{id}", "x.union_id")} as nick,
        case when x.union_id is not null then 'ID ' || x.union_id else 'name ' || coalesce(x.user_nick, '') || coalesce(' ' || date_part('epoch', x.join_time), '') end as person,
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
        m.meeting_title,
        m.host_name,
        m.started,
        m.connection_name,
        m.status_name,
        x.nick,
        x.person,
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
        m.meeting_title,
        m.host_name,
        m.started,
        m.connection_name,
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
        r.duration_seconds,
        r.start_time,
        r.end_time,
        r.region_id
      from
        (select distinct conference_id from detail where recorded = 'ended') as k
        join dingtalk_conference_recording as r on r.conference_id = k.conference_id
    ),
    recorded_member as materialized (
      select
        k.conference_id,
        ${replace(replace(local.person, "{nick}", "x.user_nick"), "{id}", "x.union_id")} as nick,
        case when x.union_id is not null then 'ID ' || x.union_id else 'name ' || coalesce(x.user_nick, '') || coalesce(' ' || date_part('epoch', x.join_time), '') end as person,
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
        (select distinct conference_id from detail where recorded <> 'none') as k
        join dingtalk_conference_member as x on x.conference_id = k.conference_id
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
        status_name,
        sp_connection_name
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
        ${replace(local.at, "{time}", "b.start_time")} as booked,
        to_char(timezone('UTC', b.start_time), 'YYYY-MM-DD HH24:MI') || ' UTC' as place_in_time,
        coalesce(b.sp_connection_name, '') as connection_name
      from
        clock as t
        join booking_row as b on b.start_time >= t.since
          and b.start_time < t.until
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
        b.room_id || ' ' || b.place_in_time as resource,
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
        e.room_code,
        coalesce(e.title, '') as meeting_title,
        case
          when b.organizer_id is null then ''
          else ${replace(replace(local.person, "{nick}", "e.organizer_name"), "{id}", "b.organizer_id")}
        end as host_name,
        b.connection_name
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
        c.duration_seconds,
        c.creator_id,
        c.creator_nick,
        c.sp_connection_name
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
        ${replace(replace(local.person, "{nick}", "x.user_nick"), "{id}", "x.union_id")} as nick,
        case when x.union_id is not null then 'ID ' || x.union_id else 'name ' || coalesce(x.user_nick, '') || coalesce(' ' || date_part('epoch', x.join_time), '') end as person,
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

  # The columns that Powerpipe calls dimensions, of a result that is about nothing in
  # particular.
  about_nothing = "'' as meeting_title, '' as host_name, '' as start_time, '' as connection_name"
}

locals {
  # A check that found nothing to check says so: no row looks like success.
  no_schedule = <<-EOQ
    union all
    select
      'none',
      'alarm',
      ${local.say.no_schedule_found},
      ${local.about_nothing}
    where
      not exists (select 1 from schedule)
    order by
      status,
      resource
  EOQ

}

locals {
  # DingTalk returns no settings of a schedule that was cancelled, nor of one that it
  # does not know: the control schedules_known says which.
  no_setting = <<-EOQ
    union all
    select
      'none',
      'skip',
      ${local.say.no_setting_known},
      ${local.about_nothing}
    where
      exists (select 1 from schedule)
      and not exists (select 1 from setting where known)
    ${local.no_schedule}
  EOQ

  no_uncancelled = <<-EOQ
    union all
    select
      'none',
      'skip',
      ${local.say.all_cancelled},
      ${local.about_nothing}
    where
      exists (select 1 from schedule)
      and not exists (select 1 from plan where not coalesce(cancelled, false))
    ${local.no_schedule}
  EOQ

  no_booking = <<-EOQ
    union all
    select
      'none',
      ${var.acting_union_id == "" ? "'skip'" : "'alarm'"},
      ${var.acting_union_id == "" ? local.say.no_room_asked : local.say.no_booking_found},
      ${local.about_nothing}
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
      ${local.say.no_meeting_found},
      ${local.about_nothing}
    where
      not exists (select 1 from meeting)
    order by
      status,
      resource
  EOQ
}
