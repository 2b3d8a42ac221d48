package dingtalk

import (
	"context"
	flags "flag"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/delivery"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
	"google.golang.org/protobuf/types/known/timestamppb"
)

var largeWidth = flags.Bool("large-width", false, "let TestWidth read 100,000 people in 3,000 departments, and as many of the other things")

// network connects the plugin with a simulator in memory. Within a bubble of synctest,
// minutes of waiting take no time.
type network struct {
	*http.Transport
	server *http.Server
	dials  atomic.Int64
	conns  chan net.Conn
}

// newNetwork serves an API. The caller closes it.
func newNetwork(h http.Handler) *network {
	n := &network{server: &http.Server{Handler: h}, conns: make(chan net.Conn)}
	n.Transport = &http.Transport{
		// As many as the plugin's own transport keeps.
		MaxIdleConnsPerHost: 3 * client.UnderWay(client.DefaultCallsPerSecond),
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			n.dials.Add(1)
			here, there := net.Pipe()
			select {
			case n.conns <- there:
				return here, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		},
	}
	go func() { _ = n.server.Serve(n) }()
	return n
}

func (n *network) Accept() (net.Conn, error) {
	if c, ok := <-n.conns; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}

func (n *network) Addr() net.Addr { return &net.TCPAddr{} }

func (n *network) Close() error { return nil }

// close ends the connections, and waits until DingTalk's seconds are over.
func (n *network) close() {
	n.CloseIdleConnections()
	close(n.conns)
	n.server.Close()
	time.Sleep(time.Minute)
}

// apps counts the apps of these tests: each has a limit of its own.
var apps atomic.Int64

// inNetwork runs a test on a simulator that allows 20 calls a second, in a bubble of
// synctest.
func inNetwork(t *testing.T, sim *simulator.Simulator, config string, test func(t *testing.T, e *engine.Engine, n *network)) {
	t.Helper()
	sim.CallsPerSecond = client.DefaultCallsPerSecond
	sim.App.ClientID = fmt.Sprint("width-", apps.Add(1))
	c := newConnector()
	server := delivery.NewServer(func(context.Context) *plugin.Plugin { return pluginOf(c) })
	e, err := engine.New(server, engine.Connection{Name: "dingtalk", Config: spc.Body("http://127.0.0.1", sim.App.ClientID, sim.App.ClientSecret) + config})
	if err != nil {
		t.Fatal(err)
	}
	// The SDK makes a cache at the first query, whose goroutines go on.
	if err := e.Execute(t.Context(), engine.Scan{Table: "dingtalk_connection", Columns: []string{"api_calls"}}, func(*proto.Row) error { return nil }); err != nil {
		t.Fatal(err)
	}
	clear(c.clients)
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(sim)
		defer n.close()
		c.transport = n
		test(t, e, n)
	})
}

// bound is a condition on start_time.
func bound(operator, at string) engine.Qual {
	t, err := time.Parse(time.DateOnly, at)
	if err != nil {
		panic(err)
	}
	return engine.Qual{Column: "start_time", Operator: operator, Value: &proto.QualValue{Value: &proto.QualValue_TimestampValue{TimestampValue: timestamppb.New(t)}}}
}

// wide is a query that asks for many things by itself.
type wide struct {
	name   string
	scan   engine.Scan
	config string
	// fill gives a simulator so many of the things. It returns how many rows they are, and
	// how many calls to each API bring them.
	fill func(sim *simulator.Simulator, n int) (rows int, calls map[simulator.CallKind]int)
	// n is the number in a test, and large the one in make bench.
	n, large int
}

// people gives a simulator n departments, ten below each of the first ones, and so on. The
// first of each department's people is in the next one as well. size says how many people
// a department has.
func peopleIn(sim *simulator.Simulator, n int, size func(department int) int) (rows int, calls map[simulator.CallKind]int) {
	lists := 1 // the root's
	for i := range n {
		next := (i + 1) % n
		sim.Departments = append(sim.Departments, simulator.Department{ID: int64(i + 2), Name: fmt.Sprint("d", i), ParentID: int64(i/below + 1)})
		for j := range size(i) {
			id := fmt.Sprintf("%d-%d", i, j)
			in := []int64{int64(i + 2)}
			if j == 0 {
				in = append(in, int64(next+2))
			}
			sim.People = append(sim.People, simulator.Person{UserID: id, UnionID: "u" + id, Name: "Person " + id, DepartmentIDs: in})
		}
		lists += (size(i) + 1 + 99) / 100
	}
	return len(sim.People), map[simulator.CallKind]int{simulator.UsersCall: lists, simulator.DepartmentsCall: 1 + n}
}

// actor is a user on whose behalf rooms are returned.
func actor(sim *simulator.Simulator) {
	sim.People = append(sim.People, simulator.Person{UserID: "actor", UnionID: "actor", DepartmentIDs: []int64{simulator.RootDepartment}})
}

// roomsOf gives a simulator n rooms, and returns how many pages they are.
func roomsOf(sim *simulator.Simulator, n int) (pages int) {
	actor(sim)
	for i := range n {
		sim.Rooms = append(sim.Rooms, simulator.Room{RoomID: fmt.Sprint("r", i), RoomDetail: &simulator.RoomDetail{RoomUnionID: "x"}})
	}
	return (n + 99) / 100
}

// wides are all ways in which a query asks for many things by itself.
func wides() []wide {
	ofActor := engine.Equals("acting_union_id", "actor")
	users := []string{"user_id", "union_id", "name", "department_ids"}
	return []wide{
		{name: "people", n: 600, large: 3000, scan: engine.Scan{Table: "dingtalk_user", Columns: users},
			fill: func(sim *simulator.Simulator, n int) (int, map[simulator.CallKind]int) {
				return peopleIn(sim, n, func(i int) int {
					if n >= 3000 {
						return people(i+1) - people(i) // 100,000 in all
					}
					return 2 + (people(i+1)-people(i))/large*300
				})
			}},
		{name: "members", n: 700, large: 3400, scan: engine.Scan{Table: "dingtalk_department_member", Columns: []string{"department_id", "user_id"}},
			fill: func(sim *simulator.Simulator, n int) (int, map[simulator.CallKind]int) {
				rows, calls := peopleIn(sim, n, func(int) int { return 1 })
				return 2 * rows, calls
			}},
		{name: "departments", n: 700, large: 3400, scan: engine.Scan{Table: "dingtalk_department", Columns: []string{"department_id"}},
			fill: func(sim *simulator.Simulator, n int) (int, map[simulator.CallKind]int) {
				_, calls := peopleIn(sim, n, func(int) int { return 0 })
				delete(calls, simulator.UsersCall)
				return n, calls
			}},
		{name: "people and their managers", n: 700, large: 3400, scan: engine.Scan{Table: "dingtalk_user", Columns: append(users, "manager_user_id")},
			fill: func(sim *simulator.Simulator, n int) (int, map[simulator.CallKind]int) {
				rows, calls := peopleIn(sim, n/20, func(int) int { return 20 })
				calls[simulator.UserCall] = n
				return rows, calls
			}},
		{name: "people who may be seen alone", n: 700, large: 3400, scan: engine.Scan{Table: "dingtalk_user", Columns: users},
			fill: func(sim *simulator.Simulator, n int) (int, map[simulator.CallKind]int) {
				peopleIn(sim, 1, func(int) int { return n })
				for _, p := range sim.People {
					sim.AppRange.UserIDs = append(sim.AppRange.UserIDs, p.UserID)
				}
				return n, map[simulator.CallKind]int{simulator.UsersCall: 1, simulator.AuthScopesCall: 1, simulator.UserCall: n}
			}},
		{name: "bookings of rooms", n: 700, large: 3400, scan: engine.Scan{Table: "dingtalk_meeting_room_booking", Columns: []string{"room_id"},
			Quals: []engine.Qual{ofActor, bound(">=", "2025-01-02"), bound("<", "2026-02-01")}},
			fill: func(sim *simulator.Simulator, n int) (int, map[simulator.CallKind]int) {
				const spans = 5
				rooms := n / spans * client.MostRoomsOfBookings
				pages := roomsOf(sim, rooms)
				for _, r := range sim.Rooms {
					sim.Bookings[r.RoomID] = []simulator.Booking{{EventID: "e", OrganizerID: "actor", Status: "BUSY",
						Start: &simulator.When{DateTime: "2026-01-20T10:00:00Z"}, End: &simulator.When{DateTime: "2026-01-20T11:00:00Z"}}}
				}
				return rooms, map[simulator.CallKind]int{simulator.RoomsCall: pages, simulator.BookingsCall: n}
			}},
		{name: "rooms and who may book them", n: 700, large: 3400, scan: engine.Scan{Table: "dingtalk_meeting_room", Columns: []string{"room_id", "room_union_id"}, Quals: []engine.Qual{ofActor}},
			fill: func(sim *simulator.Simulator, n int) (int, map[simulator.CallKind]int) {
				return n, map[simulator.CallKind]int{simulator.RoomsCall: roomsOf(sim, n), simulator.RoomCall: n}
			}},
		{name: "meetings and how many attended", n: 700, large: 3400, scan: engine.Scan{Table: "dingtalk_conference", Columns: []string{"conference_id", "attend_num"}, Quals: []engine.Qual{engine.Equals("room_code", "812")}},
			fill: func(sim *simulator.Simulator, n int) (int, map[simulator.CallKind]int) {
				sim.Unscheduled = benchConferences(n)
				for i := range sim.Unscheduled {
					sim.Unscheduled[i].RoomCode = "812"
				}
				return n, map[simulator.CallKind]int{simulator.RoomCodeCall: (n + 99) / 100, simulator.ConferenceInfoCall: n}
			}},
		{name: "years of a calendar", n: 760, large: 3420, config: "page_size = 1\n", scan: engine.Scan{Table: "dingtalk_calendar_event", Columns: []string{"id"},
			Quals: []engine.Qual{engine.Equals("union_id", "actor"), bound(">=", "2010-01-02"), bound("<", "2198-03-01")}},
			fill: func(sim *simulator.Simulator, n int) (int, map[simulator.CallKind]int) {
				const spans = 190
				actor(sim)
				for i := range n {
					start := time.Date(2010, 1, 10, 0, 0, 0, 0, time.UTC).Add(time.Duration(i*spans/n) * (spanOfView - 2*day)).Format(time.RFC3339)
					sim.Calendars["actor"] = append(sim.Calendars["actor"], simulator.Event{ID: fmt.Sprint("e", i), Start: &simulator.When{DateTime: start}, End: &simulator.When{DateTime: start}})
				}
				return n, map[simulator.CallKind]int{simulator.EventsViewCall: n}
			}},
	}
}

// A query that asks for many things by itself takes little longer than the limit of calls
// per second says, however long DingTalk takes for an answer. It makes no call that need
// not be, and none is refused.
func TestWidth(t *testing.T) {
	const perSecond = client.DefaultCallsPerSecond
	for _, latency := range []time.Duration{0, 100 * time.Millisecond, 300 * time.Millisecond} {
		for _, w := range wides() {
			t.Run(fmt.Sprint(w.name, ", ", latency), func(t *testing.T) {
				n := w.n
				if *largeWidth {
					n = w.large
				}
				sim := simulator.New(simulator.DemoApp)
				rows, calls := w.fill(sim, n)
				inNetwork(t, sim, w.config, func(t *testing.T, e *engine.Engine, net *network) {
					sim.Script(simulator.Fault{Serve: simulator.Delay(latency)})
					start, got := time.Now(), 0
					if err := e.Execute(t.Context(), w.scan, func(*proto.Row) error { got++; return nil }); err != nil {
						t.Fatal(err)
					}
					took := time.Since(start).Seconds()
					if got != rows {
						t.Errorf("%d rows, want %d", got, rows)
					}
					most := slices.Max(slices.Collect(maps.Values(calls)))
					least := float64(most-perSecond) / perSecond
					made := map[simulator.CallKind]int{}
					for _, c := range sim.Calls() {
						if c.Kind != simulator.TokenCall {
							made[c.Kind]++
						}
					}
					if !maps.Equal(calls, made) {
						t.Errorf("calls %v, want %v", made, calls)
					}
					for kind := range made {
						if worst := worstSecond(sim, kind); worst > perSecond {
							t.Errorf("%d calls for %s in a second", worst, kind)
						}
					}
					if dials := int(net.dials.Load()); dials > net.MaxIdleConnsPerHost {
						t.Errorf("%d connections", dials)
					}
					t.Logf("%-30s %3d ms a call: %6d rows, %4d calls to one API, %6.1f s, least %6.1f, ratio %.2f", w.name, latency.Milliseconds(), rows, most, took, least, took/least)
					slowest := 1.15 * least
					if !*largeWidth {
						slowest = 1.1*least + 12*latency.Seconds() // it begins with one call at a time
					}
					if took > slowest {
						t.Errorf("%.1f s, where %.1f are long enough", took, slowest)
					}
				})
			})
		}
	}
}
