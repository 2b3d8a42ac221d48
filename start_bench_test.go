package main_test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/spc"
)

// BenchmarkStart tells the time from exec to the first answer of the built
// plugin, and its size, as go build makes it and as make install does.
func BenchmarkStart(b *testing.B) {
	sim := simulator.Demo(simulator.DemoTime)
	server := httptest.NewServer(sim)
	defer server.Close()
	for name, flags := range map[string][]string{
		"plain":    {},
		"released": {"-tags", "netgo", "-trimpath", "-ldflags", "-s -w"},
	} {
		b.Run(name, func(b *testing.B) {
			bin := filepath.Join(b.TempDir(), "plugin")
			build := exec.Command("go", append(append([]string{"build"}, flags...), "-o", bin, ".")...)
			build.Env = append(os.Environ(), "CGO_ENABLED=0")
			if out, err := build.CombinedOutput(); err != nil {
				b.Fatalf("%v\n%s", err, out)
			}
			info, err := os.Stat(bin)
			if err != nil {
				b.Fatal(err)
			}
			var took time.Duration
			for b.Loop() {
				start := time.Now()
				p := launch(b, bin, spc.Body(server.URL, sim.App.ClientID, sim.App.ClientSecret))
				if _, err := execute(b, p, []string{simulator.DemoIncident}); err != nil {
					b.Fatal(err)
				}
				took += time.Since(start)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(took.Milliseconds())/float64(b.N), "ms-to-first-answer")
			b.ReportMetric(float64(info.Size())/(1<<20), "MiB")
		})
	}
}
