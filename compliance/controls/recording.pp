locals {
  recording_tags = merge(local.dingtalk_compliance_common_tags, {
    type = "Benchmark"
  })
}

benchmark "recording" {
  title       = local.texts.recording_title
  description = local.texts.recording_about
  tags        = local.recording_tags

  children = [
    control.recordings_known,
    control.recorded_as_required,
    control.not_recorded_as_required,
    control.recordings_not_too_old,
    control.recordings_in_region,
    control.no_outsiders_recorded
  ]
}

control "recordings_known" {
  title         = local.texts.recordings_known_title
  description   = local.texts.recordings_known_about
  documentation = file("./docs/controls/${local.docs}recordings_known.md")
  severity      = "medium"
  tags = merge(local.recording_tags, {
    iso_27001_2022 = "A.5.33"
    soc_2          = "CC6.1"
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
    recorder as (
      select
        d.conference_id,
        max(x.nick) as nick
      from
        detail as d
        join recorded_member as x on x.conference_id = d.conference_id
          and x.union_id = d.owner
      group by
        d.conference_id
    ),
    recorded as (
      select
        d.conference_id,
        d.name,
        d.meeting_title,
        d.host_name,
        d.started,
        d.connection_name,
        d.recorded,
        f.files,
        f.signed,
        f.files - f.signed as unsigned,
        coalesce(r.nick, d.owner, ${local.say.somebody}) as owner,
        case
          when f.sized < f.files then ${local.say.unknown_size}
          else f.mebibytes || ' MiB'
        end as size
      from
        detail as d
        left join file as f on f.conference_id = d.conference_id
        left join recorder as r on r.conference_id = d.conference_id
    )
    select
      conference_id as resource,
      case
        when recorded is null or recorded = 'none' then 'skip'
        when recorded <> 'ended' then 'info'
        when files is null or signed < files then 'alarm'
        else 'ok'
      end as status,
      name || case
        when recorded is null then ${local.say.recording_unknown}
        when recorded = 'none' then ${local.say.not_recorded}
        when recorded <> 'ended' then ${local.say.recordings_known_running}
        when files is null then ${local.say.recordings_known_no_file}
        when signed < files then ${local.say.recordings_known_unsigned}
        else ${local.say.recordings_known_ok}
      end as reason,
      meeting_title,
      host_name,
      started as start_time,
      connection_name
    from
      recorded
    ${local.no_meeting}
  EOQ
}

control "recorded_as_required" {
  title         = local.texts.recorded_as_required_title
  description   = local.texts.recorded_as_required_about
  documentation = file("./docs/controls/${local.docs}recorded_as_required.md")
  severity      = "high"
  tags = merge(local.recording_tags, {
    iso_27001_2022 = "A.5.33"
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
        when d.recorded is null then ${local.say.recording_unknown}
        when d.recorded = 'none' and d.status_name = 'in_progress' then ${local.say.recorded_as_required_running}
        when d.recorded = 'none' then ${local.say.recorded_as_required_alarm}
        else ${local.say.recorded_as_required_ok}
      end as reason,
      d.meeting_title,
      d.host_name,
      d.started as start_time,
      d.connection_name
    from
      must_record as r
      join detail as d on d.schedule_conference_id = r.id
    union all
    select
      r.id,
      'skip',
      ${local.say.recorded_as_required_none},
      ${local.about_nothing}
    from
      must_record as r
    where
      not exists (select 1 from detail as d where d.schedule_conference_id = r.id)
    union all
    select
      'none',
      'skip',
      ${local.say.recorded_as_required_unnamed},
      ${local.about_nothing}
    where
      not exists (select 1 from must_record)
    order by
      status,
      resource
  EOQ
}

control "not_recorded_as_required" {
  title         = local.texts.not_recorded_as_required_title
  description   = local.texts.not_recorded_as_required_about
  documentation = file("./docs/controls/${local.docs}not_recorded_as_required.md")
  severity      = "high"
  tags = merge(local.recording_tags, {
    iso_27001_2022 = "A.5.34"
    mlps_gbt_22239 = "8.1.4.11"
    soc_2          = "CC6.7"
    gdpr           = "Art. 5(1)(c)"
    pipl           = "Art. 6"
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
        when d.recorded is null then ${local.say.recording_unknown}
        when d.recorded = 'none' then ${local.say.not_recorded_as_required_ok}
        when d.owner is null then ${local.say.not_recorded_as_required_alarm}
        else ${local.say.not_recorded_as_required_alarm_by}
      end as reason,
      d.meeting_title,
      d.host_name,
      d.started as start_time,
      d.connection_name
    from
      must_not_record as r
      join detail as d on d.schedule_conference_id = r.id
    union all
    select
      r.id,
      'skip',
      ${local.say.not_recorded_as_required_none},
      ${local.about_nothing}
    from
      must_not_record as r
    where
      not exists (select 1 from detail as d where d.schedule_conference_id = r.id)
    union all
    select
      'none',
      'skip',
      ${local.say.not_recorded_as_required_unnamed},
      ${local.about_nothing}
    where
      not exists (select 1 from must_not_record)
    order by
      status,
      resource
  EOQ
}

control "recordings_not_too_old" {
  title         = local.texts.recordings_not_too_old_title
  description   = local.texts.recordings_not_too_old_about
  documentation = file("./docs/controls/${local.docs}recordings_not_too_old.md")
  severity      = "medium"
  tags = merge(local.recording_tags, {
    iso_27001_2022 = "A.8.10"
    gdpr           = "Art. 5(1)(e)"
    pipl           = "Art. 19"
  })
  sql = <<-EOQ
    ${local.look},
    age as (
      select
        r.conference_id,
        count(*) as files,
        count(r.second) as dated,
        max(t.second - r.second) as seconds,
        to_timestamp(min(r.second)) as oldest
      from
        (select date_part('epoch', now) as second from clock) as t
        cross join (select conference_id, date_part('epoch', coalesce(end_time, start_time)) as second from recording) as r
      group by
        r.conference_id
    ),
    answer as (
      select
        d.conference_id,
        d.name,
        d.meeting_title,
        d.host_name,
        d.started,
        d.connection_name,
        d.recorded,
        a.files,
        a.dated,
        a.seconds,
        ${replace(local.at, "{time}", "a.oldest")} as oldest
      from
        detail as d
        left join age as a on a.conference_id = d.conference_id
      where
        coalesce(d.recorded, '') <> 'none'
    )
    select
      conference_id as resource,
      case
        when seconds > 86400 * ${var.recording_retention_days} then 'alarm'
        when coalesce(dated, 0) = 0 or dated < files then 'skip'
        else 'ok'
      end as status,
      name || case
        when seconds > 86400 * ${var.recording_retention_days} then ${local.say.recordings_not_too_old_alarm}
        when recorded is null then ${local.say.recording_unknown}
        when recorded <> 'ended' then ${local.say.recording_running}
        when files is null then ${local.say.no_recording_file}
        when dated < files then ${local.say.recordings_not_too_old_unknown}
        else ${local.say.recordings_not_too_old_ok}
      end as reason,
      meeting_title,
      host_name,
      started as start_time,
      connection_name
    from
      answer
    where
      ${var.recording_retention_days} > 0
    union all
    select
      'none',
      'skip',
      ${var.recording_retention_days > 0 ? local.say.no_recording_found : local.say.recordings_not_too_old_unnamed},
      ${local.about_nothing}
    where
      ${var.recording_retention_days} = 0
      or not exists (select 1 from answer)
    order by
      status,
      resource
  EOQ
}

control "recordings_in_region" {
  title         = local.texts.recordings_in_region_title
  description   = local.texts.recordings_in_region_about
  documentation = file("./docs/controls/${local.docs}recordings_in_region.md")
  severity      = "high"
  tags = merge(local.recording_tags, {
    gdpr = "Art. 44"
    pipl = "Art. 40"
  })
  sql = <<-EOQ
    ${local.look},
    kept as (
      select
        r.conference_id,
        count(*) as files,
        count(r.region_id) as placed,
        coalesce(min(case when a.id is null then r.region_id end), min(r.region_id)) as region,
        count(case when a.id is null then r.region_id end) as elsewhere
      from
        recording as r
        left join allowed_region as a on a.id = r.region_id
      group by
        r.conference_id
    ),
    answer as (
      select
        d.conference_id,
        d.name,
        d.meeting_title,
        d.host_name,
        d.started,
        d.connection_name,
        d.recorded,
        k.files,
        k.placed,
        k.region,
        k.elsewhere
      from
        detail as d
        left join kept as k on k.conference_id = d.conference_id
      where
        coalesce(d.recorded, '') <> 'none'
    )
    select
      conference_id as resource,
      case
        when elsewhere > 0 then 'alarm'
        when coalesce(placed, 0) = 0 or placed < files then 'skip'
        else 'ok'
      end as status,
      name || case
        when elsewhere > 0 then ${local.say.recordings_in_region_alarm}
        when recorded is null then ${local.say.recording_unknown}
        when recorded <> 'ended' then ${local.say.recording_running}
        when files is null then ${local.say.no_recording_file}
        when placed < files then ${local.say.recordings_in_region_unknown}
        else ${local.say.recordings_in_region_ok}
      end as reason,
      meeting_title,
      host_name,
      started as start_time,
      connection_name
    from
      answer
    where
      exists (select 1 from allowed_region)
    union all
    select
      'none',
      'skip',
      ${length(var.recording_regions) > 0 ? local.say.no_recording_found : local.say.recordings_in_region_unnamed},
      ${local.about_nothing}
    where
      not exists (select 1 from allowed_region)
      or not exists (select 1 from answer)
    order by
      status,
      resource
  EOQ
}

control "no_outsiders_recorded" {
  title         = local.texts.no_outsiders_recorded_title
  description   = local.texts.no_outsiders_recorded_about
  documentation = file("./docs/controls/${local.docs}no_outsiders_recorded.md")
  severity      = "medium"
  tags = merge(local.recording_tags, {
    iso_27001_2022 = "A.5.34"
  })
  sql = <<-EOQ
    ${local.look},
    outsider as (
      select
        g.conference_id,
        g.people,
        g.names || case when g.people > 10 then ${local.say.and_more} else '' end as who
      from
        (
          select
            r.conference_id,
            count(*) as people,
            string_agg(case when r.place <= 10 then r.nick end, '${local.texts.comma}' order by r.nick) as names
          from
            (
              select
                conference_id,
                person,
                min(nick) as nick,
                row_number() over (partition by conference_id order by min(nick), person) as place
              from
                recorded_member
              where
                outer_org_member
                and join_time is not null
              group by
                conference_id,
                person
            ) as r
          group by
            r.conference_id
        ) as g
    )
    select
      d.conference_id as resource,
      case
        when d.recorded is null then 'skip'
        when d.recorded = 'none' then 'ok'
        when not exists (select 1 from recorded_member as x where x.conference_id = d.conference_id) then 'skip'
        when o.people > 0 then ${var.allowed_recording_of_outsiders ? "'info'" : "'alarm'"}
        else 'ok'
      end as status,
      d.name || case
        when d.recorded is null then ${local.say.recording_unknown}
        when d.recorded = 'none' then ${local.say.not_recorded}
        when not exists (select 1 from recorded_member as x where x.conference_id = d.conference_id) then ${local.say.no_list}
        when o.people > 0 then ${var.allowed_recording_of_outsiders ? local.say.no_outsiders_recorded_info : local.say.no_outsiders_recorded_alarm}
        else ${local.say.no_outsiders_recorded_ok}
      end as reason,
      d.meeting_title,
      d.host_name,
      d.started as start_time,
      d.connection_name
    from
      detail as d
      left join outsider as o on o.conference_id = d.conference_id
    ${local.no_meeting}
  EOQ
}
