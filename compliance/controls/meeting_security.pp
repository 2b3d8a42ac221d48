locals {
  security_tags = merge(local.dingtalk_compliance_common_tags, {
    type = "Benchmark"
  })
}

benchmark "meeting_security" {
  title       = local.texts.meeting_security_title
  description = local.texts.meeting_security_about
  tags        = local.security_tags

  children = [
    control.waiting_room,
    control.room_restricted,
    control.no_anonymous_join,
    control.no_join_before_host,
    control.screen_share_restricted,
    control.rename_restricted,
    control.host_and_cohost,
    control.chat_restricted,
    control.muted_on_join
  ]
}

control "waiting_room" {
  title         = local.texts.waiting_room_title
  description   = local.texts.waiting_room_about
  documentation = file("./docs/controls/${local.docs}waiting_room.md")
  severity      = "high"
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
        when waiting_room then 'ok'
        when not waiting_room then 'alarm'
        else 'skip'
      end as status,
      name || case
        when waiting_room then ${local.say.waiting_room_ok}
        when not waiting_room then ${local.say.waiting_room_alarm}
        else ${local.say.waiting_room_unknown}
      end as reason,
      meeting_title,
      host_name,
      start_time,
      connection_name
    from
      setting
    where
      known
    ${local.no_setting}
  EOQ
}

control "room_restricted" {
  title         = local.texts.room_restricted_title
  description   = local.texts.room_restricted_about
  documentation = file("./docs/controls/${local.docs}room_restricted.md")
  severity      = "high"
  tags = merge(local.security_tags, {
    iso_27001_2022 = "A.5.15"
    mlps_gbt_22239 = "8.1.4.2"
    soc_2          = "CC6.6"
  })
  sql = <<-EOQ
    ${local.look}
    select
      id as resource,
      case
        when lock_room then 'ok'
        when conf_allowed_corp_id = '${local.own_corp_id}' then 'ok'
        when conf_allowed_corp_id is not null and '${local.own_corp_id}' = '' then 'ok'
        when conf_allowed_corp_id is not null or not lock_room then 'alarm'
        else 'skip'
      end as status,
      name || case
        when lock_room then ${local.say.room_restricted_locked}
        when conf_allowed_corp_id = '${local.own_corp_id}' then ${local.say.room_restricted_own}
        when conf_allowed_corp_id is not null and '${local.own_corp_id}' = '' then ${local.say.room_restricted_some}
        when conf_allowed_corp_id is not null then ${local.say.room_restricted_foreign}
        when not lock_room then ${local.say.room_restricted_open}
        else ${local.say.room_restricted_unknown}
      end as reason,
      meeting_title,
      host_name,
      start_time,
      connection_name
    from
      setting
    where
      known
    ${local.no_setting}
  EOQ
}

control "no_anonymous_join" {
  title         = local.texts.no_anonymous_join_title
  description   = local.texts.no_anonymous_join_about
  documentation = file("./docs/controls/${local.docs}no_anonymous_join.md")
  severity      = "critical"
  tags = merge(local.security_tags, {
    iso_27001_2022 = "A.8.5"
    mlps_gbt_22239 = "8.1.4.1"
    soc_2          = "CC6.1"
  })
  sql = <<-EOQ
    ${local.look}
    select
      id as resource,
      case
        when not enable_web_anonymous_join then 'ok'
        when enable_web_anonymous_join then 'alarm'
        else 'skip'
      end as status,
      name || case
        when not enable_web_anonymous_join then ${local.say.no_anonymous_join_ok}
        when enable_web_anonymous_join then ${local.say.no_anonymous_join_alarm}
        else ${local.say.no_anonymous_join_unknown}
      end as reason,
      meeting_title,
      host_name,
      start_time,
      connection_name
    from
      setting
    where
      known
    ${local.no_setting}
  EOQ
}

control "no_join_before_host" {
  title         = local.texts.no_join_before_host_title
  description   = local.texts.no_join_before_host_about
  documentation = file("./docs/controls/${local.docs}no_join_before_host.md")
  severity      = "medium"
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
        when not join_before_host then 'ok'
        when join_before_host then 'alarm'
        else 'skip'
      end as status,
      name || case
        when not join_before_host then ${local.say.no_join_before_host_ok}
        when join_before_host then ${local.say.no_join_before_host_alarm}
        else ${local.say.no_join_before_host_unknown}
      end as reason,
      meeting_title,
      host_name,
      start_time,
      connection_name
    from
      setting
    where
      known
    ${local.no_setting}
  EOQ
}

control "screen_share_restricted" {
  title         = local.texts.screen_share_restricted_title
  description   = local.texts.screen_share_restricted_about
  documentation = file("./docs/controls/${local.docs}screen_share_restricted.md")
  severity      = "medium"
  tags = merge(local.security_tags, {
    iso_27001_2022 = "A.8.12"
    soc_2          = "CC6.7"
  })
  sql = <<-EOQ
    ${local.look}
    select
      id as resource,
      case
        when screen_share_forbidden then 'ok'
        when not screen_share_forbidden then 'alarm'
        else 'skip'
      end as status,
      name || case
        when screen_share_forbidden then ${local.say.screen_share_restricted_ok}
        when not screen_share_forbidden then ${local.say.screen_share_restricted_alarm}
        else ${local.say.screen_share_restricted_unknown}
      end as reason,
      meeting_title,
      host_name,
      start_time,
      connection_name
    from
      setting
    where
      known
    ${local.no_setting}
  EOQ
}

control "rename_restricted" {
  title         = local.texts.rename_restricted_title
  description   = local.texts.rename_restricted_about
  documentation = file("./docs/controls/${local.docs}rename_restricted.md")
  severity      = "low"
  tags = merge(local.security_tags, {
    mlps_gbt_22239 = "8.1.4.3"
  })
  sql = <<-EOQ
    ${local.look}
    select
      id as resource,
      case
        when lock_nick then 'ok'
        when not lock_nick then 'alarm'
        else 'skip'
      end as status,
      name || case
        when lock_nick then ${local.say.rename_restricted_ok}
        when not lock_nick then ${local.say.rename_restricted_alarm}
        else ${local.say.rename_restricted_unknown}
      end as reason,
      meeting_title,
      host_name,
      start_time,
      connection_name
    from
      setting
    where
      known
    ${local.no_setting}
  EOQ
}

control "host_and_cohost" {
  title         = local.texts.host_and_cohost_title
  description   = local.texts.host_and_cohost_about
  documentation = file("./docs/controls/${local.docs}host_and_cohost.md")
  severity      = "low"
  tags          = local.security_tags
  sql           = <<-EOQ
    ${local.look}
    select
      id as resource,
      case
        when host_union_id is null then 'alarm'
        when cohost_union_ids is null then 'skip'
        when jsonb_array_length(cohost_union_ids) > 0 then 'ok'
        else 'alarm'
      end as status,
      name || case
        when host_union_id is null then ${local.say.host_and_cohost_no_host}
        when cohost_union_ids is null then ${local.say.host_and_cohost_unknown}
        when jsonb_array_length(cohost_union_ids) > 0 then ${local.say.host_and_cohost_ok}
        else ${local.say.host_and_cohost_no_cohost}
      end as reason,
      meeting_title,
      host_name,
      start_time,
      connection_name
    from
      setting
    where
      known
    ${local.no_setting}
  EOQ
}

control "chat_restricted" {
  title         = local.texts.chat_restricted_title
  description   = local.texts.chat_restricted_about
  documentation = file("./docs/controls/${local.docs}chat_restricted.md")
  severity      = "low"
  tags = merge(local.security_tags, {
    iso_27001_2022 = "A.8.12"
    soc_2          = "CC6.7"
  })
  sql = <<-EOQ
    ${local.look}
    select
      id as resource,
      case
        when not enable_chat then 'ok'
        when enable_chat then ${var.allowed_chat ? "'info'" : "'alarm'"}
        else 'skip'
      end as status,
      name || case
        when not enable_chat then ${local.say.chat_restricted_ok}
        when enable_chat then ${var.allowed_chat ? local.say.chat_restricted_info : local.say.chat_restricted_alarm}
        else ${local.say.chat_restricted_unknown}
      end as reason,
      meeting_title,
      host_name,
      start_time,
      connection_name
    from
      setting
    where
      known
    ${local.no_setting}
  EOQ
}

control "muted_on_join" {
  title         = local.texts.muted_on_join_title
  description   = local.texts.muted_on_join_about
  documentation = file("./docs/controls/${local.docs}muted_on_join.md")
  severity      = "low"
  tags          = local.security_tags
  sql           = <<-EOQ
    ${local.look}
    select
      id as resource,
      case
        when mute_on_join_name in ('on', 'auto') then 'ok'
        when mute_on_join_name = 'off' then 'alarm'
        else 'skip'
      end as status,
      name || case
        when mute_on_join_name = 'on' then ${local.say.muted_on_join_on}
        when mute_on_join_name = 'auto' then ${local.say.muted_on_join_auto}
        when mute_on_join_name = 'off' then ${local.say.muted_on_join_off}
        else ${local.say.muted_on_join_unknown}
      end as reason,
      meeting_title,
      host_name,
      start_time,
      connection_name
    from
      setting
    where
      known
    ${local.no_setting}
  EOQ
}
