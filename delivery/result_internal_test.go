package delivery

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"testing/synctest"

	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// While a scan runs, its readers have all rows that it has brought, those of a page that
// has just become full too; and only full pages are packed.
func TestResultOfARunningScan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		more := make(chan int)
		r := startScan(t.Context(), scanRequest{limit: noLimit, scanned: []string{"n"}}, func(_ context.Context, _ *rowsWanted, put func(*proto.ExecuteResponse) error) error {
			brought := 0
			for n := range more {
				for ; brought < n; brought++ {
					if err := put(&proto.ExecuteResponse{Row: &proto.Row{Columns: map[string]*proto.Column{
						"n": {Value: &proto.Column_StringValue{StringValue: strconv.Itoa(brought)}}}}}); err != nil {
						return err
					}
				}
			}
			return nil
		}, func(*result, error) {})
		read := 0
		go func() {
			if err := r.read(context.Background(), []string{"n"}, func(row *proto.Row) error {
				if got := row.Columns["n"].GetStringValue(); got != strconv.Itoa(read) {
					return fmt.Errorf("row %d is %q", read, got)
				}
				read++
				return nil
			}); err != nil {
				t.Error(err)
			}
		}()
		for _, n := range []int{1, pageRows - 1, pageRows, pageRows + 1, 3*pageRows - 1, 3 * pageRows} {
			synctest.Wait()
			more <- n
			synctest.Wait()
			if read != n || len(r.packed) != n/pageRows || len(r.tail) != n%pageRows {
				t.Errorf("of %d rows %d were read; %d pages, and %d rows that are not packed", n, read, len(r.packed), len(r.tail))
			}
		}
		close(more)
	})
}
