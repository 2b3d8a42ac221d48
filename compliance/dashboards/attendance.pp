dashboard "attendance" {
  title         = local.texts.dash_attendance_title
  documentation = local.texts.dash_attendance_about
  tags = merge(local.dingtalk_compliance_common_tags, {
    type = "Dashboard"
  })

  input "conference_id" {
    title = local.texts.dash_meeting
    type  = "select"
    width = 6
    sql   = <<-EOQ
      ${local.look}
      select
        name as label,
        conference_id as value,
        json_build_object('id', conference_id) as tags
      from
        meeting
      order by
        start_time desc,
        name
    EOQ
  }

  container {
    card {
      query = query.attendance_joined
      width = 3
      args = {
        conference_id = self.input.conference_id.value
      }
    }

    card {
      query = query.attendance_outside
      width = 3
      args = {
        conference_id = self.input.conference_id.value
      }
    }

    card {
      query = query.attendance_absent
      width = 3
      args = {
        conference_id = self.input.conference_id.value
      }
    }

    card {
      query = query.attendance_host
      width = 3
      args = {
        conference_id = self.input.conference_id.value
      }
    }
  }

  chart {
    title    = replace(local.texts.dash_timeline_chart, "{bars}", local.bars)
    type     = "bar"
    grouping = "stack"
    width    = 12
    query    = query.attendance_timeline
    args = {
      conference_id = self.input.conference_id.value
    }

    legend {
      display = "none"
    }

    series "away" {
      title = local.texts.dash_away
      color = "transparent"
    }

    series "there" {
      title = local.texts.dash_there
      color = "#3296FA"
    }
  }

  table {
    title = local.texts.dash_everybody
    width = 12
    query = query.attendance_list
    args = {
      conference_id = self.input.conference_id.value
    }
  }
}

locals {
  # The same columns as the table member of local.look, so that what one has
  # asked the other finds in the query cache.
  attendance = <<-EOQ
    ${local.look},
    attendee_row as materialized (
      select
        ${replace(replace(local.person, "{nick}", "user_nick"), "{id}", "union_id")} as nick,
        coalesce(union_id, user_nick, '') as person,
        union_id,
        attend_status_name,
        join_time,
        leave_time,
        duration_seconds,
        host,
        co_host,
        outer_org_member,
        pstn_join
      from
        dingtalk_conference_member
      where
        conference_id = $1
    ),
    list as materialized (
      select
        count(*) as entries,
        count(host) as host_known,
        (select max(status_name) from meeting where conference_id = $1) as status_name
      from
        attendee_row
    )
  EOQ
}

query "attendance_joined" {
  sql = <<-EOQ
    ${local.attendance}
    select
      ${local.say.dash_joined} as label,
      case
        when max(l.entries) = 0 then ${local.say.dash_not_returned}
        else cast(count(distinct a.person) as text)
      end as value,
      case
        when max(l.entries) = 0 then 'info'
      end as type
    from
      list as l
      left join attendee_row as a on a.join_time is not null
  EOQ

  param "conference_id" {
    description = "The ID of the meeting."
  }
}

query "attendance_outside" {
  sql = <<-EOQ
    ${local.attendance}
    select
      ${local.say.dash_from_outside} as label,
      case
        when max(l.entries) = 0 then ${local.say.dash_not_returned}
        else cast(count(distinct a.person) as text)
      end as value,
      case
        when max(l.entries) = 0 or count(a.person) > 0 then 'info'
        else 'ok'
      end as type
    from
      list as l
      left join attendee_row as a on a.join_time is not null
        and a.outer_org_member
  EOQ

  param "conference_id" {
    description = "The ID of the meeting."
  }
}

query "attendance_absent" {
  sql = <<-EOQ
    ${local.attendance},
    missing as (
      select
        person
      from
        attendee_row
      group by
        person
      having
        count(join_time) = 0
        and count(case when attend_status_name = 'calling' then 1 end) = 0
    )
    select
      case
        when max(l.status_name) = 'in_progress' then ${local.say.dash_not_yet_joined}
        else ${local.say.dash_never_joined}
      end as label,
      case
        when max(l.entries) = 0 then ${local.say.dash_not_returned}
        else cast(count(m.person) as text)
      end as value,
      case
        when max(l.entries) = 0 or count(m.person) > 0 then 'info'
        else 'ok'
      end as type
    from
      list as l
      left join missing as m on 1 = 1
  EOQ

  param "conference_id" {
    description = "The ID of the meeting."
  }
}

query "attendance_host" {
  sql = <<-EOQ
    ${local.attendance}
    select
      ${local.say.dash_host} as label,
      case
        when max(l.host_known) = 0 then ${local.say.dash_not_returned}
        else coalesce(max(a.nick), ${local.say.dash_host_not_joined})
      end as value,
      case
        when max(l.host_known) = 0 then 'info'
        when count(a.nick) > 0 then 'ok'
        when max(l.status_name) = 'in_progress' then 'info'
        else 'alert'
      end as type
    from
      list as l
      left join attendee_row as a on a.host
        and a.join_time is not null
  EOQ

  param "conference_id" {
    description = "The ID of the meeting."
  }
}

query "attendance_timeline" {
  sql = <<-EOQ
    ${local.attendance},
    opening as (
      select
        min(date_part('epoch', join_time)) as second
      from
        attendee_row
    ),
    stay as (
      select
        a.nick,
        a.join_time,
        cast(floor((date_part('epoch', a.join_time) - o.second) / 60) as bigint) as away,
        cast(ceil(a.duration_seconds / 60) as bigint) as there,
        row_number() over (order by a.join_time, a.nick) as place,
        count(*) over () as stays,
        count(*) over () - ${local.bars} as more
      from
        opening as o
        cross join attendee_row as a
      where
        a.join_time is not null
        and a.duration_seconds is not null
    )
    select
      case
        when place > ${local.bars} then ${local.say.dash_more_stays}
        else ${replace(local.short, "{text}", "nick")} || ' ' || ${replace(local.minute_of, "{time}", "join_time")}
      end as person,
      case
        when place <= ${local.bars} then away
      end as away,
      case
        when place <= ${local.bars} then there
      end as there
    from
      stay
    where
      place <= ${local.bars} + 1
    order by
      place desc
  EOQ

  param "conference_id" {
    description = "The ID of the meeting."
  }
}

query "attendance_list" {
  sql = <<-EOQ
    ${local.attendance}
    select
      row_number() over (order by join_time is null, join_time, nick, union_id) || '/' || count(*) over () as "#",
      nick as "${local.texts.dash_name}",
      case
        when outer_org_member then ${local.say.dash_outside}
        else ${local.say.dash_own}
      end as "${local.texts.dash_from}",
      case
        when host then ${local.say.dash_host}
        when co_host then ${local.say.dash_cohost}
        else ''
      end as "${local.texts.dash_role}",
      case
        when pstn_join then ${local.say.dash_phone}
        else ''
      end as "${local.texts.dash_by}",
      case attend_status_name
        when 'initial' then ${local.say.dash_not_joined}
        when 'calling' then ${local.say.dash_calling}
        when 'in_meeting' then ${local.say.dash_in_meeting}
        when 'failed' then ${local.say.dash_failed}
        when 'kicked' then ${local.say.dash_removed}
        when 'left' then ${local.say.dash_left}
        else ${local.say.dash_not_returned}
      end as "${local.texts.dash_status}",
      coalesce(${replace(local.minute_of, "{time}", "join_time")}, '') as "${local.texts.dash_joined_at}",
      coalesce(${replace(local.minute_of, "{time}", "leave_time")}, '') as "${local.texts.dash_left_at}",
      coalesce(cast(cast(floor(duration_seconds / 60) as bigint) as text), '') as "${local.texts.dash_minutes}",
      coalesce(union_id, '') as "${local.texts.dash_union_id}"
    from
      attendee_row
    order by
      join_time is null,
      join_time,
      nick,
      union_id
  EOQ

  param "conference_id" {
    description = "The ID of the meeting."
  }
}
