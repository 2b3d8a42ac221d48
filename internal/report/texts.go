package report

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// texts are the words of a report that are not the mod's, in one language.
type texts struct {
	// Lang is the language for browsers.
	Lang string
	// Statuses are the names of the statuses, and Meanings what they mean.
	Statuses, Meanings map[Status]string
	Severities         map[string]string
	// Dimensions are the names of dimensions that many controls have.
	Dimensions map[string]string

	// Count is a number of results with a status, Calls of API calls; OneCall is one.
	Count, Calls, OneCall string
	// Comma and Semicolon stand between members of a list, Colon behind what is explained.
	Comma, Semicolon, Colon string

	// MadeCalls and MadeOneCall are sentences of the head, as is Changed on a variable, its
	// value and its default.
	MadeCalls, MadeOneCall, Changed string
	// Demo marks the report of a made-up organization.
	Demo string

	// The others are words of the HTML page.
	AboutReport, Legend, Filter, Contents, Severity, Evidence, Skip, Back, Documentation, Documented, NoCertification string
}

// languages are the texts by the value of the mod's variable language.
var languages = map[string]texts{
	"en": {
		Lang:     "en",
		Statuses: map[Status]string{Error: "error", Alarm: "alarm", OK: "ok", Info: "info", Skip: "skip"},
		Meanings: map[Status]string{
			Error: "The check could not be made. The message says why.",
			Alarm: "It is not as it should be.",
			OK:    "It is as it should be.",
			Info:  "A fact for the reader, which is neither good nor bad.",
			Skip:  "It was not checked. The sentence says why.",
		},
		Severities: map[string]string{"critical": "critical", "high": "high", "medium": "medium", "low": "low", "none": "none"},
		Dimensions: map[string]string{"meeting_title": "meeting", "host_name": "host", "start_time": "start", "connection_name": "connection"},

		Count: "%[1]d %[2]s", Calls: "%d API calls", OneCall: "%d API call",
		Comma: ", ", Semicolon: "; ", Colon: ": ",

		MadeCalls: "The report made %d API calls.", MadeOneCall: "The report made %d API call.",
		Changed: "The variable %s is %s; its default is %s.",
		Demo:    "DEMO",

		AboutReport: "About this report", Legend: "What the statuses mean", Contents: "Contents",
		Filter:   "Untick a status to hide its results on the screen. On paper all are there.",
		Severity: "severity", Evidence: "evidence for", Skip: "Skip to the results", Back: "Back to the contents",
		Documentation: "What the controls check", Documented: "What it checks",
		NoCertification: "The clauses of standards that controls name are those for which their results can serve as evidence. A report is evidence, not a certification.",
	},
	"zh": {
		Lang:     "zh-CN",
		Statuses: map[Status]string{Error: "错误", Alarm: "告警", OK: "合格", Info: "信息", Skip: "跳过"},
		Meanings: map[Status]string{
			Error: "检查未能完成，原因见说明。",
			Alarm: "不符合要求。",
			OK:    "符合要求。",
			Info:  "供参考的事实，不作好坏评判。",
			Skip:  "未作检查，原因见说明。",
		},
		Severities: map[string]string{"critical": "严重", "high": "高", "medium": "中", "low": "低", "none": "无"},
		Dimensions: map[string]string{"meeting_title": "会议", "host_name": "主持人", "start_time": "开始时间", "connection_name": "连接"},

		Count: "%[2]s %[1]d", Calls: "%d 次 API 调用", OneCall: "%d 次 API 调用",
		Comma: "，", Semicolon: "；", Colon: "：",

		MadeCalls: "生成本报告用了 %d 次 API 调用。", MadeOneCall: "生成本报告用了 %d 次 API 调用。",
		Changed: "变量 %s 的值是 %s，默认值是 %s。",
		Demo:    "DEMO 演示数据",

		AboutReport: "关于本报告", Legend: "各状态的含义", Contents: "目录",
		Filter:   "取消勾选某个状态，屏幕上就不显示该状态的结果；打印时全部保留。",
		Severity: "严重程度", Evidence: "可作为以下条款的证据", Skip: "跳到检查结果", Back: "返回目录",
		Documentation: "各检查项的说明", Documented: "说明",
		NoCertification: "检查项所列的标准条款，是其结果可以作为证据的条款。报告是证据，不是认证。",
	},
}

// texts returns the texts of the report's language.
func (r *Report) texts() texts {
	language, _ := r.Mod.Value("language")
	if t, ok := languages[language]; ok {
		return t
	}
	return languages["en"]
}

// counts returns a summary as text, the worst first, as in "2 alarm, 9 ok".
func (t texts) counts(s Summary) string {
	var parts []string
	for _, status := range Statuses {
		if s[status] > 0 {
			parts = append(parts, fmt.Sprintf(t.Count, s[status], t.Statuses[status]))
		}
	}
	return strings.Join(parts, t.Comma)
}

// status returns the name of a status in capitals, and as many spaces behind it as the
// longest name needs.
func (t texts) status(s Status) string {
	width := 0
	for _, name := range t.Statuses {
		width = max(width, utf8.RuneCountInString(name))
	}
	return fmt.Sprintf("%-*s", width, strings.ToUpper(t.Statuses[s]))
}

// dimensions returns the dimensions of a result as text. The title and the start of the
// meeting go without saying where the reason says them, the value of a fact always, and the
// connection if the report has only one.
func (t texts) dimensions(r Result, oneConnection bool) string {
	var parts []string
	for _, d := range r.Dimensions {
		switch d.Key {
		case "meeting_title", "start_time":
			if strings.Contains(r.Reason, d.Value) {
				continue
			}
		case "connection_name":
			if oneConnection {
				continue
			}
		case "value":
			continue
		}
		if d.Value != "" {
			parts = append(parts, t.dimension(d.Key)+t.Colon+d.Value)
		}
	}
	return strings.Join(parts, t.Semicolon)
}

// dimension returns the name of a dimension as a person reads it.
func (t texts) dimension(key string) string {
	if name := t.Dimensions[key]; name != "" {
		return name
	}
	return strings.ReplaceAll(key, "_", " ")
}
