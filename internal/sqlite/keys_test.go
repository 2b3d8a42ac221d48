package sqlite_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// Lists on two keys cost what one of them costs, and a room code finds the same
// rows in every spelling, once.
func TestKeys(t *testing.T) {
	sim := simulator.Demo(simulator.DemoTime)
	db := open(t, sim)
	read := func(sql string) []string {
		t.Helper()
		r, err := db.Query(t.Context(), sql)
		if err != nil {
			t.Fatal(err)
		}
		lines := text(r)
		slices.Sort(lines)
		return lines
	}
	list := func(values []string) string { return "('" + strings.Join(values, "', '") + "')" }
	schedule := fmt.Sprintf(" from dingtalk_schedule_conference where schedule_conference_id = '%s'", simulator.DemoAllHands)
	ids, codes := read("select conference_id"+schedule), read("select room_code"+schedule)
	users := read("select user_id from dingtalk_user limit 5")
	unions := read("select union_id from dingtalk_user where user_id in " + list(users))
	if len(ids) < 4 || len(users) != 5 || len(unions) != 5 {
		t.Fatalf("%d meetings, %d and %d people", len(ids), len(users), len(unions))
	}
	code := codes[0]
	grouped := code[:3] + " " + code[3:6] + " " + code[6:]
	const byCode = "select conference_id from dingtalk_conference where room_code "
	of := read(byCode + "= '" + code + "'")
	if len(of) == 0 {
		t.Fatal("a room code without a meeting")
	}
	calendar := fmt.Sprintf(" from dingtalk_calendar_event where union_id = '%s' and start_time > '2026-10-01' and start_time < '2026-12-01' and room_code ", simulator.DemoDeveloper)
	inCalendar := "select id, start_time" + calendar
	booked := read("select room_code" + calendar + "is not null")[0]
	bookedGrouped := booked[:3] + " " + booked[3:]
	inSchedule := "select conference_id" + schedule + " and room_code "
	for _, test := range []struct {
		name, sql string
		want      []string
		calls     int // -1 is any number
	}{
		{"two lists", "select conference_id from dingtalk_conference where conference_id in " + list(ids) + " and room_code in " + list(codes), ids, len(ids)},
		{"two lists, the other first", "select conference_id from dingtalk_conference where room_code in " + list(append(codes, "1")) + " and conference_id in " + list(ids), ids, len(ids)},
		{"a list and a spelling", "select conference_id from dingtalk_conference where conference_id in " + list(ids) + " and room_code = '" + grouped + "'", intersection(ids, of), len(ids)},
		{"users and union ids", "select user_id from dingtalk_user where user_id in " + list(users) + " and union_id in " + list(unions), users, 5},
		{"a user and union ids", "select user_id from dingtalk_user where user_id = '" + users[0] + "' and union_id in " + list(unions), users[:1], 1},
		{"a join on both keys", "with asked(id, code) as (select conference_id, room_code" + schedule + ") select c.conference_id from asked as a join dingtalk_conference as c on c.conference_id = a.id and c.room_code = a.code", ids, -1},
		{"a spelling", byCode + "= '" + grouped + "'", of, 1},
		{"two spellings", byCode + "in ('" + grouped + "', '" + code + "')", of, 1},
		{"spellings that a query brings", byCode + "in (select '" + grouped + "' union all select '" + code + "')", of, 1},
		{"a spelling in a calendar", inCalendar + "= '" + bookedGrouped + "'", read(inCalendar + "= '" + booked + "'"), -1},
		{"two spellings in a calendar", inCalendar + "in ('" + bookedGrouped + "', '" + booked + "')", read(inCalendar + "= '" + booked + "'"), -1},
		{"a spelling in a schedule", inSchedule + "= '" + grouped + "'", read(inSchedule + "= '" + code + "'"), -1},
	} {
		t.Run(test.name, func(t *testing.T) {
			fresh := simulator.Demo(simulator.DemoTime)
			db := open(t, fresh)
			r, err := db.Query(t.Context(), test.sql)
			if err != nil {
				t.Fatal(err)
			}
			got := text(r)
			slices.Sort(got)
			slices.Sort(test.want)
			if len(test.want) == 0 {
				t.Fatal("nothing to compare with")
			}
			if d := cmp.Diff(test.want, got); d != "" {
				t.Errorf("rows (-want +got):\n%s", d)
			}
			if n := len(fresh.Calls()) - fresh.Count(simulator.TokenCall); test.calls >= 0 && n != test.calls {
				t.Errorf("%d calls, want %d", n, test.calls)
			}
		})
	}
}

func intersection(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return !slices.Contains(b, s) })
}

// patient is a server that has as many rows as the LIMIT, of which SQLite wants
// none, and brings another when SQLite reads on.
type patient struct{ *scripted }

func (patient) Execute(request *proto.ExecuteRequest, stream proto.WrapperPlugin_ExecuteServer) error {
	send := func(id, title string) error {
		return stream.Send(&proto.ExecuteResponse{Row: &proto.Row{Columns: map[string]*proto.Column{
			"schedule_id": {Value: &proto.Column_StringValue{StringValue: id}},
			"title":       {Value: &proto.Column_StringValue{StringValue: title}},
		}}})
	}
	for range request.ExecuteConnectionData["scripted"].GetLimit().GetValue() {
		if err := send("another", "not wanted"); err != nil {
			return err
		}
	}
	select {
	case <-stream.(interface{ More() <-chan struct{} }).More():
		return send("a", "wanted")
	case <-stream.Context().Done():
		return context.Cause(stream.Context())
	}
}

// Rows that SQLite leaves out don't count for its LIMIT.
func TestLimitOfRowsThatSQLiteChecks(t *testing.T) {
	e, err := engine.New(patient{&scripted{}}, engine.Connection{Name: "scripted"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	r, err := openOn(t, e).Query(ctx, "select title from conference where schedule_id = 'a' limit 2")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"wanted"}, text(r)); d != "" {
		t.Errorf("rows (-want +got):\n%s", d)
	}
}
