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
  description = "The number of days before today whose meetings are checked. Today's are always checked."
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
