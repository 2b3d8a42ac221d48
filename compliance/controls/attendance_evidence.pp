locals {
  attendance_tags = merge(local.dingtalk_compliance_common_tags, {
    type = "Benchmark"
  })
}

benchmark "attendance_evidence" {
  title       = "Attendance Evidence"
  description = "Who was in the meetings of the last days, who came from outside, and who should have been there. It costs one API call for each 100 people of a meeting, and for each 100 of an event with as many, beside those that find the meetings."
  tags        = local.attendance_tags

  children = [
    control.attendance_listed,
    control.outsiders_identified,
    control.no_phone_join,
    control.nobody_removed,
    control.invited_came,
    control.host_present
  ]
}

control "attendance_listed" {
  title       = "Every meeting should have an attendance list"
  description = "The list of who was in a meeting is the evidence that all other checks stand on."
  severity    = "high"
  tags = merge(local.attendance_tags, {
    mlps_gbt_22239 = "8.1.4.3"
  })
  sql = <<-EOQ
    ${local.look}
    select
      conference_id as resource,
      case
        when count(join_time) > 0 then 'ok'
        else 'alarm'
      end as status,
      name || case
        when count(join_time) > 0 then ': the list has ' || count(join_time) || ' entries of people who joined.'
        when count(listed) > 0 then ': nobody on its list joined.'
        else ': DingTalk lists nobody for it.'
      end as reason
    from
      member
    group by
      conference_id,
      name
    ${local.no_meeting}
  EOQ
}

control "outsiders_identified" {
  title       = "People from outside should be known by an ID"
  description = "Somebody from outside who has a DingTalk account can be distinguished from others; somebody with only a name cannot."
  severity    = "high"
  tags = merge(local.attendance_tags, {
    iso_27001_2022 = "A.5.14"
    mlps_gbt_22239 = "8.1.4.3"
    soc_2          = "CC6.6"
  })
  sql = <<-EOQ
    ${local.look}
    select
      conference_id as resource,
      case
        when count(listed) = 0 then 'skip'
        when count(case when outer_org_member and join_time is not null then 1 end) = 0 then 'ok'
        when count(case when outer_org_member and join_time is not null then case when union_id is null then 1 end end) > 0 then 'alarm'
        else 'info'
      end as status,
      name || case
        when count(listed) = 0 then ': DingTalk lists nobody for it.'
        when count(case when outer_org_member and join_time is not null then 1 end) = 0 then ': nobody from outside was there.'
        when count(case when outer_org_member and join_time is not null then case when union_id is null then 1 end end) > 0 then ': from outside, without an ID, came ' || string_agg(case when outer_org_member and join_time is not null then case when union_id is null then nick end end, ', ' order by nick) || '. Ask the host who that was.'
        else ': from outside came ' || string_agg(case when outer_org_member and join_time is not null then nick end, ', ' order by nick) || '.'
      end as reason
    from
      member
    group by
      conference_id,
      name
    ${local.no_meeting}
  EOQ
}

control "no_phone_join" {
  title       = "Nobody should join by phone unless that is allowed"
  description = "A phone number says little about who speaks."
  severity    = "medium"
  tags = merge(local.attendance_tags, {
    iso_27001_2022 = "A.5.14"
    mlps_gbt_22239 = "8.1.4.3"
    soc_2          = "CC6.6"
  })
  sql = <<-EOQ
    ${local.look}
    select
      conference_id as resource,
      case
        when count(listed) = 0 then 'skip'
        when count(pstn_join) = 0 then 'skip'
        when count(case when pstn_join and join_time is not null then 1 end) = 0 then 'ok'
        when ${var.allowed_phone_join} then 'info'
        else 'alarm'
      end as status,
      name || case
        when count(listed) = 0 then ': DingTalk lists nobody for it.'
        when count(pstn_join) = 0 then ': DingTalk does not return who joined by phone.'
        when count(case when pstn_join and join_time is not null then 1 end) = 0 then ': nobody joined by phone.'
        else ': by phone joined ' || string_agg(case when pstn_join and join_time is not null then nick end, ', ' order by nick) || '.'
      end as reason
    from
      member
    group by
      conference_id,
      name
    ${local.no_meeting}
  EOQ
}

control "nobody_removed" {
  title       = "Nobody should have to be removed"
  description = "That somebody was removed means that somebody was there who should not have been: ask the host."
  severity    = "high"
  tags = merge(local.attendance_tags, {
    iso_27001_2022 = "A.5.15"
    mlps_gbt_22239 = "8.1.4.3"
  })
  sql = <<-EOQ
    ${local.look}
    select
      conference_id as resource,
      case
        when count(listed) = 0 then 'skip'
        when count(case when attend_status_name = 'kicked' then 1 end) > 0 then 'alarm'
        when count(attend_status_name) < count(listed) then 'skip'
        else 'ok'
      end as status,
      name || case
        when count(listed) = 0 then ': DingTalk lists nobody for it.'
        when count(case when attend_status_name = 'kicked' then 1 end) = 0 and count(attend_status_name) < count(listed) then ': DingTalk does not return for everybody whether they were removed.'
        when count(case when attend_status_name = 'kicked' then 1 end) = 0 then ': nobody was removed.'
        else ': removed from it was ' || string_agg(case when attend_status_name = 'kicked' then nick end, ', ' order by nick) || '. Ask the host why.'
      end as reason
    from
      member
    group by
      conference_id,
      name
    ${local.no_meeting}
  EOQ
}

control "invited_came" {
  title       = "Everybody invited should have come"
  description = "Who was invited and has no entry of having joined was absent. A person may have several entries. Where the meeting is of an event in a calendar with 100 attendees or more, of whom a calendar shows 100 only, all of them are read, at one API call for each 100 people of the event."
  severity    = "low"
  tags = merge(local.attendance_tags, {
    mlps_gbt_22239 = "8.1.4.3"
  })
  sql = <<-EOQ
    ${local.look},
    invited as (
      select distinct
        m.conference_id,
        a.attendee_union_id,
        a.display_name
      from
        crowd as e
        join meeting as m on m.room_code = e.room_code
          and date_part('epoch', m.start_time) >= date_part('epoch', e.start_time) - 1800
          and date_part('epoch', m.start_time) <= date_part('epoch', e.end_time) + 7200
        join invitation as a on a.union_id = e.union_id
          and a.id = e.id
      where
        a.attendee_union_id is not null
    ),
    absent as (
      select
        conference_id,
        min(nick) as nick
      from
        member
      where
        listed is not null
      group by
        conference_id,
        coalesce(union_id, nick)
      having
        count(join_time) = 0
      union all
      select
        i.conference_id,
        coalesce(nullif(i.display_name, ''), i.attendee_union_id)
      from
        invited as i
      where
        not exists (
          select
            1
          from
            member as x
          where
            x.conference_id = i.conference_id
            and x.union_id = i.attendee_union_id
        )
    ),
    absence as (
      select
        conference_id,
        count(*) as people,
        min(nick) as example
      from
        absent
      group by
        conference_id
    ),
    listed as (
      select
        conference_id,
        name,
        status_name,
        count(listed) as entries
      from
        member
      group by
        conference_id,
        name,
        status_name
    )
    select
      l.conference_id as resource,
      case
        when l.entries = 0 then 'skip'
        when a.people is null then 'ok'
        when l.status_name = 'in_progress' then 'info'
        else 'alarm'
      end as status,
      l.name || case
        when l.entries = 0 then ': DingTalk lists nobody for it.'
        when a.people is null then ': everybody on its list came.'
        when l.status_name = 'in_progress' then ': of those invited, ' || a.people || ' did not come yet, ' || a.example || ' among them.'
        when a.people = 1 then ': ' || a.example || ' was invited and did not come.'
        else ': ' || a.people || ' invited people did not come, ' || a.example || ' among them.'
      end as reason
    from
      listed as l
      left join absence as a on a.conference_id = l.conference_id
    ${local.no_meeting}
  EOQ
}

control "host_present" {
  title       = "The host should have been there"
  description = "A meeting without its host had nobody who answered for it."
  severity    = "medium"
  tags = merge(local.attendance_tags, {
    iso_27001_2022 = "A.5.15"
  })
  sql = <<-EOQ
    ${local.look}
    select
      conference_id as resource,
      case
        when count(listed) = 0 then 'skip'
        when count(host) = 0 then 'skip'
        when count(case when host and join_time is not null then 1 end) > 0 then 'ok'
        else 'alarm'
      end as status,
      name || case
        when count(listed) = 0 then ': DingTalk lists nobody for it.'
        when count(host) = 0 then ': DingTalk does not return who its host was.'
        when count(case when host and join_time is not null then 1 end) > 0 then ': the host was there, ' || max(case when host and join_time is not null then nick end) || '.'
        else ': nobody who joined was its host. Ask the organizer who led it.'
      end as reason
    from
      member
    group by
      conference_id,
      name
    ${local.no_meeting}
  EOQ
}
