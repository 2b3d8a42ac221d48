package simulator

import (
	"fmt"
	"time"
)

// The demo organization's schedules. DemoUnknown is an id that the API calls
// invalid.
const (
	DemoAllHands  = "6bd63df9-a2df-47ff-8436-179c6520fbc8" // weekly, recorded, with guests
	DemoStandup   = "0f9b1c52-7d1e-4a64-9c37-2b8f6a1d4e90" // every day, several pages
	DemoIncident  = "b41d7c08-93f5-4e2b-8a6d-5c0e17f2a3d6" // in progress
	DemoAudit     = "e27a60d4-18c9-4b75-a0f3-9d64c3b8e512" // not started yet
	DemoInterview = "7c85f3ae-60b2-4d19-b7e4-f1a29c0d8635"
	DemoSupplier  = "1d5e8a27-c3f0-4b96-8e12-64a9d07b3cf5" // weekly, with one room code
	DemoBoard     = "2e9f4b61-7a85-4cd3-9b20-f8136e5ad7c4" // held an hour late
	DemoLisbon    = "3c7a1d90-e5b2-4f68-a4d7-05b9c82e61f3" // in another time zone
	DemoDrill     = "4f60b3e8-2d97-41ac-b5f8-a7c31904de26" // booked, and not held
	DemoOffsite   = "5b82c9d4-f01e-4a73-86cb-3e7d5f20a918" // cancelled
	DemoBudget    = "8a13e6f7-94cb-4d05-a92e-7b60d1c5f384" // cancelled, and held
	DemoUnknown   = "00000000-0000-4000-8000-000000000000"
)

// bookSchedules fills in when the schedules were booked for: each's last
// meeting.
func (d *demo) bookSchedules() {
	for i, b := range []struct {
		schedule, title string
		start           time.Time
		length          time.Duration
		roomCode        string // "" is that of the schedule's last meeting
	}{
		{DemoAllHands, "全员周会 Weekly all-hands", d.at(time.November, 16, 2, 0), time.Hour, ""},
		{DemoStandup, "Stand-up 每日站会", d.at(time.November, 23, 0, 0), 15 * time.Minute, ""},
		{DemoIncident, "Incident bridge 应急会议", d.now.Add(-20 * time.Minute), time.Hour, ""},
		{DemoAudit, "年度安全审计 Annual security audit", d.at(time.December, 1, 1, 0), 8 * time.Hour, ""},
		{DemoInterview, "Interviews 面试", d.at(time.November, 19, 7, 0), 45 * time.Minute, ""},
		{DemoSupplier, "Supplier review: Acme", d.at(time.November, 19, 7, 30), 45 * time.Minute, ""},
		{DemoBoard, "Board meeting 董事会", d.at(time.November, 17, 6, 0), 90 * time.Minute, ""},
		{DemoLisbon, "Lisbon office sync", d.at(time.November, 18, 17, 0), 30 * time.Minute, ""},
		{DemoDrill, "Disaster recovery drill 灾备演练", d.at(time.November, 19, 8, 0), time.Hour, "812365301"},
		{DemoOffsite, "Offsite planning", d.at(time.November, 20, 3, 0), time.Hour, "812365302"},
		{DemoBudget, "预算评审 Budget review", d.at(time.November, 18, 2, 0), 45 * time.Minute, ""},
	} {
		if held := d.Schedules[b.schedule]; b.roomCode == "" {
			b.roomCode = held[len(held)-1].RoomCode
		}
		d.Plans[b.schedule] = Plan{
			Title: b.title, StartTime: ms(b.start), EndTime: ms(b.start.Add(b.length)), RoomCode: b.roomCode,
			URL: fmt.Sprintf("https://meeting.dingtalk.com/j/Demo%02d", i+1), Phones: []string{"+86 571 0000 0000"},
			Cancelled: b.schedule == DemoOffsite || b.schedule == DemoBudget,
		}
	}
}

// secureSchedules fills in how the schedules are secured. Those that were
// cancelled have no settings any more.
func (d *demo) secureSchedules() {
	yes, no := new(int64(1)), new(int64(0))
	const muted, unmuted, automatic = int64(-1), int64(0), int64(6)
	d.Settings = map[string]Setting{
		// Open to guests, but orderly.
		DemoAllHands: {
			HostUnionID: DemoCEO, CohostUnionIDs: []string{DemoOperations}, LockRoom: no, ScreenShareForbidden: yes, MuteOnJoin: new(muted),
			Extra: &ExtraSetting{WaitingRoom: no, JoinBeforeHost: no, EnableChat: yes, LockNick: yes, LockMediaStatusMicMute: yes, EnableWebAnonymousJoin: new(false)},
		},
		// DingTalk returns little of it.
		DemoStandup: {HostUnionID: DemoPlatform, ConfAllowedCorpID: DemoApp.CorpID, MuteOnJoin: new(unmuted)},
		// Nothing is secured.
		DemoIncident: {
			HostUnionID: DemoPlatform, CohostUnionIDs: []string{}, LockRoom: no, ScreenShareForbidden: no, MuteOnJoin: new(automatic),
			Extra: &ExtraSetting{WaitingRoom: no, JoinBeforeHost: yes, EnableChat: yes, LockNick: no, LockMediaStatusMicMute: no, EnableWebAnonymousJoin: new(true)},
		},
		// A guest has to be let in.
		DemoAudit: {
			HostUnionID: DemoCompliance, CohostUnionIDs: []string{DemoSecurity}, LockRoom: yes, ScreenShareForbidden: yes, MuteOnJoin: new(muted),
			Extra: &ExtraSetting{WaitingRoom: yes, JoinBeforeHost: no, EnableChat: no, LockNick: yes, LockMediaStatusMicMute: yes, EnableWebAnonymousJoin: new(false)},
		},
		// Candidates join in a browser, and wait.
		DemoInterview: {
			HostUnionID: DemoRecruiter, CohostUnionIDs: []string{}, LockRoom: no, ScreenShareForbidden: no, MuteOnJoin: new(unmuted),
			Extra: &ExtraSetting{WaitingRoom: yes, JoinBeforeHost: no, EnableChat: yes, LockNick: no, LockMediaStatusMicMute: no, EnableWebAnonymousJoin: new(true)},
		},
		// The waiting room is off in the other way to say so.
		DemoSupplier: {
			HostUnionID: DemoOperations, CohostUnionIDs: []string{DemoSupport}, LockRoom: no, ScreenShareForbidden: no, MuteOnJoin: new(automatic),
			Extra: &ExtraSetting{WaitingRoom: new(int64(2)), JoinBeforeHost: yes, EnableChat: yes, LockNick: no, LockMediaStatusMicMute: no, EnableWebAnonymousJoin: new(false)},
		},
		// Everything is secured.
		DemoBoard: {
			HostUnionID: DemoCEO, CohostUnionIDs: []string{DemoCFO}, ConfAllowedCorpID: DemoApp.CorpID, LockRoom: yes, ScreenShareForbidden: yes, MuteOnJoin: new(muted),
			Extra: &ExtraSetting{WaitingRoom: yes, JoinBeforeHost: no, EnableChat: no, LockNick: yes, LockMediaStatusMicMute: yes, EnableWebAnonymousJoin: new(false),
				ExtensionAppSettings: []SettingApp{{"demo-board-papers", "COOLAPP-DEMO", "1", ""}}},
		},
		// DingTalk does not return the host.
		DemoLisbon: {
			ConfAllowedCorpID: DemoApp.CorpID, LockRoom: no, MuteOnJoin: new(unmuted),
			Extra: &ExtraSetting{JoinBeforeHost: yes, EnableChat: yes},
		},
		DemoDrill: {
			HostUnionID: DemoSecurity, CohostUnionIDs: []string{DemoPlatform}, ConfAllowedCorpID: DemoApp.CorpID, LockRoom: no, ScreenShareForbidden: no, MuteOnJoin: new(unmuted),
			Extra: &ExtraSetting{WaitingRoom: no, JoinBeforeHost: yes, EnableChat: yes, LockNick: no, LockMediaStatusMicMute: no, EnableWebAnonymousJoin: new(false)},
		},
	}
}
