locals {
  security_tags = merge(local.dingtalk_compliance_common_tags, {
    type = "Benchmark"
  })

  # If DingTalk returns nothing, that may be a wrong ID or a cancelled schedule; the
  # control schedules_known raises the alarm.
  no_setting = "': DingTalk returns no settings for it. The ID is wrong, or the schedule was cancelled.'"
}

benchmark "meeting_security" {
  title       = "Meeting Security"
  description = "How scheduled meetings are secured: who gets in, and what people may do once they are in. It costs one API call for each schedule, and where calendars are named, those that find the schedules."
  tags        = local.security_tags

  children = [
    control.schedules_known,
    control.waiting_room,
    control.room_restricted,
    control.no_anonymous_join,
    control.no_join_before_host,
    control.screen_share_restricted,
    control.rename_restricted,
    control.host_and_cohost
  ]
}

control "waiting_room" {
  title       = "People should wait until they are let in"
  description = "With the waiting room on, the host sees who asks to join before they hear or see anything."
  severity    = "high"
  tags        = merge(local.security_tags, {
    iso_27001_2022 = "A.5.15"
    mlps_gbt_22239 = "8.1.4.2"
    soc_2          = "CC6.1"
  })
  sql         = <<-EOQ
    ${local.look}
    select
      id as resource,
      case
        when waiting_room then 'ok'
        when not waiting_room then 'alarm'
        else 'skip'
      end as status,
      name || case
        when not known then ${local.no_setting}
        when waiting_room then ': the waiting room is on.'
        when not waiting_room then ': the waiting room is off, so that whoever has the number is in at once. Switch it on in the settings of the meeting.'
        else ': DingTalk does not return whether people have to wait until they are let in.'
      end as reason
    from
      setting
    ${local.no_schedule}
  EOQ
}

control "room_restricted" {
  title       = "The room should be locked or limited to the organization"
  description = "A room that is neither locked nor limited to one organization lets in whoever has the number."
  severity    = "high"
  tags = merge(local.security_tags, {
    iso_27001_2022 = "A.5.15"
    mlps_gbt_22239 = "8.1.4.2"
    soc_2          = "CC6.1"
  })
  sql = <<-EOQ
    ${local.look}
    select
      id as resource,
      case
        when not known then 'skip'
        when lock_room then 'ok'
        when conf_allowed_corp_id = '${local.own_corp_id}' then 'ok'
        when conf_allowed_corp_id is not null and '${local.own_corp_id}' = '' then 'ok'
        when conf_allowed_corp_id is not null or not lock_room then 'alarm'
        else 'skip'
      end as status,
      name || case
        when not known then ${local.no_setting}
        when lock_room then ': the room is locked.'
        when conf_allowed_corp_id = '${local.own_corp_id}' then ': only your organization may join.'
        when conf_allowed_corp_id is not null and '${local.own_corp_id}' = '' then ': only the organization ' || conf_allowed_corp_id || ' may join.'
        when conf_allowed_corp_id is not null then ': the room is limited to the organization ' || conf_allowed_corp_id || ', which is not yours.'
        when not lock_room then ': the room is neither locked nor limited to an organization. Lock it, or limit it to your organization.'
        else ': DingTalk does not return whether the room is locked, and names no organization that it is limited to.'
      end as reason
    from
      setting
    ${local.no_schedule}
  EOQ
}

control "no_anonymous_join" {
  title       = "Nobody should join without signing in"
  description = "Who joins in a browser without signing in leaves nothing but a name of their own choice."
  severity    = "critical"
  tags        = merge(local.security_tags, {
    iso_27001_2022 = "A.5.15"
    mlps_gbt_22239 = "8.1.4.2"
    soc_2          = "CC6.1"
  })
  sql         = <<-EOQ
    ${local.look}
    select
      id as resource,
      case
        when not enable_web_anonymous_join then 'ok'
        when enable_web_anonymous_join then 'alarm'
        else 'skip'
      end as status,
      name || case
        when not known then ${local.no_setting}
        when not enable_web_anonymous_join then ': people have to sign in.'
        when enable_web_anonymous_join then ': people may join in a browser without signing in. Switch that off in the settings of the meeting.'
        else ': DingTalk does not return whether people may join in a browser without signing in.'
      end as reason
    from
      setting
    ${local.no_schedule}
  EOQ
}

control "no_join_before_host" {
  title       = "Nobody should join before the host"
  description = "A room without its host has nobody who sees who is there."
  severity    = "medium"
  tags        = merge(local.security_tags, {
    iso_27001_2022 = "A.5.15"
    mlps_gbt_22239 = "8.1.4.2"
    soc_2          = "CC6.1"
  })
  sql         = <<-EOQ
    ${local.look}
    select
      id as resource,
      case
        when not join_before_host then 'ok'
        when join_before_host then 'alarm'
        else 'skip'
      end as status,
      name || case
        when not known then ${local.no_setting}
        when not join_before_host then ': nobody gets in before the host.'
        when join_before_host then ': people may join before the host does. Switch that off in the settings of the meeting.'
        else ': DingTalk does not return whether people may join before the host does.'
      end as reason
    from
      setting
    ${local.no_schedule}
  EOQ
}

control "screen_share_restricted" {
  title       = "Screen sharing should be restricted"
  description = "What is shown to a meeting leaves the screen it was on; the host decides who may show something."
  severity    = "medium"
  tags        = merge(local.security_tags, {
    iso_27001_2022 = "A.8.12"
    soc_2          = "CC6.7"
  })
  sql         = <<-EOQ
    ${local.look}
    select
      id as resource,
      case
        when screen_share_forbidden then 'ok'
        when not screen_share_forbidden then 'alarm'
        else 'skip'
      end as status,
      name || case
        when not known then ${local.no_setting}
        when screen_share_forbidden then ': only hosts may share their screens.'
        when not screen_share_forbidden then ': everybody may share their screen. Restrict it to the hosts in the settings of the meeting.'
        else ': DingTalk does not return whether people may share their screens.'
      end as reason
    from
      setting
    ${local.no_schedule}
  EOQ
}

control "rename_restricted" {
  title       = "People should not rename themselves"
  description = "Lists of who attended name people as they name themselves."
  severity    = "low"
  tags        = merge(local.security_tags, {
    mlps_gbt_22239 = "8.1.4.3"
  })
  sql         = <<-EOQ
    ${local.look}
    select
      id as resource,
      case
        when lock_nick then 'ok'
        when not lock_nick then 'alarm'
        else 'skip'
      end as status,
      name || case
        when not known then ${local.no_setting}
        when lock_nick then ': people may not rename themselves.'
        when not lock_nick then ': people may rename themselves, so that an attendance list may hold made-up names. Lock the names in the settings of the meeting.'
        else ': DingTalk does not return whether people may rename themselves.'
      end as reason
    from
      setting
    ${local.no_schedule}
  EOQ
}

control "host_and_cohost" {
  title       = "A host and a co-host should be named"
  description = "With a co-host, a meeting has somebody who lets people in and removes them where the host is late or absent."
  severity    = "low"
  tags = merge(local.security_tags, {
    iso_27001_2022 = "A.5.15"
  })
  sql = <<-EOQ
    ${local.look}
    select
      id as resource,
      case
        when not known then 'skip'
        when host_union_id is null then 'alarm'
        when cohost_union_ids is null then 'skip'
        when jsonb_array_length(cohost_union_ids) > 0 then 'ok'
        else 'alarm'
      end as status,
      name || case
        when not known then ${local.no_setting}
        when host_union_id is null then ': DingTalk names no host. Name one in the settings of the meeting.'
        when cohost_union_ids is null then ': a host is named, and DingTalk does not return whether there is a co-host.'
        when jsonb_array_length(cohost_union_ids) > 0 then ': a host and ' || jsonb_array_length(cohost_union_ids) || ' co-host(s) are named.'
        else ': a host is named, and no co-host. Name one in the settings of the meeting.'
      end as reason
    from
      setting
    ${local.no_schedule}
  EOQ
}
