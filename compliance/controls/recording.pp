locals {
  recording_tags = merge(local.dingtalk_compliance_common_tags, {
    type = "Benchmark"
  })
}

benchmark "recording" {
  title       = "Recording"
  description = "Which meetings were recorded, by whom, and whether those were that had to be. It costs one API call for each meeting and three more for each that was recorded, beside those that find the meetings."
  tags        = local.recording_tags

  children = [
    control.recordings_known,
    control.recorded_as_required,
    control.not_recorded_as_required
  ]
}

control "recordings_known" {
  title       = "Recordings should be known, by whom and how large"
  description = "What was said in a recorded meeting can leave the organization as a file: know which files there are, and who owns them."
  severity    = "medium"
  tags = merge(local.recording_tags, {
    iso_27001_2022 = "A.8.12"
    soc_2          = "CC6.7"
  })
  sql = <<-EOQ
    ${local.look},
    file as (
      select
        conference_id,
        count(*) as files,
        cast(floor(sum(file_size) / 1048576) as bigint) as mebibytes,
        count(file_size) as sized,
        count(union_id) as signed
      from
        recording
      group by
        conference_id
    ),
    recorded_member as materialized (
      select
        k.conference_id,
        x.union_id,
        x.user_nick
      from
        (select distinct conference_id from detail where recorded <> 'none') as k
        join dingtalk_conference_member as x on x.conference_id = k.conference_id
    ),
    recorder as (
      select
        d.conference_id,
        max(nullif(x.user_nick, '')) as nick
      from
        detail as d
        join recorded_member as x on x.conference_id = d.conference_id
          and x.union_id = d.owner
      group by
        d.conference_id
    )
    select
      d.conference_id as resource,
      case
        when d.recorded is null or d.recorded = 'none' then 'skip'
        when d.recorded <> 'ended' then 'info'
        when f.files is null or f.signed < f.files then 'alarm'
        else 'ok'
      end as status,
      d.name || case
        when d.recorded is null then ': DingTalk does not return whether it was recorded.'
        when d.recorded = 'none' then ': it was not recorded.'
        when d.recorded <> 'ended' then ': it is being recorded' || coalesce(' by ' || r.nick, ' by ' || d.owner, '') || '.'
        when f.files is null then ': it was recorded' || coalesce(' by ' || r.nick, ' by ' || d.owner, '') || ', and DingTalk lists no file of it. Find out who has it.'
        when f.signed < f.files then ': it was recorded, and DingTalk does not return who made ' || (f.files - f.signed) || ' of its ' || f.files || ' files.'
        else ': it was recorded by ' || coalesce(r.nick, d.owner, 'somebody') || ', ' || f.files || ' file(s) of ' || case when f.sized < f.files then 'unknown size' else f.mebibytes || ' MiB' end || ' in all.'
      end as reason
    from
      detail as d
      left join file as f on f.conference_id = d.conference_id
      left join recorder as r on r.conference_id = d.conference_id
    ${local.no_meeting}
  EOQ
}

control "recorded_as_required" {
  title       = "Meetings that have to be recorded should have been"
  description = "The meetings of the schedules in recorded_schedule_conference_ids."
  severity    = "high"
  tags = merge(local.recording_tags, {
    mlps_gbt_22239 = "8.1.4.3"
  })
  sql = <<-EOQ
    ${local.look}
    select
      d.conference_id as resource,
      case
        when d.recorded is null then 'skip'
        when d.recorded = 'none' and d.status_name = 'in_progress' then 'info'
        when d.recorded = 'none' then 'alarm'
        else 'ok'
      end as status,
      d.name || case
        when d.recorded is null then ': DingTalk does not return whether it was recorded.'
        when d.recorded = 'none' and d.status_name = 'in_progress' then ': it has to be recorded, and is in progress without.'
        when d.recorded = 'none' then ': it had to be recorded, and was not.'
        else ': it had to be recorded, and was.'
      end as reason
    from
      must_record as r
      join detail as d on d.schedule_conference_id = r.id
    union all
    select
      r.id,
      'alarm',
      'Schedule ' || r.id || ': its meetings have to be recorded, and none of the last ${var.days} days was found. If there should be one, raise days, and name the schedule in the variable schedule_conference_ids where it is not.'
    from
      must_record as r
    where
      not exists (select 1 from detail as d where d.schedule_conference_id = r.id)
    union all
    select
      'none',
      'skip',
      'No schedule is named in recorded_schedule_conference_ids.'
    where
      not exists (select 1 from must_record)
    order by
      status,
      resource
  EOQ
}

control "not_recorded_as_required" {
  title       = "Meetings that must not be recorded should not have been"
  description = "The meetings of the schedules in unrecorded_schedule_conference_ids."
  severity    = "high"
  tags = merge(local.recording_tags, {
    iso_27001_2022 = "A.8.12"
    soc_2          = "CC6.7"
  })
  sql = <<-EOQ
    ${local.look}
    select
      d.conference_id as resource,
      case
        when d.recorded is null then 'skip'
        when d.recorded = 'none' then 'ok'
        else 'alarm'
      end as status,
      d.name || case
        when d.recorded is null then ': DingTalk does not return whether it was recorded.'
        when d.recorded = 'none' then ': it must not be recorded, and was not.'
        else ': it must not be recorded, and was' || coalesce(', by ' || d.owner, '') || '.'
      end as reason
    from
      must_not_record as r
      join detail as d on d.schedule_conference_id = r.id
    union all
    select
      r.id,
      'alarm',
      'Schedule ' || r.id || ': its meetings must not be recorded, and none of the last ${var.days} days was found to check. If there should be one, raise days, and name the schedule in the variable schedule_conference_ids where it is not.'
    from
      must_not_record as r
    where
      not exists (select 1 from detail as d where d.schedule_conference_id = r.id)
    union all
    select
      'none',
      'skip',
      'No schedule is named in unrecorded_schedule_conference_ids.'
    where
      not exists (select 1 from must_not_record)
    order by
      status,
      resource
  EOQ
}
