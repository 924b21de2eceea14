//go:build race

package sim_test

// Under the race detector every step costs ten times as much; the whole is played without it.
const (
	defaultSeeds = 1_000
	everyCell    = 10
	guardSeeds   = 30
)
