package simulator

import (
	"fmt"
	"slices"
	"time"
)

// Meetings of the demo organization, by conference id.
const (
	DemoLastAllHands = "6bd63df90000000000000008"
	DemoRunning      = "b41d7c080000000000000002" // the incident in progress
	DemoOverrun      = "9d3e71c00000000000000001" // in progress for more than eight hours
	DemoEndless      = "9d3e71c00000000000000003" // ended, and nobody knows when or who was there
	DemoVoiceCall    = "9d3e71c00000000000000004"
)

// meeting is a meeting under construction.
type meeting struct {
	schedule string // "" for none
	Conference
	start, end time.Time // end is zero where there is none
	invited    []string  // union ids
	members    []Member
}

// holdMeetings fills in the meetings, their members and their recordings, and
// what they had been booked for.
func (d *demo) holdMeetings() {
	everyone := d.everyone()
	for i := range 8 {
		m := d.meeting(DemoAllHands, fmt.Sprintf("全员周会 Weekly all-hands #%d", 31+i), Ended, d.at(time.September, 28, 2, 0).AddDate(0, 0, 7*i),
			55*time.Minute+time.Duration(i%3)*4*time.Minute, append(slices.Clone(everyone), DemoVendor))
		for j, union := range m.invited {
			switch absent := (7*j+i)%11 == 3; {
			case union == DemoWarehouse:
				m.join(Member{UnionID: union, AttendStatus: new(MemberFailed)})
			case union == DemoAccountant, union == DemoNewcomer, absent && j > 8:
				m.join(Member{UnionID: union, AttendStatus: new(MemberInitial)})
			case union == DemoDeveloper && i == 7:
				m.came(union, 0, 40*time.Minute)
				m.came(union, 24*time.Minute, 0)
			default:
				m.came(union, time.Duration((37*j+11*i)%9-2)*time.Minute, time.Duration((13*j+7*i)%5)*time.Minute)
			}
		}
		m.host(DemoCEO, DemoOperations)
		if i >= 6 {
			m.CloudRecordStatus, m.CloudRecordOwnerUnionID = new(int64(3)), DemoOperations
			d.record(m, 0)
		}
		if i == 7 {
			d.record(m, 1)
			m.came("", 3*time.Minute, 10*time.Minute)
			phone := &m.members[len(m.members)-1]
			phone.UserNick, phone.PstnJoin, phone.OuterOrgMember = "+86 *** **** 0117", true, true
			m.came(DemoRemoved, time.Minute, 56*time.Minute)
			m.members[len(m.members)-1].AttendStatus = new(MemberKicked)
		}
		d.hold(m, DemoCEO)
	}

	team := d.team(210, 220)
	for i := range 230 {
		daysAgo := 229 - i
		start, length := d.at(time.November, 23-daysAgo, 0, 0), time.Duration(12+daysAgo%7)*time.Minute
		// Today's is over at any time of the day: in its first minutes they are brief.
		length = min(length, max(d.now.Sub(start), time.Minute))
		m := d.meeting(DemoStandup, "Stand-up 每日站会", Ended, start, length, team)
		for j, union := range team {
			if (i+j)%9 != 4 {
				m.came(union, min(time.Duration((i+3*j)%4)*30*time.Second, length/2), 0)
			}
		}
		m.host(DemoPlatform)
		d.hold(m, DemoPlatform)
	}

	responders := []string{DemoPlatform, DemoSRE, DemoDeveloper, DemoSecurity, DemoCTO}
	m := d.meeting(DemoIncident, "INC-2041 Payment gateway bridge", Ended, d.now.Add(-70*time.Minute), 40*time.Minute, responders)
	m.cameAll(responders...)
	m.host(DemoPlatform, DemoSRE)
	d.hold(m, DemoPlatform)
	m = d.meeting(DemoIncident, "INC-2047 登录故障应急", InProgress, d.now.Add(-18*time.Minute), 0, responders)
	m.EndTime = new(int64(0)) // as the API of schedules writes it
	m.cameAll(responders[:4]...)
	m.join(Member{UnionID: DemoCTO, AttendStatus: new(MemberCalling)})
	m.host(DemoPlatform)
	m.CloudRecordStatus, m.CloudRecordOwnerUnionID = new(int64(1)), DemoPlatform
	d.hold(m, DemoPlatform)

	m = d.meeting(DemoAudit, "年度安全审计 Annual security audit", NotStarted, d.at(time.December, 1, 1, 0), 0, []string{DemoCompliance, DemoSecurity, DemoCFO, DemoAuditor})
	d.hold(m, DemoCompliance)

	for i, interview := range []struct {
		title       string
		day         int
		length      time.Duration
		interviewer string
	}{
		{"Interview: SRE (second round)", 18, 48 * time.Minute, DemoSRE},
		{"面试:财务主管", 19, 31 * time.Minute, DemoCFO},
	} {
		m := d.meeting(DemoInterview, interview.title, Ended, d.at(time.November, interview.day, 7, 0), interview.length, []string{DemoRecruiter, interview.interviewer})
		m.cameAll(m.invited...)
		m.came("", 2*time.Minute, 0)
		candidate := &m.members[2]
		candidate.UserNick, candidate.OuterOrgMember = "Candidate 候选人", true
		m.host(DemoRecruiter)
		if i == 0 {
			m.CloudRecordStatus, m.CloudRecordOwnerUnionID = new(int64(3)), DemoRecruiter
			d.record(m, 0)
		}
		d.hold(m, DemoRecruiter)
	}

	for i := range 4 {
		length := 42 * time.Minute
		if i == 1 {
			length = 150 * time.Minute
		}
		m := d.meeting(DemoSupplier, "Supplier review: Acme", Ended, d.at(time.October, 29, 7, 30).AddDate(0, 0, 7*i), length,
			[]string{DemoOperations, DemoCFO, DemoAccountant, DemoSupport, DemoVendor})
		m.RoomCode = "812365400"
		m.cameAll(DemoCFO, DemoSupport, DemoVendor)
		if i != 2 { // the host was not there
			m.came(DemoOperations, -time.Minute, 0)
			m.host(DemoOperations)
		}
		d.hold(m, DemoOperations)
	}

	m = d.meeting(DemoBoard, "Board meeting 董事会", Ended, d.at(time.November, 17, 7, 0), 85*time.Minute, []string{DemoCEO, DemoCTO, DemoCFO, DemoCompliance})
	m.cameAll(m.invited...)
	m.host(DemoCEO, DemoCFO)
	d.hold(m, DemoCEO)
	m = d.meeting(DemoLisbon, "Lisbon office sync", Ended, d.at(time.November, 18, 17, 2), 28*time.Minute, []string{DemoSupport, DemoOperations})
	m.cameAll(m.invited...)
	m.host(DemoSupport)
	d.hold(m, DemoSupport)
	m = d.meeting(DemoBudget, "预算评审 Budget review", Ended, d.at(time.November, 18, 2, 3), 37*time.Minute, []string{DemoCFO, DemoCTO})
	m.cameAll(m.invited...)
	m.host(DemoCFO)
	d.hold(m, DemoCFO)
	d.Schedules[DemoDrill], d.Schedules[DemoOffsite] = nil, nil

	m = d.meeting("", "user_8841 发起的视频会议", InProgress, d.now.Add(-9*time.Hour-10*time.Minute), 0, []string{DemoUnnamed})
	m.cameAll(DemoUnnamed)
	m.came("", 4*time.Minute, 0)
	m.members[1].UserNick, m.members[1].OuterOrgMember = "guest", true
	m.host(DemoUnnamed)
	d.hold(m, DemoUnnamed)
	m = d.meeting("", "王芳发起的视频会议", InProgress, d.now.Add(-25*time.Minute), 0, []string{DemoApps, DemoDeveloper})
	m.cameAll(m.invited...)
	m.host(DemoApps)
	d.hold(m, DemoApps)
	m = d.meeting("", "Quick sync 快速同步", Ended, d.at(time.November, 17, 3, 20), 0, []string{DemoDeveloper, DemoSRE})
	d.hold(m, DemoDeveloper)
	m = d.meeting("", "Voice call 语音通话", Ended, d.at(time.November, 19, 10, 2), 9*time.Minute, []string{DemoSupport})
	m.BizType = "audio_conf"
	m.cameAll(DemoSupport)
	m.came("", time.Minute, 0)
	m.members[1].UserNick, m.members[1].PstnJoin, m.members[1].OuterOrgMember = "+351 *** *** 204", true, true
	m.host(DemoSupport)
	d.hold(m, DemoSupport)
	m = d.meeting("", "林梅发起的视频会议", Ended, d.at(time.November, 18, 9, 15), 22*time.Minute, []string{DemoCEO, DemoSRE})
	m.cameAll(m.invited...)
	m.host(DemoCEO)
	d.hold(m, DemoCEO)
}

// everyone are all people but the front desk.
func (d *demo) everyone() []string {
	var all []string
	for _, p := range d.People {
		if p.UnionID != DemoFrontDesk {
			all = append(all, p.UnionID)
		}
	}
	return all
}

// team are the people of departments.
func (d *demo) team(departments ...int64) []string {
	var team []string
	for _, p := range d.People {
		if slices.Contains(departments, p.DepartmentIDs[0]) {
			team = append(team, p.UnionID)
		}
	}
	return team
}

// meeting begins a meeting. A length of 0 is none.
func (d *demo) meeting(schedule, title string, status int64, start time.Time, length time.Duration, invited []string) *meeting {
	m := &meeting{schedule: schedule, start: start, invited: invited, Conference: Conference{
		Title: title, Status: &status, StartTime: ms(start), CloudRecordStatus: new(int64(0)),
	}}
	if length > 0 {
		m.end = start.Add(length)
		m.EndTime = ms(m.end)
	}
	prefix, roomCode, list := "9d3e71c0", 812_365_500, d.Unscheduled
	m.BizType = "0"
	if schedule != "" {
		prefix, roomCode, list = schedule[:8], 300_000_000+int(schedule[0])*1_000_003, d.Schedules[schedule]
		m.BizType = "3"
	}
	m.ConferenceID = fmt.Sprintf("%s%016x", prefix, len(list)+1)
	m.RoomCode = fmt.Sprintf("%09d", roomCode+len(list))
	return m
}

// join adds a member.
func (m *meeting) join(member Member) { m.members = append(m.members, member) }

// came adds a member who joined so long after the beginning, and left so long
// before the end.
func (m *meeting) came(union string, late, early time.Duration) {
	member := Member{UnionID: union, JoinTime: ms(m.start.Add(late)), AttendStatus: new(MemberIn)}
	if !m.end.IsZero() {
		member.LeaveTime = ms(m.end.Add(-early))
		member.AttendStatus = new(MemberLeft)
		member.Duration = new(*member.LeaveTime - *member.JoinTime)
	}
	m.join(member)
}

// cameAll adds members who came one after the other and stayed.
func (m *meeting) cameAll(unions ...string) {
	for i, union := range unions {
		m.came(union, time.Duration(i)*40*time.Second, 0)
	}
}

// host makes one member the host and others co-hosts.
func (m *meeting) host(host string, coHosts ...string) {
	for i := range m.members {
		member := &m.members[i]
		member.Host = member.UnionID == host
		member.CoHost = slices.Contains(coHosts, member.UnionID)
	}
}

// record adds a recording of the meeting, made by its owner.
func (d *demo) record(m *meeting, recordType int64) {
	n := int64(len(d.Recordings[m.ConferenceID]))
	start, end := m.start.Add(time.Minute), m.end.Add(-20*time.Second)
	d.Recordings[m.ConferenceID] = append(d.Recordings[m.ConferenceID], Recording{
		RecordID: "29088226800" + m.ConferenceID[16:] + "33", UnionID: m.CloudRecordOwnerUnionID, RegionID: "cn-shenzhen",
		MediaID:   fmt.Sprintf("faa1566c%s%08x", m.ConferenceID[:16], *m.StartTime/1000+n),
		StartTime: ms(start), EndTime: ms(end), Duration: new(end.Sub(start).Milliseconds()),
		FileSize: new(end.Sub(start).Milliseconds()*81 - n*10_485_760), RecordType: &recordType,
	})
}

// hold puts a finished meeting into the organization.
func (d *demo) hold(m *meeting, creator string) {
	m.CreatorID, m.CreatorNick = creator, d.nick(creator)
	m.ExternalLinkURL = "https://meeting.dingtalk.com/app?roomCode=" + m.RoomCode + "&token=demo"
	m.InvitedNum, m.AttendNum, m.ActiveNum = new(int64(len(m.invited))), new(int64(0)), new(int64(0))
	came := map[string]bool{}
	for i := range m.members {
		member := &m.members[i]
		if _, ours := d.names[member.UnionID]; !ours {
			member.OuterOrgMember = true
		}
		if member.UserNick == "" {
			member.UserNick = d.nick(member.UnionID)
		}
		if member.JoinTime != nil && !came[member.UnionID+member.UserNick] {
			came[member.UnionID+member.UserNick] = true
			*m.AttendNum++
		}
		if *member.AttendStatus == MemberIn {
			member.Duration = new(d.now.UnixMilli() - *member.JoinTime)
			*m.ActiveNum++
		}
	}
	if m.members != nil {
		d.Members[m.ConferenceID] = m.members
	}
	if m.schedule == "" {
		d.Unscheduled = append(d.Unscheduled, m.Conference)
	} else {
		d.Schedules[m.schedule] = append(d.Schedules[m.schedule], m.Conference)
	}
}
