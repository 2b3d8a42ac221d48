dashboard "security" {
  title         = "DingTalk Security of Schedules"
  documentation = "How each schedule is secured: a waiting room, a locked room, one organization only, signing in, joining after the host, restricted screen sharing, locked names, a host. ✓ is as it should be, ✗ is not, ? is what DingTalk does not return. It costs two API calls for each schedule: one for its settings, and one for its title."
  tags = merge(local.dingtalk_compliance_common_tags, {
    type = "Dashboard"
  })

  container {
    card {
      sql   = <<-EOQ
        ${local.look}
        select
          'Schedules' as label,
          count(*) as value
        from
          setting
      EOQ
      width = 3
    }

    card {
      sql   = <<-EOQ
        ${local.look}
        select
          'Open without signing in' as label,
          count(case when enable_web_anonymous_join then 1 end) as value,
          case
            when count(case when enable_web_anonymous_join then 1 end) > 0 then 'alert'
            when count(enable_web_anonymous_join) = 0 then 'info'
            else 'ok'
          end as type
        from
          setting
      EOQ
      width = 3
    }

    card {
      sql   = <<-EOQ
        ${local.look}
        select
          'Without a waiting room' as label,
          count(case when not waiting_room then 1 end) as value,
          case
            when count(case when not waiting_room then 1 end) > 0 then 'alert'
            when count(waiting_room) = 0 then 'info'
            else 'ok'
          end as type
        from
          setting
      EOQ
      width = 3
    }

    card {
      sql   = <<-EOQ
        ${local.look}
        select
          'Neither locked nor limited' as label,
          count(case when not lock_room and conf_allowed_corp_id is null then 1 end) as value,
          case
            when count(case when not lock_room and conf_allowed_corp_id is null then 1 end) > 0 then 'alert'
            when count(lock_room) = 0 then 'info'
            else 'ok'
          end as type
        from
          setting
      EOQ
      width = 3
    }
  }

  table {
    title = "Settings"
    width = 12
    sql   = <<-EOQ
      ${local.look},
      label as (
        select
          schedule_conference_id as id,
          max(title) as title
        from
          (
            select schedule_conference_id, title from booked
            union
            select schedule_conference_id, title from found
            union
            select schedule_conference_id, title from seen
          ) as m
        group by
          schedule_conference_id
      )
      select
        coalesce(nullif(l.title, ''), 'no meeting held') as "Title",
        case when s.waiting_room then '✓' when not s.waiting_room then '✗' else '?' end as "Waiting room",
        case when s.lock_room then '✓' when not s.lock_room then '✗' else '?' end as "Locked",
        case when s.conf_allowed_corp_id = '${local.own_corp_id}' or s.conf_allowed_corp_id is not null and '${local.own_corp_id}' = '' then '✓' when s.known then '✗' else '?' end as "Limited",
        case when not s.enable_web_anonymous_join then '✓' when s.enable_web_anonymous_join then '✗' else '?' end as "Sign-in",
        case when not s.join_before_host then '✓' when s.join_before_host then '✗' else '?' end as "After host",
        case when s.screen_share_forbidden then '✓' when not s.screen_share_forbidden then '✗' else '?' end as "Sharing",
        case when s.lock_nick then '✓' when not s.lock_nick then '✗' else '?' end as "Names",
        case when s.host_union_id is not null then '✓' when s.known then '✗' else '?' end as "Host",
        s.id as "Schedule ID"
      from
        setting as s
        left join label as l on l.id = s.id
      order by
        s.id
    EOQ
  }
}
