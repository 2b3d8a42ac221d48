variable "schedule_conference_ids" {
  type        = list(string)
  description = "The IDs of the schedules to check. Leave it empty to find them from calendars (union_ids, whole_directory). It costs one to three API calls for each."
  default     = []
}

variable "union_ids" {
  type        = list(string)
  description = "The union IDs of people from whose calendars meetings are found. It costs an API call for each page of 100 events of each person, and one for each meeting number."
  default     = []
}

variable "whole_directory" {
  type        = bool
  description = "Set it to true to find meetings from the calendars of everybody in the directory. It costs at least one API call for each person, of the 5,000 that the standard edition has in a month."
  default     = false
}

variable "days" {
  type        = number
  description = "The number of days before today whose meetings are checked, unless since names the first. Today's are checked as well."
  default     = 7
}

variable "max_hours" {
  type        = number
  description = "The number of hours after which a meeting in progress is taken for forgotten."
  default     = 8
}

variable "max_minutes_off" {
  type        = number
  description = "The number of minutes by which a meeting may begin before or after the time for which it was booked."
  default     = 15
}

variable "own_corp_id" {
  type        = string
  description = "The CorpId of your organization, to which meetings may be limited. Leave it empty to accept the limit to any one organization."
  default     = ""
}

variable "allowed_phone_join" {
  type        = bool
  description = "Set it to true if people may join by phone, where nobody can check who they are."
  default     = false
}

variable "acting_union_id" {
  type        = string
  description = "The union ID of a user who may see the plans of the schedules, and the rooms with their bookings. Leave it empty to skip the checks that need plans or rooms."
  default     = ""
}

variable "recorded_schedule_conference_ids" {
  type        = list(string)
  description = "The IDs of schedules whose meetings have to be recorded. They are checked where they are also in schedule_conference_ids or found from calendars."
  default     = []
}

variable "unrecorded_schedule_conference_ids" {
  type        = list(string)
  description = "The IDs of schedules whose meetings must not be recorded. They are checked where they are also in schedule_conference_ids or found from calendars."
  default     = []
}

variable "max_calls" {
  type        = number
  description = "The number of API calls for a whole run above which the benchmark Check Itself raises an alarm."
  default     = 500
}

variable "since" {
  type        = string
  description = "The first day whose meetings are checked, as YYYY-MM-DD in time_zone, not after until or today. Leave it empty to begin so many days before today as days has."
  default     = ""
}

variable "until" {
  type        = string
  description = "The last day whose meetings are checked, as YYYY-MM-DD in time_zone. Leave it empty to check them until now."
  default     = ""
}

variable "time_zone" {
  type        = string
  description = "The zone in which days begin and in which times are shown, such as Asia/Shanghai."
  default     = "UTC"
}

variable "language" {
  type        = string
  description = "The language of titles, reasons and dashboards: en or zh."
  default     = "en"
  enum        = ["en", "zh"]
}

variable "names" {
  type        = string
  description = "How people are shown: full for their names, initials, or ids for their union IDs. Titles of meetings are shown as they are, and may hold names."
  default     = "full"
  enum        = ["full", "initials", "ids"]
}

variable "alarm_absent_share" {
  type        = number
  description = "The share of those invited, from 0 to 1, whose absence is an alarm. With 1, that is only a meeting to which nobody came."
  default     = 1
}

variable "max_minutes_over" {
  type        = number
  description = "The number of minutes by which a meeting may end after the time for which it was booked."
  default     = 30
}

variable "allowed_chat" {
  type        = bool
  description = "Set it to false if people must not chat in meetings."
  default     = true
}

variable "allowed_recording_of_outsiders" {
  type        = bool
  description = "Set it to false if a meeting with people from outside must not be recorded."
  default     = true
}

variable "recording_retention_days" {
  type        = number
  description = "The number of days after which a recording has to be deleted. With 0 the age of recordings is not checked. Only recordings of meetings within the period are seen."
  default     = 0
}

variable "recording_regions" {
  type        = list(string)
  description = "The regions in which recordings may be kept, as DingTalk names them. Leave it empty to accept any."
  default     = []
}
