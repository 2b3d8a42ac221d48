package client_test

import (
	"testing"

	"github.com/turbot/steampipe-plugin-dingtalk/dingtalk/client"
	"github.com/turbot/steampipe-plugin-dingtalk/internal/simulator"
)

// Each fault that a person can rehearse comes as what it is, from both APIs; and
// where only some calls meet one that passes, the answer is complete.
func TestRehearsals(t *testing.T) {
	kinds := map[string]client.Kind{
		"address": client.AddressNotAllowed, "cut": client.Transient, "dead-token": client.Unauthenticated, "down": client.Transient,
		"month": client.QuotaSpent, "permission": client.NoPermission, "quota": client.QuotaSpent, "slow": client.Transient, "throttle": client.Throttled,
	}
	for _, r := range simulator.Rehearsals {
		t.Run(r.Name, func(t *testing.T) {
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				schedule(w.sim, "a", 1)
				colleagues(w.sim, 1)
				if err := w.sim.Rehearse(r.Name, 1); err != nil {
					t.Fatal(err)
				}
				equal(t, "kind", kinds[r.Name], errorOf(t, list(t.Context(), w, "a", client.PageOptions{}).err).Kind)
				_, _, err := legacyList(w, client.PageOptions{})
				if kind := errorOf(t, err).Kind; kind != kinds[r.Name] && r.Name != "down" { // which is "busy" in the older API
					t.Errorf("the older API: kind %d, %v", kind, err)
				}
			})
			switch kinds[r.Name] {
			case client.Transient, client.Throttled, client.Unauthenticated:
			default:
				return
			}
			inWorld(t, internalApp, func(t *testing.T, w *world) {
				want := schedule(w.sim, "a", 10)
				if err := w.sim.Rehearse(r.Name, 0.3); err != nil {
					t.Fatal(err)
				}
				got := list(t.Context(), w, "a", client.PageOptions{Size: 1})
				equal(t, "error", error(nil), got.err)
				equal(t, "ids", want, got.ids)
				if calls := w.sim.Count(simulator.ConferenceCall); calls < 13 {
					t.Errorf("%d calls: none met the fault", calls)
				}
			})
		})
	}
}
