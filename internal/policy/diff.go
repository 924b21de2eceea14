package policy

import (
	"context"

	"stet/internal/qa"
)

// Change is an article on which two packs do not say the same.
type Change struct {
	ContentID string       `json:"content_id"`
	Title     string       `json:"title"`
	Before    Verdict      `json:"before"`
	After     Verdict      `json:"after"`
	New       []qa.Finding `json:"new,omitempty"`
	Gone      []qa.Finding `json:"gone,omitempty"`
}

// Verdict is the short form of a report.
type Verdict struct {
	Passed  bool     `json:"passed"`
	Score   int      `json:"score"`
	Reasons []string `json:"reasons,omitempty"`
}

// Turned tells whether one pack lets the article pass and the other does not.
func (c Change) Turned() bool { return c.Before.Passed != c.After.Passed }

// Diff judges articles by two packs and gives those that they judge differently, in the order given. It ends early when
// ctx does, with its error.
func Diff(ctx context.Context, before, after *Pack, articles []*qa.Article) ([]Change, error) {
	var changes []Change
	for _, a := range articles {
		if err := ctx.Err(); err != nil {
			return changes, err
		}
		b, n := before.Judge(ctx, a), after.Judge(ctx, a)
		c := Change{ContentID: a.ContentID, Title: a.Doc.Title, Before: Verdict{b.Passed, b.Score, b.Reasons}, After: Verdict{n.Passed, n.Score, n.Reasons},
			New: less(n.Findings, b.Findings), Gone: less(b.Findings, n.Findings)}
		if c.Turned() || b.Score != n.Score || len(c.New)+len(c.Gone) > 0 {
			changes = append(changes, c)
		}
	}
	return changes, nil
}

// less are the findings that the others do not hold, counting: a place, a rule and a message make a finding.
func less(findings, others []qa.Finding) (out []qa.Finding) {
	type key struct {
		rule, field, message string
		severity             qa.Severity
		at                   int
		waived               bool
	}
	of := func(f qa.Finding) key {
		return key{f.Rule, f.Where.Field, f.Message, f.Severity, f.Where.Start.Byte, f.Waived != nil}
	}
	count := map[key]int{}
	for _, f := range others {
		count[of(f)]++
	}
	for _, f := range findings {
		if k := of(f); count[k] > 0 {
			count[k]--
		} else {
			out = append(out, f)
		}
	}
	return out
}
