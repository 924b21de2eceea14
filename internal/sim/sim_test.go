package sim_test

import (
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"stet/internal/sim"
)

// TestSeeds plays random days. STET_SIM_SEEDS says how many, STET_SIM_SEED plays one alone.
func TestSeeds(t *testing.T) {
	if one := os.Getenv("STET_SIM_SEED"); one != "" {
		seed, err := strconv.ParseUint(one, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		play(t, seed)
		return
	}
	seeds := defaultSeeds
	if s := os.Getenv("STET_SIM_SEEDS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		seeds = n
	}
	var next, failed atomic.Int64
	var faults, kills, freezes, calls atomic.Int64
	var hours sync.Map
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			total := 0.0
			for {
				seed := uint64(next.Add(1))
				if seed > uint64(seeds) || failed.Load() > 5 {
					break
				}
				r := sim.Play(sim.Options{Seed: seed})
				faults.Add(int64(r.Faults))
				kills.Add(int64(r.Kills))
				freezes.Add(int64(r.Freezes))
				calls.Add(int64(r.Calls))
				total += r.Hours
				for _, v := range r.Violations {
					failed.Add(1)
					t.Errorf("%v\n  %s\n  again: STET_SIM_SEED=%d go test ./internal/sim -run TestSeeds", r, v, seed)
				}
			}
			hours.Store(&total, total)
		})
	}
	wg.Wait()
	sum := 0.0
	hours.Range(func(_, h any) bool { sum += h.(float64); return true })
	t.Logf("%d seeds, %.0f simulated hours, %d calls, %d faults, %d kills, %d freezes", seeds, sum, calls.Load(), faults.Load(), kills.Load(), freezes.Load())
}

func play(t *testing.T, seed uint64) {
	t.Helper()
	r := sim.Play(sim.Options{Seed: seed, Trace: true})
	t.Logf("%v\n%s", r, r.Trace)
	for _, v := range r.Violations {
		t.Error(v)
	}
}
