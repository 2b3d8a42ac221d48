//go:build soak

package main_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

const soakSchedules, soakPeople = 100, 300

// soakOrganization has schedules of 0 to 250 meetings, with members in some of them, and
// people in departments.
func soakOrganization() *simulator.Simulator {
	sim := simulator.New(simulator.DemoApp)
	for i := range soakSchedules {
		id := fmt.Sprint("s", i)
		sim.Schedules[id] = nil
		for j := range i * 37 % 251 {
			sim.Schedules[id] = append(sim.Schedules[id], simulator.Conference{ConferenceID: fmt.Sprint(id, ".", j), Title: "Weekly sync"})
		}
		for j := range 2*i + 1 {
			c := fmt.Sprint("m", i)
			sim.Members[c] = append(sim.Members[c], simulator.Member{UnionID: fmt.Sprint(c, "u", j)})
		}
	}
	for i := range int64(20) {
		sim.Departments = append(sim.Departments, simulator.Department{ID: i + 2, Name: fmt.Sprint("Department ", i), ParentID: i/4 + 1})
	}
	for i := range soakPeople {
		sim.People = append(sim.People, simulator.Person{UserID: fmt.Sprint("p", i), UnionID: fmt.Sprint("u", i), Name: "Name",
			DepartmentIDs: []int64{int64(i%20 + 2)}})
	}
	return sim
}

// asked is a query, or one key of a join.
type asked struct {
	table, key, column string
	ids                []string      // nil is all rows
	limit              int64         // -1 is none
	rows               int           // after how many rows the query ends; -1 is all
	within             time.Duration // when it is cancelled; 0 is never
	cache              bool
	want               []string
	err                string // what the error contains; "" is no error
}

var all = asked{limit: -1, rows: -1}

func (s *soaked) meetings(ids ...string) asked {
	q := all
	q.table, q.key, q.column, q.ids, q.cache = "dingtalk_schedule_conference", "schedule_conference_id", "conference_id", ids, true
	for _, id := range ids {
		for _, c := range s.front.sim.Schedules[id] {
			q.want = append(q.want, c.ConferenceID)
		}
	}
	return q
}

func (s *soaked) members(id string) asked {
	q := all
	q.table, q.key, q.column, q.ids, q.cache = "dingtalk_conference_member", "conference_id", "union_id", []string{id}, true
	for _, m := range s.front.sim.Members[id] {
		q.want = append(q.want, m.UnionID)
	}
	return q
}

func (s *soaked) people(ids ...string) asked {
	q := all
	q.table, q.key, q.column, q.ids, q.want = "dingtalk_user", "user_id", "user_id", ids, ids
	if ids == nil {
		for _, p := range s.front.sim.People {
			q.want = append(q.want, p.UserID)
		}
	}
	return q
}

// some returns so many different random ids.
func some(prefix string, n, of int) (ids []string) {
	for _, i := range rand.Perm(of)[:n] {
		ids = append(ids, fmt.Sprint(prefix, i))
	}
	return ids
}

// mix are the kinds of queries; each returns what is asked one after another.
var mix = map[string]func(*soaked) []asked{
	"list of ids": func(s *soaked) []asked { return []asked{s.meetings(some("s", 12, soakSchedules)...)} },
	"join, key by key": func(s *soaked) (keys []asked) {
		for _, id := range some("m", 6, soakSchedules) {
			keys = append(keys, s.members(id))
		}
		return keys
	},
	"directory":      func(s *soaked) []asked { return []asked{s.people()} },
	"people by id":   func(s *soaked) []asked { return []asked{s.people(some("p", 5, soakPeople)...)} },
	"the same again": func(s *soaked) []asked { q := s.meetings(some("s", 8, 20)...); return []asked{q, q} },
	"wrong ids": func(s *soaked) []asked {
		return []asked{s.meetings(append(some("unknown", 3, 1000), some("s", 3, soakSchedules)...)...)}
	},
	"garbage": func(s *soaked) []asked {
		q := s.meetings(append(some("s", 6, soakSchedules), some("garbage", 1, 1000)...)...)
		q.err = `schedule_conference_id "garbage`
		return []asked{q}
	},
	"limit": func(s *soaked) []asked {
		q := s.meetings(some("s", 5, soakSchedules)...)
		q.limit = rand.N(int64(150)) + 1
		q.rows = int(q.limit)
		return []asked{q}
	},
	"limit that the engine reads past": func(s *soaked) []asked {
		q := s.meetings(some("s", 3, soakSchedules)...)
		q.limit = 20
		return []asked{q}
	},
	"cancelled list": func(s *soaked) []asked {
		q := s.meetings(some("s", 12, soakSchedules)...)
		q.within = rand.N(200*time.Millisecond) + 1
		return []asked{q}
	},
	"cancelled directory": func(s *soaked) []asked {
		q := s.people()
		q.within = rand.N(500*time.Millisecond) + 1
		return []asked{q}
	},
}

var callIDs atomic.Int64

// ask asks, and returns what is wrong with the answer; nil is nothing.
func (s *soaked) ask(q asked) error {
	r := request(q.table, q.key, q.cache, append(q.ids, "")[:max(1, len(q.ids))]...)
	quals := r.QueryContext.Quals
	if q.ids == nil {
		quals = nil
	}
	r.QueryContext = proto.NewQueryContext([]string{q.column}, quals, q.limit, nil)
	r.CallId = fmt.Sprint("soak", callIDs.Add(1)) // the SDK's may be the same for two
	r.ExecuteConnectionData["dingtalk"].CacheTtl = int64(s.cacheFor.Seconds())
	stream, _, cancel, err := s.Execute(r)
	if err != nil {
		return err
	}
	defer cancel()
	var cancelled atomic.Bool
	if q.within > 0 {
		defer time.AfterFunc(q.within, func() {
			cancelled.Store(true)
			cancel()
		}).Stop()
	}
	var got []string
	hit := false
	for err == nil && len(got) != q.rows {
		var answer *proto.ExecuteResponse
		if answer, err = stream.Recv(); err == nil {
			got = append(got, answer.Row.Columns[q.column].GetStringValue())
			hit = hit || answer.Metadata.GetCacheHit()
		}
	}
	if hit {
		s.cached.Add(1)
	}
	slices.Sort(got)
	want := slices.Sorted(slices.Values(q.want))
	switch {
	case q.err != "":
		if !strings.Contains(err.Error(), q.err) {
			return fmt.Errorf("in place of an error: %w", err)
		}
		return nil
	case cancelled.Load() && !errors.Is(err, io.EOF), q.rows >= 0 && len(got) == q.rows:
		for _, id := range got { // a part of the answer: each row at most once
			at, found := slices.BinarySearch(want, id)
			if !found {
				return fmt.Errorf("%q should not be among the rows", id)
			}
			want = slices.Delete(want, at, at+1)
		}
		return nil
	case !errors.Is(err, io.EOF):
		return err
	case !slices.Equal(got, want):
		return fmt.Errorf("wrong answer: %d rows in place of %d", len(got), len(want))
	}
	return nil
}
