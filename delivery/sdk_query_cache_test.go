package delivery_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A query for a part of what another query's scan reads gets the rows of that scan,
// and fails with it.
func TestSDKSharesAPendingScan(t *testing.T) {
	s := useSDK(t, func(id string, stream func(string)) error {
		if id == "c" {
			time.Sleep(time.Second)
			return errSDKList
		}
		stream(id)
		return nil
	})
	synctest.Test(t, func(t *testing.T) {
		of3 := make(chan error)
		go func() {
			_, err := s.query(t.Context(), s.request(true, "a", "b", "c"), nil)
			of3 <- err
		}()
		synctest.Wait() // for the list call of c to sleep

		values, err := s.query(t.Context(), s.request(true, "a", "b"), nil)
		if err := <-of3; !errors.Is(err, errSDKList) {
			t.Fatal(err)
		}
		if err == nil && len(values) == 2 {
			sdkMended(t, "the result from another query's failing scan", ownCache)
		}
	})
}

// The query cache stores a result in pages of 1,000 rows. When a later page has
// been evicted, the rows of the others are sent, then all rows once more.
func TestSDKSendsRowsOfACachedResultTwice(t *testing.T) {
	const rows = 1001 // two pages
	// A page is stored in one of two shards of 2 MB, by the hash of its key, and
	// leaves it when later ones need its place. As the hash is, first pages all
	// go to one shard and second pages to the other: two fillers with a large
	// second page push out the second page asked for. They do not where a
	// filler's large row overtakes the others into its first page, against which
	// it waits. None in 20 is less than 1 in 10⁶ if half of them do.
	list := func(id string, stream func(string)) error {
		for i := range rows - 1 {
			stream(fmt.Sprint(i))
		}
		if id == "a" {
			stream("last")
			return nil
		}
		time.Sleep(10 * time.Millisecond)
		stream(strings.Repeat("x", 1_300_000))
		return nil
	}
	for range 20 {
		s := useSDK(t, list)
		var values []string
		for _, id := range []string{"a", "filler 1", "filler 2", "a"} {
			var err error
			values, err = s.query(t.Context(), s.request(true, id), nil)
			if err != nil {
				t.Fatal(err)
			}
		}
		if len(values) != rows {
			return
		}
	}
	sdkMended(t, "a cached result without one of its later pages", ownCache)
}

// The keys of the query cache leave out newlines and tabs, so that the results
// for two ids overwrite each other.
func TestSDKMixesUpCachedResults(t *testing.T) {
	for name, other := range map[string]string{"newline": "a\nb", "tab": "a\tb"} {
		t.Run(name, func(t *testing.T) {
			s := useSDK(t, func(id string, stream func(string)) error {
				stream(id)
				return nil
			})
			var values []string
			for _, id := range []string{"ab", other, "ab"} {
				var err error
				values, err = s.query(t.Context(), s.request(true, id), nil)
				if err != nil {
					t.Fatal(err)
				}
			}
			if len(values) == 1 && values[0] == "ab" {
				sdkMended(t, "the cache keys without the "+name+" of an id", ownCache)
			}
		})
	}
}
