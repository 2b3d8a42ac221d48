locals {
  room_tags = merge(local.dingtalk_compliance_common_tags, {
    type = "Benchmark"
  })
}

benchmark "room_use" {
  title       = "Use of Rooms"
  description = "Whether the rooms that are booked are used, and by whom. It costs two API calls for each 100 rooms, one for each five of them, one for the calendar of each organizer, one for each meeting number and one for each 100 people of a meeting. Without an acting user it costs nothing, and is skipped."
  tags        = local.room_tags

  children = [
    control.booked_room_used,
    control.outsiders_hosted
  ]
}

control "booked_room_used" {
  title       = "The meeting of a booked room should have taken place"
  description = "A room that is booked for a video meeting that nobody joined stood empty, as far as DingTalk can show: people may have met in it without video. Bookings of events without a video meeting are skipped."
  severity    = "low"
  tags = merge(local.room_tags, {
    mlps_gbt_22239 = "8.1.4.3"
  })
  sql = <<-EOQ
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
    )
    select
      u.room_id || ' ' || u.booked as resource,
      case
        when u.organizer_id is null then 'skip'
        when u.event_id is null then 'info'
        when u.room_code is null then 'skip'
        when h.unattended = 0 then 'ok'
        when u.ahead then 'skip'
        else 'alarm'
      end as status,
      u.room || ' on ' || u.booked || case
        when u.organizer_id is null then ': it is booked, and DingTalk does not return by whom.'
        when u.event_id is null then ': it is booked, and the event is not in the calendar of ' || u.organizer_id || ' any more. If it was cancelled, give the room back.'
        when u.room_code is null then ': it is booked for ' || coalesce(u.title, 'an event') || ', which has no video meeting: DingTalk does not return whether it was used.'
        when h.unattended = 0 then ': it is booked for ' || coalesce(u.title, 'an event') || ', and a meeting was held.'
        when u.ahead then ': it is booked for ' || coalesce(u.title, 'an event') || ', which is not over yet.'
        else ': it is booked for ' || coalesce(u.title, 'an event') || ', and nobody joined the meeting.'
      end as reason
    from
      use as u
      left join held as h on h.room_id = u.room_id
        and h.start_time = u.start_time
        and h.organizer_id = u.organizer_id
    ${local.no_booking}
  EOQ
}

control "outsiders_hosted" {
  title       = "Outsiders should not use a room for everybody without a host"
  description = "A meeting in a room that everybody may book, with people from outside and without its host, had nobody who answered for the guests."
  severity    = "medium"
  tags = merge(local.room_tags, {
    iso_27001_2022 = "A.5.15"
    soc_2          = "CC6.6"
  })
  sql = <<-EOQ
    ${local.look},
    who as (
      select
        u.room_id,
        u.start_time,
        u.organizer_id,
        count(distinct case when x.outer_org_member and x.join_time is not null then coalesce(x.union_id, x.nick) end) as outsiders,
        count(case when x.host and x.join_time is not null then 1 end) as hosts,
        count(x.join_time) as joined
      from
        use_meeting as u
        join use_member as x on x.conference_id = u.conference_id
      group by
        u.room_id,
        u.start_time,
        u.organizer_id
    )
    select
      u.room_id || ' ' || u.booked as resource,
      case
        when u.open_to is null or u.open_to <> 'everybody' or w.joined is null or w.joined = 0 then 'skip'
        when w.outsiders = 0 or w.hosts > 0 then 'ok'
        else 'alarm'
      end as status,
      u.room || ' on ' || u.booked || case
        when u.open_to is null then ': DingTalk does not return who may book it.'
        when u.open_to <> 'everybody' then ': it is not for everybody.'
        when w.joined is null or w.joined = 0 then ': DingTalk does not return who used it.'
        when w.outsiders = 0 then ': nobody from outside joined.'
        when w.hosts > 0 then ': ' || w.outsiders || ' from outside joined, and the host was there.'
        else ': ' || w.outsiders || ' from outside joined ' || coalesce(u.title, 'the meeting') || ', and the host was not there.'
      end as reason
    from
      use as u
      left join who as w on w.room_id = u.room_id
        and w.start_time = u.start_time
        and w.organizer_id = u.organizer_id
    ${local.no_booking}
  EOQ
}
