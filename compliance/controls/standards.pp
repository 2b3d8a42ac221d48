# A benchmark for each standard, of the controls whose results can serve as evidence for
# its clauses. The tags of the controls name the clauses.

locals {
  standard_tags = merge(local.dingtalk_compliance_common_tags, {
    type = "Benchmark"
  })
}

benchmark "iso_27001_2022" {
  title       = local.texts.iso_27001_2022_title
  description = local.texts.iso_27001_2022_about
  tags        = local.standard_tags

  children = [
    control.outsiders_identified,
    control.not_overrun,
    control.waiting_room,
    control.room_restricted,
    control.no_join_before_host,
    control.recordings_known,
    control.recorded_as_required,
    control.not_recorded_as_required,
    control.no_outsiders_recorded,
    control.no_phone_join,
    control.no_anonymous_join,
    control.recordings_not_too_old,
    control.screen_share_restricted,
    control.chat_restricted,
    control.lists_complete,
    control.attendance_listed,
    control.nobody_removed,
    control.ended_has_end
  ]
}

benchmark "mlps_gbt_22239" {
  title       = local.texts.mlps_gbt_22239_title
  description = local.texts.mlps_gbt_22239_about
  tags        = local.standard_tags

  children = [
    control.outsiders_identified,
    control.no_phone_join,
    control.no_anonymous_join,
    control.waiting_room,
    control.room_restricted,
    control.no_join_before_host,
    control.lists_complete,
    control.attendance_listed,
    control.nobody_removed,
    control.ended_has_end,
    control.rename_restricted,
    control.not_recorded_as_required
  ]
}

benchmark "soc_2" {
  title       = local.texts.soc_2_title
  description = local.texts.soc_2_about
  tags        = local.standard_tags

  children = [
    control.recordings_known,
    control.no_phone_join,
    control.waiting_room,
    control.no_anonymous_join,
    control.no_join_before_host,
    control.outsiders_hosted,
    control.outsiders_identified,
    control.room_restricted,
    control.not_recorded_as_required,
    control.screen_share_restricted,
    control.chat_restricted,
    control.nobody_removed,
    control.not_overrun
  ]
}

benchmark "gdpr" {
  title       = local.texts.gdpr_title
  description = local.texts.gdpr_about
  tags        = local.standard_tags

  children = [
    control.not_recorded_as_required,
    control.recordings_not_too_old,
    control.recordings_in_region
  ]
}

benchmark "pipl" {
  title       = local.texts.pipl_title
  description = local.texts.pipl_about
  tags        = local.standard_tags

  children = [
    control.not_recorded_as_required,
    control.recordings_not_too_old,
    control.recordings_in_region
  ]
}
