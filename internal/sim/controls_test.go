package sim_test

import (
	"strings"
	"testing"

	"stet/connector"
	"stet/internal/publish"
	"stet/internal/sim"
)

// TestControls switches one guard off at a time and demands that the checker notices: the guard is needed, and the
// checker can see.
func TestControls(t *testing.T) {
	controls := []struct {
		name  string
		off   publish.Off
		class connector.Class // where the guard matters most; empty: any
		want  string          // an invariant that must break
	}{
		{"fence and write-once", publish.OffFence | publish.OffWriteOnce, connector.AutoSuffix, "I1 "},
		{"intent before call", publish.OffIntent, "", "I6 "},
		{"lookup errors are not absence", publish.OffLookupErrors, "", "I31 "},
		{"version rule", publish.OffVersion, "", "I13 "},
		{"tombstones", publish.OffTombstones, connector.AutoSuffix, "I9 "},
		{"gate re-check", publish.OffGate, "", "I21 "},
		{"read-back", publish.OffReadBack, connector.AutoSuffix, "I2 "},
		{"slug reservation", publish.OffSlug, connector.ClientID, "I29 "},
		{"optimistic locking", publish.OffLocking, connector.AutoSuffix, "I11 "},
	}
	for _, c := range controls {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for seed := uint64(1); seed <= 3000; seed++ {
				o := sim.Options{Seed: seed, Off: c.off, Class: c.class, Rough: true}
				for _, v := range sim.Play(o).Violations {
					if strings.HasPrefix(v, c.want) {
						t.Logf("seed %d: %s", seed, v)
						return
					}
				}
			}
			t.Errorf("with %q switched off no seed broke %s", c.name, c.want)
		})
	}
}

// TestGuardsHold plays the same rough days with every guard on.
func TestGuardsHold(t *testing.T) {
	for seed := uint64(1); seed <= guardSeeds; seed++ {
		for _, class := range []connector.Class{connector.ClientID, connector.AutoSuffix, connector.Bare} {
			if r := sim.Play(sim.Options{Seed: seed, Class: class, Rough: true}); len(r.Violations) > 0 {
				t.Errorf("%v: %v", r, r.Violations)
			}
		}
	}
}
