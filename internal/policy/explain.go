package policy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"stet"
	"stet/internal/policy/strict"
	"stet/internal/qa"
)

// Explanation says what a rule is for.
type Explanation struct {
	ID       string      `json:"id"`
	Kind     string      `json:"kind"`
	Category qa.Category `json:"category"`
	Severity qa.Severity `json:"severity"`
	Weight   int         `json:"weight"`
	File     string      `json:"file"`
	Line     int         `json:"line"`
	Why      string      `json:"why,omitempty"`
	Remedy   string      `json:"remedy,omitempty"`
	Scope    []string    `json:"scope,omitempty"` // empty: what the kind takes for itself
	Locales  []string    `json:"locales,omitempty"`
	When     string      `json:"when,omitempty"`
	Fix      string      `json:"fix,omitempty"`
	Settings string      `json:"settings"`          // the rule's own keys, as YAML
	Example  *Example    `json:"example,omitempty"` // of its tests
	Clean    string      `json:"clean,omitempty"`   // a text in which it finds nothing
	Waive    string      `json:"waive"`
}

// Example is a text with what the rule says about it.
type Example struct {
	Text    string `json:"text"`
	Place   string `json:"place"`
	Message string `json:"message"`
	Fixed   string `json:"fixed,omitempty"`
}

// Explain describes a rule of a pack. The id may be short: VOI-002, where one rule alone begins so.
func Explain(ctx context.Context, p *Pack, id string) (Explanation, error) {
	r, err := p.find(id)
	if err != nil {
		return Explanation{}, err
	}
	e := Explanation{ID: r.ID, Kind: r.Kind, Category: r.Category, Severity: r.Severity, Weight: r.Weight, File: r.File, Line: r.Line, Why: r.Why,
		Remedy: r.Remedy, Scope: r.Scope, Locales: r.Locales, When: r.When, Waive: p.howToWaive(r)}
	if e.Locales == nil && ofLanguage(r.Kind) {
		e.Locales = p.Languages
	}
	if r.FixKind != "" {
		e.Fix = r.FixKind + ", " + map[bool]string{true: "safe: it is made without asking", false: "to be looked at before it is made"}[r.Safe]
	}
	for _, pair := range r.pairs {
		if !slices.Contains(headKeys, pair.Name) {
			e.Settings += strict.Text(pair)
		}
	}
	p.examples(ctx, r, &e)
	return e, nil
}

func (p *Pack) find(id string) (*Rule, error) {
	var found []*Rule
	for _, r := range p.Rules {
		if r.ID == id {
			return r, nil
		}
		if same(id, r.ID) {
			found = append(found, r)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		ids := make([]string, len(found))
		for i, r := range found {
			ids[i] = r.ID
		}
		return nil, stet.Errorf(stet.Invalid, "no_rule", "%q is short for several rules of %s; name one: %s", id, p.Name, strings.Join(ids, ", "))
	}
	return nil, stet.Errorf(stet.Invalid, "no_rule", "%s has no rule %q; %sit has %s", p.Name, id, strict.Hint(id, p.ids()), strings.Join(p.ids(), ", "))
}

// examples takes the first test in which the rule finds something, and the first in which it does not.
func (p *Pack) examples(ctx context.Context, r *Rule, e *Explanation) {
	for i := range r.Tests {
		t := &r.Tests[i]
		findings, failure := p.runTest(ctx, r, t)
		if failure != "" {
			continue
		}
		if len(findings) == 0 && e.Clean == "" {
			e.Clean = t.Input
		}
		if len(findings) > 0 && e.Example == nil {
			f := findings[0]
			e.Example = &Example{Text: t.Input, Place: strings.TrimSuffix(shown(findings[:1])[0], " "+r.ID), Message: f.Message}
			if t.Fixed != nil {
				e.Example.Fixed = *t.Fixed
			}
		}
	}
}

func (p *Pack) howToWaive(r *Rule) string {
	if slices.Contains(p.Allowed.Never, r.ID) || p.Allowed.MaxDays == 0 {
		return "A finding of this rule cannot be waived."
	}
	by := "who gives it"
	if len(p.Allowed.By) > 0 {
		by = strings.Join(p.Allowed.By, ", ")
	}
	return fmt.Sprintf("Add to waivers.yaml: {rule: %s, hash: the hash in the report, reason: why it may stand, by: %s, until: a day within %d days}.",
		r.ID, by, p.Allowed.MaxDays)
}

// String is the explanation for a terminal.
func (e Explanation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s, %s, weight %d, kind %s\n%s:%d\n", e.ID, e.Category, e.Severity, e.Weight, e.Kind, e.File, e.Line)
	part := func(name, text string) {
		if text = strings.TrimRight(text, "\n"); text != "" {
			fmt.Fprintf(&b, "\n%s\n  %s\n", name, strings.ReplaceAll(text, "\n", "\n  "))
		}
	}
	part("Why", e.Why)
	part("What to do", e.Remedy)
	part("Looks in", strings.Join(e.Scope, ", "))
	part("Languages", strings.Join(e.Locales, ", "))
	part("Only when", e.When)
	part("Settings", e.Settings)
	if x := e.Example; x != nil {
		part("Finds, at "+x.Place+": "+x.Message, x.Text)
		part("Fixed", x.Fixed)
	}
	part("Finds nothing in", e.Clean)
	part("Fix", e.Fix)
	part("Waive", e.Waive)
	return b.String()
}
