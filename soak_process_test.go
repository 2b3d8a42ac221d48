//go:build soak

package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// soaked is a built plugin with a front of its own, looked at from outside: the plugin has
// no page that says how it is.
type soaked struct {
	*grpc.PluginClient
	process  *exec.Cmd
	stderr   syncBuffer
	front    *front
	configs  int           // how many the connection has had
	cacheFor time.Duration // how long an answer serves queries
	cached   atomic.Int64  // queries with rows from the cache
}

func launchSoaked(t *testing.T, bin string, f *front) *soaked {
	s := &soaked{process: exec.Command(bin), front: f, cacheFor: 10 * time.Second}
	logTo = &s.stderr
	defer func() { logTo = nil }()
	s.PluginClient = launchAs(t, s.process, s.config())
	return s
}

// config is the next config of the connection, which differs from the one before.
func (s *soaked) config() string {
	s.configs++
	return spc.Body(s.front.URL, s.front.sim.App.ClientID, s.front.sim.App.ClientSecret) + fmt.Sprintf("calls_per_second = %d\n", 200+s.configs%2)
}

// reconfigure changes the connection, as when somebody edits its file: the next query has
// a new client, and nothing is cached.
func (s *soaked) reconfigure(t *testing.T) {
	if err := s.UpdateConnectionConfigs(&proto.UpdateConnectionConfigsRequest{
		Changed: []*proto.ConnectionConfig{{Connection: "dingtalk", Plugin: name, Config: s.config()}},
	}); err != nil {
		t.Error(err)
	}
}

// state is what a plugin holds.
type state struct {
	descriptors, threads int
	connections          int     // to the front, which count among the descriptors
	resident             float64 // MiB
	live                 int     // MiB: the least that a garbage collection has left since the last state; -1 if there was none
}

func (s state) String() string {
	return fmt.Sprintf("%d descriptors (%d connections), %d threads, %.1f MiB resident, %d MiB live", s.descriptors, s.connections, s.threads, s.resident, s.live)
}

// collected is the runtime's line for a garbage collection (GODEBUG=gctrace=1).
var collected = regexp.MustCompile(`(?m)^gc \d+ @.* \d+->\d+->(\d+) MB,`)

func (s *soaked) state(t *testing.T) state {
	folder := fmt.Sprintf("/proc/%d", s.process.Process.Pid)
	descriptors, err := os.ReadDir(folder + "/fd")
	if err != nil {
		t.Fatal(err)
	}
	status, err := os.ReadFile(folder + "/status")
	if err != nil {
		t.Fatal(err)
	}
	field := func(name string) int {
		_, value, _ := strings.Cut(string(status), "\n"+name+":")
		n, err := strconv.Atoi(strings.Fields(value)[0])
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	now := state{descriptors: len(descriptors), threads: field("Threads"), connections: s.front.open(), resident: float64(field("VmRSS")) / 1024, live: -1}
	for _, gc := range collected.FindAllStringSubmatch(s.stderr.Reset(), -1) {
		if n, _ := strconv.Atoi(gc[1]); now.live < 0 || n < now.live {
			now.live = n
		}
	}
	return now
}

// goroutines ends the plugin, which makes the runtime print all goroutines, and counts
// them by where they were started.
func (s *soaked) goroutines(t *testing.T) (count map[string]int, all int) {
	if err := s.process.Process.Signal(syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	for s.process.Process.Signal(syscall.Signal(0)) == nil { // go-plugin reads what it prints, then waits for its end
		time.Sleep(10 * time.Millisecond)
	}
	count = map[string]int{}
	for _, started := range regexp.MustCompile(`(?m)^created by (.*) in goroutine \d+$`).FindAllStringSubmatch(s.stderr.Reset(), -1) {
		count[started[1]]++
		all++
	}
	return count, all
}

// Reset returns what was written, and forgets it.
func (s *syncBuffer) Reset() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.b.Reset()
	return s.b.String()
}
