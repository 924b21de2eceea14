package revise

import (
	"context"
	"fmt"

	"stet/internal/qa"
)

// fault says why a round is not kept; empty: it is. The score must rise, or the document pass where it did not before
// (a blocker can go without a point being won); no rule may block more than before; and a reviser may bring in nothing
// that neither the source's text nor the knowledge base has. A fix says what the policy's authors wrote, so it may.
func (l Loop) fault(ctx context.Context, d Draft, r *Round, before, after qa.Report) (string, error) {
	if r.Diff == "" {
		return "it changes nothing", nil
	}
	if len(after.Errors) > 0 {
		return "the result could not be judged: " + after.Errors[0], nil
	}
	if rule, n := worse(blockers(before), blockers(after)); rule != "" {
		return fmt.Sprintf("%s blocks %d times after it", rule, n), nil
	}
	if after.Score <= before.Score && !after.Passed {
		return fmt.Sprintf("the score does not rise: %d before, %d after", before.Score, after.Score), nil
	}
	if r.By == ByFixer {
		return "", nil
	}
	return l.invented(ctx, d, r)
}

// blockers counts the findings that block, by rule.
func blockers(r qa.Report) map[string]int {
	counts := map[string]int{}
	for _, f := range r.Findings {
		if f.Severity == qa.Blocker && f.Waived == nil {
			counts[f.Rule]++
		}
	}
	return counts
}

// worse gives a rule that blocks more than before, the first by name.
func worse(before, after map[string]int) (rule string, n int) {
	for name, count := range after {
		if count > before[name] && (rule == "" || name < rule) {
			rule, n = name, count
		}
	}
	return rule, n
}
