//go:build !race

package sim_test

const (
	defaultSeeds = 20_000
	everyCell    = 1
	guardSeeds   = 300
)
