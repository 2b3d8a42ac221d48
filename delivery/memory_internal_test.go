package delivery

import (
	"os"
	"testing"
)

// The SDK collects no garbage itself, unless the user wants it to.
func TestFreeMemInterval(t *testing.T) {
	const name = "STEAMPIPE_FREE_MEM_INTERVAL"
	for value, want := range map[string]string{"": "0", "often": "0", "0": "0", "100": "100", "-1": "-1"} {
		t.Setenv(name, value)
		setFreeMemInterval()
		if got := os.Getenv(name); got != want {
			t.Errorf("%q becomes %q, want %q", value, got, want)
		}
	}
}
