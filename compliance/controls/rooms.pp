locals {
  room_tags = merge(local.dingtalk_compliance_common_tags, {
    type = "Benchmark"
  })
}

benchmark "room_use" {
  title       = local.texts.room_use_title
  description = local.texts.room_use_about
  tags        = local.room_tags

  children = [
    control.booked_room_used,
    control.outsiders_hosted
  ]
}

control "booked_room_used" {
  title         = local.texts.booked_room_used_title
  description   = local.texts.booked_room_used_about
  documentation = file("./docs/controls/${local.docs}booked_room_used.md")
  severity      = "low"
  tags          = local.room_tags
  sql           = <<-EOQ
    ${local.look},
    held as (
      select
        u.room_id,
        u.start_time,
        u.organizer_id,
        case when count(x.conference_id) > 0 and count(x.join_time) = 0 then 1 else 0 end as unattended
      from
        use_meeting as u
        left join use_member as x on x.conference_id = u.conference_id
      group by
        u.room_id,
        u.start_time,
        u.organizer_id
    ),
    answer as (
      select
        u.resource,
        u.room,
        u.booked,
        u.organizer_id,
        u.event_id,
        u.room_code,
        u.ahead,
        u.meeting_title,
        u.host_name,
        u.connection_name,
        coalesce(nullif(u.title, ''), ${local.say.an_event}) as title,
        h.unattended
      from
        use as u
        left join held as h on h.room_id = u.room_id
          and h.start_time = u.start_time
          and h.organizer_id = u.organizer_id
    )
    select
      resource,
      case
        when organizer_id is null then 'skip'
        when event_id is null then 'info'
        when room_code is null then 'skip'
        when unattended = 0 then 'ok'
        when ahead then 'skip'
        else 'alarm'
      end as status,
      ${local.say.room_at} || case
        when organizer_id is null then ${local.say.booked_room_used_by_nobody}
        when event_id is null then ${local.say.booked_room_used_gone}
        when room_code is null then ${local.say.booked_room_used_no_video}
        when unattended = 0 then ${local.say.booked_room_used_ok}
        when ahead then ${local.say.booked_room_used_ahead}
        else ${local.say.booked_room_used_alarm}
      end as reason,
      meeting_title,
      host_name,
      booked as start_time,
      connection_name
    from
      answer
    ${local.no_booking}
  EOQ
}

control "outsiders_hosted" {
  title         = local.texts.outsiders_hosted_title
  description   = local.texts.outsiders_hosted_about
  documentation = file("./docs/controls/${local.docs}outsiders_hosted.md")
  severity      = "medium"
  tags = merge(local.room_tags, {
    soc_2 = "CC6.6"
  })
  sql = <<-EOQ
    ${local.look},
    who as (
      select
        u.room_id,
        u.start_time,
        u.organizer_id,
        count(distinct case when x.outer_org_member and x.join_time is not null then x.person end) as outsiders,
        count(case when x.host and x.join_time is not null then 1 end) as hosts,
        count(x.join_time) as joined
      from
        use_meeting as u
        join use_member as x on x.conference_id = u.conference_id
      group by
        u.room_id,
        u.start_time,
        u.organizer_id
    ),
    answer as (
      select
        u.resource,
        u.room,
        u.booked,
        u.open_to,
        u.meeting_title,
        u.host_name,
        u.connection_name,
        coalesce(nullif(u.title, ''), ${local.say.an_event}) as title,
        w.outsiders,
        w.hosts,
        w.joined
      from
        use as u
        left join who as w on w.room_id = u.room_id
          and w.start_time = u.start_time
          and w.organizer_id = u.organizer_id
    )
    select
      resource,
      case
        when open_to is null or open_to <> 'everybody' or joined is null or joined = 0 then 'skip'
        when outsiders = 0 or hosts > 0 then 'ok'
        else 'alarm'
      end as status,
      ${local.say.room_at} || case
        when open_to is null then ${local.say.outsiders_hosted_open_unknown}
        when open_to <> 'everybody' then ${local.say.outsiders_hosted_not_open}
        when joined is null or joined = 0 then ${local.say.outsiders_hosted_unknown}
        when outsiders = 0 then ${local.say.outsiders_hosted_nobody}
        when hosts > 0 then ${local.say.outsiders_hosted_ok}
        else ${local.say.outsiders_hosted_alarm}
      end as reason,
      meeting_title,
      host_name,
      booked as start_time,
      connection_name
    from
      answer
    ${local.no_booking}
  EOQ
}
