package dingtalk

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/engine"
	"github.com/turbot/steampipe-plugin-sdk/v5/anywhere"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// BenchmarkLinked reports the memory of a query, above what was there before, and
// when its first row comes, in an engine that links the plugin and buffers its
// rows, beside Steampipe, where they are streamed.
func BenchmarkLinked(b *testing.B) {
	// Steampipe first: the SDK's server of a linked engine reserves memory, after which
	// garbage is collected less often.
	for _, by := range []struct {
		name string
		read func(b *testing.B, url string) func(s engine.Scan, row func()) error
	}{{"Steampipe", readAsSteampipe}, {"linked", readLinked}} {
		for _, c := range []struct{ ids, rows int }{{1, 1000}, {1, 100_000}, {1000, 100}} {
			ids := make([]string, c.ids)
			for i := range ids {
				ids[i] = fmt.Sprint("id", i)
			}
			n, s := c.ids*c.rows, benchScan(ids...)
			read := by.read(b, serveFor(b, newPages(c.rows, 100)))
			b.Run(fmt.Sprintf("%d_ids_of_%d_rows/%s", c.ids, c.rows, by.name), func(b *testing.B) {
				if err := read(s, func() {}); err != nil { // fetches a token
					b.Fatal(err)
				}
				var peak uint64
				var first, all time.Duration
				for b.Loop() {
					peak = max(peak, peakHeap(func() {
						start, rows := time.Now(), 0
						err := read(s, func() {
							if rows++; rows == 1 {
								first += time.Since(start)
							}
						})
						if err != nil || rows != n {
							b.Fatalf("%d rows, %v", rows, err)
						}
						all += time.Since(start)
					}))
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(float64(peak)/(1<<20), "peak-MiB")
				b.ReportMetric(float64(peak)/float64(n), "peak-B/row")
				b.ReportMetric(float64(first)/float64(all), "first-row/last-row")
			})
		}
	}
}

func readAsSteampipe(b *testing.B, url string) func(s engine.Scan, row func()) error {
	e := benchEngine(b, NewServer(), url, false)
	return func(s engine.Scan, row func()) error {
		return e.Execute(context.Background(), s, func(*proto.Row) error { row(); return nil })
	}
}

// readLinked reads as the standalone Postgres and export engines do.
func readLinked(b *testing.B, url string) func(s engine.Scan, row func()) error {
	server := plugin.Server(&plugin.ServeOpts{PluginFunc: Plugin})
	benchEngine(b, server, url, false) // configures it
	return func(s engine.Scan, row func()) error {
		stream := anywhere.NewLocalPluginStream(context.Background())
		server.CallExecuteAsync(&proto.ExecuteRequest{
			Table: s.Table, Connection: "dingtalk", CallId: grpc.BuildCallId(),
			QueryContext: &proto.QueryContext{Columns: s.Columns, Quals: map[string]*proto.Quals{"schedule_conference_id": {Quals: []*proto.Qual{{
				FieldName: "schedule_conference_id", Operator: &proto.Qual_StringValue{StringValue: "="}, Value: s.Quals[0].Value,
			}}}}},
			ExecuteConnectionData: map[string]*proto.ExecuteConnectionData{"dingtalk": {}},
		}, stream)
		for {
			r, err := stream.Recv()
			if err != nil || r == nil {
				return err
			}
			row()
		}
	}
}
