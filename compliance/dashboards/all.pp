# What dashboards share: times under a heading that names the zone, words for what
# DingTalk returns, and the results of controls. A dashboard that shows what a control
# judges reads the control's own SQL, so that no rule is written twice.

locals {
  # The minute and the day of the time {time}.
  minute_of = "to_char(timezone('${local.time_zone}', {time}), 'YYYY-MM-DD HH24:MI')"
  day_of    = "to_char(timezone('${local.time_zone}', {time}), 'YYYY-MM-DD')"

  # A moment for the day {day}, to count days, which have 23 to 25 hours in a zone.
  day_begins = "make_timestamptz(cast(substr({day}, 1, 4) as integer), cast(substr({day}, 6, 2) as integer), cast(substr({day}, 9, 2) as integer), 0, 0, 0, 'UTC')"

  # A meeting's {status} as a word.
  status_word = "case {status} when 'in_progress' then ${local.say.dash_in_progress} when 'ended' then ${local.say.dash_ended} else ${local.say.dash_not_returned} end"

  # A chart has room to name so many bars, one below the other. The next says how many
  # more there are.
  bars = 14

  # The beginning of {text}, for a bar.
  short = "case when length({text}) > 30 then substr({text}, 1, 29) || '…' else {text} end"

  # The controls of each benchmark, but report_head, which judges nothing.
  judges = [
    {
      benchmark = "check_itself"
      title     = local.texts.check_itself_title
      controls = {
        something_named  = control.something_named
        coverage         = control.coverage
        schedules_known  = control.schedules_known
        calendars_found  = control.calendars_found
        meetings_found   = control.meetings_found
        calls_affordable = control.calls_affordable
      }
    },
    {
      benchmark = "meeting_security"
      title     = local.texts.meeting_security_title
      controls = {
        waiting_room            = control.waiting_room
        room_restricted         = control.room_restricted
        no_anonymous_join       = control.no_anonymous_join
        no_join_before_host     = control.no_join_before_host
        screen_share_restricted = control.screen_share_restricted
        rename_restricted       = control.rename_restricted
        host_and_cohost         = control.host_and_cohost
        chat_restricted         = control.chat_restricted
        muted_on_join           = control.muted_on_join
      }
    },
    {
      benchmark = "attendance_evidence"
      title     = local.texts.attendance_evidence_title
      controls = {
        lists_complete       = control.lists_complete
        attendance_listed    = control.attendance_listed
        outsiders_identified = control.outsiders_identified
        no_phone_join        = control.no_phone_join
        nobody_removed       = control.nobody_removed
        invited_came         = control.invited_came
        host_present         = control.host_present
      }
    },
    {
      benchmark = "meeting_lifecycle"
      title     = local.texts.meeting_lifecycle_title
      controls = {
        not_overrun        = control.not_overrun
        ended_has_end      = control.ended_has_end
        ended_near_plan    = control.ended_near_plan
        took_place         = control.took_place
        on_time            = control.on_time
        cancelled_not_held = control.cancelled_not_held
      }
    },
    {
      benchmark = "recording"
      title     = local.texts.recording_title
      controls = {
        recordings_known         = control.recordings_known
        recorded_as_required     = control.recorded_as_required
        not_recorded_as_required = control.not_recorded_as_required
        recordings_not_too_old   = control.recordings_not_too_old
        recordings_in_region     = control.recordings_in_region
        no_outsiders_recorded    = control.no_outsiders_recorded
      }
    },
    {
      benchmark = "room_use"
      title     = local.texts.room_use_title
      controls = {
        booked_room_used = control.booked_room_used
        outsiders_hosted = control.outsiders_hosted
      }
    }
  ]
}

locals {
  # The first and the last day of the period, whose end may be the midnight behind its
  # last day.
  period = <<-EOQ
    (
      select
        ${replace(local.day_of, "{time}", "since")} as first,
        ${replace(local.day_of, "{time}", "to_timestamp(date_part('epoch', until) - 1)")} as last
      from
        clock
    )
  EOQ
}

locals {
  period_card = <<-EOQ
    ${local.look}
    select
      ${local.say.dash_period} as label,
      ${local.say.dash_period_days} as value
    from
      ${local.period} as p
  EOQ
}

locals {
  # What each control says, as a statement behind local.look: its SQL without the tables
  # that all share, of which DingTalk is asked once, however many controls read them.
  judgements = flatten([for b in local.judges : [
    for name, c in b.controls : {
      control  = name
      severity = c.severity
      sql = join("\n", [
        "select '${b.benchmark}' as benchmark, '${replace(b.title, "'", "''")}' as benchmark_title, '${name}' as control, '${replace(c.title, "'", "''")}' as title, '${c.severity}' as severity, v.resource, v.status, v.reason, v.start_time from (",
        startswith(trimspace(trimprefix(c.sql, local.look)), ",") ? "with ${trimprefix(trimspace(trimprefix(c.sql, local.look)), ",")}" : trimspace(trimprefix(c.sql, local.look)),
        ") as v",
      ])
    }
  ]])
}

locals {
  results = { for j in local.judgements : j.control => j.sql }
}
