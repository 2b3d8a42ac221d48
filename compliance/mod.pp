mod "dingtalk_compliance" {
  title         = "DingTalk Compliance"
  description   = "Run benchmarks and dashboards on how an organization meets in DingTalk: how its video meetings are secured, who attended, what took place, what was recorded, and how rooms are used."
  color         = "#3296FA"
  documentation = file("./docs/index.md")
  categories    = ["dingtalk", "compliance", "saas", "security"]

  opengraph {
    title       = "Powerpipe Mod for DingTalk Compliance"
    description = "Run benchmarks and dashboards on how an organization meets in DingTalk, with Powerpipe and Steampipe."
  }
}

benchmark "compliance" {
  title       = local.texts.compliance_title
  description = local.texts.compliance_about
  tags = merge(local.dingtalk_compliance_common_tags, {
    type = "Benchmark"
  })

  children = [
    benchmark.check_itself,
    benchmark.meeting_security,
    benchmark.attendance_evidence,
    benchmark.meeting_lifecycle,
    benchmark.recording,
    benchmark.room_use
  ]
}
