locals {
  lifecycle_tags = merge(local.dingtalk_compliance_common_tags, {
    type = "Benchmark"
  })

  # For each schedule its plan, and the meeting that was held nearest to it.
  planned_and_held = <<-EOQ
    ${local.look},
    held as (
      select
        schedule_conference_id as id,
        start_time
      from
        booked
      where
        status_name in ('ended', 'in_progress')
      union
      select
        schedule_conference_id,
        start_time
      from
        found
      where
        status_name in ('ended', 'in_progress')
      union
      select
        schedule_conference_id,
        start_time
      from
        seen
      where
        status_name in ('ended', 'in_progress')
    ),
    distance as (
      select
        p.id,
        cast(floor((date_part('epoch', h.start_time) - date_part('epoch', p.start_time)) / 60) as bigint) as minutes
      from
        plan as p
        join held as h on h.id = p.id
        cross join clock as t
      where
        h.start_time <= t.now
        and abs(date_part('epoch', h.start_time) - date_part('epoch', p.start_time)) < 43200
    ),
    nearest as (
      select
        id,
        min(abs(minutes)) as minutes
      from
        distance
      group by
        id
    ),
    comparison as (
      select
        c.id,
        c.name,
        c.cancelled,
        c.start_time,
        c.planned,
        c.meeting_title,
        c.connection_name,
        c.ahead,
        c.outside,
        c.minutes_off,
        c.last_held,
        - c.minutes_off as minutes_early,
        ${replace(local.at, "{time}", "c.last_held")} as last_time
      from
        (
          select
            p.id,
            p.name,
            p.cancelled,
            p.start_time,
            p.planned,
            p.meeting_title,
            p.connection_name,
            date_part('epoch', p.start_time) + 60 * ${var.max_minutes_off} > date_part('epoch', t.now) as ahead,
            p.start_time < t.since or p.start_time >= t.until as outside,
            (
              select
                max(d.minutes)
              from
                nearest as n
                join distance as d on d.id = n.id
                  and abs(d.minutes) = n.minutes
              where
                n.id = p.id
            ) as minutes_off,
            (
              select
                max(h.start_time)
              from
                held as h
              where
                h.id = p.id
                and h.start_time >= t.since
                and h.start_time < t.until
            ) as last_held
          from
            plan as p
            cross join clock as t
        ) as c
    )
  EOQ
}

benchmark "meeting_lifecycle" {
  title       = local.texts.meeting_lifecycle_title
  description = local.texts.meeting_lifecycle_about
  tags        = local.lifecycle_tags

  children = [
    control.not_overrun,
    control.ended_has_end,
    control.ended_near_plan,
    control.took_place,
    control.on_time,
    control.cancelled_not_held
  ]
}

control "not_overrun" {
  title         = local.texts.not_overrun_title
  description   = local.texts.not_overrun_about
  documentation = file("./docs/controls/${local.docs}not_overrun.md")
  severity      = "high"
  tags = merge(local.lifecycle_tags, {
    iso_27001_2022 = "A.5.15"
    soc_2          = "CC7.2"
  })
  sql = <<-EOQ
    ${local.look},
    open_room as (
      select
        r.conference_id,
        coalesce(nullif(r.title, ''), ${local.say.meeting_untitled}) as named,
        coalesce(r.title, '') as meeting_title,
        case
          when r.creator_id is null and r.creator_nick is null then ''
          else ${replace(replace(local.person, "{nick}", "r.creator_nick"), "{id}", "r.creator_id")}
        end as host_name,
        coalesce(${replace(local.at, "{time}", "r.start_time")}, '') as started,
        coalesce(r.sp_connection_name, '') as connection_name,
        cast(floor((date_part('epoch', t.now) - date_part('epoch', r.start_time)) / 60) as bigint) as minutes
      from
        clock as t
        join running as r on date_part('epoch', t.until) >= date_part('epoch', t.now)
    )
    select
      conference_id as resource,
      case
        when minutes is null then 'skip'
        when minutes > 60 * ${var.max_hours} then 'alarm'
        else 'ok'
      end as status,
      case
        when host_name = '' then named
        else ${local.say.meeting_by}
      end || case
        when minutes is null then ${local.say.not_overrun_unknown}
        when minutes > 60 * ${var.max_hours} then ${local.say.not_overrun_alarm}
        else ${local.say.not_overrun_ok}
      end as reason,
      meeting_title,
      host_name,
      started as start_time,
      connection_name
    from
      open_room
    union all
    select
      'none',
      case
        when date_part('epoch', until) < date_part('epoch', now) then 'skip'
        else 'ok'
      end,
      case
        when date_part('epoch', until) < date_part('epoch', now) then ${local.say.not_overrun_past}
        else ${local.say.not_overrun_none}
      end,
      ${local.about_nothing}
    from
      clock
    where
      not exists (select 1 from open_room)
    order by
      status,
      resource
  EOQ
}

control "ended_has_end" {
  title         = local.texts.ended_has_end_title
  description   = local.texts.ended_has_end_about
  documentation = file("./docs/controls/${local.docs}ended_has_end.md")
  severity      = "low"
  tags = merge(local.lifecycle_tags, {
    iso_27001_2022 = "A.8.15"
    mlps_gbt_22239 = "8.1.4.3"
  })
  sql = <<-EOQ
    ${local.look}
    select
      conference_id as resource,
      case
        when status_name is null then 'skip'
        when status_name <> 'ended' then 'skip'
        when end_time is null then 'alarm'
        else 'ok'
      end as status,
      name || case
        when status_name is null then ${local.say.ended_unknown}
        when status_name <> 'ended' then ${local.say.not_ended}
        when end_time is null then ${local.say.ended_has_end_alarm}
        else ${local.say.ended_has_end_ok}
      end as reason,
      meeting_title,
      host_name,
      started as start_time,
      connection_name
    from
      (select m.*, ${replace(local.at, "{time}", "m.end_time")} as ended from meeting as m) as m
    ${local.no_meeting}
  EOQ
}

control "ended_near_plan" {
  title         = local.texts.ended_near_plan_title
  description   = local.texts.ended_near_plan_about
  documentation = file("./docs/controls/${local.docs}ended_near_plan.md")
  severity      = "low"
  tags          = local.lifecycle_tags
  sql           = <<-EOQ
    ${local.look},
    due as (
      select
        m.conference_id,
        m.name,
        m.meeting_title,
        m.host_name,
        m.started,
        m.connection_name,
        m.status_name,
        m.end_time,
        coalesce(m.booked_until, p.end_time) as due
      from
        meeting as m
        left join plan_row as p on p.id = m.schedule_conference_id
          and date_part('epoch', m.start_time) >= date_part('epoch', p.start_time) - 1800
          and date_part('epoch', m.start_time) <= date_part('epoch', p.end_time) + 7200
    ),
    overrun as (
      select
        d.conference_id,
        d.name,
        d.meeting_title,
        d.host_name,
        d.started,
        d.connection_name,
        d.status_name,
        d.end_time,
        ${replace(local.at, "{time}", "d.due")} as booked_until,
        cast(floor((date_part('epoch', d.end_time) - date_part('epoch', d.due)) / 60) as bigint) as minutes
      from
        due as d
    )
    select
      conference_id as resource,
      case
        when coalesce(status_name, '') <> 'ended' or end_time is null or booked_until is null then 'skip'
        when minutes > ${var.max_minutes_over} then 'alarm'
        else 'ok'
      end as status,
      name || case
        when status_name is null then ${local.say.ended_unknown}
        when status_name <> 'ended' then ${local.say.not_ended}
        when end_time is null then ${local.say.ended_has_end_alarm}
        when booked_until is null then ${local.say.ended_near_plan_unknown}
        when minutes > 0 then ${local.say.ended_near_plan_later}
        else ${local.say.ended_near_plan_ok}
      end as reason,
      meeting_title,
      host_name,
      started as start_time,
      connection_name
    from
      overrun
    ${local.no_meeting}
  EOQ
}

control "took_place" {
  title         = local.texts.took_place_title
  description   = local.texts.took_place_about
  documentation = file("./docs/controls/${local.docs}took_place.md")
  severity      = "medium"
  tags          = local.lifecycle_tags
  sql           = <<-EOQ
    ${local.planned_and_held}
    select
      id as resource,
      case
        when cancelled is null or start_time is null or ahead or outside then 'skip'
        when minutes_off is null then 'alarm'
        else 'ok'
      end as status,
      name || case
        when cancelled is null then ${local.no_plan}
        when start_time is null then ${local.say.plan_without_time}
        when ahead then ${local.say.plan_ahead}
        when outside then ${local.say.plan_outside}
        when minutes_off is null then ${local.say.plan_not_held}
        else ${local.say.took_place_ok}
      end as reason,
      meeting_title,
      '' as host_name,
      coalesce(planned, '') as start_time,
      connection_name
    from
      comparison
    where
      not coalesce(cancelled, false)
    ${local.no_uncancelled}
  EOQ
}

control "on_time" {
  title         = local.texts.on_time_title
  description   = local.texts.on_time_about
  documentation = file("./docs/controls/${local.docs}on_time.md")
  severity      = "low"
  tags          = local.lifecycle_tags
  sql           = <<-EOQ
    ${local.planned_and_held}
    select
      id as resource,
      case
        when cancelled is null or start_time is null or ahead or outside or minutes_off is null then 'skip'
        when minutes_off > ${var.max_minutes_off} or minutes_off < - (${var.max_minutes_off}) then 'alarm'
        else 'ok'
      end as status,
      name || case
        when cancelled is null then ${local.no_plan}
        when start_time is null then ${local.say.plan_without_time}
        when ahead then ${local.say.plan_ahead}
        when outside then ${local.say.plan_outside}
        when minutes_off is null then ${local.say.plan_not_held}
        when minutes_off > 0 then ${local.say.on_time_later}
        when minutes_off < 0 then ${local.say.on_time_earlier}
        else ${local.say.on_time_ok}
      end as reason,
      meeting_title,
      '' as host_name,
      coalesce(planned, '') as start_time,
      connection_name
    from
      comparison
    where
      not coalesce(cancelled, false)
    ${local.no_uncancelled}
  EOQ
}

control "cancelled_not_held" {
  title         = local.texts.cancelled_not_held_title
  description   = local.texts.cancelled_not_held_about
  documentation = file("./docs/controls/${local.docs}cancelled_not_held.md")
  severity      = "medium"
  tags          = local.lifecycle_tags
  sql           = <<-EOQ
    ${local.planned_and_held}
    select
      id as resource,
      case
        when last_held is not null then 'alarm'
        else 'ok'
      end as status,
      name || case
        when last_held is not null then ${local.say.cancelled_not_held_alarm}
        else ${local.say.cancelled_not_held_ok}
      end as reason,
      meeting_title,
      '' as host_name,
      coalesce(planned, '') as start_time,
      connection_name
    from
      comparison
    where
      cancelled
    union all
    select
      'none',
      'skip',
      ${var.acting_union_id == "" ? local.say.cancelled_not_held_unknown : local.say.cancelled_not_held_none},
      ${local.about_nothing}
    where
      exists (select 1 from schedule)
      and not exists (select 1 from plan where cancelled)
    ${local.no_schedule}
  EOQ
}
