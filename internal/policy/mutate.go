package policy

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"stet/internal/policy/strict"
)

// Mutant is a changed rule that all tests of the rule take for the true one: what they do not hold fast.
type Mutant struct {
	Rule   string `json:"rule"`
	Change string `json:"change"`
}

// maxMutants is how many changes of one rule are tried.
const maxMutants = 200

// Mutate changes one thing at a time in the rules that the pack has tests for, raising and lowering limits, dropping words
// and inverting conditions, and runs their tests again. The tests of a good pack notice every change.
func Mutate(ctx context.Context, p *Pack) (tried int, survivors []Mutant) {
	for _, r := range p.Rules {
		if len(r.Tests) == 0 {
			continue
		}
		for _, m := range mutations(r) {
			if ctx.Err() != nil {
				return tried, survivors
			}
			tried++
			if p.survives(ctx, r, m) {
				survivors = append(survivors, Mutant{r.ID, m.change})
			}
		}
	}
	return tried, survivors
}

// mutation is another value of one of a rule's keys.
type mutation struct {
	key    string
	value  any
	change string
}

func (p *Pack) survives(ctx context.Context, r *Rule, m mutation) bool {
	faults := &strict.Faults{}
	pairs := slices.Clone(r.pairs)
	at := slices.IndexFunc(pairs, func(pair strict.Pair) bool { return pair.Name == m.key })
	pairs[at].Value = strict.Of(m.key, m.value, faults)
	changed, _ := p.rule(r.ID, pairs[0].Key, pairs, true, faults)
	if changed == nil || faults.Err() != nil {
		return false // no rule at all: loading it notices
	}
	for i := range r.Tests {
		if _, failure := p.runTest(ctx, changed, &r.Tests[i]); failure != "" {
			return false
		}
	}
	return true
}

// mutations are the changes to be tried on a rule.
func mutations(r *Rule) (list []mutation) {
	for _, pair := range r.pairs {
		switch pair.Name {
		case "id", "kind", "off", "severity", "weight", "message", "remedy", "why", "fix", "tests", "locales":
			continue // no change of these changes where a rule finds something
		}
		for _, c := range changes(pair.Value.Value(), pair.Name) {
			list = append(list, mutation{pair.Name, c.value, c.what})
		}
	}
	return list[:min(len(list), maxMutants)]
}

// change is another value with what makes it so.
type change struct {
	value any
	what  string
}

func changes(value any, name string) (list []change) {
	switch v := value.(type) {
	case int64:
		step := max(1, v/10)
		for _, other := range []int64{v + step, v - step} {
			list = append(list, change{other, fmt.Sprintf("%s: %d in place of %d", name, other, v)})
		}
	case float64:
		for _, other := range []float64{v * 1.1, v * 0.9} {
			list = append(list, change{other, fmt.Sprintf("%s: %g in place of %g", name, other, v)})
		}
	case bool:
		list = append(list, change{!v, fmt.Sprintf("%s: %t in place of %t", name, !v, v)})
	case string:
		if name == "when" || name == "assert" {
			list = append(list, change{"!(" + v + ")", name + " inverted"})
		}
	case []any:
		for i := range v {
			list = append(list, change{slices.Delete(slices.Clone(v), i, i+1), fmt.Sprintf("%s without %v", name, v[i])})
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			without := maps.Clone(v)
			delete(without, key)
			list = append(list, change{without, fmt.Sprintf("%s without %s", name, key)})
		}
	}
	return list
}
