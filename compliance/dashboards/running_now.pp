dashboard "running_now" {
  title         = local.texts.dash_running_title
  documentation = local.texts.dash_running_about
  tags = merge(local.dingtalk_compliance_common_tags, {
    type = "Dashboard"
  })

  container {
    card {
      sql   = <<-EOQ
        ${local.look}
        select
          ${local.say.dash_in_organization_now} as label,
          count(*) as value
        from
          running
      EOQ
      width = 4
    }

    card {
      sql   = <<-EOQ
        ${local.look},
        result as (
          ${local.results.not_overrun}
        )
        select
          ${local.say.dash_over_hours} as label,
          count(case when status = 'alarm' then 1 end) as value,
          case
            when count(case when status = 'alarm' then 1 end) > 0 then 'alert'
            else 'ok'
          end as type
        from
          result
      EOQ
      width = 4
    }

    card {
      sql   = <<-EOQ
        ${local.look}
        select
          ${local.say.dash_longest} as label,
          coalesce(cast(max(cast(floor((date_part('epoch', t.now) - date_part('epoch', r.start_time)) / 60) as bigint)) as text), '–') as value
        from
          clock as t
          cross join running as r
      EOQ
      width = 4
    }
  }

  table {
    title = local.texts.dash_running_table
    width = 12
    sql   = <<-EOQ
      ${local.look}
      select
        coalesce(nullif(r.title, ''), ${local.say.dash_untitled}) as "${local.texts.dash_title}",
        cast(floor((date_part('epoch', t.now) - date_part('epoch', r.start_time)) / 60) as bigint) as "${local.texts.dash_minutes}",
        ${replace(replace(local.person, "{nick}", "r.creator_nick"), "{id}", "r.creator_id")} as "${local.texts.dash_created_by}",
        case r.biz_type_name
          when 'instant' then ${local.say.dash_instant}
          when 'scheduled' then ${local.say.dash_scheduled}
          when 'audio' then ${local.say.dash_audio}
          else ${local.say.dash_not_returned}
        end as "${local.texts.dash_kind}",
        r.room_code as "${local.texts.dash_room_code}",
        ${replace(local.minute_of, "{time}", "r.start_time")} as "${local.texts.dash_start}",
        r.conference_id as "${local.texts.dash_conference_id}"
      from
        clock as t
        cross join running as r
      order by
        r.start_time,
        r.title
    EOQ
  }
}
