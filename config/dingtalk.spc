connection "dingtalk" {
  plugin = "dingtalk"

  # The base URL of the DingTalk Open API, for the region in which your app was
  # created: https://api.dingtalk.io (international, the default) or
  # https://api.dingtalk.com (China).
  # Can also be set with the DINGTALK_ENDPOINT environment variable.
  # endpoint = "https://api.dingtalk.io"

  # The app's Client ID, also called AppKey or SuiteKey.
  # Can also be set with the DINGTALK_CLIENT_ID environment variable.
  # client_id = "dingabcdefghijklmnop"

  # The app's Client Secret, also called AppSecret or SuiteSecret.
  # Can also be set with the DINGTALK_CLIENT_SECRET environment variable.
  # client_secret = "YOUR_CLIENT_SECRET"

  # The organization's CorpId. Required for a third-party enterprise app.
  # Can also be set with the DINGTALK_CORP_ID environment variable.
  # corp_id = "ding0123456789abcdef"

  # The suite ticket that DingTalk pushes to a third-party enterprise app, for
  # the classic flow. Leave it out for the newer flow, which needs none.
  # Can also be set with the DINGTALK_SUITE_TICKET environment variable.
  # suite_ticket = "YOUR_SUITE_TICKET"

  # An access token that you manage yourself, in place of client_id and
  # client_secret. It is used as it is and never refreshed.
  # Can also be set with the DINGTALK_ACCESS_TOKEN environment variable.
  # access_token = "YOUR_ACCESS_TOKEN"

  # The union ID of the user in whose name DingTalk is asked what it tells to a
  # user only: the plan of a schedule, and recordings. For recordings, leave it
  # out unless that user may read them all: the plugin finds each one's owner.
  # A query can name another in acting_union_id.
  # Can also be set with the DINGTALK_ACTING_UNION_ID environment variable.
  # acting_union_id = "uVq7RkLx2iSbP0yTn8sWQiEiE"

  # The base URL of DingTalk's older API, which knows people and departments.
  # It follows from endpoint, as https://oapi.dingtalk.io or
  # https://oapi.dingtalk.com, or as the endpoint itself where that is another.
  # Can also be set with the DINGTALK_LEGACY_ENDPOINT environment variable.
  # legacy_endpoint = "https://oapi.dingtalk.io"

  # The number of calls that the app may make to one API in any second, from 1
  # to 1000. Raise it if you have a package of DingTalk's that allows more than
  # the standard edition.
  # calls_per_second = 20

  # The number of rows asked for in one API call, from 1 to 500.
  # page_size = 100

  # DingTalk error codes that mean "no rows" instead of an error, besides those
  # for an unknown ID. * stands for any text.
  # ignore_error_codes = ["Forbidden.AccessDenied.AccessTokenPermissionDenied"]
}
