//go:build race

package sim_test

const defaultSeeds = 1_000
