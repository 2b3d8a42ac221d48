dashboard "rooms" {
  title         = "DingTalk Rooms"
  documentation = "How the rooms of the last days were used, on behalf of the user in acting_union_id: which stood empty though they were booked, which were too large for who came or lack video, and who books and does not come. It costs two API calls for each 100 rooms, one for each five of them, one for the calendar of each organizer, one for each meeting number and one for each 100 people of a meeting."
  tags = merge(local.dingtalk_compliance_common_tags, {
    type = "Dashboard"
  })

  container {
    card {
      sql   = <<-EOQ
        ${local.look}
        select
          'Rooms' as label,
          count(*) as value
        from
          room
      EOQ
      width = 3
    }

    card {
      sql   = <<-EOQ
        ${local.look}
        select
          'Bookings in ${var.days} days' as label,
          count(*) as value
        from
          booking
      EOQ
      width = 3
    }

    card {
      sql   = <<-EOQ
        ${local.look}
        select
          'Hours booked' as label,
          cast(floor(coalesce(sum(date_part('epoch', end_time) - date_part('epoch', start_time)), 0) / 3600) as bigint) as value
        from
          booking
      EOQ
      width = 3
    }

    card {
      sql   = <<-EOQ
        ${local.room_use}
        select
          'Stood empty though booked' as label,
          count(case when empty then 1 end) as value,
          case
            when count(case when empty then 1 end) > 0 then 'alert'
            else 'ok'
          end as type
        from
          room_use
      EOQ
      width = 3
    }
  }

  container {
    chart {
      title = "Hours booked by room"
      type  = "column"
      width = 6
      sql   = <<-EOQ
        ${local.look},
        hours as (
          select
            room_id,
            cast(ceil(sum(date_part('epoch', end_time) - date_part('epoch', start_time)) / 3600) as bigint) as booked
          from
            booking
          group by
            room_id
        )
        select
          r.name,
          coalesce(h.booked, 0) as hours
        from
          room as r
          left join hours as h on h.room_id = r.room_id
        order by
          hours desc,
          r.name
      EOQ
    }

    chart {
      title = "Bookings by the hour of the day (UTC)"
      type  = "column"
      width = 6
      sql   = <<-EOQ
        ${local.look}
        select
          to_char(timezone('UTC', start_time), 'HH24') as hour,
          count(*) as bookings
        from
          booking
        group by
          to_char(timezone('UTC', start_time), 'HH24')
        order by
          hour
      EOQ
    }
  }

  table {
    title = "Bookings to look at"
    width = 12
    sql   = <<-EOQ
      ${local.room_use}
      select
        room as "Room",
        to_char(timezone('UTC', start_time), 'YYYY-MM-DD HH24:MI') as "Start (UTC)",
        title as "Event",
        organizer_name as "Organizer",
        capacity as "Seats",
        people as "Joined",
        case
          when gone then 'The event is not in the calendar any more'
          when empty then 'Nobody joined'
          when without_video then 'The room has no video'
          else 'Three seats or more for each who joined'
        end as "Why"
      from
        room_use
      where
        gone
        or empty
        or without_video
        or large
      order by
        start_time desc,
        room
    EOQ
  }

  table {
    title = "Who books, and how often they joined"
    width = 12
    sql   = <<-EOQ
      ${local.room_use}
      select
        coalesce(max(organizer_name), organizer_id) as "Organizer",
        count(*) as "Bookings with video",
        count(case when attended then 1 end) as "Joined",
        count(case when empty then 1 end) as "Nobody joined"
      from
        room_use
      where
        room_code is not null
        and not ahead
      group by
        organizer_id
      order by
        count(case when attended then 1 end) * 1.0 / count(*),
        count(*) desc,
        1
    EOQ
  }
}

locals {
  room_use = <<-EOQ
    ${local.look},
    who as (
      select
        u.room_id,
        u.start_time,
        u.organizer_id,
        count(distinct case when x.join_time is not null then coalesce(x.union_id, x.nick) end) as people,
        count(case when x.union_id = u.organizer_id and x.join_time is not null then 1 end) > 0 as attended
      from
        use_meeting as u
        left join use_member as x on x.conference_id = u.conference_id
      group by
        u.room_id,
        u.start_time,
        u.organizer_id
    ),
    room_use as (
      select
        u.room,
        u.capacity,
        u.organizer_id,
        u.organizer_name,
        u.start_time,
        u.title,
        u.room_code,
        u.ahead,
        w.people,
        coalesce(w.attended, false) as attended,
        u.organizer_id is not null and u.event_id is null as gone,
        u.room_code is not null and not u.ahead and coalesce(w.people, 0) = 0 as empty,
        u.room_code is not null and not coalesce(u.video, true) as without_video,
        coalesce(w.people > 0 and u.capacity >= 3 * w.people, false) as large
      from
        use as u
        left join who as w on w.room_id = u.room_id
          and w.start_time = u.start_time
          and w.organizer_id = u.organizer_id
    )
  EOQ
}
