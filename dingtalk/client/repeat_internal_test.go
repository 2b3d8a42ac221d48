package client

import (
	"testing"
	"time"
)

// A wait is changed by up to a quarter, in both directions.
func TestJitter(t *testing.T) {
	const d = 100 * time.Millisecond
	least, most := d, d
	for range 10_000 {
		least, most = min(least, jitter(d)), max(most, jitter(d))
	}
	if least < d*75/100 || least > d*80/100 || most > d*125/100 || most < d*120/100 {
		t.Errorf("%s became %s to %s", d, least, most)
	}
}
