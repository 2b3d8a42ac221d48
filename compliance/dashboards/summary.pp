locals {
  # The results of all controls.
  all_results = <<-EOQ
    ${local.look},
    result as materialized (
      ${join("\nunion all\n", [for j in local.judgements : j.sql])}
    )
  EOQ

  # How many alarms there are of each severity.
  severity_cards = { for severity, label in {
    critical = local.say.dash_critical
    high     = local.say.dash_high
    medium   = local.say.dash_medium
    low      = local.say.dash_low
  } : severity => <<-EOQ
    ${local.look},
    result as materialized (
      ${join("\nunion all\n", [for j in local.judgements : j.sql if j.severity == severity])}
    )
    select
      ${label} as label,
      count(case when status = 'alarm' then 1 end) as value,
      case
        when count(case when status = 'alarm' then 1 end) > 0 then 'alert'
        when count(case when status <> 'skip' then 1 end) = 0 then 'info'
        else 'ok'
      end as type
    from
      result
  EOQ
  }
}

dashboard "summary" {
  title         = local.texts.dash_summary_title
  documentation = local.texts.dash_summary_about
  tags = merge(local.dingtalk_compliance_common_tags, {
    type = "Dashboard"
  })

  container {
    card {
      sql   = <<-EOQ
        ${local.look},
        head as (
          ${control.report_head.sql}
        )
        select
          case
            when max(case when resource = 'demo' then value end) = 'true' then ${local.say.dash_demo}
            else ${local.say.dash_organization}
          end as label,
          coalesce(string_agg(case when resource = 'organization' then nullif(value, '') end, ', ' order by value), ${local.say.dash_not_named}) as value,
          case
            when max(case when resource = 'demo' then value end) = 'true' then 'alert'
          end as type
        from
          head
      EOQ
      width = 4
    }

    card {
      sql   = local.period_card
      width = 4
    }

    card {
      sql   = <<-EOQ
        ${local.look}
        select
          ${local.say.dash_collected} as label,
          ${replace(local.minute_of, "{time}", "now")} as value
        from
          clock
      EOQ
      width = 4
    }
  }

  container {
    title = local.texts.dash_alarms_by_severity

    card {
      sql   = local.severity_cards.critical
      width = 3
    }

    card {
      sql   = local.severity_cards.high
      width = 3
    }

    card {
      sql   = local.severity_cards.medium
      width = 3
    }

    card {
      sql   = local.severity_cards.low
      width = 3
    }
  }

  text {
    value = "${local.texts.dash_more}${join(" · ", [for b in local.judges : "[${b.title}](/dingtalk_compliance.benchmark.${b.benchmark})"])}"
    width = 12
  }

  container {
    chart {
      title    = local.texts.dash_alarms_by_day
      type     = "column"
      grouping = "stack"
      width    = 5
      sql      = <<-EOQ
        ${local.all_results},
        stretch as (
          select
            date_part('epoch', ${replace(local.day_begins, "{day}", "p.first")}) as first,
            cast((date_part('epoch', ${replace(local.day_begins, "{day}", "p.last")}) - date_part('epoch', ${replace(local.day_begins, "{day}", "p.first")})) / 86400 as integer) + 1 as days
          from
            ${local.period} as p
        ),
        day as materialized (
          with recursive numbered (n) as (
            select 0
            union all
            select n + 1 from numbered where n + 1 < (select days from stretch)
          )
          select
            n.n / (1 + (s.days - 1) / 31) as place,
            to_char(timezone('UTC', to_timestamp(s.first + 86400 * n.n)), 'YYYY-MM-DD') as day
          from
            numbered as n
            cross join stretch as s
        ),
        alarm as (
          select
            coalesce(d.place, 1000) as place,
            r.severity
          from
            result as r
            left join day as d on d.day = substr(r.start_time, 1, 10)
          where
            r.status = 'alarm'
        ),
        span as (
          select
            place,
            case
              when min(day) = max(day) then min(day)
              else min(day) || ' – ' || max(day)
            end as days
          from
            day
          group by
            place
          union all
          select 1000, ${local.say.dash_undated}
        )
        select
          s.days as day,
          count(case when a.severity = 'critical' then 1 end) as critical,
          count(case when a.severity = 'high' then 1 end) as high,
          count(case when a.severity = 'medium' then 1 end) as medium,
          count(case when a.severity = 'low' then 1 end) as low
        from
          span as s
          left join alarm as a on a.place = s.place
        group by
          s.place,
          s.days
        order by
          s.place
      EOQ

      # Each is lighter than the one below it, so that they differ without colour.
      series "critical" {
        title = local.texts.dash_critical
        color = "#991b1b"
      }

      series "high" {
        title = local.texts.dash_high
        color = "#ef4444"
      }

      series "medium" {
        title = local.texts.dash_medium
        color = "#f59e0b"
      }

      series "low" {
        title = local.texts.dash_low
        color = "#fde68a"
      }
    }

    table {
      title = local.texts.dash_by_benchmark
      width = 7
      sql   = <<-EOQ
        ${local.all_results}
        select
          benchmark_title as "${local.texts.dash_benchmark}",
          count(case when status = 'alarm' and severity = 'critical' then 1 end) as "${local.texts.dash_critical}",
          count(case when status = 'alarm' and severity = 'high' then 1 end) as "${local.texts.dash_high}",
          count(case when status = 'alarm' and severity = 'medium' then 1 end) as "${local.texts.dash_medium}",
          count(case when status = 'alarm' and severity = 'low' then 1 end) as "${local.texts.dash_low}",
          count(case when status = 'ok' then 1 end) as "${local.texts.dash_ok}",
          count(case when status = 'info' then 1 end) as "${local.texts.dash_info}",
          count(case when status = 'skip' then 1 end) as "${local.texts.dash_skip}"
        from
          result
        group by
          benchmark,
          benchmark_title
        order by
          case benchmark
            ${join("\n", [for i, b in local.judges : "when '${b.benchmark}' then ${i}"])}
          end
      EOQ
    }
  }

  table {
    title = local.texts.dash_controls_with_alarms
    width = 12
    sql   = <<-EOQ
      ${local.all_results},
      alarmed as (
        select
          title,
          severity,
          count(case when status = 'alarm' then 1 end) as alarms,
          count(case when status <> 'skip' then 1 end) as judged,
          benchmark_title
        from
          result
        group by
          control,
          title,
          severity,
          benchmark_title
        having
          count(case when status = 'alarm' then 1 end) > 0
      ),
      ranked as (
        select
          row_number() over (order by case severity when 'critical' then 1 when 'high' then 2 when 'medium' then 3 else 4 end, alarms desc, title) as place,
          count(*) over () as controls,
          title,
          severity,
          alarms,
          judged,
          benchmark_title
        from
          alarmed
      )
      select
        place || '/' || controls as "#",
        title as "${local.texts.dash_control}",
        case severity
          when 'critical' then ${local.say.dash_critical}
          when 'high' then ${local.say.dash_high}
          when 'medium' then ${local.say.dash_medium}
          else ${local.say.dash_low}
        end as "${local.texts.dash_severity}",
        alarms as "${local.texts.dash_alarms}",
        judged as "${local.texts.dash_of_judged}",
        benchmark_title as "${local.texts.dash_benchmark}"
      from
        ranked
      order by
        place
    EOQ
  }
}
