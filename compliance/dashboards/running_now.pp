dashboard "running_now" {
  title         = "DingTalk Running Now"
  documentation = "The meetings that are in progress in the organization. Reload the page to ask again: it costs one API call for each page of meetings, and none within the time for which Steampipe caches a result."
  tags = merge(local.dingtalk_compliance_common_tags, {
    type = "Dashboard"
  })

  container {
    card {
      sql   = <<-EOQ
        ${local.look}
        select
          'In progress' as label,
          count(*) as value
        from
          running
      EOQ
      width = 4
    }

    card {
      sql   = <<-EOQ
        ${local.look}
        select
          'For over ${var.max_hours} hours' as label,
          count(r.conference_id) as value,
          case
            when count(r.conference_id) > 0 then 'alert'
            else 'ok'
          end as type
        from
          clock as t
          left join running as r on date_part('epoch', t.now) - date_part('epoch', r.start_time) > 3600 * ${var.max_hours}
      EOQ
      width = 4
    }

    card {
      sql   = <<-EOQ
        ${local.look}
        select
          'Minutes of the longest' as label,
          coalesce(max(cast(floor((date_part('epoch', t.now) - date_part('epoch', r.start_time)) / 60) as bigint)), 0) as value
        from
          clock as t
          cross join running as r
      EOQ
      width = 4
    }
  }

  table {
    title = "Meetings in progress"
    width = 12
    sql   = <<-EOQ
      ${local.look}
      select
        r.title as "Title",
        cast(floor((date_part('epoch', t.now) - date_part('epoch', r.start_time)) / 60) as bigint) as "Minutes",
        r.creator_nick as "Created by",
        r.biz_type_name as "Kind",
        r.room_code as "Meeting number",
        to_char(timezone('UTC', r.start_time), 'YYYY-MM-DD HH24:MI') as "Since (UTC)",
        r.conference_id as "Conference ID"
      from
        clock as t
        cross join running as r
      order by
        r.start_time,
        r.title
    EOQ
  }
}
