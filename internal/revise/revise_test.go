package revise_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"stet"
	"stet/internal/prose"
	"stet/internal/qa"
	"stet/internal/revise"
)

func doc(body string) stet.Document {
	return stet.Document{Title: "A title", Slug: "a", Body: stet.Body{Format: "markdown", Text: body}}
}

// fix is a finding in the body with one edit of it.
func fix(rule string, start, end int, text string) qa.Finding {
	return qa.Finding{Rule: rule, Severity: qa.Error, Where: qa.Where{Field: "body", Start: prose.Position{Byte: start}},
		Fix: &qa.Fix{Safe: true, Edits: []qa.Edit{{Start: start, End: end, Text: text}}}}
}

// reports judges documents by their bodies.
func reports(byBody map[string]qa.Report) revise.Judge {
	return func(_ context.Context, d stet.Document) (qa.Report, error) {
		r, ok := byBody[d.Body.Text]
		if !ok {
			return r, errors.New("no report on " + d.Body.Text)
		}
		return r, nil
	}
}

// proposal is a reviser that gives one body.
type proposal struct {
	body string
	err  error
	edit func(*stet.Document)
}

func (p proposal) Propose(_ context.Context, ask revise.Ask) (stet.Document, error) {
	d := ask.Doc
	d.Body.Text = p.body
	if p.edit != nil {
		p.edit(&d)
	}
	return d, p.err
}

type library string

func (l library) Holds(_ context.Context, particular string) (bool, error) {
	return strings.Contains(string(l), particular), nil
}

func TestARoundIsKeptOnlyIfTheResultIsBetter(t *testing.T) {
	blocked := func(n int, score int) qa.Report {
		r := qa.Report{Score: score}
		for range n {
			r.Findings = append(r.Findings, qa.Finding{Rule: "GRD-001", Severity: qa.Blocker})
		}
		return r
	}
	const before = "The price is 5 euros."
	for name, c := range map[string]struct {
		was, is qa.Report
		after   string
		source  revise.Source
		kept    bool
		why     string
	}{
		"better":                  {qa.Report{Score: 50}, qa.Report{Score: 51}, "It costs 5 euros.", nil, true, "revised"},
		"the same score":          {qa.Report{Score: 50}, qa.Report{Score: 50}, "It costs 5 euros.", nil, false, "score does not rise: 50 before, 50 after"},
		"worse":                   {qa.Report{Score: 50}, qa.Report{Score: 49}, "It costs 5 euros.", nil, false, "does not rise"},
		"no blocker, same score":  {blocked(1, 90), qa.Report{Score: 90, Passed: true}, "It costs 5 euros.", nil, true, "revised"},
		"a new blocker":           {blocked(1, 50), blocked(2, 90), "It costs 5 euros.", nil, false, "GRD-001 blocks 2 times"},
		"a check that broke":      {qa.Report{Score: 50}, qa.Report{Score: 90, Errors: []string{"no"}}, "It costs 5 euros.", nil, false, "could not be judged"},
		"nothing changed":         {qa.Report{Score: 50}, qa.Report{Score: 50}, before, nil, false, "changes nothing"},
		"an invented number":      {qa.Report{Score: 50}, qa.Report{Score: 90}, "It costs 5.50 euros.", nil, false, `number "5.50"`},
		"a number that is backed": {qa.Report{Score: 50}, qa.Report{Score: 90}, "It costs 5.50 euros.", library("a price of 5.50"), true, "revised"},
		"an invented name":        {qa.Report{Score: 50}, qa.Report{Score: 90}, "It costs Alice 5 euros.", library("5.50"), false, `name "Alice"`},
		"an invented quote":       {qa.Report{Score: 50}, qa.Report{Score: 90}, `"It is cheap": 5 euros.`, nil, false, `quote "It is cheap"`},
	} {
		t.Run(name, func(t *testing.T) {
			loop := revise.Loop{Judge: reports(map[string]qa.Report{before: c.was, c.after: c.is}), Reviser: proposal{body: c.after}, Source: c.source}
			if c.after == before {
				loop.Judge = reports(map[string]qa.Report{before: c.was})
			}
			r, err := loop.Next(t.Context(), revise.Draft{Doc: doc(before), Original: doc(before)})
			if err != nil || r == nil || r.Kept != c.kept || !strings.Contains(r.Why, c.why) {
				t.Errorf("%+v, %v; want kept %t, %q", r, err, c.kept, c.why)
			}
		})
	}
}

func TestFixesComeBeforeTheReviser(t *testing.T) {
	broken := qa.Report{Score: 50, Findings: []qa.Finding{fix("VOI-002", 0, 3, "1")}}
	judge := reports(map[string]qa.Report{"one": broken, "1": {Score: 60}, "uno": {Score: 55}})
	loop := revise.Loop{Judge: judge, Reviser: proposal{body: "uno"}}
	next := func(tried ...stet.Revised) *revise.Round {
		r, err := loop.Next(t.Context(), revise.Draft{Doc: doc("one"), Original: doc("one"), Tried: tried})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	r := next()
	want := stet.Revised{By: "fixer", Kept: true, Why: "applied the safe fixes of VOI-002", ScoreBefore: 50, ScoreAfter: 60,
		Diff: "diff a/body b/body\n--- a/body\n+++ b/body\n@@ -1,1 +1,1 @@\n-one\n+1\n"}
	if d := cmp.Diff(want, r.Revised); d != "" {
		t.Error(d)
	}
	inVain := stet.Revised{By: "fixer"}
	if r := next(inVain); r.By != "reviser" || !r.Kept {
		t.Errorf("after fixes in vain: %+v", r)
	}
	if r := next(inVain, stet.Revised{By: "reviser"}); r.By != "reviser" {
		t.Errorf("after a reviser in vain: %+v", r)
	}
	if r := next(inVain, stet.Revised{By: "reviser", Kept: true}); r.By != "fixer" {
		t.Errorf("after a revision that was kept: %+v", r)
	}
	loop.Reviser = nil
	if r := next(inVain); r != nil {
		t.Errorf("without a reviser: %+v", r)
	}
}

// TestARevisersTextsAreAllThatIsTaken: it cannot move an article, or give it other tags.
func TestARevisersTextsAreAllThatIsTaken(t *testing.T) {
	loop := revise.Loop{Judge: reports(map[string]qa.Report{"one": {Score: 50}, "two": {Score: 60}}),
		Reviser: proposal{body: "two", edit: func(d *stet.Document) { d.Slug, d.Tags, d.Locale = "elsewhere", []string{"ad"}, "fr" }}}
	r, err := loop.Next(t.Context(), revise.Draft{Doc: doc("one"), Original: doc("one")})
	if err != nil || !r.Kept || r.Doc.Slug != "a" || r.Doc.Tags != nil || r.Doc.Locale != "" {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestNoAnswerIsARoundInVain(t *testing.T) {
	loop := revise.Loop{Judge: reports(map[string]qa.Report{"one": {Score: 50}}), Reviser: proposal{err: errors.New("the model is away")}}
	r, err := loop.Next(t.Context(), revise.Draft{Doc: doc("one"), Original: doc("one")})
	if err != nil || r.Kept || !strings.Contains(r.Why, "the model is away") {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestAVeryLongDiffIsCut(t *testing.T) {
	d := revise.Diff(doc(strings.Repeat("a line\n", 40_000)), doc(strings.Repeat("another line\n", 40_000)))
	if len(d) > 65<<10 || !strings.HasSuffix(d, "\n(the rest is not shown)\n") {
		t.Errorf("%d bytes, ends in %q", len(d), d[max(0, len(d)-40):])
	}
}
