dashboard "attendance" {
  title         = "DingTalk Attendance of a Meeting"
  documentation = "Who was in a meeting, from where, and for how long. It costs one API call for each 100 people of the meeting, beside those that find the meetings to choose from."
  tags = merge(local.dingtalk_compliance_common_tags, {
    type = "Dashboard"
  })

  input "conference_id" {
    title = "Meeting"
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
    title    = "When people were in the meeting, in minutes after the first of them joined"
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

    series "Away" {
      color = "transparent"
    }

    series "There" {
      color = "#3296FA"
    }
  }

  table {
    title = "Everybody on the list"
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
    with attendee as materialized (
      select
        coalesce(nullif(user_nick, ''), union_id, 'somebody without a name') as nick,
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
    )
  EOQ
}

query "attendance_joined" {
  sql = <<-EOQ
    ${local.attendance}
    select
      'People who joined' as label,
      count(distinct coalesce(union_id, nick)) as value
    from
      attendee
    where
      join_time is not null
  EOQ

  param "conference_id" {
    description = "The ID of the meeting."
  }
}

query "attendance_outside" {
  sql = <<-EOQ
    ${local.attendance}
    select
      'From outside' as label,
      count(distinct coalesce(union_id, nick)) as value,
      case
        when count(*) > 0 then 'info'
        else 'ok'
      end as type
    from
      attendee
    where
      join_time is not null
      and outer_org_member
  EOQ

  param "conference_id" {
    description = "The ID of the meeting."
  }
}

query "attendance_absent" {
  sql = <<-EOQ
    ${local.attendance},
    absent as (
      select
        union_id
      from
        attendee
      where
        union_id is not null
      group by
        union_id
      having
        count(join_time) = 0
    )
    select
      'Invited, and absent' as label,
      count(*) as value,
      case
        when count(*) > 0 then 'alert'
        else 'ok'
      end as type
    from
      absent
  EOQ

  param "conference_id" {
    description = "The ID of the meeting."
  }
}

query "attendance_host" {
  sql = <<-EOQ
    ${local.attendance}
    select
      'Host' as label,
      coalesce(max(nick), 'absent') as value,
      case
        when count(*) > 0 then 'ok'
        else 'alert'
      end as type
    from
      attendee
    where
      host
      and join_time is not null
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
        attendee
    ),
    stay as (
      select
        a.nick,
        a.join_time,
        floor((date_part('epoch', a.join_time) - o.second) / 60) as away,
        ceil(a.duration_seconds / 60) as there
      from
        opening as o
        cross join attendee as a
      where
        a.join_time is not null
        and a.duration_seconds is not null
      order by
        a.join_time,
        a.nick
      limit 30
    )
    select
      nick || ' ' || to_char(timezone('UTC', join_time), 'HH24:MI') as person,
      cast(away as bigint) as "Away",
      cast(there as bigint) as "There"
    from
      stay
    order by
      join_time desc,
      nick desc
  EOQ

  param "conference_id" {
    description = "The ID of the meeting."
  }
}

query "attendance_list" {
  sql = <<-EOQ
    ${local.attendance}
    select
      nick as "Name",
      case
        when outer_org_member then 'outside'
        else 'the organization'
      end as "From",
      case
        when host then 'host'
        when co_host then 'co-host'
        else ''
      end as "Role",
      case
        when pstn_join then 'phone'
        else ''
      end as "By",
      attend_status_name as "Status",
      to_char(timezone('UTC', join_time), 'HH24:MI') as "Joined (UTC)",
      to_char(timezone('UTC', leave_time), 'HH24:MI') as "Left (UTC)",
      cast(floor(duration_seconds / 60) as bigint) as "Minutes",
      union_id as "Union ID"
    from
      attendee
    order by
      join_time is null,
      join_time,
      nick
  EOQ

  param "conference_id" {
    description = "The ID of the meeting."
  }
}
