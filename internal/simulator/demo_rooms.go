package simulator

import "time"

// The demo organization's rooms.
const (
	DemoBoardRoom   = "demo-room-1" // for administrators, and too large for the board
	DemoBund        = "demo-room-2"
	DemoWestLake    = "demo-room-3" // holds everybody
	DemoBelem       = "demo-room-4" // in another country
	DemoWarRoom     = "demo-room-5" // for some, whose bookings are approved
	DemoPhoneBooth  = "demo-room-6" // has no video
	DemoTrainingHub = "demo-room-7" // is closed
)

// furnishRooms fills in the rooms, with the devices in them as labels.
func (d *demo) furnishRooms() {
	labels := map[int64]string{1: "TV", 2: "phone", 3: "projector", 4: "whiteboard", 5: "video"}
	hangzhou, shenzhen, lisbon := &RoomGroup{1, "Hangzhou 杭州", 0}, &RoomGroup{2, "Shenzhen 深圳", 0}, &RoomGroup{3, "Lisbon", 0}
	for _, r := range []struct {
		id, name    string
		status      int64
		capacity    int64
		group       *RoomGroup
		title, desc string
		labels      []int64
		detail      RoomDetail
	}{
		{DemoBoardRoom, "Board room 董事会会议室", 1, 16, hangzhou, "Headquarters 总部", "Floor 12", []int64{1, 2, 3, 4, 5}, RoomDetail{
			DeviceUnionIDs: []string{"vDemoBoardRoomCamera0iEiE", "vDemoBoardRoomDisplay1iEiE"}, RoomDescription: "By the lift. 电梯旁",
			ExtensionConfig: &RoomConfig{OpenReservation: true, ApprovalSwitch: true}}},
		{DemoBund, "Bund 外滩", 0, 10, hangzhou, "Headquarters 总部", "Floor 3", []int64{1, 5}, RoomDetail{
			DeviceUnionIDs: []string{"vDemoBundCamera2iEiE"}, EnableCycleReservation: new(true),
			ExtensionConfig: &RoomConfig{OpenReservation: true, MinReservationTimeInterval: 15, MaxReservationTimeInterval: 240}}},
		{DemoWestLake, "West Lake 西湖", 0, 60, hangzhou, "Headquarters 总部", "Floor 1", []int64{3, 4, 5}, RoomDetail{
			DeviceUnionIDs: []string{"vDemoWestLakeCamera3iEiE"}, EnableCycleReservation: new(true),
			ExtensionConfig: &RoomConfig{OpenReservation: true}}},
		{DemoBelem, "Belém", 0, 8, lisbon, "Lisbon office", "Ground floor", []int64{1, 5}, RoomDetail{
			DeviceUnionIDs: []string{}, EnableCycleReservation: new(true),
			ExtensionConfig: &RoomConfig{OpenReservation: true, MaxReservationTimeInterval: 480}}},
		{DemoWarRoom, "War room 应急指挥室", 2, 12, shenzhen, "Shenzhen office 深圳办公室", "Floor 8", []int64{1, 2, 4, 5}, RoomDetail{
			DeviceUnionIDs: []string{"vDemoWarRoomCamera4iEiE"}, EnableCycleReservation: new(false),
			ReservationAuthority: &RoomAuthority{[]RoomMember{{DemoSecurity, "user", d.nick(DemoSecurity)}, {"210", "dept", "Platform 平台组"}}},
			ExtensionConfig:      &RoomConfig{OpenReservation: true, ApprovalSwitch: true}}},
		{DemoPhoneBooth, "Phone booth 电话间", 0, 2, shenzhen, "Shenzhen office 深圳办公室", "Floor 8", []int64{2}, RoomDetail{
			EnableCycleReservation: new(false), ExtensionConfig: &RoomConfig{OpenReservation: true, MaxReservationTimeInterval: 60}}},
		{DemoTrainingHub, "Training hub 培训室", 0, 30, shenzhen, "Shenzhen office 深圳办公室", "Floor 2", nil, RoomDetail{
			ExtensionConfig: &RoomConfig{ReservationCloseDetail: &RoomClose{
				ms(d.at(time.November, 9, 0, 0)), ms(d.at(time.December, 21, 0, 0)), "Renovation 装修", d.nick(DemoOperations)}}}},
	} {
		room := Room{
			RoomID: r.id, CorpID: DemoApp.CorpID, RoomName: r.name, RoomStatus: &r.status, RoomCapacity: &r.capacity, RoomGroup: r.group,
			RoomLocation: &RoomLocation{r.title, r.desc}, RoomLabels: []RoomLabel{}, RoomDetail: &r.detail,
		}
		room.RoomUnionID = "r" + r.id + "iEiE"
		for _, id := range r.labels {
			room.RoomLabels = append(room.RoomLabels, RoomLabel{id, labels[id]})
		}
		d.Rooms = append(d.Rooms, room)
	}
	d.Rooms[0].RoomPicture = "https://static.example.com/demo/board-room.jpg"
	d.Rooms[3].ISVRoomID = "lisbon-0-1"
}
