package sim_test

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"stet/internal/sim"
)

// TestMatrix plays every cell of the fault matrix: each boundary a class has, each fault, each kill point.
func TestMatrix(t *testing.T) {
	cells := sim.Matrix()
	var next, failed, struck, wanted, kills, wantedKills atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for {
				i := int(next.Add(everyCell)) - everyCell
				if i >= len(cells) || failed.Load() > 10 {
					return
				}
				r := sim.Play(cells[i])
				count(&struck, r.Faults > 0)
				count(&wanted, cells[i].Script.Fault != 0)
				count(&kills, r.Kills+r.Freezes > 0)
				count(&wantedKills, cells[i].Script.Kill != "")
				for _, v := range r.Violations {
					failed.Add(1)
					t.Errorf("%s: %v\n  %s", cells[i].Script, r, v)
				}
			}
		})
	}
	wg.Wait()
	t.Logf("%d cells; %d of %d faults struck, %d of %d kills", len(cells), struck.Load(), wanted.Load(), kills.Load(), wantedKills.Load())
	if struck.Load() < wanted.Load()*98/100 || kills.Load() < wantedKills.Load()*98/100 {
		t.Error("too many cells played without their fault or kill; the matrix is vacuous there")
	}
}

func count(n *atomic.Int64, yes bool) {
	if yes {
		n.Add(1)
	}
}
