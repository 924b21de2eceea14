// Package revise changes documents that failed the quality gate: by the safe fixes of its findings, then by a reviser that
// is asked for the rest. A round is kept only if the gate finds the result better.
package revise

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"stet"
	"stet/internal/policy"
	"stet/internal/qa"
)

// The names of who makes a round.
const (
	ByFixer   = "fixer"
	ByReviser = "reviser"
)

// Judge gives the report on a document; the same document has the same report.
type Judge func(ctx context.Context, doc stet.Document) (qa.Report, error)

// Source tells whether what a revision brings in is backed: Holds reports whether the knowledge base has a particular,
// such as a number, a name or a quote. A nil Source backs nothing.
type Source interface {
	Holds(ctx context.Context, particular string) (bool, error)
}

// Reviser proposes another text for a document. What it gives is never trusted: it is compared and judged.
type Reviser interface {
	// Propose gives the document with changed texts. An error means that there is none, with the reason in its words.
	Propose(ctx context.Context, ask Ask) (stet.Document, error)
}

// Ask is what a reviser is told.
type Ask struct {
	ContentID string
	Version   int64
	Round     int
	Doc       stet.Document
	Report    qa.Report
}

// Draft is a document that failed, with what was tried on it.
type Draft struct {
	ContentID string
	Version   int64
	Doc       stet.Document
	Original  stet.Document // as its source sent it
	Tried     []stet.Revised
}

// Round is one change, and whether it is kept.
type Round struct {
	stet.Revised
	Doc stet.Document
}

// Loop makes the rounds.
type Loop struct {
	Judge   Judge
	Reviser Reviser // nil: only safe fixes
	Source  Source
}

// Next makes one round; nil: there is nothing more to try.
func (l Loop) Next(ctx context.Context, d Draft) (*Round, error) {
	before, err := l.Judge(ctx, d.Doc)
	if err != nil {
		return nil, err
	}
	fixed, applied := policy.ApplySafe(d.Doc, before.Findings)
	if len(applied) > 0 && !inVain(d.Tried) {
		r := &Round{Revised: stet.Revised{By: ByFixer, Why: said(applied)}, Doc: fixed}
		return r, l.weigh(ctx, d, before, r)
	}
	if l.Reviser == nil {
		return nil, nil
	}
	r := &Round{Revised: stet.Revised{By: ByReviser, Why: "revised what the report found"}}
	ask := Ask{ContentID: d.ContentID, Version: d.Version, Round: len(d.Tried) + 1, Doc: d.Doc, Report: before}
	if r.Doc, err = l.Reviser.Propose(ctx, ask); err != nil {
		if ctx.Err() != nil {
			return nil, err
		}
		r.ScoreBefore, r.ScoreAfter, r.Why = before.Score, before.Score, "no revision: "+err.Error()
		return r, nil
	}
	r.Doc = withTexts(d.Doc, r.Doc)
	return r, l.weigh(ctx, d, before, r)
}

// weigh judges a round's document and decides whether it is kept.
func (l Loop) weigh(ctx context.Context, d Draft, before qa.Report, r *Round) error {
	after, err := l.Judge(ctx, r.Doc)
	if err != nil {
		return err
	}
	r.ScoreBefore, r.ScoreAfter, r.Diff = before.Score, after.Score, Diff(d.Doc, r.Doc)
	why, err := l.fault(ctx, d, r, before, after)
	if err != nil {
		return err
	}
	if r.Kept = why == ""; !r.Kept {
		r.Why = "discarded: " + why
	}
	return nil
}

// inVain reports whether the fixes of a document were tried and discarded since a round was last kept; a reviser's
// round changes the text, so that fixes are worth another try.
func inVain(tried []stet.Revised) bool {
	for _, r := range slices.Backward(tried) {
		if r.Kept || r.By == ByFixer {
			return r.By == ByFixer && !r.Kept
		}
	}
	return false
}

// said tells which rules' fixes were applied.
func said(applied []qa.Finding) string {
	counts := map[string]int{}
	var rules []string
	for _, f := range applied {
		if counts[f.Rule]++; counts[f.Rule] == 1 {
			rules = append(rules, f.Rule)
		}
	}
	slices.Sort(rules)
	for i, rule := range rules {
		if n := counts[rule]; n > 1 {
			rules[i] = fmt.Sprintf("%s (%d times)", rule, n)
		}
	}
	return "applied the safe fixes of " + strings.Join(rules, ", ")
}
