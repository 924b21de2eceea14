package policy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"stet/internal/qa"
)

// TestReport says how a pack does in its own tests.
type TestReport struct {
	Policy    string    `json:"policy"`
	Tests     int       `json:"tests"` // of rules, and cases
	Failures  []Failure `json:"failures,omitempty"`
	Uncovered []string  `json:"uncovered,omitempty"` // rules that no test and no case makes find anything
	Mutants   int       `json:"mutants,omitempty"`   // tried by Mutate
	Survivors []Mutant  `json:"survivors,omitempty"`
}

// Failure is a test that did not give what it wants.
type Failure struct {
	Rule    string `json:"rule,omitempty"` // empty: a case
	Test    string `json:"test"`
	File    string `json:"file"`
	Line    int    `json:"line"`
	Message string `json:"message"`
}

// Test runs the tests in a pack's rules, those of its bases included, and its cases.
func Test(ctx context.Context, p *Pack) TestReport {
	report := TestReport{Policy: p.Version()}
	covered := map[string]bool{}
	for _, r := range p.Rules {
		for i := range r.Tests {
			report.Tests++
			findings, failure := p.runTest(ctx, r, &r.Tests[i])
			if failure != "" {
				report.Failures = append(report.Failures, Failure{r.ID, r.Tests[i].Name, r.FileOf("tests"), line(r), failure})
			} else if len(findings) > 0 {
				covered[r.ID] = true
			}
		}
	}
	for i := range p.Cases {
		c := &p.Cases[i]
		report.Tests++
		found, failure := p.runCase(ctx, c)
		if failure != "" {
			at, _ := c.place.Place()
			report.Failures = append(report.Failures, Failure{Test: c.Name, File: c.place.File.Name, Line: at, Message: failure})
			continue
		}
		for _, f := range found {
			covered[f.Rule] = true
		}
	}
	for _, r := range p.Rules {
		if !covered[r.ID] {
			report.Uncovered = append(report.Uncovered, r.ID)
		}
	}
	return report
}

func line(r *Rule) int {
	line, _ := r.At("tests")
	return line
}

// runTest judges a test's text by one rule alone. The sentence is empty where it gives what it wants.
func (p *Pack) runTest(ctx context.Context, r *Rule, t *RuleTest) (findings []qa.Finding, failure string) {
	alone, err := p.alone(r, t)
	if err != nil {
		return nil, err.Error()
	}
	a, err := prepare(typical(t.Input), t.With, t.Site)
	if err != nil {
		return nil, err.Error()
	}
	a.Now = t.Now
	report := alone.Judge(ctx, a)
	if len(report.Errors) > 0 {
		return nil, report.Errors[0]
	}
	if n := len(report.Findings); t.Count != nil && n != *t.Count {
		return report.Findings, fmt.Sprintf("found %d: %s; the test wants %d", n, strings.Join(shown(report.Findings), ", "), *t.Count)
	}
	if wrong := compare(t.Want, report.Findings, r.ID); t.Count == nil && wrong != "" {
		return report.Findings, wrong
	}
	if t.Fixed != nil {
		if got := allFixed(a, report.Findings); got != *t.Fixed {
			return report.Findings, fmt.Sprintf("the fixes give %q; the test wants %q", got, *t.Fixed)
		}
	}
	return report.Findings, ""
}

// alone is the pack with one rule and what the test brings.
func (p *Pack) alone(r *Rule, t *RuleTest) (*Pack, error) {
	out := p.child()
	out.Waivers, out.Rules = nil, []*Rule{r}
	if t.Facts != nil {
		out.env.Facts = t.Facts
	}
	if t.Terms != nil {
		out.env.Terms = t.Terms
	}
	if err := out.known(t.KB); err != nil {
		return nil, err
	}
	return out, out.make()
}

// known puts the knowledge base of a test in place of the pack's; nil is none.
func (p *Pack) known(kb map[string]string) (err error) {
	if kb == nil {
		return nil
	}
	texts := map[string][]byte{}
	for name, text := range kb {
		texts[name] = []byte(text)
	}
	p.env.KB, err = index(texts, "", "")
	return err
}

// allFixed is the field of the first fixable finding after all fixes, safe or not; the body where nothing is fixable.
func allFixed(a *qa.Article, findings []qa.Finding) string {
	doc := a.Doc
	field := "body"
	for _, f := range findings {
		if f.Fix != nil {
			field = f.Where.Field
			break
		}
	}
	for name, text := range texts(&doc) {
		if name == field {
			out, _ := Apply(name, *text, findings, true)
			return out
		}
	}
	return a.Doc.Body.Text
}

// runCase judges a whole article by the pack.
func (p *Pack) runCase(ctx context.Context, c *Case) (findings []qa.Finding, failure string) {
	doc := c.document
	if c.File == "" {
		doc = typical(c.Input)
	}
	a, err := prepare(doc, c.With, c.Site)
	if err != nil {
		return nil, err.Error()
	}
	a.Now = c.Now
	if c.KB != nil {
		p = p.child()
		if err := errors.Join(p.known(c.KB), p.make()); err != nil {
			return nil, err.Error()
		}
	}
	report := p.Judge(ctx, a)
	switch {
	case len(report.Errors) > 0:
		return nil, report.Errors[0]
	case c.Passed != nil && *c.Passed != report.Passed:
		return report.Findings, fmt.Sprintf("passed is %t, score %d (%s); the case wants %t; found: %s", report.Passed, report.Score,
			strings.Join(report.Reasons, "; "), *c.Passed, strings.Join(shown(report.Findings), ", "))
	case c.Want != nil:
		return report.Findings, compare(c.Want, report.Findings, "")
	}
	got := shown(report.Findings)
	for _, want := range c.Include {
		if !slices.ContainsFunc(got, func(g string) bool { return same(want, g) }) {
			return report.Findings, fmt.Sprintf("%s is not found; found: %s", want, strings.Join(got, ", "))
		}
	}
	return report.Findings, ""
}

// compare says how findings differ from those wanted. rule is the one that a want without a rule is for.
func compare(want []string, findings []qa.Finding, rule string) string {
	got := shown(findings)
	left := slices.Clone(got)
	var missing []string
	for _, w := range want {
		if rule != "" && !strings.Contains(w, " ") {
			w += " " + rule
		}
		if at := slices.IndexFunc(left, func(g string) bool { return same(w, g) }); at >= 0 {
			left = slices.Delete(left, at, at+1)
		} else {
			missing = append(missing, w)
		}
	}
	switch {
	case len(missing) > 0:
		return fmt.Sprintf("not found: %s; found: %s", strings.Join(missing, ", "), strings.Join(got, ", "))
	case len(left) > 0:
		return fmt.Sprintf("found and not wanted: %s", strings.Join(left, ", "))
	}
	return ""
}

// same tells whether a finding is the wanted one. The want may leave out the words of the rule's id: "1:9 VOI-002".
func same(want, got string) bool { return got == want || strings.HasPrefix(got, want+"-") }

func shown(findings []qa.Finding) []string {
	list := []string{}
	for _, f := range findings {
		place := fmt.Sprintf("%d:%d %s", f.Where.Start.Line, f.Where.Start.Column, f.Rule)
		if f.Where.Field != "body" {
			place = f.Where.Field + ":" + place
		}
		list = append(list, place)
	}
	return list
}
