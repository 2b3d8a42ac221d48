connection "dingtalk" {
  plugin = "dingtalk"

  # The base URL of the DingTalk Open API, for the region in which your app was
  # created: https://api.dingtalk.io (international, the default) or
  # https://api.dingtalk.com (China).
  # Can also be set with the DINGTALK_ENDPOINT environment variable.
  # endpoint = "https://api.dingtalk.io"

  # The app's Client ID, also called AppKey or SuiteKey. It is on the app's page
  # Credentials & Basic Info in the developer console: https://open-dev.dingtalk.io
  # (China: https://open-dev.dingtalk.com). How to create an app:
  # https://help.dingtalk.io/open/dingstart/create-application
  # Can also be set with the DINGTALK_CLIENT_ID environment variable.
  # client_id = "dingq3xk8v2m7nwp4rty"

  # The app's Client Secret, also called AppSecret or SuiteSecret, on the same
  # page.
  # Can also be set with the DINGTALK_CLIENT_SECRET environment variable.
  # client_secret = "kXb-EXAMPLE-Qd7vMs_EXAMPLE-9fWzTr2uLhE0EXAMPLE"

  # The organization's CorpId, on the home page of its developer console.
  # Required for a third-party enterprise app.
  # https://help.dingtalk.io/open/dingstart/basic-concepts-beta
  # Can also be set with the DINGTALK_CORP_ID environment variable.
  # corp_id = "ding3c0f9b2e7a1d4f6085c2e9b7d1a4f360"

  # The suite ticket that DingTalk pushes to a third-party enterprise app, for
  # the classic flow. The newer flow needs none, so leave it out:
  # https://help.dingtalk.io/open/development/api-gettoken
  # Can also be set with the DINGTALK_SUITE_TICKET environment variable.
  # suite_ticket = "EXAMPLE7fry2kXbTicket"

  # An access token that you manage yourself, in place of client_id and
  # client_secret. It is used as it is and never refreshed.
  # Can also be set with the DINGTALK_ACCESS_TOKEN environment variable.
  # access_token = "0c9fEXAMPLE3a7be1d52EXAMPLE8f64"

  # DingTalk returns plans, recordings and meeting rooms only on behalf of a user;
  # this is that user's union ID. For recordings, leave it out unless that user may
  # read them all: the plugin finds the owner of each. A query can name another
  # user in acting_union_id.
  # Can also be set with the DINGTALK_ACTING_UNION_ID environment variable.
  # acting_union_id = "uVq7RkLx2iSbP0yTn8sWQiEiE"

  # The base URL of DingTalk's older API, which returns people and departments.
  # By default it follows from endpoint: https://oapi.dingtalk.io or
  # https://oapi.dingtalk.com, or the endpoint itself if that is another.
  # Can also be set with the DINGTALK_LEGACY_ENDPOINT environment variable.
  # legacy_endpoint = "https://oapi.dingtalk.io"

  # The number of calls that the app may make to one API in any second, from 1
  # to 1000. Raise it if your DingTalk package allows more than the standard
  # edition.
  # calls_per_second = 20

  # The most API calls that count against the organization's month, in any 24
  # hours. A query that needs more ends with an error. By default there is no
  # bound. For the standard edition, 160 is recommended: 5,000 calls a month are
  # 161 a day in a month of 31 days, and one careless join would spend them for
  # all programs of the organization.
  # calls_per_day = 160

  # The number of rows that one API call asks for, from 1 to 500.
  # page_size = 100

  # DingTalk error codes that mean "no rows" instead of an error, besides those
  # for an unknown ID. * stands for any text. With noPermission, a query over many
  # meetings leaves out those of other organizations, and those that the app may
  # not see, instead of ending at the first of them.
  # ignore_error_codes = ["noPermission"]

  # "zh" adds to an error message a line in Chinese that says what to do; "en" adds
  # none. By default, it is the language of the environment in which Steampipe was
  # started: the first of LC_ALL, LC_MESSAGES and LANG that is set.
  # language = "zh"
}
