locals {
  # The controls of meeting_security: the columns of the matrix.
  security_signs = [
    { control = "waiting_room", heading = local.texts.dash_waiting_room },
    { control = "room_restricted", heading = local.texts.dash_room_restricted },
    { control = "no_anonymous_join", heading = local.texts.dash_signed_in },
    { control = "no_join_before_host", heading = local.texts.dash_after_host },
    { control = "screen_share_restricted", heading = local.texts.dash_sharing },
    { control = "rename_restricted", heading = local.texts.dash_names_locked },
    { control = "host_and_cohost", heading = local.texts.dash_hosts },
    { control = "muted_on_join", heading = local.texts.dash_muted },
    { control = "chat_restricted", heading = local.texts.dash_chat }
  ]

  # How many schedules are an alarm in the results of a control, {results}.
  security_card = <<-EOQ
    ${local.look},
    result as (
      {results}
    )
    select
      {label} as label,
      count(case when status = 'alarm' then 1 end) as value,
      case
        when count(case when status = 'alarm' then 1 end) > 0 then 'alert'
        when count(case when status <> 'skip' then 1 end) = 0 then 'info'
        else 'ok'
      end as type
    from
      result
    where
      resource <> 'none'
  EOQ
}

dashboard "security" {
  title         = local.texts.dash_security_title
  documentation = local.texts.dash_security_about
  tags = merge(local.dingtalk_compliance_common_tags, {
    type = "Dashboard"
  })

  container {
    card {
      sql   = <<-EOQ
        ${local.look}
        select
          ${local.say.dash_schedules} as label,
          count(*) as value
        from
          setting
      EOQ
      width = 3
    }

    card {
      sql   = replace(replace(local.security_card, "{label}", local.say.dash_without_sign_in), "{results}", local.results.no_anonymous_join)
      width = 3
    }

    card {
      sql   = replace(replace(local.security_card, "{label}", local.say.dash_without_waiting_room), "{results}", local.results.waiting_room)
      width = 3
    }

    card {
      sql   = replace(replace(local.security_card, "{label}", local.say.dash_open_to_all), "{results}", local.results.room_restricted)
      width = 3
    }
  }

  text {
    value = local.texts.dash_signs
    width = 12
  }

  table {
    title = local.texts.dash_settings
    width = 12
    sql   = <<-EOQ
      ${local.look},
      result as materialized (
        ${join(" union all ", [for sign in local.security_signs : local.results[sign.control]])}
      ),
      untitled as materialized (
        select
          k.id,
          c.conference_id,
          c.room_code,
          c.start_time,
          c.status_name,
          c.title
        from
          (select distinct id from setting where meeting_title = '') as k
          join dingtalk_schedule_conference as c on c.schedule_conference_id = k.id
      ),
      titled as (
        select
          id,
          max(title) as title
        from
          untitled
        group by
          id
      ),
      sign as materialized (
        select
          resource,
          control,
          case status
            when 'ok' then '✓'
            when 'alarm' then '✗'
            when 'info' then 'i'
            else '?'
          end as sign,
          case
            when status = 'alarm' then 1
            else 0
          end as alarm
        from
          result
      )
      select
        case
          when s.known then s.named
          when s.cancelled then ${local.say.dash_title_cancelled}
          else ${local.say.dash_title_unknown}
        end as "${local.texts.dash_title}",
        ${join(", ", [for sign in local.security_signs : "coalesce(max(case when x.control = '${sign.control}' then x.sign end), '–') as \"${sign.heading}\""])},
        s.id as "${local.texts.dash_schedule_id}"
      from
        (
          select
            s.id,
            s.known,
            s.cancelled,
            coalesce(nullif(s.meeting_title, ''), nullif(t.title, ''), ${local.say.dash_untitled}) as named
          from
            setting as s
            left join titled as t on t.id = s.id
        ) as s
        left join sign as x on x.resource = s.id
      group by
        s.id,
        s.known,
        s.cancelled,
        s.named
      order by
        coalesce(sum(x.alarm), 0) desc,
        s.known desc,
        s.named,
        s.id
    EOQ
  }
}
