package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/turbot/steampipe-plugin-dingtalk/delivery"
	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/sqlite"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// twelve returns a simulator with schedules s00 to s11 of one meeting each, c00 to c11, and a
// schedule big with 101 others. Each of the twelve meetings has 101 members.
func twelve() *simulator.Simulator {
	sim := simulator.New(simulator.DemoApp)
	for i := range 12 {
		conference := fmt.Sprintf("c%02d", i)
		sim.Schedules[fmt.Sprintf("s%02d", i)] = []simulator.Conference{{ConferenceID: conference, Title: conference}}
		for j := range 101 {
			sim.Members[conference] = append(sim.Members[conference], simulator.Member{UserNick: fmt.Sprint("m", j)})
		}
	}
	for i := range 101 {
		sim.Schedules["big"] = append(sim.Schedules["big"], simulator.Conference{ConferenceID: fmt.Sprint("big", i)})
	}
	return sim
}

// idsOfTwelve is a step of a query with the IDs of the twelve schedules.
const idsOfTwelve = "ids(id) as (values ('s00'), ('s01'), ('s02'), ('s03'), ('s04'), ('s05'), ('s06'), ('s07'), ('s08'), ('s09'), ('s10'), ('s11'))"

// openAhead returns an Ahead database with a plugin's server that asks a simulator.
func openAhead(t *testing.T, server engine.Server, sim *simulator.Simulator) *sqlite.DB {
	t.Helper()
	db := openOn(t, engineOn(t, server, sim, "calls_per_second = 1000"))
	db.Ahead = true
	return db
}

// A query makes no call more for making several at a time, and has the same rows.
func TestAhead(t *testing.T) {
	const (
		with    = "with " + idsOfTwelve + " "
		join    = "ids join dingtalk_schedule_conference c on c.schedule_conference_id = ids.id"
		left    = "ids left join dingtalk_schedule_conference c on c.schedule_conference_id = ids.id"
		members = " join dingtalk_conference_member m on m.conference_id = "
	)
	tests := []struct {
		name, sql string
		want      []string
		// schedules and members are the most calls for each.
		schedules, members int
		// atOnce is whether several calls are made at a time.
		atOnce bool
	}{
		{"a join", with + "select count(*), min(title), max(title) from " + join, []string{"12 c00 c11"}, 12, 0, true},
		{"a list", "select count(*) from dingtalk_schedule_conference where schedule_conference_id in ('s00', 's01', 's02', 's03', 's04')", []string{"5"}, 5, 0, true},
		{"a join of two tables", with + "select count(*), count(distinct m.conference_id) from " + join + members + "c.conference_id", []string{"1212 12"}, 12, 24, true},
		{"steps", with + ", c as materialized (select c.conference_id from " + join + ") select count(*), count(distinct m.conference_id) from c" + members + "c.conference_id", []string{"1212 12"}, 12, 24, true},
		{"two tables in turn", with + "select count(*), count(m.conference_id) from " + left + " left" + members + "'c' || substr(ids.id, 2)", []string{"1212 1212"}, 12, 24, false},
		{"keys in place of rows that are missing", with + "select count(*) from " + left + " left" + members + "coalesce(c.conference_id, 'other')", []string{"1212"}, 12, 24, false},
		{"keys of which there are no rows", with + ", without(id) as materialized (select id from " + left + " where c.conference_id is null) select count(*) from without" + members + "without.id", []string{"0"}, 12, 0, true},
		{"each key twice", with + ", twice(id) as (select id from ids union all select id from ids) select count(*) from twice join dingtalk_schedule_conference c on c.schedule_conference_id = twice.id", []string{"24"}, 12, 0, true},
		{"a scan that has not ended", "select count(*) from dingtalk_schedule_conference b left join dingtalk_schedule_conference c on c.schedule_conference_id in ('s00', 's01', 's02', 's03', 's04') left join dingtalk_conference_member m on m.conference_id in ('c00', 'c01', 'c02') and m.user_nick = 'm0' where b.schedule_conference_id = 'big'", []string{"1515"}, 7, 6, true},
		{"an error only without rows", with + "select case when count(*) < 12 then date_part('epoch', 'no time of ' || count(*)) else count(*) end from " + join, []string{"12"}, 12, 0, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			sim := twelve()
			var now, most atomic.Int64
			sim.Script(simulator.Fault{On: simulator.OnLater(simulator.ConferenceCall), Serve: simulator.Delay(100 * time.Millisecond)}, simulator.Fault{Serve: func(w http.ResponseWriter, r *http.Request, real http.Handler) {
				n := now.Add(1)
				defer now.Add(-1)
				for before := most.Load(); n > before && !most.CompareAndSwap(before, n); before = most.Load() {
				}
				simulator.Delay(20*time.Millisecond)(w, r, real)
			}})
			got, err := openAhead(t, dingtalk.NewServer(), sim).Query(t.Context(), test.sql)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(test.want, text(got)); d != "" {
				t.Errorf("rows (-want +got):\n%s", d)
			}
			calls := map[simulator.CallKind]int{}
			for _, c := range sim.Calls() {
				calls[c.Kind]++
			}
			if calls[simulator.ConferenceCall] > test.schedules || calls[simulator.MemberCall] > test.members {
				t.Errorf("calls %v, want at most %d for schedules and %d for members", calls, test.schedules, test.members)
			}
			if n := most.Load(); (n > 1) != test.atOnce {
				t.Errorf("at most %d calls at a time, want several: %v", n, test.atOnce)
			}
		})
	}
}

// The error of a scan that the run itself has made ends the query: nothing more is scanned.
func TestAheadAfterAnError(t *testing.T) {
	sim := twelve()
	sim.Script(simulator.Fault{On: simulator.OnLater(simulator.ConferenceCall), Serve: func(w http.ResponseWriter, r *http.Request, real http.Handler) {
		time.Sleep(20 * time.Millisecond) // the loop over the others has ended by then
		simulator.Refuse(http.StatusForbidden, "Forbidden.AccessDenied", "not yours")(w, r, real)
	}})
	_, err := openAhead(t, dingtalk.NewServer(), sim).Query(t.Context(), "select count(*) from dingtalk_schedule_conference b left join dingtalk_schedule_conference c on c.schedule_conference_id in ('s00', 's01', 's02', 's03', 's04') where b.schedule_conference_id = 'big'")
	if err == nil || !strings.Contains(err.Error(), "not yours") {
		t.Errorf("error %v", err)
	}
	var ids []string
	for _, c := range sim.Calls() {
		if c.Kind == simulator.ConferenceCall {
			ids = append(ids, c.ScheduleConferenceID)
		}
	}
	slices.Sort(ids)
	if d := cmp.Diff([]string{"big", "big", "s00"}, ids); d != "" {
		t.Errorf("calls (-want +got):\n%s", d)
	}
}

// fetches counts how often scans are made ahead.
type fetches struct {
	dingtalk.Server
	n int
}

func (f *fetches) Fetch(ctx context.Context, requests []*proto.ExecuteRequest) ([]delivery.Rows, error) {
	f.n++
	return f.Server.Fetch(ctx, requests)
}

// A query runs again only where that helps: not for rows that are cached, not for each row of
// two tables that are scanned in turn, and not without end.
func TestAheadOnlyWhereItHelps(t *testing.T) {
	const join = "with " + idsOfTwelve + " select count(*) from ids join dingtalk_schedule_conference c on c.schedule_conference_id = ids.id"
	server := &fetches{Server: dingtalk.NewServer()}
	db := openAhead(t, server, twelve())
	for _, step := range []struct {
		name, sql string
		fetches   int
	}{
		{"a join", join, 1},
		{"again", join, 0},
		{"other keys in each run", "with " + idsOfTwelve + " select count(*) from ids left join dingtalk_conference_member m on m.conference_id = ids.id || random()", 20},
		{"two tables in turn", "with " + idsOfTwelve + " select count(*) from ids left join dingtalk_conference_member m on m.conference_id = 'c' || substr(ids.id, 2) left join dingtalk_conference_member n on n.conference_id = 'd' || substr(ids.id, 2)", 3},
	} {
		server.n = 0
		if _, err := db.Query(t.Context(), step.sql); err != nil {
			t.Fatal(err)
		}
		if server.n != step.fetches {
			t.Errorf("%s: scans were made ahead %d times, want %d", step.name, server.n, step.fetches)
		}
	}
	other := &fetches{Server: dingtalk.NewServer()}
	if _, err := openOn(t, engineOn(t, other, twelve())).Query(t.Context(), join); err != nil || other.n != 0 {
		t.Errorf("scans were made ahead %d times where nobody asked for it (%v)", other.n, err)
	}
}

// A query can be cancelled while it makes scans ahead.
func TestAheadIsCancelled(t *testing.T) {
	sim := twelve()
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stop")
	sim.Script(simulator.Fault{On: func(c simulator.Call) bool { return c.ScheduleConferenceID == "s07" }, Serve: func(_ http.ResponseWriter, r *http.Request, _ http.Handler) {
		cancel(stop)
		<-r.Context().Done()
	}})
	if _, err := openAhead(t, dingtalk.NewServer(), sim).Query(ctx, "with "+idsOfTwelve+" select c.title from ids join dingtalk_schedule_conference c on c.schedule_conference_id = ids.id"); err != stop {
		t.Errorf("error %v", err)
	}
}
