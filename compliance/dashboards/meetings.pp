dashboard "meetings" {
  title         = local.texts.dash_meetings_title
  documentation = local.texts.dash_meetings_about
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
          ${local.say.dash_meetings} as label,
          count(*) as value
        from
          meeting
      EOQ
      width = 2
    }

    card {
      sql   = <<-EOQ
        ${local.look}
        select
          ${local.say.dash_of_them_in_progress} as label,
          count(*) as value
        from
          meeting
        where
          status_name = 'in_progress'
      EOQ
      width = 2
    }

    card {
      sql   = <<-EOQ
        ${local.look}
        select
          ${local.say.dash_of_them_with_outsiders} as label,
          count(distinct conference_id) as value
        from
          member
        where
          outer_org_member
          and join_time is not null
      EOQ
      width = 2
    }

    card {
      sql   = <<-EOQ
        ${local.look}
        select
          ${local.say.dash_of_them_without_list} as label,
          count(*) as value
        from
          member
        where
          listed is null
      EOQ
      width = 2
    }
  }

  container {
    chart {
      title = replace(local.texts.dash_minutes_chart, "{bars}", local.bars)
      type  = "bar"
      width = 8
      sql   = <<-EOQ
        ${local.look},
        latest as (
          select
            ${replace(local.minute_of, "{time}", "start_time")} || ' ' || ${replace(local.short, "{text}", "coalesce(nullif(title, ''), conference_id)")} as label,
            cast(floor(duration_seconds / 60) as bigint) as minutes,
            row_number() over (order by start_time desc, name) as place,
            count(*) over () as meetings,
            count(*) over () - ${local.bars} as more
          from
            meeting
          where
            duration_seconds is not null
        )
        select
          case
            when place > ${local.bars} then ${local.say.dash_earlier_meetings}
            else label
          end as meeting,
          case
            when place <= ${local.bars} then minutes
          end as minutes
        from
          latest
        where
          place <= ${local.bars} + 1
        order by
          place desc
      EOQ

      series "minutes" {
        title = local.texts.dash_minutes
      }
    }

    chart {
      title = local.texts.dash_status_chart
      type  = "donut"
      width = 4
      sql   = <<-EOQ
        ${local.look}
        select
          m.status || ': ' || count(*) as status,
          count(*) as meetings
        from
          (select ${replace(local.status_word, "{status}", "status_name")} as status from meeting) as m
        group by
          m.status
        order by
          meetings desc,
          m.status
      EOQ
    }
  }

  table {
    title = local.texts.dash_all_meetings
    width = 12
    sql   = <<-EOQ
      ${local.look}
      select
        m.title as "${local.texts.dash_title}",
        ${replace(local.minute_of, "{time}", "m.start_time")} as "${local.texts.dash_start}",
        case
          when m.duration_seconds is not null then cast(cast(floor(m.duration_seconds / 60) as bigint) as text)
          when m.status_name = 'in_progress' then ''
          else ${local.say.dash_not_returned}
        end as "${local.texts.dash_minutes}",
        ${replace(local.status_word, "{status}", "m.status_name")} as "${local.texts.dash_status}",
        m.host_name as "${local.texts.dash_organizer}",
        case
          when count(x.listed) = 0 then ${local.say.dash_not_returned}
          else cast(count(distinct case when x.join_time is not null then x.person end) as text)
        end as "${local.texts.dash_joined}",
        case
          when count(x.listed) = 0 then ${local.say.dash_not_returned}
          else cast(count(distinct case when x.outer_org_member and x.join_time is not null then x.person end) as text)
        end as "${local.texts.dash_from_outside}",
        m.conference_id as "${local.texts.dash_conference_id}"
      from
        meeting as m
        left join member as x on x.conference_id = m.conference_id
      group by
        m.conference_id,
        m.title,
        m.start_time,
        m.duration_seconds,
        m.status_name,
        m.host_name
      order by
        m.start_time desc,
        m.title
    EOQ
  }
}
