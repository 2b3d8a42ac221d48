locals {
  check_tags = merge(local.dingtalk_compliance_common_tags, {
    type = "Benchmark"
  })
}

benchmark "check_itself" {
  title       = "Check Itself"
  description = "Whether this check had something to check, and found it. Nothing found is an alarm, never silence. It costs one API call for each schedule, beside those that find the meetings."
  tags        = local.check_tags

  children = [
    control.something_named,
    control.schedules_known,
    control.calendars_found,
    control.meetings_found,
    control.calls_affordable
  ]
}

control "something_named" {
  title       = "The variables should name what to check"
  description = "Without schedules or calendars nothing but the meetings in progress is looked at."
  severity    = "high"
  tags        = local.check_tags
  sql         = <<-EOQ
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
        when schedules + people > 0 then schedules || ' schedules and the calendars of ' || people || ' people are to be checked.'
        else 'Neither schedules nor calendars are named, so that only the meetings in progress are looked at. Set schedule_conference_ids or union_ids.'
      end as reason
    from
      given
  EOQ
}

control "schedules_known" {
  title       = "Every schedule to check should be known to DingTalk"
  description = "A wrong ID would otherwise look like a schedule with nothing to complain of."
  severity    = "high"
  tags        = local.check_tags
  sql         = <<-EOQ
    ${local.look}
    select
      id as resource,
      case
        when known then 'ok'
        else 'alarm'
      end as status,
      name || case
        when known then ': DingTalk knows it.'
        else ': DingTalk returns no settings for it. Check the ID; if it is right, the schedule was cancelled.'
      end as reason
    from
      setting
    ${local.no_schedule}
  EOQ
}

control "calendars_found" {
  title       = "Calendars that are named should have events"
  description = "A calendar without an event is that of a wrong union ID, or of somebody who leads to no meeting."
  severity    = "medium"
  tags        = local.check_tags
  sql         = <<-EOQ
    ${local.look}
    select
      p.union_id as resource,
      case
        when count(e.room_code) > 0 then 'ok'
        when count(e.id) > 0 or ${var.whole_directory} then 'info'
        else 'alarm'
      end as status,
      'The calendar of ' || p.union_id || ' has ' || count(e.id) || ' events of the last ${var.days} days, ' || count(e.room_code) || ' of them with a video meeting' || case
        when count(e.id) > 0 or ${var.whole_directory} then '.'
        else ': check the union ID.'
      end as reason
    from
      person as p
      left join event as e on e.union_id = p.union_id
    group by
      p.union_id
    union all
    select
      'none',
      'skip',
      'No calendar is named.'
    where
      not exists (select 1 from person)
    order by
      status,
      resource
  EOQ
}

control "meetings_found" {
  title       = "Schedules should have meetings to check"
  description = "A schedule without a meeting in the days that are looked at has nothing but its settings to check."
  severity    = "low"
  tags        = local.check_tags
  sql         = <<-EOQ
    ${local.look},
    held as (
      select
        s.id,
        coalesce(nullif(max(m.title), '') || ' (schedule ' || s.id || ')', s.name) as name,
        count(m.conference_id) as meetings
      from
        schedule as s
        left join meeting as m on m.schedule_conference_id = s.id
      group by
        s.id,
        s.name
    )
    select
      id as resource,
      case
        when meetings > 0 then 'ok'
        else 'alarm'
      end as status,
      name || case
        when meetings > 0 then ': ' || meetings || ' meeting(s) of the last ${var.days} days were found.'
        else ': no meeting of the last ${var.days} days was found. If there should be one, check the ID or raise days.'
      end as reason
    from
      held
    ${local.no_schedule}
  EOQ
}

control "calls_affordable" {
  title       = "A whole run should cost no more calls than allowed"
  description = "An estimate of the API calls of all benchmarks together, from what was found: for each schedule its meetings, settings and plan, for each person a page of the calendar, for each meeting number its meetings, for each meeting its facts, its members and its recording, for each event of 100 people or more two pages of its attendees, and for the rooms their bookings, the calendars of the organizers, and for each booking a meeting with its members."
  severity    = "medium"
  tags        = local.check_tags
  sql         = <<-EOQ
    ${local.look},
    estimate as (
      select
        1 + (select count(*) from person) + 2 * (select count(*) from schedule) + (select count(*) from named) + (select count(*) from event_code) + (select count(*) from booked_code) + 3 * (select count(*) from meeting) + 2 * (select count(*) from crowd)
          + case when '${local.acting_union_id}' = '' then 0 else 2 + ((select count(*) from room) + 4) / 5 + (select count(distinct organizer_id) from booking) + 2 * (select count(*) from booking) end as calls
    )
    select
      'calls' as resource,
      case
        when calls > ${var.max_calls} then 'alarm'
        else 'ok'
      end as status,
      'A run of all benchmarks costs about ' || calls || ' API calls, and more where a list has several pages' || case
        when calls > ${var.max_calls} then ', more than ${var.max_calls}: name fewer schedules or calendars, or fewer days.'
        else '.'
      end as reason
    from
      estimate
  EOQ
}
