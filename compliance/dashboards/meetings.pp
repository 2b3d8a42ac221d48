dashboard "meetings" {
  title         = "DingTalk Meetings"
  documentation = "The meetings of the last days: how many were held, how long they took, and who came from outside. It costs one API call for each meeting number and each 100 people of a meeting, beside those that find the meetings."
  tags = merge(local.dingtalk_compliance_common_tags, {
    type = "Dashboard"
  })

  container {
    card {
      sql   = <<-EOQ
        ${local.look}
        select
          'Held in ${var.days} days' as label,
          count(*) as value
        from
          meeting
        where
          status_name = 'ended'
      EOQ
      width = 3
    }

    card {
      sql   = <<-EOQ
        ${local.look}
        select
          'In progress now' as label,
          count(*) as value,
          'info' as type
        from
          running
      EOQ
      width = 3
    }

    card {
      sql   = <<-EOQ
        ${local.look}
        select
          'In progress for over ${var.max_hours} hours' as label,
          count(r.conference_id) as value,
          case
            when count(r.conference_id) > 0 then 'alert'
            else 'ok'
          end as type
        from
          clock as t
          left join running as r on date_part('epoch', t.now) - date_part('epoch', r.start_time) > 3600 * ${var.max_hours}
      EOQ
      width = 3
    }

    card {
      sql   = <<-EOQ
        ${local.look}
        select
          'With people from outside' as label,
          count(distinct conference_id) as value,
          'info' as type
        from
          member
        where
          outer_org_member
          and join_time is not null
      EOQ
      width = 3
    }
  }

  container {
    chart {
      title = "Minutes of the last 30 meetings that ended"
      type  = "column"
      width = 8
      sql   = <<-EOQ
        ${local.look},
        latest as (
          select
            name,
            start_time,
            cast(floor(duration_seconds / 60) as bigint) as minutes
          from
            meeting
          where
            duration_seconds is not null
          order by
            start_time desc,
            name
          limit 30
        )
        select
          name,
          minutes
        from
          latest
        order by
          start_time,
          name
      EOQ
    }

    chart {
      title = "Meetings by status"
      type  = "donut"
      width = 4
      sql   = <<-EOQ
        ${local.look}
        select
          coalesce(status_name, 'not returned') as status,
          count(*) as meetings
        from
          meeting
        group by
          status_name
        order by
          status
      EOQ
    }
  }

  table {
    title = "Meetings"
    width = 12
    sql   = <<-EOQ
      ${local.look}
      select
        m.title as "Title",
        to_char(timezone('UTC', m.start_time), 'YYYY-MM-DD HH24:MI') as "Start (UTC)",
        cast(floor(m.duration_seconds / 60) as bigint) as "Minutes",
        m.status_name as "Status",
        count(distinct case when x.join_time is not null then coalesce(x.union_id, x.nick) end) as "Joined",
        count(distinct case when x.outer_org_member and x.join_time is not null then coalesce(x.union_id, x.nick) end) as "From outside",
        m.conference_id as "Conference ID"
      from
        meeting as m
        left join member as x on x.conference_id = m.conference_id
      group by
        m.conference_id,
        m.title,
        m.start_time,
        m.duration_seconds,
        m.status_name
      order by
        m.start_time desc,
        m.title
    EOQ
  }
}
