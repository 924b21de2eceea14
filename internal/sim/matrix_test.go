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
	var next, failed atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(cells) || failed.Load() > 10 {
					return
				}
				r := sim.Play(cells[i])
				for _, v := range r.Violations {
					failed.Add(1)
					t.Errorf("%s: %v\n  %s", cells[i].Script, r, v)
				}
			}
		})
	}
	wg.Wait()
	t.Logf("%d cells", len(cells))
}
