locals {
  attendance_tags = merge(local.dingtalk_compliance_common_tags, {
    type = "Benchmark"
  })

  # Each meeting with counts of its list, and who of it did or was what.
  attendance_of_meetings = <<-EOQ
    ${local.look},
    attendance as (
      select
        conference_id,
        status_name,
        name,
        meeting_title,
        coalesce(max(case when host then nick end), host_name) as host_name,
        started as start_time,
        connection_name,
        count(listed) as entries,
        count(join_time) as joins,
        count(pstn_join) as phone_known,
        count(host) as host_known,
        count(attend_status_name) as status_known,
        max(case when host and join_time is not null then nick end) as host_there
      from
        member
      group by
        conference_id,
        status_name,
        name,
        meeting_title,
        host_name,
        started,
        connection_name
    ),
    invited as (
      select distinct
        m.conference_id,
        'ID ' || a.attendee_union_id as person,
        ${replace(replace(local.person, "{nick}", "a.display_name"), "{id}", "a.attendee_union_id")} as nick
      from
        meeting as m
        join occasion as o on o.conference_id = m.conference_id
        join crowd as e on e.id = o.event_id
          and e.start_time = o.event_time
        join invitation as a on a.union_id = e.union_id
          and a.id = e.id
      where
        a.attendee_union_id is not null
    ),
    presence as (
      select
        x.conference_id,
        x.person,
        min(x.nick) as nick,
        count(x.join_time) as joins,
        max(x.outside) as outside,
        max(x.unknown) as unknown,
        max(x.phone) as phone,
        max(x.removed) as removed,
        max(x.named) as named
      from
        (
          select
            conference_id,
            person,
            nick,
            join_time,
            case when outer_org_member and join_time is not null then 1 else 0 end as outside,
            case when outer_org_member and join_time is not null and union_id is null then 1 else 0 end as unknown,
            case when pstn_join and join_time is not null then 1 else 0 end as phone,
            case when attend_status_name = 'kicked' then 1 else 0 end as removed,
            case when union_id is null then 0 else 1 end as named
          from
            member
          where
            listed is not null
          union all
          select
            conference_id,
            person,
            nick,
            null,
            0,
            0,
            0,
            0,
            1
          from
            invited
        ) as x
      group by
        x.conference_id,
        x.person
    ),
    act as (
      select
        p.conference_id,
        k.kind,
        p.person,
        p.nick
      from
        presence as p
        cross join (
          select 'outside' as kind
          union all
          select 'unknown'
          union all
          select 'phone'
          union all
          select 'removed'
          union all
          select 'invited'
          union all
          select 'absent'
        ) as k
      where
        case k.kind
          when 'outside' then p.outside
          when 'unknown' then p.unknown
          when 'phone' then p.phone
          when 'removed' then p.removed
          when 'absent' then case when p.joins = 0 then p.named else 0 end
          else p.named
        end = 1
    ),
    people as (
      select
        g.conference_id,
        g.kind,
        g.people,
        g.names || case when g.people > 10 then ${local.say.and_more} else '' end as who
      from
        (
          select
            r.conference_id,
            r.kind,
            count(*) as people,
            string_agg(case when r.place <= 10 then r.nick end, '${local.texts.comma}' order by r.nick) as names
          from
            (
              select
                a.conference_id,
                a.kind,
                a.nick,
                row_number() over (partition by a.conference_id, a.kind order by a.nick, a.person) as place
              from
                act as a
            ) as r
          group by
            r.conference_id,
            r.kind
        ) as g
    )
  EOQ
}

benchmark "attendance_evidence" {
  title       = local.texts.attendance_evidence_title
  description = local.texts.attendance_evidence_about
  tags        = local.attendance_tags

  children = [
    control.lists_complete,
    control.attendance_listed,
    control.outsiders_identified,
    control.no_phone_join,
    control.nobody_removed,
    control.invited_came,
    control.host_present
  ]
}

control "lists_complete" {
  title         = local.texts.lists_complete_title
  description   = local.texts.lists_complete_about
  documentation = file("./docs/controls/${local.docs}lists_complete.md")
  severity      = "medium"
  tags = merge(local.attendance_tags, {
    iso_27001_2022 = "A.8.15"
    mlps_gbt_22239 = "8.1.4.3"
  })
  sql = <<-EOQ
    ${local.attendance_of_meetings},
    listing as (
      select
        count(*) as meetings,
        count(case when a.entries > 0 then 1 end) as listed,
        coalesce(sum(a.entries), 0) as entries,
        string_agg(case when a.place <= 10 then a.missing end, '${local.texts.comma}' order by a.missing) as missing,
        count(a.missing) as people
      from
        (
          select
            entries,
            case when entries = 0 then name end as missing,
            row_number() over (order by entries > 0, name) as place
          from
            attendance
        ) as a
    )
    select
      'meetings' as resource,
      case
        when listed = meetings then 'ok'
        when listed = 0 then 'alarm'
        else 'info'
      end as status,
      case
        when listed = meetings then ${local.say.lists_complete_ok}
        else ${local.say.lists_complete_missing} || case when people > 10 then ${local.say.and_more} else '' end || '${local.texts.full_stop}'
      end as reason,
      ${local.about_nothing}
    from
      listing
    where
      meetings > 0
    ${local.no_meeting}
  EOQ
}

control "attendance_listed" {
  title         = local.texts.attendance_listed_title
  description   = local.texts.attendance_listed_about
  documentation = file("./docs/controls/${local.docs}attendance_listed.md")
  severity      = "high"
  tags = merge(local.attendance_tags, {
    iso_27001_2022 = "A.8.15"
    mlps_gbt_22239 = "8.1.4.3"
  })
  sql = <<-EOQ
    ${local.attendance_of_meetings}
    select
      conference_id as resource,
      case
        when joins > 0 then 'ok'
        else 'alarm'
      end as status,
      name || case
        when joins > 0 then ${local.say.attendance_listed_ok}
        when entries > 0 then ${local.say.attendance_listed_nobody_joined}
        else ${local.say.no_list}
      end as reason,
      meeting_title,
      host_name,
      start_time,
      connection_name
    from
      attendance
    ${local.no_meeting}
  EOQ
}

control "outsiders_identified" {
  title         = local.texts.outsiders_identified_title
  description   = local.texts.outsiders_identified_about
  documentation = file("./docs/controls/${local.docs}outsiders_identified.md")
  severity      = "high"
  tags = merge(local.attendance_tags, {
    iso_27001_2022 = "A.5.14"
    mlps_gbt_22239 = "8.1.4.1"
    soc_2          = "CC6.6"
  })
  sql = <<-EOQ
    ${local.attendance_of_meetings}
    select
      a.conference_id as resource,
      case
        when a.entries = 0 then 'skip'
        when o.people is null then 'ok'
        when u.people > 0 then 'alarm'
        else 'info'
      end as status,
      a.name || case
        when a.entries = 0 then ${local.say.no_list}
        when o.people is null then ${local.say.outsiders_identified_nobody}
        when u.people > 0 then ${local.say.outsiders_identified_alarm}
        else ${local.say.outsiders_identified_info}
      end as reason,
      a.meeting_title,
      a.host_name,
      a.start_time,
      a.connection_name
    from
      attendance as a
      left join people as o on o.conference_id = a.conference_id
        and o.kind = 'outside'
      left join people as u on u.conference_id = a.conference_id
        and u.kind = 'unknown'
    ${local.no_meeting}
  EOQ
}

control "no_phone_join" {
  title         = local.texts.no_phone_join_title
  description   = local.texts.no_phone_join_about
  documentation = file("./docs/controls/${local.docs}no_phone_join.md")
  severity      = "medium"
  tags = merge(local.attendance_tags, {
    iso_27001_2022 = "A.8.5"
    mlps_gbt_22239 = "8.1.4.1"
    soc_2          = "CC6.1"
  })
  sql = <<-EOQ
    ${local.attendance_of_meetings}
    select
      a.conference_id as resource,
      case
        when a.entries = 0 then 'skip'
        when a.phone_known = 0 then 'skip'
        when p.people is null then 'ok'
        else ${var.allowed_phone_join ? "'info'" : "'alarm'"}
      end as status,
      a.name || case
        when a.entries = 0 then ${local.say.no_list}
        when a.phone_known = 0 then ${local.say.no_phone_join_unknown}
        when p.people is null then ${local.say.no_phone_join_ok}
        else ${local.say.no_phone_join_who}
      end as reason,
      a.meeting_title,
      a.host_name,
      a.start_time,
      a.connection_name
    from
      attendance as a
      left join people as p on p.conference_id = a.conference_id
        and p.kind = 'phone'
    ${local.no_meeting}
  EOQ
}

control "nobody_removed" {
  title         = local.texts.nobody_removed_title
  description   = local.texts.nobody_removed_about
  documentation = file("./docs/controls/${local.docs}nobody_removed.md")
  severity      = "high"
  tags = merge(local.attendance_tags, {
    iso_27001_2022 = "A.8.15"
    mlps_gbt_22239 = "8.1.4.3"
    soc_2          = "CC7.2"
  })
  sql = <<-EOQ
    ${local.attendance_of_meetings}
    select
      a.conference_id as resource,
      case
        when a.entries = 0 then 'skip'
        when p.people > 0 then 'alarm'
        when a.status_known < a.entries then 'skip'
        else 'ok'
      end as status,
      a.name || case
        when a.entries = 0 then ${local.say.no_list}
        when p.people > 0 then ${local.say.nobody_removed_who}
        when a.status_known < a.entries then ${local.say.nobody_removed_unknown}
        else ${local.say.nobody_removed_ok}
      end as reason,
      a.meeting_title,
      a.host_name,
      a.start_time,
      a.connection_name
    from
      attendance as a
      left join people as p on p.conference_id = a.conference_id
        and p.kind = 'removed'
    ${local.no_meeting}
  EOQ
}

control "invited_came" {
  title         = local.texts.invited_came_title
  description   = local.texts.invited_came_about
  documentation = file("./docs/controls/${local.docs}invited_came.md")
  severity      = "low"
  tags          = local.attendance_tags
  sql           = <<-EOQ
    ${local.attendance_of_meetings}
    select
      a.conference_id as resource,
      case
        when a.entries = 0 then 'skip'
        when p.people is null then 'ok'
        when a.status_name = 'in_progress' then 'info'
        when p.people >= ${var.alarm_absent_share} * i.people then 'alarm'
        else 'info'
      end as status,
      a.name || case
        when a.entries = 0 then ${local.say.no_list}
        when p.people is null then ${local.say.invited_came_ok}
        when a.status_name = 'in_progress' then ${local.say.invited_came_not_yet}
        else ${local.say.invited_came_absent}
      end as reason,
      a.meeting_title,
      a.host_name,
      a.start_time,
      a.connection_name
    from
      attendance as a
      left join people as i on i.conference_id = a.conference_id
        and i.kind = 'invited'
      left join people as p on p.conference_id = a.conference_id
        and p.kind = 'absent'
    ${local.no_meeting}
  EOQ
}

control "host_present" {
  title         = local.texts.host_present_title
  description   = local.texts.host_present_about
  documentation = file("./docs/controls/${local.docs}host_present.md")
  severity      = "medium"
  tags          = local.attendance_tags
  sql           = <<-EOQ
    ${local.attendance_of_meetings}
    select
      conference_id as resource,
      case
        when entries = 0 then 'skip'
        when host_known = 0 then 'skip'
        when host_there is not null then 'ok'
        else 'alarm'
      end as status,
      name || case
        when entries = 0 then ${local.say.no_list}
        when host_known = 0 then ${local.say.host_present_unknown}
        when host_there is not null then ${local.say.host_present_ok}
        else ${local.say.host_present_alarm}
      end as reason,
      meeting_title,
      host_name,
      start_time,
      connection_name
    from
      attendance
    ${local.no_meeting}
  EOQ
}
