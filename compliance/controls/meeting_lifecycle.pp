locals {
  lifecycle_tags = merge(local.dingtalk_compliance_common_tags, {
    type = "Benchmark"
  })

  # What the plans of schedules have in common: why there is nothing to compare.
  no_plan = var.acting_union_id == "" ? "': its plan is not known. Name in the variable acting_union_id somebody who may see it.'" : "': DingTalk returns no plan for it.'"
}

benchmark "meeting_lifecycle" {
  title       = "Meeting Lifecycle"
  description = "Whether meetings begin, run and end as they should. It costs two API calls for each schedule, and one for the meetings in progress, beside those that find the meetings."
  tags        = local.lifecycle_tags

  children = [
    control.not_overrun,
    control.ended_has_end,
    control.took_place,
    control.on_time,
    control.cancelled_not_held
  ]
}

control "not_overrun" {
  title       = "No meeting should run for longer than the limit"
  description = "A meeting that nobody has ended stays open to whoever has its number."
  severity    = "high"
  tags = merge(local.lifecycle_tags, {
    iso_27001_2022 = "A.5.15"
  })
  sql = <<-EOQ
    ${local.look},
    open_room as (
      select
        r.conference_id,
        coalesce(nullif(r.title, ''), 'The meeting ' || r.conference_id) || coalesce(' of ' || r.creator_nick, '') as name,
        cast(floor((date_part('epoch', t.now) - date_part('epoch', r.start_time)) / 60) as bigint) as minutes
      from
        clock as t
        cross join running as r
    )
    select
      conference_id as resource,
      case
        when minutes is null then 'skip'
        when minutes > 60 * ${var.max_hours} then 'alarm'
        else 'ok'
      end as status,
      name || case
        when minutes is null then ' is in progress, and DingTalk does not return since when.'
        when minutes > 60 * ${var.max_hours} then ' has been in progress for ' || minutes || ' minutes, longer than ${var.max_hours} hours. End it, or ask who still needs it.'
        else ' has been in progress for ' || minutes || ' minutes.'
      end as reason
    from
      open_room
    union all
    select
      'none',
      'ok',
      'No meeting is in progress.'
    where
      not exists (select 1 from running)
    order by
      status,
      resource
  EOQ
}

control "ended_has_end" {
  title       = "Meetings that ended should have an end"
  description = "Without an end nobody knows how long a meeting lasted."
  severity    = "low"
  tags = merge(local.lifecycle_tags, {
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
        when status_name is null then ': DingTalk does not return whether it has ended.'
        when status_name <> 'ended' then ': it has not ended.'
        when end_time is null then ': it has ended, and DingTalk does not return when.'
        else ': it ended at ' || to_char(timezone('UTC', end_time), 'YYYY-MM-DD HH24:MI') || ' UTC.'
      end as reason
    from
      meeting
    ${local.no_meeting}
  EOQ
}

control "took_place" {
  title       = "What was booked should have taken place"
  description = "A schedule whose time has come and that has no meeting near it was not held."
  severity    = "medium"
  tags = merge(local.lifecycle_tags, {
    mlps_gbt_22239 = "8.1.4.3"
  })
  sql = <<-EOQ
    ${local.planned_and_held}
    select
      id as resource,
      case
        when cancelled is null or cancelled or start_time is null or ahead then 'skip'
        when minutes_off is null then 'alarm'
        else 'ok'
      end as status,
      name || case
        when cancelled is null then ${local.no_plan}
        when cancelled then ': it was cancelled.'
        when start_time is null then ': its plan has no time.'
        when ahead then ': it is planned for ' || planned || ', so that it is too early to judge.'
        when minutes_off is null then ': it was planned for ' || planned || ', and no meeting was held within 12 hours of that.'
        else ': it was planned for ' || planned || ', and a meeting was held.'
      end as reason
    from
      comparison
    ${local.no_schedule}
  EOQ
}

control "on_time" {
  title       = "Meetings should begin near the time for which they were booked"
  description = "A meeting at another time than planned may have been another meeting, or without some who were invited."
  severity    = "low"
  tags = merge(local.lifecycle_tags, {
    mlps_gbt_22239 = "8.1.4.3"
  })
  sql = <<-EOQ
    ${local.planned_and_held}
    select
      id as resource,
      case
        when cancelled is null or cancelled or start_time is null or ahead or minutes_off is null then 'skip'
        when minutes_off > ${var.max_minutes_off} or minutes_off < - (${var.max_minutes_off}) then 'alarm'
        else 'ok'
      end as status,
      name || case
        when cancelled is null then ${local.no_plan}
        when cancelled then ': it was cancelled.'
        when start_time is null then ': its plan has no time.'
        when ahead then ': it is planned for ' || planned || ', so that it is too early to judge.'
        when minutes_off is null then ': it was planned for ' || planned || ', and no meeting was held within 12 hours of that.'
        when minutes_off > 0 then ': it was planned for ' || planned || ' and began ' || minutes_off || ' minutes later.'
        when minutes_off < 0 then ': it was planned for ' || planned || ' and began ' || (- minutes_off) || ' minutes earlier.'
        else ': it began as planned, at ' || planned || '.'
      end as reason
    from
      comparison
    ${local.no_schedule}
  EOQ
}

control "cancelled_not_held" {
  title       = "What was cancelled should not have been held"
  description = "A meeting that is held though it was cancelled is one that some of those invited do not know of."
  severity    = "medium"
  tags = merge(local.lifecycle_tags, {
    iso_27001_2022 = "A.5.14"
  })
  sql = <<-EOQ
    ${local.planned_and_held}
    select
      id as resource,
      case
        when cancelled is null or not cancelled then 'skip'
        when last_held is not null then 'alarm'
        else 'ok'
      end as status,
      name || case
        when cancelled is null then ${local.no_plan}
        when not cancelled then ': it was not cancelled.'
        when last_held is not null then ': it was cancelled, and a meeting was held at ' || to_char(timezone('UTC', last_held), 'YYYY-MM-DD HH24:MI') || ' UTC. Ask the host why, unless it was cancelled only afterwards.'
        else ': it was cancelled, and no meeting was held in the last ${var.days} days.'
      end as reason
    from
      comparison
    ${local.no_schedule}
  EOQ
}

locals {
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
        p.id,
        p.name,
        p.cancelled,
        p.start_time,
        p.planned,
        date_part('epoch', p.start_time) + 60 * ${var.max_minutes_off} > date_part('epoch', t.now) as ahead,
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
            and h.start_time <= t.now
        ) as last_held
      from
        plan as p
        cross join clock as t
    )
  EOQ
}
