locals {
  # What was called, by API, and the day of each organization with its bound. Connections
  # of one app have the same rows, and those of one organization the same day.
  calls = <<-EOQ
    ${local.look},
    api_row as materialized (
      select distinct
        api,
        counted,
        calls,
        calls_last_hour,
        calls_last_day,
        repeated,
        throttled,
        refused,
        last_error_code,
        mean_milliseconds,
        worst_milliseconds,
        last_call_time
      from
        dingtalk_api_call
    ),
    organization as materialized (
      select
        coalesce(corp_id, title) as name,
        max(calls_last_day) as used,
        min(calls_per_day) as allowed
      from
        dingtalk_connection
      group by
        coalesce(corp_id, title)
    )
  EOQ
}

dashboard "calls" {
  title         = local.texts.dash_calls_title
  documentation = local.texts.dash_calls_about
  tags = merge(local.dingtalk_compliance_common_tags, {
    type = "Dashboard"
  })

  container {
    card {
      sql   = <<-EOQ
        ${local.calls},
        ranked as (
          select
            name,
            used,
            allowed,
            count(*) over () as organizations,
            row_number() over (order by used * 1.0 / allowed desc nulls last, used desc, name) as place
          from
            organization
        )
        select
          case
            when organizations > 1 then ${local.say.dash_day_of}
            else ${local.say.dash_day}
          end as label,
          case
            when allowed is null then ${local.say.dash_used_no_bound}
            else ${local.say.dash_used_of_allowed}
          end as value,
          case
            when allowed is null then 'info'
            when used >= allowed then 'alert'
            else 'ok'
          end as type
        from
          ranked
        where
          place = 1
      EOQ
      width = 4
    }

    card {
      sql   = <<-EOQ
        ${local.calls}
        select
          ${local.say.dash_sent_hour} as label,
          cast(coalesce(sum(calls_last_hour), 0) as bigint) as value
        from
          api_row
        where
          counted
      EOQ
      width = 2
    }

    card {
      sql   = <<-EOQ
        ${local.calls}
        select
          ${local.say.dash_sent_day} as label,
          cast(coalesce(sum(calls_last_day), 0) as bigint) as value
        from
          api_row
        where
          counted
      EOQ
      width = 2
    }

    card {
      sql   = <<-EOQ
        ${local.calls}
        select
          ${local.say.dash_throttled} as label,
          cast(coalesce(sum(throttled), 0) as bigint) as value,
          case
            when sum(throttled) > 0 then 'alert'
            else 'ok'
          end as type
        from
          api_row
      EOQ
      width = 2
    }

    card {
      sql   = <<-EOQ
        ${local.calls}
        select
          ${local.say.dash_refused} as label,
          cast(coalesce(sum(refused), 0) as bigint) as value
        from
          api_row
      EOQ
      width = 2
    }
  }

  table {
    title = local.texts.dash_by_organization
    width = 12
    sql   = <<-EOQ
      ${local.calls}
      select
        name as "${local.texts.dash_organization}",
        used as "${local.texts.dash_day}",
        coalesce(cast(allowed as text), ${local.say.dash_no_bound}) as "calls_per_day",
        case
          when allowed is null then '–'
          when used > allowed then '0'
          else cast(allowed - used as text)
        end as "${local.texts.dash_left_of_day}"
      from
        organization
      order by
        used * 1.0 / allowed desc nulls last,
        used desc,
        name
    EOQ
  }

  table {
    title = local.texts.dash_by_api
    width = 12
    sql   = <<-EOQ
      ${local.calls}
      select
        api as "${local.texts.dash_api}",
        case
          when counted then '✓'
          else '–'
        end as "${local.texts.dash_counts}",
        calls_last_hour as "${local.texts.dash_last_hour}",
        calls_last_day as "${local.texts.dash_last_day}",
        calls as "${local.texts.dash_since_start}",
        cast(round(cast(mean_milliseconds as numeric)) as bigint) as "${local.texts.dash_mean}",
        cast(round(cast(worst_milliseconds as numeric)) as bigint) as "${local.texts.dash_worst}"
      from
        api_row
      order by
        counted desc,
        calls_last_day desc,
        api,
        last_call_time
    EOQ
  }

  table {
    title = local.texts.dash_by_error
    width = 12
    sql   = <<-EOQ
      ${local.calls}
      select
        api as "${local.texts.dash_api}",
        repeated as "${local.texts.dash_repeated}",
        throttled as "${local.texts.dash_throttled}",
        refused as "${local.texts.dash_refused}",
        coalesce(last_error_code, '') as "${local.texts.dash_last_error}"
      from
        api_row
      where
        repeated > 0
        or throttled > 0
        or refused > 0
      order by
        throttled desc,
        refused desc,
        repeated desc,
        api,
        last_call_time
    EOQ
  }
}
