package dingtalk

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/anywhere"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
	"github.com/turbot/steampipe-plugin-sdk/v5/plugin"
)

// BenchmarkLinked reports the memory of a query, above what was there before, and
// when its first row comes, in an engine that links the plugin and buffers its
// rows, beside Steampipe, where they are streamed.
func BenchmarkLinked(b *testing.B) {
	for _, n := range []int{1000, 100_000} {
		url := serveFor(b, newPages(n, 100))
		s := benchScan("a")
		steampipe := benchEngine(b, NewServer(), url, false)
		server := plugin.Server(&plugin.ServeOpts{PluginFunc: Plugin})
		benchEngine(b, server, url, false) // configures it
		for name, read := range map[string]func(row func()) error{
			"Steampipe": func(row func()) error {
				return steampipe.Execute(context.Background(), s, func(*proto.Row) error { row(); return nil })
			},
			"linked": func(row func()) error {
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
			},
		} {
			b.Run(fmt.Sprintf("%d_rows/%s", n, name), func(b *testing.B) {
				if err := read(func() {}); err != nil { // fetches a token
					b.Fatal(err)
				}
				var peak uint64
				var first, all time.Duration
				for b.Loop() {
					peak = max(peak, peakHeap(func() {
						start, rows := time.Now(), 0
						err := read(func() {
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
