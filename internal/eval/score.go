package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// outcome is what happened to one claim: whether it was flagged and whether it should have been.
type outcome struct{ flagged, wrong bool }

// score counts outcomes. The positive class is "not supported".
type score struct{ tp, fp, tn, fn int }

func scoreOf(outcomes []outcome) (s score) {
	for _, o := range outcomes {
		switch {
		case o.flagged && o.wrong:
			s.tp++
		case o.flagged:
			s.fp++
		case o.wrong:
			s.fn++
		default:
			s.tn++
		}
	}
	return s
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return 100 * float64(part) / float64(whole)
}

func (s score) precision() float64  { return share(s.tp, s.tp+s.fp) }
func (s score) recall() float64     { return share(s.tp, s.tp+s.fn) }
func (s score) falseFlags() float64 { return share(s.fp, s.fp+s.tn) }
func (s score) balanced() float64   { return (s.recall() + 100 - s.falseFlags()) / 2 }
func (s score) f1() float64         { return share(2*s.tp, 2*s.tp+s.fp+s.fn) }
func (s score) total() int          { return s.tp + s.fp + s.tn + s.fn }

// interval is the 95 % bootstrap interval of a measure, always with the same random numbers.
func interval(outcomes []outcome, measure func(score) float64) (low, high float64) {
	const rounds = 2000
	random := rand.New(rand.NewPCG(1, 2))
	sample, values := make([]outcome, len(outcomes)), make([]float64, rounds)
	for i := range values {
		for k := range sample {
			sample[k] = outcomes[random.IntN(len(outcomes))]
		}
		values[i] = measure(scoreOf(sample))
	}
	slices.Sort(values)
	return values[rounds*25/1000], values[rounds*975/1000]
}

// row is a line of a table of scores.
func row(name string, outcomes []outcome) string {
	s := scoreOf(outcomes)
	low, high := interval(outcomes, score.balanced)
	return fmt.Sprintf("| %s | %d | %.1f | %.1f | %.1f | %.1f (%.1f to %.1f) | %.1f |",
		name, s.total(), s.precision(), s.recall(), s.f1(), s.balanced(), low, high, s.falseFlags())
}

const scoreHead = "| set | n | precision | recall | F1 | balanced accuracy (95 % interval) | false flags |\n|---|---|---|---|---|---|---|"
