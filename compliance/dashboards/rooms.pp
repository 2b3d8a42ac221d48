locals {
  # The number {value}, where rooms are read.
  if_read = var.acting_union_id == "" ? "coalesce(max(cast(null as text)), ${local.say.dash_not_read})" : "cast({value} as text)"

  # Each booking with who came, and whether its room stood empty, as the control
  # booked_room_used judges it.
  room_use = <<-EOQ
    ${local.look},
    judged as materialized (
      ${local.results.booked_room_used}
    ),
    who as materialized (
      select
        u.room_id,
        u.start_time,
        u.organizer_id,
        count(x.conference_id) as entries,
        count(distinct case when x.join_time is not null then x.person end) as people,
        count(case when x.union_id = u.organizer_id and x.join_time is not null then 1 end) > 0 as attended
      from
        use_meeting as u
        left join use_member as x on x.conference_id = u.conference_id
      group by
        u.room_id,
        u.start_time,
        u.organizer_id
    ),
    room_use as materialized (
      select
        u.room,
        u.capacity,
        u.organizer_id,
        u.host_name,
        u.start_time,
        u.title,
        u.room_code,
        u.ahead,
        w.entries,
        w.people,
        coalesce(w.attended, false) as attended,
        u.organizer_id is not null and u.event_id is null as gone,
        coalesce(j.status, '') = 'alarm' as empty,
        u.room_code is not null and not coalesce(u.video, true) as without_video,
        coalesce(w.people > 0 and u.capacity >= 3 * w.people, false) as large
      from
        use as u
        left join judged as j on j.resource = u.resource
        left join who as w on w.room_id = u.room_id
          and w.start_time = u.start_time
          and w.organizer_id = u.organizer_id
    )
  EOQ
}

dashboard "rooms" {
  title         = local.texts.dash_rooms_title
  documentation = local.texts.dash_rooms_about
  tags = merge(local.dingtalk_compliance_common_tags, {
    type = "Dashboard"
  })

  container {
    card {
      sql   = local.period_card
      width = 4
    }

    card {
      sql   = <<-EOQ
        ${local.look}
        select
          ${local.say.dash_rooms} as label,
          ${replace(local.if_read, "{value}", "count(*)")} as value
        from
          room
      EOQ
      width = 2
    }

    card {
      sql   = <<-EOQ
        ${local.look}
        select
          ${local.say.dash_bookings} as label,
          ${replace(local.if_read, "{value}", "count(*)")} as value
        from
          booking
      EOQ
      width = 2
    }

    card {
      sql   = <<-EOQ
        ${local.look}
        select
          ${local.say.dash_hours_booked} as label,
          ${replace(local.if_read, "{value}", "round(cast(coalesce(sum(date_part('epoch', end_time) - date_part('epoch', start_time)), 0) / 3600 as numeric), 1)")} as value
        from
          booking
      EOQ
      width = 2
    }

    card {
      sql   = <<-EOQ
        ${local.room_use}
        select
          ${local.say.dash_empty} as label,
          ${replace(local.if_read, "{value}", "count(case when empty then 1 end)")} as value,
          case
            when count(case when empty then 1 end) > 0 then 'alert'
            when count(*) = 0 then 'info'
            else 'ok'
          end as type
        from
          room_use
      EOQ
      width = 2
    }
  }

  container {
    chart {
      title = replace(local.texts.dash_hours_chart, "{bars}", local.bars)
      type  = "bar"
      width = 6
      sql   = <<-EOQ
        ${local.look},
        hours as (
          select
            k.room_id,
            k.name,
            cast(round(cast(coalesce(sum(date_part('epoch', b.end_time) - date_part('epoch', b.start_time)), 0) / 3600 as numeric), 1) as double precision) as hours
          from
            (
              select room_id, name from room
              union
              select room_id, room from booking
            ) as k
            left join booking as b on b.room_id = k.room_id
          group by
            k.room_id,
            k.name
        ),
        ranked as (
          select
            name,
            hours,
            row_number() over (order by hours desc, name, room_id) as place,
            count(*) over () as rooms,
            count(*) over () - ${local.bars} as more
          from
            hours
        )
        select
          case
            when place > ${local.bars} then ${local.say.dash_more_rooms}
            else ${replace(local.short, "{text}", "name")}
          end as room,
          case
            when place <= ${local.bars} then hours
          end as hours
        from
          ranked
        where
          place <= ${local.bars} + 1
        order by
          place desc
      EOQ

      series "hours" {
        title = local.texts.dash_hours
      }
    }

    chart {
      title = local.texts.dash_hour_chart
      type  = "column"
      width = 6
      sql   = <<-EOQ
        ${local.look},
        hour_of_day (hour) as (
          values ${join(", ", [for h in range(24) : "('${format("%02d", h)}')"])}
        )
        select
          h.hour,
          count(b.room_id) as bookings
        from
          hour_of_day as h
          left join booking as b on to_char(timezone('${local.time_zone}', b.start_time), 'HH24') = h.hour
        group by
          h.hour
        order by
          h.hour
      EOQ

      series "bookings" {
        title = local.texts.dash_bookings
      }
    }
  }

  table {
    title = local.texts.dash_bookings_to_look_at
    width = 12
    sql   = <<-EOQ
      ${local.room_use}
      select
        row_number() over (order by start_time desc, room) || '/' || count(*) over () as "#",
        room as "${local.texts.dash_room}",
        ${replace(local.minute_of, "{time}", "start_time")} as "${local.texts.dash_start}",
        coalesce(title, '') as "${local.texts.dash_event}",
        host_name as "${local.texts.dash_organizer}",
        capacity as "${local.texts.dash_seats}",
        case
          when gone then ''
          when room_code is null then ${local.say.dash_no_video_meeting}
          when people is null then ${local.say.dash_no_meeting}
          when entries = 0 then ${local.say.dash_not_returned}
          else cast(people as text)
        end as "${local.texts.dash_joined}",
        case
          when gone then ${local.say.dash_why_gone}
          when empty then ${local.say.dash_why_empty}
          when without_video then ${local.say.dash_why_without_video}
          else ${local.say.dash_why_large}
        end as "${local.texts.dash_why}"
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
    title = local.texts.dash_who_books
    width = 12
    sql   = <<-EOQ
      ${local.room_use},
      booker as (
        select
          max(host_name) as host_name,
          count(*) as bookings,
          count(case when attended then 1 end) as joined,
          count(case when empty then 1 end) as empty
        from
          room_use
        where
          room_code is not null
          and not ahead
        group by
          organizer_id
      ),
      ranked as (
        select
          row_number() over (order by joined * 1.0 / bookings, bookings desc, host_name) as place,
          count(*) over () as bookers,
          host_name,
          bookings,
          joined,
          empty
        from
          booker
      )
      select
        place || '/' || bookers as "#",
        host_name as "${local.texts.dash_organizer}",
        bookings as "${local.texts.dash_bookings_over}",
        joined as "${local.texts.dash_of_them_joined}",
        empty as "${local.texts.dash_of_them_empty}"
      from
        ranked
      order by
        place
    EOQ
  }
}
