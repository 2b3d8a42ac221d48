package delivery_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/turbot/steampipe-plugin-sdk/v5/anywhere"
	"github.com/turbot/steampipe-plugin-sdk/v5/grpc/proto"
)

// The standalone Postgres, SQLite and export builds read a query's rows from a
// LocalPluginStream: Recv until it returns nil, which is the end, or an error.
func sdkReceive(stream *anywhere.LocalPluginStream) (rows int, err error) {
	for {
		r, err := stream.Recv()
		if r == nil || err != nil {
			return rows, err
		}
		rows++
	}
}

// An error that comes while Recv waits for the next row looks like the end.
func TestSDKLocalStreamLosesAnError(t *testing.T) {
	const fault = "the loss of an error in anywhere.LocalPluginStream"

	t.Run("the stream alone", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			stream := anywhere.NewLocalPluginStream(t.Context())
			go func() {
				_ = stream.Send(&proto.ExecuteResponse{Row: &proto.Row{}})
				time.Sleep(time.Second) // until Recv waits
				stream.Error(errSDKList)
			}()
			switch rows, err := sdkReceive(stream); {
			case errors.Is(err, errSDKList):
				sdkMended(t, fault, bufferedRows)
			case rows != 1 || err != nil:
				t.Fatalf("%d rows, error %v", rows, err)
			}
		})
	})

	// Here execute's own nil row ends the stream before the error is there.
	t.Run("a query", func(t *testing.T) {
		s := useSDK(t, func(id string, stream func(string)) error {
			stream(id)
			time.Sleep(time.Second) // until Recv waits
			return errSDKList
		})
		synctest.Test(t, func(t *testing.T) {
			stream := anywhere.NewLocalPluginStream(t.Context())
			s.CallExecuteAsync(s.request(false, "a"), stream)
			switch rows, err := sdkReceive(stream); {
			case errors.Is(err, errSDKList):
				sdkMended(t, fault, bufferedRows)
			case rows != 1 || err != nil:
				t.Fatalf("%d rows, error %v", rows, err)
			}
		})
	})
}

// execute and CallExecuteAsync both send the nil row that is the end.
func TestSDKSendsTheEndTwice(t *testing.T) {
	s := useSDK(t, func(id string, stream func(string)) error {
		stream(id)
		return nil
	})
	synctest.Test(t, func(t *testing.T) {
		// A Recv too many must not wait for ever.
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		stream := anywhere.NewLocalPluginStream(ctx)
		s.CallExecuteAsync(s.request(false, "a"), stream)
		synctest.Wait()

		rows, ends := 0, 0
		for range len(stream.Rows()) {
			if r := <-stream.Rows(); r == nil {
				ends++
			} else {
				rows++
			}
		}
		switch {
		case rows != 1:
			t.Fatalf("%d rows", rows)
		case ends < 2:
			sdkMended(t, "the end that a LocalPluginStream is sent twice", bufferedRows)
		}
	})
}

// A list function that streams more rows than the LIMIT, since not the engine's
// LIMIT decides which of them are wanted, has those behind it dropped.
func TestSDKEndsAScanAtALimit(t *testing.T) {
	s := useSDK(t, func(id string, stream func(string)) error {
		for range 5 {
			stream(id)
		}
		return nil
	})
	request := s.request(false, "a")
	for _, data := range request.ExecuteConnectionData {
		data.Limit = &proto.NullableInt{Value: 2}
	}
	stream := anywhere.NewLocalPluginStream(t.Context())
	s.CallExecuteAsync(request, stream)
	switch rows, err := sdkReceive(stream); {
	case err != nil:
		t.Fatal(err)
	case rows != 2:
		sdkMended(t, "that a LIMIT ends a scan", "that the Server calls the SDK without a LIMIT (delivery, rows_wanted.go)")
	}
}
