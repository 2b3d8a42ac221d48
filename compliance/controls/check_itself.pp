locals {
  check_tags = merge(local.dingtalk_compliance_common_tags, {
    type = "Benchmark"
  })

  # The head of a report with a setting that is wrong.
  wrong_head = "select 'variables' as resource, 'error' as status, '${replace(local.wrong_setting, "'", "''")}' as reason, '' as value, '' as connection_name"
}

benchmark "check_itself" {
  title       = local.texts.check_itself_title
  description = local.texts.check_itself_about
  tags        = local.check_tags

  children = [
    control.report_head,
    control.something_named,
    control.coverage,
    control.schedules_known,
    control.calendars_found,
    control.meetings_found,
    control.calls_affordable
  ]
}

control "report_head" {
  title         = local.texts.report_head_title
  description   = local.texts.report_head_about
  documentation = file("./docs/controls/${local.docs}report_head.md")
  severity      = "none"
  tags          = local.check_tags
  sql           = local.wrong_setting != "" ? local.wrong_head : <<-EOQ
    with clock (now, since, until) as materialized (
      select
        now(),
        ${replace(local.midnight, "{day}", "d.first")},
        ${local.period_end}
      from
        (select ${local.first_day} as first) as d
    ),
    connection as materialized (
      select
        sp_connection_name as name,
        corp_id,
        '${local.own_corp_id}' as own_corp_id,
        case
          when jsonb_array_length(ignore_error_codes) > 0 then replace(cast(ignore_error_codes as text), '", "', '","')
        end as ignored,
        endpoint,
        demo,
        plugin_version,
        api_calls
      from
        dingtalk_connection
    ),
    fact as (
      select
        'organization' as resource,
        case
          when corp_id is not null then ${local.say.report_head_organization}
          when own_corp_id <> '' then ${local.say.report_head_own_organization}
          else ${local.say.report_head_no_organization}
        end as reason,
        coalesce(corp_id, nullif(own_corp_id, ''), '') as value,
        name as connection_name
      from
        connection
      union all
      select 'connection', ${local.say.report_head_connection}, name, name from connection
      union all
      select 'endpoint', ${local.say.report_head_endpoint}, endpoint, name from connection
      union all
      select 'demo', case when demo then ${local.say.report_head_demo} when not demo then ${local.say.report_head_no_demo} else ${local.say.report_head_unknown_demo} end, case when demo then 'true' when not demo then 'false' else 'unknown' end, name from connection
      union all
      select 'ignore_error_codes', ${local.say.report_head_ignored}, ignored, name from connection where ignored is not null
      union all
      select 'plugin_version', ${local.say.report_head_plugin}, plugin_version, name from connection
      union all
      select 'api_calls', ${local.say.report_head_calls}, cast(api_calls as text), name from connection
      union all
      select 'mod_version', ${local.say.report_head_mod}, m.version, '' from (select '${local.mod_version}' as version) as m
      union all
      select 'since', ${local.say.report_head_since}, t.first, '' from (select ${replace(local.at, "{time}", "since")} as first from clock) as t
      union all
      select 'until', ${local.say.report_head_until}, t.last, '' from (select ${replace(local.at, "{time}", "until")} as last from clock) as t
      union all
      select 'time_zone', ${local.say.report_head_zone}, '${local.time_zone}', '' from clock
      union all
      select 'collected', ${local.say.report_head_collected}, t.moment, '' from (select ${replace(local.at, "{time}", "now")} as moment from clock) as t
      union all
      select 'variables', ${length(local.changed) == 0 ? local.say.report_head_defaults : "${local.say.report_head_variables} || '${local.changed_text}.'"}, '${local.changed_text}', '' from clock
    )
    select
      resource,
      'info' as status,
      reason,
      value,
      connection_name
    from
      fact
    order by
      resource
  EOQ
}

control "something_named" {
  title         = local.texts.something_named_title
  description   = local.texts.something_named_about
  documentation = file("./docs/controls/${local.docs}something_named.md")
  severity      = "high"
  tags          = local.check_tags
  sql           = <<-EOQ
    ${local.look},
    given as (
      select
        (select count(*) from named) as schedules,
        (select count(*) from person) as people
    )
    select
      'configuration' as resource,
      case
        when schedules + people > 0 then 'ok'
        else 'alarm'
      end as status,
      case
        when schedules + people > 0 then ${local.say.something_named_ok}
        else ${local.say.something_named_none}
      end as reason,
      ${local.about_nothing}
    from
      given
  EOQ
}

control "coverage" {
  title         = local.texts.coverage_title
  description   = local.texts.coverage_about
  documentation = file("./docs/controls/${local.docs}coverage.md")
  severity      = "medium"
  tags          = local.check_tags
  sql           = <<-EOQ
    ${local.look},
    calendar as (
      select
        (select count(*) from person) as people,
        (select count(distinct union_id) from event where of_period) as with_events,
        (select count(*) from (select distinct id, start_time from event where of_period) as e) as events,
        (select count(*) from (select distinct id, start_time from event where room_code is not null and of_period) as e) as with_video
    ),
    counted as (
      select
        count(*) as schedules,
        count(case when s.known then 1 end) as known,
        count(case when s.cancelled and not s.known then 1 end) as cancelled,
        count(s.cancelled) as planned,
        count(case when s.id in (select schedule_conference_id from meeting) then 1 end) as held
      from
        setting as s
    ),
    met as (
      select
        count(*) as meetings,
        count(distinct conference_id) as different,
        count(case when status_name = 'in_progress' then 1 end) as running,
        count(case when schedule_conference_id is null then 1 end) as unscheduled
      from
        meeting
    ),
    reserved as (
      select
        (select count(*) from room) as rooms,
        count(*) as bookings,
        count(case when organizer_id is null then 1 end) as nameless
      from
        booking
    )
    select
      'calendars' as resource,
      case
        when people = 0 then 'skip'
        else 'ok'
      end as status,
      case
        when people = 0 then ${local.say.coverage_no_calendars}
        else ${var.whole_directory ? local.say.coverage_directory : local.say.coverage_calendars}
      end as reason,
      ${local.about_nothing}
    from
      calendar
    union all
    select
      'schedules',
      case
        when schedules = 0 or known + cancelled < schedules then 'alarm'
        else 'ok'
      end,
      case
        when schedules = 0 then ${local.say.coverage_no_schedules}
        else ${local.say.coverage_schedules}
      end,
      ${local.about_nothing}
    from
      counted
    union all
    select
      'plans',
      case
        when ${var.acting_union_id == "" ? "1 = 1" : "schedules = 0"} then 'skip'
        when planned < schedules then 'alarm'
        else 'ok'
      end,
      ${var.acting_union_id == "" ? local.say.coverage_no_acting_user : local.say.coverage_plans},
      ${local.about_nothing}
    from
      counted
    union all
    select
      'meetings',
      case
        when meetings = 0 or meetings > different then 'alarm'
        else 'ok'
      end,
      case
        when meetings > different then ${local.say.coverage_twice}
        else ${local.say.coverage_meetings}
      end,
      ${local.about_nothing}
    from
      met
    union all
    select
      'rooms',
      case
        when ${var.acting_union_id == "" ? "1 = 1" : "1 = 0"} then 'skip'
        when nameless > 0 then 'info'
        else 'ok'
      end,
      ${var.acting_union_id == "" ? local.say.coverage_no_rooms : local.say.coverage_rooms},
      ${local.about_nothing}
    from
      reserved
    union all
    select
      'refusals',
      case
        when exists (select 1 from dingtalk_connection where jsonb_array_length(ignore_error_codes) > 0) then 'alarm'
        else 'info'
      end,
      case
        when exists (select 1 from dingtalk_connection where jsonb_array_length(ignore_error_codes) > 0) then ${local.say.coverage_ignored}
        else ${local.say.coverage_refusals}
      end,
      ${local.about_nothing}
    from
      met
    order by
      status,
      resource
  EOQ
}

control "schedules_known" {
  title         = local.texts.schedules_known_title
  description   = local.texts.schedules_known_about
  documentation = file("./docs/controls/${local.docs}schedules_known.md")
  severity      = "high"
  tags          = local.check_tags
  sql           = <<-EOQ
    ${local.look}
    select
      id as resource,
      case
        when known then 'ok'
        when cancelled then 'info'
        else 'alarm'
      end as status,
      name || case
        when known then ${local.say.schedules_known_ok}
        when cancelled then ${local.say.schedules_known_cancelled}
        else ${local.say.schedules_known_unknown}
      end as reason,
      meeting_title,
      host_name,
      start_time,
      connection_name
    from
      setting
    ${local.no_schedule}
  EOQ
}

control "calendars_found" {
  title         = local.texts.calendars_found_title
  description   = local.texts.calendars_found_about
  documentation = file("./docs/controls/${local.docs}calendars_found.md")
  severity      = "medium"
  tags          = local.check_tags
  sql           = <<-EOQ
    ${local.look},
    calendar as (
      select
        p.union_id,
        ${replace(replace(local.person, "{nick}", "max(n.name)"), "{id}", "p.union_id")} as whose,
        count(case when e.of_period then e.id end) as events,
        count(case when e.of_period then e.room_code end) as with_video
      from
        person as p
        left join event as e on e.union_id = p.union_id
        left join known_name as n on n.union_id = p.union_id
      group by
        p.union_id
    )
    select
      union_id as resource,
      case
        when with_video > 0 then 'ok'
        else 'info'
      end as status,
      case
        when events > 0 then ${local.say.calendars_found_events}
        else ${local.say.calendars_found_empty}
      end as reason,
      ${local.about_nothing}
    from
      calendar
    union all
    select
      'none',
      'skip',
      ${local.say.calendars_found_none},
      ${local.about_nothing}
    where
      not exists (select 1 from person)
    union all
    select
      'all',
      'alarm',
      ${local.say.calendars_found_nothing},
      ${local.about_nothing}
    where
      exists (select 1 from person)
      and not exists (select 1 from event where of_period)
    order by
      status,
      resource
  EOQ
}

control "meetings_found" {
  title         = local.texts.meetings_found_title
  description   = local.texts.meetings_found_about
  documentation = file("./docs/controls/${local.docs}meetings_found.md")
  severity      = "low"
  tags          = local.check_tags
  sql           = <<-EOQ
    ${local.look},
    ever as (
      select
        b.schedule_conference_id as id,
        min(case when b.start_time > t.now then b.start_time end) as next_time,
        count(*) as meetings
      from
        clock as t
        cross join (
          select schedule_conference_id, start_time from booked
          union all
          select schedule_conference_id, start_time from found
          union all
          select schedule_conference_id, start_time from seen
        ) as b
      where
        b.schedule_conference_id is not null
      group by
        b.schedule_conference_id
    ),
    held as (
      select
        s.id,
        s.name,
        s.known,
        s.cancelled,
        s.meeting_title,
        s.host_name,
        s.start_time,
        s.connection_name,
        case when p.start_time > t.now then p.start_time else e.next_time end as next_time,
        e.meetings as ever,
        (select count(*) from meeting as m where m.schedule_conference_id = s.id) as meetings
      from
        clock as t
        cross join setting as s
        left join plan_row as p on p.id = s.id
        left join ever as e on e.id = s.id
    )
    select
      id as resource,
      case
        when meetings > 0 then 'ok'
        when next_time is not null or ever > 0 or start_time <> '' then 'info'
        else 'alarm'
      end as status,
      name || case
        when meetings > 0 then ${local.say.meetings_found_ok}
        when next_time is not null then ${local.say.meetings_found_ahead}
        when ever > 0 then ${local.say.meetings_found_other_time}
        when start_time <> '' then ${local.say.meetings_found_planned}
        else ${local.say.meetings_found_never}
      end as reason,
      meeting_title,
      host_name,
      start_time,
      connection_name
    from
      (select h.*, ${replace(local.at, "{time}", "h.next_time")} as coming from held as h) as h
    where
      meetings > 0
      or not coalesce(cancelled, false)
    ${local.no_schedule}
  EOQ
}

control "calls_affordable" {
  title         = local.texts.calls_affordable_title
  description   = local.texts.calls_affordable_about
  documentation = file("./docs/controls/${local.docs}calls_affordable.md")
  severity      = "medium"
  tags          = local.check_tags
  sql           = <<-EOQ
    ${local.look},
    estimate as (
      select
        1 + (select count(*) from person) + 2 * (select count(*) from schedule) + (select count(*) from named) + (select count(*) from event_code) + (select count(*) from booked_code) + 3 * (select count(*) from meeting) + 2 * (select count(*) from crowd)
          + ${var.acting_union_id == "" ? "0" : "2 + ((select count(*) from room) + 4) / 5 + (select count(distinct organizer_id) from booking) + 2 * (select count(*) from booking)"} as calls
    )
    select
      'calls' as resource,
      case
        when calls > ${var.max_calls} then 'alarm'
        else 'ok'
      end as status,
      case
        when calls > ${var.max_calls} then ${local.say.calls_affordable_too_many}
        else ${local.say.calls_affordable_ok}
      end as reason,
      ${local.about_nothing}
    from
      estimate
  EOQ
}
