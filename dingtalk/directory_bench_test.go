package dingtalk

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
)

// directory is an API of an organization that it invents for each call: it
// keeps nothing in memory. It has small departments and, of each 75, a large
// one; there are ten below each of the first ones, and so on. Each department
// lists the first person of the next one as well.
type directory struct {
	departments int
	// How many calls it had.
	userLists, departmentLists, others *atomic.Int64
}

func newDirectory(departments int) directory {
	return directory{departments, new(atomic.Int64), new(atomic.Int64), new(atomic.Int64)}
}

const (
	small, large, largeOf = 20, 1020, 75
	below                 = 10
)

// people is how many people the first so many departments have.
func people(departments int) int {
	return departments*small + departments/largeOf*(large-small)
}

// leastCalls are the lists of users by pages of 100, and those of departments;
// the root has no people.
func (d directory) leastCalls() (users, departments int) {
	nLarge := d.departments / largeOf
	const pagesOfLarge = (large + 1 + 99) / 100
	return 1 + d.departments - nLarge + nLarge*pagesOfLarge, 1 + d.departments
}

func (d directory) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if strings.HasPrefix(r.URL.Path, "/v1.0/oauth2/") {
		_, _ = io.WriteString(w, `{"accessToken":"t","expireIn":7200}`)
		return
	}
	number := func(name string) int {
		n, _ := strconv.Atoi(r.PostFormValue(name))
		return n
	}
	// The root is 1, the departments are 2, 3, ...
	at := number("dept_id") - int(client.RootDepartmentID)
	switch r.URL.Path {
	case "/topapi/v2/department/listsub":
		d.departmentLists.Add(1)
		var list []string
		for i := at*below + 1; i <= min(at*below+below, d.departments); i++ {
			list = append(list, fmt.Sprintf(`{"dept_id":%d,"name":"Department %d","parent_id":%d}`, i+1, i, at+1))
		}
		fmt.Fprintf(w, `{"errcode":0,"errmsg":"ok","result":[%s]}`, strings.Join(list, ","))
	case "/topapi/v2/user/list":
		d.userLists.Add(1)
		if at == 0 {
			_, _ = io.WriteString(w, `{"errcode":60019,"errmsg":"no members"}`)
			return
		}
		first, end := people(at-1), min(people(at)+1, people(d.departments))
		from := first + number("cursor")
		to := min(from+number("size"), end)
		list := make([]json.RawMessage, 0, 100)
		for i := from; i < to; i++ {
			list = append(list, fmt.Appendf(nil, `{"userid":%q,"unionid":"u%016xiEiE","name":"Person %d","avatar":"https://example.com/avatars/%d.png","job_number":"A-%06d","title":"Engineer",`+
				`"email":"person%d@example.com","mobile":"","dept_id_list":[%d],"hired_date":1597573616828,"active":true,"admin":false,"boss":false,"leader":false}`, userID(i), i, i, i, i, i, at+1))
		}
		b, err := json.Marshal(list)
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(w, `{"errcode":0,"errmsg":"ok","result":{"has_more":%t,"next_cursor":%d,"list":%s}}`, to < end, to-first, b)
	default:
		d.others.Add(1)
		w.WriteHeader(http.StatusNotFound)
	}
}

// userID is as long as DingTalk's are.
func userID(i int) string { return fmt.Sprintf("%018d", 310_000_000_000_000_000+i) }

// BenchmarkDirectory reads a whole directory. The seconds under the limit are
// computed from the calls to the API that has more of them: 20 at once, and 20
// more in each second that follows.
func BenchmarkDirectory(b *testing.B) {
	const perSecond = client.DefaultCallsPerSecond
	scan := engine.Scan{Table: "dingtalk_user", Columns: []string{"user_id", "union_id", "name", "email", "job_number", "department_ids"}}
	b.Setenv("STEAMPIPE_FREE_MEM_INTERVAL", "100") // so that the peak is little more than what is kept
	sizes := []int{300, 3000}                      // departments
	peaks := map[int]uint64{}
	for _, departments := range sizes {
		b.Run(fmt.Sprintf("%d_people", people(departments)), func(b *testing.B) {
			api := newDirectory(departments)
			e := benchEngine(b, NewServer(), serveFor(b, api), false)
			one := int64(1)
			first := scan
			first.Limit = &one
			count(b, e, first) // fetches a token
			for b.Loop() {
				api.userLists.Store(0)
				api.departmentLists.Store(0)
				peaks[departments] = max(peaks[departments], peakHeap(func() {
					if n := count(b, e, scan); n != people(departments) {
						b.Fatalf("%d people, want %d", n, people(departments))
					}
				}))
			}
			users, lists := api.userLists.Load(), api.departmentLists.Load()
			leastUsers, leastLists := api.leastCalls()
			if users != int64(leastUsers) || lists != int64(leastLists) || api.others.Load() > 0 {
				b.Errorf("%d lists of users and %d of departments, where %d and %d are enough; %d other calls", users, lists, leastUsers, leastLists, api.others.Load())
			}
			b.ReportMetric(float64(users), "user-calls")
			b.ReportMetric(float64(lists), "department-calls")
			b.ReportMetric(float64(max(users, lists)-perSecond)/perSecond, "least-seconds-computed")
			b.ReportMetric(float64(peaks[departments])/(1<<20), "peak-MiB")
			if departments == sizes[0] {
				return
			}
			// What more people cost, beside what their ids alone take.
			more := people(departments) - people(sizes[0])
			grown := (float64(peaks[departments]) - float64(peaks[sizes[0]])) / float64(more)
			ids := float64(sizeOfIDs(people(departments))-sizeOfIDs(people(sizes[0]))) / float64(more)
			b.ReportMetric(grown, "grown-B/person")
			b.ReportMetric(ids, "ids-B/person")
			if grown > 2*ids {
				b.Errorf("memory grows by %.0f bytes a person, where the ids take %.0f", grown, ids)
			}
		})
	}
}

// sizeOfIDs is the memory of a set of so many user ids.
func sizeOfIDs(n int) uint64 {
	runtime.GC()
	before := heap()
	ids := map[string]bool{}
	for i := range n {
		ids[userID(i)] = true
	}
	runtime.GC()
	size := heap() - before
	runtime.KeepAlive(ids)
	return size
}
