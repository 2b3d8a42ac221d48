package delivery

import "testing"

// The rows that are wanted of a scan only become more.
func TestRowsWantedAreRaised(t *testing.T) {
	for _, test := range []struct{ from, to, want int64 }{
		{5, 6, 6}, {5, 4, 5}, {5, 5, 5}, {5, noLimit, noLimit}, {noLimit, 5, noLimit}, {noLimit, noLimit, noLimit}, {0, 1, 1}, {0, noLimit, noLimit},
	} {
		w := newRowsWanted(test.from)
		raised := w.raised
		w.raise(test.to)
		if w.rows != test.want {
			t.Errorf("%d raised to %d is %d", test.from, test.to, w.rows)
		}
		select {
		case <-raised:
			if test.want == test.from {
				t.Errorf("%d raised to %d wakes who waits", test.from, test.to)
			}
		default:
			if test.want != test.from {
				t.Errorf("%d raised to %d does not wake who waits", test.from, test.to)
			}
		}
	}
}
