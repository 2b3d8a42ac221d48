package simulator_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// An error of the older API comes wrapped, or bare on demand; so does one that is
// rehearsed.
func TestBareErrors(t *testing.T) {
	for _, fault := range []string{"", "month", "permission"} {
		for _, bare := range []bool{false, true} {
			sim := vendorReview()
			sim.BareErrors = bare
			if fault != "" {
				if err := sim.Rehearse(fault, 1); err != nil {
					t.Fatal(err)
				}
			}
			answer := httptest.NewRecorder()
			sim.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/topapi/v2/user/get", strings.NewReader("")))
			if wrapped := strings.Contains(answer.Body.String(), `"errcode":88`); wrapped == bare {
				t.Errorf("%s, bare %v: %s", fault, bare, answer.Body)
			}
		}
	}
}

// A share of the calls is spread evenly, and calls for a token go right.
func TestRehearsedShare(t *testing.T) {
	sim := vendorReview()
	if err := sim.Rehearse("down", 0.25); err != nil {
		t.Fatal(err)
	}
	var failed []bool
	for range 8 {
		failed = append(failed, send(t, sim, "/v1.0/conference/orgConferences").Code == http.StatusInternalServerError)
	}
	equal(t, "failed", []bool{false, false, false, true, false, false, false, true}, failed)
	equal(t, "a token call", 200, postToken(t, sim))
	for name, share := range map[string]float64{"nothing": 1, "down": 0, "month": 1.1} {
		if simulator.New(app).Rehearse(name, share) == nil {
			t.Errorf("%s, %v: no error", name, share)
		}
	}
}
