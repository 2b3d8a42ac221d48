package simulator

import (
	"fmt"
	"time"
)

// The demo organization's schedules. DemoUnknown is an id that the API calls
// invalid.
const (
	DemoAllHands  = "6bd63df9-a2df-47ff-8436-179c6520fbc8"
	DemoStandup   = "0f9b1c52-7d1e-4a64-9c37-2b8f6a1d4e90"
	DemoIncident  = "b41d7c08-93f5-4e2b-8a6d-5c0e17f2a3d6"
	DemoAudit     = "e27a60d4-18c9-4b75-a0f3-9d64c3b8e512"
	DemoInterview = "7c85f3ae-60b2-4d19-b7e4-f1a29c0d8635"
	DemoUnknown   = "00000000-0000-4000-8000-000000000000"
)

// DemoApp is the app that the demo organization knows.
var DemoApp = App{
	ClientID:     "demo-client-id",
	ClientSecret: "demo-client-secret",
	CorpID:       "demo-corp-id",
	SuiteTicket:  "demo-suite-ticket",
}

// Demo returns a Simulator with a made-up organization in the autumn of 2026:
// a weekly all-hands, a daily stand-up of several pages, an incident call in
// progress, an audit not started yet and interviews. It is always the same.
func Demo() *Simulator {
	s := New(DemoApp)
	day := func(month time.Month, d, hour, minute int) time.Time {
		return time.Date(2026, month, d, hour, minute, 0, 0, time.UTC)
	}

	for i := range 8 {
		start := day(time.September, 28, 2, 0).AddDate(0, 0, 7*i)
		s.add(DemoAllHands, fmt.Sprintf("全员周会 Weekly all-hands #%d", 31+i), 1, start, 55*time.Minute+time.Duration(i%3)*4*time.Minute)
	}
	for i := range 230 {
		start := day(time.January, 5, 1, 30).AddDate(0, 0, i/5*7+i%5)
		s.add(DemoStandup, "Stand-up 每日站会", 1, start, time.Duration(12+i%7)*time.Minute)
	}
	s.add(DemoIncident, "INC-2041 Payment gateway bridge", 1, day(time.November, 20, 6, 10), 95*time.Minute)
	s.add(DemoIncident, "INC-2047 登录故障应急", 2, day(time.November, 23, 5, 42), 0)
	s.add(DemoAudit, "年度安全审计 Annual security audit", 0, day(time.December, 1, 1, 0), -1)
	s.add(DemoInterview, "Interview: SRE (second round)", 1, day(time.November, 18, 7, 0), 48*time.Minute)
	s.add(DemoInterview, "面试:财务主管", 1, day(time.November, 19, 7, 0), 31*time.Minute)
	return s
}

// add appends a meeting. A length of 0 leaves the end at 0, as the API does
// for a meeting in progress; a negative one leaves it out.
func (s *Simulator) add(schedule, title string, status int64, start time.Time, length time.Duration) {
	n := len(s.Schedules[schedule])
	startMs, endMs := start.UnixMilli(), int64(0)
	c := Conference{
		ConferenceID: fmt.Sprintf("%s%016x", schedule[:8], n+1),
		Title:        title,
		RoomCode:     fmt.Sprintf("%09d", 300_000_000+int(schedule[0])*1_000_003+n),
		Status:       &status,
		StartTime:    &startMs,
	}
	if length > 0 {
		endMs = start.Add(length).UnixMilli()
	}
	if length >= 0 {
		c.EndTime = &endMs
	}
	s.Schedules[schedule] = append(s.Schedules[schedule], c)
}
