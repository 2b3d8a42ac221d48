# What the variables come to: values as SQL, and the ways in which the mod shows texts,
# times and people.
#
# Powerpipe reads the files in the order of their paths, and a block of locals as a whole.
# What it cannot resolve at once it tries again in an order of chance, and gives up if a
# round resolves too little. So each local stands behind those that it names, in another
# block, and these files come first.

locals {
  # The mod's version, which its reports name.
  mod_version = "0.1.0"

  dingtalk_compliance_common_tags = {
    category = "Compliance"
    plugin   = "dingtalk"
    service  = "DingTalk"
  }

  # Lists become rows, each value once; a quote within a value is doubled.
  named_rows      = length(var.schedule_conference_ids) == 0 ? "select '' where 1 = 0" : "select distinct column1 from (values ${join(", ", [for id in var.schedule_conference_ids : "('${replace(id, "'", "''")}')"])}) as v"
  person_rows     = length(var.union_ids) == 0 ? "select '' where 1 = 0" : "select distinct column1 from (values ${join(", ", [for id in var.union_ids : "('${replace(id, "'", "''")}')"])}) as v"
  recorded_rows   = length(var.recorded_schedule_conference_ids) == 0 ? "select '' where 1 = 0" : "select distinct column1 from (values ${join(", ", [for id in var.recorded_schedule_conference_ids : "('${replace(id, "'", "''")}')"])}) as v"
  unrecorded_rows = length(var.unrecorded_schedule_conference_ids) == 0 ? "select '' where 1 = 0" : "select distinct column1 from (values ${join(", ", [for id in var.unrecorded_schedule_conference_ids : "('${replace(id, "'", "''")}')"])}) as v"
  region_rows     = length(var.recording_regions) == 0 ? "select '' where 1 = 0" : "select distinct column1 from (values ${join(", ", [for id in var.recording_regions : "('${replace(id, "'", "''")}')"])}) as v"

  directory_rows  = var.whole_directory ? "union select union_id from dingtalk_user where union_id is not null" : ""
  own_corp_id     = replace(var.own_corp_id, "'", "''")
  acting_union_id = replace(var.acting_union_id, "'", "''")

  # Where nothing is named, the meetings in progress are looked at.
  nothing_named = length(var.schedule_conference_ids) + length(var.union_ids) == 0 && !var.whole_directory

  # Calendars are asked for a day more on both sides: a meeting may begin before the day of
  # its event ends, or after it, and a day begins up to 14 hours before or after that of UTC.
  zone_hours = var.time_zone == "UTC" ? 24 : 48

  # Postgres knows zones such as CST and +08:00 as well, of which one is that of Chicago
  # and the other counts the wrong way. This is none that it knows.
  known_zone = length(regexall("^(UTC|[A-Za-z_]+/[A-Za-z0-9_/+-]+)$", var.time_zone)) == 1 ? var.time_zone : "${var.time_zone}: name a zone of the IANA's, such as UTC or Asia/Shanghai"

  # The days of since and until; "" for what is no day.
  since = length(regexall("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", var.since)) == 1 && can(timeadd("${var.since}T00:00:00Z", "0h")) ? var.since : ""
  until = length(regexall("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", var.until)) == 1 && can(timeadd("${var.until}T00:00:00Z", "0h")) ? var.until : ""

  is_share = try(tonumber(var.alarm_absent_share) >= 0 && tonumber(var.alarm_absent_share) <= 1, false)

  # The values of the variables that differ from their defaults, by name. Powerpipe has
  # a number of its command line as a text.
  changed = { for name, pair in {
    acting_union_id                    = [jsonencode(var.acting_union_id), jsonencode("")]
    alarm_absent_share                 = [tostring(var.alarm_absent_share), "1"]
    allowed_chat                       = [tostring(var.allowed_chat), "true"]
    allowed_phone_join                 = [tostring(var.allowed_phone_join), "false"]
    allowed_recording_of_outsiders     = [tostring(var.allowed_recording_of_outsiders), "true"]
    days                               = [tostring(var.days), "7"]
    language                           = [jsonencode(var.language), jsonencode("en")]
    max_calls                          = [tostring(var.max_calls), "500"]
    max_hours                          = [tostring(var.max_hours), "8"]
    max_minutes_off                    = [tostring(var.max_minutes_off), "15"]
    max_minutes_over                   = [tostring(var.max_minutes_over), "30"]
    names                              = [jsonencode(var.names), jsonencode("full")]
    own_corp_id                        = [jsonencode(var.own_corp_id), jsonencode("")]
    recorded_schedule_conference_ids   = [jsonencode(var.recorded_schedule_conference_ids), jsonencode([])]
    recording_regions                  = [jsonencode(var.recording_regions), jsonencode([])]
    recording_retention_days           = [tostring(var.recording_retention_days), "0"]
    schedule_conference_ids            = [jsonencode(var.schedule_conference_ids), jsonencode([])]
    since                              = [jsonencode(var.since), jsonencode("")]
    time_zone                          = [jsonencode(var.time_zone), jsonencode("UTC")]
    union_ids                          = [jsonencode(var.union_ids), jsonencode([])]
    unrecorded_schedule_conference_ids = [jsonencode(var.unrecorded_schedule_conference_ids), jsonencode([])]
    until                              = [jsonencode(var.until), jsonencode("")]
    whole_directory                    = [tostring(var.whole_directory), "false"]
  } : name => pair[0] if pair[0] != pair[1] }
}

locals {
  # All texts, in the language that was chosen.
  texts = { en = local.texts_en, zh = local.texts_zh }[var.language]

  # The days as numbers such as 20261101; 0 where there is none. In any zone, today is no
  # later than this day.
  since_number = tonumber(replace(local.since == "" ? "0" : local.since, "-", ""))
  until_number = tonumber(replace(local.until == "" ? "0" : local.until, "-", ""))
  today_number = tonumber(formatdate("YYYYMMDD", timeadd(timestamp(), "14h")))
}

locals {
  # What is wrong with the values of variables, a sentence for each; "" if nothing is.
  wrong_setting = join(" ", compact([
    local.since == var.since ? "" : local.texts.wrong_since,
    local.until == var.until ? "" : local.texts.wrong_until,
    local.until_number > 0 && local.since_number > local.until_number ? local.texts.wrong_order : local.since_number > local.today_number ? local.texts.wrong_future : "",
    local.is_share ? "" : local.texts.wrong_share,
  ]))
}

locals {
  # Where a setting is wrong, the sentences are the zone: whatever shows or compares a
  # time then fails, and its error has them. So does nothing pass for the period that
  # somebody meant.
  time_zone = replace(local.wrong_setting == "" ? local.known_zone : local.wrong_setting, "'", "''")
}

locals {
  # The documentation of controls, in the language that was chosen.
  docs = var.language == "en" ? "" : "zh-CN/"

  # The values that differ from their defaults, within a text of SQL.
  changed_text = replace(join(", ", [for name, value in local.changed : "${name} = ${value}"]), "'", "''")

  # The calendars are asked from this day on and up to that one. These are
  # literals, which reach the plugin, and the same all day, so that queries
  # share cached results. The table clock is exact, and fails where Powerpipe has run for so long
  # that there are events behind them.
  since_day = formatdate("YYYY-MM-DD", local.since == "" ? timeadd(timestamp(), "-${24 * var.days + local.zone_hours}h") : timeadd("${local.since}T00:00:00Z", "-${local.zone_hours}h"))
  until_day = formatdate("YYYY-MM-DD", local.until == "" || local.until_number > tonumber(formatdate("YYYYMMDD", timestamp())) ? timeadd(timestamp(), "48h") : timeadd("${local.until}T00:00:00Z", "${24 + local.zone_hours}h"))

  # The day before which the period ends.
  end_day   = local.until == "" ? "" : formatdate("YYYY-MM-DD", timeadd("${local.until}T00:00:00Z", "24h"))

  # The beginning of the day {day} in the zone.
  midnight = "make_timestamptz(cast(substr({day}, 1, 4) as integer), cast(substr({day}, 6, 2) as integer), cast(substr({day}, 9, 2) as integer), 0, 0, 0, '${local.time_zone}')"

  # The texts as SQL: what stands in braces in a text is a column, or SQL without quotes.
  say = { for key, text in local.texts : key => "'${replace(replace(replace(text, "'", "''"), "{", "' || ("), "}", ") || '")}'" }

  # The time {time} in the zone, as a text.
  at = "to_char(timezone('${local.time_zone}', {time}), 'YYYY-MM-DD HH24:MI') || ' ${local.time_zone}'"

  # How a person with the display name {nick} and the union ID {id} is shown.
  person = {
    full     = "coalesce(nullif(trim({nick}), ''), {id}, '${replace(local.texts.nameless, "'", "''")}')"
    initials = "coalesce(regexp_replace(nullif(trim({nick}), ''), '([^ ])[^ ]* *', '\\1.', 'g'), {id}, '${replace(local.texts.nameless, "'", "''")}')"
    ids      = "coalesce({id}, '${replace(local.texts.idless, "'", "''")}')"
  }[var.names]
}

locals {
  # The day on which the period begins: so many days before noon of today, whichever of
  # them is longer or shorter than others.
  first_day = local.since == "" ? "to_char(timezone('${local.time_zone}', to_timestamp(date_part('epoch', ${replace(local.midnight, "{day}", "to_char(timezone('${local.time_zone}', now()), 'YYYY-MM-DD')")}) + 43200 - 86400 * ${var.days})), 'YYYY-MM-DD')" : "'${local.since}'"

  period_end = local.end_day == "" ? "now()" : "case when ${replace(local.midnight, "{day}", "'${local.end_day}'")} < now() then ${replace(local.midnight, "{day}", "'${local.end_day}'")} else now() end"

  running_rows = local.nothing_named ? "union select conference_id from running where conference_id is not null" : ""

  # Without an acting user, no plan is asked for, and schedules have the titles of their
  # meetings.
  plan_rows  = var.acting_union_id == "" ? "where 1 = 0" : ""
  title_rows = var.acting_union_id == "" ? "select schedule_conference_id, title, date_part('epoch', start_time) from booked" : "select id, title, 1e12 from plan_row"

  # Why a schedule has no plan to compare with.
  no_plan = var.acting_union_id == "" ? local.say.no_acting_user : local.say.no_plan
}
