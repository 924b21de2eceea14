// Package gate puts a policy pack before the engine: it judges documents by the pack, and makes what the pack says fit for
// the log.
package gate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"stet"
	"stet/internal/engine"
	"stet/internal/policy"
	"stet/internal/qa"
	"stet/internal/revise"
)

// Gate is a pack, with a reviser where one is configured. It is safe for use by many goroutines.
type Gate struct {
	pack    *policy.Pack
	reviser revise.Reviser
}

// New makes a Gate; reviser may be nil.
func New(pack *policy.Pack, reviser revise.Reviser) *Gate { return &Gate{pack, reviser} }

// Policy is the name and content hash of the pack.
func (g *Gate) Policy() string { return g.pack.Version() }

// CheckWaiver says what is wrong with a waiver by the pack's rules for waivers.
func (g *Gate) CheckWaiver(w stet.Waived, now time.Time) error {
	if err := g.pack.CheckWaiver(waiver(w), now); err != nil {
		return stet.Errorf(stet.Invalid, "bad_waiver", "%w", err)
	}
	return nil
}

// Judge gives the verdict of the pack on a document.
func (g *Gate) Judge(ctx context.Context, c engine.Case) (engine.Judgement, error) {
	report, err := g.report(ctx, c, c.Doc)
	if err != nil {
		return engine.Judgement{}, err
	}
	_, fixes := policy.ApplySafe(c.Doc, report.Findings)
	return engine.Judgement{Verdict: verdict(report), Revisable: len(fixes) > 0 || g.reviser != nil}, nil
}

// Revise makes one round on a document that failed.
func (g *Gate) Revise(ctx context.Context, c engine.Case) (*engine.Round, error) {
	loop := revise.Loop{Reviser: g.reviser, Source: revise.Library{KB: g.pack.Knowledge()}, Judge: func(ctx context.Context, doc stet.Document) (qa.Report, error) { return g.report(ctx, c, doc) }}
	r, err := loop.Next(ctx, revise.Draft{ContentID: c.ContentID, Version: c.Version, Doc: c.Doc, Original: c.Original, Tried: c.Tried})
	if err != nil || r == nil {
		return nil, err
	}
	return &engine.Round{Revised: r.Revised, Doc: r.Doc}, nil
}

// tries is how often a document is judged whose checks break: one that ran out of time on a busy machine may not the
// next time.
const tries = 3

func (g *Gate) report(ctx context.Context, c engine.Case, doc stet.Document) (report qa.Report, err error) {
	a, err := policy.Article(c.ContentID, doc, c.Site)
	if err != nil {
		return unreadable(g.pack, doc, err), nil
	}
	a.Now = c.Now
	pack := g.pack.WithWaivers(waivers(c.Waivers))
	for range tries {
		report = pack.Judge(ctx, a)
		if ctx.Err() != nil {
			return report, ctx.Err() // what stops is no verdict
		}
		if len(report.Errors) == 0 {
			break
		}
	}
	report.Findings = append(report.Findings, losses(c.Losses(doc), a, report.Counts)...)
	if report.Passed && len(report.Errors) > 0 {
		return report, errors.New("the policy let a document pass that it could not check")
	}
	return report, nil
}

// unreadable is the report on a document that is too hostile to be read.
func unreadable(pack *policy.Pack, doc stet.Document, err error) qa.Report {
	return qa.Report{Title: doc.Title, Policy: pack.Version(), Threshold: pack.Threshold, Reasons: []string{fmt.Sprintf("the article cannot be judged: %v", err)},
		Errors: []string{strings.Join(strings.Fields(err.Error()), " ")}}
}

func waivers(list []stet.Waived) []qa.Waiver {
	out := make([]qa.Waiver, len(list))
	for i, w := range list {
		out[i] = waiver(w)
	}
	return out
}

func waiver(w stet.Waived) qa.Waiver {
	return qa.Waiver{Rule: w.Rule, Hash: w.Hash, Reason: w.Reason, By: w.By, Until: stet.Time(w.Until)}
}
